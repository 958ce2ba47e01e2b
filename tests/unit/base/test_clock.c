/*
 * Time: replaceable, and steady where it must be.
 */
#include "support/test.h"

#include "base/clock.h"

#include <unistd.h>

static int64_t answer(void *context)
{
	return *(int64_t *)context;
}

static void a_replaced_clock_answers_for_both(void **state)
{
	int64_t now = 1794387600041;

	(void)state;
	clock_replace(answer, &now);
	assert_int_equal(clock_now_ms(), 1794387600041);
	now += 5;
	assert_int_equal(clock_now_ms(), 1794387600046);
	assert_int_equal(clock_steady_ms(), 1794387600046);
	clock_replace(NULL, NULL);
}

static void the_real_clock_is_back_after_a_replacement(void **state)
{
	int64_t now = 1;

	(void)state;
	clock_replace(answer, &now);
	clock_replace(NULL, NULL);
	assert_true(clock_now_ms() > 1700000000000);
}

static void steady_time_never_goes_back(void **state)
{
	int64_t last = clock_steady_ms();

	(void)state;
	for (int i = 0; i < 10000; i++) {
		int64_t next = clock_steady_ms();

		assert_true(next >= last);
		last = next;
	}
}

static void a_boot_has_one_identity(void **state)
{
	const char *id = clock_boot_id();

	(void)state;
	if (access("/proc/sys/kernel/random/boot_id", R_OK) != 0) {
		fputs("no boot_id in /proc\n", stderr);
		skip();
	}
	assert_int_equal(strlen(id), 36);
	assert_ptr_equal(clock_boot_id(), id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_replaced_clock_answers_for_both),
		cmocka_unit_test(the_real_clock_is_back_after_a_replacement),
		cmocka_unit_test(steady_time_never_goes_back),
		cmocka_unit_test(a_boot_has_one_identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
