/*
 * The token bucket: never over the rate in the long run, a small burst after a pause.
 */
#include "support/test.h"

#include "deliver/pace.h"

/* How many go in `span_ms` if one asks again whenever told to. */
static int count_within(struct pace *pace, int64_t from_ms, int64_t span_ms)
{
	int count = 0;

	for (int64_t now = from_ms; now < from_ms + span_ms;) {
		int64_t wait = pace_take(pace, now);

		count += wait == 0;
		now += wait;
	}
	return count;
}

static void without_a_rate_everything_goes(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace, 0, 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(pace_take(&pace, 0), 0);
}

static void the_rate_holds_in_the_long_run(void **state)
{
	static const double rates[] = {0.5, 1, 3, 41, 250};

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct pace pace;
		int count;

		pace_init(&pace, rates[i], 1000);
		count = count_within(&pace, 1000, 100000);
		assert_in_range(count, (int)(rates[i] * 93), (int)(rates[i] * 100.2) + 2);
	}
}

static void a_long_pause_saves_up_no_more_than_a_small_burst(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace, 100, 0);
	assert_in_range(count_within(&pace, 0, 1), 10, 10);
	assert_in_range(count_within(&pace, 3600000, 1), 10, 10);
}

static void what_is_returned_can_be_taken_again(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace, 1, 0);
	assert_int_equal(pace_take(&pace, 0), 0);
	assert_true(pace_take(&pace, 0) > 0);
	pace_return(&pace);
	assert_int_equal(pace_take(&pace, 0), 0);
}

static void a_tiny_rate_asks_again_within_an_hour(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace, 1e-9, 0);
	assert_int_equal(pace_take(&pace, 0), 0);
	assert_int_equal(pace_take(&pace, 0), 3600000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_rate_everything_goes),
		cmocka_unit_test(the_rate_holds_in_the_long_run),
		cmocka_unit_test(a_long_pause_saves_up_no_more_than_a_small_burst),
		cmocka_unit_test(what_is_returned_can_be_taken_again),
		cmocka_unit_test(a_tiny_rate_asks_again_within_an_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
