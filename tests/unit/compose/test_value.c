/*
 * Trees of values: keys in order, owners clear, questions that never crash.
 */
#include "support/test.h"

#include "compose/value.h"

static void each_kind_says_what_it_is(void **state)
{
	struct value *values[] = {value_new_null(), value_new_bool(true), value_new_text(SPAN("x")),
		value_new_list(), value_new_map(), value_new_lambda(NULL, NULL),
		value_new_slot(SPAN("name"))};

	(void)state;
	for (int i = 0; i < 7; i++) {
		assert_int_equal(value_kind(values[i]), VALUE_NULL + i);
		value_free(values[i]);
	}
	value_free(NULL);
}

static void text_keeps_its_bytes_and_a_slot_its_field(void **state)
{
	struct value *text = value_new_text(SPAN("a\0b"));
	struct value *slot = value_new_slot(SPAN("outlet"));
	struct value *truth = value_new_bool(true);

	(void)state;
	assert_true(span_equals(value_text(text), SPAN("a\0b")));
	assert_true(span_equals(value_text(slot), SPAN("outlet")));
	assert_int_equal(value_text(truth).len, 0);
	assert_true(value_truth(truth));
	assert_false(value_truth(text));
	value_free(text);
	value_free(slot);
	value_free(truth);
}

static void a_list_keeps_its_order(void **state)
{
	struct value *list = value_new_list();

	(void)state;
	for (int i = 0; i < 100; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		value_add(list, value_new_text(span_of(text)));
	}
	assert_int_equal(value_count(list), 100);
	assert_true(span_equals(value_text(value_at(list, 0)), SPAN("0")));
	assert_true(span_equals(value_text(value_at(list, 99)), SPAN("99")));
	value_free(list);
}

static void a_map_keeps_its_order_and_one_value_a_key(void **state)
{
	struct value *map = value_new_map();
	struct value *borrowed;

	(void)state;
	value_set_text(map, "title", SPAN("old"));
	value_set_text(map, "place", SPAN("Geneva"));
	borrowed = value_set_text(map, "title", SPAN("new"));
	assert_ptr_equal(value_get(map, SPAN("title")), borrowed);
	assert_int_equal(value_count(map), 2);
	assert_true(span_equals(value_key_at(map, 0), SPAN("title")));
	assert_true(span_equals(value_key_at(map, 1), SPAN("place")));
	assert_true(span_equals(value_text(value_at(map, 0)), SPAN("new")));
	value_free(map);
}

static void what_is_not_there_is_null_or_empty(void **state)
{
	struct value *map = value_new_map();
	struct value *text = value_new_text(SPAN("x"));

	(void)state;
	value_set(map, SPAN("list"), value_new_list());
	assert_null(value_get(map, SPAN("title")));
	assert_null(value_get(text, SPAN("title")));
	assert_int_equal(value_get_text(map, "title").len, 0);
	assert_int_equal(value_get_text(map, "list").len, 0);
	assert_int_equal(value_get_text(text, "title").len, 0);
	assert_int_equal(value_count(text), 0);
	value_free(map);
	value_free(text);
}

static void keys_are_whole_not_beginnings(void **state)
{
	struct value *map = value_new_map();

	(void)state;
	value_set_text(map, "title", SPAN("x"));
	assert_null(value_get(map, SPAN("tit")));
	assert_null(value_get(map, SPAN("titles")));
	assert_non_null(value_get(map, span_first(SPAN("title: x"), 5)));
	value_free(map);
}

static void shout(void *context, struct span source, struct str *out)
{
	str_add(out, source);
	str_add_text(out, context);
}

static void a_lambda_is_called_with_its_context_and_the_source(void **state)
{
	char mark[] = "!";
	struct value *lambda = value_new_lambda(shout, mark);
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	value_call(lambda, SPAN("{{name}}"), &out);
	assert_string_equal(out.ptr, "{{name}}!");
	str_clear(&out);
	value_free(lambda);
}

static void a_value_knows_the_line_it_was_read_from(void **state)
{
	struct value *text = value_new_text(SPAN("x"));

	(void)state;
	assert_int_equal(value_line(text), 0);
	value_set_line(text, 12);
	assert_int_equal(value_line(text), 12);
	value_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_says_what_it_is),
		cmocka_unit_test(text_keeps_its_bytes_and_a_slot_its_field),
		cmocka_unit_test(a_list_keeps_its_order),
		cmocka_unit_test(a_map_keeps_its_order_and_one_value_a_key),
		cmocka_unit_test(what_is_not_there_is_null_or_empty),
		cmocka_unit_test(keys_are_whole_not_beginnings),
		cmocka_unit_test(a_lambda_is_called_with_its_context_and_the_source),
		cmocka_unit_test(a_value_knows_the_line_it_was_read_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
