#ifndef APP_SUPPRESSIONS_H
#define APP_SUPPRESSIONS_H

#include "record/suppression.h"
#include "store/suppressions.h"

/* Addresses that must not be written to. Each takes an address as people type it; E_SYNTAX as addr_parse. */

/*
 * `reason` is a reason's word ("complaint") or a person's own words, or "".
 * E_EXISTS, saying why, if it is suppressed already.
 */
enum status suppressions_add(
	struct store *store, const char *address, const char *reason, const char *who, struct err *err);

/* E_NOTFOUND, naming the address, if it isn't suppressed. */
enum status suppressions_remove(struct store *store, const char *address, struct err *err);

/* As above. suppression_clear `out` afterwards. */
enum status suppressions_find(
	struct store *store, const char *address, struct suppression *out, struct err *err);

/* All, by address key. What `fn` is given is borrowed for the call; not OK stops. */
enum status suppressions_each(struct store *store, store_suppression_fn *fn, void *context, struct err *err);

#endif
