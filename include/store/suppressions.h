#ifndef STORE_SUPPRESSIONS_H
#define STORE_SUPPRESSIONS_H

#include "record/suppression.h"
#include "store/store.h"

/* Addresses that must not be written to. Failures that every call can return are told in store/store.h. */

/* E_EXISTS, without words, if the address is suppressed already: the first reason stays. */
enum status store_add_suppression(
	struct store *store, const struct suppression *suppression, struct err *err);
/* E_NOTFOUND, without words, if it isn't suppressed. */
enum status store_remove_suppression(struct store *store, const char *address_key, struct err *err);
/* As above. suppression_clear `out` afterwards. */
enum status store_find_suppression(
	struct store *store, const char *address_key, struct suppression *out, struct err *err);

/* All, by address key. What `fn` is given is borrowed for the call; not OK stops and is returned. */
typedef enum status store_suppression_fn(
	void *context, const struct suppression *suppression, struct err *err);
enum status store_each_suppression(
	struct store *store, store_suppression_fn *fn, void *context, struct err *err);

#endif
