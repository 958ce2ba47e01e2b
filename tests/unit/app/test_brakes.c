/*
 * Stopping and letting go on: each step that is possible, and each that is refused.
 */
#include "app/brakes.h"

#include "store/deliveries.h"
#include "store/dispatches.h"
#include "support/newdispatch.h"
#include "support/test.h"

#define NOW NEWDISPATCH_AT_MS

static int64_t dispatch_of(struct newstore *place, size_t queued)
{
	int64_t dispatch = newdispatch_add(place, "fund");
	char address[64];

	for (size_t i = 0; i < queued; i++) {
		snprintf(address, sizeof(address), "person%zu@paper.example", i + 1);
		newdispatch_queue(place, dispatch, address);
	}
	return dispatch;
}

static enum status hold(struct newstore *place, int64_t dispatch, size_t *count)
{
	*count = 99;
	return brakes_hold(place->store, dispatch, "mroy", count, &place->err);
}

static void a_held_dispatch_says_by_whom(void **state)
{
	struct newstore *place = *state;
	int64_t id = dispatch_of(place, 1);
	struct dispatch dispatch = {0};
	size_t count;

	assert_int_equal(hold(place, id, &count), OK);
	assert_int_equal(count, 1);
	assert_int_equal(store_find_dispatch(place->store, id, &dispatch, &place->err), OK);
	assert_int_equal(dispatch.state, DISPATCH_HELD);
	assert_string_equal(dispatch.hold_reason, "by mroy");
	dispatch_clear(&dispatch);
}

static void holding_without_a_number_holds_all_that_is_open(void **state)
{
	struct newstore *place = *state;
	size_t count;

	for (int i = 0; i < 4; i++)
		dispatch_of(place, 1);
	newdispatch_set_state(place, 2, DISPATCH_FINISHED, "");
	newdispatch_set_state(place, 3, DISPATCH_HELD, "by dkane");
	assert_int_equal(hold(place, 0, &count), OK);
	assert_int_equal(count, 2);
	assert_int_equal(newdispatch_state(place, 1), DISPATCH_HELD);
	assert_int_equal(newdispatch_state(place, 2), DISPATCH_FINISHED);
	assert_int_equal(newdispatch_state(place, 4), DISPATCH_HELD);
}

static void a_second_hold_keeps_the_first_reason(void **state)
{
	struct newstore *place = *state;
	int64_t id = dispatch_of(place, 1);
	struct dispatch dispatch = {0};
	size_t count;

	newdispatch_set_state(place, id, DISPATCH_HELD, "by dkane");
	assert_int_equal(hold(place, id, &count), OK);
	assert_int_equal(count, 0);
	assert_int_equal(store_find_dispatch(place->store, id, &dispatch, &place->err), OK);
	assert_string_equal(dispatch.hold_reason, "by dkane");
	dispatch_clear(&dispatch);
}

static void what_has_ended_is_neither_held_nor_resumed_nor_cancelled(void **state)
{
	static const enum dispatch_state ends[] = {DISPATCH_FINISHED, DISPATCH_CANCELLED};
	struct newstore *place = *state;
	size_t count;

	for (size_t i = 0; i < 2; i++) {
		int64_t id = dispatch_of(place, 1);

		newdispatch_settle(place, id, 1, DELIVERY_ACCEPTED, 250, "ok");
		newdispatch_set_state(place, id, ends[i], "");
		assert_int_equal(hold(place, id, &count), E_CONFLICT);
		assert_contains(place->err.text, dispatch_state_name(ends[i]));
		assert_int_equal(brakes_resume(place->store, id, &place->err), E_CONFLICT);
		assert_int_equal(brakes_cancel(place->store, id, &count, &place->err), E_CONFLICT);
		assert_int_equal(newdispatch_state(place, id), ends[i]);
	}
}

static void a_dispatch_that_is_not_there_is_named(void **state)
{
	struct newstore *place = *state;
	size_t count;

	assert_int_equal(hold(place, 7, &count), E_NOTFOUND);
	assert_int_equal(brakes_resume(place->store, 7, &place->err), E_NOTFOUND);
	assert_int_equal(brakes_cancel(place->store, 7, &count, &place->err), E_NOTFOUND);
	assert_int_equal(brakes_resolve(place->store, 7, "a@paper.example", RESOLVE_ACCEPTED, &place->err),
		E_NOTFOUND);
	assert_contains(place->err.text, "there is no dispatch 7");
}

static void a_held_dispatch_goes_on(void **state)
{
	struct newstore *place = *state;
	int64_t id = dispatch_of(place, 1);
	struct dispatch dispatch = {0};

	newdispatch_set_state(place, id, DISPATCH_HELD, "by mroy");
	assert_int_equal(brakes_resume(place->store, id, &place->err), OK);
	assert_int_equal(store_find_dispatch(place->store, id, &dispatch, &place->err), OK);
	assert_int_equal(dispatch.state, DISPATCH_SENDING);
	assert_string_equal(dispatch.hold_reason, "");
	dispatch_clear(&dispatch);
}

