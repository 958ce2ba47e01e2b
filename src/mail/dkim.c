/*
 * The signature fields. What is the same for every message is written once, when
 * the seal is made: each field but for its two digests, as it stands in the message
 * and in relaxed form. What is left per message is to find and relax the signed
 * fields, to hash, and to sign.
 */
#include "mail/dkim.h"

#include "base/mem.h"
#include "mail/dkimkey.h"
#include "mail/require.h"

#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#define LABEL_MAX 63u
#define FIELD_LINE_MAX 78u

#define BODY_HASH_SIZE 44u /* base64 of SHA-256 */
#define SIGNATURE_MAX (DKIM_RSA_BITS_MAX / 8)
#define BASE64_SIZE(octets) (((octets) + 2) / 3 * 4)
#define SIGNATURE_LINE 72u /* octets of b= on a line, which begins with at most " b=" */

/* Between the body's hash and the signature: as written, and relaxed. */
#define BEFORE_SIGNATURE SPAN(";\r\n b=")
#define BEFORE_SIGNATURE_RELAXED SPAN("; b=")

/* In the order of h=. Twice: the second one is signed as absent, so that none can be added. */
static const struct span signed_names[] = {
	{"From", 4},
	{"From", 4},
	{"To", 2},
	{"Subject", 7},
	{"Date", 4},
	{"Message-ID", 10},
	{"Reply-To", 8},
	{"MIME-Version", 12},
	{"Content-Type", 12},
	{"List-Id", 7},
	{"List-Unsubscribe", 16},
	{"List-Unsubscribe-Post", 21},
	{"Feedback-ID", 11},
};
#define SIGNED_COUNT (sizeof(signed_names) / sizeof(signed_names[0]))

struct sealer {
	struct str start;   /* the field up to "bh=" */
	struct str relaxed; /* the same in relaxed form */
	enum dkim_algorithm algorithm;
	size_t signature_size; /* octets, before base64 */
	EVP_MD_CTX *ed25519;   /* that of the two which the algorithm needs */
	EVP_PKEY_CTX *rsa;
	struct str name; /* of the key's record */
};

struct dkim_seal {
	struct sealer sealers[DKIM_SIGNERS_MAX];
	size_t count;
	size_t size;
	EVP_MD_CTX *head_hash;
	EVP_MD_CTX *hash; /* that of the head, and one field's */
	char *relaxed;    /* the signed fields, in relaxed form */
	size_t capacity;
};

static bool is_label(struct span label)
{
	if (!label.len || label.len > LABEL_MAX || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}

bool dkim_is_name(struct span text)
{
	struct span label;

	if (!text.len || text.len > DKIM_NAME_MAX)
		return false;
	while (span_split(&text, '.', &label)) {
		if (!is_label(label))
			return false;
	}
	return true;
}

bool dkim_is_domain(struct span text)
{
	return dkim_is_name(text) && span_find_char(text, '.', 0) != SIZE_MAX;
}

void dkim_record_name(struct span domain, struct span selector, struct str *out)
{
	str_addf(out, "%.*s._domainkey.%.*s", SPAN_ARG(selector), SPAN_ARG(domain));
}

enum status dkim_check_names(struct span domain, struct span selector, struct err *err)
{
	enum status status = OK;
	struct str name;

	if (!dkim_is_domain(domain))
		return err_set(err, E_SYNTAX,
			"\"%.*s\" is no domain to sign for; write it like \"harbour.example\"",
			SPAN_ARG(domain));
	if (!dkim_is_name(selector))
		return err_set(err, E_SYNTAX,
			"\"%.*s\" is no selector of a DKIM key; it has small letters, digits, '-' and '.', "
			"like "
			"\"d202611\"",
			SPAN_ARG(selector));
	str_init(&name, STR_MAX_SMALL);
	dkim_record_name(domain, selector, &name);
	if (name.len > DKIM_NAME_MAX)
		status = err_set(err, E_RANGE, "\"%s\" is longer than a name in the DNS can be", name.ptr);
	str_clear(&name);
	return status;
}

/* The name before the colon, which white space may stand before; empty where there is none. */
static struct span name_of(struct span field)
{
	size_t colon = span_find_char(field, ':', 0);
	struct span name = span_first(field, colon == SIZE_MAX ? 0 : colon);

	while (name.len && (name.ptr[name.len - 1] == ' ' || name.ptr[name.len - 1] == '\t'))
		name.len--;
	return name;
}

/*
 * One field in relaxed form (RFC 6376 3.4.2), ended by CR LF if it was. Never longer than the field.
 * Returns how many octets were written.
 */
static size_t relax_field(struct span field, char *to)
{
	bool is_ended = span_ends(field, SPAN("\r\n"));
	struct span name = name_of(field);
	struct span value = span_from(field, span_find_char(field, ':', 0) + 1);
	const char *start = to;
	const char *value_start;
	bool has_space = false;

	for (size_t i = 0; i < name.len; i++)
		*to++ = (char)(name.ptr[i] | (name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? 0x20 : 0));
	*to++ = ':';
	value_start = to;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if (c == ' ' || c == '\t') {
			has_space = true;
			continue;
		}
		if (c == '\r' && i + 1 < value.len && value.ptr[i + 1] == '\n') {
			i++;
			continue;
		}
		if (has_space && to > value_start)
			*to++ = ' ';
		has_space = false;
		*to++ = c;
	}
	if (is_ended) {
		*to++ = '\r';
		*to++ = '\n';
	}
	return (size_t)(to - start);
}

