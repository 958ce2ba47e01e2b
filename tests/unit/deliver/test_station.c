/*
 * Relays: their circuits, how connections are shared among them, and how many each gets.
 */
#include "support/random.h"
#include "support/test.h"

#include "deliver/station.h"

#include <stdlib.h>
#include <string.h>

#define STATIONS 3
#define TRIES 5

struct house {
	struct relay relays[STATIONS];
	struct station stations[STATIONS];
	size_t count;
	int64_t now_ms, wake_ms;
};

static void add_relay(struct house *house, int order, int weight, int connections)
{
	struct relay *relay = &house->relays[house->count];

	*relay = (struct relay){.url = "smtp://x.example",
		.order = order,
		.weight = weight,
		.connections = connections,
		.pause_first_ms = 1000,
		.pause_most_ms = 60000};
	station_init(&house->stations[house->count++], relay, "x:25", TRIES, 0);
}

static struct house new_house(void)
{
	return (struct house){.wake_ms = INT64_MAX};
}

static struct station *choose(struct house *house)
{
	house->wake_ms = INT64_MAX;
	return station_choose(house->stations, house->count, house->now_ms, &house->wake_ms);
}

static struct station *choose_trial(struct house *house)
{
	house->wake_ms = INT64_MAX;
	return station_choose_trial(house->stations, house->count, house->now_ms, &house->wake_ms);
}

static void open_link(struct house *house, struct station *station)
{
	station_opening(station, house->now_ms);
	station_connected(station);
}

/* As many links as may be opened now, wherever. */
static void open_all(struct house *house)
{
	struct station *station;

	while ((station = choose(house)))
		open_link(house, station);
}

static void fail_link(struct house *house, struct station *station, bool is_permanent)
{
	const struct station_failure failure = {
		.words = "no", .is_permanent = is_permanent, .begun_at = station->halvings};

	station_opening(station, house->now_ms);
	station_closed(station, false);
	station_failed(station, &failure, house->now_ms);
}

static const struct station_reply accepted = {PHASE_DOT, 250, {.outcome = DELIVERY_ACCEPTED}, 0, ""};
static const struct station_reply no_user = {
	PHASE_RCPT, 550, {.outcome = DELIVERY_FAILED, .cause = CAUSE_RECIPIENT}, 0, ""};
static const struct station_reply denied = {PHASE_RCPT, 554,
	{.outcome = DELIVERY_DEFERRED, .cause = CAUSE_RELAY, .suspends_relay = true}, 0, "denied"};
static const struct station_reply listed = {PHASE_RCPT, 554,
	{.outcome = DELIVERY_DEFERRED, .cause = CAUSE_POLICY, .suspends_relay = true}, 0, "listed"};
static const struct station_reply policy = {
	PHASE_DOT, 554, {.outcome = DELIVERY_DEFERRED, .cause = CAUSE_POLICY}, 0, ""};
static const struct station_reply too_busy = {
	PHASE_MAIL, 451, {.outcome = DELIVERY_DEFERRED, .cause = CAUSE_RELAY}, 0, "busy"};
static const struct station_reply goodbye = {
	PHASE_RCPT, 421, {.outcome = DELIVERY_DEFERRED, .cause = CAUSE_SITE}, 0, "bye"};

/* A reply to what was begun just now. */
static void decide(struct house *house, struct station *station, const struct station_reply *what)
{
	struct station_reply reply = *what;

	reply.begun_at = station->halvings;
	station_decided(station, &reply, house->now_ms);
}

static void decide_often(
	struct house *house, struct station *station, const struct station_reply *what, int times)
{
	for (int i = 0; i < times; i++)
		decide(house, station, what);
}

/* The circuit. */

static void an_untried_relay_gets_one_link_and_then_all(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];

	(void)state;
	add_relay(&house, 1, 1, 3);
	assert_ptr_equal(choose(&house), first);
	station_opening(first, 0);
	assert_null(choose(&house));
	station_connected(first);
	open_all(&house);
	assert_int_equal(first->open, 3);
}

