/*
 * Positions that wait, in blocks: a million of them must fit in a few megabytes.
 */
#include "app/backlog.h"

#include "base/mem.h"

#include <stdlib.h>

#define BLOCK_POSITIONS 30u /* with the pointer, 128 bytes */

struct backlog_block {
	struct backlog_block *next;
	uint32_t positions[BLOCK_POSITIONS];
};

void backlog_add(struct backlog *backlog, int64_t position)
{
	if (!backlog->last || backlog->added == BLOCK_POSITIONS) {
		struct backlog_block *block = mem_alloc(sizeof(*block));

		if (backlog->last)
			backlog->last->next = block;
		else
			backlog->first = block;
		backlog->last = block;
		backlog->added = 0;
	}
	backlog->last->positions[backlog->added++] = (uint32_t)position;
	backlog->count++;
}

bool backlog_take(struct backlog *backlog, int64_t *position)
{
	struct backlog_block *first = backlog->first;

	if (!backlog->count)
		return false;
	*position = first->positions[backlog->taken++];
	if (!--backlog->count) {
		backlog_clear(backlog);
	} else if (backlog->taken == BLOCK_POSITIONS) {
		backlog->first = first->next;
		backlog->taken = 0;
		free(first);
	}
	return true;
}

void backlog_clear(struct backlog *backlog)
{
	while (backlog->first) {
		struct backlog_block *block = backlog->first;

		backlog->first = block->next;
		free(block);
	}
	*backlog = (struct backlog){0};
}
