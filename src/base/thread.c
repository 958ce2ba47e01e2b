/*
 * Threads.
 */
#include "base/thread.h"

#include "base/clock.h"

#include <sched.h>
#include <signal.h>
#include <string.h>

enum status thread_start(
	pthread_t *thread, const char *name, void *(*work)(void *context), void *context, struct err *err)
{
	sigset_t all, before;
	int reason;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	reason = pthread_create(thread, NULL, work, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (reason)
		return err_set(err, E_IO,
			"can't start the thread \"%s\": %s; allow it more memory, or more processes", name,
			strerror(reason));
	pthread_setname_np(*thread, name);
	return OK;
}

void thread_condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t steady;

	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &steady);
	pthread_condattr_destroy(&steady);
}

void thread_wait_ms(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t ms)
{
	struct timespec until = clock_deadline(ms);

	pthread_cond_timedwait(condition, mutex, &until);
}

size_t thread_processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return count > 0 ? (size_t)count : 1;
}