static void a_failed_link_opens_the_circuit_and_pauses_double_to_the_longest(void **state)
{
	static const int64_t pauses[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
	struct house house = new_house();
	struct station *first = &house.stations[0];

	(void)state;
	add_relay(&house, 1, 1, 3);
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		fail_link(&house, first, false);
		assert_int_equal(first->circuit, RELAY_OPEN);
		assert_int_equal(first->next_open_ms, house.now_ms + pauses[i]);
		assert_null(choose(&house));
		assert_null(choose_trial(&house));
		assert_int_equal(house.wake_ms, first->next_open_ms);
		house.now_ms = first->next_open_ms;
		assert_ptr_equal(choose_trial(&house), first);
	}
}

static void on_trial_it_gets_one_link_until_a_message_is_decided(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];

	(void)state;
	add_relay(&house, 1, 1, 3);
	fail_link(&house, first, false);
	house.now_ms = 1000;
	open_link(&house, choose_trial(&house));
	assert_int_equal(first->circuit, RELAY_TRIAL);
	assert_null(choose_trial(&house));
	assert_null(choose(&house));
	decide(&house, first, &no_user);
	assert_int_equal(first->circuit, RELAY_CLOSED);
	assert_string_equal(first->words, "");
	open_all(&house);
	assert_int_equal(first->open, 3);
}

static void what_is_trouble_with_the_relay_fails_its_trial(void **state)
{
	static const struct station_reply *const troubles[] = {&denied, &listed, &too_busy};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct house house = new_house();
		struct station *first = &house.stations[0];

		add_relay(&house, 1, 1, 3);
		fail_link(&house, first, false);
		house.now_ms = 1000;
		open_link(&house, choose_trial(&house));
		decide(&house, first, troubles[i]);
		assert_int_equal(first->circuit, RELAY_OPEN);
		assert_int_equal(first->next_open_ms, 3000);
	}
}

static void a_trial_that_ended_without_work_goes_on_with_the_next_link(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];

	(void)state;
	add_relay(&house, 1, 1, 3);
	fail_link(&house, first, false);
	house.now_ms = 1000;
	open_link(&house, choose_trial(&house));
	station_leaving(first);
	station_closed(first, true);
	assert_int_equal(first->circuit, RELAY_TRIAL);
	assert_ptr_equal(choose_trial(&house), first);
}

static void one_odd_refusal_opens_nothing_and_several_in_a_row_do(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];

	(void)state;
	add_relay(&house, 1, 1, 3);
	open_link(&house, first);
	decide_often(&house, first, &denied, STATION_REFUSALS_MAX - 1);
	decide(&house, first, &accepted);
	decide_often(&house, first, &denied, STATION_REFUSALS_MAX - 1);
	assert_int_equal(first->circuit, RELAY_CLOSED);
	decide(&house, first, &no_user);
	decide(&house, first, &listed);
	assert_int_equal(first->circuit, RELAY_OPEN);
	assert_string_equal(first->words, "listed");
	assert_false(station_keeps(house.stations, house.count, first));
}

static void what_is_about_the_recipient_or_our_standing_opens_nothing(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];

	(void)state;
	add_relay(&house, 1, 1, 3);
	open_link(&house, first);
	decide_often(&house, first, &no_user, 10);
	decide_often(&house, first, &policy, 10);
	assert_int_equal(first->circuit, RELAY_CLOSED);
}

static void a_failure_beside_working_links_opens_nothing(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];

	(void)state;
	add_relay(&house, 1, 1, 3);
	open_link(&house, first);
	fail_link(&house, first, true);
	assert_int_equal(first->circuit, RELAY_CLOSED);
	assert_int_equal(first->next_open_ms, 1000);
	assert_null(choose(&house));
	assert_false(station_is_hopeless(first));
}

static void what_trying_again_cannot_change_is_hopeless_at_once(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];

	(void)state;
	add_relay(&house, 1, 1, 3);
	fail_link(&house, first, false);
	assert_false(station_is_hopeless(first));
	fail_link(&house, first, true);
	assert_true(station_is_hopeless(first));
	assert_int_equal(first->next_open_ms, 60000);
	first->tries = 0;
	assert_false(station_is_hopeless(first));
}

/* Which relay. */

