/* Front matter: what is read, what is refused, and on which line it says so. */
#include "compose/frontmatter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct value *parsed(const char *text, struct span *body, size_t *body_line)
{
	struct value *value = NULL;
	struct err err = {0};
	enum status status = frontmatter_parse("a.md", span_of(text), &value, body, body_line, &err);

	if (status)
		fail_msg("%s", err.text);
	return value;
}

static void assert_refused(struct span text, enum status expected, const char *words)
{
	struct value *value = NULL;
	struct span body;
	size_t line;
	struct err err = {0};

	assert_int_equal(frontmatter_parse("a.md", text, &value, &body, &line, &err), expected);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" doesn't say \"%s\"", err.text, words);
}

static void texts_lists_and_mappings_keep_their_lines(void **state)
{
	struct span body;
	size_t line;
	struct value *value = parsed("---\ntitle: Fund agreed\ncontacts:\n  - name: Ana\n    phones: "
				     "[\"+1\", \"+2\"]\n---\nBody\n",
		&body, &line);
	const struct value *contacts = value_get(value, SPAN("contacts"));
	const struct value *ana = value_at(contacts, 0);

	(void)state;
	assert_string_equal(value_get_text(value, "title").ptr, "Fund agreed");
	assert_int_equal(value_line(value_get(value, SPAN("title"))), 2);
	assert_int_equal(value_line(ana), 4);
	assert_string_equal(value_text(value_at(value_get(ana, SPAN("phones")), 1)).ptr, "+2");
	assert_int_equal(value_line(value_get(ana, SPAN("phones"))), 5);
	assert_true(span_equals(body, SPAN("Body\n")));
	assert_int_equal(line, 7);
	value_free(value);
}

static void nothing_is_guessed_of_a_plain_text_but_null(void **state)
{
	struct span body;
	size_t line;
	struct value *value =
		parsed("---\na: yes\nb: 2015-11-10\nc: ~\nd:\ne: 'null'\nf: null\n---\n", &body, &line);

	(void)state;
	assert_string_equal(value_get_text(value, "a").ptr, "yes");
	assert_string_equal(value_get_text(value, "b").ptr, "2015-11-10");
	assert_int_equal(value_kind(value_get(value, SPAN("c"))), VALUE_NULL);
	assert_int_equal(value_kind(value_get(value, SPAN("d"))), VALUE_NULL);
	assert_int_equal(value_kind(value_get(value, SPAN("e"))), VALUE_TEXT);
	assert_int_equal(value_kind(value_get(value, SPAN("f"))), VALUE_NULL);
	value_free(value);
}

static void a_byte_order_mark_and_cr_lf_are_fine(void **state)
{
	struct span body;
	size_t line;
	struct value *value = parsed("\xef\xbb\xbf---\r\ntitle: A\r\n---\r\nBody\r\n", &body, &line);

	(void)state;
	assert_string_equal(value_get_text(value, "title").ptr, "A");
	assert_int_equal(line, 4);
	value_free(value);
}

static void empty_front_matter_is_an_empty_mapping(void **state)
{
	struct span body;
	size_t line;
	struct value *value = parsed("---\n---\nBody\n", &body, &line);

	(void)state;
	assert_int_equal(value_kind(value), VALUE_MAP);
	assert_int_equal(value_count(value), 0);
	value_free(value);
}

static void a_file_without_front_matter_is_refused(void **state)
{
	(void)state;
	assert_refused(SPAN("Just words\n"), E_SYNTAX, "a.md:1: no front matter");
	assert_refused(SPAN(""), E_SYNTAX, "a.md:1: no front matter");
}

static void front_matter_without_end_is_refused(void **state)
{
	(void)state;
	assert_refused(SPAN("---\ntitle: A\nBody\n"), E_SYNTAX, "a.md:3: the front matter has no end");
}

static void broken_yaml_names_its_line(void **state)
{
	(void)state;
	assert_refused(SPAN("---\nslug: a\ntitle: Fund: agreed\n---\n"), E_SYNTAX, "a.md:3: ");
	assert_refused(SPAN("---\nslug: a\ntitle: Fund: agreed\n---\n"), E_SYNTAX, "in quotes");
	assert_refused(SPAN("---\ntitle: \"open\n---\n"), E_SYNTAX, "a.md:");
	assert_refused(SPAN("---\na: b\n\tc: d\n---\n"), E_SYNTAX, "a.md:3: ");
}

static void a_key_twice_is_refused(void **state)
{
	(void)state;
	assert_refused(SPAN("---\ntitle: A\nslug: a\ntitle: B\n---\n"), E_SYNTAX,
		"a.md:4: the key \"title\" is there twice");
}

