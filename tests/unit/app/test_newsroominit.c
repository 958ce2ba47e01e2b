/*
 * Making a newsroom: what is in it, and that nothing of anybody's is overwritten.
 */
#include "app/newsroominit.h"

#include "app/lists.h"
#include "base/file.h"
#include "support/newsroomcase.h"
#include "support/test.h"

#include <sys/stat.h>

static void a_new_one_has_its_lists_folders_and_a_secret(void **state)
{
	static const char *const lists[] = {"africa", "americas", "asia-pacific", "europe", "mena"};
	static const char *const files[] = {"dateline.cfg", "lists/europe.csv",
		"templates/release.txt.mustache", "releases/harbour-fund.md", "releases/harbour-fund.fr.md",
		"keys/secret", "state/dateline.db"};
	struct newsroomcase *room = *state;
	struct token_epoch epoch;

	for (size_t i = 0; i < 5; i++) {
		struct medialist list;

		assert_int_equal(lists_find(room->place.store, lists[i], &list, &room->place.err), OK);
		medialist_clear(&list);
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *path = file_join(room->place.folder, files[i]);

		if (!file_is_there(path))
			fail_msg("%s", path);
		free(path);
	}
	assert_int_equal(store_get_epoch(room->place.store, &epoch, &room->place.err), OK);
}

static void its_state_and_keys_are_its_owners_alone(void **state)
{
	static const char *const secrets[] = {"keys", "keys/secret", "state", "state/dateline.db"};
	struct newsroomcase *room = *state;

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		char *path = file_join(room->place.folder, secrets[i]);
		struct stat info;

		assert_int_equal(stat(path, &info), 0);
		assert_int_equal(info.st_mode & 077, 0);
		free(path);
	}
}

static struct newsroom_plan plan_with(const char *domain, const char *name)
{
	return (struct newsroom_plan){
		.name = name,
		.domain = domain,
		.zone = "UTC",
		.from = "press@harbour.example",
		.bounce_address = "bounce@harbour.example",
		.postal_address = "14 Quay Street",
		.boilerplate = "About us.",
		.who = "mroy",
	};
}

static void nothing_is_made_where_something_is(void **state)
{
	struct newsroomcase *room = *state;
	struct newsroom_plan plan = plan_with("harbour.example", "Harbour Relief");
	char *folder = test_folder_new();
	char *file = file_join(folder, "letter.txt");
	char **names = NULL;
	size_t count = 0;

	assert_int_equal(file_save(file, SPAN("mine"), 0600, &room->place.err), OK);
	assert_int_equal(newsroom_init(folder, &plan, &room->place.err), E_EXISTS);
	assert_contains(room->place.err.text, "letter.txt");
	assert_int_equal(newsroom_init(file, &plan, &room->place.err), E_EXISTS);
	assert_int_equal(file_list_folder(folder, "", &names, &count, &room->place.err), OK);
	assert_int_equal(count, 1);
	file_free_names(names, count);
	free(file);
	test_folder_remove(folder);
}

static void impossible_words_are_refused_before_anything_is_made(void **state)
{
	struct newsroomcase *room = *state;
	struct newsroom_plan plan = plan_with("harbour", "Harbour Relief");
	char *parent = test_folder_new();
	char *folder = file_join(parent, "room");

	assert_int_equal(newsroom_init(folder, &plan, &room->place.err), E_SYNTAX);
	assert_contains(room->place.err.text, "--domain");
	assert_false(file_is_there(folder));
	free(folder);
	test_folder_remove(parent);
}

/* They go through a template and libconfig, and come back as they were typed. */
static void words_with_quotes_and_braces_come_back_whole(void **state)
{
	static const char name[] = "The \"Harbour\" \\ {{relief}} & Söhne";
	struct newsroomcase *room = *state;
	struct newsroom_plan plan = plan_with("harbour.example", name);
	struct newsroom *made = NULL;
	char *folder = test_folder_new();

	plan.boilerplate = "Line one.\n\nLine \"two\".";
	assert_int_equal(newsroom_init(folder, &plan, &room->place.err), OK);
	assert_int_equal(newsroom_open(folder, &made, &room->place.err), OK);
	assert_string_equal(newsroom_settings(made)->newsroom.name, name);
	assert_string_equal(newsroom_settings(made)->newsroom.boilerplate, plan.boilerplate);
	newsroom_close(made);
	test_folder_remove(folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newsroomcase_set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_one_has_its_lists_folders_and_a_secret),
		TEST(its_state_and_keys_are_its_owners_alone),
		TEST(nothing_is_made_where_something_is),
		TEST(impossible_words_are_refused_before_anything_is_made),
		TEST(words_with_quotes_and_braces_come_back_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