/* The field at the start of `head`, with its folded lines and its end. */
static struct span first_field(struct span head)
{
	size_t end = 0;

	do {
		const char *feed = memchr(head.ptr + end, '\n', head.len - end);

		end = feed ? (size_t)(feed - head.ptr) + 1 : head.len;
	} while (end < head.len && (head.ptr[end] == ' ' || head.ptr[end] == '\t'));
	return span_first(head, end);
}

/* Of several the last one counts first, then the one before it (RFC 6376 5.4.2). */
static void note_field(struct span found[SIGNED_COUNT], struct span field)
{
	struct span name = name_of(field);

	for (size_t i = 0; i < SIGNED_COUNT; i++) {
		if (signed_names[i].len != name.len || !span_equals_nocase(signed_names[i], name))
			continue;
		if (i + 1 < SIGNED_COUNT && span_equals(signed_names[i + 1], signed_names[i]))
			found[i + 1] = found[i];
		found[i] = field;
		return;
	}
}

static void hash_head(struct dkim_seal *seal, struct span head)
{
	struct span found[SIGNED_COUNT] = {0};
	size_t size = 0;

	if (seal->capacity < head.len) {
		seal->capacity = head.len;
		seal->relaxed = mem_resize(seal->relaxed, seal->capacity);
	}
	while (head.len) {
		struct span field = first_field(head);

		note_field(found, field);
		head = span_from(head, field.len);
	}
	for (size_t i = 0; i < SIGNED_COUNT; i++) {
		if (found[i].len)
			size += relax_field(found[i], seal->relaxed + size);
	}
	require(EVP_DigestInit_ex(seal->head_hash, NULL, NULL) == 1 &&
		EVP_DigestUpdate(seal->head_hash, seal->relaxed, size) == 1);
}

/* The next tag, or a part of one, on the line or on a new one. `before` is what stands between on a line. */
static void add_folded(struct str *out, size_t *column, const char *before, struct span part)
{
	if (*column + strlen(before) + part.len > FIELD_LINE_MAX) {
		str_add(out, SPAN("\r\n "));
		*column = 1;
	} else {
		str_add_text(out, before);
		*column += strlen(before);
	}
	str_add(out, part);
	*column += part.len;
}

static void add_tag(struct str *out, size_t *column, const char *name, struct span value, const char *end)
{
	struct str tag;

	str_init(&tag, STR_MAX_SMALL);
	str_addf(&tag, "%s=%.*s%s", name, SPAN_ARG(value), end);
	add_folded(out, column, " ", str_span(&tag));
	str_clear(&tag);
}

static void add_signed_names(struct str *out, size_t *column)
{
	struct str part;

	str_init(&part, STR_MAX_SMALL);
	for (size_t i = 0; i < SIGNED_COUNT; i++) {
		str_empty(&part);
		str_addf(&part, "%s%.*s%c", i ? "" : "h=", SPAN_ARG(signed_names[i]),
			i + 1 < SIGNED_COUNT ? ':' : ';');
		add_folded(out, column, i ? "" : " ", str_span(&part));
	}
	str_clear(&part);
}

