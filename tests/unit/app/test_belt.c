/*
 * The belt between the threads: jobs keep their order, none is lost, and who waits is woken.
 */
#include "app/belt.h"

#include "base/clock.h"
#include "support/test.h"

#include <pthread.h>
#include <semaphore.h>

#define JOBS 100000
#define AT_ONCE 64u
#define LOW 2000u
#define LONG_MS 60000

static void count_wake(void *context)
{
	++*(int *)context;
}

static struct courierjob_queue jobs_from(int64_t first, int64_t count)
{
	struct courierjob_queue jobs = {0};

	for (int64_t i = 0; i < count; i++) {
		struct courierjob *job = courierjob_new();

		job->delivery.position = first + i;
		courierjob_put(&jobs, job);
	}
	return jobs;
}

static void assert_positions(struct courierjob_queue *jobs, int64_t first, int64_t count)
{
	assert_int_equal(jobs->count, count);
	for (const struct courierjob *job = jobs->first; job; job = job->next)
		assert_int_equal(job->delivery.position, first++);
	courierjob_free_all(jobs);
}

/* From a builder that built them all. */
static void put_ready(struct belt *belt, struct courierjob_queue *built)
{
	struct courierjob_queue none = {0};

	belt_put_built(belt, built, &none, &none);
	assert_int_equal(built->count, 0);
}

/* Claimed, and built at once. */
static void make_ready(struct belt *belt, int64_t first, int64_t count)
{
	struct courierjob_queue jobs = jobs_from(first, count);
	struct courierjob_queue taken = {0};

	belt_put_claimed(belt, &jobs);
	assert_int_equal(jobs.count, 0);
	assert_true(belt_take_claimed(belt, &taken, (size_t)count));
	put_ready(belt, &taken);
}

static void jobs_keep_their_order(void **state)
{
	int wakes = 0;
	struct belt *belt = belt_new(count_wake, &wakes);
	struct belt_need need = {0};
	struct courierjob_queue jobs = {0};
	struct flight_mark mark = {0};

	(void)state;
	make_ready(belt, 1, 3);
	make_ready(belt, 4, 3);
	belt_take_ready(belt, &jobs, 2);
	belt_put_done(belt, &jobs, (struct flight_mark){7, 7});
	belt_take_ready(belt, &jobs, 4);
	belt_put_done(belt, &jobs, (struct flight_mark){7, 8});
	assert_int_equal(jobs.count, 0);
	assert_true(belt_wait_done(belt, &need, &jobs, &mark));
	assert_int_equal(mark.generation, 7);
	assert_int_equal(mark.end, 8);
	assert_positions(&jobs, 1, 6);
	belt_free(belt);
}

static void the_sender_is_woken_once_and_only_if_it_found_too_little(void **state)
{
	int wakes = 0;
	struct belt *belt = belt_new(count_wake, &wakes);
	struct courierjob_queue jobs = {0};
	struct courierjob_queue few = {0};

	(void)state;
	make_ready(belt, 1, 2);
	assert_int_equal(wakes, 0);
	belt_take_ready(belt, &jobs, 2);
	make_ready(belt, 3, 2);
	assert_int_equal(wakes, 0);
	belt_take_ready(belt, &few, 3);
	assert_int_equal(wakes, 0);
	make_ready(belt, 5, 2);
	assert_int_equal(wakes, 1);
	make_ready(belt, 7, 2);
	assert_int_equal(wakes, 1);
	courierjob_free_all(&jobs);
	courierjob_free_all(&few);
	belt_free(belt);
}

static void the_sender_is_not_woken_for_what_could_not_be_built(void **state)
{
	int wakes = 0;
	struct belt *belt = belt_new(count_wake, &wakes);
	struct courierjob_queue jobs = jobs_from(1, 1);
	struct courierjob_queue taken = {0};
	struct courierjob_queue none = {0};

	(void)state;
	belt_take_ready(belt, &none, 1);
	belt_put_claimed(belt, &jobs);
	assert_true(belt_take_claimed(belt, &taken, 1));
	belt_put_built(belt, &none, &taken, &none);
	assert_int_equal(wakes, 0);
	belt_free(belt);
}

