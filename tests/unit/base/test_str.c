/*
 * Growing bytes keep to their ceiling; spans never look outside what they borrow.
 */
#include "support/test.h"

#include "base/str.h"

static void bytes_are_added_in_every_way(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, STR_MAX_SMALL);
	str_add(&s, SPAN("ab"));
	str_add(&s, (struct span){NULL, 0});
	str_add_text(&s, "cd");
	str_add_char(&s, 'e');
	str_add_repeat(&s, '-', 3);
	str_add_repeat(&s, '-', 0);
	str_addf(&s, "%d%s", 42, "!");
	assert_string_equal(s.ptr, "abcde---42!");
	assert_int_equal(s.len, strlen("abcde---42!"));
	assert_int_equal(str_status(&s, "the text", NULL), OK);
	str_clear(&s);
}

static void a_string_is_never_null_and_always_ends_in_nul(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, STR_MAX_SMALL);
	assert_string_equal(s.ptr, "");
	for (size_t i = 0; i < 1000; i++) {
		str_add_char(&s, 'x');
		assert_int_equal(s.ptr[s.len], '\0');
	}
	assert_int_equal(s.len, 1000);
	str_clear(&s);
}

static void an_append_over_the_ceiling_is_dropped_whole_and_remembered(void **state)
{
	struct err err;
	struct str s;

	(void)state;
	str_init(&s, 5);
	str_add_text(&s, "abcd");
	str_add_text(&s, "ef");
	str_add_text(&s, "g");
	assert_string_equal(s.ptr, "abcd");
	assert_int_equal(str_status(&s, "the subject", &err), E_RANGE);
	assert_string_equal(err.text, "the subject is larger than 5 bytes");
	str_clear(&s);
}

static void exactly_the_ceiling_fits(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, 5);
	str_addf(&s, "%s", "abcde");
	assert_int_equal(str_status(&s, "it", NULL), OK);
	str_add_char(&s, 'f');
	assert_int_equal(str_status(&s, "it", NULL), E_RANGE);
	str_clear(&s);
}

static void a_count_that_would_wrap_round_is_over_the_ceiling(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, SIZE_MAX);
	s.max = 100;
	str_add_char(&s, 'x');
	str_add_repeat(&s, 'y', SIZE_MAX);
	assert_string_equal(s.ptr, "x");
	assert_int_equal(str_status(&s, "it", NULL), E_RANGE);
	str_clear(&s);
}

static void emptying_forgets_the_overflow_and_keeps_the_ceiling(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, 3);
	str_add_text(&s, "abcd");
	str_empty(&s);
	assert_int_equal(str_status(&s, "it", NULL), OK);
	str_add_text(&s, "abc");
	assert_string_equal(s.ptr, "abc");
	str_add_char(&s, 'd');
	assert_int_equal(str_status(&s, "it", NULL), E_RANGE);
	str_clear(&s);
}

static void taking_leaves_an_empty_string_behind(void **state)
{
	struct str s;
	char *taken;

	(void)state;
	str_init(&s, 10);
	str_add_text(&s, "mine");
	taken = str_take(&s);
	assert_string_equal(taken, "mine");
	assert_string_equal(s.ptr, "");
	assert_int_equal(s.max, 10);
	free(taken);
	str_clear(&s);
}

static void cutting_shortens_and_never_lengthens(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, 10);
	str_add_text(&s, "abcd");
	str_cut(&s, 9);
	assert_string_equal(s.ptr, "abcd");
	str_cut(&s, 2);
	assert_string_equal(s.ptr, "ab");
	str_clear(&s);
}

static void spans_are_equal_by_their_bytes(void **state)
{
	(void)state;
	assert_true(span_equals(SPAN("a\0b"), SPAN("a\0b")));
	assert_false(span_equals(SPAN("a\0b"), SPAN("a\0c")));
	assert_false(span_equals(SPAN("ab"), SPAN("abc")));
	assert_true(span_equals((struct span){NULL, 0}, SPAN("")));
	assert_true(span_equals(span_of(NULL), SPAN("")));
	assert_false(span_equals(SPAN("A"), SPAN("a")));
	assert_true(span_equals_nocase(SPAN("Reply-TO"), SPAN("reply-to")));
	assert_false(span_equals_nocase(SPAN("@"), SPAN("`")));
	assert_false(span_equals_nocase(SPAN("\xc3\x89"), SPAN("\xc3\xa9")));
}

static void beginnings_and_ends_are_found(void **state)
{
	(void)state;
	assert_true(span_starts(SPAN("mailto:x"), SPAN("mailto:")));
	assert_false(span_starts(SPAN("mail"), SPAN("mailto:")));
	assert_true(span_starts_nocase(SPAN("MAILTO:x"), SPAN("mailto:")));
	assert_true(span_ends(SPAN("a.csv"), SPAN(".csv")));
	assert_false(span_ends(SPAN("csv"), SPAN(".csv")));
	assert_true(span_ends(SPAN("a"), SPAN("")));
}