static void write_start(struct sealer *sealer, const struct dkim_signer *signer, int64_t time_s)
{
	static const struct span name = {"DKIM-Signature:", 15};
	struct str *out = &sealer->start;
	size_t column = name.len;
	char algorithm[32];
	char time[32];

	snprintf(algorithm, sizeof(algorithm), "%s-sha256", dkim_algorithm_name(sealer->algorithm));
	snprintf(time, sizeof(time), "%" PRId64, time_s);
	str_init(out, STR_MAX_SMALL);
	str_add(out, name);
	add_tag(out, &column, "v", SPAN("1"), ";");
	add_tag(out, &column, "a", span_of(algorithm), ";");
	add_tag(out, &column, "c", SPAN("relaxed/relaxed"), ";");
	add_tag(out, &column, "d", signer->domain, ";");
	add_tag(out, &column, "s", signer->selector, ";");
	add_tag(out, &column, "t", span_of(time), ";");
	add_signed_names(out, &column);
	/* A line of its own leaves room for the hash. */
	str_add(out, SPAN("\r\n bh="));
	str_init(&sealer->relaxed, STR_MAX_SMALL);
	str_add_repeat(&sealer->relaxed, '\0', out->len);
	str_cut(&sealer->relaxed, relax_field(str_span(out), sealer->relaxed.ptr));
}

