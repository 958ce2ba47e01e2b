/*
 * When a deferred delivery gets its next try.
 */
#include "deliver/retry.h"

/* -1 … 1 from any number, all its bits counting (splitmix64's finaliser). */
static double spread(uint64_t random)
{
	random = (random ^ (random >> 30)) * 0xbf58476d1ce4e5b9u;
	random = (random ^ (random >> 27)) * 0x94d049bb133111ebu;
	random ^= random >> 31;
	return (double)(random >> 11) / 4503599627370496.0 - 1.0;
}

int64_t retry_next(
	const struct retry_schedule *schedule, int tries, int64_t first_ms, int64_t now_ms, uint64_t random)
{
	size_t index = tries > 1 ? (size_t)tries - 1 : 0;
	int64_t delay;
	int64_t end;
	int64_t next;

	if (index >= schedule->count)
		index = schedule->count - 1;
	delay = schedule->delays_ms[index];
	delay += (int64_t)((double)delay * schedule->jitter * spread(random));
	if (delay < 0)
		delay = 0;
	if (__builtin_add_overflow(first_ms, schedule->expire_ms, &end))
		end = INT64_MAX;
	if (__builtin_add_overflow(now_ms, delay, &next) || next > end)
		return RETRY_EXPIRED;
	return next;
}
