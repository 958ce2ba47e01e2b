/*
 * The terminal, as far as it can be had without one.
 */
#include "support/test.h"

#include "base/clock.h"
#include "cli/terminal.h"

#include <fcntl.h>
#include <unistd.h>

static void assert_bar(size_t width, uint64_t done, uint64_t total, const char *wanted)
{
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	progress_bar(&out, width, done, total);
	assert_string_equal(out.ptr, wanted);
	str_clear(&out);
}

static void the_bar_fills_with_what_is_done(void **state)
{
	(void)state;
	assert_bar(10, 0, 4, "[..........]");
	assert_bar(10, 1, 4, "[##........]");
	assert_bar(10, 2, 4, "[#####.....]");
	assert_bar(10, 4, 4, "[##########]");
}

static void the_bar_is_full_only_when_all_is_done(void **state)
{
	(void)state;
	assert_bar(10, 999999, 1000000, "[#########.]");
}

static void a_bar_of_nothing_is_full(void **state)
{
	(void)state;
	assert_bar(5, 0, 0, "[#####]");
}

static void the_bar_stays_within_its_brackets(void **state)
{
	(void)state;
	assert_bar(5, 9, 3, "[#####]");
	assert_bar(0, 1, 2, "[]");
	assert_bar(5, UINT64_MAX, UINT64_MAX, "[#####]");
}

/* Standard input is no terminal, wherever the tests were started. */
static int close_terminal(void **state)
{
	int null = open("/dev/null", O_RDWR);

	(void)state;
	fflush(stdout);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return -1;
	close(null);
	return 0;
}

static void without_a_terminal_nothing_is_asked(void **state)
{
	struct str answer;
	struct err err = {0};

	(void)state;
	str_init(&answer, STR_MAX_SMALL);
	assert_int_equal(terminal_ask("Sure? ", &answer, &err), E_DENIED);
	assert_contains(err.text, "--yes");
	assert_int_equal(terminal_confirm("Type 7: ", "7", &err), E_DENIED);
	str_clear(&answer);
}

static void colour_is_off_where_the_person_does_not_want_it(void **state)
{
	struct str out;

	(void)state;
	setenv("NO_COLOR", "1", 1);
	str_init(&out, STR_MAX_SMALL);
	assert_false(terminal_has_colour());
	terminal_add(&out, TONE_BAD, SPAN("failed"));
	assert_string_equal(out.ptr, "failed");
	str_clear(&out);
	unsetenv("NO_COLOR");
}

static int64_t answer(void *context)
{
	return *(int64_t *)context;
}

static void progress_is_quiet_for_the_first_second(void **state)
{
	int64_t now_ms = 5000;
	struct progress progress;

	(void)state;
	clock_replace(answer, &now_ms);
	progress_start(&progress);
	now_ms += 999;
	assert_false(progress_is_due(&progress));
	clock_replace(NULL, NULL);
}

static void what_is_cut_off_leaves_an_ellipsis(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	terminal_add_cut(&out, SPAN("relay"), 5);
	assert_string_equal(out.ptr, "relay");
	str_empty(&out);
	terminal_add_cut(&out, SPAN("relays"), 5);
	assert_string_equal(out.ptr, "rela…");
	str_empty(&out);
	terminal_add_cut(&out, SPAN("李小龍"), 4);
	assert_string_equal(out.ptr, "李…");
	str_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_cut_off_leaves_an_ellipsis),
		cmocka_unit_test(the_bar_fills_with_what_is_done),
		cmocka_unit_test(the_bar_is_full_only_when_all_is_done),
		cmocka_unit_test(a_bar_of_nothing_is_full),
		cmocka_unit_test(the_bar_stays_within_its_brackets),
		cmocka_unit_test_setup(without_a_terminal_nothing_is_asked, close_terminal),
		cmocka_unit_test(colour_is_off_where_the_person_does_not_want_it),
		cmocka_unit_test(progress_is_quiet_for_the_first_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
