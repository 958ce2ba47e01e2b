/*
 * Threads: named, out of the way of signals, and woken in time.
 */
#include "base/thread.h"

#include "base/clock.h"
#include "support/test.h"

#include <signal.h>
#include <stdbool.h>

static void *read_own_name(void *context)
{
	/* It is given by the one who starts it, maybe a moment later. */
	do
		pthread_getname_np(pthread_self(), context, 16);
	while (strcmp(context, "keeper") != 0);
	return context;
}

static void a_thread_has_its_name_and_gives_back_what_it_made(void **state)
{
	char name[16] = "";
	pthread_t thread;
	struct err err;
	void *made;

	(void)state;
	assert_int_equal(thread_start(&thread, "keeper", read_own_name, name, &err), OK);
	pthread_join(thread, &made);
	assert_ptr_equal(made, name);
}

static void *read_mask(void *context)
{
	pthread_sigmask(SIG_SETMASK, NULL, context);
	return NULL;
}

static void signals_go_to_other_threads(void **state)
{
	pthread_t thread;
	sigset_t its, ours;
	struct err err;

	(void)state;
	assert_int_equal(thread_start(&thread, "deaf", read_mask, &its, &err), OK);
	pthread_join(thread, NULL);
	pthread_sigmask(SIG_SETMASK, NULL, &ours);
	assert_int_equal(sigismember(&its, SIGINT), 1);
	assert_int_equal(sigismember(&its, SIGTERM), 1);
	assert_int_equal(sigismember(&its, SIGHUP), 1);
	assert_int_equal(sigismember(&ours, SIGINT), 0);
	assert_int_equal(sigismember(&ours, SIGTERM), 0);
}

static void a_wait_ends_by_itself(void **state)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	int64_t before_ms = clock_steady_ms();
	pthread_cond_t never;

	(void)state;
	thread_condition_init(&never);
	pthread_mutex_lock(&mutex);
	while (clock_steady_ms() - before_ms < 5)
		thread_wait_ms(&never, &mutex, 5);
	thread_wait_ms(&never, &mutex, 0);
	pthread_mutex_unlock(&mutex);
	pthread_cond_destroy(&never);
}

struct bell {
	pthread_mutex_t mutex;
	pthread_cond_t rang;
	bool has_rung;
};

static void *ring(void *context)
{
	struct bell *bell = context;

	pthread_mutex_lock(&bell->mutex);
	bell->has_rung = true;
	pthread_cond_signal(&bell->rang);
	pthread_mutex_unlock(&bell->mutex);
	return NULL;
}

static void a_wait_ends_when_the_condition_is_signalled(void **state)
{
	struct bell bell = {.mutex = PTHREAD_MUTEX_INITIALIZER};
	pthread_t thread;
	struct err err;

	(void)state;
	thread_condition_init(&bell.rang);
	pthread_mutex_lock(&bell.mutex);
	assert_int_equal(thread_start(&thread, "bell", ring, &bell, &err), OK);
	while (!bell.has_rung)
		thread_wait_ms(&bell.rang, &bell.mutex, INT64_C(1000000));
	pthread_mutex_unlock(&bell.mutex);
	pthread_join(thread, NULL);
	pthread_cond_destroy(&bell.rang);
}

static void at_least_one_can_work(void **state)
{
	(void)state;
	assert_true(thread_processors() >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_has_its_name_and_gives_back_what_it_made),
		cmocka_unit_test(signals_go_to_other_threads),
		cmocka_unit_test(a_wait_ends_by_itself),
		cmocka_unit_test(a_wait_ends_when_the_condition_is_signalled),
		cmocka_unit_test(at_least_one_can_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
