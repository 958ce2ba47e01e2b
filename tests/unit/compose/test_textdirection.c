/* Marks that keep a right-to-left letter's lines on their side. */
#include "support/test.h"

#include "compose/textdirection.h"

#define RLM "\xe2\x80\x8f"

static void assert_marked(const char *text, bool is_inside, const char *expected)
{
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	textdirection_mark(span_of(text), &is_inside, &out);
	assert_string_equal(out.ptr, expected);
	str_clear(&out);
}

static void a_line_that_opens_with_arabic_or_hebrew_needs_no_mark(void **state)
{
	(void)state;
	assert_marked("مدن ساحلية\n«نداء» Harbour\n640 متطوعًا\nשלום a\n", false,
		"مدن ساحلية\n«نداء» Harbour\n640 متطوعًا\nשלום a\n");
}

static void a_line_that_opens_with_a_latin_name_is_marked(void **state)
{
	(void)state;
	assert_marked("Harbour Relief منظمة\n- Marseille و\n", false,
		RLM "Harbour Relief منظمة\n" RLM "- Marseille و\n");
}

static void a_line_without_letters_is_marked(void **state)
{
	(void)state;
	assert_marked("-----\n###\n\n  \n", false, RLM "-----\n" RLM "###\n\n  \n");
}

static void an_address_is_left_as_it_is_copied(void **state)
{
	(void)state;
	assert_marked("[1] https://harbour.example/a\namara.roy@harbour.example", false,
		"[1] https://harbour.example/a\namara.roy@harbour.example");
}

static void the_rest_of_a_line_that_was_judged_before_is_left_alone(void **state)
{
	bool is_inside = true;
	struct str out;

	(void)state;
	assert_marked("».\n###", true, "».\n" RLM "###");
	str_init(&out, STR_MAX_SMALL);
	textdirection_mark(SPAN("a\n"), &is_inside, &out);
	assert_false(is_inside);
	textdirection_mark(SPAN(""), &is_inside, &out);
	assert_false(is_inside);
	textdirection_mark(SPAN("a"), &is_inside, &out);
	assert_true(is_inside);
	str_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_that_opens_with_arabic_or_hebrew_needs_no_mark),
		cmocka_unit_test(a_line_that_opens_with_a_latin_name_is_marked),
		cmocka_unit_test(a_line_without_letters_is_marked),
		cmocka_unit_test(an_address_is_left_as_it_is_copied),
		cmocka_unit_test(the_rest_of_a_line_that_was_judged_before_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
