#ifndef DELIVER_JOBQUEUE_H
#define DELIVER_JOBQUEUE_H

#include "deliver/engine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct station;

/* A job as the engine keeps it while it has it. */
struct entry {
	struct engine_job *job;        /* NULL: none */
	int returns;                   /* times it came back, and may be why */
	uint32_t refused_by;           /* relays that can't take it, a bit each */
	bool is_noted;                 /* as final: what becomes of it must be recorded */
	int64_t started_ms;            /* wall clock: when its MAIL was handed over */
	int64_t begun_ms;              /* the same by clock_steady_ms */
	unsigned begun_at;             /* the station's halvings then */
	const struct station *seen_by; /* the last station that had it, and what that had decided then */
	unsigned decided_at;
};

/* Jobs in the order in which they are to go: a ring that grows when it is full. In place; empty is zero. */
struct jobqueue {
	struct entry *entries;
	size_t size, head, count;
};

void jobqueue_clear(struct jobqueue *queue);
/* At the end. */
void jobqueue_add(struct jobqueue *queue, struct entry entry);
/* The first; there must be one. */
struct entry jobqueue_take(struct jobqueue *queue);

#endif
