#ifndef STORE_CLAIMING_H
#define STORE_CLAIMING_H

#include "record/delivery.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Who may be claimed, and claiming them. Failures: see store/store.h. A scan and the
 * claims that follow from it belong into one transaction.
 */

/* A place in a scan: after the last one seen. Queued ones are at next_ms 0. Start from zeroes. */
struct store_cursor {
	int64_t next_ms;
	int64_t position;
};

/* One that may be claimed once it's due; false ends the scan. `domain` is borrowed for the call. */
typedef bool store_open_fn(void *context, const struct store_cursor *at, const char *domain);

/* The queued ones after a cursor, by position; the deferred ones, by next try and position. */
enum status store_scan_queued(struct store *store, int64_t dispatch, const struct store_cursor *after,
	store_open_fn *fn, void *context, struct err *err);
enum status store_scan_deferred(struct store *store, int64_t dispatch, const struct store_cursor *after,
	store_open_fn *fn, void *context, struct err *err);

/* How many of both the two cursors have passed. */
enum status store_count_passed(struct store *store, int64_t dispatch, const struct store_cursor *queued,
	const struct store_cursor *deferred, int64_t *count, struct err *err);

/*
 * Claim those of `positions` that are queued, or deferred and due at `now_ms`; the others are
 * left out. The claim looks again: who has been suppressed, or is no longer an active member of
 * the list that led to them, is recorded as SUPPRESSED or CANCELLED instead of CLAIMED.
 * Fills out[0…*claimed) in the order of `positions`, each with its new state; the caller clears
 * them. One that was deferred has a next_ms.
 */
enum status store_claim(struct store *store, int64_t dispatch, int64_t now_ms, const int64_t *positions,
	size_t count, struct delivery *out, size_t *claimed, struct err *err);

/* A number that is another one once any other process, or connection, has changed the store. */
enum status store_get_version(struct store *store, int64_t *version, struct err *err);

#endif
