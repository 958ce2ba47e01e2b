#ifndef APP_OUTCOME_H
#define APP_OUTCOME_H

#include "app/settings.h"
#include "base/err.h"
#include "record/delivery.h"
#include "store/store.h"

/*
 * What an attempt's outcome means for its delivery, recorded: when a deferred one
 * is tried again or is given up, whether an unknown one goes out once more. For
 * the courier and for recovery alike. Belongs in a transaction. *next_ms is 0 for what isn't deferred.
 * Of a cancelled dispatch what would be tried again is CANCELLED, or UNKNOWN if it may have arrived before.
 */
enum status outcome_settle(struct store *store, const struct settings *settings,
	const struct attempt *attempt, enum delivery_state *state, int64_t *next_ms, struct err *err);

/* A claimed one that wasn't sent is what it was before, or CANCELLED with its dispatch: so is
 * delivery->state. */
enum status outcome_give_back(struct store *store, struct delivery *delivery, struct err *err);

/*
 * End a dispatch of which nothing is left to send: FINISHED, or HELD while
 * somebody has to resolve unknown deliveries. Does nothing while some are open, or if it was cancelled.
 */
enum status outcome_finish(struct store *store, int64_t dispatch, struct err *err);

#endif
