/*
 * Lists, their counts and history; suppressions.
 */
#include "store/lists.h"

#include "base/mem.h"
#include "store/changes.h"
#include "store/suppressions.h"
#include "support/newstore.h"
#include "support/test.h"

static struct medialist new_list(const char *name)
{
	return (struct medialist){
		.name = mem_copy_text(name),
		.title = mem_copy_text("Europe media list"),
		.region = mem_copy_text("europe"),
		.language = mem_copy_text("en"),
		.zone = mem_copy_text("Europe/Zurich"),
		.from = mem_copy_text(""),
		.is_trusted = true,
	};
}

static int64_t add_list(struct newstore *place, const char *name)
{
	struct medialist list = new_list(name);
	int64_t id;

	assert_int_equal(store_add_list(place->store, &list, &place->err), OK);
	id = list.id;
	medialist_clear(&list);
	return id;
}

static int64_t add_change(struct newstore *place, int64_t list, int64_t other, enum change_kind kind)
{
	char who[] = "mroy";
	char detail[] = "title";
	struct change change = {.list_id = list,
		.other_list_id = other,
		.kind = kind,
		.made_ms = 1000,
		.who = who,
		.detail = detail};

	assert_int_equal(store_add_change(place->store, &change, &place->err), OK);
	return change.id;
}

static void a_list_comes_back_as_it_was_added(void **state)
{
	struct newstore *place = *state;
	int64_t id = add_list(place, "europe");
	struct medialist found;

	assert_int_equal(store_find_list(place->store, "europe", &found, &place->err), OK);
	assert_int_equal(found.id, id);
	assert_string_equal(found.title, "Europe media list");
	assert_string_equal(found.zone, "Europe/Zurich");
	assert_true(found.is_trusted);
	medialist_clear(&found);
	assert_int_equal(store_get_list(place->store, id, &found, &place->err), OK);
	assert_string_equal(found.name, "europe");
	medialist_clear(&found);
}

static void a_list_that_is_not_there_is_named(void **state)
{
	struct newstore *place = *state;
	struct medialist found;

	assert_int_equal(store_find_list(place->store, "europa", &found, &place->err), E_NOTFOUND);
	assert_contains(place->err.text, "\"europa\"");
}

static void two_lists_of_one_name_are_refused(void **state)
{
	struct newstore *place = *state;
	struct medialist list = new_list("europe");

	add_list(place, "europe");
	assert_int_equal(store_add_list(place->store, &list, &place->err), E_EXISTS);
	medialist_clear(&list);
}

static void settings_are_put_back_by_an_undo(void **state)
{
	struct newstore *place = *state;
	struct medialist list = new_list("europe");
	struct undo_summary summary;
	int64_t change;

	assert_int_equal(store_add_list(place->store, &list, &place->err), OK);
	free(list.title);
	list.title = mem_copy_text("Other \"title\"");
	list.is_trusted = false;
	change = add_change(place, list.id, 0, CHANGE_SET);
	assert_int_equal(store_set_list(place->store, &list, change, &place->err), OK);
	medialist_clear(&list);
	assert_int_equal(store_find_list(place->store, "europe", &list, &place->err), OK);
	assert_string_equal(list.title, "Other \"title\"");
	assert_int_equal(store_undo_change(place->store, change, add_change(place, list.id, 0, CHANGE_UNDO),
				 &summary, &place->err),
		OK);
	assert_int_equal(summary.settings, 1);
	medialist_clear(&list);
	assert_int_equal(store_find_list(place->store, "europe", &list, &place->err), OK);
	assert_string_equal(list.title, "Europe media list");
	assert_true(list.is_trusted);
	medialist_clear(&list);
}

static enum status add_name(void *context, const struct medialist *list, struct err *err)
{
	(void)err;
	str_addf(context, "%s ", list->name);
	return OK;
}

static void lists_come_by_name(void **state)
{
	struct newstore *place = *state;
	struct str names;

	add_list(place, "mena");
	add_list(place, "africa");
	str_init(&names, STR_MAX_SMALL);
	assert_int_equal(store_each_list(place->store, add_name, &names, &place->err), OK);
	assert_string_equal(names.ptr, "africa mena ");
	str_clear(&names);
}

static enum status stop(void *context, const struct medialist *list, struct err *err)
{
	++*(int *)context;
	return err_set(err, E_CANCELLED, "enough of %s", list->name);
}

static void a_callback_that_fails_stops_the_walk(void **state)
{
	struct newstore *place = *state;
	int calls = 0;

	add_list(place, "mena");
	add_list(place, "africa");
	assert_int_equal(store_each_list(place->store, stop, &calls, &place->err), E_CANCELLED);
	assert_int_equal(calls, 1);
	assert_string_equal(place->err.text, "enough of africa");
}

