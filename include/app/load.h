#ifndef APP_LOAD_H
#define APP_LOAD_H

#include "app/belt.h"
#include "app/courierjob.h"
#include "app/relaystates.h"
#include "app/settings.h"
#include "base/err.h"
#include "record/dispatch.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a courier carries, as the store knows it: dispatches, the deliveries claimed
 * from them, and the outcomes that aren't in the store yet. It meets the store
 * once a turn, in one transaction. One thread at a time.
 */
struct load;

/* How many deliveries of all that was loaded are in each state. */
struct load_counts {
	int64_t total;
	int64_t by_state[DELIVERY_STATE_COUNT];
	int64_t settled; /* attempts settled since load_new */
};

/*
 * Claims that are open, from the claim to the outcome: as many as the last turns used up in three, at least
 * four for each of `connections`, and what waits aside; at most this.
 */
#define LOAD_CLAIMS_MAX 1024u

/* Store and settings are borrowed. */
struct load *load_new(struct store *store, const struct settings *settings, size_t connections);
void load_free(struct load *load); /* NULL is fine */

/* As claims_recall, before anything is taken on. */
enum status load_recall(struct load *load, struct err *err);

/* Take a dispatch on. E_HELD, with the reason, if it's held or its lift lies ahead; E_CONFLICT if it has
 * ended. Any other failure leaves the load fit for load_free alone. */
enum status load_add(struct load *load, int64_t id, struct err *err);

/* The dispatches that are carried, in the order they were taken on: *count on the heap, free() them. */
int64_t *load_list(const struct load *load, size_t *count);

/* Jobs that are done: with an outcome, or to go back; the next turn has them. Leaves `done` empty. */
void load_take_done(struct load *load, struct courierjob_queue *done);
/* How relays are doing; the next turn keeps it. Leaves `states` empty. */
void load_take_relays(struct load *load, struct relaystates *states);

/*
 * One turn: settle what is done, look at holds, and, if `is_going_on`, take on what others
 * hand over and claim more, into `claimed`, to be built. Failures of the store: nothing of the turn was kept,
 * E_BUSY means that it can be had again.
 */
enum status load_turn(struct load *load, bool is_going_on, struct courierjob_queue *claimed, struct err *err);
/* The last turn: nothing more is claimed, dispatches of which nothing is left end. All jobs are done by now.
 */
enum status load_end(struct load *load, struct err *err);

/* So many of the open claims wait for what nobody else needs: others are claimed beside them. */
void load_set_aside(struct load *load, size_t count);

/* When the next turn is due, `is_going_on` or only settling. */
struct belt_need load_need(const struct load *load, bool is_going_on);

/* When there'll be more to send: now, at a deferred one's try within `wait_ms`, or INT64_MAX: never. */
int64_t load_next_ms(const struct load *load, int64_t wait_ms);
/* The earliest next try of a deferred one, however far; 0 if there's none. As of load_end. */
int64_t load_next_try_ms(const struct load *load);

/* So often a turn shut a gate that had been open. */
uint64_t load_shuts(const struct load *load);

/* Borrowed until load_free. */
const struct load_counts *load_counts(const struct load *load);

#endif
