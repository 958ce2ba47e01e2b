#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include "base/err.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Start a thread, named for people who look at the process (15 octets at most).
 * Signals go to other threads. E_IO if there can't be another.
 */
enum status thread_start(
	pthread_t *thread, const char *name, void *(*work)(void *context), void *context, struct err *err);

/* A condition for thread_wait_ms. */
void thread_condition_init(pthread_cond_t *condition);
/*
 * Wait for a condition, so long at most, whatever is done to the clock. Time in which the machine sleeps
 * doesn't count.
 */
void thread_wait_ms(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t ms);

/* How many threads can work at once: the processors that this process may use, at least 1. */
size_t thread_processors(void);

#endif
