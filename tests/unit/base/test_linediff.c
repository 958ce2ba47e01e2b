/*
 * What people are shown of an edited release: the lines that differ, no others.
 */
#include "support/test.h"

#include "base/linediff.h"

static void assert_diff(const char *before, const char *after, const char *wanted)
{
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	linediff(span_of(before), span_of(after), &out);
	assert_string_equal(out.ptr, wanted);
	str_clear(&out);
}

static void equal_texts_differ_in_nothing(void **state)
{
	(void)state;
	assert_diff("", "", "");
	assert_diff("a\nb\n", "a\nb\n", "");
}

static void a_changed_line_is_told_as_it_was_and_as_it_is(void **state)
{
	(void)state;
	assert_diff("a\nb\nc\n", "a\nB\nc\n", "- b\n+ B\n");
}

static void an_added_line_is_told_alone(void **state)
{
	(void)state;
	assert_diff("a\nc\n", "a\nb\nc\n", "+ b\n");
}

static void a_removed_line_is_told_alone(void **state)
{
	(void)state;
	assert_diff("a\nb\nc\n", "a\nc\n", "- b\n");
}

static void a_line_given_twice_is_not_taken_for_its_twin(void **state)
{
	(void)state;
	assert_diff("a\n", "a\na\n", "+ a\n");
	assert_diff("a\na\n", "a\n", "- a\n");
}

static void changes_far_apart_are_told_in_their_order(void **state)
{
	(void)state;
	assert_diff("1\n2\n3\n4\n5\n", "one\n2\n3\n4\nfive\n", "- 1\n+ one\n- 5\n+ five\n");
}

static void lines_in_common_between_two_changes_are_left_out(void **state)
{
	(void)state;
	assert_diff("a\nx\nb\ny\nc\n", "x\nq\ny\n", "- a\n- b\n+ q\n- c\n");
}

static void a_whole_text_may_be_new_or_gone(void **state)
{
	(void)state;
	assert_diff("", "a\nb\n", "+ a\n+ b\n");
	assert_diff("a\nb\n", "", "- a\n- b\n");
}

static void the_last_line_needs_no_line_end(void **state)
{
	(void)state;
	assert_diff("a\nb", "a\nc", "- b\n+ c\n");
}

/* What is shown comes from a file: it must not drive the terminal. */
static void controls_are_shown_as_blanks(void **state)
{
	(void)state;
	assert_diff("", "a\033[31mb\tc\x7f\n", "+ a [31mb c \n");
	assert_diff("",
		"a\xc2\x9b"
		"31mb\n",
		"+ a 31mb\n");
}

static void add_numbers(struct str *text, char mark, size_t count)
{
	for (size_t i = 0; i < count; i++)
		str_addf(text, "%c%zu\n", mark, i);
}

static void a_middle_with_too_many_differing_lines_is_told_as_replaced_whole(void **state)
{
	struct str before;
	struct str after;
	struct str out;

	(void)state;
	str_init(&before, STR_MAX_LARGE);
	str_init(&after, STR_MAX_LARGE);
	str_init(&out, STR_MAX_LARGE);
	str_add_text(&before, "head\n");
	str_add_text(&after, "head\n");
	add_numbers(&before, 'a', LINEDIFF_MAX);
	add_numbers(&after, 'b', LINEDIFF_MAX);
	str_add_text(&before, "common\na\ntail\n");
	str_add_text(&after, "common\nb\ntail\n");
	linediff(str_span(&before), str_span(&after), &out);
	assert_contains(out.ptr, "- a0\n");
	assert_contains(out.ptr, "- common\n");
	assert_contains(out.ptr, "+ common\n");
	assert_null(strstr(out.ptr, "head"));
	assert_null(strstr(out.ptr, "tail"));
	str_clear(&before);
	str_clear(&after);
	str_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_differ_in_nothing),
		cmocka_unit_test(a_changed_line_is_told_as_it_was_and_as_it_is),
		cmocka_unit_test(an_added_line_is_told_alone),
		cmocka_unit_test(a_removed_line_is_told_alone),
		cmocka_unit_test(a_line_given_twice_is_not_taken_for_its_twin),
		cmocka_unit_test(changes_far_apart_are_told_in_their_order),
		cmocka_unit_test(lines_in_common_between_two_changes_are_left_out),
		cmocka_unit_test(a_whole_text_may_be_new_or_gone),
		cmocka_unit_test(the_last_line_needs_no_line_end),
		cmocka_unit_test(controls_are_shown_as_blanks),
		cmocka_unit_test(a_middle_with_too_many_differing_lines_is_told_as_replaced_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
