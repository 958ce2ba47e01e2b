/*
 * The file that tokens' secrets are in.
 */
#include "app/secret.h"

#include "base/file.h"
#include "mail/codec.h"

#include <stdlib.h>

#define FILE_MAX 4096u
#define NUMBER_DIGITS_MAX 3u

static const char heading[] =
	"# What this newsroom signs its return paths and unsubscribe links with.\n"
	"# Keep it secret, and keep it: without it, links in people's mailboxes are dead.\n";

enum status secret_make(const char *keys_folder, struct err *err)
{
	char *path = file_join(keys_folder, SECRET_FILE_NAME);
	struct token_secret secret;
	enum status status;
	struct str text;

	token_secret_new(&secret, 1);
	str_init_secret(&text, FILE_MAX);
	str_addf(&text, "%s%u ", heading, secret.number);
	for (size_t i = 0; i < TOKEN_SECRET_SIZE; i++)
		str_addf(&text, "%02x", secret.bytes[i]);
	str_add_char(&text, '\n');
	status = file_create(path, str_span(&text), 0600, err);
	explicit_bzero(&secret, sizeof(secret));
	str_wipe(&text);
	free(path);
	return status;
}

static bool read_hex(struct span hex, unsigned char bytes[TOKEN_SECRET_SIZE])
{
	if (hex.len != 2 * TOKEN_SECRET_SIZE)
		return false;
	for (size_t i = 0; i < TOKEN_SECRET_SIZE; i++) {
		int high = codec_hex_digit(hex.ptr[2 * i]);
		int low = codec_hex_digit(hex.ptr[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

/* 0 for what is none. */
static unsigned read_number(struct span digits)
{
	unsigned number = 0;

	if (digits.len > NUMBER_DIGITS_MAX)
		return 0;
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
			return 0;
		number = number * 10 + (unsigned)(digits.ptr[i] - '0');
	}
	return number <= 255 ? number : 0;
}

/* The line isn't shown: it's a secret. */
static enum status read_line(
	struct span line, const char *path, size_t number, struct token_secrets *out, struct err *err)
{
	struct span rest = line;
	struct span digits = {NULL, 0};
	struct token_secret *secret;

	if (out->count == TOKEN_SECRETS_MAX)
		return err_set(err, E_RANGE, "%s:%zu: there may be %u secrets at most", path, number,
			TOKEN_SECRETS_MAX);
	secret = &out->items[out->count];
	span_split(&rest, ' ', &digits);
	secret->number = (unsigned char)read_number(digits);
	if (!secret->number || !read_hex(rest, secret->bytes))
		return err_set(err, E_SYNTAX,
			"%s:%zu: no secret; it must be a number from 1 to 255, a space and 64 hexadecimal "
			"digits",
			path, number);
	for (size_t i = 0; i < out->count; i++) {
		if (out->items[i].number == secret->number)
			return err_set(err, E_SYNTAX, "%s:%zu: the number %u is there twice", path, number,
				secret->number);
	}
	out->count++;
	return OK;
}

enum status secret_parse(struct span text, const char *path, struct token_secrets *out, struct err *err)
{
	enum status status = OK;
	struct span line;

	*out = (struct token_secrets){.count = 0};
	for (size_t number = 1; status == OK && span_line(&text, &line); number++) {
		line = span_trim(line);
		if (line.len && line.ptr[0] != '#')
			status = read_line(line, path, number, out, err);
	}
	if (status == OK && !out->count)
		status = err_set(
			err, E_SYNTAX, "%s:1: there is no secret in it; restore it from a backup", path);
	if (status != OK)
		secret_clear(out);
	return status;
}

enum status secret_load(const char *keys_folder, struct token_secrets *out, struct err *err)
{
	char *path = file_join(keys_folder, SECRET_FILE_NAME);
	enum status status;
	struct str text;

	str_init_secret(&text, FILE_MAX);
	status = file_load_private(path, &text, err);
	if (status == E_NOTFOUND)
		status = err_set(err, E_NOTFOUND,
			"there is no file \"%s\": restore it from a backup, or unsubscribe links in mail "
			"that was sent stay dead; if it's lost for good: "
			"(umask 077; echo 2 $(openssl rand -hex 32) >'%s')",
			path, path);
	if (status == OK)
		status = secret_parse(str_span(&text), path, out, err);
	str_wipe(&text);
	free(path);
	return status;
}

const struct token_secret *secret_newest(const struct token_secrets *secrets)
{
	const struct token_secret *newest = &secrets->items[0];

	for (size_t i = 1; i < secrets->count; i++) {
		if (secrets->items[i].number > newest->number)
			newest = &secrets->items[i];
	}
	return newest;
}

void secret_clear(struct token_secrets *secrets)
{
	explicit_bzero(secrets, sizeof(*secrets));
}
