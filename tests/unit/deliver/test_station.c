/*
 * A relay: its circuit, and how many connections it gets.
 */
#include "support/house.h"

#include <string.h>

static void an_untried_relay_gets_one_link_and_then_all(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	assert_ptr_equal(house_choose(&house), first);
	station_opening(first, 0);
	assert_null(house_choose(&house));
	station_connected(first);
	house_open_all(&house);
	assert_int_equal(first->open, 3);
}

static void a_failed_link_opens_the_circuit_and_pauses_double_to_the_longest(void **state)
{
	static const int64_t pauses[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
	struct house house = {0};
	struct station *first = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		house_fail_link(&house, first, false);
		assert_int_equal(first->circuit, RELAY_OPEN);
		assert_int_equal(first->next_open_ms, house.now_ms + pauses[i]);
		assert_null(house_choose(&house));
		assert_null(house_choose_trial(&house));
		assert_int_equal(house.wake_ms, first->next_open_ms);
		house.now_ms = first->next_open_ms;
		assert_ptr_equal(house_choose_trial(&house), first);
	}
}

static void on_trial_it_gets_one_link_until_a_message_is_decided(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_fail_link(&house, first, false);
	house.now_ms = 1000;
	house_open_link(&house, house_choose_trial(&house));
	assert_int_equal(first->circuit, RELAY_TRIAL);
	assert_null(house_choose_trial(&house));
	assert_null(house_choose(&house));
	house_decide(&house, first, &house_no_user);
	assert_int_equal(first->circuit, RELAY_CLOSED);
	assert_string_equal(first->words, "");
	house_open_all(&house);
	assert_int_equal(first->open, 3);
}

static void what_is_trouble_with_the_relay_fails_its_trial(void **state)
{
	static const struct station_reply *const troubles[] = {&house_denied, &house_listed, &house_too_busy};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct house house = {0};
		struct station *first = &house.items[0];

		house_add_relay(&house, 1, 1, 3);
		house_fail_link(&house, first, false);
		house.now_ms = 1000;
		house_open_link(&house, house_choose_trial(&house));
		house_decide(&house, first, troubles[i]);
		assert_int_equal(first->circuit, RELAY_OPEN);
		assert_int_equal(first->next_open_ms, 3000);
	}
}

static void a_trial_that_ended_without_work_goes_on_with_the_next_link(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_fail_link(&house, first, false);
	house.now_ms = 1000;
	house_open_link(&house, house_choose_trial(&house));
	station_leaving(first);
	station_closed(first, true);
	assert_int_equal(first->circuit, RELAY_TRIAL);
	assert_ptr_equal(house_choose_trial(&house), first);
}

static void one_odd_refusal_opens_nothing_and_several_in_a_row_do(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_open_link(&house, first);
	house_decide_often(&house, first, &house_denied, STATION_REFUSALS_MAX - 1);
	house_decide(&house, first, &house_accepted);
	house_decide_often(&house, first, &house_denied, STATION_REFUSALS_MAX - 1);
	assert_int_equal(first->circuit, RELAY_CLOSED);
	house_decide(&house, first, &house_no_user);
	house_decide(&house, first, &house_listed);
	assert_int_equal(first->circuit, RELAY_OPEN);
	assert_string_equal(first->words, "listed");
	assert_false(stations_keep(&house.stations, first));
}

static void what_is_about_the_recipient_or_our_standing_opens_nothing(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_open_link(&house, first);
	house_decide_often(&house, first, &house_no_user, 10);
	house_decide_often(&house, first, &house_policy, 10);
	assert_int_equal(first->circuit, RELAY_CLOSED);
}

static void a_failure_beside_working_links_opens_nothing(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_open_link(&house, first);
	house_fail_link(&house, first, true);
	assert_int_equal(first->circuit, RELAY_CLOSED);
	assert_int_equal(first->next_open_ms, 1000);
	assert_null(house_choose(&house));
	assert_false(station_is_hopeless(first));
}