/* Not by the need to claim, which would have a turn at once. */
static void assert_turn_is_late(struct belt *belt, struct belt_need need)
{
	struct courierjob_queue jobs = {0};
	struct flight_mark mark;
	const int64_t look_ms = clock_steady_ms() + 20;

	need.look_ms = look_ms;
	assert_true(belt_wait_done(belt, &need, &jobs, &mark));
	assert_true(clock_steady_ms() >= look_ms);
}

static void what_is_aside_makes_a_turn_due_if_more_may_be_open(void **state)
{
	int wakes = 0;
	struct belt *belt = belt_new(count_wake, &wakes);
	struct belt_need need = {.open = 10, .low = 6, .high = 12, .can_claim = true, .look_ms = INT64_MAX};
	struct courierjob_queue jobs = {0};
	struct flight_mark mark;

	(void)state;
	assert_turn_is_late(belt, need);
	belt_put_aside(belt, &jobs, 4);
	assert_int_equal(belt_count_aside(belt), 4);
	assert_true(belt_wait_done(belt, &need, &jobs, &mark));
	assert_int_equal(jobs.count, 0);
	need.high = 9;
	assert_turn_is_late(belt, need);
	belt_free(belt);
}

/* As a builder does, up to the first message that is larger than there was room for; how many it built. */
static size_t build_up_to(struct belt *belt, size_t bytes)
{
	struct courierjob_queue taken = {0};
	struct courierjob_queue built = {0};
	struct courierjob_queue none = {0};
	size_t count;
	bool is_over = false;

	assert_true(belt_take_claimed(belt, &taken, 8));
	while (taken.count && !is_over) {
		struct courierjob *job = courierjob_take(&taken);

		str_add_repeat(&job->message, 'x', bytes);
		is_over = belt_is_over(job);
		courierjob_put(&built, job);
	}
	count = built.count;
	belt_put_built(belt, &built, &none, &taken);
	assert_int_equal(taken.count, 0);
	return count;
}

static void large_messages_are_built_as_there_is_room(void **state)
{
	int wakes = 0;
	struct belt *belt = belt_new(count_wake, &wakes);
	struct courierjob_queue jobs = jobs_from(1, 9);
	struct courierjob_queue sent = {0};

	(void)state;
	belt_put_claimed(belt, &jobs);
	assert_int_equal(build_up_to(belt, BELT_MESSAGE_BYTES_MAX / 4), 1);
	assert_int_equal(build_up_to(belt, BELT_MESSAGE_BYTES_MAX / 4), 3);
	belt_take_ready(belt, &sent, 4);
	assert_int_equal(sent.count, 4);
	jobs = (struct courierjob_queue){0};
	for (int i = 0; i < 2; i++)
		courierjob_put(&jobs, courierjob_take(&sent));
	belt_put_done(belt, &jobs, (struct flight_mark){0});
	assert_int_equal(build_up_to(belt, BELT_MESSAGE_BYTES_MAX / 8), 2);
	belt_put_done(belt, &sent, (struct flight_mark){0});
	assert_int_equal(build_up_to(belt, 1), 3);
	belt_take_ready(belt, &sent, 8);
	assert_positions(&sent, 5, 5);
	belt_free(belt);
}

static void what_is_set_aside_makes_room_and_is_built_anew_when_it_comes_back(void **state)
{
	int wakes = 0;
	struct belt *belt = belt_new(count_wake, &wakes);
	struct courierjob_queue jobs = jobs_from(1, 4);
	struct courierjob_queue ready = {0};

	(void)state;
	belt_put_claimed(belt, &jobs);
	assert_int_equal(build_up_to(belt, BELT_MESSAGE_BYTES_MAX / 2), 1);
	assert_int_equal(build_up_to(belt, BELT_MESSAGE_BYTES_MAX / 2), 1);
	belt_take_ready(belt, &ready, 2);
	belt_put_aside(belt, &ready, 3);
	assert_int_equal(ready.count, 0);
	assert_int_equal(belt_count_aside(belt), 5);
	assert_int_equal(build_up_to(belt, 1), 2);
	belt_bring_back(belt, 1);
	assert_int_equal(belt_count_aside(belt), 4);
	assert_int_equal(build_up_to(belt, 2), 1);
	belt_take_ready(belt, &ready, 8);
	assert_int_equal(ready.count, 3);
	assert_int_equal(ready.last->delivery.position, 1);
	assert_int_equal(ready.last->message.len, 2);
	courierjob_free_all(&ready);
	belt_empty(belt, &ready);
	assert_positions(&ready, 2, 1);
	belt_free(belt);
}