static void a_worse_order_is_used_while_all_of_the_better_are_open(void **state)
{
	struct house house = new_house();

	(void)state;
	add_relay(&house, 1, 1, 3);
	add_relay(&house, 1, 1, 3);
	add_relay(&house, 2, 1, 3);
	fail_link(&house, &house.stations[0], false);
	assert_ptr_equal(choose(&house), &house.stations[1]);
	fail_link(&house, &house.stations[1], false);
	assert_ptr_equal(choose(&house), &house.stations[2]);
}

static void a_relay_that_is_full_or_paused_sends_nobody_to_a_worse_order(void **state)
{
	struct house house = new_house();

	(void)state;
	add_relay(&house, 1, 1, 2);
	add_relay(&house, 2, 1, 3);
	open_all(&house);
	assert_int_equal(house.stations[0].open, 2);
	assert_int_equal(house.stations[1].open, 0);
	station_closed(&house.stations[0], false);
	fail_link(&house, &house.stations[0], false);
	assert_null(choose(&house));
}

static void the_backup_goes_on_while_a_better_relay_is_on_trial_and_leaves_after(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];
	struct station *backup = &house.stations[1];

	(void)state;
	add_relay(&house, 1, 1, 3);
	add_relay(&house, 2, 1, 3);
	fail_link(&house, first, false);
	open_link(&house, backup);
	house.now_ms = 1000;
	open_link(&house, choose_trial(&house));
	assert_true(station_keeps(house.stations, house.count, backup));
	assert_ptr_equal(choose(&house), backup);
	decide(&house, first, &accepted);
	assert_false(station_keeps(house.stations, house.count, backup));
	assert_ptr_equal(choose(&house), first);
}

static void a_worse_order_is_not_tried_while_a_better_one_works(void **state)
{
	struct house house = new_house();

	(void)state;
	add_relay(&house, 1, 1, 3);
	add_relay(&house, 2, 1, 3);
	fail_link(&house, &house.stations[1], false);
	house.now_ms = 5000;
	assert_null(choose_trial(&house));
}

static void when_all_pause_the_earliest_end_is_told(void **state)
{
	struct house house = new_house();

	(void)state;
	add_relay(&house, 1, 1, 3);
	add_relay(&house, 1, 1, 3);
	fail_link(&house, &house.stations[0], false);
	fail_link(&house, &house.stations[0], false);
	fail_link(&house, &house.stations[1], false);
	assert_null(choose(&house));
	assert_null(choose_trial(&house));
	assert_int_equal(house.wake_ms, 1000);
}

static void connections_are_shared_by_weight_as_far_as_each_may_go(void **state)
{
	struct house house = new_house();

	(void)state;
	add_relay(&house, 1, 1, 12);
	add_relay(&house, 1, 3, 12);
	house.stations[0].is_reached = house.stations[1].is_reached = true;
	for (int i = 0; i < 8; i++)
		open_link(&house, choose(&house));
	assert_int_equal(house.stations[0].open, 2);
	assert_int_equal(house.stations[1].open, 6);
	open_all(&house);
	assert_int_equal(house.stations[0].open, 4);
	assert_int_equal(house.stations[1].open, 12);
}

static void without_weights_each_gets_all_its_connections(void **state)
{
	struct house house = new_house();

	(void)state;
	add_relay(&house, 1, 0, 2);
	add_relay(&house, 1, 0, 9);
	open_all(&house);
	assert_int_equal(house.stations[0].open, 2);
	assert_int_equal(house.stations[1].open, 9);
}

static void the_share_of_a_relay_that_is_out_of_use_goes_to_the_others(void **state)
{
	struct house house = new_house();
	struct station *light = &house.stations[0];

	(void)state;
	add_relay(&house, 1, 1, 12);
	add_relay(&house, 1, 3, 12);
	fail_link(&house, &house.stations[1], false);
	open_all(&house);
	assert_int_equal(light->open, 12);
	house.now_ms = 1000;
	open_link(&house, choose_trial(&house));
	decide(&house, &house.stations[1], &accepted);
	assert_false(station_keeps(house.stations, house.count, light));
	for (int i = 0; i < 8; i++)
		station_leaving(light);
	assert_true(station_keeps(house.stations, house.count, light));
}

