/*
 * Members: one set of names for what is fixed and what every list adds.
 */
#include "support/test.h"

#include "base/mem.h"
#include "record/member.h"

static void fields_are_read_and_set_by_one_name_wherever_they_are_kept(void **state)
{
	static const char *const names[] = {"name", "salutation", "outlet", "role", "language", "beat"};
	struct member member = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_string_equal(member_field(&member, names[i]), "");
		assert_true(member_set_field(&member, names[i], span_of(names[i])));
		assert_string_equal(member_field(&member, names[i]), names[i]);
	}
	assert_string_equal(member.outlet, "outlet");
	assert_int_equal(member.attributes.count, 1);
	member_clear(&member);
}

static void an_address_is_who_they_are_and_is_not_set(void **state)
{
	struct member member = {.address = mem_copy_text("ana@paper.example")};

	(void)state;
	assert_false(member_set_field(&member, "address", SPAN("eve@paper.example")));
	assert_string_equal(member_field(&member, "address"), "ana@paper.example");
	member_clear(&member);
}

static void a_field_may_be_set_to_a_part_of_itself(void **state)
{
	struct member member = {0};

	(void)state;
	member_set_field(&member, "name", SPAN("Ana Roy"));
	member_set_field(&member, "name", span_from(span_of(member.name), 4));
	assert_string_equal(member.name, "Roy");
	member_clear(&member);
}

static void a_copy_has_everything_and_shares_nothing(void **state)
{
	struct member member = {.subscriber_id = 3, .list_id = 4, .state = MEMBER_REMOVED};
	struct member copy = {0};

	(void)state;
	member.address = mem_copy_text("Ana@paper.example");
	member.address_key = mem_copy_text("ana@paper.example");
	member_set_field(&member, "name", SPAN("Ana"));
	member_set_field(&member, "beat", SPAN("sport"));
	member_copy(&copy, &member);
	member_clear(&member);
	assert_int_equal(copy.subscriber_id, 3);
	assert_int_equal(copy.list_id, 4);
	assert_int_equal(copy.state, MEMBER_REMOVED);
	assert_string_equal(copy.address, "Ana@paper.example");
	assert_string_equal(copy.address_key, "ana@paper.example");
	assert_string_equal(copy.name, "Ana");
	assert_string_equal(copy.role, "");
	assert_string_equal(member_field(&copy, "beat"), "sport");
	member_clear(&copy);
}

static void who_has_no_name_or_is_a_desk_is_greeted_as_an_office(void **state)
{
	struct member member = {0};

	(void)state;
	assert_true(member_is_desk(&member));
	member_set_field(&member, "name", SPAN("Ana Roy"));
	assert_false(member_is_desk(&member));
	member_set_field(&member, "role", SPAN("reporter"));
	assert_false(member_is_desk(&member));
	member_set_field(&member, "role", SPAN("desk"));
	assert_true(member_is_desk(&member));
	member_clear(&member);
}

static void every_state_is_read_back_from_its_name(void **state)
{
	(void)state;
	for (int i = MEMBER_ACTIVE; i <= MEMBER_UNSUBSCRIBED; i++) {
		enum member_state parsed = MEMBER_ACTIVE;

		assert_true(member_state_parse(span_of(member_state_name((enum member_state)i)), &parsed));
		assert_int_equal(parsed, i);
	}
	assert_false(member_state_parse(SPAN("gone"), &(enum member_state){0}));
}

static void clearing_a_list_leaves_nothing(void **state)
{
	struct medialist list = {.id = 1, .name = mem_copy_text("europe"), .title = mem_copy_text("Europe")};

	(void)state;
	medialist_clear(&list);
	assert_null(list.name);
	assert_int_equal(list.id, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_read_and_set_by_one_name_wherever_they_are_kept),
		cmocka_unit_test(an_address_is_who_they_are_and_is_not_set),
		cmocka_unit_test(a_field_may_be_set_to_a_part_of_itself),
		cmocka_unit_test(a_copy_has_everything_and_shares_nothing),
		cmocka_unit_test(who_has_no_name_or_is_a_desk_is_greeted_as_an_office),
		cmocka_unit_test(every_state_is_read_back_from_its_name),
		cmocka_unit_test(clearing_a_list_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