static void what_trying_again_cannot_change_is_hopeless_at_once(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_fail_link(&house, first, false);
	assert_false(station_is_hopeless(first));
	house_fail_link(&house, first, true);
	assert_true(station_is_hopeless(first));
	assert_int_equal(first->next_open_ms, 60000);
	first->tries = 0;
	assert_false(station_is_hopeless(first));
}

static void what_only_one_relay_can_take_gets_a_link_whatever_its_order(void **state)
{
	struct house house = {0};
	struct station *backup = &house.items[1];
	int64_t wake_ms = INT64_MAX;

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_add_relay(&house, 2, 1, 3);
	assert_true(station_may_open(backup, 0, &wake_ms));
	station_opening(backup, 0);
	assert_false(station_may_open(backup, 0, &wake_ms));
	station_connected(backup);
	assert_true(station_may_open(backup, 0, &wake_ms));
	station_closed(backup, false);
	house_fail_link(&house, backup, false);
	assert_false(station_may_open(backup, 0, &wake_ms));
	assert_int_equal(wake_ms, 1000);
	assert_true(station_may_open(backup, 1000, &wake_ms));
	assert_true(station_is_worth_waiting(backup));
	house_fail_link(&house, backup, true);
	assert_false(station_is_worth_waiting(backup));
}

static void too_much_halves_the_window_once_for_what_was_begun_together(void **state)
{
	static const struct station_reply *const signs[] = {&house_goodbye, &house_too_busy};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct house house = {0};
		struct station *first = &house.items[0];
		struct station_reply reply = *signs[i];

		house_add_relay(&house, 1, 1, 8);
		house_open_all(&house);
		reply.begun_at = first->halvings;
		station_decided(first, &reply, 0);
		station_decided(first, &reply, 0);
		assert_int_equal((int)first->window, 4);
		house_decide(&house, first, signs[i]);
		assert_int_equal((int)first->window, 2);
	}
}

static void a_connection_that_is_not_taken_beside_others_halves_what_was_tried(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 20);
	for (int i = 0; i < 5; i++)
		house_open_link(&house, first);
	house_fail_link(&house, first, false);
	assert_int_equal((int)first->window, 3);
	assert_int_equal(first->circuit, RELAY_CLOSED);
}

static void refusals_that_are_not_about_the_load_halve_nothing(void **state)
{
	struct house house = {0};

	(void)state;
	house_add_relay(&house, 1, 1, 8);
	house_open_all(&house);
	house_decide(&house, &house.items[0], &house_denied);
	house_decide(&house, &house.items[0], &house_no_user);
	assert_int_equal((int)house.items[0].window, 8);
}

static void the_window_grows_fast_to_the_threshold_and_slowly_from_there(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];
	int slow = 0;

	(void)state;
	house_add_relay(&house, 1, 1, 16);
	house_open_all(&house);
	house_decide(&house, first, &house_goodbye);
	house_decide(&house, first, &house_goodbye);
	house_decide(&house, first, &house_goodbye);
	assert_int_equal((int)first->window, 2);
	house_decide_often(&house, first, &house_accepted, 6);
	assert_int_equal((int)first->window, 8);
	while ((int)first->window < 9) {
		house_decide(&house, first, &house_accepted);
		slow++;
	}
	assert_in_range(slow, 8 * STATION_GROWTH_MESSAGES, 9 * STATION_GROWTH_MESSAGES);
	house_decide_often(&house, first, &house_accepted, 100 * STATION_GROWTH_MESSAGES);
	assert_int_equal((int)first->window, 16);
}

static void a_limit_that_sessions_have_halves_once(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 8);
	house_open_all(&house);
	station_dismissed(first, 100, first->halvings);
	assert_int_equal((int)first->window, 4);
	station_dismissed(first, 100, first->halvings);
	assert_int_equal((int)first->window, 4);
	station_dismissed(first, 60, first->halvings);
	assert_int_equal((int)first->window, 2);
}

