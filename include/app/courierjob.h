#ifndef APP_COURIERJOB_H
#define APP_COURIERJOB_H

#include "base/str.h"
#include "deliver/engine.h"
#include "deliver/flight.h"
#include "record/delivery.h"

#include <stddef.h>

/* A claimed delivery on its way through the engine, with the bytes of its message. */
struct courierjob {
	struct engine_job job; /* first: the engine hands this back */
	struct delivery delivery;
	struct str message;
	struct str return_path;
	struct attempt outcome;
	struct courierjob *next;
};

/* First in, first out. Start from zeroes. */
struct courierjob_queue {
	struct courierjob *first, *last;
	size_t count;
};

struct courierjob *courierjob_new(void);
void courierjob_free(struct courierjob *job);
/* Forget the delivery, keep the message's memory. */
void courierjob_reset(struct courierjob *job);
static inline struct courierjob *courierjob_of(struct engine_job *job)
{
	return (struct courierjob *)(void *)job;
}

void courierjob_put(struct courierjob_queue *queue, struct courierjob *job);
struct courierjob *courierjob_take(struct courierjob_queue *queue); /* NULL if it's empty */
void courierjob_move(struct courierjob_queue *to, struct courierjob_queue *from);
void courierjob_free_all(struct courierjob_queue *queue);

#endif