static void resuming_what_is_being_sent_changes_nothing(void **state)
{
	struct newstore *place = *state;
	int64_t id = dispatch_of(place, 1);

	assert_int_equal(brakes_resume(place->store, id, &place->err), OK);
	assert_int_equal(newdispatch_state(place, id), DISPATCH_SENDING);
}

static void what_has_only_unknown_ones_left_needs_a_person_first(void **state)
{
	struct newstore *place = *state;
	int64_t id = dispatch_of(place, 1);

	newdispatch_settle(place, id, 1, DELIVERY_UNKNOWN, 0, "lost");
	newdispatch_set_state(place, id, DISPATCH_HELD, "1 unknown");
	assert_int_equal(brakes_resume(place->store, id, &place->err), E_HELD);
	assert_contains(place->err.text, "dateline resolve 1 ADDRESS");
	assert_int_equal(newdispatch_state(place, id), DISPATCH_HELD);
}

static void unknown_ones_do_not_stop_the_others(void **state)
{
	struct newstore *place = *state;
	int64_t id = dispatch_of(place, 2);

	newdispatch_settle(place, id, 1, DELIVERY_UNKNOWN, 0, "lost");
	newdispatch_set_state(place, id, DISPATCH_HELD, "by mroy");
	assert_int_equal(brakes_resume(place->store, id, &place->err), OK);
}

static void cancelling_ends_what_is_open_and_says_how_much(void **state)
{
	struct newstore *place = *state;
	int64_t id = dispatch_of(place, 4);
	size_t count = 0;

	newdispatch_settle(place, id, 1, DELIVERY_ACCEPTED, 250, "ok");
	newdispatch_settle(place, id, 2, DELIVERY_DEFERRED, 451, "later");
	newdispatch_settle(place, id, 3, DELIVERY_UNKNOWN, 0, "lost");
	assert_int_equal(brakes_cancel(place->store, id, &count, &place->err), OK);
	assert_int_equal(count, 2);
	assert_int_equal(newdispatch_state(place, id), DISPATCH_CANCELLED);
	assert_int_equal(newdispatch_state_of(place, id, 1), DELIVERY_ACCEPTED);
	assert_int_equal(newdispatch_state_of(place, id, 2), DELIVERY_CANCELLED);
	assert_int_equal(newdispatch_state_of(place, id, 3), DELIVERY_UNKNOWN);
	assert_int_equal(newdispatch_state_of(place, id, 4), DELIVERY_CANCELLED);
}

static void what_is_on_its_way_is_left_to_the_sender(void **state)
{
	struct newstore *place = *state;
	int64_t id = dispatch_of(place, 1);
	size_t count = 99;

	assert_int_equal(newdispatch_claim(place, id, NOW), 1);
	assert_int_equal(brakes_cancel(place->store, id, &count, &place->err), OK);
	assert_int_equal(count, 1);
	assert_int_equal(newdispatch_state_of(place, id, 1), DELIVERY_CLAIMED);
}

static void a_cancel_that_was_cut_off_goes_on_and_then_has_ended(void **state)
{
	struct newstore *place = *state;
	int64_t id = dispatch_of(place, 2);
	size_t count = 0;

	newdispatch_set_state(place, id, DISPATCH_CANCELLED, "");
	assert_int_equal(brakes_cancel(place->store, id, &count, &place->err), OK);
	assert_int_equal(count, 2);
	assert_int_equal(newdispatch_state_of(place, id, 2), DELIVERY_CANCELLED);
	assert_int_equal(brakes_cancel(place->store, id, &count, &place->err), E_CONFLICT);
}

static void the_next_sender_cancels_what_was_left_of_every_cancel(void **state)
{
	struct newstore *place = *state;
	int64_t first = dispatch_of(place, 2);
	int64_t second = dispatch_of(place, 1);
	int64_t third = dispatch_of(place, 1);

	newdispatch_set_state(place, first, DISPATCH_CANCELLED, "");
	newdispatch_set_state(place, second, DISPATCH_CANCELLED, "");
	assert_int_equal(brakes_cancel_leftovers(place->store, &place->err), OK);
	assert_int_equal(newdispatch_state_of(place, first, 2), DELIVERY_CANCELLED);
	assert_int_equal(newdispatch_state_of(place, second, 1), DELIVERY_CANCELLED);
	assert_int_equal(newdispatch_state_of(place, third, 1), DELIVERY_QUEUED);
}

static enum status resolve(
	struct newstore *place, int64_t id, const char *address, enum resolution resolution)
{
	return brakes_resolve(place->store, id, address, resolution, &place->err);
}

/* All unknown, and so held. */
static int64_t unknown_ones(struct newstore *place, size_t count)
{
	int64_t id = dispatch_of(place, count);

	for (size_t i = 1; i <= count; i++)
		newdispatch_settle(place, id, (int64_t)i, DELIVERY_UNKNOWN, 0, "lost");
	newdispatch_set_state(place, id, DISPATCH_HELD, "unknown: nobody knows");
	return id;
}

