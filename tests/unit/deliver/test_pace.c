/*
 * Several limits at once: none is ever passed in any window, and none is missed by much.
 */
#include "support/test.h"

#include "deliver/pace.h"

#define LIMITS(...)                                                                                          \
	{                                                                                                    \
		.items = {__VA_ARGS__},                                                                      \
		.count = sizeof((struct pace_window[]){__VA_ARGS__}) / sizeof(struct pace_window)            \
	}

#define SENT_MAX 20000

/* When each goes if one asks again whenever told to. */
struct sent {
	int64_t at_ms[SENT_MAX];
	size_t count;
};

static void send_for(struct pace *pace, int64_t from_ms, int64_t length_ms, struct sent *sent)
{
	sent->count = 0;
	for (int64_t now = from_ms; now < from_ms + length_ms && sent->count < SENT_MAX;) {
		int64_t wait = pace_take(pace, now);

		if (!wait)
			sent->at_ms[sent->count++] = now;
		now += wait;
	}
}

static size_t most_within(const struct sent *sent, int64_t length_ms)
{
	size_t most = 0;

	for (size_t first = 0, i = 0; i < sent->count; i++) {
		while (sent->at_ms[i] - sent->at_ms[first] >= length_ms)
			first++;
		most = i + 1 - first > most ? i + 1 - first : most;
	}
	return most;
}

static void without_a_limit_everything_goes(void **state)
{
	static const struct pace_windows none = {.count = 0};
	struct pace pace;

	(void)state;
	pace_init(&pace, &none, 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(pace_take(&pace, 0), 0);
	pace_return(&pace);
}

static void no_window_is_ever_passed(void **state)
{
	static const struct pace_windows limits[] = {
		LIMITS({20, 1000}),
		LIMITS({1, 1000}),
		LIMITS({3, 7}),
		LIMITS({1000, 1000}),
		LIMITS({20, 1000}, {600, 60000}, {1500, 3600000}),
		LIMITS({500, 3600000}, {7, 1000}),
	};
	static struct sent sent;

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct pace pace;

		pace_init(&pace, &limits[i], 123456);
		send_for(&pace, 123456, 2 * 3600000, &sent);
		for (size_t k = 0; k < limits[i].count; k++)
			assert_true(most_within(&sent, limits[i].items[k].per_ms) <=
				    (size_t)limits[i].items[k].messages);
	}
}

static void little_of_a_limit_is_lost(void **state)
{
	static const struct pace_windows limits = LIMITS({100, 1000});
	static struct sent sent;
	struct pace pace;

	(void)state;
	pace_init(&pace, &limits, 0);
	send_for(&pace, 0, 100000, &sent);
	assert_in_range(sent.count, 9400, 10000);
}

static void a_short_window_bounds_bursts_and_a_long_one_the_total(void **state)
{
	static const struct pace_windows limits = LIMITS({20, 1000}, {100, 60000});
	static struct sent sent;
	struct pace pace;

	(void)state;
	pace_init(&pace, &limits, 0);
	send_for(&pace, 0, 1, &sent);
	assert_int_equal(sent.count, 20);
	pace_init(&pace, &limits, 0);
	send_for(&pace, 0, 50000, &sent);
	assert_int_equal(sent.count, 100);
	assert_in_range(sent.at_ms[99], 4000, 5000);
}

static void after_a_long_pause_it_is_as_if_new(void **state)
{
	static const struct pace_windows limits = LIMITS({20, 1000}, {30, 60000});
	static struct sent sent;
	struct pace pace;

	(void)state;
	pace_init(&pace, &limits, 0);
	send_for(&pace, 0, 60000, &sent);
	send_for(&pace, 1000000000, 1, &sent);
	assert_int_equal(sent.count, 20);
}

static void the_wait_told_is_the_wait_needed(void **state)
{
	static const struct pace_windows limits = LIMITS({2, 1000});
	struct pace pace;
	int64_t wait;

	(void)state;
	pace_init(&pace, &limits, 5000);
	assert_int_equal(pace_take(&pace, 5000), 0);
	assert_int_equal(pace_take(&pace, 5500), 0);
	wait = pace_wait_ms(&pace, 5600);
	assert_in_range(wait, 400, 464);
	assert_true(pace_take(&pace, 5600 + wait - 1) > 0);
	assert_int_equal(pace_wait_ms(&pace, 5600 + wait), 0);
	assert_int_equal(pace_take(&pace, 5600 + wait), 0);
	assert_true(pace_take(&pace, 5600 + wait) > 0);
}

