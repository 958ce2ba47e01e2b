/*
 * From a try to its delivery's next state, and to its dispatch's end.
 */
#include "app/outcome.h"

#include "base/clock.h"
#include "store/deliveries.h"
#include "store/dispatches.h"
#include "support/newdispatch.h"
#include "support/test.h"

#define NOW NEWDISPATCH_AT_MS
#define MINUTE INT64_C(60000)

static int64_t delays[] = {MINUTE, 5 * MINUTE};

static struct settings settings = {
	.retry = {.after = {delays, 2}, .jitter = 0, .expire_ms = 60 * MINUTE},
	.unknown = UNKNOWN_RESEND,
};

/* A dispatch of one delivery, claimed. */
static int64_t one_claimed(struct newstore *place)
{
	int64_t dispatch = newdispatch_add(place, "fund");

	newdispatch_queue(place, dispatch, "ana@paper.example");
	assert_int_equal(newdispatch_claim(place, dispatch, NOW), 1);
	return dispatch;
}

static enum delivery_state settle(struct newstore *place, const struct attempt *attempt)
{
	enum delivery_state told = DELIVERY_STATE_COUNT;
	int64_t next_ms = -1;

	if (outcome_settle(place->store, &settings, attempt, &told, &next_ms, &place->err) != OK)
		fail_msg("%s", place->err.text);
	assert_int_equal(told, newdispatch_state_of(place, attempt->dispatch, attempt->position));
	assert_int_equal(next_ms, newdispatch_next_ms(place, attempt->dispatch, attempt->position));
	return told;
}

static void assert_finished_as(struct newstore *place, int64_t dispatch, enum dispatch_state wanted)
{
	assert_int_equal(outcome_finish(place->store, dispatch, &place->err), OK);
	assert_int_equal(newdispatch_state(place, dispatch), wanted);
}

static void yes_and_no_are_final(void **state)
{
	static const enum delivery_state finals[] = {DELIVERY_ACCEPTED, DELIVERY_FAILED};

	for (size_t i = 0; i < 2; i++) {
		int64_t dispatch = one_claimed(*state);
		struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, finals[i], 250, "ok");

		assert_int_equal(settle(*state, &attempt), finals[i]);
		assert_int_equal(newdispatch_count_attempts(*state, dispatch, 1), 1);
		assert_finished_as(*state, dispatch, DISPATCH_FINISHED);
	}
}

static void a_deferred_one_is_tried_again_after_its_delay(void **state)
{
	int64_t dispatch = one_claimed(*state);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_DEFERRED, 451, "later");

	assert_int_equal(settle(*state, &attempt), DELIVERY_DEFERRED);
	assert_int_equal(newdispatch_next_ms(*state, dispatch, 1), NOW + MINUTE);
	attempt.number = 2;
	attempt.settled_ms = NOW + MINUTE;
	assert_int_equal(settle(*state, &attempt), DELIVERY_DEFERRED);
	assert_int_equal(newdispatch_next_ms(*state, dispatch, 1), NOW + 6 * MINUTE);
	assert_finished_as(*state, dispatch, DISPATCH_SENDING);
}

static void a_deferred_one_expires_counted_from_its_first_try(void **state)
{
	int64_t dispatch = one_claimed(*state);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_DEFERRED, 451, "later");

	settle(*state, &attempt);
	attempt.number = 2;
	attempt.started_ms = attempt.settled_ms = NOW + 59 * MINUTE;
	assert_int_equal(settle(*state, &attempt), DELIVERY_EXPIRED);
	assert_int_equal(newdispatch_next_ms(*state, dispatch, 1), 0);
	assert_finished_as(*state, dispatch, DISPATCH_FINISHED);
}

static void an_unknown_one_is_sent_once_more_and_then_stays(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = one_claimed(place);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_UNKNOWN, 0, "lost");

	assert_int_equal(settle(place, &attempt), DELIVERY_QUEUED);
	assert_finished_as(place, dispatch, DISPATCH_SENDING);
	assert_int_equal(newdispatch_claim(place, dispatch, NOW), 1);
	attempt.number = 2;
	attempt.is_possible_duplicate = true;
	assert_int_equal(settle(place, &attempt), DELIVERY_UNKNOWN);
	assert_int_equal(newdispatch_count_attempts(place, dispatch, 1), 2);
}

static void by_the_other_policy_an_unknown_one_is_not_sent_again(void **state)
{
	int64_t dispatch = one_claimed(*state);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_UNKNOWN, 0, "lost");
	enum delivery_state settled;

	settings.unknown = UNKNOWN_HOLD;
	settled = settle(*state, &attempt);
	settings.unknown = UNKNOWN_RESEND;
	assert_int_equal(settled, DELIVERY_UNKNOWN);
}

