#ifndef APP_LOAD_H
#define APP_LOAD_H

#include "app/courierjob.h"
#include "app/newsroom.h"
#include "base/err.h"
#include "record/dispatch.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a courier carries: dispatches, the deliveries claimed from them with their
 * messages built, and the outcomes that aren't in the store yet. It meets the store
 * once a turn, in one transaction.
 */
struct load;

/* How many deliveries of all that was loaded are in each state. */
struct load_counts {
	int64_t total;
	int64_t by_state[DELIVERY_STATE_COUNT];
	int64_t settled; /* attempts settled since load_new */
};

/* `claims` is how many to have ready; the newsroom is borrowed. Failures of its store, secrets and keys. */
enum status load_new(struct newsroom *newsroom, size_t claims, struct load **out, struct err *err);
void load_free(struct load *load); /* NULL is fine */

/* Take a dispatch on. E_HELD, with the reason, if it's held or its lift lies ahead; E_CONFLICT if it has
 * ended. */
enum status load_add(struct load *load, int64_t id, struct err *err);

/* The next job that is ready, the caller's until load_settle or load_give_back; NULL if there's none. */
struct courierjob *load_take(struct load *load);
/* The gate: whether the dispatch may still go out, by what the last turn saw and by the clock. */
bool load_may_send(const struct load *load, int64_t dispatch);
void load_settle(struct load *load, struct courierjob *job, const struct attempt *attempt);
void load_give_back(struct load *load, struct courierjob *job);
/* The relay takes none of this size: the gate is shut, and the next turn holds the dispatch, saying so. */
void load_give_back_large(struct load *load, struct courierjob *job, const char *words);

/*
 * One turn: settle what has an outcome, look at holds, and, if `is_going_on`, take
 * on what others hand over and claim more. Failures of the store: nothing of the
 * turn was kept, E_BUSY means that it can be had again.
 */
enum status load_turn(struct load *load, bool is_going_on, struct err *err);
/* The last turn: what is ready goes back, dispatches of which nothing is left end. */
enum status load_end(struct load *load, struct err *err);

/* Is there something for a turn to settle; something to claim; too little ready? */
bool load_has_outcomes(const struct load *load);
bool load_is_hungry(const struct load *load);
bool load_is_empty(const struct load *load); /* nothing is ready */

/* When there'll be more to take: now, at a deferred one's try within `wait_ms`, or INT64_MAX. */
int64_t load_next_ms(const struct load *load, int64_t wait_ms);
/* The earliest next try of a deferred one, however far; 0 if there's none. As of load_end. */
int64_t load_next_try_ms(const struct load *load);

/* Borrowed until load_free. */
const struct load_counts *load_counts(const struct load *load);

#endif
