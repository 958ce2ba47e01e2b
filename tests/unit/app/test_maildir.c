/*
 * A plan's messages in a Maildir: as they'd go out, and in nobody else's folder.
 */
#include "app/maildir.h"

#include "base/file.h"
#include "support/newlist.h"
#include "support/newsroomcase.h"
#include "support/test.h"

#include <sys/stat.h>

static int set_up(void **state)
{
	struct newsroomcase *room;

	if (newsroomcase_set_up(state) != 0)
		return -1;
	room = *state;
	newsroomcase_write_fund(room);
	newlist_import(
		&room->place, "europe", "address,name\nana@paper.example,Ana Pérez\nbo@wire.example,Bo Li\n");
	return 0;
}

static enum status write_to(struct newsroomcase *room, const char *folder, size_t *count)
{
	struct release_set *set = newsroomcase_load(room);
	struct plan *plan = newsroomcase_plan(room, set, "europe");
	char *path = file_join(room->place.folder, folder);
	enum status status = maildir_write_plan(room->newsroom, plan, path, count, &room->place.err);

	free(path);
	plan_free(plan);
	release_set_free(set);
	return status;
}

static size_t count_in(struct newsroomcase *room, const char *folder)
{
	char *path = file_join(room->place.folder, folder);
	char **names = NULL;
	size_t count = 0;

	assert_int_equal(file_list_folder(path, "", &names, &count, &room->place.err), OK);
	file_free_names(names, count);
	free(path);
	return count;
}

static void every_message_is_new_in_a_maildir_made_for_it(void **state)
{
	struct newsroomcase *room = *state;
	size_t count = 0;

	assert_int_equal(write_to(room, "preview/mail", &count), OK);
	assert_int_equal(count, 2);
	assert_int_equal(count_in(room, "preview/mail/new"), 2);
	assert_int_equal(count_in(room, "preview/mail/tmp"), 0);
	assert_int_equal(count_in(room, "preview/mail/cur"), 0);
	assert_int_equal(newstore_number(&room->place, "SELECT count(*) FROM dispatch"), 0);
}

static void messages_have_the_line_ends_of_files(void **state)
{
	struct newsroomcase *room = *state;
	char *folder = file_join(room->place.folder, "mail/new");
	char **names = NULL;
	size_t count = 0;
	struct str text;
	char *path;

	assert_int_equal(write_to(room, "mail", &count), OK);
	assert_int_equal(file_list_folder(folder, "", &names, &count, &room->place.err), OK);
	path = file_join(folder, names[0]);
	str_init(&text, STR_MAX_LARGE);
	assert_int_equal(file_load(path, &text, &room->place.err), OK);
	assert_null(strchr(text.ptr, '\r'));
	assert_contains(text.ptr, "\nSubject: Coastal towns agree joint rescue fund\n");
	str_clear(&text);
	free(path);
	free(folder);
	file_free_names(names, count);
}

static void messages_are_for_their_owners_eyes(void **state)
{
	struct newsroomcase *room = *state;
	char *folder = file_join(room->place.folder, "mail/new");
	char **names = NULL;
	size_t count = 0;
	struct stat info;
	char *path;

	assert_int_equal(write_to(room, "mail", &count), OK);
	assert_int_equal(file_list_folder(folder, "", &names, &count, &room->place.err), OK);
	path = file_join(folder, names[0]);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	free(path);
	free(folder);
	file_free_names(names, count);
}

static void a_second_run_takes_the_place_of_what_nobody_has_read_of_the_first(void **state)
{
	struct newsroomcase *room = *state;
	size_t count = 0;

	assert_int_equal(write_to(room, "mail", &count), OK);
	room->now_ms += 1000;
	assert_int_equal(write_to(room, "mail", &count), OK);
	assert_int_equal(count_in(room, "mail/new"), 2);
}

static void a_folder_with_other_things_is_left_alone(void **state)
{
	struct newsroomcase *room = *state;
	size_t before = count_in(room, "releases");
	size_t count = 77;

	assert_int_equal(write_to(room, "releases", &count), E_EXISTS);
	assert_contains(room->place.err.text, "is no Maildir and isn't empty");
	assert_int_equal(count_in(room, "releases"), before);
	assert_int_equal(count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_message_is_new_in_a_maildir_made_for_it),
		TEST(messages_have_the_line_ends_of_files),
		TEST(messages_are_for_their_owners_eyes),
		TEST(a_second_run_takes_the_place_of_what_nobody_has_read_of_the_first),
		TEST(a_folder_with_other_things_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
