#ifndef DELIVER_CHANNEL_H
#define DELIVER_CHANNEL_H

#include "deliver/dialogue.h"
#include "deliver/engine.h"
#include "deliver/jobqueue.h"
#include "deliver/link.h"
#include "deliver/station.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What the channels of an engine share: its host, its jobs, its time, and why it stops. */
struct floor {
	struct engine_options options;
	struct engine_host host;
	struct jobqueue queue;
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

/* A link, the dialogue over it, and the jobs being said. */
struct channel {
	struct link *link;
	struct dialogue *dialogue;
	struct station *station; /* NULL: closed */
	struct entry seats[2];
	bool is_connected;
	bool is_leaving; /* QUIT was said, or will be */
	int given;       /* jobs over this connection */
	int64_t progress_ms;
};

struct channel *channel_new(int epoll_fd, uint32_t id);
void channel_free(struct channel *channel);

/* Start to connect to a station; trouble with that is told to the host. */
void channel_open(struct floor *floor, struct channel *channel, struct station *station);
/* Drop the connection, without a word. Nothing may be under way on it. */
void channel_close(struct channel *channel);

/* An event on one of its sockets (epoll's bits). */
void channel_on_event(struct floor *floor, struct channel *channel, int fd, uint32_t events);
/* Once a turn: see to deadlines and to waiting jobs, lower the floor's wake_ms. */
void channel_on_turn(struct floor *floor, struct channel *channel);

/* Finish what is under way, then QUIT. */
void channel_leave(struct floor *floor, struct channel *channel);
/* Lose the connection now; what was under way is settled or given back. */
void channel_drop(struct floor *floor, struct channel *channel, const char *words);

/* Is connecting, or could be given a job at once. */
bool channel_is_ready(const struct channel *channel);

/* Take and begin nothing more. */
bool floor_is_stopping(const struct floor *floor);
void floor_wake_at(struct floor *floor, int64_t at_ms);
/* Stop because of a failure; the first one counts. */
void floor_stop_because(struct floor *floor, enum status status, const struct err *err);

#endif
