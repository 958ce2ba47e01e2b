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

/*
 * Tokens that come back to us: in return paths and in the links by which people
 * unsubscribe. Lower-case base32, opaque: what they name is hidden and signed (HMAC),
 * and holds no address. Made again, a token is the same.
 */
enum token_purpose {
	TOKEN_BOUNCE = 1,     /* names a delivery: `subject` is its position */
	TOKEN_UNSUBSCRIBE = 2 /* `subject` is the subscriber; 0 for copies and tests */
};

struct token {
	enum token_purpose purpose;
	int64_t dispatch;
	int64_t subject;
};

#define TOKEN_SIZE 45u                            /* characters */
#define TOKEN_NUMBER_MAX ((INT64_C(1) << 40) - 1) /* of dispatch and subject */
#define TOKEN_SECRET_SIZE 32u
#define TOKEN_SECRETS_MAX 16u

/*
 * The newsroom's secrets, by number (1 to 255): tokens are signed with one of them
 * and carry its number, so that a new one may be added without breaking old links.
 * Apart from the epoch, which only says in which life of the store a token was made.
 */
struct token_secrets {
	struct token_secret {
		unsigned char number;
		unsigned char bytes[TOKEN_SECRET_SIZE];
	} items[TOKEN_SECRETS_MAX];
	size_t count;
};

void token_secret_new(struct token_secret *secret, unsigned char number);
/* The one of that number, borrowed. E_NOTFOUND. */
enum status token_find_secret(const struct token_secrets *secrets, unsigned char number,
	const struct token_secret **out, struct err *err);

#define TOKEN_CHECK_SIZE 8u
/* Tells whether a secret is the same as before, and nothing else of it: the start of a SHA-256. */
void token_secret_check(const struct token_secret *secret, unsigned char check[TOKEN_CHECK_SIZE]);

/* Makes many tokens with one secret, which is copied. By one thread at a time. */
struct token_maker;
struct token_maker *token_maker_new(const struct token_secret *secret, const struct token_epoch *epoch);
void token_maker_free(struct token_maker *maker); /* wipes it; NULL is fine */
/* Appends TOKEN_SIZE characters. E_RANGE for a number over the ceiling. */
enum status token_maker_add(
	struct token_maker *maker, const struct token *token, struct str *out, struct err *err);

/* A single one. Appends TOKEN_SIZE characters. E_RANGE for a number over the ceiling, E_NOTFOUND for a secret
 * that isn't there. */
enum status token_make(const struct token_secrets *secrets, unsigned char number,
	const struct token_epoch *epoch, const struct token *token, struct str *out, struct err *err);

/*
 * Read one, in any case of its letters. E_SYNTAX for what is no token; E_DENIED for one that was
 * changed, forged, or made for another purpose; E_NOTFOUND for one of another epoch, or
 * whose secret isn't there any more.
 */
enum status token_read(const struct token_secrets *secrets, const struct token_epoch *epoch, struct span text,
	enum token_purpose purpose, struct token *out, struct err *err);

/* Octets of a local part that leave room for '+' and a token in the 64 that it may have (RFC 5321 4.5.3.1.1).
 */
#define TOKEN_LOCAL_MAX (64u - 1u - TOKEN_SIZE)

/*
 * "bounce@harbour.example" and a token: "bounce+TOKEN@harbour.example" (RFC 5233). Appends.
 * The local part has TOKEN_LOCAL_MAX octets at most, and no '+'.
 */
void token_address(struct span address, struct span token, struct str *out);
/* What stands where the token does in such an address's local part, borrowed; or empty. */
struct span token_in_address(struct span address);

#define TOKEN_DIGEST_SIZE 32u
/* SHA-256. */
void token_digest(struct span bytes, unsigned char digest[TOKEN_DIGEST_SIZE]);

#endif
