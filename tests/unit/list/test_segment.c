/*
 * Expressions that narrow lists: what they match, and what is said about wrong ones.
 */
#include "list/segment.h"

#include "support/test.h"

static struct member marie(void)
{
	struct member member = {0};

	member.address = span_copy(SPAN("Marie.Dubois@lacôte.example"));
	(void)member_set_field(&member, "name", SPAN("Marie DUBOIS-ÉTIENNE"));
	(void)member_set_field(&member, "outlet", SPAN("Smith, Jones & Co"));
	(void)member_set_field(&member, "language", SPAN("fr"));
	(void)member_set_field(&member, "country", SPAN("BE"));
	(void)member_set_field(&member, "beat", SPAN("Health; Migration,Straße"));
	(void)member_set_field(&member, "motto", SPAN("He said \"no\" \\ it's"));
	return member;
}

static bool matches(const char *text)
{
	struct member member = marie();
	struct segment *segment = NULL;
	struct err err = {0};
	bool is_match;

	if (segment_parse(span_of(text), &segment, &err))
		fail_msg("%s", err.text);
	is_match = segment_matches(segment, &member);
	segment_free(segment);
	member_clear(&member);
	return is_match;
}

static void assert_fault(const char *text, enum status expected, const char *words)
{
	struct segment *segment = NULL;
	struct err err = {0};

	assert_int_equal(segment_parse(span_of(text), &segment, &err), expected);
	assert_int_equal(err.status, expected);
	assert_null(segment);
	assert_contains(err.text, words);
}

static void a_comparison_ignores_case_in_every_script(void **state)
{
	(void)state;
	assert_true(matches("language = FR"));
	assert_true(matches("country = be"));
	assert_true(matches("name = 'marie dubois-étienne'"));
	assert_true(matches("name = 'Marie Dubois-E\xcc\x81tienne'"));
	assert_true(matches("beat = STRASSE"));
	assert_false(matches("language = en"));
	assert_true(matches("language != en"));
	assert_false(matches("language != fr"));
}

static void a_field_of_several_values_equals_each_and_the_whole(void **state)
{
	(void)state;
	assert_true(matches("beat = health"));
	assert_true(matches("beat = migration"));
	assert_false(matches("beat = sport"));
	assert_false(matches("beat = health-migration"));
	assert_true(matches("outlet = 'smith, jones & co'"));
	assert_true(matches("outlet = smith"));
	assert_false(matches("beat = ''"));
}

static void in_takes_any_of_its_values(void **state)
{
	(void)state;
	assert_true(matches("country in (fr, be, ch)"));
	assert_false(matches("country in (fr,ch)"));
	assert_true(matches("country not in (fr, ch)"));
	assert_true(matches("not country in (fr, ch)"));
	assert_true(matches("beat in (sport, migration)"));
}

static void an_absent_field_is_empty(void **state)
{
	(void)state;
	assert_true(matches("phone is empty"));
	assert_false(matches("phone is not empty"));
	assert_true(matches("beat is not empty"));
	assert_true(matches("phone = ''"));
	assert_true(matches("phone != x"));
}

static void and_binds_tighter_than_or_and_not_tightest(void **state)
{
	(void)state;
	assert_true(matches("language = fr or language = en and country = xx"));
	assert_false(matches("(language = fr or language = en) and country = xx"));
	assert_true(matches("not language = en and country = be"));
	assert_false(matches("not (language = fr and country = be)"));
	assert_true(matches("not not language = fr"));
	assert_true(matches("language = fr and country in (fr, be, ch) and not beat = sport"));
	assert_true(matches("language=fr AND NOT(country=fr)Or beat IS Empty"));
}

static void a_keyword_is_a_value_where_one_belongs(void **state)
{
	(void)state;
	assert_false(matches("country = in"));
	assert_true(matches("country in (is, in, or, be)"));
	assert_true(matches("country != not and language = fr"));
}

static void quoted_values_may_hold_quotes_and_backslashes(void **state)
{
	(void)state;
	assert_true(matches("motto = \"He said \\\"no\\\" \\\\ it's\""));
	assert_true(matches("motto = 'He said \"no\" \\\\ it\\'s'"));
	assert_false(matches("motto = 'He said no'"));
}

static void fields_go_by_the_names_that_columns_go_by(void **state)
{
	(void)state;
	assert_true(matches("Publication = smith"));
	assert_true(matches("topic = health"));
	assert_true(matches("e-mail = marie.dubois@lacôte.example"));
}

static void no_expression_matches_everybody(void **state)
{
	struct member member = marie();

	(void)state;
	assert_true(segment_matches(NULL, &member));
	member_clear(&member);
}

static void the_fields_it_reads_are_listed_once(void **state)
{
	struct segment *segment = NULL;

	(void)state;
	assert_int_equal(segment_parse(SPAN("lang = fr or beat = x or language = en"), &segment, NULL), OK);
	assert_string_equal(segment_field(segment, 0), "language");
	assert_string_equal(segment_field(segment, 1), "beat");
	assert_null(segment_field(segment, 2));
	segment_free(segment);
}

