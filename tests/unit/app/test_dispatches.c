/*
 * Dispatches as people look at them.
 */
#include "app/dispatches.h"

#include "support/newdispatch.h"
#include "support/test.h"

static void a_dispatch_is_found_with_how_far_it_is(void **state)
{
	struct newstore *place = *state;
	int64_t id = newdispatch_add(place, "fund");
	struct dispatch_view view;

	newdispatch_queue(place, id, "ana@paper.example");
	newdispatch_queue(place, id, "bo@wire.example");
	newdispatch_settle(place, id, 1, DELIVERY_ACCEPTED, 250, "ok");
	assert_int_equal(dispatches_find(place->store, id, &view, &place->err), OK);
	assert_string_equal(view.dispatch.release, "fund");
	assert_int_equal(view.counts.total, 2);
	assert_int_equal(view.counts.by_state[DELIVERY_ACCEPTED], 1);
	assert_true(dispatch_is_open(&view.counts));
	dispatch_clear(&view.dispatch);
}

static void without_a_number_it_is_the_newest(void **state)
{
	struct newstore *place = *state;
	struct dispatch_view view;

	assert_int_equal(dispatches_find(place->store, 0, &view, &place->err), E_NOTFOUND);
	newdispatch_add(place, "fund");
	newdispatch_add(place, "boats");
	assert_int_equal(dispatches_find(place->store, 0, &view, &place->err), OK);
	assert_int_equal(view.dispatch.id, 2);
	dispatch_clear(&view.dispatch);
}

static void the_next_number_follows_the_last(void **state)
{
	struct newstore *place = *state;
	int64_t number = 0;

	assert_int_equal(dispatches_next_number(place->store, &number, &place->err), OK);
	assert_int_equal(number, 1);
	newdispatch_add(place, "fund");
	assert_int_equal(dispatches_next_number(place->store, &number, &place->err), OK);
	assert_int_equal(number, 2);
}

static void interrupted_are_those_being_sent_oldest_first(void **state)
{
	static const enum dispatch_state states[] = {
		DISPATCH_SENDING, DISPATCH_HELD, DISPATCH_FINISHED, DISPATCH_CANCELLED, DISPATCH_SENDING};
	struct newstore *place = *state;
	int64_t *ids = NULL;
	size_t count = 0;

	for (size_t i = 0; i < 5; i++) {
		int64_t id = newdispatch_add(place, "fund");

		if (states[i] != DISPATCH_SENDING)
			newdispatch_set_state(place, id, states[i], "");
	}
	assert_int_equal(dispatches_list_interrupted(place->store, &ids, &count, &place->err), OK);
	assert_int_equal(count, 2);
	assert_int_equal(ids[0], 1);
	assert_int_equal(ids[1], 5);
	free(ids);
}

static void what_is_deferred_or_claimed_is_open_and_what_is_settled_is_not(void **state)
{
	struct delivery_counts counts = {0};

	(void)state;
	assert_false(dispatch_is_open(&counts));
	for (int i = 0; i < DELIVERY_STATE_COUNT; i++) {
		bool wanted = i == DELIVERY_QUEUED || i == DELIVERY_CLAIMED || i == DELIVERY_DEFERRED;

		counts = (struct delivery_counts){0};
		counts.by_state[i] = 1;
		assert_int_equal(dispatch_is_open(&counts), wanted);
	}
}

static enum status note_view(void *context, const struct dispatch_view *view, struct err *err)
{
	(void)err;
	str_addf(context, "%d:%d ", (int)view->dispatch.id, (int)view->counts.total);
	return OK;
}

static void each_is_told_with_its_counts_newest_first(void **state)
{
	struct newstore *place = *state;
	struct str got;

	newdispatch_add(place, "fund");
	newdispatch_queue(place, newdispatch_add(place, "boats"), "ana@paper.example");
	str_init(&got, STR_MAX_SMALL);
	assert_int_equal(dispatches_each(place->store, note_view, &got, &place->err), OK);
	assert_string_equal(got.ptr, "2:1 1:0 ");
	str_clear(&got);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_dispatch_is_found_with_how_far_it_is),
		TEST(without_a_number_it_is_the_newest),
		TEST(the_next_number_follows_the_last),
		TEST(interrupted_are_those_being_sent_oldest_first),
		TEST(what_is_deferred_or_claimed_is_open_and_what_is_settled_is_not),
		TEST(each_is_told_with_its_counts_newest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
