/*
 * Queues between threads, under one lock that is taken once for many jobs.
 */
#include "app/belt.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

#include <pthread.h>
#include <stdlib.h>

struct belt {
	pthread_mutex_t mutex;
	pthread_cond_t claims_came;
	pthread_cond_t turn_is_due;
	struct courierjob_queue claimed, ready, done, aside;
	struct flight_mark mark;
	size_t bytes;          /* of messages that are built and not done, and kept for those being built */
	size_t expected_bytes; /* of the last one built: so much is kept for the next */
	size_t detoured;       /* for one relay alone, with the sender; beside those that are aside here */
	struct belt_need need; /* what the store's thread waits for; it is told no more often than that */
	bool is_waiting;       /* the sender found nothing ready */
	bool is_stopped;
	struct err failure; /* the first one; OK if there's none */
	void (*wake)(void *context);
	void *context;
};

struct belt *belt_new(void (*wake)(void *context), void *context)
{
	struct belt *belt = mem_alloc(sizeof(*belt));

	pthread_mutex_init(&belt->mutex, NULL);
	thread_condition_init(&belt->claims_came);
	thread_condition_init(&belt->turn_is_due);
	belt->wake = wake;
	belt->context = context;
	return belt;
}

void belt_free(struct belt *belt)
{
	if (!belt)
		return;
	courierjob_free_all(&belt->claimed);
	courierjob_free_all(&belt->ready);
	courierjob_free_all(&belt->done);
	courierjob_free_all(&belt->aside);
	pthread_cond_destroy(&belt->turn_is_due);
	pthread_cond_destroy(&belt->claims_came);
	pthread_mutex_destroy(&belt->mutex);
	free(belt);
}

static void lock(struct belt *belt)
{
	pthread_mutex_lock(&belt->mutex);
}

static void unlock(struct belt *belt)
{
	pthread_mutex_unlock(&belt->mutex);
}

/* Of all that is somewhere, what isn't done. */
static size_t under_way(const struct belt *belt)
{
	return belt->need.open > belt->done.count ? belt->need.open - belt->done.count : 0;
}

static size_t count_aside(const struct belt *belt)
{
	return belt->aside.count + belt->detoured;
}

static bool is_low(const struct belt *belt)
{
	const struct belt_need *need = &belt->need;
	size_t left = under_way(belt);

	return need->can_claim && left <= need->high && left <= need->low + count_aside(belt);
}

static void add_done(struct belt *belt, struct courierjob_queue *done)
{
	bool was_idle = !belt->done.count || !is_low(belt);

	courierjob_move(&belt->done, done);
	if (was_idle && belt->done.count)
		pthread_cond_signal(&belt->turn_is_due);
}

void belt_put_claimed(struct belt *belt, struct courierjob_queue *jobs)
{
	if (!jobs->count)
		return;
	lock(belt);
	courierjob_move(&belt->claimed, jobs);
	pthread_cond_broadcast(&belt->claims_came);
	unlock(belt);
}

static bool can_build(const struct belt *belt)
{
	bool has_room = belt->bytes + belt->expected_bytes <= BELT_MESSAGE_BYTES_MAX;

	return belt->claimed.count && (has_room || !belt->bytes);
}

static void let_build(struct belt *belt)
{
	if (can_build(belt))
		pthread_cond_signal(&belt->claims_came);
}

/* What is counted for a message changes; returns what was before. */
static size_t recount(struct courierjob *job, size_t bytes)
{
	size_t before = job->belt_bytes;

	job->belt_bytes = bytes;
	return before;
}

bool belt_take_claimed(struct belt *belt, struct courierjob_queue *out, size_t most)
{
	bool is_stopped;

	lock(belt);
	while (!belt->is_stopped && !can_build(belt))
		pthread_cond_wait(&belt->claims_came, &belt->mutex);
	is_stopped = belt->is_stopped;
	while (!is_stopped && most-- && can_build(belt)) {
		struct courierjob *job = courierjob_take(&belt->claimed);

		recount(job, belt->expected_bytes);
		belt->bytes += belt->expected_bytes;
		courierjob_put(out, job);
	}
	let_build(belt);
	unlock(belt);
	return !is_stopped;
}

bool belt_is_over(const struct courierjob *job)
{
	return job->message.len > job->belt_bytes + COURIERJOB_KEEPS_BYTES;
}

/* What was counted for them. Their messages go at once, without the lock. */
static size_t empty_all(const struct courierjob_queue *jobs)
{
	size_t before = 0;

	for (struct courierjob *job = jobs->first; job; job = job->next) {
		before += recount(job, 0);
		courierjob_empty(job);
	}
	return before;
}

static void count_built(struct belt *belt, const struct courierjob_queue *ready)
{
	for (struct courierjob *job = ready->first; job; job = job->next) {
		size_t bytes = job->message.len;

		belt->bytes += bytes;
		belt->bytes -= recount(job, bytes);
		belt->expected_bytes = bytes;
	}
}

