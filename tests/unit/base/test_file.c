/*
 * Files: whole or not at all, and errors that name the path.
 */
#include "support/test.h"

#include "base/file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *in(void **state, const char *name)
{
	return file_join(*state, name);
}

static void put(const char *path, const char *content)
{
	assert_int_equal(file_save(path, span_of(content), 0644, NULL), OK);
}

static void assert_holds(const char *path, const char *content)
{
	struct str found;
	struct err err = {0};

	str_init(&found, STR_MAX_SMALL);
	if (file_load(path, &found, &err) != OK)
		fail_msg("%s", err.text);
	assert_string_equal(found.ptr, content);
	str_clear(&found);
}

static size_t entries_in(const char *folder)
{
	char command[512];
	size_t count = 0;
	FILE *listing;

	snprintf(command, sizeof(command), "ls -A '%s'", folder);
	listing = popen(command, "r");
	for (int c; (c = fgetc(listing)) != EOF;)
		count += c == '\n';
	pclose(listing);
	return count;
}

static void what_was_saved_is_loaded(void **state)
{
	char *path = in(state, "letter");

	put(path, "first");
	put(path, "second");
	assert_holds(path, "second");
	assert_int_equal(entries_in(*state), 1);
	free(path);
}

static void loading_replaces_what_was_in_the_string(void **state)
{
	char *path = in(state, "letter");
	struct str text;

	put(path, "new");
	str_init(&text, STR_MAX_SMALL);
	str_add_text(&text, "old");
	assert_int_equal(file_load(path, &text, NULL), OK);
	assert_string_equal(text.ptr, "new");
	str_clear(&text);
	free(path);
}

static void a_missing_file_is_not_found_and_named(void **state)
{
	char *path = in(state, "nothing.cfg");
	struct err err = {0};
	struct str text;

	str_init(&text, STR_MAX_SMALL);
	assert_int_equal(file_load(path, &text, &err), E_NOTFOUND);
	assert_contains(err.text, "nothing.cfg\"");
	str_clear(&text);
	free(path);
}

static void a_file_over_the_ceiling_is_refused_and_one_at_it_is_not(void **state)
{
	char *path = in(state, "letter");
	struct err err = {0};
	struct str text;

	put(path, "12345");
	str_init(&text, 4);
	assert_int_equal(file_load(path, &text, &err), E_RANGE);
	assert_contains(err.text, "larger than 4 bytes");
	str_clear(&text);
	str_init(&text, 5);
	assert_int_equal(file_load(path, &text, &err), OK);
	assert_int_equal(text.len, 5);
	str_clear(&text);
	free(path);
}

static void a_folder_or_a_pipe_is_not_loaded(void **state)
{
	char *pipe_path = in(state, "pipe");
	struct str text;

	str_init(&text, STR_MAX_SMALL);
	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	assert_int_equal(file_load(pipe_path, &text, NULL), E_IO);
	assert_int_equal(file_load(*state, &text, NULL), E_IO);
	str_clear(&text);
	free(pipe_path);
}

static void a_saved_secret_has_its_mode_from_the_start(void **state)
{
	char *path = in(state, "key");
	struct stat info;

	assert_int_equal(file_save(path, SPAN("secret"), 0600, NULL), OK);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	free(path);
}

static void saving_over_a_pipe_or_a_device_is_refused(void **state)
{
	char *path = in(state, "pipe");
	struct err err = {0};
	struct stat info;

	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(file_save(path, SPAN("x"), 0644, &err), E_IO);
	assert_contains(err.text, "not a regular file");
	assert_int_equal(lstat(path, &info), 0);
	assert_true(S_ISFIFO(info.st_mode));
	free(path);
}

static void saving_through_a_link_keeps_the_link(void **state)
{
	char *path = in(state, "real");
	char *link_path = in(state, "link");
	struct stat info;

	put(path, "old");
	assert_int_equal(symlink("real", link_path), 0);
	put(link_path, "new");
	assert_int_equal(lstat(link_path, &info), 0);
	assert_true(S_ISLNK(info.st_mode));
	assert_holds(path, "new");
	free(path);
	free(link_path);
}

