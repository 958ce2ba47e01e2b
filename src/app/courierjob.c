/*
 * The courier's jobs: used over and over, so that a message costs no allocation.
 */
#include "app/courierjob.h"

#include "base/mem.h"

#include <stdlib.h>

struct courierjob *courierjob_new(void)
{
	struct courierjob *job = mem_alloc(sizeof(*job));

	str_init(&job->message, STR_MAX_LARGE);
	str_init(&job->return_path, STR_MAX_SMALL);
	return job;
}

void courierjob_free(struct courierjob *job)
{
	delivery_clear(&job->delivery);
	str_clear(&job->message);
	str_clear(&job->return_path);
	free(job);
}

void courierjob_reset(struct courierjob *job)
{
	delivery_clear(&job->delivery);
	str_empty(&job->message);
	str_empty(&job->return_path);
	job->job = (struct engine_job){0};
	job->next = NULL;
}

void courierjob_put(struct courierjob_queue *queue, struct courierjob *job)
{
	job->next = NULL;
	if (queue->last)
		queue->last->next = job;
	else
		queue->first = job;
	queue->last = job;
	queue->count++;
}

struct courierjob *courierjob_take(struct courierjob_queue *queue)
{
	struct courierjob *job = queue->first;

	if (!job)
		return NULL;
	queue->first = job->next;
	if (!queue->first)
		queue->last = NULL;
	queue->count--;
	job->next = NULL;
	return job;
}

void courierjob_move(struct courierjob_queue *to, struct courierjob_queue *from)
{
	struct courierjob *job;

	while ((job = courierjob_take(from)))
		courierjob_put(to, job);
}

void courierjob_free_all(struct courierjob_queue *queue)
{
	struct courierjob *job;

	while ((job = courierjob_take(queue)))
		courierjob_free(job);
}
