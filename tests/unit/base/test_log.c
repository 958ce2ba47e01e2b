/*
 * Notes on stderr and in a file: one line each, from the level on that was asked for.
 */
#include "support/test.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOON_MS INT64_C(1794387600041)
#define NOON "2026-11-11T09:00:00.041Z"

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static int real_stderr;
static FILE *caught;

static void catch_stderr(void)
{
	fflush(stderr);
	caught = tmpfile();
	real_stderr = dup(STDERR_FILENO);
	assert_true(dup2(fileno(caught), STDERR_FILENO) >= 0);
}

/* What was written since catch_stderr, on the heap. */
static char *caught_text(void)
{
	char *text = mem_alloc(8192);

	assert_true(dup2(real_stderr, STDERR_FILENO) >= 0);
	close(real_stderr);
	rewind(caught);
	assert_true(fread(text, 1, 8191, caught) < 8191);
	fclose(caught);
	return text;
}

static void notes_name_their_level_a_line_each(void **state)
{
	char *text;

	(void)state;
	catch_stderr();
	log_error("dispatch %d: can't commit", 7);
	log_warning("no daemon");
	text = caught_text();
	assert_string_equal(
		text, "dateline: error: dispatch 7: can't commit\ndateline: warning: no daemon\n");
	free(text);
}

static void notes_below_the_level_stay_away(void **state)
{
	char *text;

	(void)state;
	catch_stderr();
	log_info("not asked for");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("asked for");
	log_set_level(LOG_LEVEL_ERROR);
	log_warning("no longer");
	log_set_level(LOG_LEVEL_WARNING);
	text = caught_text();
	assert_string_equal(text, "dateline: debug: asked for\n");
	free(text);
}

#define LINES 100

static void *warn_often(void *context)
{
	for (int i = 0; i < LINES; i++)
		log_warning("of another thread");
	return context;
}

static void forget_what_is_drawn(void *context)
{
	*(int *)context = 0;
}

static void no_line_comes_in_the_middle_of_what_is_drawn(void **state)
{
	pthread_t thread;
	int drawn = 0;
	char *text;

	(void)state;
	catch_stderr();
	log_set_prelude(forget_what_is_drawn, &drawn);
	assert_int_equal(pthread_create(&thread, NULL, warn_often, NULL), 0);
	for (int i = 0; i < LINES; i++) {
		log_pause();
		assert_int_equal(write(STDERR_FILENO, "[", 1), 1);
		drawn++;
		assert_int_equal(write(STDERR_FILENO, "]", 1), 1);
		log_resume();
	}
	pthread_join(thread, NULL);
	log_set_prelude(NULL, NULL);
	text = caught_text();
	for (const char *at = text; (at = strchr(at, '[')); at++)
		assert_int_equal(at[1], ']');
	free(text);
}

static void words_from_outside_can_not_forge_a_line_or_drive_a_terminal(void **state)
{
	char *text;

	(void)state;
	catch_stderr();
	log_error("%s", "550 no\r\ndateline: error: forged\x1b[2J");
	text = caught_text();
	assert_string_equal(text, "dateline: error: 550 no??dateline: error: forged?[2J\n");
	free(text);
}

static void a_very_long_note_is_cut(void **state)
{
	char words[6000];
	char *text;

	(void)state;
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	catch_stderr();
	log_error("%s", words);
	text = caught_text();
	assert_in_range(strlen(text), 1000, 3000);
	assert_int_equal(text[strlen(text) - 1], '\n');
	free(text);
}

/* A log in a folder of its own. */
struct logged {
	char *folder, *path;
	struct err err;
};

static int64_t noon(void *context)
{
	(void)context;
	return NOON_MS;
}

static int set_up(void **state)
{
	struct logged *logged = mem_alloc(sizeof(*logged));

	logged->folder = test_folder_new();
	logged->path = file_join(logged->folder, "dateline.log");
	clock_replace(noon, NULL);
	*state = logged;
	return 0;
}

static int tear_down(void **state)
{
	struct logged *logged = *state;

	log_close();
	log_set_level(LOG_LEVEL_WARNING);
	clock_replace(NULL, NULL);
	free(logged->path);
	test_folder_remove(logged->folder);
	free(logged);
	return 0;
}

