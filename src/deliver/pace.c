/*
 * How fast a relay wants to be fed: a token bucket.
 */
#include "deliver/pace.h"

static double burst(const struct pace *pace)
{
	double tenth = pace->rate_per_second / 10;

	return tenth > 1 ? tenth : 1;
}

void pace_init(struct pace *pace, double rate_per_second, int64_t now_ms)
{
	*pace = (struct pace){.rate_per_second = rate_per_second, .last_ms = now_ms};
	pace->tokens = burst(pace);
}

int64_t pace_take(struct pace *pace, int64_t now_ms)
{
	double wait_ms;

	if (pace->rate_per_second <= 0)
		return 0;
	if (now_ms > pace->last_ms) {
		pace->tokens += (double)(now_ms - pace->last_ms) * pace->rate_per_second / 1000;
		pace->last_ms = now_ms;
		if (pace->tokens > burst(pace))
			pace->tokens = burst(pace);
	}
	if (pace->tokens >= 1) {
		pace->tokens -= 1;
		return 0;
	}
	wait_ms = (1 - pace->tokens) * 1000 / pace->rate_per_second;
	return wait_ms < 1 ? 1 : (wait_ms > 3600000 ? 3600000 : (int64_t)wait_ms + 1);
}

void pace_return(struct pace *pace)
{
	pace->tokens += 1;
}
