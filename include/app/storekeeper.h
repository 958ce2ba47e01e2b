#ifndef APP_STOREKEEPER_H
#define APP_STOREKEEPER_H

#include "app/belt.h"
#include "app/load.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The thread that has the store while messages go out: a turn of the load whenever one
 * is due, claims onto the belt, what is done off it.
 */
struct storekeeper;

struct storekeeper_options {
	struct store *store; /* the load's: the thread's own until the join */
	int64_t wait_ms;     /* tries further away than this aren't waited for */
	/* Called from its thread when all is over, it failed, or a gate was shut. */
	void (*tell)(void *context);
	void *context;
};

/* Load and belt are borrowed; the load, and the store, are the thread's until it is joined. */
enum status storekeeper_start(struct load *load, struct belt *belt, const struct storekeeper_options *options,
	struct storekeeper **out, struct err *err);
/* Claim nothing more; what is done is still settled. From any thread, and from a signal's handler. */
void storekeeper_stop_claiming(struct storekeeper *keeper);
/* How a relay is doing now. It is in the store after the next turn, or with the load's end. From any thread.
 */
void storekeeper_note_relay(struct storekeeper *keeper, const struct relay_state *state);
/* Once the belt has stopped: wait for it. NULL is fine. */
void storekeeper_join(struct storekeeper *keeper);

/* As its last turn left things. From any thread. */
struct storekeeper_news {
	struct load_counts counts;
	struct flight_mark durable; /* all that the flight record tells of before it is in the store */
	uint64_t shuts;             /* as load_shuts */
	int64_t next_ms;            /* when there'll be more to send; INT64_MAX: all is over */
	enum status status;         /* not OK: the store failed, and nothing is claimed or settled any more */
	struct err err;
};
void storekeeper_read_news(struct storekeeper *keeper, struct storekeeper_news *news);

#endif