static void each_change_is_told_once_with_the_time_of_the_next_try(void **state)
{
	struct house house = {0};
	struct station *first = &house.items[0];
	struct relay_state told;

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	assert_false(station_take_change(first, 0, 500000, &told));
	house_fail_link(&house, first, false);
	assert_true(station_take_change(first, 0, 500000, &told));
	assert_int_equal(told.circuit, RELAY_OPEN);
	assert_string_equal(told.relay, "x:25");
	assert_string_equal(told.words, "no");
	assert_int_equal(told.since_ms, 500000);
	assert_int_equal(told.retry_ms, 501000);
	assert_false(station_take_change(first, 0, 500000, &told));
	house.now_ms = 1000;
	house_open_link(&house, first);
	assert_true(station_take_change(first, 1000, 501000, &told));
	assert_int_equal(told.circuit, RELAY_TRIAL);
	assert_int_equal(told.retry_ms, 0);
	house_decide(&house, first, &house_accepted);
	assert_true(station_take_change(first, 1000, 501000, &told));
	assert_int_equal(told.circuit, RELAY_CLOSED);
	assert_string_equal(told.words, "");
	house_decide(&house, first, &house_accepted);
	assert_false(station_take_change(first, 1000, 501000, &told));
}

static void that_it_works_is_told_if_it_is_remembered_otherwise(void **state)
{
	struct house house = {0};
	struct relay_state told;

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_open_all(&house);
	house_decide(&house, &house.items[0], &house_accepted);
	assert_false(station_take_change(&house.items[0], 0, 0, &told));
	house.items[0].is_in_doubt = true;
	house_decide(&house, &house.items[0], &house_accepted);
	assert_true(station_take_change(&house.items[0], 0, 0, &told));
	assert_int_equal(told.circuit, RELAY_CLOSED);
	house_decide(&house, &house.items[0], &house_accepted);
	assert_false(station_take_change(&house.items[0], 0, 0, &told));
}

static void broken_pipelining_is_news_once(void **state)
{
	struct house house = {0};
	struct relay_state told;

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	assert_true(station_breaks_pipelining(&house.items[0]));
	assert_false(station_breaks_pipelining(&house.items[0]));
	assert_true(station_take_change(&house.items[0], 0, 0, &told));
	assert_true(told.breaks_pipelining);
}

static void one_domain_that_refuses_counts_again_only_when_others_had_their_turn(void **state)
{
	struct house house = {0};
	struct station *station = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_open_link(&house, station);
	for (int i = 0; i < 50; i++)
		house_decide_for(&house, station, &house_listed, 7);
	assert_int_equal(station->circuit, RELAY_CLOSED);
	house_decide(&house, station, &house_accepted);
	house.now_ms = 60000;
	for (int i = 0; i < 2; i++) {
		house_decide_for(&house, station, &house_listed, 7);
		house.now_ms += STATION_DOMAIN_MS;
	}
	assert_int_equal(station->circuit, RELAY_CLOSED);
	house_decide_for(&house, station, &house_listed, 7);
	assert_int_equal(station->circuit, RELAY_OPEN);
}

static void two_domains_that_refuse_in_turn_do_not_make_three(void **state)
{
	struct house house = {0};
	struct station *station = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_open_link(&house, station);
	for (uint64_t i = 0; i < 20; i++)
		house_decide_for(&house, station, &house_denied, i % 2);
	assert_int_equal(station->circuit, RELAY_CLOSED);
	house_decide_for(&house, station, &house_denied, 2);
	assert_int_equal(station->circuit, RELAY_OPEN);
}

static void on_trial_a_domain_that_refused_before_does_not_decide_alone(void **state)
{
	struct house house = {0};
	struct station *station = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	house_open_link(&house, station);
	for (uint64_t domain = 1; domain <= 3; domain++)
		house_decide_for(&house, station, &house_denied, domain);
	assert_int_equal(station->circuit, RELAY_OPEN);
	station_closed(station, false);
	house.now_ms = station->next_open_ms;
	house_open_link(&house, station);
	house_decide_for(&house, station, &house_denied, 2);
	house_decide_for(&house, station, &house_denied, 3);
	assert_int_equal(station->circuit, RELAY_TRIAL);
	house_decide_for(&house, station, &house_denied, 2);
	assert_int_equal(station->circuit, RELAY_OPEN);
	station_closed(station, false);
	house.now_ms = station->next_open_ms;
	house_open_link(&house, station);
	house_decide_for(&house, station, &house_denied, 4);
	assert_int_equal(station->circuit, RELAY_OPEN);
}

