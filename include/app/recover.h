#ifndef APP_RECOVER_H
#define APP_RECOVER_H

#include "app/settings.h"
#include "base/err.h"
#include "deliver/flight.h"
#include "store/store.h"

#include <stddef.h>

/*
 * After a sender that ended without settling: what its flight record knows goes
 * into the store. A reply is settled as it was, even where the store has lost the claim; a message whose last
 * byte went out without one is UNKNOWN; a claim without either goes back to the queue, no try counted. After
 * another boot a claim without a reply is UNKNOWN, too: the record isn't synced, so it may have been lost
 * with the machine. Likewise where the record is damaged, which the log says.
 */
struct recovery {
	size_t settled;
	size_t unknown;
	size_t given_back;
};

/* Commits, then truncates the flight record. */
enum status recover_flight(struct store *store, struct flight *flight, const struct settings *settings,
	struct recovery *out, struct err *err);

#endif
