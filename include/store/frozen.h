#ifndef STORE_FROZEN_H
#define STORE_FROZEN_H

#include "record/delivery.h"
#include "record/dispatch.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Deliveries on their way into a new dispatch. They are gathered in a temporary
 * database of this process, in any order, sorted by position there, and merged
 * in one short transaction; until then nobody else sees or waits for anything,
 * and a process that is killed leaves nothing.
 *
 *     frozen_begin,
 *     store_begin_read, frozen_look, frozen_add…, frozen_end, store_commit,
 *     store_begin, frozen_is_outdated, store_add_dispatch, frozen_merge, store_commit,
 *     frozen_clear
 *
 * Between frozen_begin and frozen_clear the store doesn't check that what a row
 * refers to is there: that nothing is outdated says so. One freeze a store at a time. Failures that every
 * call can return are told in store/store.h.
 */

/* Outside of a transaction; empties what was there. */
enum status frozen_begin(struct store *store, struct err *err);

/* What the store is like: the numbers of its newest dispatch and change. */
struct frozen_basis {
	int64_t dispatch;
	int64_t change;
};
enum status frozen_look(struct store *store, struct frozen_basis *basis, struct err *err);

/* A queued one: of its dispatch, state and tries nothing is kept. */
enum status frozen_add(struct store *store, const struct delivery *delivery, struct err *err);
/* By subscriber, for the merge to be quick. */
enum status frozen_add_leftout(struct store *store, const struct leftout *leftout, struct err *err);
/* E_CONFLICT for two deliveries at one position. */
enum status frozen_end(struct store *store, struct err *err);

/* Whether anybody froze a dispatch, or changed a list, since. */
enum status frozen_is_outdated(
	struct store *store, const struct frozen_basis *basis, bool *is_outdated, struct err *err);

/* Into a dispatch that has none yet. Within the caller's transaction. */
enum status frozen_merge(struct store *store, int64_t dispatch, struct err *err);

/* Forget it all. Outside of a transaction. */
void frozen_clear(struct store *store);

#endif
