#ifndef DELIVER_FLOOR_H
#define DELIVER_FLOOR_H

#include "deliver/dialogue.h"
#include "deliver/engine.h"
#include "deliver/jobqueue.h"
#include "deliver/link.h"
#include "deliver/stations.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What the channels of an engine share: its host, its relays, its jobs, its time, and why it stops. */
struct floor {
	struct engine_options options;
	struct engine_host host;
	struct stations stations;
	struct jobqueue queue;    /* for whichever has room */
	struct jobqueue *detours; /* one a station: for it alone, since others can't take them */
	size_t detoured;          /* in all of these */
	uint32_t had_enough;      /* relays for which a job was set aside, a bit each */
	bool has_set_aside;       /* any, ever */
	size_t in_flight;
	int64_t now_ms;    /* clock_steady_ms of this turn */
	int64_t wake_ms;   /* the next thing to do by time alone */
	int64_t retake_ms; /* not before then is the host asked for jobs */
	bool is_settled_since_take;
	atomic_int stops;   /* how often it was told to stop */
	bool is_dropping;   /* finish nothing either */
	enum status status; /* a failure that stops it */
	struct err err;
};

/* Take and begin nothing more. */
bool floor_is_stopping(const struct floor *floor);
void floor_wake_at(struct floor *floor, int64_t at_ms);
/* Stop because of a failure; the first one counts. */
void floor_stop_because(struct floor *floor, enum status status, const struct err *err);

/* Tell the host how a station is, if that has changed; what waits for it alone may go another way. */
void floor_tell(struct floor *floor, struct station *station);

/* Whether a link of this station that has nothing to do should stay; else it leaves. */
bool floor_keeps(const struct floor *floor, const struct station *station);
/* Whether its links go on with what any relay may take: not while something waits for it alone. */
bool floor_serves_all(const struct floor *floor, const struct station *station);
/* Whether there's a job for such a link, and the first of them: there must be one. */
bool floor_has_job(const struct floor *floor, const struct station *station);
struct entry floor_take_job(struct floor *floor, const struct station *station);
/*
 * One that comes back, certainly not sent: over any relay that can take it, behind the others. What is lost
 * wherever it goes must not be all that a relay on trial is asked for.
 */
void floor_return_job(struct floor *floor, struct entry entry);
/* Jobs that wait, in all queues. */
size_t floor_waiting(const struct floor *floor);
void floor_give_back(struct floor *floor, struct engine_job *job);
/* Of those that wait, what may not be sent any more. */
void floor_sift(struct floor *floor);
/* Whether what was set aside should come again: a relay that had enough has room, or none had enough. */
bool floor_wants_aside(struct floor *floor);
/* All that wait. */
void floor_give_all_back(struct floor *floor);

/* Tell the host what became of a job, over the link of these facts. What was told is in *attempt. */
void floor_settle(struct floor *floor, const struct entry *entry, const struct dialogue_event *event,
	const struct link_facts *facts, struct attempt *attempt);

/*
 * A link can't take a job, for the reason given: E_RANGE for its size, else what the message needs.
 * It goes over another relay, or ends if none is left that would take it: too_large or failed.
 */
void floor_detour(struct floor *floor, const struct station *station, const struct link_facts *facts,
	struct entry entry, const struct err *reason);
/* A message that no server may get has failed: what is wrong is wrong with it, and no try will mend it. */
void floor_refuse(
	struct floor *floor, const struct entry *entry, const struct link_facts *facts, const char *words);

#endif
