#ifndef APP_BRAKES_H
#define APP_BRAKES_H

#include "base/err.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Stopping dispatches, letting them go on, and saying what became of unknown
 * deliveries. A running sender sees it in its next turn.
 */

/* Hold one dispatch, or every one that is being sent with 0. *count is how many. E_CONFLICT if it has ended.
 */
enum status brakes_hold(
	struct store *store, int64_t dispatch, const char *who, size_t *count, struct err *err);

/*
 * Let a held dispatch go on: it is SENDING again. Does nothing to one that is.
 * E_HELD while unknown deliveries are all that is left of it; E_CONFLICT if it has ended.
 */
enum status brakes_resume(struct store *store, int64_t dispatch, struct err *err);

/*
 * Never send what is still open: from the first transaction on, and then delivery by delivery, in several.
 * *count is how many that is; of those, what is in flight may still arrive, and what may have arrived by an
 * earlier try is unknown. E_CONFLICT if it has ended, but one that was cut off goes on.
 */
enum status brakes_cancel(struct store *store, int64_t dispatch, size_t *count, struct err *err);

/* What was left of that by processes that were killed. */
enum status brakes_cancel_leftovers(struct store *store, struct err *err);

enum resolution {
	RESOLVE_ACCEPTED, /* it arrived */
	RESOLVE_RESEND    /* once more, marked as a possible duplicate */
};

/*
 * What a person knows of an unknown delivery. A dispatch that was held for it goes on,
 * or ends. E_NOTFOUND if the address has none in the dispatch, E_CONFLICT for another
 * message from one that has ended.
 */
enum status brakes_resolve(struct store *store, int64_t dispatch, const char *address,
	enum resolution resolution, struct err *err);

#endif
