#ifndef MAIL_TOKEN_H
#define MAIL_TOKEN_H

#include "base/str.h"

#include <stdint.h>

/*
 * Names derived from a newsroom's secret epoch (HMAC-SHA-256 over the purpose
 * and the delivery's key), so that building a message again gives the same
 * bytes and nobody outside can guess another's.
 */
#define TOKEN_EPOCH_SIZE 32u

struct token_epoch {
	unsigned char bytes[TOKEN_EPOCH_SIZE];
};

/* Fresh, from the system's random source. */
void token_epoch_new(struct token_epoch *epoch);

/* The left part of a delivery's Message-ID: lower-case base32, 26 characters. */
void token_message_id(const struct token_epoch *epoch, int64_t dispatch, int64_t position, struct str *out);

/* A MIME boundary for one dispatch's letter in one language; `part` tells several apart. */
void token_boundary(
	const struct token_epoch *epoch, int64_t dispatch, struct span language, int part, struct str *out);

#define TOKEN_DIGEST_SIZE 32u
/* SHA-256. */
void token_digest(struct span bytes, unsigned char digest[TOKEN_DIGEST_SIZE]);

#endif