static void a_clock_that_goes_back_lets_nothing_more_go(void **state)
{
	static const struct pace_windows limits = LIMITS({1, 1000});
	struct pace pace;

	(void)state;
	pace_init(&pace, &limits, 5000);
	assert_int_equal(pace_take(&pace, 5000), 0);
	assert_true(pace_take(&pace, 3000) > 0);
}

static void what_is_returned_can_be_taken_again(void **state)
{
	static const struct pace_windows limits = LIMITS({1, 1000}, {5, 60000});
	struct pace pace;

	(void)state;
	pace_init(&pace, &limits, 0);
	assert_int_equal(pace_take(&pace, 0), 0);
	assert_true(pace_take(&pace, 100) > 0);
	pace_return(&pace);
	assert_int_equal(pace_take(&pace, 100), 0);
	pace_return(&pace);
	pace_return(&pace);
	assert_int_equal(pace_take(&pace, 100), 0);
}

static void who_may_go_at_any_time_keeps_room(void **state)
{
	static const struct pace_windows limits = LIMITS({3, 1000});
	struct pace pace;

	(void)state;
	pace_init(&pace, &limits, 0);
	assert_true(pace_wait_beside_ms(&pace, 3, 0) == PACE_NEVER);
	assert_int_equal(pace_wait_beside_ms(&pace, 2, 0), 0);
	pace_put(&pace, 0, 0);
	pace_put(&pace, 500, 500);
	assert_in_range(pace_wait_beside_ms(&pace, 1, 500), 500, 564);
	assert_in_range(pace_wait_beside_ms(&pace, 2, 500), 1000, 1064);
	assert_int_equal(pace_wait_beside_ms(&pace, 0, 500), 0);
}

static void what_went_before_counts_as_of_then(void **state)
{
	static const struct pace_windows limits = LIMITS({2, 1000});
	struct pace pace;

	(void)state;
	pace_init(&pace, &limits, 5000);
	pace_put(&pace, 3000, 5000);
	assert_int_equal(pace_wait_ms(&pace, 5000), 0);
	pace_put(&pace, 4500, 5000);
	pace_put(&pace, 4700, 5000);
	assert_in_range(pace_wait_ms(&pace, 5000), 500, 564);
	pace_put(&pace, 4800, 5000);
	assert_in_range(pace_wait_ms(&pace, 5000), 700, 764);
}

static void it_counts_soon_after_the_clocks_beginning_too(void **state)
{
	static const struct pace_windows limits = LIMITS({1, 1000});
	struct pace pace;

	(void)state;
	pace_init(&pace, &limits, 100);
	pace_put(&pace, -400, 100);
	assert_in_range(pace_wait_ms(&pace, 100), 500, 596);
	pace_put(&pace, -2000, 100);
	assert_in_range(pace_wait_ms(&pace, 100), 500, 596);
}

static void nothing_went_later_than_now(void **state)
{
	static const struct pace_windows limits = LIMITS({1, 1000});
	struct pace pace;

	(void)state;
	pace_init(&pace, &limits, 5000);
	pace_put(&pace, 900000, 5000);
	assert_in_range(pace_wait_ms(&pace, 5000), 1000, 1064);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_limit_everything_goes),
		cmocka_unit_test(no_window_is_ever_passed),
		cmocka_unit_test(little_of_a_limit_is_lost),
		cmocka_unit_test(a_short_window_bounds_bursts_and_a_long_one_the_total),
		cmocka_unit_test(after_a_long_pause_it_is_as_if_new),
		cmocka_unit_test(the_wait_told_is_the_wait_needed),
		cmocka_unit_test(a_clock_that_goes_back_lets_nothing_more_go),
		cmocka_unit_test(what_is_returned_can_be_taken_again),
		cmocka_unit_test(who_may_go_at_any_time_keeps_room),
		cmocka_unit_test(what_went_before_counts_as_of_then),
		cmocka_unit_test(it_counts_soon_after_the_clocks_beginning_too),
		cmocka_unit_test(nothing_went_later_than_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