static void an_alias_bomb_is_refused_at_its_first_anchor(void **state)
{
	(void)state;
	assert_refused(SPAN("---\na: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n---\n"), E_SYNTAX,
		"a.md:2: YAML anchors");
	assert_refused(SPAN("---\na: b\nc: *a\n---\n"), E_SYNTAX, "a.md:3: YAML aliases");
	assert_refused(SPAN("---\n? *a\n: b\n---\n"), E_SYNTAX, "a.md:2: YAML aliases");
}

static void tags_are_refused(void **state)
{
	(void)state;
	assert_refused(SPAN("---\na: !!binary aGk=\n---\n"), E_SYNTAX, "a.md:2: YAML tags");
	assert_refused(SPAN("---\na: !x [b]\n---\n"), E_SYNTAX, "a.md:2: YAML tags");
}

static void bytes_that_are_no_utf8_name_their_line(void **state)
{
	(void)state;
	assert_refused(SPAN("---\ntitle: A\n---\nBody\nb\xe9t\xe9\n"), E_SYNTAX, "a.md:5: not UTF-8");
}

static void nul_is_refused_raw_and_escaped(void **state)
{
	(void)state;
	assert_refused(SPAN("---\ntitle: A\0B\n---\n"), E_SYNTAX, "a.md:2: a NUL");
	assert_refused(SPAN("---\ntitle: \"A\\0B\"\n---\n"), E_SYNTAX, "a.md:2: a NUL");
	assert_refused(SPAN("---\n\"a\\0b\": c\n---\n"), E_SYNTAX, "a.md:2: a key");
}

static void deep_nesting_is_refused(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, "---\na: ");
	str_add_repeat(&text, '[', FRONTMATTER_DEPTH_MAX + 1);
	str_add_repeat(&text, ']', FRONTMATTER_DEPTH_MAX + 1);
	str_add_text(&text, "\n---\n");
	assert_refused(str_span(&text), E_RANGE, "a.md:2: lists and mappings more than 16 deep");
	str_clear(&text);
}

static void too_many_values_are_refused(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, "---\na:\n");
	for (size_t i = 0; i <= FRONTMATTER_NODES_MAX; i++)
		str_add_text(&text, "- b\n");
	str_add_text(&text, "---\n");
	assert_refused(str_span(&text), E_RANGE, "more than 10000 values");
	str_clear(&text);
}

static void ten_megabytes_in_one_line_are_refused(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, "---\ntitle: ");
	str_add_repeat(&text, 'x', 10u << 20);
	str_add_text(&text, "\n---\n");
	assert_refused(str_span(&text), E_RANGE, "a.md:1: the front matter is larger than");
	str_clear(&text);
}

static void a_yaml_file_alone_counts_its_own_lines(void **state)
{
	struct value *value = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(frontmatter_parse_yaml("w.yaml", SPAN("a: b\nc: d\n"), &value, &err), OK);
	assert_int_equal(value_line(value_get(value, SPAN("c"))), 2);
	value_free(value);
	assert_int_equal(
		frontmatter_parse_yaml("w.yaml", SPAN("a: b\n--- \nc: d\n"), &value, &err), E_SYNTAX);
	assert_non_null(strstr(err.text, "w.yaml:2: a second YAML document"));
	assert_int_equal(frontmatter_parse_yaml("w.yaml", SPAN("- a\n"), &value, &err), E_SYNTAX);
	assert_non_null(strstr(err.text, "w.yaml:1: expected lines"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_lists_and_mappings_keep_their_lines),
		cmocka_unit_test(nothing_is_guessed_of_a_plain_text_but_null),
		cmocka_unit_test(a_byte_order_mark_and_cr_lf_are_fine),
		cmocka_unit_test(empty_front_matter_is_an_empty_mapping),
		cmocka_unit_test(a_file_without_front_matter_is_refused),
		cmocka_unit_test(front_matter_without_end_is_refused),
		cmocka_unit_test(broken_yaml_names_its_line),
		cmocka_unit_test(a_key_twice_is_refused),
		cmocka_unit_test(an_alias_bomb_is_refused_at_its_first_anchor),
		cmocka_unit_test(tags_are_refused),
		cmocka_unit_test(bytes_that_are_no_utf8_name_their_line),
		cmocka_unit_test(nul_is_refused_raw_and_escaped),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(too_many_values_are_refused),
		cmocka_unit_test(ten_megabytes_in_one_line_are_refused),
		cmocka_unit_test(a_yaml_file_alone_counts_its_own_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
