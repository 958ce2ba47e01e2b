/*
 * How relays are doing, from one sender to the next.
 */
#include "app/relaystates.h"

#include "store/relaystates.h"
#include "support/newsroomcase.h"
#include "support/test.h"

#include <stdio.h>

#define DAY_MS (INT64_C(24) * 3600000)

static struct relay_state state_of(const char *relay, const char *words)
{
	struct relay_state state = {.circuit = RELAY_OPEN, .since_ms = 1000, .retry_ms = 2000};

	snprintf(state.relay, sizeof(state.relay), "%s", relay);
	snprintf(state.words, sizeof(state.words), "%s", words);
	return state;
}

static void put(struct relaystates *states, const char *relay, const char *words)
{
	struct relay_state state = state_of(relay, words);

	relaystates_put(states, &state);
}

static void save(struct newsroomcase *room, const struct relaystates *states)
{
	assert_int_equal(relaystates_save(states, room->place.store, &room->place.err), OK);
}

/* The newsroom's relays are localhost:25, as init has it, and backup.example:25. */
static void add_backup(struct newsroomcase *room)
{
	newsroomcase_change(room, "relays = (", "relays = ( { url = \"smtp://backup.example\"; },");
}

static struct relaystates load(struct newsroomcase *room)
{
	struct relaystates states;

	assert_int_equal(relaystates_load(room->place.store, newsroom_settings(room->newsroom), &states,
				 &room->place.err),
		OK);
	return states;
}

static void the_latest_of_a_relay_stands(void **state)
{
	struct relaystates states = {0};
	struct relaystates more = {0};

	(void)state;
	put(&states, "a:25", "refused");
	put(&states, "b:25", "refused");
	put(&more, "c:25", "refused");
	put(&more, "a:25", "");
	relaystates_move(&states, &more);
	assert_int_equal(more.count, 0);
	assert_int_equal(states.count, 3);
	assert_string_equal(states.items[0].relay, "a:25");
	assert_string_equal(states.items[0].words, "");
	assert_string_equal(states.items[1].words, "refused");
}

static void there_are_no_more_of_them_than_relays(void **state)
{
	struct relaystates states = {0};
	char relay[32];

	(void)state;
	for (unsigned i = 0; i < SETTINGS_RELAYS_MAX + 1; i++) {
		snprintf(relay, sizeof(relay), "r%u:25", i);
		put(&states, relay, "");
	}
	assert_int_equal(states.count, SETTINGS_RELAYS_MAX);
}

static void each_relay_of_the_settings_has_its_own_in_their_order(void **state)
{
	struct newsroomcase *room = *state;
	struct relaystates states = {0};

	add_backup(room);
	put(&states, "localhost:25", "refused");
	put(&states, "other.example:25", "refused");
	save(room, &states);
	states = load(room);
	assert_int_equal(states.count, 2);
	assert_string_equal(states.items[0].relay, "backup.example:25");
	assert_int_equal(states.items[0].circuit, RELAY_CLOSED);
	assert_int_equal(states.items[0].since_ms, 0);
	assert_string_equal(states.items[1].relay, "localhost:25");
	assert_int_equal(states.items[1].circuit, RELAY_OPEN);
	assert_string_equal(states.items[1].words, "refused");
	assert_int_equal(states.items[1].since_ms, 1000);
	assert_int_equal(states.items[1].retry_ms, 2000);
}

/* A sender is told that the relay breaks PIPELINING, as it is when one begins. */
static void tell_breach(struct newsroomcase *room)
{
	struct relaystates states = load(room);
	struct relay_state told = state_of("localhost:25", "");

	told.since_ms = room->now_ms;
	told.breaks_pipelining = true;
	relaystates_put_told(&states, &told);
	save(room, &states);
}

static void a_relay_that_breaks_pipelining_gets_another_chance_after_a_week(void **state)
{
	struct newsroomcase *room = *state;

	tell_breach(room);
	room->now_ms += 7 * DAY_MS - 1;
	tell_breach(room);
	assert_true(load(room).items[0].breaks_pipelining);
	room->now_ms++;
	assert_false(load(room).items[0].breaks_pipelining);
	tell_breach(room);
	room->now_ms += 7 * DAY_MS - 1;
	assert_true(load(room).items[0].breaks_pipelining);
}

static void a_relay_that_keeps_step_again_is_believed(void **state)
{
	struct newsroomcase *room = *state;
	struct relaystates states;
	struct relay_state told = state_of("localhost:25", "");

	tell_breach(room);
	states = load(room);
	relaystates_put_told(&states, &told);
	save(room, &states);
	assert_false(load(room).items[0].breaks_pipelining);
}

static enum status count_one(void *context, const struct relay_state *state, struct err *err)
{
	(void)err;
	assert_string_equal(state->relay, "localhost:25");
	++*(int *)context;
	return OK;
}

static void relays_that_are_no_longer_named_are_forgotten(void **state)
{
	struct newsroomcase *room = *state;
	struct relaystates states = {0};
	int count = 0;

	put(&states, "a.example:25", "refused");
	put(&states, "localhost:25", "refused");
	put(&states, "other.example:25", "refused");
	save(room, &states);
	assert_int_equal(relaystates_forget_others(
				 room->place.store, newsroom_settings(room->newsroom), &room->place.err),
		OK);
	assert_int_equal(store_each_relay_state(room->place.store, count_one, &count, &room->place.err), OK);
	assert_int_equal(count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newsroomcase_set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_latest_of_a_relay_stands),
		cmocka_unit_test(there_are_no_more_of_them_than_relays),
		TEST(each_relay_of_the_settings_has_its_own_in_their_order),
		TEST(a_relay_that_breaks_pipelining_gets_another_chance_after_a_week),
		TEST(a_relay_that_keeps_step_again_is_believed),
		TEST(relays_that_are_no_longer_named_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
