#ifndef DELIVER_PACE_H
#define DELIVER_PACE_H

#include <stdint.h>

/*
 * A token bucket: at most `rate` messages a second in the long run, and at most
 * a tenth of a second's worth (one at least) at once after a pause. In place;
 * times are clock_steady_ms.
 */
struct pace {
	double rate_per_second; /* 0: no limit */
	double tokens;
	int64_t last_ms;
};

void pace_init(struct pace *pace, double rate_per_second, int64_t now_ms);

/* 0 if one more may go now (it is counted), else after how many milliseconds to ask again. */
int64_t pace_take(struct pace *pace, int64_t now_ms);
/* One that was taken did not go after all. */
void pace_return(struct pace *pace);

#endif