static void a_relay_that_is_slowed_down_slows_down_no_other(void **state)
{
	struct house house = new_house();

	(void)state;
	add_relay(&house, 1, 1, 4);
	add_relay(&house, 1, 1, 4);
	open_all(&house);
	decide(&house, &house.stations[0], &goodbye);
	assert_false(station_keeps(house.stations, house.count, &house.stations[0]));
	assert_true(station_keeps(house.stations, house.count, &house.stations[1]));
}

static void what_only_one_relay_can_take_gets_a_link_whatever_its_order(void **state)
{
	struct house house = new_house();
	struct station *backup = &house.stations[1];
	int64_t wake_ms = INT64_MAX;

	(void)state;
	add_relay(&house, 1, 1, 3);
	add_relay(&house, 2, 1, 3);
	assert_true(station_may_open(backup, 0, &wake_ms));
	station_opening(backup, 0);
	assert_false(station_may_open(backup, 0, &wake_ms));
	station_connected(backup);
	assert_true(station_may_open(backup, 0, &wake_ms));
	station_closed(backup, false);
	fail_link(&house, backup, false);
	assert_false(station_may_open(backup, 0, &wake_ms));
	assert_int_equal(wake_ms, 1000);
	assert_true(station_may_open(backup, 1000, &wake_ms));
	assert_true(station_is_worth_waiting(backup));
	fail_link(&house, backup, true);
	assert_false(station_is_worth_waiting(backup));
}

/* How many. */

static void too_much_halves_the_window_once_for_what_was_begun_together(void **state)
{
	static const struct station_reply *const signs[] = {&goodbye, &too_busy};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct house house = new_house();
		struct station *first = &house.stations[0];
		struct station_reply reply = *signs[i];

		add_relay(&house, 1, 1, 8);
		open_all(&house);
		reply.begun_at = first->halvings;
		station_decided(first, &reply, 0);
		station_decided(first, &reply, 0);
		assert_int_equal((int)first->window, 4);
		decide(&house, first, signs[i]);
		assert_int_equal((int)first->window, 2);
	}
}

static void a_connection_that_is_not_taken_beside_others_halves_what_was_tried(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];

	(void)state;
	add_relay(&house, 1, 1, 20);
	for (int i = 0; i < 5; i++)
		open_link(&house, first);
	fail_link(&house, first, false);
	assert_int_equal((int)first->window, 3);
	assert_int_equal(first->circuit, RELAY_CLOSED);
}

static void refusals_that_are_not_about_the_load_halve_nothing(void **state)
{
	struct house house = new_house();

	(void)state;
	add_relay(&house, 1, 1, 8);
	open_all(&house);
	decide(&house, &house.stations[0], &denied);
	decide(&house, &house.stations[0], &no_user);
	assert_int_equal((int)house.stations[0].window, 8);
}

static void the_window_grows_fast_to_the_threshold_and_slowly_from_there(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];
	int slow = 0;

	(void)state;
	add_relay(&house, 1, 1, 16);
	open_all(&house);
	decide(&house, first, &goodbye);
	decide(&house, first, &goodbye);
	decide(&house, first, &goodbye);
	assert_int_equal((int)first->window, 2);
	decide_often(&house, first, &accepted, 6);
	assert_int_equal((int)first->window, 8);
	while ((int)first->window < 9) {
		decide(&house, first, &accepted);
		slow++;
	}
	assert_in_range(slow, 8 * STATION_GROWTH_MESSAGES, 9 * STATION_GROWTH_MESSAGES);
	decide_often(&house, first, &accepted, 100 * STATION_GROWTH_MESSAGES);
	assert_int_equal((int)first->window, 16);
}

static void a_limit_that_sessions_have_halves_once(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];

	(void)state;
	add_relay(&house, 1, 1, 8);
	open_all(&house);
	station_dismissed(first, 100, first->halvings);
	assert_int_equal((int)first->window, 4);
	station_dismissed(first, 100, first->halvings);
	assert_int_equal((int)first->window, 4);
	station_dismissed(first, 60, first->halvings);
	assert_int_equal((int)first->window, 2);
}

