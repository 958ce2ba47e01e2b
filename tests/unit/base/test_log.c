/*
 * Notes on stderr: one line each, from the level on that was asked for.
 */
#include "support/test.h"

#include "base/log.h"
#include "base/mem.h"

#include <unistd.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes_name_their_level_a_line_each),
		cmocka_unit_test(notes_below_the_level_stay_away),
		cmocka_unit_test(words_from_outside_can_not_forge_a_line_or_drive_a_terminal),
		cmocka_unit_test(a_very_long_note_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
