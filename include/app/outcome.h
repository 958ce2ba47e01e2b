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
 */
enum status outcome_settle(struct store *store, const struct settings *settings,
	const struct attempt *attempt, enum delivery_state *state, int64_t *next_ms, struct err *err);

/*
 * End a dispatch of which nothing is left to send: FINISHED, or HELD while
 * somebody has to resolve unknown deliveries. Does nothing while some are open.
 * What comes back to a CANCELLED one, or is to be tried again, is cancelled with it.
 */
enum status outcome_finish(struct store *store, int64_t dispatch, struct err *err);

#endif
