/* Other programs: what they get of us, what we get of them, and their end. */
#include "support/test.h"

#include "base/file.h"
#include "base/process.h"

#include <signal.h>
#include <unistd.h>

#define LONG_MS 60000

/* Run a shell's words and say what it ended with. */
static int run(const char *words, struct process *process, bool has_pipes)
{
	const char *const arguments[] = {"sh", "-c", words, NULL};
	struct err err = {0};
	int exit_status = -1;

	if (process_start("/bin/sh", arguments, NULL, has_pipes, process, &err) != OK)
		fail_msg("%s", err.text);
	if (process_wait(process, LONG_MS, &exit_status, &err) != OK)
		fail_msg("%s", err.text);
	return exit_status;
}

static void a_programs_exit_status_is_told(void **state)
{
	struct process process;

	(void)state;
	assert_int_equal(run("exit 7", &process, false), 7);
	process_end(&process);
	assert_int_equal(run("kill -9 $$", &process, false), 128 + SIGKILL);
	process_end(&process);
}

static void a_program_gets_no_descriptor_and_no_secret_of_ours(void **state)
{
	struct process process;
	int ours[2];

	(void)state;
	assert_int_equal(pipe(ours), 0);
	setenv("RELAY_PASSWORD", "secret", 1);
	setenv("LC_TIME", "C", 1);
	assert_int_equal(run("test -z \"$RELAY_PASSWORD\" && test \"$LC_TIME\" = C && test -n \"$PATH\"",
				 &process, false),
		0);
	process_end(&process);
	/* The one beyond the three is the listing's own. */
	assert_int_equal(run("test \"$(ls /proc/self/fd | wc -l)\" -le 4", &process, false), 0);
	process_end(&process);
	unsetenv("RELAY_PASSWORD");
	unsetenv("LC_TIME");
	close(ours[0]);
	close(ours[1]);
}

static void a_variable_of_the_call_stands_in_place_of_ours(void **state)
{
	const char *const arguments[] = {"sh", "-c", "test \"$LC_TIME $NEW\" = \"B x\"", NULL};
	const char *const variables[] = {"LC_TIME=B", "NEW=x", NULL};
	struct process process;
	int exit_status = -1;

	(void)state;
	setenv("LC_TIME", "C", 1);
	assert_int_equal(process_start("/bin/sh", arguments, variables, false, &process, NULL), OK);
	assert_int_equal(process_wait(&process, LONG_MS, &exit_status, NULL), OK);
	assert_int_equal(exit_status, 0);
	process_end(&process);
	unsetenv("LC_TIME");
}

static void what_is_written_to_a_program_comes_back_through_the_pipes(void **state)
{
	const char *const arguments[] = {"sh", "-c", "cat <&3 >&4", NULL};
	struct process process;
	char back[6] = "";

	(void)state;
	assert_int_equal(process_start("/bin/sh", arguments, NULL, true, &process, NULL), OK);
	assert_int_equal(write(process.to_fd, "words", 5), 5);
	assert_int_equal(read(process.from_fd, back, 5), 5);
	assert_string_equal(back, "words");
	process_end(&process);
	assert_int_equal(process.pid, 0);
}

static void a_program_that_goes_on_is_waited_for_no_longer_than_asked(void **state)
{
	const char *const arguments[] = {"sh", "-c", "read x <&3", NULL};
	struct process process;
	int exit_status;
	pid_t pid;

	(void)state;
	assert_int_equal(process_start("/bin/sh", arguments, NULL, true, &process, NULL), OK);
	assert_int_equal(process_wait(&process, 0, &exit_status, NULL), E_BUSY);
	pid = process.pid;
	process_end(&process);
	assert_int_equal(kill(pid, 0), -1);
}

static void a_missing_program_is_named(void **state)
{
	const char *const arguments[] = {"nothing", NULL};
	struct process process;
	struct err err = {0};

	(void)state;
	assert_int_equal(process_start("/nowhere/nothing", arguments, NULL, true, &process, &err), E_IO);
	assert_contains(err.text, "/nowhere/nothing");
	process_end(&process);
}

static void a_program_is_found_on_the_path_and_only_there(void **state)
{
	char *own = file_join(*state, "tool"), *text = file_join(*state, "text");
	char *before = strdup(getenv("PATH"));
	char *found;

	assert_int_equal(file_save(own, SPAN("#!/bin/sh\n"), 0755, NULL), OK);
	assert_int_equal(file_save(text, SPAN("x"), 0644, NULL), OK);
	setenv("PATH", *state, 1);
	found = process_find("tool");
	assert_string_equal(found, own);
	free(found);
	assert_null(process_find("text"));
	assert_null(process_find("no-such-tool"));
	/* A relative folder is none. */
	setenv("PATH", ".:", 1);
	assert_null(process_find("Makefile"));
	setenv("PATH", before, 1);
	free(before);
	free(own);
	free(text);
}

static void an_interruption_waits_in_the_shelter(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	sigset_t mask;

	(void)state;
	process_take_shelter(&mask);
	assert_false(process_is_interrupted());
	kill(getpid(), SIGTERM);
	assert_true(process_is_interrupted());
	/* Ignored from here on, so that the test outlives it. */
	sigaction(SIGTERM, &ignore, &before);
	process_leave_shelter(&mask);
	sigaction(SIGTERM, &before, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_programs_exit_status_is_told),
		cmocka_unit_test(a_program_gets_no_descriptor_and_no_secret_of_ours),
		cmocka_unit_test(a_variable_of_the_call_stands_in_place_of_ours),
		cmocka_unit_test(what_is_written_to_a_program_comes_back_through_the_pipes),
		cmocka_unit_test(a_program_that_goes_on_is_waited_for_no_longer_than_asked),
		cmocka_unit_test(a_missing_program_is_named),
		cmocka_unit_test_setup_teardown(a_program_is_found_on_the_path_and_only_there,
			test_folder_setup, test_folder_teardown),
		cmocka_unit_test(an_interruption_waits_in_the_shelter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
