/*
 * Lists and their settings.
 */
#include "app/lists.h"

#include "app/listhistory.h"
#include "support/newlist.h"
#include "support/test.h"

static enum status new_list(struct newstore *place, const char *name, const char *setting, const char *value)
{
	struct fields settings = {0};
	enum status status;

	if (setting)
		fields_set(&settings, setting, span_of(value));
	status = lists_new(place->store, name, &settings, NEWLIST_WHO, &place->err);
	fields_clear(&settings);
	return status;
}

static enum status set_list(struct newstore *place, const char *setting, const char *value)
{
	struct fields settings = {0};
	enum status status;

	fields_set(&settings, setting, span_of(value));
	status = lists_set(place->store, "europe", &settings, NEWLIST_WHO, &place->err);
	fields_clear(&settings);
	return status;
}

static struct medialist find_list(struct newstore *place, const char *name)
{
	struct medialist list;

	assert_int_equal(lists_find(place->store, name, &list, &place->err), OK);
	return list;
}

static void a_list_of_a_known_region_gets_its_title(void **state)
{
	struct newstore *place = *state;
	struct medialist list;

	assert_int_equal(new_list(place, "asia-pacific", NULL, NULL), OK);
	list = find_list(place, "asia-pacific");
	assert_string_equal(list.title, "Asia-Pacific media list");
	assert_string_equal(list.region, "asia-pacific");
	assert_false(list.is_trusted);
	medialist_clear(&list);
}

static void settings_can_be_given_from_the_start(void **state)
{
	struct newstore *place = *state;
	struct medialist list;

	assert_int_equal(new_list(place, "beirut", "trusted", "yes"), OK);
	list = find_list(place, "beirut");
	assert_true(list.is_trusted);
	medialist_clear(&list);
}

static void names_that_a_shell_or_a_path_would_trip_over_are_refused(void **state)
{
	static const char *const names[] = {"", "-x", "Europe", "a b", "../x", "a/b", "a\nb", "é"};
	struct newstore *place = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(new_list(place, names[i], NULL, NULL), E_SYNTAX);
	assert_int_equal(new_list(place, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				 NULL, NULL),
		E_RANGE);
}

static void a_list_is_made_once(void **state)
{
	struct newstore *place = *state;

	assert_int_equal(new_list(place, "europe", NULL, NULL), OK);
	assert_int_equal(new_list(place, "europe", NULL, NULL), E_EXISTS);
}

static void a_mistyped_list_suggests_the_near_one(void **state)
{
	struct newstore *place = *state;
	struct medialist list;

	assert_int_equal(new_list(place, "europe", NULL, NULL), OK);
	assert_int_equal(lists_find(place->store, "eurpoe", &list, &place->err), E_NOTFOUND);
	assert_contains(place->err.text, "did you mean \"europe\"?");
}

static void a_mistyped_setting_suggests_the_near_one(void **state)
{
	struct newstore *place = *state;

	assert_int_equal(new_list(place, "europe", NULL, NULL), OK);
	assert_int_equal(set_list(place, "langauge", "fr"), E_NOTFOUND);
	assert_contains(place->err.text, "did you mean \"language\"?");
	assert_int_equal(set_list(place, "colour", "red"), E_NOTFOUND);
	assert_contains(place->err.text, "trusted");
}

static void each_setting_is_kept(void **state)
{
	struct newstore *place = *state;
	struct medialist list;

	assert_int_equal(new_list(place, "europe", NULL, NULL), OK);
	assert_int_equal(set_list(place, "title", "Europa"), OK);
	assert_int_equal(set_list(place, "region", "eu"), OK);
	assert_int_equal(set_list(place, "language", "FR"), OK);
	assert_int_equal(set_list(place, "zone", "Europe/Paris"), OK);
	assert_int_equal(set_list(place, "trusted", "yes"), OK);
	assert_int_equal(set_list(place, "from", "Desk <desk@harbour.example>"), OK);
	list = find_list(place, "europe");
	assert_string_equal(list.title, "Europa");
	assert_string_equal(list.region, "eu");
	assert_string_equal(list.language, "fr");
	assert_string_equal(list.zone, "Europe/Paris");
	assert_string_equal(list.from, "Desk <desk@harbour.example>");
	assert_true(list.is_trusted);
	medialist_clear(&list);
}

static void an_impossible_setting_changes_nothing(void **state)
{
	static const struct {
		const char *name;
		const char *value;
		enum status status;
	} cases[] = {
		{"zone", "Europe/Pariss", E_NOTFOUND},
		{"language", "!!", E_SYNTAX},
		{"trusted", "perhaps", E_SYNTAX},
		{"from", "no mailbox", E_SYNTAX},
		{"title", "two\r\nBcc: lines@evil.example", E_SYNTAX},
		{"title", "\xff", E_SYNTAX},
	};
	struct newstore *place = *state;
	struct medialist list;

	assert_int_equal(new_list(place, "europe", NULL, NULL), OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(set_list(place, cases[i].name, cases[i].value), cases[i].status);
		assert_contains(place->err.text, cases[i].name);
	}
	list = find_list(place, "europe");
	assert_string_equal(list.title, "Europe media list");
	assert_string_equal(list.zone, "");
	medialist_clear(&list);
}

static void a_setting_is_undone(void **state)
{
	struct newstore *place = *state;
	struct medialist list;
	struct change undone;
	struct undo_summary summary;

	assert_int_equal(new_list(place, "europe", NULL, NULL), OK);
	assert_int_equal(set_list(place, "title", "Europa"), OK);
	assert_int_equal(
		listhistory_undo(place->store, "europe", NEWLIST_WHO, &undone, &summary, &place->err), OK);
	assert_string_equal(undone.detail, "title=Europa");
	change_clear(&undone);
	list = find_list(place, "europe");
	assert_string_equal(list.title, "Europe media list");
	medialist_clear(&list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_list_of_a_known_region_gets_its_title),
		TEST(settings_can_be_given_from_the_start),
		TEST(names_that_a_shell_or_a_path_would_trip_over_are_refused),
		TEST(a_list_is_made_once),
		TEST(a_mistyped_list_suggests_the_near_one),
		TEST(a_mistyped_setting_suggests_the_near_one),
		TEST(each_setting_is_kept),
		TEST(an_impossible_setting_changes_nothing),
		TEST(a_setting_is_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