static void an_unknown_one_of_a_cancelled_dispatch_stays_unknown(void **state)
{
	int64_t dispatch = one_claimed(*state);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_UNKNOWN, 0, "lost");

	newdispatch_set_state(*state, dispatch, DISPATCH_CANCELLED, "");
	assert_int_equal(settle(*state, &attempt), DELIVERY_UNKNOWN);
	assert_finished_as(*state, dispatch, DISPATCH_CANCELLED);
	assert_int_equal(newdispatch_state_of(*state, dispatch, 1), DELIVERY_UNKNOWN);
}

/* At once: nobody who looks at it may read that it will be tried again. */
static void what_would_be_tried_again_of_a_cancelled_dispatch_is_cancelled(void **state)
{
	int64_t dispatch = one_claimed(*state);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_DEFERRED, 451, "later");

	newdispatch_set_state(*state, dispatch, DISPATCH_CANCELLED, "");
	assert_int_equal(settle(*state, &attempt), DELIVERY_CANCELLED);
	assert_int_equal(newdispatch_count_attempts(*state, dispatch, 1), 1);
}

/* A first try may have reached the journalist, and "cancelled" would read as unsent. */
static void a_second_try_that_a_cancelled_dispatch_defers_is_unknown(void **state)
{
	int64_t dispatch = one_claimed(*state);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 2, DELIVERY_DEFERRED, 451, "later");

	attempt.is_possible_duplicate = true;
	newdispatch_set_state(*state, dispatch, DISPATCH_CANCELLED, "");
	assert_int_equal(settle(*state, &attempt), DELIVERY_UNKNOWN);
}

/* The state of one that was claimed, once its cancelled dispatch has it back. */
static enum delivery_state come_back(struct newstore *place, bool is_possible_duplicate)
{
	int64_t dispatch = newdispatch_add(place, "fund");
	struct delivery claimed = {
		.dispatch = dispatch,
		.position = 1,
		.state = DELIVERY_CLAIMED,
		.is_possible_duplicate = is_possible_duplicate,
	};

	newdispatch_queue(place, dispatch, "ana@paper.example");
	assert_int_equal(newdispatch_claim(place, dispatch, NOW), 1);
	newdispatch_set_state(place, dispatch, DISPATCH_CANCELLED, "");
	assert_int_equal(outcome_give_back(place->store, &claimed, &place->err), OK);
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), claimed.state);
	return claimed.state;
}

static void what_comes_back_to_a_cancelled_dispatch_is_cancelled_with_it(void **state)
{
	assert_int_equal(come_back(*state, false), DELIVERY_CANCELLED);
	assert_int_equal(come_back(*state, true), DELIVERY_UNKNOWN);
}

static void a_dispatch_with_unknown_ones_left_is_held_and_says_so(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = newdispatch_add(place, "fund");
	struct dispatch found = {0};

	newdispatch_queue(place, dispatch, "ana@paper.example");
	newdispatch_queue(place, dispatch, "bo@wire.example");
	newdispatch_settle(place, dispatch, 1, DELIVERY_ACCEPTED, 250, "ok");
	newdispatch_settle(place, dispatch, 2, DELIVERY_UNKNOWN, 0, "lost");
	assert_finished_as(place, dispatch, DISPATCH_HELD);
	assert_int_equal(store_find_dispatch(place->store, dispatch, &found, &place->err), OK);
	assert_contains(found.hold_reason, "1 unknown");
	assert_int_equal(found.finished_ms, 0);
	dispatch_clear(&found);
}

static void a_dispatch_does_not_end_while_anything_is_open(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = newdispatch_add(place, "fund");

	newdispatch_queue(place, dispatch, "ana@paper.example");
	assert_finished_as(place, dispatch, DISPATCH_SENDING);
	newdispatch_claim(place, dispatch, NOW);
	assert_finished_as(place, dispatch, DISPATCH_SENDING);
	newdispatch_settle(place, dispatch, 1, DELIVERY_DEFERRED, 451, "later");
	assert_finished_as(place, dispatch, DISPATCH_SENDING);
}

static void a_dispatch_of_nobody_is_finished(void **state)
{
	assert_finished_as(*state, newdispatch_add(*state, "fund"), DISPATCH_FINISHED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(yes_and_no_are_final),
		TEST(a_deferred_one_is_tried_again_after_its_delay),
		TEST(a_deferred_one_expires_counted_from_its_first_try),
		TEST(an_unknown_one_is_sent_once_more_and_then_stays),
		TEST(by_the_other_policy_an_unknown_one_is_not_sent_again),
		TEST(an_unknown_one_of_a_cancelled_dispatch_stays_unknown),
		TEST(what_would_be_tried_again_of_a_cancelled_dispatch_is_cancelled),
		TEST(a_second_try_that_a_cancelled_dispatch_defers_is_unknown),
		TEST(what_comes_back_to_a_cancelled_dispatch_is_cancelled_with_it),
		TEST(a_dispatch_with_unknown_ones_left_is_held_and_says_so),
		TEST(a_dispatch_does_not_end_while_anything_is_open),
		TEST(a_dispatch_of_nobody_is_finished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