static void what_is_set_aside_behind_a_gate_that_is_shut_is_done(void **state)
{
	int wakes = 0;
	struct belt *belt = belt_new(count_wake, &wakes);
	struct courierjob_queue jobs = jobs_from(1, 3);
	struct belt_need need = {.open = 3};
	struct gate open = {.is_open = true};
	struct gate shut = {.is_open = false};
	struct flight_mark mark;

	(void)state;
	for (struct courierjob *job = jobs.first; job; job = job->next)
		job->gate = job->delivery.position == 2 ? &open : &shut;
	belt_put_aside(belt, &jobs, 0);
	belt_sift_aside(belt);
	assert_int_equal(belt_count_aside(belt), 1);
	assert_true(belt_wait_done(belt, &need, &jobs, &mark));
	assert_int_equal(jobs.count, 2);
	courierjob_free_all(&jobs);
	belt_free(belt);
}

static void a_message_beyond_all_bounds_is_built_alone(void **state)
{
	int wakes = 0;
	struct belt *belt = belt_new(count_wake, &wakes);
	struct courierjob_queue jobs = jobs_from(1, 3);
	struct courierjob_queue sent = {0};
	struct courierjob_queue none = {0};

	(void)state;
	belt_put_claimed(belt, &jobs);
	assert_int_equal(build_up_to(belt, BELT_MESSAGE_BYTES_MAX - 1), 1);
	belt_take_ready(belt, &sent, 8);
	belt_put_done(belt, &sent, (struct flight_mark){0});
	assert_true(belt_take_claimed(belt, &jobs, 8));
	assert_int_equal(jobs.count, 1);
	belt_put_built(belt, &none, &jobs, &none);
	assert_true(belt_take_claimed(belt, &jobs, 8));
	assert_positions(&jobs, 3, 1);
	belt_free(belt);
}

static void what_is_left_is_given_back(void **state)
{
	int wakes = 0;
	struct belt *belt = belt_new(count_wake, &wakes);
	struct courierjob_queue jobs = {0};
	struct courierjob_queue rest = {0};

	(void)state;
	make_ready(belt, 1, 3);
	belt_take_ready(belt, &jobs, 1);
	belt_put_done(belt, &jobs, (struct flight_mark){0});
	jobs = jobs_from(4, 2);
	belt_put_claimed(belt, &jobs);
	belt_stop(belt);
	assert_false(belt_take_claimed(belt, &rest, 1));
	belt_empty(belt, &rest);
	assert_positions(&rest, 1, 5);
	belt_free(belt);
}

struct waiting {
	struct belt *belt;
	bool was_stopped;
};

static void *wait_for_claims(void *context)
{
	struct waiting *waiting = context;
	struct courierjob_queue out = {0};

	waiting->was_stopped = !belt_take_claimed(waiting->belt, &out, 1);
	return NULL;
}

static void *wait_for_a_turn(void *context)
{
	struct waiting *waiting = context;
	struct belt_need need = {0};
	struct courierjob_queue out = {0};
	struct flight_mark mark;

	need.look_ms = need.settle_ms = clock_steady_ms() + INT64_C(1000) * LONG_MS;
	waiting->was_stopped = !belt_wait_done(waiting->belt, &need, &out, &mark);
	return NULL;
}

