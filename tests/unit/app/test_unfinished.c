/*
 * A dispatch that was begun and not ended, and what was edited since.
 */
#include "app/unfinished.h"

#include "app/freeze.h"
#include "support/newdispatch.h"
#include "support/newlist.h"
#include "support/newsroomcase.h"
#include "support/test.h"

static int set_up(void **state)
{
	struct newsroomcase *room;

	if (newsroomcase_set_up(state) != 0)
		return -1;
	room = *state;
	newsroomcase_write_fund(room);
	newlist_import(&room->place, "europe", "address\nana@paper.example\nbo@wire.example\n");
	newlist_import(&room->place, "mena", "address\ncy@radio.example\n");
	return 0;
}

static void freeze(struct newsroomcase *room, const char *lists)
{
	struct release_set *set = newsroomcase_load(room);
	struct plan *plan = newsroomcase_plan(room, set, lists);
	int64_t id = 0;

	assert_int_equal(freeze_plan(room->newsroom, plan, &id, &room->place.err), OK);
	plan_free(plan);
	release_set_free(set);
}

static enum status find(struct newsroomcase *room, const char *lists, struct unfinished *out)
{
	struct release_set *set = newsroomcase_load(room);
	enum status status = unfinished_find(
		room->place.store, &(struct unfinished_query){set, lists, "", ""}, out, &room->place.err);

	release_set_free(set);
	return status;
}

static void what_was_begun_is_found_with_how_much_is_left(void **state)
{
	struct newsroomcase *room = *state;
	struct unfinished unfinished;

	freeze(room, "europe");
	newdispatch_settle(&room->place, 1, 1, DELIVERY_ACCEPTED, 250, "ok");
	assert_int_equal(find(room, "europe", &unfinished), OK);
	assert_int_equal(unfinished.dispatch, 1);
	assert_int_equal(unfinished.state, DISPATCH_SENDING);
	assert_int_equal(unfinished.total, 2);
	assert_int_equal(unfinished.open, 1);
	assert_string_equal(unfinished.changes.ptr, "");
	unfinished_clear(&unfinished);
}

static void nothing_is_found_before_anything_was_begun(void **state)
{
	struct unfinished unfinished;

	assert_int_equal(find(*state, "europe", &unfinished), E_NOTFOUND);
}

static void other_lists_are_another_dispatch(void **state)
{
	struct unfinished unfinished;

	freeze(*state, "europe,mena");
	assert_int_equal(find(*state, "europe", &unfinished), E_NOTFOUND);
	assert_int_equal(find(*state, "mena,europe", &unfinished), E_NOTFOUND);
	assert_int_equal(find(*state, "europe,mena", &unfinished), OK);
	unfinished_clear(&unfinished);
}

static void what_has_ended_is_not_gone_on_with(void **state)
{
	struct newsroomcase *room = *state;
	struct unfinished unfinished;

	freeze(room, "europe");
	newdispatch_set_state(&room->place, 1, DISPATCH_CANCELLED, "");
	assert_int_equal(find(room, "europe", &unfinished), E_NOTFOUND);
}

static void a_held_one_says_why(void **state)
{
	struct newsroomcase *room = *state;
	struct unfinished unfinished;

	freeze(room, "europe");
	newdispatch_set_state(&room->place, 1, DISPATCH_HELD, "by mroy");
	assert_int_equal(find(room, "europe", &unfinished), OK);
	assert_int_equal(unfinished.state, DISPATCH_HELD);
	assert_string_equal(unfinished.hold_reason.ptr, "by mroy");
	unfinished_clear(&unfinished);
}

static void what_was_edited_since_is_shown(void **state)
{
	struct newsroomcase *room = *state;
	struct unfinished unfinished;

	newsroomcase_write(room, "releases/fund.md", "---\ntitle: Fund\nlanguage: en\n---\nOne.\n\nTwo.\n");
	freeze(room, "europe");
	newsroomcase_write(room, "releases/fund.md", "---\ntitle: Fund\nlanguage: en\n---\nOne.\n\n2.\n");
	assert_int_equal(find(room, "europe", &unfinished), OK);
	assert_string_equal(unfinished.changes.ptr, "fund.md\n- Two.\n+ 2.\n");
	unfinished_clear(&unfinished);
}

static void a_language_that_went_or_came_since_is_shown(void **state)
{
	struct newsroomcase *room = *state;
	struct unfinished unfinished;
	char path[512];

	newsroomcase_write_fund_fr(room);
	freeze(room, "europe");
	snprintf(path, sizeof(path), "%s/releases/fund.fr.md", room->place.folder);
	assert_int_equal(remove(path), 0);
	newsroomcase_write(room, "releases/fund.de.md", "---\ntitle: Fonds\nlanguage: de\n---\nNeu.\n");
	assert_int_equal(find(room, "europe", &unfinished), OK);
	assert_contains(unfinished.changes.ptr, "fund.fr.md\n- ---\n");
	assert_contains(unfinished.changes.ptr, "fund.de.md\n+ ---\n");
	unfinished_clear(&unfinished);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_begun_is_found_with_how_much_is_left),
		TEST(nothing_is_found_before_anything_was_begun),
		TEST(other_lists_are_another_dispatch),
		TEST(what_has_ended_is_not_gone_on_with),
		TEST(a_held_one_says_why),
		TEST(what_was_edited_since_is_shown),
		TEST(a_language_that_went_or_came_since_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
