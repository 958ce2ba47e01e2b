/*
 * The threads that build.
 */
#include "app/builders.h"

#include "app/letterbox.h"
#include "base/mem.h"
#include "base/thread.h"

#include <stdlib.h>

/* So many jobs are taken at once: enough to make the lock cheap, few enough to share them fairly. */
#define BATCH 8u

struct builder {
	struct belt *belt;
	struct newsroom *newsroom; /* its own handle: nothing in it is shared with another thread */
	struct letterbox *letterbox;
	pthread_t thread;
};

struct builders {
	struct builder *items;
	size_t count;
	size_t started;
};

static bool build_one(const struct builder *builder, struct courierjob *job)
{
	struct err err;

	if (courierjob_build(job, builder->letterbox, &err) == OK)
		return true;
	if (!job->hold)
		belt_fail(builder->belt, &err);
	return false;
}

static void *build(void *context)
{
	struct builder *builder = context;
	struct courierjob_queue taken = {0};
	struct courierjob_queue ready = {0};
	struct courierjob_queue done = {0};

	while (belt_take_claimed(builder->belt, &taken, BATCH)) {
		bool is_over = false;

		while (taken.count && !is_over) {
			struct courierjob *job = courierjob_take(&taken);

			courierjob_put(build_one(builder, job) ? &ready : &done, job);
			is_over = belt_is_over(job);
		}
		belt_put_built(builder->belt, &ready, &done, &taken);
	}
	return NULL;
}

static enum status start(struct builder *builder, struct newsroom *newsroom, struct err *err)
{
	enum status status = newsroom_open_again(newsroom, &builder->newsroom, err);

	if (status == OK)
		status = letterbox_new(builder->newsroom, &builder->letterbox, err);
	if (status == OK)
		status = thread_start(&builder->thread, "build", build, builder, err);
	return status;
}

enum status builders_start(
	struct newsroom *newsroom, struct belt *belt, size_t count, struct builders **out, struct err *err)
{
	struct builders *builders = mem_alloc(sizeof(*builders));
	enum status status = OK;

	builders->count = count;
	builders->items = mem_alloc(count * sizeof(*builders->items));
	for (size_t i = 0; i < count && status == OK; i++) {
		builders->items[i].belt = belt;
		status = start(&builders->items[i], newsroom, err);
		builders->started += status == OK;
	}
	*out = builders;
	return status;
}

void builders_join(struct builders *builders)
{
	if (!builders)
		return;
	for (size_t i = 0; i < builders->count; i++) {
		struct builder *builder = &builders->items[i];

		if (i < builders->started)
			pthread_join(builder->thread, NULL);
		letterbox_free(builder->letterbox);
		newsroom_close(builder->newsroom);
	}
	free(builders->items);
	free(builders);
}
