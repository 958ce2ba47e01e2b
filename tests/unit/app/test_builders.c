/*
 * The threads that build: what is claimed comes back ready, or with the reason why not.
 */
#include "app/builders.h"

#include "base/clock.h"
#include "store/sqlite.h"
#include "support/newdispatch.h"
#include "support/newsroomcase.h"
#include "support/test.h"

#define COUNT 3
#define LONG_MS 60000

/* Builders, and what stands in for the threads at both ends of the belt. */
struct building {
	struct newsroomcase *room;
	struct belt *belt;
	struct builders *builders;
	struct gate gate;
	struct courierjob_queue claimed;
};

static void say_nothing(void *context)
{
	(void)context;
}

static void begin(struct building *b, struct newsroomcase *room, size_t count)
{
	struct delivery taken[64];
	size_t n = 0;

	*b = (struct building){.room = room};
	atomic_store(&b->gate.is_open, true);
	b->belt = belt_new(say_nothing, NULL);
	newdispatch_take(&room->place, 1, room->now_ms, 64, taken, &n);
	assert_int_equal(n, COUNT);
	for (size_t i = 0; i < n; i++) {
		struct courierjob *job = courierjob_new();

		courierjob_fill(job, &taken[i], &b->gate);
		courierjob_put(&b->claimed, job);
	}
	if (builders_start(room->newsroom, b->belt, count, &b->builders, &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
}

static void end(struct building *b)
{
	belt_stop(b->belt);
	builders_join(b->builders);
	belt_free(b->belt);
}

static void all_are_built_by_several_threads(void **state)
{
	struct building b;
	const int64_t deadline_ms = clock_steady_ms() + LONG_MS;
	struct courierjob_queue built = {0};

	begin(&b, *state, 2);
	belt_put_claimed(b.belt, &b.claimed);
	while (built.count < COUNT && clock_steady_ms() < deadline_ms) {
		struct courierjob_queue ready = {0};

		belt_take_ready(b.belt, &ready, COUNT);
		courierjob_move(&built, &ready);
		clock_pause_ms(1);
	}
	assert_int_equal(built.count, COUNT);
	for (const struct courierjob *job = built.first; job; job = job->next) {
		assert_true(job->message.len > 0);
		assert_null(job->hold);
	}
	assert_true(gate_is_open(&b.gate));
	courierjob_free_all(&built);
	end(&b);
}

static void what_can_not_be_built_comes_back_with_the_reason_to_hold(void **state)
{
	struct newsroomcase *room = *state;
	const struct belt_need need = {.look_ms = clock_steady_ms() + LONG_MS};
	struct courierjob_queue done = {0};
	struct flight_mark mark;
	struct building b;

	assert_int_equal(sqlite_run(room->place.store, "UPDATE letter SET content = x'00'", SQLITE_NO_VALUES,
				 &room->place.err),
		OK);
	begin(&b, room, 1);
	belt_put_claimed(b.belt, &b.claimed);
	assert_true(belt_wait_done(b.belt, &need, &done, &mark));
	assert_int_equal(done.count, COUNT);
	for (const struct courierjob *job = done.first; job; job = job->next) {
		assert_non_null(job->hold);
		assert_false(job->has_outcome);
	}
	assert_false(gate_is_open(&b.gate));
	courierjob_free_all(&done);
	end(&b);
}

static void builders_with_nothing_to_do_end_with_the_belt(void **state)
{
	struct building b;

	begin(&b, *state, 3);
	end(&b);
	courierjob_free_all(&b.claimed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newsroomcase_set_up_europe, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_are_built_by_several_threads),
		TEST(what_can_not_be_built_comes_back_with_the_reason_to_hold),
		TEST(builders_with_nothing_to_do_end_with_the_belt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
