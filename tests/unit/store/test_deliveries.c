/*
 * Deliveries in the store: who may be claimed, what a try leaves behind, who has a release.
 */
#include "support/newdispatch.h"
#include "support/newlist.h"
#include "support/test.h"

#include "app/listpeople.h"
#include "app/suppressions.h"
#include "store/deliveries.h"
#include "store/lists.h"
#include "store/sqlite.h"

#define NOW NEWDISPATCH_AT_MS

/* What a claim gives: "1 claimed, 2 suppressed, ". */
static void assert_claimed(
	struct newstore *place, int64_t dispatch, int64_t now_ms, size_t want, const char *wanted)
{
	struct delivery claims[32];
	size_t count = 0;
	struct str got;

	str_init(&got, STR_MAX_SMALL);
	newdispatch_take(place, dispatch, now_ms, want, claims, &count);
	for (size_t i = 0; i < count; i++) {
		str_addf(&got, "%d %s, ", (int)claims[i].position, delivery_state_name(claims[i].state));
		assert_int_equal(newdispatch_state_of(place, dispatch, claims[i].position), claims[i].state);
		delivery_clear(&claims[i]);
	}
	assert_string_equal(got.ptr, wanted);
	str_clear(&got);
}

/* Ana, Bo and Cy of the list europe, queued in this order. */
static int64_t three_members(struct newstore *place)
{
	int64_t dispatch = newdispatch_add(place, "fund");

	newlist_import(place, "europe",
		"address,name\nana@paper.example,Ana\nbo@wire.example,Bo\ncy@radio.example,Cy\n");
	newdispatch_queue_member(place, dispatch, "europe", "ana@paper.example");
	newdispatch_queue_member(place, dispatch, "europe", "bo@wire.example");
	newdispatch_queue_member(place, dispatch, "europe", "cy@radio.example");
	return dispatch;
}

static void claims_go_in_the_order_of_positions(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);

	assert_claimed(place, dispatch, NOW, 2, "1 claimed, 2 claimed, ");
	assert_claimed(place, dispatch, NOW, 2, "3 claimed, ");
	assert_claimed(place, dispatch, NOW, 2, "");
}

static void a_claim_has_all_that_was_frozen(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);
	struct delivery claim;
	size_t count;

	newdispatch_take(place, dispatch, NOW, 1, &claim, &count);
	assert_int_equal(count, 1);
	assert_string_equal(claim.address, "ana@paper.example");
	assert_string_equal(claim.domain, "paper.example");
	assert_int_equal(claim.dispatch, dispatch);
	assert_true(claim.subscriber_id > 0);
	assert_true(claim.list_id > 0);
	assert_false(claim.is_copy);
	assert_int_equal(claim.tries, 0);
	delivery_clear(&claim);
}

static void whoever_was_suppressed_since_is_not_claimed(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);

	assert_int_equal(suppressions_add(place->store, "BO@wire.example", "", "mroy", &place->err), OK);
	assert_claimed(place, dispatch, NOW, 9, "1 claimed, 2 suppressed, 3 claimed, ");
}

static void whoever_left_the_list_since_is_not_claimed(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);

	assert_int_equal(
		listpeople_remove(place->store, "europe", "ana@paper.example", "mroy", &place->err), OK);
	newlist_unsubscribe(place, "europe", "cy@radio.example");
	assert_claimed(place, dispatch, NOW, 9, "1 cancelled, 2 claimed, 3 cancelled, ");
}

/* They were looked at again when the first try failed, and may have left before the next. */
static void the_claim_looks_again_before_every_try(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);

	assert_claimed(place, dispatch, NOW, 1, "1 claimed, ");
	newdispatch_settle(place, dispatch, 1, DELIVERY_DEFERRED, 451, "later");
	assert_int_equal(suppressions_add(place->store, "ana@paper.example", "", "mroy", &place->err), OK);
	assert_claimed(place, dispatch, NOW + 60000, 1, "1 suppressed, ");
}

static void only_what_is_due_is_claimed(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);
	int64_t next_ms;

	assert_claimed(place, dispatch, NOW, 1, "1 claimed, ");
	newdispatch_settle(place, dispatch, 1, DELIVERY_DEFERRED, 451, "later");
	assert_int_equal(store_next_try(place->store, dispatch, &next_ms, &place->err), OK);
	assert_int_equal(next_ms, NOW + 60000);
	assert_claimed(place, dispatch, NOW + 59999, 9, "2 claimed, 3 claimed, ");
	assert_claimed(place, dispatch, NOW + 60000, 9, "1 claimed, ");
	assert_int_equal(store_next_try(place->store, dispatch, &next_ms, &place->err), OK);
	assert_int_equal(next_ms, 0);
}

