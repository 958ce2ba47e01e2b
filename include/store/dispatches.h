#ifndef STORE_DISPATCHES_H
#define STORE_DISPATCHES_H

#include "base/str.h"
#include "record/dispatch.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Dispatches, their frozen letters and sources, and whom they left out. Failures: see store/store.h. */

/* Sets dispatch->id. */
enum status store_add_dispatch(struct store *store, struct dispatch *dispatch, struct err *err);
enum status store_add_letter(struct store *store, int64_t dispatch, int number, struct span language,
	struct span content, struct err *err);
enum status store_add_source(
	struct store *store, int64_t dispatch, const char *path, struct span content, struct err *err);

/* `out` is cleared by the caller. E_NOTFOUND names the number. */
enum status store_find_dispatch(struct store *store, int64_t id, struct dispatch *out, struct err *err);
/* The newest one; E_NOTFOUND if nothing was sent yet. */
enum status store_find_newest_dispatch(struct store *store, struct dispatch *out, struct err *err);

/* `dispatch` is borrowed for the call. Not OK stops and is returned. */
typedef enum status store_dispatch_fn(void *context, const struct dispatch *dispatch, struct err *err);
/* Newest first. */
enum status store_each_dispatch(struct store *store, store_dispatch_fn *fn, void *context, struct err *err);
/* Those neither finished nor cancelled, oldest first; of one release, or of all with NULL. */
enum status store_each_open_dispatch(
	struct store *store, const char *release, store_dispatch_fn *fn, void *context, struct err *err);

/* `reason` is of DISPATCH_HELD, else "". FINISHED and CANCELLED note `now_ms` as the end. */
enum status store_set_dispatch_state(struct store *store, int64_t id, enum dispatch_state state,
	const char *reason, int64_t now_ms, struct err *err);
enum status store_get_dispatch_state(
	struct store *store, int64_t id, enum dispatch_state *state, struct err *err);

/*
 * Of a dispatch, whether the sender carries it: for others, who can see only whether there's a sender. Each
 * new one begins with none, so what its predecessor left is told from what it was given.
 */
enum status store_carry_dispatch(struct store *store, int64_t id, struct err *err); /* SENDING from now on */
enum status store_is_carried(struct store *store, int64_t id, bool *is_carried, struct err *err);
enum status store_carry_none(struct store *store, struct err *err);

/* Appends the letter's bytes to `content`. E_NOTFOUND. */
enum status store_get_letter(
	struct store *store, int64_t dispatch, int number, struct str *content, struct err *err);

typedef enum status store_source_fn(void *context, const char *path, struct span content, struct err *err);
enum status store_each_source(
	struct store *store, int64_t dispatch, store_source_fn *fn, void *context, struct err *err);

/* How many were left out, by reason. */
enum status store_count_leftouts(
	struct store *store, int64_t dispatch, int64_t counts[LEFTOUT_REASON_COUNT], struct err *err);

#endif
