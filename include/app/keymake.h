#ifndef APP_KEYMAKE_H
#define APP_KEYMAKE_H

#include "app/keys.h"
#include "app/settings.h"

/* Making DKIM keys. */
struct key_request {
	const char *domain;    /* A-labels, lower case */
	const char *selector;  /* NULL for one that names the month, "d202611" */
	const char *algorithm; /* NULL for one key of each, whose selectors end in "-rsa" and "-ed25519" */
	int64_t now_ms;
};
/*
 * E_SYNTAX for a domain, selector or algorithm that is none, E_RANGE for names that are too long
 * together, E_EXISTS for a selector that is taken, as keys_list for a key of the domain that can't be
 * read: then nothing is made. `list` has the new keys; key_list_clear it.
 */
enum status keymake(
	struct keys *keys, const struct key_request *request, struct key_list *list, struct err *err);

/* Whether a text can be what a request says, in the form it is typed in. */
bool keymake_is_selector(const char *text);
bool keymake_is_algorithm(const char *text);
/* The domain that a newsroom's mail is from. */
enum status keymake_sender_domain(const struct settings *settings, struct str *out, struct err *err);

#endif
