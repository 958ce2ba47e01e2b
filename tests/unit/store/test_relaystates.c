/*
 * How the relays are doing: kept one row each.
 */
#include "support/newstore.h"
#include "support/test.h"

#include "store/relaystates.h"

#include <string.h>

static const struct relay_state down = {
	.relay = "mail.example:25",
	.circuit = RELAY_OPEN,
	.words = "connection refused",
	.since_ms = 1000,
	.retry_ms = 61000,
	.breaks_pipelining = true,
	.broke_ms = 500,
};

static void put(struct newstore *place, const char *relay, const char *words)
{
	struct relay_state state = down;

	snprintf(state.relay, sizeof(state.relay), "%s", relay);
	snprintf(state.words, sizeof(state.words), "%s", words);
	assert_int_equal(store_put_relay_state(place->store, &state, &place->err), OK);
}

static enum status note(void *context, const struct relay_state *state, struct err *err)
{
	(void)err;
	str_addf(context, "%s %s %s %d %d %d %d\n", state->relay, relay_circuit_name(state->circuit),
		state->words, (int)state->since_ms, (int)state->retry_ms, state->breaks_pipelining,
		(int)state->broke_ms);
	return OK;
}

static void assert_kept(struct newstore *place, const char *wanted)
{
	struct str text;

	str_init(&text, STR_MAX_SMALL);
	assert_int_equal(store_each_relay_state(place->store, note, &text, &place->err), OK);
	assert_string_equal(text.ptr ? text.ptr : "", wanted);
	str_clear(&text);
}

static void a_relays_state_is_read_back_as_it_was_written(void **state)
{
	struct newstore *place = *state;

	assert_kept(place, "");
	assert_int_equal(store_put_relay_state(place->store, &down, &place->err), OK);
	assert_kept(place, "mail.example:25 out of use connection refused 1000 61000 1 500\n");
}

static void the_latest_state_stands_in_place_of_the_one_before(void **state)
{
	struct newstore *place = *state;

	put(place, "mail.example:25", "connection refused");
	put(place, "backup.example:25", "no answer");
	put(place, "mail.example:25", "421 too busy");
	assert_kept(place, "backup.example:25 out of use no answer 1000 61000 1 500\n"
			   "mail.example:25 out of use 421 too busy 1000 61000 1 500\n");
}

static void a_relay_that_is_dropped_is_not_known_any_more(void **state)
{
	struct newstore *place = *state;

	put(place, "mail.example:25", "connection refused");
	assert_int_equal(store_drop_relay_state(place->store, "mail.example:25", &place->err), OK);
	assert_int_equal(store_drop_relay_state(place->store, "other.example:25", &place->err), OK);
	assert_kept(place, "");
}

static enum status refuse(void *context, const struct relay_state *state, struct err *err)
{
	++*(int *)context;
	return err_set(err, E_CONFLICT, "not %s", state->relay);
}

static void who_looks_at_them_can_stop(void **state)
{
	struct newstore *place = *state;
	int count = 0;

	put(place, "a.example:25", "");
	put(place, "b.example:25", "");
	assert_int_equal(store_each_relay_state(place->store, refuse, &count, &place->err), E_CONFLICT);
	assert_string_equal(place->err.text, "not a.example:25");
	assert_int_equal(count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_relays_state_is_read_back_as_it_was_written),
		TEST(the_latest_state_stands_in_place_of_the_one_before),
		TEST(a_relay_that_is_dropped_is_not_known_any_more),
		TEST(who_looks_at_them_can_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