/* What signs is made ready once: OpenSSL looks its algorithms up by name. */
static bool prepare_signing(struct sealer *sealer, EVP_PKEY *key)
{
	int size = EVP_PKEY_get_size(key);

	if (size <= 0 || (size_t)size > SIGNATURE_MAX)
		return false;
	sealer->signature_size = (size_t)size;
	if (sealer->algorithm == DKIM_ED25519) {
		sealer->ed25519 = EVP_MD_CTX_new();
		return sealer->ed25519 && EVP_DigestSignInit(sealer->ed25519, NULL, NULL, NULL, key) == 1;
	}
	sealer->rsa = EVP_PKEY_CTX_new(key, NULL);
	return sealer->rsa && EVP_PKEY_sign_init(sealer->rsa) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(sealer->rsa, RSA_PKCS1_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_signature_md(sealer->rsa, EVP_sha256()) == 1;
}

static size_t field_size(const struct sealer *sealer)
{
	size_t signature = BASE64_SIZE(sealer->signature_size);
	size_t folds = (signature - 1) / SIGNATURE_LINE;

	return sealer->start.len + BODY_HASH_SIZE + BEFORE_SIGNATURE.len + signature +
	       folds * strlen("\r\n ") + strlen("\r\n");
}

static enum status cannot_sign(const struct sealer *sealer, struct err *err)
{
	ERR_clear_error();
	return err_set(err, E_INTERNAL, "OpenSSL can't sign with the key of \"%s\"", sealer->name.ptr);
}

static enum status add_signer(
	struct dkim_seal *seal, const struct dkim_signer *signer, int64_t time_s, struct err *err)
{
	struct sealer *sealer = &seal->sealers[seal->count];
	enum status status = dkim_check_names(signer->domain, signer->selector, err);

	if (status != OK)
		return status;
	seal->count++;
	sealer->algorithm = dkim_key_algorithm(signer->key);
	str_init(&sealer->name, DKIM_NAME_MAX);
	dkim_record_name(signer->domain, signer->selector, &sealer->name);
	write_start(sealer, signer, time_s);
	if (!prepare_signing(sealer, dkimkey_private(signer->key)))
		return cannot_sign(sealer, err);
	seal->size += field_size(sealer);
	return OK;
}

enum status dkim_seal_new(const struct dkim_signer *signers, size_t count, int64_t time_s,
	struct dkim_seal **out, struct err *err)
{
	struct dkim_seal *seal;
	enum status status = OK;

	if (count > DKIM_SIGNERS_MAX)
		return err_set(err, E_RANGE, "a message takes %u DKIM signatures at most, not %zu",
			DKIM_SIGNERS_MAX, count);
	if (time_s < 0 || time_s > DKIM_TIME_MAX)
		return err_set(err, E_RANGE, "a DKIM signature can't be of the second %" PRId64, time_s);
	seal = mem_alloc(sizeof(*seal));
	seal->head_hash = EVP_MD_CTX_new();
	seal->hash = EVP_MD_CTX_new();
	require(seal->head_hash && seal->hash && EVP_DigestInit_ex(seal->head_hash, EVP_sha256(), NULL) == 1);
	for (size_t i = 0; i < count && status == OK; i++)
		status = add_signer(seal, &signers[i], time_s, err);
	if (status == OK)
		*out = seal;
	else
		dkim_seal_free(seal);
	return status;
}

void dkim_seal_free(struct dkim_seal *seal)
{
	if (!seal)
		return;
	for (size_t i = 0; i < seal->count; i++) {
		str_clear(&seal->sealers[i].start);
		str_clear(&seal->sealers[i].relaxed);
		EVP_MD_CTX_free(seal->sealers[i].ed25519);
		EVP_PKEY_CTX_free(seal->sealers[i].rsa);
		str_clear(&seal->sealers[i].name);
	}
	EVP_MD_CTX_free(seal->head_hash);
	EVP_MD_CTX_free(seal->hash);
	free(seal->relaxed);
	free(seal);
}

size_t dkim_seal_size(const struct dkim_seal *seal)
{
	return seal->size;
}

/* Over the head's signed fields, and this one without its signature and its end (RFC 6376 3.7). */
static void hash_field(struct dkim_seal *seal, const struct sealer *sealer, struct span body_hash,
	unsigned char digest[DKIM_DIGEST_SIZE])
{
	require(EVP_MD_CTX_copy_ex(seal->hash, seal->head_hash) == 1 &&
		EVP_DigestUpdate(seal->hash, sealer->relaxed.ptr, sealer->relaxed.len) == 1 &&
		EVP_DigestUpdate(seal->hash, body_hash.ptr, body_hash.len) == 1 &&
		EVP_DigestUpdate(seal->hash, BEFORE_SIGNATURE_RELAXED.ptr, BEFORE_SIGNATURE_RELAXED.len) ==
			1 &&
		EVP_DigestFinal_ex(seal->hash, digest, NULL) == 1);
}

/*
 * Ed25519 signs the hash as if it were the message (RFC 8463 3). Its context is for one message: it
 * is made ready anew, keeping its key, since OpenSSL from 3.4 on refuses a second one.
 */
static bool sign_ed25519(const struct sealer *sealer, const unsigned char digest[DKIM_DIGEST_SIZE],
	unsigned char *signature, size_t *size)
{
	return EVP_DigestSignInit(sealer->ed25519, NULL, NULL, NULL, NULL) == 1 &&
	       EVP_DigestSign(sealer->ed25519, signature, size, digest, DKIM_DIGEST_SIZE) == 1;
}

static bool sign(
	const struct sealer *sealer, const unsigned char digest[DKIM_DIGEST_SIZE], unsigned char *signature)
{
	size_t size = sealer->signature_size;
	bool is_done = sealer->rsa
			       ? EVP_PKEY_sign(sealer->rsa, signature, &size, digest, DKIM_DIGEST_SIZE) == 1
			       : sign_ed25519(sealer, digest, signature, &size);

	return is_done && size == sealer->signature_size;
}

static char *write_span(char *to, struct span bytes)
{
	memcpy(to, bytes.ptr, bytes.len);
	return to + bytes.len;
}

static char *write_signature(char *to, struct span base64)
{
	while (base64.len > SIGNATURE_LINE) {
		to = write_span(to, span_first(base64, SIGNATURE_LINE));
		to = write_span(to, SPAN("\r\n "));
		base64 = span_from(base64, SIGNATURE_LINE);
	}
	to = write_span(to, base64);
	return write_span(to, SPAN("\r\n"));
}

/* OpenSSL's encoder puts a NUL at the end. */
static struct span encode(const unsigned char *bytes, size_t size, char *base64)
{
	return span_bytes(base64, (size_t)EVP_EncodeBlock((unsigned char *)base64, bytes, (int)size));
}

enum status dkim_seal_write(struct dkim_seal *seal, struct span head,
	const unsigned char body[DKIM_DIGEST_SIZE], char *at, struct err *err)
{
	char encoded_body[BODY_HASH_SIZE + 1];
	struct span body_hash = encode(body, DKIM_DIGEST_SIZE, encoded_body);

	if (seal->count)
		hash_head(seal, head);
	for (size_t i = 0; i < seal->count; i++) {
		const struct sealer *sealer = &seal->sealers[i];
		char base64[BASE64_SIZE(SIGNATURE_MAX) + 1];
		unsigned char signature[SIGNATURE_MAX];
		unsigned char digest[DKIM_DIGEST_SIZE];

		hash_field(seal, sealer, body_hash, digest);
		if (!sign(sealer, digest, signature))
			return cannot_sign(sealer, err);
		at = write_span(at, str_span(&sealer->start));
		at = write_span(at, body_hash);
		at = write_span(at, BEFORE_SIGNATURE);
		at = write_signature(at, encode(signature, sealer->signature_size, base64));
	}
	return OK;
}
