#ifndef APP_COURIER_H
#define APP_COURIER_H

#include "app/newsroom.h"
#include "base/err.h"
#include "record/dispatch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Carries dispatches out: source, sink and gate for the engine. It is the one
 * sender of its newsroom while it lives (the flight file's lock), claims from the
 * store, builds each letter, and settles outcomes in one transaction a turn.
 */
struct courier;

#define COURIER_FLIGHT_NAME "flight" /* in state/: its lock is the sender's */

/* How far it is, over all that it carries. */
struct courier_progress {
	int64_t total;
	int64_t by_state[DELIVERY_STATE_COUNT];
	int64_t settled_here;   /* attempts settled since courier_run began */
	int64_t started_ms;     /* clock_steady_ms when it began */
	int64_t next_ms;        /* the next try of a deferred one; 0 if there's none */
	int64_t rests_until_ms; /* the rates of relays and domains let nothing through before then, if it's
				   ahead */
	char trouble[256];      /* of the relays, "" if there's none */
};

struct courier_options {
	int64_t wait_ms; /* tries further away than this are left to a later run */
	void (*progress)(void *context, const struct courier_progress *progress); /* often; may be NULL */
	void *context;
};

/*
 * Become the sender and settle what a killed predecessor left. E_BUSY if another
 * process is sending; E_CONFLICT, E_IO as store and flight.
 */
enum status courier_new(struct newsroom *newsroom, const struct courier_options *options,
	struct courier **out, struct err *err);
void courier_free(struct courier *courier); /* NULL is fine */

/* Take a dispatch on. E_HELD, with the reason, if it's held or its lift lies ahead. */
enum status courier_add(struct courier *courier, int64_t id, struct err *err);

/*
 * Deliver what was added, until all is settled, only later tries are left, or
 * courier_stop. E_IO if no relay can be reached: what is left stays queued.
 */
enum status courier_run(struct courier *courier, struct err *err);

/*
 * Between two runs: read the newsroom's settings again, and go on by them with what was carried, unless it's
 * held or has ended. What is wrong with them is said in the log, and the former ones stay. The courier
 * remains the sender throughout. Failures as courier_new and courier_add.
 */
enum status courier_renew(struct courier *courier, struct err *err);

/* Finish the messages in flight and end courier_run; a second call drops them. Async-signal-safe. */
void courier_stop(struct courier *courier);
bool courier_was_stopped(const struct courier *courier);

/* The progress so far; valid until the next call to the courier. */
const struct courier_progress *courier_progress(const struct courier *courier);

#endif
