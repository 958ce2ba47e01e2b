#ifndef DELIVER_RETRY_H
#define DELIVER_RETRY_H

#include <stddef.h>
#include <stdint.h>

/* When a deferred delivery is tried again. All in milliseconds. */
struct retry_schedule {
	const int64_t *delays_ms; /* after the first try, the second, …; the last repeats */
	size_t count;             /* at least 1 */
	double jitter;            /* 0.2: ±20 % */
	int64_t expire_ms;        /* since the first try's instant */
};

/*
 * The instant of the next try after `tries` tries, the last at `now_ms`, the
 * first at `first_ms`; or RETRY_EXPIRED. `random` is any number: it picks the jitter.
 */
#define RETRY_EXPIRED INT64_MAX
int64_t retry_next(
	const struct retry_schedule *schedule, int tries, int64_t first_ms, int64_t now_ms, uint64_t random);

#endif
