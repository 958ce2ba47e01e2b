/*
 * Relays: the first that can be reached, one link at a time until it is proven,
 * and longer pauses each time it fails.
 */
#include "support/test.h"

#include "deliver/station.h"

static const struct relay relays[2] = {
	{.url = "smtp://one.example", .connections = 3},
	{.url = "smtp://two.example", .connections = 3},
};

struct house {
	struct station stations[2];
	int64_t now_ms, wake_ms;
};

static int setup(void **state)
{
	static struct house house;

	house = (struct house){.wake_ms = INT64_MAX};
	for (int i = 0; i < 2; i++)
		station_init(&house.stations[i], &relays[i], "x:25", 0);
	*state = &house;
	return 0;
}

static struct station *choose(struct house *house)
{
	house->wake_ms = INT64_MAX;
	return station_choose(house->stations, 2, house->now_ms, &house->wake_ms);
}

static void fail_once(struct house *house, struct station *station, bool is_permanent)
{
	station_opening(station);
	station_closed(station, false);
	station_failed(station, is_permanent, 5, 1000, house->now_ms, "no");
}

static void open_one(struct station *station)
{
	station_opening(station);
	station_connected(station);
}

static void an_untried_relay_gets_one_link_and_then_all(void **state)
{
	struct house *house = *state;
	struct station *first = &house->stations[0];

	assert_ptr_equal(choose(house), first);
	station_opening(first);
	assert_null(choose(house));
	station_connected(first);
	assert_ptr_equal(choose(house), first);
	open_one(first);
	open_one(first);
	assert_null(choose(house));
}

static void pauses_double_up_to_a_minute(void **state)
{
	struct house *house = *state;
	struct station *first = &house->stations[0];
	static const int64_t pauses[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};

	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		station_opening(first);
		station_closed(first, false);
		assert_int_equal(station_failed(first, false, 0, 1000, 500, "no"), 500 + pauses[i]);
	}
}

static void the_next_relay_is_used_while_the_first_pauses(void **state)
{
	struct house *house = *state;

	fail_once(house, &house->stations[0], false);
	assert_ptr_equal(choose(house), &house->stations[1]);
	open_one(&house->stations[1]);
	house->now_ms = 1000;
	assert_ptr_equal(choose(house), &house->stations[0]);
}

static void when_all_pause_the_earliest_end_is_told(void **state)
{
	struct house *house = *state;

	fail_once(house, &house->stations[0], false);
	fail_once(house, &house->stations[0], false);
	fail_once(house, &house->stations[1], false);
	assert_null(choose(house));
	assert_int_equal(house->wake_ms, 1000);
}

static void a_failure_beside_working_links_does_not_count(void **state)
{
	struct house *house = *state;
	struct station *first = &house->stations[0];

	open_one(first);
	fail_once(house, first, true);
	assert_int_equal(first->failures, 0);
	assert_null(choose(house));
	assert_int_equal(house->wake_ms, 1000);
	assert_false(station_is_hopeless(first, 1));
}

static void a_relay_that_takes_connections_and_decides_nothing_is_not_proven(void **state)
{
	struct house *house = *state;
	struct station *first = &house->stations[0];

	open_one(first);
	station_closed(first, true);
	station_failed(first, false, 5, 1000, 0, "dropped");
	house->now_ms = 1000;
	assert_ptr_equal(choose(house), first);
	open_one(first);
	assert_null(choose(house));
	station_proved(first);
	assert_ptr_equal(choose(house), first);
}

static void what_trying_again_cannot_change_is_hopeless_at_once(void **state)
{
	struct house *house = *state;
	struct station *first = &house->stations[0];

	fail_once(house, first, false);
	assert_false(station_is_hopeless(first, 5));
	assert_false(station_is_hopeless(first, 0));
	fail_once(house, first, true);
	assert_true(station_is_hopeless(first, 5));
	assert_string_equal(first->trouble, "no");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_untried_relay_gets_one_link_and_then_all, setup),
		cmocka_unit_test_setup(pauses_double_up_to_a_minute, setup),
		cmocka_unit_test_setup(the_next_relay_is_used_while_the_first_pauses, setup),
		cmocka_unit_test_setup(when_all_pause_the_earliest_end_is_told, setup),
		cmocka_unit_test_setup(a_failure_beside_working_links_does_not_count, setup),
		cmocka_unit_test_setup(
			a_relay_that_takes_connections_and_decides_nothing_is_not_proven, setup),
		cmocka_unit_test_setup(what_trying_again_cannot_change_is_hopeless_at_once, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
