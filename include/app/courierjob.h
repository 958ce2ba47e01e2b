#ifndef APP_COURIERJOB_H
#define APP_COURIERJOB_H

#include "app/letterbox.h"
#include "base/str.h"
#include "deliver/engine.h"
#include "record/delivery.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether a dispatch may go out: as the last turn saw it, and as jobs have said since whose hold isn't in
 * the store yet. Asked for each message by the thread that sends.
 */
struct gate {
	atomic_bool is_open; /* as the last turn saw it */
	atomic_uint holds;   /* jobs that want their dispatch held and aren't reset */
	int64_t not_before_ms;
};

bool gate_is_open(const struct gate *gate);
/* It's open, and by the clock its time has come. */
bool gate_may_pass(const struct gate *gate);

/*
 * A claimed delivery on its way: claimed by the thread that has the store, built by
 * another, sent by a third, and settled by the first. One thread has it at a time.
 */
struct courierjob {
	struct engine_job job; /* first: the engine hands this back */
	struct delivery delivery;
	struct gate *gate; /* its dispatch's; outlives the job */
	struct str message;
	struct str return_path; /* its token is the envelope's id as well: a report brings back one or the
				   other */
	unsigned char digest[ATTEMPT_DIGEST_SIZE]; /* of the message */
	bool has_proof; /* it may have gone out before: then the digest was `proof` */
	unsigned char proof[ATTEMPT_DIGEST_SIZE];
	bool is_disproved; /* and now it isn't: nobody but a person can tell what to do */
	bool has_outcome;  /* when it's done: settled as `outcome`; else it goes back, no try counted */
	struct attempt outcome;
	char *hold;        /* why its dispatch must be held; NULL if it needn't */
	size_t belt_bytes; /* that the belt counts for its message */
	struct courierjob *next;
};

/* First in, first out. Start from zeroes. */
struct courierjob_queue {
	struct courierjob *first, *last;
	size_t count;
};

struct courierjob *courierjob_new(void);
void courierjob_free(struct courierjob *job);
/* Forget the delivery, let go of its gate, as well as the message. */
void courierjob_reset(struct courierjob *job);
/* Nobody sends the message any more: its memory is kept up to this much. */
#define COURIERJOB_KEEPS_BYTES (64u * 1024u)
void courierjob_empty(struct courierjob *job);
static inline struct courierjob *courierjob_of(struct engine_job *job)
{
	return (struct courierjob *)(void *)job;
}

/* Give it a delivery; copies, and takes what the delivery owns. */
void courierjob_fill(struct courierjob *job, struct delivery *delivery, struct gate *gate);
/*
 * Build and sign its message, and compare it with what may have gone out before. Not OK: its
 * gate is shut, and it goes back with the words in `hold`; or the store failed, then there's
 * no `hold`, and nothing more can be built. `err` is not NULL.
 */
enum status courierjob_build(struct courierjob *job, struct letterbox *letterbox, struct err *err);
/* Shut its gate until the job is reset, and say why its dispatch must be held. */
void courierjob_hold(struct courierjob *job, const char *words);

void courierjob_put(struct courierjob_queue *queue, struct courierjob *job);
struct courierjob *courierjob_take(struct courierjob_queue *queue); /* NULL if it's empty */
void courierjob_move(
	struct courierjob_queue *to, struct courierjob_queue *from); /* all of them, at its end */
void courierjob_free_all(struct courierjob_queue *queue);

#endif