static void a_failed_save_leaves_the_old_bytes_and_no_rubbish(void **state)
{
	char *path = in(state, "letter");
	char big[8192];
	const struct rlimit limit = {4096, 4096};
	struct err err = {0};
	pid_t child;
	int result;

	memset(big, 'x', sizeof(big));
	put(path, "old");
	child = fork();
	if (child == 0) {
		/* A limit on a file's size stands for the full disk. */
		if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(9);
		_exit(file_save(path, span_bytes(big, sizeof(big)), 0644, &err) == E_IO ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &result, 0), child);
	assert_int_equal(result, 0);
	assert_holds(path, "old");
	assert_int_equal(entries_in(*state), 1);
	free(path);
}

static void a_save_into_a_missing_folder_names_the_path(void **state)
{
	char *path = in(state, "gone/letter");
	struct err err = {0};

	assert_int_equal(file_save(path, SPAN("x"), 0644, &err), E_IO);
	assert_contains(err.text, "gone/letter\": No such file or directory");
	free(path);
}

static void create_never_overwrites(void **state)
{
	char *path = in(state, "letter");
	struct err err = {0};

	assert_int_equal(file_create(path, SPAN("first"), 0644, &err), OK);
	assert_int_equal(file_create(path, SPAN("second"), 0644, &err), E_EXISTS);
	assert_contains(err.text, "is there already");
	assert_holds(path, "first");
	assert_int_equal(entries_in(*state), 1);
	free(path);
}

static void a_folder_is_made_with_its_parents_and_again(void **state)
{
	char *path = in(state, "a/b//c/");
	char *file = in(state, "file");
	char *below_file = in(state, "file/x");
	struct err err = {0};

	assert_int_equal(file_make_folder(path, &err), OK);
	assert_true(file_is_folder(path));
	assert_int_equal(file_make_folder(path, &err), OK);
	put(file, "");
	assert_int_equal(file_make_folder(below_file, &err), E_IO);
	assert_contains(err.text, "/file\"");
	free(path);
	free(file);
	free(below_file);
}

static void a_tree_is_copied_with_its_files_and_folders(void **state)
{
	char *from = in(state, "from");
	char *inner = in(state, "from/inner");
	char *file = in(state, "from/inner/letter");
	char *to = in(state, "to");
	char *copy = in(state, "to/inner/letter");

	assert_int_equal(file_make_folder(inner, NULL), OK);
	put(file, "bytes");
	assert_int_equal(file_copy_tree(from, to, NULL), OK);
	assert_holds(copy, "bytes");
	free(from);
	free(inner);
	free(file);
	free(to);
	free(copy);
}

static void a_tree_is_not_copied_over_anything(void **state)
{
	char *from = in(state, "from");
	char *to = in(state, "to");
	char *names[] = {in(state, "from/a"), in(state, "from/b"), in(state, "to/b"), in(state, "to/a")};
	struct err err = {0};

	assert_int_equal(file_make_folder(from, NULL), OK);
	assert_int_equal(file_make_folder(to, NULL), OK);
	put(names[0], "a");
	put(names[1], "b");
	put(names[2], "mine");
	assert_int_equal(file_copy_tree(from, to, &err), E_EXISTS);
	assert_contains(err.text, "to/b\" is there already");
	assert_holds(names[2], "mine");
	assert_false(file_is_there(names[3]));
	for (size_t i = 0; i < 4; i++)
		free(names[i]);
	free(from);
	free(to);
}

static void a_secret_that_others_may_read_is_refused_with_the_command_to_type(void **state)
{
	char *path = in(state, "password");
	char *missing = in(state, "missing");
	struct err err = {0};
	struct str found;

	str_init_secret(&found, 100);
	assert_int_equal(file_save(path, SPAN("secret"), 0600, NULL), OK);
	assert_int_equal(file_load_private(path, &found, &err), OK);
	assert_string_equal(found.ptr, "secret");
	for (unsigned mode = 01; mode < 0100; mode <<= 1) {
		assert_int_equal(chmod(path, 0600 | mode), 0);
		assert_int_equal(file_load_private(path, &found, &err), E_DENIED);
		assert_contains(err.text, "chmod 600 ");
		assert_int_equal(found.len, 0);
	}
	assert_int_equal(file_load_private(missing, &found, &err), E_NOTFOUND);
	str_wipe(&found);
	free(path);
	free(missing);
}

