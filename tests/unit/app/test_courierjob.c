/*
 * The courier's queues of jobs.
 */
#include "app/courierjob.h"

#include "base/mem.h"
#include "support/test.h"

static void jobs_come_out_in_the_order_they_went_in(void **state)
{
	struct courierjob_queue queue = {0};
	struct courierjob *jobs[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		jobs[i] = courierjob_new();
		courierjob_put(&queue, jobs[i]);
	}
	assert_int_equal(queue.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_ptr_equal(courierjob_take(&queue), jobs[i]);
		courierjob_free(jobs[i]);
	}
	assert_null(courierjob_take(&queue));
	assert_int_equal(queue.count, 0);
}

static void an_emptied_queue_takes_jobs_again(void **state)
{
	struct courierjob_queue queue = {0};
	struct courierjob *job = courierjob_new();

	(void)state;
	courierjob_put(&queue, job);
	courierjob_take(&queue);
	courierjob_put(&queue, job);
	assert_ptr_equal(courierjob_take(&queue), job);
	courierjob_free(job);
}

static void one_queue_moves_behind_another(void **state)
{
	struct courierjob_queue to = {0};
	struct courierjob_queue from = {0};
	struct courierjob *first = courierjob_new();
	struct courierjob *second = courierjob_new();

	(void)state;
	courierjob_put(&to, first);
	courierjob_put(&from, second);
	courierjob_move(&to, &from);
	assert_int_equal(from.count, 0);
	assert_null(from.first);
	assert_ptr_equal(courierjob_take(&to), first);
	assert_ptr_equal(courierjob_take(&to), second);
	courierjob_free(first);
	courierjob_free(second);
}

static void a_large_message_leaves_no_room_behind(void **state)
{
	struct courierjob *job = courierjob_new();

	(void)state;
	str_add_repeat(&job->message, 'x', 6000);
	courierjob_reset(job);
	assert_true(job->message.capacity >= 6000);
	str_add_repeat(&job->message, 'x', (size_t)2 * COURIERJOB_KEEPS_BYTES);
	courierjob_reset(job);
	assert_true(job->message.capacity <= COURIERJOB_KEEPS_BYTES);
	str_add_repeat(&job->message, 'x', 6000);
	assert_int_equal(job->message.len, 6000);
	courierjob_free(job);
}

static void a_job_that_is_used_again_forgets_whose_it_was(void **state)
{
	struct courierjob *job = courierjob_new();

	(void)state;
	job->delivery.address = mem_copy_text("ana@paper.example");
	job->job.position = 7;
	job->job.is_possible_duplicate = true;
	str_add_text(&job->message, "Subject: x\r\n");
	courierjob_reset(job);
	assert_null(job->delivery.address);
	assert_int_equal(job->job.position, 0);
	assert_false(job->job.is_possible_duplicate);
	assert_int_equal(job->message.len, 0);
	assert_ptr_equal(courierjob_of(&job->job), job);
	courierjob_free(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_come_out_in_the_order_they_went_in),
		cmocka_unit_test(an_emptied_queue_takes_jobs_again),
		cmocka_unit_test(one_queue_moves_behind_another),
		cmocka_unit_test(a_large_message_leaves_no_room_behind),
		cmocka_unit_test(a_job_that_is_used_again_forgets_whose_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
