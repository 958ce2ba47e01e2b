/*
 * How connections are shared among relays.
 */
#include "support/house.h"
#include "support/random.h"

static void a_worse_order_is_used_while_all_of_the_better_are_open(void **state)
{
	struct house house = {0};

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_add_relay(&house, 1, 1, 3);
	house_add_relay(&house, 2, 1, 3);
	house_fail_link(&house, &house.items[0], false);
	assert_ptr_equal(house_choose(&house), &house.items[1]);
	house_fail_link(&house, &house.items[1], false);
	assert_ptr_equal(house_choose(&house), &house.items[2]);
}

static void a_relay_that_is_full_or_paused_sends_nobody_to_a_worse_order(void **state)
{
	struct house house = {0};

	(void)state;
	house_add_relay(&house, 1, 1, 2);
	house_add_relay(&house, 2, 1, 3);
	house_open_all(&house);
	assert_int_equal(house.items[0].open, 2);
	assert_int_equal(house.items[1].open, 0);
	station_closed(&house.items[0], false);
	house_fail_link(&house, &house.items[0], false);
	assert_null(house_choose(&house));
}

static void the_backup_goes_on_while_a_better_relay_is_on_trial_and_leaves_after(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];
	struct station *backup = &house.items[1];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_add_relay(&house, 2, 1, 3);
	house_fail_link(&house, first, false);
	house_open_link(&house, backup);
	house.now_ms = 1000;
	house_open_link(&house, house_choose_trial(&house));
	assert_true(stations_keep(&house.stations, backup));
	assert_ptr_equal(house_choose(&house), backup);
	house_decide(&house, first, &house_accepted);
	assert_false(stations_keep(&house.stations, backup));
	assert_ptr_equal(house_choose(&house), first);
}

static void a_worse_order_is_not_tried_while_a_better_one_works(void **state)
{
	struct house house = {0};

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_add_relay(&house, 2, 1, 3);
	house_fail_link(&house, &house.items[1], false);
	house.now_ms = 5000;
	assert_null(house_choose_trial(&house));
}

static void when_all_pause_the_earliest_end_is_told(void **state)
{
	struct house house = {0};

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_add_relay(&house, 1, 1, 3);
	house_fail_link(&house, &house.items[0], false);
	house_fail_link(&house, &house.items[0], false);
	house_fail_link(&house, &house.items[1], false);
	assert_null(house_choose(&house));
	assert_null(house_choose_trial(&house));
	assert_int_equal(house.wake_ms, 1000);
}

static void what_is_in_use_rests_until_the_first_rate_lets_a_message_through(void **state)
{
	struct house house = {0};

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_add_relay(&house, 1, 1, 3);
	house_add_relay(&house, 2, 1, 3);
	house.items[0].rests_until_ms = 9000;
	house.items[1].rests_until_ms = 7000;
	assert_int_equal(stations_rest_until_ms(&house.stations), 7000);
	house_fail_link(&house, &house.items[1], false);
	assert_int_equal(stations_rest_until_ms(&house.stations), 9000);
	house_fail_link(&house, &house.items[0], false);
	assert_int_equal(stations_rest_until_ms(&house.stations), 0);
	house_fail_link(&house, &house.items[2], false);
	assert_int_equal(stations_rest_until_ms(&house.stations), INT64_MAX);
}

static void connections_are_shared_by_weight_as_far_as_each_may_go(void **state)
{
	struct house house = {0};

	(void)state;
	house_add_relay(&house, 1, 1, 12);
	house_add_relay(&house, 1, 3, 12);
	house.items[0].is_reached = house.items[1].is_reached = true;
	for (int i = 0; i < 8; i++)
		house_open_link(&house, house_choose(&house));
	assert_int_equal(house.items[0].open, 2);
	assert_int_equal(house.items[1].open, 6);
	house_open_all(&house);
	assert_int_equal(house.items[0].open, 4);
	assert_int_equal(house.items[1].open, 12);
}

static void without_weights_each_gets_all_its_connections(void **state)
{
	struct house house = {0};

	(void)state;
	house_add_relay(&house, 1, 0, 2);
	house_add_relay(&house, 1, 0, 9);
	house_open_all(&house);
	assert_int_equal(house.items[0].open, 2);
	assert_int_equal(house.items[1].open, 9);
}

static void the_share_of_a_relay_that_is_out_of_use_goes_to_the_others(void **state)
{
	struct house house = {0};
	struct station *light = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 12);
	house_add_relay(&house, 1, 3, 12);
	house_fail_link(&house, &house.items[1], false);
	house_open_all(&house);
	assert_int_equal(light->open, 12);
	house.now_ms = 1000;
	house_open_link(&house, house_choose_trial(&house));
	house_decide(&house, &house.items[1], &house_accepted);
	assert_false(stations_keep(&house.stations, light));
	for (int i = 0; i < 8; i++)
		station_leaving(light);
	assert_true(stations_keep(&house.stations, light));
}

static void a_relay_that_is_slowed_down_slows_down_no_other(void **state)
{
	struct house house = {0};

	(void)state;
	house_add_relay(&house, 1, 1, 4);
	house_add_relay(&house, 1, 1, 4);
	house_open_all(&house);
	house_decide(&house, &house.items[0], &house_goodbye);
	assert_false(stations_keep(&house.stations, &house.items[0]));
	assert_true(stations_keep(&house.stations, &house.items[1]));
}

