#ifndef DELIVER_CHANNEL_H
#define DELIVER_CHANNEL_H

#include "deliver/dialogue.h"
#include "deliver/floor.h"
#include "deliver/jobqueue.h"
#include "deliver/link.h"
#include "deliver/station.h"

#include <stdbool.h>
#include <stdint.h>

/* A link, the dialogue over it, and the jobs being said. */
struct channel {
	struct link *link;
	struct dialogue *dialogue;
	struct station *station; /* NULL: closed */
	struct entry seats[2];
	bool is_connected;
	bool is_pipelined;
	bool is_leaving;     /* QUIT was said, or will be */
	bool has_learnt;     /* over it, that the relay is to be spoken to step by step */
	int given;           /* jobs over this connection */
	unsigned begun_at;   /* the station's halvings when it was opened */
	size_t replies;      /* whole ones, so far */
	int64_t progress_ms; /* the last of these, or bytes of ours that were taken: timers run from here */
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

/* Is connecting to a relay that works, or could be given a job at once. */
bool channel_is_ready(const struct channel *channel);

#endif
