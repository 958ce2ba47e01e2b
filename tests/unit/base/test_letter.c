/* Kinds of characters. */
#include "base/letter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void capitals_and_letters_without_case_start_names(void **state)
{
	(void)state;
	assert_true(letter_starts_name('A'));
	assert_true(letter_starts_name(0xc9));   /* É */
	assert_true(letter_starts_name(0x65e5)); /* 日 */
	assert_true(letter_starts_name(0x645));  /* م */
	assert_false(letter_starts_name('a'));
	assert_false(letter_starts_name('1'));
}

static void marks_fall_off_plain_letters(void **state)
{
	(void)state;
	assert_int_equal(letter_plain(0xe9), 'e');
	assert_int_equal(letter_plain('z'), 'z');
	assert_int_equal(letter_plain(0x2014), ' '); /* — */
	assert_int_equal(letter_plain(0x65e5), 0);
	assert_int_equal(letter_plain(0x201c), 0); /* “ */
}

static void digits_and_signs_are_no_letters(void **state)
{
	(void)state;
	assert_true(letter_is(0x65e5));
	assert_false(letter_is('1'));
	assert_false(letter_is(0x2014));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capitals_and_letters_without_case_start_names),
		cmocka_unit_test(marks_fall_off_plain_letters),
		cmocka_unit_test(digits_and_signs_are_no_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