static void a_claim_keeps_to_its_dispatch(void **state)
{
	struct newstore *place = *state;
	int64_t first = newdispatch_add(place, "fund");
	int64_t second = newdispatch_add(place, "boats");

	newdispatch_queue(place, first, "a@paper.example");
	newdispatch_queue(place, second, "b@paper.example");
	assert_claimed(place, second, NOW, 9, "1 claimed, ");
	assert_int_equal(newdispatch_state_of(place, first, 1), DELIVERY_QUEUED);
}

static void what_is_given_back_is_as_it_was(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);

	newdispatch_settle(place, dispatch, 2, DELIVERY_DEFERRED, 451, "later");
	assert_claimed(place, dispatch, NOW + 60000, 2, "1 claimed, 2 claimed, ");
	for (int64_t position = 1; position <= 2; position++)
		assert_int_equal(store_give_back(place->store, dispatch, position, &place->err), OK);
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_QUEUED);
	assert_int_equal(newdispatch_state_of(place, dispatch, 2), DELIVERY_DEFERRED);
	assert_int_equal(newdispatch_next_ms(place, dispatch, 2), NOW + 60000);
	assert_int_equal(newdispatch_count_attempts(place, dispatch, 2), 1);
}

static void what_is_not_claimed_is_not_given_back(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);

	newdispatch_settle(place, dispatch, 1, DELIVERY_ACCEPTED, 250, "ok");
	assert_int_equal(store_give_back(place->store, dispatch, 1, &place->err), OK);
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_ACCEPTED);
}

static void a_try_is_recorded_once(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_ACCEPTED, 250, "ok");

	assert_int_equal(store_settle(place->store, &attempt, DELIVERY_ACCEPTED, 0, &place->err), OK);
	attempt.outcome = DELIVERY_FAILED;
	assert_int_not_equal(store_settle(place->store, &attempt, DELIVERY_FAILED, 0, &place->err), OK);
	assert_int_equal(newdispatch_count_attempts(place, dispatch, 1), 1);
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_ACCEPTED);
}

static void the_first_try_is_remembered(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_DEFERRED, 451, "later");
	int64_t first_ms = -1;

	assert_int_equal(store_get_first_try(place->store, dispatch, 1, &first_ms, &place->err), OK);
	assert_int_equal(first_ms, 0);
	attempt.started_ms = NOW + 5;
	assert_int_equal(store_settle(place->store, &attempt, DELIVERY_DEFERRED, NOW, &place->err), OK);
	attempt.number = 2;
	attempt.started_ms = NOW + 9;
	assert_int_equal(store_settle(place->store, &attempt, DELIVERY_DEFERRED, NOW, &place->err), OK);
	assert_int_equal(store_get_first_try(place->store, dispatch, 1, &first_ms, &place->err), OK);
	assert_int_equal(first_ms, NOW + 5);
}

static void deliveries_are_counted_by_state_with_the_earliest_next_try(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);
	struct delivery_counts counts;

	newdispatch_settle(place, dispatch, 1, DELIVERY_ACCEPTED, 250, "ok");
	newdispatch_settle(place, dispatch, 3, DELIVERY_DEFERRED, 451, "later");
	assert_int_equal(store_count_deliveries(place->store, dispatch, &counts, &place->err), OK);
	assert_int_equal(counts.total, 3);
	assert_int_equal(counts.by_state[DELIVERY_ACCEPTED], 1);
	assert_int_equal(counts.by_state[DELIVERY_QUEUED], 1);
	assert_int_equal(counts.by_state[DELIVERY_DEFERRED], 1);
	assert_int_equal(counts.next_ms, NOW + 60000);
}

static void an_unknown_one_is_queued_again_as_a_possible_duplicate(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);
	struct delivery claim;
	size_t count;

	newdispatch_settle(place, dispatch, 1, DELIVERY_UNKNOWN, 0, "lost");
	assert_int_equal(store_requeue_unknown(place->store, dispatch, 1, true, &place->err), OK);
	newdispatch_take(place, dispatch, NOW, 1, &claim, &count);
	assert_int_equal(claim.position, 1);
	assert_true(claim.is_possible_duplicate);
	assert_int_equal(claim.tries, 1);
	delivery_clear(&claim);
}

#define DIGEST "thirty-one octets and a NUL, so"

/* Nobody knows of the delivery at position 2, and it is queued again. */
static void lose_second(struct newstore *place, int64_t dispatch, bool is_same)
{
	struct attempt attempt = {.dispatch = dispatch,
		.position = 2,
		.number = 1,
		.outcome = DELIVERY_UNKNOWN,
		.has_digest = true,
		.digest = DIGEST};

	assert_int_equal(store_settle(place->store, &attempt, DELIVERY_UNKNOWN, 0, &place->err), OK);
	assert_int_equal(store_requeue_unknown(place->store, dispatch, 2, is_same, &place->err), OK);
}

