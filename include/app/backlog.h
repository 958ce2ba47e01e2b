#ifndef APP_BACKLOG_H
#define APP_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Positions that wait, first in, first out: 4 bytes each, and 8 more for each 30 of them.
 * Start from `(struct backlog){0}`.
 */
struct backlog {
	struct backlog_block *first, *last;
	uint32_t taken; /* of the first block */
	uint32_t added; /* to the last one */
	size_t count;
};

/* `position` is 1 to UINT32_MAX: no dispatch has more. */
void backlog_add(struct backlog *backlog, int64_t position);
bool backlog_take(struct backlog *backlog, int64_t *position); /* false if it's empty */
void backlog_clear(struct backlog *backlog);

#endif
