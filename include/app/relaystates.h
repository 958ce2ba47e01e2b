#ifndef APP_RELAYSTATES_H
#define APP_RELAYSTATES_H

#include "app/settings.h"
#include "base/err.h"
#include "record/relaystate.h"
#include "store/store.h"

#include <stddef.h>

/*
 * How the relays are doing, as a sender tells it: on its way into the store, and out of it
 * again for the next sender and for people. One of each relay. Start from {0}.
 */
struct relaystates {
	struct relay_state items[SETTINGS_RELAYS_MAX];
	size_t count;
};

/* In place of what is there of that relay. */
void relaystates_put(struct relaystates *states, const struct relay_state *state);
/*
 * The same with what an engine tells, which knows no earlier days: when the relay was found to break
 * PIPELINING is as it was, or now.
 */
void relaystates_put_told(struct relaystates *states, struct relay_state *state);
/* All of `from`, which is empty then, over what is there. */
void relaystates_move(struct relaystates *to, struct relaystates *from);

/* Into the store, in the caller's transaction. */
enum status relaystates_save(const struct relaystates *states, struct store *store, struct err *err);

/* That a relay breaks PIPELINING is believed for so long; then it gets another chance. */
#define RELAYSTATES_BREACH_MS (INT64_C(7) * 86400000)

/* Of each relay that the settings name, in their order: as its last user left it; since_ms is 0 if it
 * never was in trouble. */
enum status relaystates_load(
	struct store *store, const struct settings *settings, struct relaystates *out, struct err *err);
/* Drop those from the store that the settings don't name, SETTINGS_RELAYS_MAX of them at most. */
enum status relaystates_forget_others(struct store *store, const struct settings *settings, struct err *err);

#endif
