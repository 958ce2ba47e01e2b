/*
 * The jobs that wait for a link with room.
 */
#include "deliver/jobqueue.h"

#include "base/mem.h"

#include <stdlib.h>

#define SIZE_FIRST 64

void jobqueue_clear(struct jobqueue *queue)
{
	free(queue->entries);
	*queue = (struct jobqueue){0};
}

static void make_room(struct jobqueue *queue)
{
	struct jobqueue larger = {.size = queue->size ? 2 * queue->size : SIZE_FIRST, .count = queue->count};

	if (queue->count < queue->size)
		return;
	larger.entries = mem_alloc(larger.size * sizeof(*larger.entries));
	for (size_t i = 0; i < queue->size; i++)
		larger.entries[i] = queue->entries[(queue->head + i) % queue->size];
	free(queue->entries);
	*queue = larger;
}

void jobqueue_add(struct jobqueue *queue, struct entry entry)
{
	make_room(queue);
	queue->entries[(queue->head + queue->count) % queue->size] = entry;
	queue->count++;
}

struct entry jobqueue_take(struct jobqueue *queue)
{
	struct entry entry = queue->entries[queue->head];

	queue->head = (queue->head + 1) % queue->size;
	queue->count--;
	return entry;
}