static void links_beyond_the_window_leave_and_no_more_than_these(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];
	int left = 0;

	(void)state;
	house_add_relay(&house, 1, 1, 8);
	house_open_all(&house);
	house_decide(&house, first, &house_goodbye);
	for (; !stations_keep(&house.stations, first); left++)
		station_leaving(first);
	assert_int_equal(left, 4);
	station_closed(first, true);
	assert_true(stations_keep(&house.stations, first));
	assert_null(house_choose(&house));
}

static void something_happens(struct house *house, struct random *random)
{
	static const struct station_reply *const replies[] = {&house_accepted, &house_accepted,
		&house_accepted, &house_no_user, &house_denied, &house_policy, &house_too_busy,
		&house_goodbye};
	struct station *station = &house->items[random_below(random, HOUSE_RELAYS)];
	struct station *chosen = house_choose_trial(house);

	house->now_ms += (int64_t)random_below(random, 200);
	if (!chosen)
		chosen = house_choose(house);
	if (chosen && random_below(random, 3)) {
		station_opening(chosen, house->now_ms);
		if (random_below(random, 8))
			station_connected(chosen);
	} else if (station->open && random_below(random, 4)) {
		house_decide(house, station, replies[random_below(random, 8)]);
	} else if (station->leaving) {
		station_closed(station, true);
	} else if (station->open) {
		station_closed(station, false);
		station_failed(station,
			&(struct station_failure){.words = "no", .begun_at = station->halvings},
			house->now_ms);
	}
	while (station->open > station->leaving && !stations_keep(&house->stations, station))
		station_leaving(station);
}

static void check_house(const struct house *house)
{
	for (size_t i = 0; i < HOUSE_RELAYS; i++) {
		const struct station *station = &house->items[i];

		assert_true(station->window >= 1 && station->window <= station->relay->connections);
		assert_in_range(station->open, 0, station->relay->connections);
		assert_in_range(station->leaving, 0, station->open);
		if (station->circuit == RELAY_TRIAL)
			assert_in_range(station->open, 0, 1);
		assert_int_equal(station->circuit == RELAY_CLOSED, station->failures == 0);
		assert_true(station->circuit != RELAY_OPEN || station->words[0]);
	}
}

static void random_events_keep_windows_and_trials_within_their_bounds(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < 200; round++) {
		struct random random;
		struct house house = {0};

		random_init(&random, random_first_seed() + round);
		for (int i = 0; i < HOUSE_RELAYS; i++)
			house_add_relay(&house, 1 + (int)random_below(&random, 2),
				(int)random_below(&random, 5), 1 + (int)random_below(&random, 20));
		for (int i = 0; i < 1000; i++) {
			something_happens(&house, &random);
			check_house(&house);
		}
	}
}

/* With one link more, no other would have more than its weight beside it. */
static bool is_within_a_link(const struct house *house, size_t at, size_t other)
{
	return house->items[other].open * house->relays[at].weight <=
	       (house->items[at].open + 1) * house->relays[other].weight;
}

static void check_proportions(const struct house *house)
{
	for (size_t i = 0; i < HOUSE_RELAYS; i++) {
		for (size_t k = 0; k < HOUSE_RELAYS; k++)
			assert_true(is_within_a_link(house, i, k));
	}
}

static void shares_keep_within_a_link_of_their_proportion(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < 500; round++) {
		struct random random;
		struct house house = {0};
		struct station *chosen;

		random_init(&random, random_first_seed() + round);
		for (int i = 0; i < HOUSE_RELAYS; i++) {
			house_add_relay(&house, 1, 1 + (int)random_below(&random, 9),
				9 + (int)random_below(&random, 40));
			house.items[i].is_reached = true;
		}
		while ((chosen = house_choose(&house))) {
			house_open_link(&house, chosen);
			check_proportions(&house);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worse_order_is_used_while_all_of_the_better_are_open),
		cmocka_unit_test(a_relay_that_is_full_or_paused_sends_nobody_to_a_worse_order),
		cmocka_unit_test(the_backup_goes_on_while_a_better_relay_is_on_trial_and_leaves_after),
		cmocka_unit_test(a_worse_order_is_not_tried_while_a_better_one_works),
		cmocka_unit_test(when_all_pause_the_earliest_end_is_told),
		cmocka_unit_test(what_is_in_use_rests_until_the_first_rate_lets_a_message_through),
		cmocka_unit_test(connections_are_shared_by_weight_as_far_as_each_may_go),
		cmocka_unit_test(without_weights_each_gets_all_its_connections),
		cmocka_unit_test(the_share_of_a_relay_that_is_out_of_use_goes_to_the_others),
		cmocka_unit_test(a_relay_that_is_slowed_down_slows_down_no_other),
		cmocka_unit_test(links_beyond_the_window_leave_and_no_more_than_these),
		cmocka_unit_test_teardown(
			random_events_keep_windows_and_trials_within_their_bounds, random_show_seed),
		cmocka_unit_test_teardown(shares_keep_within_a_link_of_their_proportion, random_show_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