static void a_digest_is_kept_of_what_may_have_gone_out(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);
	struct attempt second = {.dispatch = dispatch, .position = 2, .number = 2};
	unsigned char digest[ATTEMPT_DIGEST_SIZE];

	assert_int_equal(store_get_digest(place->store, dispatch, 2, digest, &place->err), E_NOTFOUND);
	lose_second(place, dispatch, true);
	assert_int_equal(store_settle(place->store, &second, DELIVERY_DEFERRED, NOW, &place->err), OK);
	assert_int_equal(store_get_digest(place->store, dispatch, 2, digest, &place->err), OK);
	assert_memory_equal(digest, DIGEST, sizeof(digest));
}

static void a_person_may_want_another_message(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);
	unsigned char digest[ATTEMPT_DIGEST_SIZE];

	lose_second(place, dispatch, false);
	assert_int_equal(store_get_digest(place->store, dispatch, 2, digest, &place->err), E_NOTFOUND);
}

static void only_an_unknown_one_is_queued_again(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);

	newdispatch_settle(place, dispatch, 1, DELIVERY_ACCEPTED, 250, "ok");
	assert_int_equal(store_requeue_unknown(place->store, dispatch, 1, true, &place->err), OK);
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_ACCEPTED);
}

static void a_state_is_only_changed_from_what_it_was_thought_to_be(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);

	assert_int_equal(store_set_delivery_state(
				 place->store, dispatch, 1, DELIVERY_UNKNOWN, DELIVERY_ACCEPTED, &place->err),
		E_CONFLICT);
	assert_contains(place->err.text, "isn't unknown any more");
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_QUEUED);
}

static size_t cancel_some(struct newstore *place, int64_t dispatch, size_t most)
{
	size_t count = 99;

	assert_int_equal(store_cancel_some(place->store, dispatch, most, &count, &place->err), OK);
	return count;
}

static void cancelling_touches_only_what_is_still_open(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);

	newdispatch_settle(place, dispatch, 1, DELIVERY_ACCEPTED, 250, "ok");
	newdispatch_settle(place, dispatch, 2, DELIVERY_DEFERRED, 451, "later");
	assert_int_equal(cancel_some(place, dispatch, 9), 2);
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_ACCEPTED);
	assert_int_equal(newdispatch_state_of(place, dispatch, 2), DELIVERY_CANCELLED);
	assert_int_equal(newdispatch_state_of(place, dispatch, 3), DELIVERY_CANCELLED);
}

static void no_more_are_cancelled_at_once_than_was_asked_for(void **state)
{
	struct newstore *place = *state;
	int64_t other = newdispatch_add(place, "boats");
	int64_t dispatch = three_members(place);

	newdispatch_queue(place, other, "b@paper.example");
	assert_int_equal(cancel_some(place, dispatch, 2), 2);
	assert_int_equal(cancel_some(place, dispatch, 2), 1);
	assert_int_equal(cancel_some(place, dispatch, 2), 0);
	assert_int_equal(newdispatch_state_of(place, other, 1), DELIVERY_QUEUED);
}

static void of_what_may_have_arrived_before_cancelling_makes_it_unknown(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);

	newdispatch_settle(place, dispatch, 1, DELIVERY_UNKNOWN, 0, "lost");
	assert_int_equal(store_requeue_unknown(place->store, dispatch, 1, true, &place->err), OK);
	assert_int_equal(cancel_some(place, dispatch, 9), 3);
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_UNKNOWN);
	assert_int_equal(newdispatch_state_of(place, dispatch, 2), DELIVERY_CANCELLED);
}

static int64_t half_cancelled(struct newstore *place, int64_t dispatch)
{
	int64_t found = -1;

	assert_int_equal(store_find_half_cancelled(place->store, dispatch, &found, &place->err), OK);
	return found;
}

static void a_cancelled_dispatch_is_found_until_nothing_is_left_to_cancel(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);

	assert_claimed(place, dispatch, NOW, 1, "1 claimed, ");
	assert_int_equal(half_cancelled(place, 0), 0);
	newdispatch_set_state(place, dispatch, DISPATCH_CANCELLED, "");
	assert_int_equal(half_cancelled(place, 0), dispatch);
	assert_int_equal(half_cancelled(place, dispatch), dispatch);
	assert_int_equal(half_cancelled(place, dispatch + 1), 0);
	assert_int_equal(cancel_some(place, dispatch, 1), 1);
	assert_int_equal(half_cancelled(place, 0), dispatch);
	assert_int_equal(cancel_some(place, dispatch, 1), 1);
	assert_int_equal(half_cancelled(place, 0), 0);
}