static void a_link_to_a_secret_is_as_good_as_what_it_points_to(void **state)
{
	char *path = in(state, "password");
	char *link_path = in(state, "link");
	struct err err = {0};
	struct str found;

	str_init_secret(&found, 100);
	assert_int_equal(file_save(path, SPAN("secret"), 0600, NULL), OK);
	assert_int_equal(symlink(path, link_path), 0);
	assert_int_equal(file_load_private(link_path, &found, &err), OK);
	assert_string_equal(found.ptr, "secret");
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(file_load_private(link_path, &found, &err), E_DENIED);
	str_wipe(&found);
	free(path);
	free(link_path);
}

/* Only root can give a file away, and read what nobody else may. */
static void root_may_read_the_secret_of_whom_it_works_for(void **state)
{
	struct str found;
	char *path;

	if (geteuid() != 0) {
		print_message("skipped: it takes root to give a file away\n");
		skip();
	}
	path = in(state, "password");
	str_init_secret(&found, 100);
	assert_int_equal(file_save(path, SPAN("secret"), 0600, NULL), OK);
	assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
	assert_int_equal(file_load_private(path, &found, NULL), OK);
	assert_string_equal(found.ptr, "secret");
	str_wipe(&found);
	free(path);
}

static void a_secret_is_a_regular_file_of_a_size_that_is_expected(void **state)
{
	char *folder = in(state, "folder");
	char *path = in(state, "password");
	struct err err = {0};
	struct str found;

	str_init_secret(&found, 5);
	assert_int_equal(file_save(path, SPAN("secret"), 0600, NULL), OK);
	assert_int_equal(file_load_private(path, &found, &err), E_RANGE);
	assert_int_equal(file_make_folder(folder, NULL), OK);
	assert_int_equal(file_load_private(folder, &found, &err), E_IO);
	str_wipe(&found);
	free(folder);
	free(path);
}

static void paths_are_joined_and_taken_apart(void **state)
{
	static const struct {
		const char *folder, *name, *joined;
	} cases[] = {
		{"a", "b", "a/b"},
		{"a/", "b", "a/b"},
		{"", "b", "b"},
		{"a", "/b", "/b"},
		{"/", "b", "/b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *joined = file_join(cases[i].folder, cases[i].name);

		assert_string_equal(joined, cases[i].joined);
		assert_string_equal(file_name(joined), "b");
		free(joined);
	}
	assert_string_equal(file_name("plain"), "plain");
}

static void a_folder_is_listed_sorted_without_hidden_names(void **state)
{
	static const char *const made[] = {"b.csv", "a.csv", ".hidden.csv", "c.txt"};
	char **names;
	size_t count;

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		char *path = in(state, made[i]);

		put(path, "");
		free(path);
	}
	assert_int_equal(file_list_folder(*state, ".csv", &names, &count, NULL), OK);
	assert_int_equal(count, 2);
	assert_string_equal(names[0], "a.csv");
	assert_string_equal(names[1], "b.csv");
	file_free_names(names, count);
	assert_int_equal(file_list_folder(*state, "", &names, &count, NULL), OK);
	assert_int_equal(count, 3);
	file_free_names(names, count);
}

static void listing_a_missing_folder_says_so(void **state)
{
	struct err err = {0};
	char **names;
	size_t count;
	char *path = in(state, "nowhere");

	assert_int_equal(file_list_folder(path, "", &names, &count, &err), E_NOTFOUND);
	assert_contains(err.text, "nowhere");
	assert_int_equal(count, 0);
	file_free_names(names, count);
	free(path);
}