static void a_fault_is_shown_with_a_mark_under_it(void **state)
{
	(void)state;
	assert_fault("language = fr adn beat = sport", E_SYNTAX,
		"the end is missing before this, at column 15 of\n"
		"  language = fr adn beat = sport\n"
		"                ^");
	assert_fault("name = 'é' or", E_SYNTAX,
		"a field's name is missing, at column 14 of\n"
		"  name = 'é' or\n"
		"               ^");
	assert_fault("名前 = 山田 & x", E_SYNTAX,
		"at column 9 of\n"
		"  名前 = 山田 & x\n"
		"              ^");
}

static void a_fault_in_a_long_expression_is_shown_around_it(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, SEGMENT_MAX);
	for (int i = 0; i < 50; i++)
		str_add_text(&text, "language = fr or ");
	str_add_text(&text, "language ! fr");
	for (int i = 0; i < 50; i++)
		str_add_text(&text, " or language = fr");
	assert_fault(text.ptr, E_SYNTAX, "at column 860 of\n  …");
	str_clear(&text);
}

static void each_mistake_is_named(void **state)
{
	(void)state;
	assert_fault("", E_SYNTAX, "a field's name is missing, at column 1");
	assert_fault("language", E_SYNTAX, "is missing after the field, at column 9");
	assert_fault("language =", E_SYNTAX, "a value is missing, at column 11");
	assert_fault("language = (fr)", E_SYNTAX, "a value is missing, at column 12");
	assert_fault("language in fr", E_SYNTAX, "'(' is missing after 'in', at column 13");
	assert_fault("language in (fr be)", E_SYNTAX, "',' or ')' is missing, at column 17");
	assert_fault("language in ()", E_SYNTAX, "a value is missing, at column 14");
	assert_fault(
		"language is full", E_SYNTAX, "'empty' or 'not empty' is missing after 'is', at column 13");
	assert_fault("language not = fr", E_SYNTAX, "'in' is missing after 'not', at column 14");
	assert_fault("(language = fr", E_SYNTAX, "'and', 'or' or ')' is missing, at column 15");
	assert_fault("language = fr)", E_SYNTAX, "before this, at column 14");
	assert_fault("language = 'fr", E_SYNTAX, "this quote is never closed, at column 12");
	assert_fault(
		"and language = fr", E_SYNTAX, "a field's name is missing before this word, at column 1");
	assert_fault("--- = fr", E_SYNTAX, "this can't be a field's name, at column 1");
}

static void control_characters_and_broken_utf8_are_refused(void **state)
{
	(void)state;
	assert_fault("language = fr\nor language = en", E_SYNTAX, "control character");
	assert_fault("name = \xff", E_SYNTAX, "not UTF-8 at byte 8");
}

static void nesting_has_a_limit(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, SEGMENT_MAX);
	str_add_repeat(&text, '(', SEGMENT_DEPTH_MAX);
	str_add_text(&text, "language = fr");
	str_add_repeat(&text, ')', SEGMENT_DEPTH_MAX);
	assert_true(matches(text.ptr));
	str_empty(&text);
	str_add_repeat(&text, '(', SEGMENT_DEPTH_MAX + 1);
	assert_fault(text.ptr, E_RANGE, "inside each other, at column 65");
	str_clear(&text);
}

static void length_has_a_limit(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, 2 * SEGMENT_MAX);
	str_add_text(&text, "language = ");
	str_add_repeat(&text, 'x', SEGMENT_MAX - text.len);
	assert_false(matches(text.ptr));
	str_add_char(&text, 'x');
	assert_fault(text.ptr, E_RANGE, "longer than 4096 bytes");
	str_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_comparison_ignores_case_in_every_script),
		cmocka_unit_test(a_field_of_several_values_equals_each_and_the_whole),
		cmocka_unit_test(in_takes_any_of_its_values),
		cmocka_unit_test(an_absent_field_is_empty),
		cmocka_unit_test(and_binds_tighter_than_or_and_not_tightest),
		cmocka_unit_test(a_keyword_is_a_value_where_one_belongs),
		cmocka_unit_test(quoted_values_may_hold_quotes_and_backslashes),
		cmocka_unit_test(fields_go_by_the_names_that_columns_go_by),
		cmocka_unit_test(no_expression_matches_everybody),
		cmocka_unit_test(the_fields_it_reads_are_listed_once),
		cmocka_unit_test(a_fault_is_shown_with_a_mark_under_it),
		cmocka_unit_test(a_fault_in_a_long_expression_is_shown_around_it),
		cmocka_unit_test(each_mistake_is_named),
		cmocka_unit_test(control_characters_and_broken_utf8_are_refused),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(length_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
