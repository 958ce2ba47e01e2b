/*
 * The relaxed form of a body (RFC 6376 3.4.4) and its hash, from pieces cut
 * anywhere. Two steps: white space is made relaxed, then the line breaks at the end
 * of what came so far are held back, since they count only if more follows.
 */
#include "mail/dkim.h"

#include "base/mem.h"
#include "mail/require.h"

#include <openssl/evp.h>
#include <stdlib.h>

#define CHUNK_SIZE 1024u

/* What of a text can't be written yet. Both may be held: white space, then a CR. */
struct relaxer {
	bool has_space; /* a run of white space: one space, unless the line ends */
	bool has_cr;    /* a line break, or a character, if no LF follows */
};

struct dkim_body {
	EVP_MD_CTX *hash;
	struct relaxer relaxer;
	bool has_text; /* a line that isn't empty has come */
	size_t breaks; /* line breaks held back */
	size_t used;   /* of `bytes`, which gathers short pieces: a call of OpenSSL's costs more */
	char bytes[CHUNK_SIZE];
};

static const bool is_special[256] = {['\t'] = true, ['\n'] = true, ['\r'] = true, [' '] = true};

/* Write what was held back of a line that goes on; where writing continues. */
static char *write_held(struct relaxer *relaxer, char *to)
{
	if (relaxer->has_space)
		*to++ = ' ';
	if (relaxer->has_cr)
		*to++ = '\r';
	*relaxer = (struct relaxer){false, false};
	return to;
}

/* `to` has room for two more octets than `text`, which may have been held back. Returns how many were
 * written. */
static size_t relax(struct relaxer *relaxer, struct span text, char *to)
{
	const char *at = text.ptr;
	const char *end = at + text.len;
	const char *start = to;

	while (at < end) {
		char c = *at++;

		if (!is_special[(unsigned char)c]) {
			to = write_held(relaxer, to);
			*to++ = c;
			while (at < end && !is_special[(unsigned char)*at])
				*to++ = *at++;
		} else if (c == '\n' && relaxer->has_cr) {
			*relaxer = (struct relaxer){false, false};
			*to++ = '\r';
			*to++ = '\n';
		} else if (c == '\n') {
			to = write_held(relaxer, to);
			*to++ = c;
		} else {
			/* A CR that no LF follows is a character like others. */
			if (relaxer->has_cr)
				to = write_held(relaxer, to);
			relaxer->has_cr = c == '\r';
			relaxer->has_space = relaxer->has_space || c != '\r';
		}
	}
	return (size_t)(to - start);
}

void dkim_body_relax(struct span lines, struct str *out)
{
	struct relaxer relaxer = {false, false};
	char chunk[CHUNK_SIZE + 2];

	while (lines.len) {
		size_t size = relax(&relaxer, span_first(lines, CHUNK_SIZE), chunk);

		str_add(out, span_bytes(chunk, size));
		lines = span_from(lines, CHUNK_SIZE);
	}
}

struct dkim_body *dkim_body_new(void)
{
	struct dkim_body *body = mem_alloc(sizeof(*body));

	body->hash = EVP_MD_CTX_new();
	require(body->hash && EVP_DigestInit_ex(body->hash, EVP_sha256(), NULL) == 1);
	return body;
}

void dkim_body_free(struct dkim_body *body)
{
	if (!body)
		return;
	EVP_MD_CTX_free(body->hash);
	free(body);
}

void dkim_body_begin(struct dkim_body *body)
{
	/* Without naming the algorithm again, which OpenSSL would look up. */
	require(EVP_DigestInit_ex(body->hash, NULL, NULL) == 1);
	body->relaxer = (struct relaxer){false, false};
	body->has_text = false;
	body->breaks = 0;
	body->used = 0;
}

static void hash(struct dkim_body *body, struct span bytes)
{
	require(EVP_DigestUpdate(body->hash, bytes.ptr, bytes.len) == 1);
}

static void put(struct dkim_body *body, struct span bytes)
{
	if (bytes.len > CHUNK_SIZE - body->used) {
		hash(body, span_bytes(body->bytes, body->used));
		body->used = 0;
	}
	if (bytes.len > CHUNK_SIZE) {
		hash(body, bytes);
		return;
	}
	memcpy(body->bytes + body->used, bytes.ptr, bytes.len);
	body->used += bytes.len;
}

/* No piece ends between CR and LF here. */
static void put_lines(struct dkim_body *body, struct span relaxed)
{
	size_t breaks = 0;

	while (span_ends(relaxed, SPAN("\r\n"))) {
		relaxed.len -= 2;
		breaks++;
	}
	if (!relaxed.len) {
		body->breaks += breaks;
		return;
	}
	for (; body->breaks; body->breaks--)
		put(body, SPAN("\r\n"));
	put(body, relaxed);
	body->breaks = breaks;
	body->has_text = true;
}

void dkim_body_add(struct dkim_body *body, struct span bytes)
{
	char chunk[CHUNK_SIZE + 2];

	while (bytes.len) {
		size_t size = relax(&body->relaxer, span_first(bytes, CHUNK_SIZE), chunk);

		put_lines(body, span_bytes(chunk, size));
		bytes = span_from(bytes, CHUNK_SIZE);
	}
}

void dkim_body_add_relaxed(struct dkim_body *body, struct span bytes)
{
	put_lines(body, bytes);
}

void dkim_body_copy(struct dkim_body *to, const struct dkim_body *from)
{
	require(EVP_MD_CTX_copy_ex(to->hash, from->hash) == 1);
	to->relaxer = from->relaxer;
	to->has_text = from->has_text;
	to->breaks = from->breaks;
	to->used = from->used;
	memcpy(to->bytes, from->bytes, from->used);
}

void dkim_body_end(struct dkim_body *body, unsigned char digest[DKIM_DIGEST_SIZE])
{
	if (body->relaxer.has_cr) {
		char held[2];

		put_lines(body, span_bytes(held, (size_t)(write_held(&body->relaxer, held) - held)));
	}
	/* One line break ends the last line, whether it had one or not; an empty body has none. */
	if (body->has_text)
		put(body, SPAN("\r\n"));
	hash(body, span_bytes(body->bytes, body->used));
	require(EVP_DigestFinal_ex(body->hash, digest, NULL) == 1);
}