static void the_last_unknown_one_that_arrived_ends_the_dispatch(void **state)
{
	struct newstore *place = *state;
	int64_t id = unknown_ones(place, 2);

	assert_int_equal(resolve(place, id, "person1@paper.example", RESOLVE_ACCEPTED), OK);
	assert_int_equal(newdispatch_state_of(place, id, 1), DELIVERY_ACCEPTED);
	assert_int_equal(newdispatch_state(place, id), DISPATCH_HELD);
	assert_int_equal(resolve(place, id, "PERSON2@paper.example", RESOLVE_ACCEPTED), OK);
	assert_int_equal(newdispatch_state(place, id), DISPATCH_FINISHED);
	assert_int_equal(newdispatch_count_attempts(place, id, 2), 1);
}

static void one_to_be_sent_again_is_queued_and_its_dispatch_goes_on(void **state)
{
	struct newstore *place = *state;
	int64_t id = unknown_ones(place, 2);

	assert_int_equal(resolve(place, id, "person1@paper.example", RESOLVE_RESEND), OK);
	assert_int_equal(newdispatch_state_of(place, id, 1), DELIVERY_QUEUED);
	assert_int_equal(newdispatch_state(place, id), DISPATCH_SENDING);
	assert_int_equal(resolve(place, id, "person2@paper.example", RESOLVE_ACCEPTED), OK);
	assert_int_equal(newdispatch_state(place, id), DISPATCH_SENDING);
}

/* Who put it on hold meant all of it: knowing what became of one isn't leave to send the others. */
static void resolving_does_not_release_what_a_person_holds(void **state)
{
	static const enum resolution resolutions[] = {RESOLVE_ACCEPTED, RESOLVE_RESEND};
	struct newstore *place = *state;

	for (size_t i = 0; i < 2; i++) {
		int64_t id = dispatch_of(place, 2);

		newdispatch_settle(place, id, 1, DELIVERY_UNKNOWN, 0, "lost");
		newdispatch_set_state(place, id, DISPATCH_HELD, "by mroy");
		assert_int_equal(resolve(place, id, "person1@paper.example", resolutions[i]), OK);
		assert_int_equal(newdispatch_state(place, id), DISPATCH_HELD);
	}
}

static void an_unknown_one_of_a_cancelled_dispatch_may_be_said_to_have_arrived(void **state)
{
	struct newstore *place = *state;
	int64_t id = unknown_ones(place, 1);

	newdispatch_set_state(place, id, DISPATCH_CANCELLED, "");
	assert_int_equal(resolve(place, id, "person1@paper.example", RESOLVE_ACCEPTED), OK);
	assert_int_equal(newdispatch_state_of(place, id, 1), DELIVERY_ACCEPTED);
	assert_int_equal(newdispatch_state(place, id), DISPATCH_CANCELLED);
}

static void nothing_is_sent_again_from_a_cancelled_dispatch(void **state)
{
	struct newstore *place = *state;
	int64_t id = unknown_ones(place, 1);

	newdispatch_set_state(place, id, DISPATCH_CANCELLED, "");
	assert_int_equal(resolve(place, id, "person1@paper.example", RESOLVE_RESEND), E_CONFLICT);
	assert_int_equal(newdispatch_state_of(place, id, 1), DELIVERY_UNKNOWN);
	assert_int_equal(newdispatch_state(place, id), DISPATCH_CANCELLED);
}

static void an_address_without_an_unknown_delivery_is_named(void **state)
{
	struct newstore *place = *state;
	int64_t id = unknown_ones(place, 1);

	assert_int_equal(resolve(place, id, "person9@paper.example", RESOLVE_ACCEPTED), E_NOTFOUND);
	assert_contains(place->err.text, "\"person9@paper.example\" has no unknown delivery in dispatch 1");
	assert_int_equal(resolve(place, id, "nonsense", RESOLVE_ACCEPTED), E_SYNTAX);
	assert_int_equal(newdispatch_state(place, id), DISPATCH_HELD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_held_dispatch_says_by_whom),
		TEST(holding_without_a_number_holds_all_that_is_open),
		TEST(a_second_hold_keeps_the_first_reason),
		TEST(what_has_ended_is_neither_held_nor_resumed_nor_cancelled),
		TEST(a_dispatch_that_is_not_there_is_named),
		TEST(a_held_dispatch_goes_on),
		TEST(resuming_what_is_being_sent_changes_nothing),
		TEST(what_has_only_unknown_ones_left_needs_a_person_first),
		TEST(unknown_ones_do_not_stop_the_others),
		TEST(cancelling_ends_what_is_open_and_says_how_much),
		TEST(a_cancel_that_was_cut_off_goes_on_and_then_has_ended),
		TEST(the_next_sender_cancels_what_was_left_of_every_cancel),
		TEST(what_is_on_its_way_is_left_to_the_sender),
		TEST(the_last_unknown_one_that_arrived_ends_the_dispatch),
		TEST(one_to_be_sent_again_is_queued_and_its_dispatch_goes_on),
		TEST(resolving_does_not_release_what_a_person_holds),
		TEST(an_unknown_one_of_a_cancelled_dispatch_may_be_said_to_have_arrived),
		TEST(nothing_is_sent_again_from_a_cancelled_dispatch),
		TEST(an_address_without_an_unknown_delivery_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
