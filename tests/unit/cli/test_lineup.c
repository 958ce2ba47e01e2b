/*
 * Items after a label, wrapped under the first: standard output is no terminal here, so 80 columns.
 */
#include "support/test.h"

#include "base/utf8.h"
#include "cli/lineup.h"

static void nothing_is_said_of_no_items(void **state)
{
	struct lineup lineup;
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	lineup_begin(&lineup, &out, "Left out");
	lineup_end(&lineup);
	assert_string_equal(out.ptr, "");
	str_clear(&out);
}

static void items_stand_after_the_label_and_commas_between_them(void **state)
{
	struct lineup lineup;
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	lineup_begin(&lineup, &out, "Left out");
	lineup_add(&lineup, "%d twice", 8);
	lineup_add(&lineup, "%d suppressed", 9);
	lineup_end(&lineup);
	assert_string_equal(out.ptr, "Left out  8 twice, 9 suppressed\n");
	str_clear(&out);
}

static void a_long_label_is_followed_by_one_blank(void **state)
{
	struct lineup lineup;
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	lineup_begin(&lineup, &out, "Replies to");
	lineup_add(&lineup, "roy@harbour.example");
	lineup_end(&lineup);
	assert_string_equal(out.ptr, "Replies to roy@harbour.example\n");
	str_clear(&out);
}

static void what_does_not_fit_goes_under_the_first_item(void **state)
{
	struct lineup lineup;
	struct str out;
	struct span rest;
	struct span line;
	size_t lines = 0;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	lineup_begin(&lineup, &out, "Same name");
	for (int i = 0; i < 30; i++)
		lineup_add(&lineup, "%s %d", i % 2 ? "山田太郎" : "Zoë Müller", i);
	lineup_end(&lineup);
	rest = str_span(&out);
	while (span_line(&rest, &line)) {
		assert_true(utf8_width(line) <= 80);
		if (lines++)
			assert_true(span_starts(line, SPAN("          ")));
	}
	assert_in_range(lines, 4, 8);
	str_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_said_of_no_items),
		cmocka_unit_test(items_stand_after_the_label_and_commas_between_them),
		cmocka_unit_test(a_long_label_is_followed_by_one_blank),
		cmocka_unit_test(what_does_not_fit_goes_under_the_first_item),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
