#ifndef MAIL_DKIM_H
#define MAIL_DKIM_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * DKIM signatures (RFC 6376; algorithms of RFC 8301 and RFC 8463): relaxed header
 * and body, SHA-256. A key is parsed once and signs many messages. Nothing here
 * reads files.
 */

/* The numbers are stored: never reorder. */
enum dkim_algorithm {
	DKIM_RSA,     /* rsa-sha256 */
	DKIM_ED25519, /* ed25519-sha256 */
	DKIM_ALGORITHM_COUNT
};

const char *dkim_algorithm_name(enum dkim_algorithm algorithm); /* "rsa", "ed25519" */
bool dkim_algorithm_parse(struct span name, enum dkim_algorithm *algorithm);

/* A private key. */
struct dkim_key;

#define DKIM_RSA_BITS 2048u     /* of the keys we make */
#define DKIM_RSA_BITS_MIN 1024u /* RFC 8301 3.2: verifiers take none below */
#define DKIM_RSA_BITS_MAX 4096u
#define DKIM_PEM_MAX (16u * 1024u)

enum status dkim_key_new(enum dkim_algorithm algorithm, struct dkim_key **out, struct err *err);
/*
 * From PEM (PKCS#8, or PKCS#1 as OpenDKIM has it); text before "-----BEGIN" is skipped.
 * E_SYNTAX for what is no private key (a public or encrypted one is named as such),
 * E_UNSUPPORTED for an algorithm that DKIM doesn't know, E_RANGE for an RSA key of
 * too few or too many bits.
 */
enum status dkim_key_parse(struct span pem, struct dkim_key **out, struct err *err);
void dkim_key_format(const struct dkim_key *key, struct str *pem); /* PKCS#8 PEM; appends */
void dkim_key_free(struct dkim_key *key);                          /* NULL is fine */
enum dkim_algorithm dkim_key_algorithm(const struct dkim_key *key);
unsigned dkim_key_bits(const struct dkim_key *key); /* 256 of Ed25519 */

#define DKIM_DIGEST_SIZE 32u
/* SHA-256 of the public key: tells keys apart. */
void dkim_key_fingerprint(const struct dkim_key *key, unsigned char fingerprint[DKIM_DIGEST_SIZE]);
/* The value of its TXT record: "v=DKIM1; k=rsa; p=…" (RFC 6376 3.6.1, RFC 8463 4). Appends. */
void dkim_key_record(const struct dkim_key *key, struct str *out);

/*
 * The hash of a body in relaxed form (RFC 6376 3.4.4), fed as the body is laid
 * down. Begin anew for each body.
 */
struct dkim_body;
struct dkim_body *dkim_body_new(void);
void dkim_body_free(struct dkim_body *body); /* NULL is fine */
void dkim_body_begin(struct dkim_body *body);
void dkim_body_add(struct dkim_body *body, struct span bytes);
/* What dkim_body_relax() made, at a line's start. */
void dkim_body_add_relaxed(struct dkim_body *body, struct span bytes);
/* `to` goes on where `from` is: what bodies have in common is hashed once. */
void dkim_body_copy(struct dkim_body *to, const struct dkim_body *from);
void dkim_body_end(struct dkim_body *body, unsigned char digest[DKIM_DIGEST_SIZE]);

/* A stretch of whole lines (each ended by CR LF) in relaxed form. Empty lines at its end stay. Appends. */
void dkim_body_relax(struct span lines, struct str *out);

/*
 * Whether a text can be a domain, or a selector (RFC 6376 3.1): labels with dots between, of lower-case
 * letters, digits and inner hyphens, 63 octets at most each.
 */
bool dkim_is_name(struct span text);
/* Whether it is one with a dot in it: something to sign for. */
bool dkim_is_domain(struct span text);

#define DKIM_NAME_MAX 253u /* octets of a name in the DNS */
/* Where a key's record stands in the DNS: "SELECTOR._domainkey.DOMAIN". Appends. */
void dkim_record_name(struct span domain, struct span selector, struct str *out);
/* E_SYNTAX for a domain or selector that is none; E_RANGE if that name is over DKIM_NAME_MAX. */
enum status dkim_check_names(struct span domain, struct span selector, struct err *err);

/* Who signs. Borrowed. */
struct dkim_signer {
	struct span domain;   /* A-labels, lower case */
	struct span selector; /* likewise */
	const struct dkim_key *key;
};

/*
 * The signature fields for messages of the same signers and time: one field per
 * signer, each over the same header fields, none over another's. What is signed is
 * fixed: From twice (so that no second one can be added), To, Subject, Date, Message-ID,
 * Reply-To, MIME-Version, Content-Type, List-Id, List-Unsubscribe,
 * List-Unsubscribe-Post, Feedback-ID; one that a message hasn't is signed as absent.
 */
#define DKIM_SIGNERS_MAX 4u
struct dkim_seal;

#define DKIM_TIME_MAX INT64_C(999999999999) /* RFC 6376 3.5: t= has 12 digits at most */

/*
 * Copies names, borrows keys. `time_s` is t=, seconds since 1970 UTC. As dkim_check_names; E_RANGE for too
 * many signers, or a time before 1970 or after DKIM_TIME_MAX.
 */
enum status dkim_seal_new(const struct dkim_signer *signers, size_t count, int64_t time_s,
	struct dkim_seal **out, struct err *err);
void dkim_seal_free(struct dkim_seal *seal); /* NULL is fine */

/* How many octets all its fields take: the same for every message. */
size_t dkim_seal_size(const struct dkim_seal *seal);

/*
 * Write the fields (folded, each ended by CR LF) to `at`, which has room for
 * dkim_seal_size() octets. `head` is the message's header block without them, whole
 * fields ended by CR LF; `body` the digest of its body.
 * The same input gives the same octets. E_INTERNAL if the library can't sign.
 */
enum status dkim_seal_write(struct dkim_seal *seal, struct span head,
	const unsigned char body[DKIM_DIGEST_SIZE], char *at, struct err *err);

#endif
