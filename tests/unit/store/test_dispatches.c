/*
 * Dispatches in the store: what is put in comes out, and the open ones are told from those that ended.
 */
#include "support/newdispatch.h"
#include "support/test.h"

#include "store/dispatches.h"

static void a_dispatch_is_read_back_as_it_was_written(void **state)
{
	struct newstore *place = *state;
	int64_t id = newdispatch_add(place, "fund");
	struct dispatch dispatch = {0};

	assert_int_equal(store_find_dispatch(place->store, id, &dispatch, &place->err), OK);
	assert_int_equal(dispatch.id, id);
	assert_int_equal(dispatch.kind, DISPATCH_PUBLIC);
	assert_int_equal(dispatch.state, DISPATCH_SENDING);
	assert_string_equal(dispatch.release, "fund");
	assert_string_equal(dispatch.lists, "europe");
	assert_string_equal(dispatch.actor, "mroy");
	assert_string_equal(dispatch.segment, "");
	assert_int_equal(dispatch.date_ms, NEWDISPATCH_AT_MS);
	assert_int_equal(dispatch.finished_ms, 0);
	dispatch_clear(&dispatch);
}

static void dispatches_are_numbered_from_one(void **state)
{
	struct newstore *place = *state;

	assert_int_equal(newdispatch_add(place, "fund"), 1);
	assert_int_equal(newdispatch_add(place, "fund"), 2);
}

static bool is_carried(struct newstore *place, int64_t id)
{
	bool out = false;

	assert_int_equal(store_is_carried(place->store, id, &out, &place->err), OK);
	return out;
}

static void a_dispatch_is_carried_until_another_sender_begins(void **state)
{
	struct newstore *place = *state;
	int64_t id = newdispatch_add(place, "fund");

	newdispatch_set_state(place, id, DISPATCH_SCHEDULED, "");
	assert_false(is_carried(place, id));
	assert_int_equal(store_carry_dispatch(place->store, id, &place->err), OK);
	assert_true(is_carried(place, id));
	assert_int_equal(newdispatch_state(place, id), DISPATCH_SENDING);
	assert_int_equal(store_carry_none(place->store, &place->err), OK);
	assert_false(is_carried(place, id));
	assert_int_equal(newdispatch_state(place, id), DISPATCH_SENDING);
}

static void a_number_that_is_none_is_named(void **state)
{
	struct newstore *place = *state;
	struct dispatch dispatch = {0};

	assert_int_equal(store_find_dispatch(place->store, 7, &dispatch, &place->err), E_NOTFOUND);
	assert_contains(place->err.text, "there is no dispatch 7");
}

static void the_newest_is_the_last_one_made(void **state)
{
	struct newstore *place = *state;
	struct dispatch dispatch = {0};

	assert_int_equal(store_find_newest_dispatch(place->store, &dispatch, &place->err), E_NOTFOUND);
	assert_contains(place->err.text, "nothing was sent yet");
	newdispatch_add(place, "fund");
	newdispatch_add(place, "boats");
	assert_int_equal(store_find_newest_dispatch(place->store, &dispatch, &place->err), OK);
	assert_string_equal(dispatch.release, "boats");
	dispatch_clear(&dispatch);
}

static enum status note_id(void *context, const struct dispatch *dispatch, struct err *err)
{
	(void)err;
	str_addf(context, "%d ", (int)dispatch->id);
	return OK;
}

static void assert_open(struct newstore *place, const char *release, const char *wanted)
{
	struct str ids;

	str_init(&ids, STR_MAX_SMALL);
	assert_int_equal(store_each_open_dispatch(place->store, release, note_id, &ids, &place->err), OK);
	assert_string_equal(ids.ptr, wanted);
	str_clear(&ids);
}

static void open_are_those_neither_finished_nor_cancelled_oldest_first(void **state)
{
	struct newstore *place = *state;

	for (int i = 0; i < 5; i++)
		newdispatch_add(place, i == 4 ? "boats" : "fund");
	newdispatch_set_state(place, 1, DISPATCH_FINISHED, "");
	newdispatch_set_state(place, 2, DISPATCH_HELD, "by mroy");
	newdispatch_set_state(place, 3, DISPATCH_CANCELLED, "");
	assert_open(place, NULL, "2 4 5 ");
	assert_open(place, "fund", "2 4 ");
	assert_open(place, "other", "");
}