static void links_beyond_the_window_leave_and_no_more_than_these(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];
	int left = 0;

	(void)state;
	add_relay(&house, 1, 1, 8);
	open_all(&house);
	decide(&house, first, &goodbye);
	for (; !station_keeps(house.stations, house.count, first); left++)
		station_leaving(first);
	assert_int_equal(left, 4);
	station_closed(first, true);
	assert_true(station_keeps(house.stations, house.count, first));
	assert_null(choose(&house));
}

/* What is told. */

static void each_change_is_told_once_with_the_time_of_the_next_try(void **state)
{
	struct house house = new_house();
	struct station *first = &house.stations[0];
	struct relay_state told;

	(void)state;
	add_relay(&house, 1, 1, 3);
	assert_false(station_take_change(first, 0, 500000, &told));
	fail_link(&house, first, false);
	assert_true(station_take_change(first, 0, 500000, &told));
	assert_int_equal(told.circuit, RELAY_OPEN);
	assert_string_equal(told.relay, "x:25");
	assert_string_equal(told.words, "no");
	assert_int_equal(told.since_ms, 500000);
	assert_int_equal(told.retry_ms, 501000);
	assert_false(station_take_change(first, 0, 500000, &told));
	house.now_ms = 1000;
	open_link(&house, first);
	assert_true(station_take_change(first, 1000, 501000, &told));
	assert_int_equal(told.circuit, RELAY_TRIAL);
	assert_int_equal(told.retry_ms, 0);
	decide(&house, first, &accepted);
	assert_true(station_take_change(first, 1000, 501000, &told));
	assert_int_equal(told.circuit, RELAY_CLOSED);
	assert_string_equal(told.words, "");
	decide(&house, first, &accepted);
	assert_false(station_take_change(first, 1000, 501000, &told));
}

static void that_it_works_is_told_if_it_is_remembered_otherwise(void **state)
{
	struct house house = new_house();
	struct relay_state told;

	(void)state;
	add_relay(&house, 1, 1, 3);
	open_all(&house);
	decide(&house, &house.stations[0], &accepted);
	assert_false(station_take_change(&house.stations[0], 0, 0, &told));
	house.stations[0].is_in_doubt = true;
	decide(&house, &house.stations[0], &accepted);
	assert_true(station_take_change(&house.stations[0], 0, 0, &told));
	assert_int_equal(told.circuit, RELAY_CLOSED);
	decide(&house, &house.stations[0], &accepted);
	assert_false(station_take_change(&house.stations[0], 0, 0, &told));
}

static void broken_pipelining_is_news_once(void **state)
{
	struct house house = new_house();
	struct relay_state told;

	(void)state;
	add_relay(&house, 1, 1, 3);
	assert_true(station_breaks_pipelining(&house.stations[0]));
	assert_false(station_breaks_pipelining(&house.stations[0]));
	assert_true(station_take_change(&house.stations[0], 0, 0, &told));
	assert_true(told.breaks_pipelining);
}

/* Whatever happens. */

static void something_happens(struct house *house, struct random *random)
{
	static const struct station_reply *const replies[] = {
		&accepted, &accepted, &accepted, &no_user, &denied, &policy, &too_busy, &goodbye};
	struct station *station = &house->stations[random_below(random, STATIONS)];
	struct station *chosen = choose_trial(house);

	house->now_ms += (int64_t)random_below(random, 200);
	if (!chosen)
		chosen = choose(house);
	if (chosen && random_below(random, 3)) {
		station_opening(chosen, house->now_ms);
		if (random_below(random, 8))
			station_connected(chosen);
	} else if (station->open && random_below(random, 4)) {
		decide(house, station, replies[random_below(random, 8)]);
	} else if (station->leaving) {
		station_closed(station, true);
	} else if (station->open) {
		station_closed(station, false);
		station_failed(station,
			&(struct station_failure){.words = "no", .begun_at = station->halvings},
			house->now_ms);
	}
	while (station->open > station->leaving && !station_keeps(house->stations, house->count, station))
		station_leaving(station);
}

