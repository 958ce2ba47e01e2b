#ifndef DELIVER_ENGINE_H
#define DELIVER_ENGINE_H

#include "base/str.h"
#include "deliver/relay.h"
#include "record/delivery.h"
#include "record/relaystate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The loop that moves messages: it asks its host for jobs, asks again before
 * each first byte, and tells every outcome. One thread; it knows neither store
 * nor letters.
 */
struct engine;

/* One message for one recipient. The host's; lent from take() until it is settled or given back. */
struct engine_job {
	int64_t dispatch;
	int64_t position;
	int attempt_number;        /* from 1 */
	struct span envelope_from; /* without brackets; empty is the null sender */
	struct span envelope_to;
	/* The host's name for the delivery, the same in every try, for reports to carry (RFC 3461 4.4); or
	 * empty. */
	struct span envelope_id;
	bool needs_smtputf8;
	bool is_possible_duplicate;
	struct span message; /* canonical CR LF, not dot-stuffed */
};

#define ENGINE_NEVER INT64_MAX

struct engine_host {
	void *context;
	/*
	 * Up to `want` jobs that may be sent now, into `jobs`; returns how many. With
	 * fewer than `want`, *next_ms is the instant (clock_now_ms) at which to ask
	 * again, or ENGINE_NEVER when there'll be none without a settle.
	 */
	size_t (*take)(void *context, struct engine_job **jobs, size_t want, int64_t *next_ms);
	/* The gate: asked right before a job's MAIL is handed over. False: the job is given back. */
	bool (*may_send)(void *context, const struct engine_job *job);
	/*
	 * Called before the write that holds a message's last byte. Not OK: the
	 * connection is closed without the dot, the job is given back, the engine stops.
	 */
	enum status (*note_final)(void *context, const struct engine_job *job, struct err *err);
	/* As soon as a job's deciding reply is parsed, or its connection is lost. `attempt` is borrowed. */
	void (*settle)(void *context, struct engine_job *job, const struct attempt *attempt);
	/* Certainly not sent, no try counted: its MAIL was never answered, or the gate said no. */
	void (*give_back)(void *context, struct engine_job *job);
	/*
	 * As give_back, and the relay takes no message of this size (RFC 1870), in `words`: the host
	 * should shut the gate for others like it, or they'll come back the same way.
	 */
	void (*too_large)(void *context, struct engine_job *job, const char *words);
	/*
	 * As give_back, but the job waits for one relay alone, for which enough wait here: the host hands it
	 * out again once engine_wants_aside says so.
	 */
	void (*set_aside)(void *context, struct engine_job *job);
	/* Once per turn of the loop: the host commits. Not OK: the engine stops and returns it. */
	enum status (*turn)(void *context, struct err *err);
	/*
	 * At each change of a relay's state; that one works is a change unless it's remembered so. NULL is
	 * fine. `state` is borrowed. The same trouble with only a later try is a change as well.
	 */
	void (*relay_changed)(void *context, const struct relay_state *state);
};

#define ENGINE_RELAYS_MAX 32u

struct engine_options {
	const struct relay *relays; /* 1 to ENGINE_RELAYS_MAX, borrowed, in any order */
	size_t relay_count;
	const char *hello; /* EHLO's name */
	int relay_tries; /* failures of each relay in a row before engine_run gives up with E_IO; 0: never */
	/* As told before; since_ms is 0 if it never was. Whoever broke PIPELINING is spoken to step by step;
	 * all else is found out anew. */
	const struct relay_state *remembered;
	size_t remembered_count;
	const struct pace *paces; /* beside `relays`: what each had lately, copied; NULL: nothing */
};

enum status engine_new(const struct engine_options *options, const struct engine_host *host,
	struct engine **out, struct err *err);
void engine_free(struct engine *engine);

/*
 * Send until the host has nothing more (ENGINE_NEVER and nothing in flight) or
 * engine_stop was called. Every job taken has been settled or given back on return.
 */
enum status engine_run(struct engine *engine, struct err *err);

/*
 * Jobs that wait for one relay alone, since no other can take them: they keep no link from the rest. For
 * the host, in its callbacks.
 */
size_t engine_count_aside(const struct engine *engine);
/*
 * When the relays' rates let the next message through (clock_now_ms), as it was known when one was last
 * wanted: often in the past. 0 if it isn't their rates that matter.
 */
int64_t engine_rests_until_ms(const struct engine *engine);

/* For the host, in its callbacks: whether some of what was set aside should be handed out again. */
bool engine_wants_aside(struct engine *engine);
/* For the host, in its callbacks: may_send says no where it said yes. What waits is given back, if so. */
void engine_sift(struct engine *engine);

/* Have the engine ask its host for jobs now. From any thread. */
void engine_wake(struct engine *engine);

/*
 * Finish the messages in flight, take no more; a second call drops connections
 * at once. Async-signal-safe.
 */
void engine_stop(struct engine *engine);

#endif
