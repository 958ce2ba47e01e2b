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
	struct courierjob_queue claimed, ready, done;
	struct flight_mark mark;
	size_t largest_bytes;
	size_t aside;          /* of what the sender has */
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

static size_t low_now(const struct belt *belt)
{
	const struct belt_need *need = &belt->need;
	size_t low = need->low;

	if (belt->aside > need->aside)
		low += belt->aside - need->aside;
	return low > need->low && low > need->high ? need->high : low;
}

static bool is_low(const struct belt *belt)
{
	return belt->need.can_claim && under_way(belt) <= low_now(belt);
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

static void move_some(struct courierjob_queue *to, struct courierjob_queue *from, size_t most)
{
	while (from->count && most--)
		courierjob_put(to, courierjob_take(from));
}

bool belt_take_claimed(struct belt *belt, struct courierjob_queue *out, size_t most)
{
	bool is_stopped;

	lock(belt);
	while (!belt->is_stopped && !belt->claimed.count)
		pthread_cond_wait(&belt->claims_came, &belt->mutex);
	is_stopped = belt->is_stopped;
	if (!is_stopped)
		move_some(out, &belt->claimed, most);
	unlock(belt);
	return !is_stopped;
}

static size_t largest_of(const struct courierjob_queue *jobs, size_t largest)
{
	for (const struct courierjob *job = jobs->first; job; job = job->next)
		largest = job->message.len > largest ? job->message.len : largest;
	return largest;
}

void belt_put_built(struct belt *belt, struct courierjob_queue *ready, struct courierjob_queue *done)
{
	size_t largest = largest_of(ready, 0);
	bool is_awaited;

	lock(belt);
	if (!belt->largest_bytes)
		pthread_cond_signal(&belt->turn_is_due);
	belt->largest_bytes = largest > belt->largest_bytes ? largest : belt->largest_bytes;
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
	move_some(out, &belt->ready, most);
	belt->is_waiting = out->count < most;
	unlock(belt);
}

void belt_put_done(struct belt *belt, struct courierjob_queue *done, struct flight_mark mark)
{
	if (!done->count)
		return;
	lock(belt);
	add_done(belt, done);
	belt->mark = mark;
	unlock(belt);
}

void belt_put_aside(struct belt *belt, size_t count)
{
	bool was_low;

	lock(belt);
	was_low = is_low(belt);
	belt->aside = count;
	if (!was_low && is_low(belt))
		pthread_cond_signal(&belt->turn_is_due);
	unlock(belt);
}

size_t belt_aside(struct belt *belt)
{
	size_t aside;

	lock(belt);
	aside = belt->aside;
	unlock(belt);
	return aside;
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

	if (is_low(belt) || (!need->is_size_known && belt->largest_bytes) ||
		(belt->done.count && !under_way(belt)))
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

size_t belt_largest_bytes(struct belt *belt)
{
	size_t largest;

	lock(belt);
	largest = belt->largest_bytes;
	unlock(belt);
	return largest;
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
}