static void claimed_ones_are_counted_by_themselves(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_members(place);
	int64_t count = -1;

	assert_claimed(place, dispatch, NOW, 2, "1 claimed, 2 claimed, ");
	assert_int_equal(store_count_claimed(place->store, dispatch, &count, &place->err), OK);
	assert_int_equal(count, 2);
}

static enum status note_delivery(void *context, const struct delivery *delivery, struct err *err)
{
	(void)err;
	str_addf(context, "%d/%d ", (int)delivery->dispatch, (int)delivery->position);
	return OK;
}

/* After a cancel, too: its sender may have been killed with messages under way. */
static void every_claimed_delivery_is_told_in_order_also_of_ended_dispatches(void **state)
{
	struct newstore *place = *state;
	int64_t first = newdispatch_add(place, "fund");
	int64_t second = newdispatch_add(place, "boats");
	struct str got;

	newdispatch_queue(place, second, "b@paper.example");
	newdispatch_queue(place, first, "a@paper.example");
	newdispatch_queue(place, first, "c@paper.example");
	newdispatch_queue(place, first, "d@paper.example");
	assert_claimed(place, second, NOW, 9, "1 claimed, ");
	assert_claimed(place, first, NOW, 2, "1 claimed, 2 claimed, ");
	newdispatch_set_state(place, second, DISPATCH_CANCELLED, "");
	str_init(&got, STR_MAX_SMALL);
	assert_int_equal(
		store_each_delivery(place->store, DELIVERY_CLAIMED, note_delivery, &got, &place->err), OK);
	assert_string_equal(got.ptr, "1/1 1/2 2/1 ");
	str_clear(&got);
}

static void a_release_was_sent_once_there_is_a_public_dispatch_of_it(void **state)
{
	struct newstore *place = *state;
	bool was_sent = true;

	assert_int_equal(store_was_sent(place->store, "fund", &was_sent, &place->err), OK);
	assert_false(was_sent);
	newdispatch_add(place, "fund");
	assert_int_equal(store_was_sent(place->store, "fund", &was_sent, &place->err), OK);
	assert_true(was_sent);
}

/* Twice a message: a table of values would cost more than the row. */
static void a_change_of_state_makes_no_table_of_its_own(void **state)
{
	struct newstore *place = *state;
	struct sqlite_rows rows;
	int steps = 0;

	sqlite_query(place->store,
		"EXPLAIN UPDATE delivery SET state = ?3, tries = ?4, next_ms = ?5 "
		"WHERE dispatch = ?1 AND position = ?2",
		SQLITE_NO_VALUES, &rows);
	for (; sqlite_next(&rows); steps++)
		assert_string_not_equal(sqlite_get_text(&rows, 1), "OpenEphemeral");
	assert_int_equal(sqlite_end(&rows, &place->err), OK);
	assert_true(steps > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(claims_go_in_the_order_of_positions),
		TEST(a_claim_has_all_that_was_frozen),
		TEST(whoever_was_suppressed_since_is_not_claimed),
		TEST(whoever_left_the_list_since_is_not_claimed),
		TEST(the_claim_looks_again_before_every_try),
		TEST(only_what_is_due_is_claimed),
		TEST(a_claim_keeps_to_its_dispatch),
		TEST(what_is_given_back_is_as_it_was),
		TEST(what_is_not_claimed_is_not_given_back),
		TEST(a_try_is_recorded_once),
		TEST(the_first_try_is_remembered),
		TEST(deliveries_are_counted_by_state_with_the_earliest_next_try),
		TEST(an_unknown_one_is_queued_again_as_a_possible_duplicate),
		TEST(a_digest_is_kept_of_what_may_have_gone_out),
		TEST(a_person_may_want_another_message),
		TEST(only_an_unknown_one_is_queued_again),
		TEST(a_state_is_only_changed_from_what_it_was_thought_to_be),
		TEST(cancelling_touches_only_what_is_still_open),
		TEST(no_more_are_cancelled_at_once_than_was_asked_for),
		TEST(of_what_may_have_arrived_before_cancelling_makes_it_unknown),
		TEST(a_cancelled_dispatch_is_found_until_nothing_is_left_to_cancel),
		TEST(claimed_ones_are_counted_by_themselves),
		TEST(every_claimed_delivery_is_told_in_order_also_of_ended_dispatches),
		TEST(a_release_was_sent_once_there_is_a_public_dispatch_of_it),
		TEST(a_change_of_state_makes_no_table_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