static enum status add_kind(void *context, const struct change *change, struct err *err)
{
	(void)err;
	str_addf(context, "%s/%s/%lld ", change_kind_name(change->kind), change->who,
		(long long)change->added);
	return OK;
}

static void a_lists_history_is_newest_first_and_has_moves_into_it(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	int64_t mena = add_list(place, "mena");
	struct str kinds;

	add_change(place, mena, 0, CHANGE_NEW);
	add_change(place, europe, 0, CHANGE_IMPORT);
	assert_int_equal(store_count_change(place->store, add_change(place, europe, mena, CHANGE_MOVE), 1, 0,
				 1, &place->err),
		OK);
	str_init(&kinds, STR_MAX_SMALL);
	assert_int_equal(store_each_change(place->store, mena, add_kind, &kinds, &place->err), OK);
	assert_string_equal(kinds.ptr, "move/mroy/1 new/mroy/0 ");
	str_clear(&kinds);
}

static void the_making_of_a_list_is_not_undone(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	struct change found;

	add_change(place, europe, 0, CHANGE_NEW);
	add_change(place, europe, 0, CHANGE_UNDO);
	assert_int_equal(store_find_undoable(place->store, europe, &found, &place->err), E_NOTFOUND);
}

static struct suppression new_suppression(const char *key, enum suppression_reason reason)
{
	return (struct suppression){
		.address_key = mem_copy_text(key),
		.address = mem_copy_text("Ana@paper.example"),
		.reason = reason,
		.note = mem_copy_text("550 no such user"),
		.who = mem_copy_text("mroy"),
		.made_ms = 4711,
	};
}

static void a_suppression_says_why_and_who_and_when(void **state)
{
	struct newstore *place = *state;
	struct suppression suppression = new_suppression("ana@paper.example", SUPPRESSION_HARD_BOUNCE);
	struct suppression found;

	assert_int_equal(store_add_suppression(place->store, &suppression, &place->err), OK);
	suppression_clear(&suppression);
	assert_int_equal(store_find_suppression(place->store, "ana@paper.example", &found, &place->err), OK);
	assert_string_equal(found.address, "Ana@paper.example");
	assert_string_equal(suppression_reason_name(found.reason), "hard bounce");
	assert_string_equal(found.note, "550 no such user");
	assert_string_equal(found.who, "mroy");
	assert_int_equal(found.made_ms, 4711);
	suppression_clear(&found);
}

static void a_second_suppression_leaves_the_first_reason(void **state)
{
	struct newstore *place = *state;
	struct suppression first = new_suppression("ana@paper.example", SUPPRESSION_COMPLAINT);
	struct suppression second = new_suppression("ana@paper.example", SUPPRESSION_MANUAL);
	struct suppression found;

	assert_int_equal(store_add_suppression(place->store, &first, &place->err), OK);
	assert_int_equal(store_add_suppression(place->store, &second, &place->err), E_EXISTS);
	assert_int_equal(store_find_suppression(place->store, "ana@paper.example", &found, &place->err), OK);
	assert_int_equal(found.reason, SUPPRESSION_COMPLAINT);
	suppression_clear(&found);
	suppression_clear(&first);
	suppression_clear(&second);
}

static void a_suppression_can_be_taken_back_once(void **state)
{
	struct newstore *place = *state;
	struct suppression suppression = new_suppression("ana@paper.example", SUPPRESSION_MANUAL);

	assert_int_equal(store_add_suppression(place->store, &suppression, &place->err), OK);
	suppression_clear(&suppression);
	assert_int_equal(store_remove_suppression(place->store, "ana@paper.example", &place->err), OK);
	assert_int_equal(
		store_remove_suppression(place->store, "ana@paper.example", &place->err), E_NOTFOUND);
	assert_int_equal(store_find_suppression(place->store, "ana@paper.example", &suppression, &place->err),
		E_NOTFOUND);
}

static void every_reason_has_a_word_that_is_read_back(void **state)
{
	(void)state;
	for (int i = 0; i < SUPPRESSION_REASON_COUNT; i++) {
		enum suppression_reason reason;

		assert_true(suppression_reason_parse(
			span_of(suppression_reason_name((enum suppression_reason)i)), &reason));
		assert_int_equal(reason, i);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_list_comes_back_as_it_was_added),
		TEST(a_list_that_is_not_there_is_named),
		TEST(two_lists_of_one_name_are_refused),
		TEST(settings_are_put_back_by_an_undo),
		TEST(lists_come_by_name),
		TEST(a_callback_that_fails_stops_the_walk),
		TEST(a_lists_history_is_newest_first_and_has_moves_into_it),
		TEST(the_making_of_a_list_is_not_undone),
		TEST(a_suppression_says_why_and_who_and_when),
		TEST(a_second_suppression_leaves_the_first_reason),
		TEST(a_suppression_can_be_taken_back_once),
		cmocka_unit_test(every_reason_has_a_word_that_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
