/*
 * The next try: the schedule's delay, spread by its jitter, until the delivery expires.
 */
#include "support/test.h"

#include "deliver/retry.h"

static const int64_t delays[] = {1000, 5000, 20000};

static struct retry_schedule schedule(double jitter)
{
	return (struct retry_schedule){
		.delays_ms = delays, .count = 3, .jitter = jitter, .expire_ms = 100000};
}

static void each_try_waits_longer_and_the_last_delay_repeats(void **state)
{
	struct retry_schedule s = schedule(0);

	(void)state;
	assert_int_equal(retry_next(&s, 1, 0, 0, 1), 1000);
	assert_int_equal(retry_next(&s, 2, 0, 1000, 2), 6000);
	assert_int_equal(retry_next(&s, 3, 0, 6000, 3), 26000);
	assert_int_equal(retry_next(&s, 9, 0, 50000, 4), 70000);
}

static void a_try_that_would_come_too_late_is_none(void **state)
{
	struct retry_schedule s = schedule(0);

	(void)state;
	assert_int_equal(retry_next(&s, 3, 0, 80000, 1), 100000);
	assert_true(retry_next(&s, 3, 0, 80001, 1) == RETRY_EXPIRED);
	s.expire_ms = INT64_MAX;
	assert_int_equal(retry_next(&s, 1, 5, 10, 1), 1010);
	assert_true(retry_next(&s, 3, 5, INT64_MAX - 1, 1) == RETRY_EXPIRED);
}

static void jitter_spreads_both_ways_and_no_further(void **state)
{
	struct retry_schedule s = schedule(0.2);
	int64_t least = INT64_MAX, most = 0;

	(void)state;
	for (uint64_t random = 0; random < 1000; random++) {
		int64_t next = retry_next(&s, 2, 0, 0, random);

		least = next < least ? next : least;
		most = next > most ? next : most;
	}
	assert_in_range(least, 4000, 4100);
	assert_in_range(most, 5900, 6000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_try_waits_longer_and_the_last_delay_repeats),
		cmocka_unit_test(a_try_that_would_come_too_late_is_none),
		cmocka_unit_test(jitter_spreads_both_ways_and_no_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
