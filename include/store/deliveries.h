#ifndef STORE_DELIVERIES_H
#define STORE_DELIVERIES_H

#include "base/str.h"
#include "record/dispatch.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Deliveries and attempts; claiming is in store/claiming.h. Failures: see store/store.h.
 * Claims and settles belong into one transaction a turn: the caller begins and commits it.
 */

/* The earliest next try among a dispatch's deferred deliveries; 0 if there's none. */
enum status store_next_try(struct store *store, int64_t dispatch, int64_t *next_ms, struct err *err);

/* A claimed one back to what it was: no try counted. */
enum status store_give_back(struct store *store, int64_t dispatch, int64_t position, struct err *err);

/*
 * Record an attempt and move its delivery to `attempt->outcome`; EXPIRED may
 * stand in for a deferred one that is given up. `next_ms` is of DEFERRED.
 */
enum status store_settle(struct store *store, const struct attempt *attempt, enum delivery_state state,
	int64_t next_ms, struct err *err);

/*
 * Of the last message that may have gone out, where a second one must be the same. E_NOTFOUND, without words,
 * if it isn't known or needn't be.
 */
enum status store_get_digest(struct store *store, int64_t dispatch, int64_t position,
	unsigned char digest[ATTEMPT_DIGEST_SIZE], struct err *err);

/* Its state, and how many tries are recorded of it. E_NOTFOUND, without words, if there's no such delivery.
 */
enum status store_get_tries(struct store *store, int64_t dispatch, int64_t position,
	enum delivery_state *state, int *tries, struct err *err);

/* When the delivery was first tried; 0 if it wasn't. */
enum status store_get_first_try(
	struct store *store, int64_t dispatch, int64_t position, int64_t *first_ms, struct err *err);

/* Count by state. */
enum status store_count_deliveries(
	struct store *store, int64_t dispatch, struct delivery_counts *counts, struct err *err);

/* Queued again, the next message marked as possibly the second one; and whether it must be the `is_same` one:
 * a person may want another. */
enum status store_requeue_unknown(
	struct store *store, int64_t dispatch, int64_t position, bool is_same, struct err *err);
/* A person says that an unknown one arrived. */
enum status store_set_delivery_state(struct store *store, int64_t dispatch, int64_t position,
	enum delivery_state from, enum delivery_state to, struct err *err);
/*
 * Of what is still to be sent, at most `most` are CANCELLED, or UNKNOWN where an earlier try may have
 * arrived. *count is how many; 0: nothing is left.
 */
enum status store_cancel_some(
	struct store *store, int64_t dispatch, size_t most, size_t *count, struct err *err);
enum status store_count_claimed(struct store *store, int64_t dispatch, int64_t *count, struct err *err);
/* A cancelled dispatch of which something is still to be cancelled, `dispatch` or any with 0. *found is 0 if
 * there's none. */
enum status store_find_half_cancelled(struct store *store, int64_t dispatch, int64_t *found, struct err *err);

typedef enum status store_delivery_fn(void *context, const struct delivery *delivery, struct err *err);
/* All in a state, by dispatch and position: of QUEUED, CLAIMED, DEFERRED, UNKNOWN, also in ended dispatches.
 */
enum status store_each_delivery(struct store *store, enum delivery_state state, store_delivery_fn *fn,
	void *context, struct err *err);

/* True if there is any public dispatch of the release. */
enum status store_was_sent(struct store *store, const char *release, bool *was_sent, struct err *err);

#endif