static void put_back(struct belt *belt, struct courierjob_queue *left)
{
	courierjob_move(left, &belt->claimed);
	courierjob_move(&belt->claimed, left);
}

void belt_put_built(struct belt *belt, struct courierjob_queue *ready, struct courierjob_queue *done,
	struct courierjob_queue *left)
{
	size_t emptied = empty_all(done) + empty_all(left);
	bool is_awaited;

	lock(belt);
	belt->bytes -= emptied;
	count_built(belt, ready);
	put_back(belt, left);
	let_build(belt);
	is_awaited = belt->is_waiting && ready->count;
	belt->is_waiting = belt->is_waiting && !is_awaited;
	courierjob_move(&belt->ready, ready);
	add_done(belt, done);
	unlock(belt);
	if (is_awaited)
		belt->wake(belt->context);
}

void belt_take_ready(struct belt *belt, struct courierjob_queue *out, size_t most)
{
	lock(belt);
	while (belt->ready.count && out->count < most)
		courierjob_put(out, courierjob_take(&belt->ready));
	belt->is_waiting = out->count < most;
	unlock(belt);
}

void belt_put_done(struct belt *belt, struct courierjob_queue *done, struct flight_mark mark)
{
	size_t emptied;

	if (!done->count)
		return;
	emptied = empty_all(done);
	lock(belt);
	belt->bytes -= emptied;
	let_build(belt);
	add_done(belt, done);
	belt->mark = mark;
	unlock(belt);
}

void belt_put_aside(struct belt *belt, struct courierjob_queue *jobs, size_t detoured)
{
	size_t emptied = empty_all(jobs);
	bool was_low;

	lock(belt);
	was_low = is_low(belt);
	belt->bytes -= emptied;
	courierjob_move(&belt->aside, jobs);
	belt->detoured = detoured;
	if (!was_low && is_low(belt))
		pthread_cond_signal(&belt->turn_is_due);
	let_build(belt);
	unlock(belt);
}

void belt_bring_back(struct belt *belt, size_t most)
{
	lock(belt);
	while (belt->aside.count && most--)
		courierjob_put(&belt->claimed, courierjob_take(&belt->aside));
	let_build(belt);
	unlock(belt);
}

void belt_sift_aside(struct belt *belt)
{
	struct courierjob_queue done = {0};

	lock(belt);
	for (size_t left = belt->aside.count; left; left--) {
		struct courierjob *job = courierjob_take(&belt->aside);

		courierjob_put(gate_may_pass(job->gate) ? &belt->aside : &done, job);
	}
	add_done(belt, &done);
	unlock(belt);
}

size_t belt_count_aside(struct belt *belt)
{
	size_t count;

	lock(belt);
	count = count_aside(belt);
	unlock(belt);
	return count;
}

void belt_fail(struct belt *belt, const struct err *err)
{
	lock(belt);
	if (belt->failure.status == OK)
		belt->failure = *err;
	unlock(belt);
	belt->wake(belt->context);
}

enum status belt_failure(struct belt *belt, struct err *err)
{
	enum status status;

	lock(belt);
	status = belt->failure.status;
	if (status != OK)
		*err = belt->failure;
	unlock(belt);
	return status;
}

/* When the turn is due as things stand. */
static int64_t due_ms(const struct belt *belt)
{
	const struct belt_need *need = &belt->need;

	if (is_low(belt) || (belt->done.count && !under_way(belt)))
		return 0;
	if (belt->done.count && need->settle_ms < need->look_ms)
		return need->settle_ms;
	return need->look_ms;
}

bool belt_wait_done(struct belt *belt, const struct belt_need *need, struct courierjob_queue *done,
	struct flight_mark *mark)
{
	bool is_stopped;
	int64_t left_ms;

	lock(belt);
	belt->need = *need;
	while (!belt->is_stopped && (left_ms = due_ms(belt) - clock_steady_ms()) > 0)
		thread_wait_ms(&belt->turn_is_due, &belt->mutex, left_ms);
	is_stopped = belt->is_stopped;
	if (!is_stopped) {
		courierjob_move(done, &belt->done);
		*mark = belt->mark;
	}
	unlock(belt);
	return !is_stopped;
}

void belt_stop(struct belt *belt)
{
	lock(belt);
	belt->is_stopped = true;
	pthread_cond_broadcast(&belt->claims_came);
	pthread_cond_signal(&belt->turn_is_due);
	unlock(belt);
}

void belt_empty(struct belt *belt, struct courierjob_queue *out)
{
	courierjob_move(out, &belt->done);
	courierjob_move(out, &belt->ready);
	courierjob_move(out, &belt->claimed);
	courierjob_move(out, &belt->aside);
}