static void check_house(const struct house *house)
{
	for (size_t i = 0; i < STATIONS; i++) {
		const struct station *station = &house->stations[i];

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
		struct house house = new_house();

		random_init(&random, random_first_seed() + round);
		for (int i = 0; i < STATIONS; i++)
			add_relay(&house, 1 + (int)random_below(&random, 2), (int)random_below(&random, 5),
				1 + (int)random_below(&random, 20));
		for (int i = 0; i < 1000; i++) {
			something_happens(&house, &random);
			check_house(&house);
		}
	}
}

/* With one link more, no other would have more than its weight beside it. */
static bool is_within_a_link(const struct house *house, size_t at, size_t other)
{
	return house->stations[other].open * house->relays[at].weight <=
	       (house->stations[at].open + 1) * house->relays[other].weight;
}

static void check_proportions(const struct house *house)
{
	for (size_t i = 0; i < STATIONS; i++) {
		for (size_t k = 0; k < STATIONS; k++)
			assert_true(is_within_a_link(house, i, k));
	}
}

static void shares_keep_within_a_link_of_their_proportion(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < 500; round++) {
		struct random random;
		struct house house = new_house();
		struct station *chosen;

		random_init(&random, random_first_seed() + round);
		for (int i = 0; i < STATIONS; i++) {
			add_relay(&house, 1, 1 + (int)random_below(&random, 9),
				9 + (int)random_below(&random, 40));
			house.stations[i].is_reached = true;
		}
		while ((chosen = choose(&house))) {
			open_link(&house, chosen);
			check_proportions(&house);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_untried_relay_gets_one_link_and_then_all),
		cmocka_unit_test(a_failed_link_opens_the_circuit_and_pauses_double_to_the_longest),
		cmocka_unit_test(on_trial_it_gets_one_link_until_a_message_is_decided),
		cmocka_unit_test(what_is_trouble_with_the_relay_fails_its_trial),
		cmocka_unit_test(a_trial_that_ended_without_work_goes_on_with_the_next_link),
		cmocka_unit_test(one_odd_refusal_opens_nothing_and_several_in_a_row_do),
		cmocka_unit_test(what_is_about_the_recipient_or_our_standing_opens_nothing),
		cmocka_unit_test(a_failure_beside_working_links_opens_nothing),
		cmocka_unit_test(what_trying_again_cannot_change_is_hopeless_at_once),
		cmocka_unit_test(a_worse_order_is_used_while_all_of_the_better_are_open),
		cmocka_unit_test(a_relay_that_is_full_or_paused_sends_nobody_to_a_worse_order),
		cmocka_unit_test(the_backup_goes_on_while_a_better_relay_is_on_trial_and_leaves_after),
		cmocka_unit_test(a_worse_order_is_not_tried_while_a_better_one_works),
		cmocka_unit_test(when_all_pause_the_earliest_end_is_told),
		cmocka_unit_test(connections_are_shared_by_weight_as_far_as_each_may_go),
		cmocka_unit_test(without_weights_each_gets_all_its_connections),
		cmocka_unit_test(the_share_of_a_relay_that_is_out_of_use_goes_to_the_others),
		cmocka_unit_test(a_relay_that_is_slowed_down_slows_down_no_other),
		cmocka_unit_test(what_only_one_relay_can_take_gets_a_link_whatever_its_order),
		cmocka_unit_test(too_much_halves_the_window_once_for_what_was_begun_together),
		cmocka_unit_test(a_connection_that_is_not_taken_beside_others_halves_what_was_tried),
		cmocka_unit_test(refusals_that_are_not_about_the_load_halve_nothing),
		cmocka_unit_test(the_window_grows_fast_to_the_threshold_and_slowly_from_there),
		cmocka_unit_test(a_limit_that_sessions_have_halves_once),
		cmocka_unit_test(links_beyond_the_window_leave_and_no_more_than_these),
		cmocka_unit_test(each_change_is_told_once_with_the_time_of_the_next_try),
		cmocka_unit_test(that_it_works_is_told_if_it_is_remembered_otherwise),
		cmocka_unit_test(broken_pipelining_is_news_once),
		cmocka_unit_test_teardown(
			random_events_keep_windows_and_trials_within_their_bounds, random_show_seed),
		cmocka_unit_test_teardown(shares_keep_within_a_link_of_their_proportion, random_show_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