static void all_are_told_newest_first(void **state)
{
	struct newstore *place = *state;
	struct str ids;

	for (int i = 0; i < 3; i++)
		newdispatch_add(place, "fund");
	newdispatch_set_state(place, 3, DISPATCH_FINISHED, "");
	str_init(&ids, STR_MAX_SMALL);
	assert_int_equal(store_each_dispatch(place->store, note_id, &ids, &place->err), OK);
	assert_string_equal(ids.ptr, "3 2 1 ");
	str_clear(&ids);
}

static enum status refuse(void *context, const struct dispatch *dispatch, struct err *err)
{
	(void)dispatch;
	++*(int *)context;
	return err_set(err, E_CANCELLED, "enough");
}

static void whoever_looks_may_stop(void **state)
{
	struct newstore *place = *state;
	int calls = 0;

	newdispatch_add(place, "fund");
	newdispatch_add(place, "fund");
	assert_int_equal(store_each_dispatch(place->store, refuse, &calls, &place->err), E_CANCELLED);
	assert_int_equal(calls, 1);
	assert_string_equal(place->err.text, "enough");
}

static void a_held_dispatch_has_a_reason_and_no_end(void **state)
{
	struct newstore *place = *state;
	int64_t id = newdispatch_add(place, "fund");
	struct dispatch dispatch = {0};

	newdispatch_set_state(place, id, DISPATCH_HELD, "by mroy");
	assert_int_equal(store_find_dispatch(place->store, id, &dispatch, &place->err), OK);
	assert_int_equal(dispatch.state, DISPATCH_HELD);
	assert_string_equal(dispatch.hold_reason, "by mroy");
	assert_int_equal(dispatch.finished_ms, 0);
	dispatch_clear(&dispatch);
}

static void an_end_is_noted_with_its_instant(void **state)
{
	struct newstore *place = *state;

	for (int i = 0; i < 2; i++) {
		int64_t id = newdispatch_add(place, "fund");
		struct dispatch dispatch = {0};

		newdispatch_set_state(place, id, i ? DISPATCH_CANCELLED : DISPATCH_FINISHED, "");
		assert_int_equal(store_find_dispatch(place->store, id, &dispatch, &place->err), OK);
		assert_int_equal(dispatch.finished_ms, NEWDISPATCH_AT_MS);
		dispatch_clear(&dispatch);
	}
}

static void letters_are_kept_by_number(void **state)
{
	struct newstore *place = *state;
	int64_t id = newdispatch_add(place, "fund");
	struct str content;

	assert_int_equal(
		store_add_letter(place->store, id, 0, SPAN("en"), SPAN("one\0byte"), &place->err), OK);
	assert_int_equal(store_add_letter(place->store, id, 1, SPAN("fr"), SPAN("two"), &place->err), OK);
	str_init(&content, STR_MAX_SMALL);
	assert_int_equal(store_get_letter(place->store, id, 0, &content, &place->err), OK);
	assert_true(span_equals(str_span(&content), SPAN("one\0byte")));
	assert_int_equal(store_get_letter(place->store, id, 2, &content, &place->err), E_NOTFOUND);
	assert_contains(place->err.text, "dispatch 1 has no letter 2");
	str_clear(&content);
}

static enum status note_source(void *context, const char *path, struct span content, struct err *err)
{
	(void)err;
	str_addf(context, "%s=%.*s ", path, SPAN_ARG(content));
	return OK;
}

static void sources_come_back_by_name(void **state)
{
	struct newstore *place = *state;
	int64_t id = newdispatch_add(place, "fund");
	struct str sources;

	assert_int_equal(store_add_source(place->store, id, "fund.md", SPAN("en"), &place->err), OK);
	assert_int_equal(store_add_source(place->store, id, "fund.fr.md", SPAN("fr"), &place->err), OK);
	str_init(&sources, STR_MAX_SMALL);
	assert_int_equal(store_each_source(place->store, id, note_source, &sources, &place->err), OK);
	assert_string_equal(sources.ptr, "fund.fr.md=fr fund.md=en ");
	str_clear(&sources);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_dispatch_is_read_back_as_it_was_written),
		TEST(dispatches_are_numbered_from_one),
		TEST(a_dispatch_is_carried_until_another_sender_begins),
		TEST(a_number_that_is_none_is_named),
		TEST(the_newest_is_the_last_one_made),
		TEST(open_are_those_neither_finished_nor_cancelled_oldest_first),
		TEST(all_are_told_newest_first),
		TEST(whoever_looks_may_stop),
		TEST(a_held_dispatch_has_a_reason_and_no_end),
		TEST(an_end_is_noted_with_its_instant),
		TEST(letters_are_kept_by_number),
		TEST(sources_come_back_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
