/*
 * Writes headers and MIME trees for tests in other languages: one request a
 * line on stdin, words in hexadecimal ("-" for none), one answer a line:
 * "ok HEX" or "STATUS HEX".
 *
 *   text NAME VALUE | raw NAME VALUE | phrase COLUMN VALUE
 *   mailboxes NAME (DISPLAY ADDRESS)...
 *   params NAME VALUE (PARAM VALUE)...
 *   qp PIECE... | base64 BYTES | address TEXT
 *   mime NODE, where NODE is one of
 *     multipart SUBTYPE BOUNDARY COUNT NODE...
 *     leaf TYPE ENCODING BODY DISPOSITION FILENAME CONTENT-ID
 */
#include "base/mem.h"
#include "mail/addr.h"
#include "mail/codec.h"
#include "mail/header.h"
#include "mail/mime.h"

#include <stdio.h>
#include <stdlib.h>

#define WORDS_MAX 1000

struct request {
	char *words[WORDS_MAX];
	size_t sizes[WORDS_MAX];
	size_t count;
	size_t at;
};

static void refuse(const char *why)
{
	fprintf(stderr, "mailwriter: %s\n", why);
	exit(2);
}

static struct span next(struct request *request)
{
	if (request->at == request->count)
		refuse("a word is missing");
	request->at++;
	return span_bytes(request->words[request->at - 1], request->sizes[request->at - 1]);
}

static const char *next_text(struct request *request)
{
	return next(request).ptr;
}

static size_t next_number(struct request *request)
{
	return strtoul(next_text(request), NULL, 10);
}

/* Numbers and verbs come as they are, in angle brackets: "<text>". */
static void add_word(struct request *request, struct span word)
{
	char *bytes = mem_alloc(word.len + 1);
	size_t size = 0;

	if (request->count == WORDS_MAX)
		refuse("too many words");
	if (word.len >= 2 && word.ptr[0] == '<') {
		size = word.len - 2;
		memcpy(bytes, word.ptr + 1, size);
	} else if (!span_equals(word, SPAN("-"))) {
		for (size_t i = 0; i + 1 < word.len; i += 2) {
			char pair[3] = {word.ptr[i], word.ptr[i + 1], 0};

			bytes[size++] = (char)strtol(pair, NULL, 16);
		}
	}
	request->words[request->count] = bytes;
	request->sizes[request->count++] = size;
}

static void request_clear(struct request *request)
{
	for (size_t i = 0; i < request->count; i++)
		free(request->words[i]);
	request->count = 0;
	request->at = 0;
}

static enum status write_mailboxes(struct request *request, struct str *out, struct err *err)
{
	struct header_mailbox mailboxes[WORDS_MAX / 2];
	const char *name = next_text(request);
	size_t count = 0;

	while (request->at < request->count) {
		mailboxes[count].name = next(request);
		mailboxes[count++].address = next(request);
	}
	return header_add_mailboxes(out, name, mailboxes, count, err);
}

static enum status write_params(struct request *request, struct str *out, struct err *err)
{
	struct header_param params[WORDS_MAX / 2];
	const char *name = next_text(request);
	const char *value = next_text(request);
	size_t count = 0;

	while (request->at < request->count) {
		params[count].name = next_text(request);
		params[count++].value = next(request);
	}
	return header_add_params(out, name, value, params, count, err);
}

static enum status write_address(struct request *request, struct str *out, struct err *err)
{
	struct addr addr;
	enum status status = addr_parse(next(request), &addr, err);

	if (status == OK)
		addr_format(&addr, out);
	addr_clear(&addr);
	return status;
}

static void write_qp(struct request *request, struct str *out)
{
	size_t column = 0;

	while (request->at < request->count)
		codec_qp(next(request), &column, out);
}

static struct mime_part *read_leaf(struct request *request, struct err *err)
{
	const char *type = next_text(request);
	const char *encoding = next_text(request);
	struct span body = next(request);
	const char *disposition = next_text(request);
	struct span file_name = next(request);
	const char *content_id = next_text(request);
	enum mime_encoding chosen = MIME_7BIT;
	struct mime_part *part;
	struct str encoded;
	size_t column = 0;

	str_init(&encoded, STR_MAX_LARGE);
	if (strcmp(encoding, "qp") == 0) {
		chosen = MIME_QP;
		codec_qp(body, &column, &encoded);
	} else if (strcmp(encoding, "base64") == 0) {
		chosen = MIME_BASE64;
		codec_base64(body, &encoded);
	} else {
		str_add(&encoded, body);
	}
	if (strncmp(type, "text/", 5) == 0)
		part = mime_new_text(type + 5, chosen, str_span(&encoded));
	else
		part = mime_new_leaf(type, chosen, str_span(&encoded));
	str_clear(&encoded);
	if (*content_id)
		mime_set_content_id(part, content_id);
	if (*disposition && mime_set_disposition(part, disposition, file_name, err) != OK)
		refuse(err->text);
	return part;
}

static struct mime_part *read_node(struct request *request, struct err *err)
{
	struct mime_part *part;
	const char *subtype;
	size_t count;

	if (strcmp(next_text(request), "leaf") == 0)
		return read_leaf(request, err);
	subtype = next_text(request);
	part = mime_new_multipart(subtype, next_text(request));
	for (count = next_number(request); count; count--)
		mime_add(part, read_node(request, err));
	return part;
}

static enum status write_mime(struct request *request, struct str *out, struct err *err)
{
	struct mime_part *root = read_node(request, err);
	enum status status = mime_write(root, out, err);

	mime_free(root);
	return status;
}

static enum status answer(struct request *request, struct str *out, struct err *err)
{
	const char *verb = next_text(request);

	if (strcmp(verb, "text") == 0 || strcmp(verb, "raw") == 0) {
		const char *name = next_text(request);

		return *verb == 't' ? header_add_text(out, name, next(request), err)
				    : header_add_raw(out, name, next(request), err);
	}
	if (strcmp(verb, "phrase") == 0) {
		size_t column = next_number(request);

		return header_phrase(out, next(request), column, err);
	}
	if (strcmp(verb, "mailboxes") == 0)
		return write_mailboxes(request, out, err);
	if (strcmp(verb, "params") == 0)
		return write_params(request, out, err);
	if (strcmp(verb, "mime") == 0)
		return write_mime(request, out, err);
	if (strcmp(verb, "address") == 0)
		return write_address(request, out, err);
	if (strcmp(verb, "qp") == 0)
		write_qp(request, out);
	else if (strcmp(verb, "base64") == 0)
		codec_base64(next(request), out);
	else
		refuse("no such request");
	return OK;
}

static void print_answer(const char *word, struct span bytes)
{
	printf("%s ", word);
	for (size_t i = 0; i < bytes.len; i++)
		printf("%02x", (unsigned)(unsigned char)bytes.ptr[i]);
	printf("\n");
	fflush(stdout);
}

int main(void)
{
	static struct request request;
	char *line = NULL;
	size_t capacity = 0;
	ssize_t length;

	while ((length = getline(&line, &capacity, stdin)) > 0) {
		struct span rest = span_trim(span_bytes(line, (size_t)length));
		struct span word;
		struct err err = {0};
		struct str out;
		enum status status;

		while (span_split(&rest, ' ', &word))
			add_word(&request, word);
		str_init(&out, STR_MAX_LARGE);
		status = answer(&request, &out, &err);
		print_answer(status_name(status), status == OK ? str_span(&out) : span_of(err.text));
		str_clear(&out);
		request_clear(&request);
	}
	free(line);
	return 0;
}
