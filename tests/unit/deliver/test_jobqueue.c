/*
 * The queue of waiting jobs keeps their order, whatever it grows to.
 */
#include "support/test.h"

#include "deliver/jobqueue.h"

static struct engine_job jobs[1000];

static void put(struct jobqueue *queue, size_t at)
{
	jobqueue_add(queue, (struct entry){.job = &jobs[at]});
}

static void jobs_leave_in_the_order_in_which_they_came_however_many(void **state)
{
	struct jobqueue queue = {0};
	size_t first = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		put(&queue, i);
		if (i % 3 == 0)
			assert_ptr_equal(jobqueue_take(&queue).job, &jobs[first++]);
	}
	while (queue.count)
		assert_ptr_equal(jobqueue_take(&queue).job, &jobs[first++]);
	assert_int_equal(first, 1000);
	jobqueue_clear(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_leave_in_the_order_in_which_they_came_however_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