/* What is in it now; "PID" stands for this process. On the heap. */
static char *text_of(struct logged *logged, const char *path)
{
	char *number = mem_format(" %d ", (int)getpid());
	struct str text;
	struct str shown;
	struct span rest;
	char *taken;
	size_t at;

	str_init(&text, STR_MAX_LARGE);
	str_init(&shown, STR_MAX_LARGE);
	assert_int_equal(file_load(path, &text, &logged->err), OK);
	rest = str_span(&text);
	while ((at = span_find(rest, span_of(number), 0)) != SIZE_MAX) {
		str_add(&shown, span_first(rest, at));
		str_add_text(&shown, " PID ");
		rest = span_from(rest, at + strlen(number));
	}
	str_add(&shown, rest);
	taken = str_take(&shown);
	str_clear(&shown);
	str_clear(&text);
	free(number);
	return taken;
}

static void assert_text(struct logged *logged, const char *path, const char *wanted)
{
	char *text = text_of(logged, path);

	assert_string_equal(text, wanted);
	free(text);
}

static void in_a_file_each_line_has_its_time_level_and_process(void **state)
{
	struct logged *logged = *state;
	struct stat info;
	char *told;

	catch_stderr();
	assert_int_equal(log_open(logged->path, &logged->err), OK);
	log_set_level(LOG_LEVEL_INFO);
	log_error("dispatch %d: can't commit", 7);
	log_info("the sender begins");
	log_debug("not asked for");
	log_keep(LOG_LEVEL_ERROR, "told in other words");
	told = caught_text();
	assert_text(logged, logged->path,
		NOON " error PID dispatch 7: can't commit\n" NOON " info PID the sender begins\n" NOON
		     " error PID told in other words\n");
	assert_string_equal(told, "dateline: error: dispatch 7: can't commit\n");
	assert_int_equal(stat(logged->path, &info), 0);
	assert_int_equal(info.st_mode & 0777 & ~0640u, 0);
	free(told);
}

static void lines_go_behind_those_that_are_there(void **state)
{
	struct logged *logged = *state;

	assert_int_equal(file_save(logged->path, SPAN("2026-11-10T torn"), 0640, &logged->err), OK);
	assert_int_equal(log_open(logged->path, &logged->err), OK);
	log_keep(LOG_LEVEL_WARNING, "one");
	log_keep(LOG_LEVEL_WARNING, "two");
	assert_text(logged, logged->path,
		"2026-11-10T torn\n" NOON " warning PID one\n" NOON " warning PID two\n");
}

static void a_line_in_a_file_can_not_be_forged_either(void **state)
{
	struct logged *logged = *state;

	assert_int_equal(log_open(logged->path, &logged->err), OK);
	log_keep(LOG_LEVEL_ERROR, "%s", "550 no\r\n" NOON " error \x1b[2J\xc2\x9b\xff.");
	assert_text(logged, logged->path, NOON " error PID 550 no??" NOON " error ?[2J?\xef\xbf\xbd.\n");
}

static void a_log_that_was_moved_away_is_begun_anew_when_it_is_reopened(void **state)
{
	struct logged *logged = *state;
	char *moved = file_join(logged->folder, "dateline.log.1");

	assert_int_equal(log_open(logged->path, &logged->err), OK);
	log_keep(LOG_LEVEL_ERROR, "one");
	assert_int_equal(rename(logged->path, moved), 0);
	log_keep(LOG_LEVEL_ERROR, "two");
	assert_int_equal(log_reopen(&logged->err), OK);
	log_keep(LOG_LEVEL_ERROR, "three");
	assert_text(logged, moved, NOON " error PID one\n" NOON " error PID two\n");
	assert_text(logged, logged->path, NOON " error PID three\n");
	free(moved);
}

