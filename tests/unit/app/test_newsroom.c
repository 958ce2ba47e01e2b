/*
 * Finding a newsroom, and opening it.
 */
#include "app/newsroom.h"

#include "base/file.h"
#include "base/mem.h"
#include "support/newsroomcase.h"
#include "support/test.h"

#include <unistd.h>

/* Run in a folder, and come back. */
static enum status open_from(const char *folder, const char *named, struct newsroom **out, struct err *err)
{
	char *here = getcwd(NULL, 0);
	enum status status;

	assert_int_equal(chdir(folder), 0);
	status = newsroom_open(named, out, err);
	assert_int_equal(chdir(here), 0);
	free(here);
	return status;
}

static void it_is_found_from_any_folder_below(void **state)
{
	struct newsroomcase *room = *state;
	struct newsroom *found = NULL;
	char *below = file_join(room->place.folder, "releases/2026/11");

	assert_int_equal(file_make_folder(below, &room->place.err), OK);
	assert_int_equal(open_from(below, NULL, &found, &room->place.err), OK);
	assert_string_equal(newsroom_settings(found)->newsroom.name, "Harbour Relief");
	newsroom_close(found);
	free(below);
}

static void outside_of_one_it_says_how_to_make_one(void **state)
{
	struct newsroomcase *room = *state;
	struct newsroom *found = NULL;
	char *outside = test_folder_new();

	assert_int_equal(open_from(outside, NULL, &found, &room->place.err), E_NOTFOUND);
	assert_contains(room->place.err.text, "dateline init");
	assert_int_equal(open_from("/", outside, &found, &room->place.err), E_NOTFOUND);
	assert_contains(room->place.err.text, "is no newsroom");
	test_folder_remove(outside);
}

static void the_environment_names_one_and_an_option_another(void **state)
{
	struct newsroomcase *room = *state;
	struct newsroom *found = NULL;

	setenv("DATELINE_NEWSROOM", room->place.folder, 1);
	assert_int_equal(open_from("/", NULL, &found, &room->place.err), OK);
	newsroom_close(found);
	assert_int_equal(open_from("/", "/nowhere", &found, &room->place.err), E_NOTFOUND);
	unsetenv("DATELINE_NEWSROOM");
}

static void its_settings_are_found_without_being_read(void **state)
{
	struct newsroomcase *room = *state;
	char *path = NULL;

	newsroomcase_write(room, NEWSROOM_SETTINGS_NAME, "broken = = ;\n");
	assert_int_equal(newsroom_find_settings(room->place.folder, &path, &room->place.err), OK);
	assert_true(span_ends(span_of(path), SPAN("/dateline.cfg")));
	free(path);
}

static void broken_settings_keep_it_shut(void **state)
{
	struct newsroomcase *room = *state;
	struct newsroom *found = NULL;

	newsroomcase_write(room, NEWSROOM_SETTINGS_NAME, "broken = = ;\n");
	assert_int_equal(newsroom_open(room->place.folder, &found, &room->place.err), E_SYNTAX);
	assert_contains(room->place.err.text, "dateline.cfg:1: ");
}

static void broken_settings_are_told_where_it_opens_anyhow(void **state)
{
	struct newsroomcase *room = *state;
	struct newsroom *found = NULL;
	struct err fault = {0};

	newsroomcase_write(room, NEWSROOM_SETTINGS_NAME, "broken = = ;\n");
	assert_int_equal(newsroom_open_anyhow(room->place.folder, &found, &fault, &room->place.err), OK);
	assert_int_equal(fault.status, E_SYNTAX);
	assert_contains(fault.text, "dateline.cfg:1: ");
	assert_string_equal(newsroom_settings(found)->newsroom.zone, "UTC");
	assert_int_equal(newsroom_settings(found)->relay_count, 0);
	newsroom_close(found);
}

static void sound_settings_hold_where_it_opens_anyhow(void **state)
{
	struct newsroomcase *room = *state;
	struct newsroom *found = NULL;
	struct err fault = {0};

	assert_int_equal(newsroom_open_anyhow(room->place.folder, &found, &fault, &room->place.err), OK);
	assert_int_equal(fault.status, OK);
	assert_string_equal(newsroom_settings(found)->newsroom.name, "Harbour Relief");
	newsroom_close(found);
}

static void write_settings(struct newsroomcase *room, const char *rest)
{
	char *text = mem_format(
		"newsroom = { name = \"Harbour Relief\"; domain = \"harbour.example\"; };\n"
		"sender = { from = \"press@harbour.example\"; bounce_address = \"b@harbour.example\"; };\n"
		"relays = ( { url = \"smtp://localhost:25\"; } );\n%s\n",
		rest);

	newsroomcase_write(room, NEWSROOM_SETTINGS_NAME, text);
	free(text);
}

static void settings_are_new_once_the_file_says_something_else(void **state)
{
	struct newsroomcase *room = *state;

	write_settings(room, "");
	newsroom_reload(room->newsroom);
	assert_false(newsroom_has_new_settings(room->newsroom));
	write_settings(room, "# a remark");
	assert_false(newsroom_has_new_settings(room->newsroom));
	write_settings(room, "unknown = \"hold\";");
	assert_true(newsroom_has_new_settings(room->newsroom));
	newsroom_reload(room->newsroom);
	assert_int_equal(newsroom_settings(room->newsroom)->unknown, UNKNOWN_HOLD);
	assert_false(newsroom_has_new_settings(room->newsroom));
}

static void faulty_settings_are_no_new_ones(void **state)
{
	struct newsroomcase *room = *state;

	write_settings(room, "unknown = \"hold\";");
	newsroom_reload(room->newsroom);
	write_settings(room, "unknown = \"maybe\";");
	assert_false(newsroom_has_new_settings(room->newsroom));
	newsroom_reload(room->newsroom);
	assert_int_equal(newsroom_settings(room->newsroom)->unknown, UNKNOWN_HOLD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newsroomcase_set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_found_from_any_folder_below),
		TEST(outside_of_one_it_says_how_to_make_one),
		TEST(the_environment_names_one_and_an_option_another),
		TEST(its_settings_are_found_without_being_read),
		TEST(broken_settings_keep_it_shut),
		TEST(broken_settings_are_told_where_it_opens_anyhow),
		TEST(sound_settings_hold_where_it_opens_anyhow),
		TEST(settings_are_new_once_the_file_says_something_else),
		TEST(faulty_settings_are_no_new_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
