#ifndef APP_BELT_H
#define APP_BELT_H

#include "app/courierjob.h"
#include "deliver/flight.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What carries jobs from thread to thread: from the one that has the store (claimed)
 * to those that build (ready) to the one that sends (done) and back to the first.
 * Handed over many at a time, so that its lock costs no message anything. Any thread
 * may call any function. What is taken comes into a queue that is empty before.
 */
struct belt;

/*
 * Messages that are built and not done take no more than this, or are one. Each builder may be over by one
 * message that is larger than the one before it.
 */
#define BELT_MESSAGE_BYTES_MAX (64u * 1024u * 1024u)

/* `wake` is called when jobs became ready for one who found none, or all is over; from any thread. */
struct belt *belt_new(void (*wake)(void *context), void *context);
void belt_free(struct belt *belt); /* with the jobs on it; NULL is fine */

/* From the store's thread. Leaves `jobs` empty. */
void belt_put_claimed(struct belt *belt, struct courierjob_queue *jobs);
/* For a builder: waits for up to `most`, and for the room that their messages need. False when the belt
 * stops. */
bool belt_take_claimed(struct belt *belt, struct courierjob_queue *out, size_t most);
/* For a builder: the message is much larger than the room kept for it; what else it took goes back first. */
bool belt_is_over(const struct courierjob *job);
/*
 * From a builder: what was built, what couldn't be, which is done, and what is `left` to be built, by whoever
 * comes first. Leaves all empty.
 */
void belt_put_built(struct belt *belt, struct courierjob_queue *ready, struct courierjob_queue *done,
	struct courierjob_queue *left);
/* From a builder: the store failed, so that nothing more can be built. What it had comes back as done. */
void belt_fail(struct belt *belt, const struct err *err);
/* For the one who sends: the first failure that a builder told of, or OK. */
enum status belt_failure(struct belt *belt, struct err *err);
/* For the one who sends: up to `most`, without waiting. */
void belt_take_ready(struct belt *belt, struct courierjob_queue *out, size_t most);
/* From the one who sends: what is settled or goes back; the flight record tells of it up to `mark`. */
void belt_put_done(struct belt *belt, struct courierjob_queue *done, struct flight_mark mark);

/*
 * From the one who sends: `jobs` are set aside without their messages, and it has so many more (`detoured`)
 * for one relay alone. Neither must keep others. Leaves `jobs` empty.
 */
void belt_put_aside(struct belt *belt, struct courierjob_queue *jobs, size_t detoured);
/* From the one who sends: up to `most` of what was set aside are built anew. */
void belt_bring_back(struct belt *belt, size_t most);
/* From the one who sends: a gate was shut. What was set aside behind it is done. */
void belt_sift_aside(struct belt *belt);
/* How many are aside. */
size_t belt_count_aside(struct belt *belt);

/* What the store's thread waits for. Times are clock_steady_ms. */
struct belt_need {
	size_t open;       /* jobs that are somewhere: on the belt, done or not, or with the sender */
	size_t low;        /* a turn is due when no more than so many are neither done nor aside… */
	size_t high;       /* …and no more than so many aren't done… */
	bool can_claim;    /* …and there's something to claim */
	int64_t settle_ms; /* what is done may wait for company until then, if any isn't done */
	int64_t look_ms;   /* a turn is due then in any case */
};

/*
 * For the store's thread: wait until a turn is due, then take all that is done, and the mark that came
 * with the last of it. False when the belt stops: nothing was taken.
 */
bool belt_wait_done(struct belt *belt, const struct belt_need *need, struct courierjob_queue *done,
	struct flight_mark *mark);

/* Nobody waits any more. What is on the belt stays there. */
void belt_stop(struct belt *belt);
/* When all threads but one are gone: everything that is left, to be given back or settled. */
void belt_empty(struct belt *belt, struct courierjob_queue *out);

#endif
