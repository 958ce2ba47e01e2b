/*
 * Named steps, as the program that tests kill at them has them.
 */
#define DATELINE_STEPS
#include "base/step.h"

#include "base/file.h"
#include "base/str.h"
#include "support/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* The environment is read at the first step: each test's are passed in a child. How the child ended. */
static int pass_in_child(const char *fatal, const char *list)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		if (fatal)
			setenv("DATELINE_STEP", fatal, 1);
		if (list)
			setenv("DATELINE_STEPS", list, 1);
		step("test.first");
		step("test.second");
		step("test.first");
		_exit(7);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void assert_killed(int status)
{
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void assert_passed(int status)
{
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

/* The steps that a child passed before its end, and the end. */
static int listed(const char *folder, const char *fatal, struct str *steps)
{
	char *path = file_join(folder, "steps");
	int status = pass_in_child(fatal, path);
	struct err err;

	str_init(steps, STR_MAX_SMALL);
	assert_int_equal(file_load(path, steps, &err), OK);
	free(path);
	return status;
}

static void unasked_nothing_happens(void **state)
{
	(void)state;
	assert_passed(pass_in_child(NULL, NULL));
}

static void each_step_is_listed_as_often_as_it_is_passed(void **state)
{
	struct str steps;

	assert_passed(listed(*state, NULL, &steps));
	assert_string_equal(steps.ptr, "test.first\ntest.second\ntest.first\n");
	str_clear(&steps);
}

static void it_dies_at_the_hit_that_is_named(void **state)
{
	struct str steps;

	assert_killed(listed(*state, "test.first:2", &steps));
	assert_string_equal(steps.ptr, "test.first\ntest.second\ntest.first\n");
	str_clear(&steps);
}

static void it_dies_before_anything_that_comes_after(void **state)
{
	struct str steps;

	assert_killed(listed(*state, "test.second:1", &steps));
	assert_string_equal(steps.ptr, "test.first\ntest.second\n");
	str_clear(&steps);
}

static void it_lives_where_the_step_is_passed_less_often_or_never(void **state)
{
	(void)state;
	assert_passed(pass_in_child("test.first:3", NULL));
	assert_passed(pass_in_child("test.third:1", NULL));
	assert_passed(pass_in_child("test.fir:1", NULL));
	assert_passed(pass_in_child("test.first", NULL));
}

static void a_list_that_can_not_be_written_ends_it(void **state)
{
	(void)state;
	assert_killed(pass_in_child(NULL, "/dev/full"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_folder_setup, test_folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unasked_nothing_happens),
		TEST(each_step_is_listed_as_often_as_it_is_passed),
		TEST(it_dies_at_the_hit_that_is_named),
		TEST(it_dies_before_anything_that_comes_after),
		TEST(it_lives_where_the_step_is_passed_less_often_or_never),
		TEST(a_list_that_can_not_be_written_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