static void white_space_is_trimmed_at_both_ends_only(void **state)
{
	(void)state;
	assert_true(span_equals(span_trim(SPAN(" \t\r\n a b \v\f")), SPAN("a b")));
	assert_int_equal(span_trim(SPAN(" \n ")).len, 0);
	assert_int_equal(span_trim((struct span){NULL, 0}).len, 0);
}

static void slices_are_clamped_to_what_is_there(void **state)
{
	(void)state;
	assert_true(span_equals(span_from(SPAN("abc"), 1), SPAN("bc")));
	assert_int_equal(span_from(SPAN("abc"), 9).len, 0);
	assert_null(span_from((struct span){NULL, 0}, 3).ptr);
	assert_true(span_equals(span_first(SPAN("abc"), 2), SPAN("ab")));
	assert_true(span_equals(span_first(SPAN("abc"), 9), SPAN("abc")));
}

static void what_is_sought_is_found_at_or_after_the_start(void **state)
{
	(void)state;
	assert_int_equal(span_find(SPAN("abab"), SPAN("ab"), 0), 0);
	assert_int_equal(span_find(SPAN("abab"), SPAN("ab"), 1), 2);
	assert_int_equal(span_find(SPAN("abab"), SPAN("ab"), 3), SIZE_MAX);
	assert_int_equal(span_find(SPAN("abab"), SPAN(""), 4), 4);
	assert_int_equal(span_find(SPAN("abab"), SPAN(""), 5), SIZE_MAX);
	assert_int_equal(span_find(SPAN("a"), SPAN("ab"), 0), SIZE_MAX);
	assert_int_equal(span_find_char(SPAN("a\0b"), '\0', 0), 1);
	assert_int_equal(span_find_char(SPAN("aba"), 'a', 1), 2);
	assert_int_equal(span_find_char(SPAN("aba"), 'a', 3), SIZE_MAX);
}

static void splitting_gives_every_part_also_empty_ones(void **state)
{
	static const char *const expected[] = {"a", "", "b", ""};
	struct span rest = SPAN("a,,b,");
	struct span part;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(span_split(&rest, ',', &part));
		assert_true(span_equals(part, span_of(expected[i])));
	}
	assert_false(span_split(&rest, ',', &part));
	rest = SPAN("");
	assert_true(span_split(&rest, ',', &part));
	assert_int_equal(part.len, 0);
	assert_false(span_split(&rest, ',', &part));
}

static void lines_end_in_lf_or_cr_lf_or_at_the_end(void **state)
{
	static const char *const expected[] = {"a", "", "b\rc", "d"};
	struct span rest = SPAN("a\r\n\nb\rc\nd");
	struct span line;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(span_line(&rest, &line));
		assert_true(span_equals(line, span_of(expected[i])));
	}
	assert_false(span_line(&rest, &line));
	rest = SPAN("last\n");
	assert_true(span_line(&rest, &line));
	assert_false(span_line(&rest, &line));
}

static void a_copy_is_its_own_and_ends_in_nul(void **state)
{
	char *copy = span_copy(span_first(SPAN("abc"), 2));
	char *empty = span_copy((struct span){NULL, 0});

	(void)state;
	assert_string_equal(copy, "ab");
	assert_string_equal(empty, "");
	free(copy);
	free(empty);
}

static void a_secret_stays_where_it_is_as_it_grows(void **state)
{
	const char *place;
	struct str s;

	(void)state;
	str_init_secret(&s, 1000);
	place = s.ptr;
	assert_string_equal(s.ptr, "");
	for (size_t i = 0; i < 999; i++)
		str_add_char(&s, 'a');
	str_addf(&s, "%c", 'b');
	assert_int_equal(s.len, 1000);
	assert_int_equal(str_status(&s, "it", NULL), OK);
	str_add_text(&s, "c");
	assert_int_equal(str_status(&s, "it", NULL), E_RANGE);
	assert_ptr_equal(s.ptr, place);
	str_wipe(&s);
	assert_null(s.ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_added_in_every_way),
		cmocka_unit_test(a_string_is_never_null_and_always_ends_in_nul),
		cmocka_unit_test(an_append_over_the_ceiling_is_dropped_whole_and_remembered),
		cmocka_unit_test(exactly_the_ceiling_fits),
		cmocka_unit_test(a_count_that_would_wrap_round_is_over_the_ceiling),
		cmocka_unit_test(emptying_forgets_the_overflow_and_keeps_the_ceiling),
		cmocka_unit_test(taking_leaves_an_empty_string_behind),
		cmocka_unit_test(cutting_shortens_and_never_lengthens),
		cmocka_unit_test(spans_are_equal_by_their_bytes),
		cmocka_unit_test(beginnings_and_ends_are_found),
		cmocka_unit_test(white_space_is_trimmed_at_both_ends_only),
		cmocka_unit_test(slices_are_clamped_to_what_is_there),
		cmocka_unit_test(what_is_sought_is_found_at_or_after_the_start),
		cmocka_unit_test(splitting_gives_every_part_also_empty_ones),
		cmocka_unit_test(lines_end_in_lf_or_cr_lf_or_at_the_end),
		cmocka_unit_test(a_copy_is_its_own_and_ends_in_nul),
		cmocka_unit_test(a_secret_stays_where_it_is_as_it_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
