#ifndef CRASH_SHORTAGE_H
#define CRASH_SHORTAGE_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * Memory that is refused at a chosen allocation of the process, its libraries' included.
 */

/* Something that reads: what comes of a run is told by shortage_see(). */
struct shortage_subject {
	/* What run gets, made with all memory there is. May be NULL. In the process that runs it. */
	void *(*prepare)(void);
	enum status (*run)(void *prepared, struct err *err);
};

/* Part of a run's result: what it must be when the run says OK, whatever was refused. No allocation. */
void shortage_see(struct span bytes);
void shortage_see_text(const char *text); /* with its end */
void shortage_see_number(int64_t number);

/*
 * A cmocka test (its initial state is the subject): in a process each, run it with the Nth allocation
 * refused, for N = 1, 2, …; that one alone, and all from it on. Of more than SHORTAGE_TRIES only each
 * Mth is, unless $DATELINE_ALLOCATIONS is "all". It fails unless each run ends as the unhindered
 * one, or gives up as mem_give_up() does, or with an error that blames memory or the machine, after which
 * the next run is as good as any. Prints how many did what.
 */
void shortage_test(void **state);
#define SHORTAGE_TRIES 200

/* A row of cmocka's table; the rest is the subject's. */
#define SHORTAGE_TEST(words, ...)                                                                            \
	{                                                                                                    \
		words, shortage_test, NULL, NULL, &(struct shortage_subject)                                 \
		{                                                                                            \
			__VA_ARGS__                                                                          \
		}                                                                                            \
	}

#endif
