/*
 * Errors: the words reach the person whole, harmless and in order.
 */
#include "support/test.h"

#include "base/err.h"

#include <errno.h>

static void a_failure_carries_its_status_and_its_words(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(err_set(&err, E_SYNTAX, "%s:%d: no address in the row", "europe.csv", 7), E_SYNTAX);
	assert_int_equal(err.status, E_SYNTAX);
	assert_string_equal(err.text, "europe.csv:7: no address in the row");
}

static void words_are_not_needed(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, E_RANGE, "nobody reads this"), E_RANGE);
	assert_int_equal(err_system(NULL, ENOENT, "nor this"), E_IO);
}

static void controls_in_quoted_words_are_disarmed(void **state)
{
	struct err err;

	(void)state;
	(void)err_set(&err, E_SYNTAX, "\"%s\"", "\x1b[31mred\r\n\x7f\tZoë");
	assert_string_equal(err.text, "\"?[31mred???\?Zoë\"");
	(void)err_set(&err, E_SYNTAX, "\"%s\"",
		"\xc2\x9b"
		"31m\xc2\x80\xc2\xa0");
	assert_string_equal(err.text, "\"?31m?\xc2\xa0\"");
}

static void words_over_the_ceiling_are_cut_between_characters(void **state)
{
	char words[2 * sizeof(((struct err *)NULL)->text)];
	struct err err;

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(words); i += 3)
		memcpy(words + i, "€", 4);
	for (size_t shift = 0; shift < 3; shift++) {
		(void)err_set(&err, E_RANGE, "%.*s%s", (int)shift, "xx", words);
		assert_int_equal((strlen(err.text) - shift) % 3, 0);
		assert_in_range(strlen(err.text), sizeof(err.text) - 4, sizeof(err.text) - 1);
	}
}

static void the_system_says_why(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(err_system(&err, ENOENT, "can't open \"%s\"", "a.cfg"), E_IO);
	assert_string_equal(err.text, "can't open \"a.cfg\": No such file or directory");
}

static void context_goes_before_and_keeps_the_status(void **state)
{
	struct err err;

	(void)state;
	(void)err_set(&err, E_CONFLICT, "it comes twice");
	assert_int_equal(err_wrap(&err, "%s:%d", "fund.md", 3), E_CONFLICT);
	assert_int_equal(err.status, E_CONFLICT);
	assert_string_equal(err.text, "fund.md:3: it comes twice");
}

static void every_status_has_a_word_of_its_own(void **state)
{
	(void)state;
	assert_string_equal(status_name(OK), "ok");
	for (int a = OK; a <= E_INTERNAL; a++) {
		assert_string_not_equal(status_name((enum status)a), "unknown");
		for (int b = a + 1; b <= E_INTERNAL; b++)
			assert_string_not_equal(status_name((enum status)a), status_name((enum status)b));
	}
	assert_string_equal(status_name((enum status)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_carries_its_status_and_its_words),
		cmocka_unit_test(words_are_not_needed),
		cmocka_unit_test(controls_in_quoted_words_are_disarmed),
		cmocka_unit_test(words_over_the_ceiling_are_cut_between_characters),
		cmocka_unit_test(the_system_says_why),
		cmocka_unit_test(context_goes_before_and_keeps_the_status),
		cmocka_unit_test(every_status_has_a_word_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
