/*
 * Who is at the keyboard.
 */
#include "app/actor.h"

#include "support/test.h"

/* What a person may set doesn't count: it goes into what is recorded. First, before the name is kept. */
static void the_environment_does_not_change_it(void **state)
{
	(void)state;
	setenv("USER", "somebody-else", 1);
	setenv("LOGNAME", "somebody-else", 1);
	assert_string_not_equal(actor_name(), "somebody-else");
}

static void there_is_always_a_name_and_it_stays(void **state)
{
	const char *name = actor_name();

	(void)state;
	assert_true(*name);
	assert_ptr_equal(actor_name(), name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_does_not_change_it),
		cmocka_unit_test(there_is_always_a_name_and_it_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