static void stopping_frees_everybody_who_waits(void **state)
{
	int wakes = 0;
	struct belt *belt = belt_new(count_wake, &wakes);
	struct waiting waiting[4];
	pthread_t threads[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		waiting[i] = (struct waiting){.belt = belt};
		assert_int_equal(
			pthread_create(&threads[i], NULL, i ? wait_for_claims : wait_for_a_turn, &waiting[i]),
			0);
	}
	belt_stop(belt);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_true(waiting[i].was_stopped);
	}
	belt_free(belt);
}

/* One thread that has the store, two that build, one that sends. */
struct line {
	struct belt *belt;
	sem_t wakes;
	unsigned char seen[JOBS];
	bool is_over; /* the sender has had them all */
};

static void wake_sender(void *context)
{
	sem_post(&((struct line *)context)->wakes);
}

static void *build(void *context)
{
	struct line *line = context;
	struct courierjob_queue taken = {0};

	while (belt_take_claimed(line->belt, &taken, 8))
		put_ready(line->belt, &taken);
	return NULL;
}

static void *send_all(void *context)
{
	struct line *line = context;
	struct timespec deadline;
	int64_t sent = 0;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += LONG_MS / 1000;
	while (sent < JOBS) {
		struct courierjob_queue ready = {0};

		belt_take_ready(line->belt, &ready, AT_ONCE);
		sent += (int64_t)ready.count;
		if (ready.count < AT_ONCE && sent < JOBS && sem_timedwait(&line->wakes, &deadline) != 0)
			return NULL;
		belt_put_done(line->belt, &ready, (struct flight_mark){.end = sent});
	}
	line->is_over = true;
	return NULL;
}

static int64_t settle(struct line *line, struct courierjob_queue *done)
{
	int64_t settled = 0;
	struct courierjob *job;

	while ((job = courierjob_take(done))) {
		settled += line->seen[job->delivery.position]++ == 0;
		courierjob_free(job);
	}
	return settled;
}

/* How many came back. */
static int64_t keep_store(struct line *line)
{
	const int64_t deadline_ms = clock_steady_ms() + LONG_MS;
	int64_t claimed = 0;
	int64_t settled = 0;

	while (settled < JOBS && clock_steady_ms() < deadline_ms) {
		int64_t next_ms = clock_steady_ms() + 100;
		struct belt_need need = {
			.open = (size_t)(claimed - settled),
			.low = LOW,
			.high = LOW,
			.can_claim = claimed < JOBS,
			.settle_ms = next_ms,
			.look_ms = next_ms,
		};
		struct courierjob_queue done = {0};
		struct flight_mark mark;

		if (claimed < JOBS) {
			struct courierjob_queue jobs = jobs_from(claimed, 1000);

			claimed += 1000;
			belt_put_claimed(line->belt, &jobs);
		}
		assert_true(belt_wait_done(line->belt, &need, &done, &mark));
		settled += settle(line, &done);
	}
	return settled;
}

static void among_four_threads_none_is_lost_and_none_comes_twice(void **state)
{
	static struct line line;
	pthread_t threads[3];

	(void)state;
	sem_init(&line.wakes, 0, 0);
	line.belt = belt_new(wake_sender, &line);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, i ? build : send_all, &line), 0);
	assert_int_equal(keep_store(&line), JOBS);
	belt_stop(line.belt);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	assert_true(line.is_over);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(line.seen[i], 1);
	belt_free(line.belt);
	sem_destroy(&line.wakes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_keep_their_order),
		cmocka_unit_test(the_sender_is_woken_once_and_only_if_it_found_too_little),
		cmocka_unit_test(the_sender_is_not_woken_for_what_could_not_be_built),
		cmocka_unit_test(what_is_aside_makes_a_turn_due_if_more_may_be_open),
		cmocka_unit_test(large_messages_are_built_as_there_is_room),
		cmocka_unit_test(a_message_beyond_all_bounds_is_built_alone),
		cmocka_unit_test(what_is_set_aside_makes_room_and_is_built_anew_when_it_comes_back),
		cmocka_unit_test(what_is_set_aside_behind_a_gate_that_is_shut_is_done),
		cmocka_unit_test(what_is_left_is_given_back),
		cmocka_unit_test(stopping_frees_everybody_who_waits),
		cmocka_unit_test(among_four_threads_none_is_lost_and_none_comes_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
