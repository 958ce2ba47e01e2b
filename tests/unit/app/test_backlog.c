/*
 * Positions that wait.
 */
#include "app/backlog.h"
#include "support/test.h"

static void what_came_first_goes_first(void **state)
{
	struct backlog backlog = {0};
	int64_t next = 1;
	int64_t position = 0;

	(void)state;
	for (int64_t added = 1; added <= 500; added++) {
		backlog_add(&backlog, added);
		if (added % 3 == 0) {
			assert_true(backlog_take(&backlog, &position));
			assert_int_equal(position, next++);
		}
	}
	while (backlog_take(&backlog, &position))
		assert_int_equal(position, next++);
	assert_int_equal(next, 501);
	assert_int_equal(backlog.count, 0);
}

static void an_empty_one_gives_nothing_and_can_be_used_again(void **state)
{
	struct backlog backlog = {0};
	int64_t position = 0;

	(void)state;
	assert_false(backlog_take(&backlog, &position));
	backlog_add(&backlog, UINT32_MAX);
	assert_true(backlog_take(&backlog, &position));
	assert_int_equal(position, UINT32_MAX);
	assert_false(backlog_take(&backlog, &position));
	backlog_add(&backlog, 7);
	backlog_clear(&backlog);
	assert_false(backlog_take(&backlog, &position));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_came_first_goes_first),
		cmocka_unit_test(an_empty_one_gives_nothing_and_can_be_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
