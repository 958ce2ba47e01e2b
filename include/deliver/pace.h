#ifndef DELIVER_PACE_H
#define DELIVER_PACE_H

#include <stddef.h>
#include <stdint.h>

/* At most `messages` within any `per_ms`. */
struct pace_window {
	int messages;   /* at least 1 */
	int64_t per_ms; /* at least 1 */
};

#define PACE_WINDOWS_MAX 4u

struct pace_windows {
	struct pace_window items[PACE_WINDOWS_MAX];
	size_t count; /* 0: no limit */
};

#define PACE_SLOTS 32u /* that a window is divided into: what a limit loses by rounding is one of them */

struct pace_meter {
	struct pace_window window;
	int64_t slot_ms;
	int64_t newest; /* the slot of the last instant seen, counted from 0 ms */
	uint32_t used;  /* of all slots together */
	uint32_t counts[PACE_SLOTS + 1];
};

/*
 * How fast somebody wants to be fed: several limits at once, each over a sliding
 * window, so that a short one bounds bursts and a long one the total. In place;
 * times are clock_steady_ms.
 */
struct pace {
	struct pace_meter meters[PACE_WINDOWS_MAX];
	size_t count;
};

/* For so long one counts, at most; 0 without windows. */
int64_t pace_reach_ms(const struct pace_windows *windows);

void pace_init(struct pace *pace, const struct pace_windows *windows, int64_t now_ms);

/* 0 if one more may go now (it is counted), else after how many milliseconds to ask again. */
int64_t pace_take(struct pace *pace, int64_t now_ms);
/* The same question, with nothing counted. */
int64_t pace_wait_ms(struct pace *pace, int64_t now_ms);
/* How many may go now; INT_MAX without windows. */
int pace_room(struct pace *pace, int64_t now_ms);
/*
 * The same again, beside `others` that may go at any instant until they are put: for them there
 * has to be room throughout. PACE_NEVER if there is none before one of these is put or dropped.
 */
#define PACE_NEVER INT64_MAX
int64_t pace_wait_beside_ms(struct pace *pace, int others, int64_t now_ms);
/* One went at `at_ms`, whether or not it should have: now, or before; never later. */
void pace_put(struct pace *pace, int64_t at_ms, int64_t now_ms);
/* One that was taken did not go after all. */
void pace_return(struct pace *pace);

#endif