static void a_log_that_can_not_be_reopened_goes_on_where_it_was(void **state)
{
	struct logged *logged = *state;
	char *moved = file_join(logged->folder, "dateline.log.1");

	assert_int_equal(log_reopen(&logged->err), OK);
	assert_int_equal(log_open(logged->path, &logged->err), OK);
	assert_int_equal(rename(logged->path, moved), 0);
	assert_int_equal(mkdir(logged->path, 0700), 0);
	assert_int_equal(log_reopen(&logged->err), E_IO);
	log_keep(LOG_LEVEL_ERROR, "one");
	assert_text(logged, moved, NOON " error PID one\n");
	free(moved);
}

static void assert_refused(struct logged *logged, const char *path, enum status status, const char *words)
{
	assert_int_equal(log_check(path, &logged->err), status);
	assert_int_equal(log_open(path, &logged->err), status);
	assert_contains(logged->err.text, words);
	assert_contains(logged->err.text, path);
}

static void what_is_no_place_for_a_log_is_refused_by_name(void **state)
{
	struct logged *logged = *state;
	char *nowhere = file_join(logged->folder, "nowhere/dateline.log");

	assert_refused(logged, nowhere, E_IO, "No such file");
	assert_false(file_is_there(nowhere));
	assert_refused(logged, "/dev/null", E_IO, "is not a regular file");
	assert_int_equal(mkfifo(logged->path, 0600), 0);
	assert_refused(logged, logged->path, E_IO, "is not a regular file");
	assert_int_equal(unlink(logged->path), 0);
	assert_int_equal(symlink("elsewhere", logged->path), 0);
	assert_refused(logged, logged->path, E_IO, "is a link");
	assert_int_equal(unlink(logged->path), 0);
	assert_int_equal(file_save(logged->path, SPAN("newsroom = {"), 0600, &logged->err), OK);
	assert_refused(logged, logged->path, E_CONFLICT, "is no log");
	free(nowhere);
}

static void looking_whether_it_could_be_opened_makes_nothing(void **state)
{
	struct logged *logged = *state;

	assert_int_equal(log_check(logged->path, &logged->err), OK);
	assert_false(file_is_there(logged->path));
	assert_int_equal(log_open(logged->path, &logged->err), OK);
	assert_int_equal(log_check(logged->path, &logged->err), OK);
}

/* As a disk that is full, and isn't any more. */
static void a_log_that_can_not_be_written_is_told_of_once(void **state)
{
	struct logged *logged = *state;
	struct rlimit before;
	struct rlimit limit;
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	char told[1024] = "";
	int ends[2];

	assert_int_equal(log_open(logged->path, &logged->err), OK);
	/* A pipe has no such limit. */
	assert_int_equal(pipe(ends), 0);
	real_stderr = dup(STDERR_FILENO);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = (struct rlimit){4, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	log_keep(LOG_LEVEL_ERROR, "half of it");
	log_keep(LOG_LEVEL_ERROR, "none of it");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	log_keep(LOG_LEVEL_ERROR, "all of it");
	assert_true(dup2(real_stderr, STDERR_FILENO) >= 0);
	assert_true(read(ends[0], told, sizeof(told) - 1) > 0);
	assert_contains(told, "can't write the log");
	assert_contains(told, logged->path);
	assert_null(strchr(strchr(told, '\n') + 1, '\n'));
	assert_text(logged, logged->path, "2026\n" NOON " error PID all of it\n");
	close(real_stderr);
	close(ends[0]);
	close(ends[1]);
	signal(SIGXFSZ, handler);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes_name_their_level_a_line_each),
		cmocka_unit_test(notes_below_the_level_stay_away),
		cmocka_unit_test(no_line_comes_in_the_middle_of_what_is_drawn),
		cmocka_unit_test(words_from_outside_can_not_forge_a_line_or_drive_a_terminal),
		cmocka_unit_test(a_very_long_note_is_cut),
		TEST(in_a_file_each_line_has_its_time_level_and_process),
		TEST(lines_go_behind_those_that_are_there),
		TEST(a_line_in_a_file_can_not_be_forged_either),
		TEST(a_log_that_was_moved_away_is_begun_anew_when_it_is_reopened),
		TEST(a_log_that_can_not_be_reopened_goes_on_where_it_was),
		TEST(what_is_no_place_for_a_log_is_refused_by_name),
		TEST(looking_whether_it_could_be_opened_makes_nothing),
		TEST(a_log_that_can_not_be_written_is_told_of_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
