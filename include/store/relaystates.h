#ifndef STORE_RELAYSTATES_H
#define STORE_RELAYSTATES_H

#include "record/relaystate.h"
#include "store/store.h"

/* How the relays are doing, one row each. Failures: see store/store.h. */

/* In place of what was known of that relay. */
enum status store_put_relay_state(struct store *store, const struct relay_state *state, struct err *err);
/* Nothing is known of it any more, if anything was. */
enum status store_drop_relay_state(struct store *store, const char *relay, struct err *err);

/* All, by name. What `fn` is given is borrowed for the call; not OK stops and is returned. */
typedef enum status store_relay_state_fn(void *context, const struct relay_state *state, struct err *err);
enum status store_each_relay_state(
	struct store *store, store_relay_state_fn *fn, void *context, struct err *err);

#endif
