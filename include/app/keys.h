#ifndef APP_KEYS_H
#define APP_KEYS_H

#include "base/err.h"
#include "base/str.h"
#include "mail/dkim.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A newsroom's DKIM keys: `keys/DOMAIN/SELECTOR.pem`, for their owner alone. A few lines above the PEM
 * say when a key was made; one from elsewhere needs none, and counts as the oldest.
 *
 * Failures name the file: E_DENIED, with what to type, if others may read it; E_SYNTAX, E_UNSUPPORTED
 * and E_RANGE as dkim_key_parse, and E_SYNTAX with its line for a head that can't be read; E_SYNTAX for a
 * name that is no selector.
 */
struct key {
	char *domain;
	char *selector;
	char *path;
	int64_t created_ms; /* 0: unknown */
	struct dkim_key *dkim;
};

/* Of a domain, at most: E_RANGE. */
#define KEYS_MAX 100u

/* Loads each key once, when it's first asked for. Keys are borrowed from it until keys_close. */
struct keys;
struct keys *keys_open(const char *folder);
void keys_close(struct keys *keys); /* NULL is fine */

/* One key. E_NOTFOUND if there's no such file. */
enum status keys_find(
	struct keys *keys, struct span domain, struct span selector, const struct key **out, struct err *err);

struct key_item {
	const struct key *key;
	bool is_in_use; /* the newest of its domain and algorithm, by `created_ms`, then by selector */
};
struct key_list {
	struct key_item *items;
	size_t count;
};
/*
 * All of a domain, or of all domains if its `ptr` is NULL, by domain and selector; none is OK. E_SYNTAX for
 * what is no domain. key_list_clear it.
 */
enum status keys_list(struct keys *keys, struct span domain, struct key_list *list, struct err *err);
void key_list_clear(struct key_list *list);

/*
 * Who signs mail from a domain now: of each algorithm the key in use, RSA first, of the domain itself or
 * else of the nearest domain above it that has any (DMARC's relaxed alignment, RFC 7489 3.1.1; never a
 * top-level domain). *count is 0 where there's none. Borrowed until keys_close.
 */
enum status keys_signers(struct keys *keys, struct span domain, struct dkim_signer signers[DKIM_SIGNERS_MAX],
	size_t *count, struct err *err);

/*
 * For keymake: E_EXISTS if there's such a key already, and a key put there, with when it was made. Neither
 * looks at the names.
 */
enum status keys_check_free(struct keys *keys, struct span domain, struct span selector, struct err *err);
enum status keys_save(struct keys *keys, struct span domain, struct span selector, const struct dkim_key *key,
	int64_t now_ms, struct err *err);

/* For people and zones. */
const char *key_algorithm(const struct key *key); /* "rsa" */
unsigned key_bits(const struct key *key);
void key_name(const struct key *key, struct str *out);   /* "SELECTOR._domainkey.DOMAIN" */
void key_record(const struct key *key, struct str *out); /* "v=DKIM1; k=rsa; p=…" */

#endif
