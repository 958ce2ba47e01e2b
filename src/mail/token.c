/*
 * Names that only this newsroom can make, and makes the same again: an
 * HMAC-SHA-256 under its epoch. What goes into it is of fixed width or comes
 * last, so that no two deliveries are the same bytes.
 */
#include "mail/token.h"

#include "mail/codec.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <sys/random.h>

#define NAME_BYTES 16u /* 128 bits: 26 characters of base32 */
#define NAME_INPUT_MAX 128u

void token_epoch_new(struct token_epoch *epoch)
{
	/* At most 256 bytes come whole; a signal can only interrupt before the pool is ready. */
	while (getrandom(epoch->bytes, sizeof(epoch->bytes), 0) != (ssize_t)sizeof(epoch->bytes)) {
		if (errno != EINTR)
			abort();
	}
}

static void add_number(struct str *out, int64_t number)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		str_add_char(out, (char)((uint64_t)number >> shift & 0xff));
}

static void add_name(const struct token_epoch *epoch, struct span input, struct str *out)
{
	unsigned char mac[EVP_MAX_MD_SIZE];

	if (!HMAC(EVP_sha256(), epoch->bytes, sizeof(epoch->bytes), (const unsigned char *)input.ptr,
		    input.len, mac, NULL))
		abort();
	codec_base32(span_bytes(mac, NAME_BYTES), out);
}

void token_message_id(const struct token_epoch *epoch, int64_t dispatch, int64_t position, struct str *out)
{
	struct str input;

	str_init(&input, NAME_INPUT_MAX);
	str_add(&input, SPAN("message-id"));
	add_number(&input, dispatch);
	add_number(&input, position);
	add_name(epoch, str_span(&input), out);
	str_clear(&input);
}

void token_boundary(
	const struct token_epoch *epoch, int64_t dispatch, struct span language, int part, struct str *out)
{
	unsigned char digest[TOKEN_DIGEST_SIZE];
	struct str input;

	token_digest(language, digest);
	str_init(&input, NAME_INPUT_MAX);
	str_add(&input, SPAN("boundary"));
	add_number(&input, dispatch);
	add_number(&input, part);
	str_add(&input, span_bytes(digest, sizeof(digest)));
	/* "=_" stands in no quoted-printable and no base64 body. */
	str_add(out, SPAN("=_"));
	add_name(epoch, str_span(&input), out);
	str_clear(&input);
}

void token_digest(struct span bytes, unsigned char digest[TOKEN_DIGEST_SIZE])
{
	SHA256((const unsigned char *)bytes.ptr, bytes.len, digest);
}