static void a_lock_is_exclusive_and_ends_with_its_descriptor(void **state)
{
	char *path = in(state, "lock");
	struct err err = {0};
	int held;
	int second;

	assert_int_equal(file_lock(path, &held, &err), OK);
	assert_int_equal(file_lock(path, &second, &err), E_BUSY);
	assert_contains(err.text, "in use by another process");
	assert_int_equal(second, -1);
	close(held);
	assert_int_equal(file_lock(path, &second, &err), OK);
	close(second);
	free(path);
}

static void a_lock_ends_with_a_holder_that_is_killed(void **state)
{
	char *path = in(state, "lock");
	int told[2];
	int fd;
	int result;
	char byte;
	pid_t child;

	assert_int_equal(pipe(told), 0);
	child = fork();
	if (child == 0) {
		if (file_lock(path, &fd, NULL) == OK && write(told[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(file_lock(path, &fd, NULL), E_BUSY);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &result, 0), child);
	assert_int_equal(file_lock(path, &fd, NULL), OK);
	close(fd);
	close(told[0]);
	close(told[1]);
	free(path);
}

static void a_temporary_folder_is_ours_alone_and_goes_with_all_in_it(void **state)
{
	struct stat info;
	char *path = NULL, *inner, *kept, *link;

	setenv("TMPDIR", *state, 1);
	assert_int_equal(file_make_temporary_folder("mine", &path, NULL), OK);
	unsetenv("TMPDIR");
	assert_contains(path, *state);
	assert_contains(path, "/mine-");
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	inner = file_join(path, "a/b");
	kept = in(state, "kept");
	link = file_join(path, "link");
	assert_int_equal(file_make_folder(inner, NULL), OK);
	put(kept, "stays");
	assert_int_equal(symlink(*state, link), 0);
	assert_int_equal(file_remove_tree(path, NULL), OK);
	assert_false(file_is_there(path));
	assert_holds(kept, "stays");
	assert_int_equal(file_remove_tree(path, NULL), OK);
	free(link);
	free(kept);
	free(inner);
	free(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_folder_setup, test_folder_teardown)

static void a_size_is_told_without_reading(void **state)
{
	char *path = in(state, "letter");
	uint64_t size = 0;
	struct err err = {0};

	put(path, "twelve bytes");
	assert_int_equal(file_size(path, &size, &err), OK);
	assert_int_equal(size, 12);
	assert_int_equal(file_size(*state, &size, &err), E_IO);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(file_size(path, &size, &err), E_NOTFOUND);
	assert_non_null(strstr(err.text, path));
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_saved_is_loaded),
		TEST(loading_replaces_what_was_in_the_string),
		TEST(a_missing_file_is_not_found_and_named),
		TEST(a_file_over_the_ceiling_is_refused_and_one_at_it_is_not),
		TEST(a_folder_or_a_pipe_is_not_loaded),
		TEST(a_size_is_told_without_reading),
		TEST(a_saved_secret_has_its_mode_from_the_start),
		TEST(saving_over_a_pipe_or_a_device_is_refused),
		TEST(saving_through_a_link_keeps_the_link),
		TEST(a_failed_save_leaves_the_old_bytes_and_no_rubbish),
		TEST(a_save_into_a_missing_folder_names_the_path),
		TEST(create_never_overwrites),
		TEST(a_folder_is_made_with_its_parents_and_again),
		TEST(a_tree_is_copied_with_its_files_and_folders),
		TEST(a_tree_is_not_copied_over_anything),
		TEST(a_temporary_folder_is_ours_alone_and_goes_with_all_in_it),
		TEST(a_secret_that_others_may_read_is_refused_with_the_command_to_type),
		TEST(a_link_to_a_secret_is_as_good_as_what_it_points_to),
		TEST(root_may_read_the_secret_of_whom_it_works_for),
		TEST(a_secret_is_a_regular_file_of_a_size_that_is_expected),
		TEST(paths_are_joined_and_taken_apart),
		TEST(a_folder_is_listed_sorted_without_hidden_names),
		TEST(listing_a_missing_folder_says_so),
		TEST(a_lock_is_exclusive_and_ends_with_its_descriptor),
		TEST(a_lock_ends_with_a_holder_that_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
