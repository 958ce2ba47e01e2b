/*
 * The jobs that wait for a link with room.
 */
#include "deliver/jobqueue.h"

#include "base/mem.h"

#include <stdlib.h>

void jobqueue_init(struct jobqueue *queue, size_t size)
{
	*queue = (struct jobqueue){.entries = mem_alloc(size * sizeof(*queue->entries)), .size = size};
}

void jobqueue_clear(struct jobqueue *queue)
{
	free(queue->entries);
	*queue = (struct jobqueue){0};
}

void jobqueue_add(struct jobqueue *queue, struct entry entry)
{
	queue->entries[(queue->head + queue->count) % queue->size] = entry;
	queue->count++;
}

void jobqueue_return(struct jobqueue *queue, struct entry entry)
{
	queue->head = (queue->head + queue->size - 1) % queue->size;
	queue->entries[queue->head] = entry;
	queue->count++;
}

struct entry jobqueue_take(struct jobqueue *queue)
{
	struct entry entry = queue->entries[queue->head];

	queue->head = (queue->head + 1) % queue->size;
	queue->count--;
	return entry;
}
