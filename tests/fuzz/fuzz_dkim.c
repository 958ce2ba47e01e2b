/*
 * DKIM: arbitrary bytes as a key, as a body in pieces, as a header block. What is
 * read as a key signs and is written and read back as itself; cuts and folds change
 * no digest.
 */
#include "mail/dkim.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const unsigned char no_digest[DKIM_DIGEST_SIZE];
static const char key_pem[] = "-----BEGIN PRIVATE KEY-----\n"
			      "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
			      "-----END PRIVATE KEY-----\n";

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void seal(const struct dkim_key *key, struct span head, struct str *out)
{
	struct dkim_signer signer = {SPAN("harbour.example"), SPAN("s"), key};
	struct dkim_seal *made = NULL;

	require(dkim_seal_new(&signer, 1, 1, &made, NULL) == OK);
	str_empty(out);
	str_add_repeat(out, '\0', dkim_seal_size(made));
	require(dkim_seal_write(made, head, no_digest, out->ptr, NULL) == OK);
	require(out->ptr[out->len] == '\0');
	dkim_seal_free(made);
}

static void check_key(struct span pem, struct str *scratch)
{
	unsigned char fingerprints[2][DKIM_DIGEST_SIZE];
	struct dkim_key *key = NULL;
	struct dkim_key *again = NULL;
	struct err err;
	struct str written;

	if (dkim_key_parse(pem, &key, &err) != OK) {
		require(err.status == E_SYNTAX || err.status == E_UNSUPPORTED || err.status == E_RANGE);
		return;
	}
	str_init(&written, DKIM_PEM_MAX * 2);
	dkim_key_format(key, &written);
	require(dkim_key_parse(str_span(&written), &again, NULL) == OK);
	dkim_key_fingerprint(key, fingerprints[0]);
	dkim_key_fingerprint(again, fingerprints[1]);
	require(memcmp(fingerprints[0], fingerprints[1], DKIM_DIGEST_SIZE) == 0);
	seal(key, SPAN("From: a\r\n"), scratch);
	dkim_key_free(key);
	dkim_key_free(again);
	str_clear(&written);
}

static void check_body(struct span text, size_t cut)
{
	static struct dkim_body *whole, *pieces;
	unsigned char digests[2][DKIM_DIGEST_SIZE];

	whole = whole ? whole : dkim_body_new();
	pieces = pieces ? pieces : dkim_body_new();
	dkim_body_begin(whole);
	dkim_body_add(whole, text);
	dkim_body_end(whole, digests[0]);
	dkim_body_begin(whole);
	dkim_body_add(whole, span_first(text, cut));
	dkim_body_copy(pieces, whole);
	dkim_body_add(pieces, span_from(text, cut));
	dkim_body_end(pieces, digests[1]);
	require(memcmp(digests[0], digests[1], DKIM_DIGEST_SIZE) == 0);
}

/* The whole lines of a body, made relaxed before; and relaxed again, which changes nothing. */
static void check_relaxed(struct span text, struct str *scratch)
{
	static struct dkim_body *plain, *relaxed;
	unsigned char digests[2][DKIM_DIGEST_SIZE];
	struct str again;

	while (text.len && !span_ends(text, SPAN("\r\n")))
		text.len--;
	plain = plain ? plain : dkim_body_new();
	relaxed = relaxed ? relaxed : dkim_body_new();
	str_empty(scratch);
	dkim_body_relax(text, scratch);
	str_init(&again, STR_MAX_LARGE);
	dkim_body_relax(str_span(scratch), &again);
	require(span_equals(str_span(scratch), str_span(&again)));
	dkim_body_begin(plain);
	dkim_body_add(plain, text);
	dkim_body_end(plain, digests[0]);
	dkim_body_begin(relaxed);
	dkim_body_add_relaxed(relaxed, str_span(scratch));
	dkim_body_end(relaxed, digests[1]);
	require(memcmp(digests[0], digests[1], DKIM_DIGEST_SIZE) == 0);
	str_clear(&again);
}

/* A header block without CR and LF inside, folded at its spaces or not, and its names in capitals. */
static void check_head(struct span head, struct str *scratch)
{
	static struct dkim_key *key;
	struct str folded, plain, sealed;

	if (!key)
		require(dkim_key_parse(span_of(key_pem), &key, NULL) == OK);
	seal(key, head, scratch);
	str_init(&folded, STR_MAX_LARGE);
	str_init(&plain, STR_MAX_LARGE);
	str_init(&sealed, STR_MAX_LARGE);
	str_add_text(&plain, "Subject: ");
	str_add_text(&folded, "SUBJECT\t:\t");
	for (size_t i = 0; i < head.len; i++) {
		char c = head.ptr[i];

		if (c == '\r' || c == '\n')
			continue;
		str_add_char(&plain, c);
		if (c == ' ' || c == '\t')
			str_add_text(&folded, "\r\n");
		str_add_char(&folded, c);
	}
	str_add_text(&plain, "\r\n");
	str_add_text(&folded, " \r\n");
	seal(key, str_span(&plain), scratch);
	seal(key, str_span(&folded), &sealed);
	require(span_equals(str_span(scratch), str_span(&sealed)));
	str_clear(&folded);
	str_clear(&plain);
	str_clear(&sealed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_bytes(data, size);
	struct str scratch;

	str_init(&scratch, STR_MAX_LARGE);
	check_key(bytes, &scratch);
	check_body(bytes, size ? data[0] % (size + 1) : 0);
	check_relaxed(bytes, &scratch);
	check_head(bytes, &scratch);
	str_clear(&scratch);
	return 0;
}
