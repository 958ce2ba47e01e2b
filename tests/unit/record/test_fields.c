/*
 * Named texts keep their order and own what they hold.
 */
#include "support/test.h"

#include "record/fields.h"

static void a_field_is_set_read_and_replaced_in_its_place(void **state)
{
	struct fields fields = {0};

	(void)state;
	fields_set(&fields, "beat", SPAN("migration"));
	fields_set(&fields, "country", SPAN("fr"));
	fields_set(&fields, "beat", SPAN("sport"));
	assert_int_equal(fields.count, 2);
	assert_string_equal(fields.items[0].name, "beat");
	assert_string_equal(fields_get(&fields, "beat"), "sport");
	assert_string_equal(fields_get(&fields, "country"), "fr");
	assert_null(fields_get(&fields, "phone"));
	fields_clear(&fields);
	assert_int_equal(fields.count, 0);
}

static void a_field_may_be_set_to_a_part_of_itself(void **state)
{
	struct fields fields = {0};

	(void)state;
	fields_set(&fields, "beat", SPAN("migration"));
	fields_set(&fields, "beat", span_from(span_of(fields_get(&fields, "beat")), 4));
	assert_string_equal(fields_get(&fields, "beat"), "ation");
	fields_clear(&fields);
}

static void removing_keeps_the_others_in_order(void **state)
{
	struct fields fields = {0};

	(void)state;
	fields_set(&fields, "a", SPAN("1"));
	fields_set(&fields, "b", SPAN("2"));
	fields_set(&fields, "c", SPAN("3"));
	fields_remove(&fields, "a");
	fields_remove(&fields, "never there");
	fields_remove(&fields, "c");
	assert_int_equal(fields.count, 1);
	assert_string_equal(fields.items[0].name, "b");
	fields_remove(&fields, "b");
	assert_int_equal(fields.count, 0);
	fields_clear(&fields);
}

static void a_copy_is_equal_and_independent(void **state)
{
	struct fields fields = {0};
	struct fields copy = {0};

	(void)state;
	for (int i = 0; i < 40; i++) {
		char name[32];

		snprintf(name, sizeof(name), "field%d", i);
		fields_set(&fields, name, span_of(name));
	}
	fields_copy(&copy, &fields);
	assert_true(fields_equal(&fields, &copy));
	fields_set(&copy, "field7", SPAN("other"));
	assert_false(fields_equal(&fields, &copy));
	assert_string_equal(fields_get(&fields, "field7"), "field7");
	fields_clear(&fields);
	fields_clear(&copy);
}

static void equality_does_not_ask_for_the_order(void **state)
{
	struct fields a = {0};
	struct fields b = {0};

	(void)state;
	assert_true(fields_equal(&a, &b));
	fields_set(&a, "x", SPAN("1"));
	assert_false(fields_equal(&a, &b));
	fields_set(&a, "y", SPAN("2"));
	fields_set(&b, "y", SPAN("2"));
	fields_set(&b, "x", SPAN("1"));
	assert_true(fields_equal(&a, &b));
	fields_remove(&b, "x");
	fields_set(&b, "z", SPAN("1"));
	assert_false(fields_equal(&a, &b));
	fields_clear(&a);
	fields_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_is_set_read_and_replaced_in_its_place),
		cmocka_unit_test(a_field_may_be_set_to_a_part_of_itself),
		cmocka_unit_test(removing_keeps_the_others_in_order),
		cmocka_unit_test(a_copy_is_equal_and_independent),
		cmocka_unit_test(equality_does_not_ask_for_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
