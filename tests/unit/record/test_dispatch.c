/*
 * The words for dispatches: complete and distinct.
 */
#include "support/test.h"

#include "record/dispatch.h"

static void assert_distinct(const char *const *names, size_t count)
{
	for (size_t a = 0; a < count; a++) {
		assert_non_null(names[a]);
		assert_true(*names[a]);
		for (size_t b = a + 1; b < count; b++)
			assert_string_not_equal(names[a], names[b]);
	}
}

static void every_kind_of_dispatch_has_its_word(void **state)
{
	const char *names[DISPATCH_TEST + 1];

	(void)state;
	for (int i = 0; i <= DISPATCH_TEST; i++)
		names[i] = dispatch_kind_name((enum dispatch_kind)i);
	assert_distinct(names, DISPATCH_TEST + 1);
	assert_string_equal(dispatch_kind_name(DISPATCH_PUBLIC), "public");
	assert_string_equal(dispatch_kind_name(DISPATCH_TEST), "test");
}

static void every_state_of_a_dispatch_has_its_word(void **state)
{
	const char *names[DISPATCH_CANCELLED + 1];

	(void)state;
	for (int i = 0; i <= DISPATCH_CANCELLED; i++)
		names[i] = dispatch_state_name((enum dispatch_state)i);
	assert_distinct(names, DISPATCH_CANCELLED + 1);
	assert_string_equal(dispatch_state_name(DISPATCH_HELD), "held");
}

/* They are in people's databases. */
static void stored_numbers_never_change(void **state)
{
	(void)state;
	assert_int_equal(DISPATCH_PUBLIC, 0);
	assert_int_equal(DISPATCH_ADVANCE, 1);
	assert_int_equal(DISPATCH_CORRECTION, 2);
	assert_int_equal(DISPATCH_KILL, 3);
	assert_int_equal(DISPATCH_TEST, 4);
	assert_int_equal(LEFTOUT_TWICE, 0);
	assert_int_equal(LEFTOUT_SUPPRESSED, 1);
	assert_int_equal(LEFTOUT_UNSUBSCRIBED, 2);
	assert_int_equal(LEFTOUT_HAVE_IT, 3);
	assert_int_equal(LEFTOUT_SEGMENT, 4);
	assert_int_equal(LEFTOUT_LANGUAGE, 5);
}

static void every_reason_to_be_left_out_has_its_word(void **state)
{
	const char *names[LEFTOUT_REASON_COUNT];

	(void)state;
	for (int i = 0; i < LEFTOUT_REASON_COUNT; i++)
		names[i] = leftout_reason_name((enum leftout_reason)i);
	assert_distinct(names, LEFTOUT_REASON_COUNT);
}

static void a_cleared_dispatch_is_empty_and_can_be_cleared_again(void **state)
{
	static const struct dispatch empty;
	struct dispatch dispatch = {.id = 7, .title = strdup("Fund"), .actor = strdup("mroy")};

	(void)state;
	dispatch_clear(&dispatch);
	assert_memory_equal(&dispatch, &empty, sizeof(empty));
	dispatch_clear(&dispatch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_dispatch_has_its_word),
		cmocka_unit_test(every_state_of_a_dispatch_has_its_word),
		cmocka_unit_test(stored_numbers_never_change),
		cmocka_unit_test(every_reason_to_be_left_out_has_its_word),
		cmocka_unit_test(a_cleared_dispatch_is_empty_and_can_be_cleared_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