static void links_that_are_busy_leave_room_for_others_by_the_rate(void **state)
{
	const struct pace_windows twice = {{{2, 1000}}, 1};
	struct house house = {0};
	struct station *station = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 5);
	pace_init(&station->pace, &twice, 0);
	house_open_link(&house, station);
	house_open_all(&house);
	assert_int_equal(pace_take(&station->pace, 0), 0);
	assert_int_equal(pace_take(&station->pace, 0), 0);
	station->in_flight = 2;
	house.now_ms = 2000;
	house_open_all(&house);
	assert_int_equal(station->open, 4);
}

static void no_more_links_are_opened_than_the_rate_lets_messages_through(void **state)
{
	const struct pace_windows twice = {{{2, 10000}}, 1};
	struct house house = {0};
	struct station *station = &house.items[0];

	(void)state;
	house_add_relay(&house, 1, 1, 3);
	pace_init(&station->pace, &twice, 0);
	house_open_all(&house);
	assert_int_equal(station->open, 2);
	assert_int_equal(pace_take(&station->pace, 0), 0);
	assert_int_equal(pace_take(&station->pace, 0), 0);
	station_closed(station, false);
	station_closed(station, false);
	assert_null(house_choose(&house));
	assert_true(house.wake_ms >= 10000 && house.wake_ms < 11000);
	house.now_ms = house.wake_ms;
	assert_ptr_equal(house_choose(&house), station);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_domain_that_refuses_counts_again_only_when_others_had_their_turn),
		cmocka_unit_test(two_domains_that_refuse_in_turn_do_not_make_three),
		cmocka_unit_test(no_more_links_are_opened_than_the_rate_lets_messages_through),
		cmocka_unit_test(on_trial_a_domain_that_refused_before_does_not_decide_alone),
		cmocka_unit_test(links_that_are_busy_leave_room_for_others_by_the_rate),
		cmocka_unit_test(an_untried_relay_gets_one_link_and_then_all),
		cmocka_unit_test(a_failed_link_opens_the_circuit_and_pauses_double_to_the_longest),
		cmocka_unit_test(on_trial_it_gets_one_link_until_a_message_is_decided),
		cmocka_unit_test(what_is_trouble_with_the_relay_fails_its_trial),
		cmocka_unit_test(a_trial_that_ended_without_work_goes_on_with_the_next_link),
		cmocka_unit_test(one_odd_refusal_opens_nothing_and_several_in_a_row_do),
		cmocka_unit_test(what_is_about_the_recipient_or_our_standing_opens_nothing),
		cmocka_unit_test(a_failure_beside_working_links_opens_nothing),
		cmocka_unit_test(what_trying_again_cannot_change_is_hopeless_at_once),
		cmocka_unit_test(what_only_one_relay_can_take_gets_a_link_whatever_its_order),
		cmocka_unit_test(too_much_halves_the_window_once_for_what_was_begun_together),
		cmocka_unit_test(a_connection_that_is_not_taken_beside_others_halves_what_was_tried),
		cmocka_unit_test(refusals_that_are_not_about_the_load_halve_nothing),
		cmocka_unit_test(the_window_grows_fast_to_the_threshold_and_slowly_from_there),
		cmocka_unit_test(a_limit_that_sessions_have_halves_once),
		cmocka_unit_test(each_change_is_told_once_with_the_time_of_the_next_try),
		cmocka_unit_test(that_it_works_is_told_if_it_is_remembered_otherwise),
		cmocka_unit_test(broken_pipelining_is_news_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
