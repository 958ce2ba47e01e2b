/*
 * How fast somebody wants to be fed: counts in the slots of sliding windows. The slot
 * that a window's edge lies in counts whole, so a limit is never passed.
 */
#include "deliver/pace.h"

#define RING (PACE_SLOTS + 1)

static uint32_t *count_at(struct pace_meter *meter, int64_t slot)
{
	return &meter->counts[(uint64_t)slot % RING];
}

void pace_init(struct pace *pace, const struct pace_windows *windows, int64_t now_ms)
{
	*pace = (struct pace){.count = windows->count};
	for (size_t i = 0; i < windows->count; i++) {
		struct pace_meter *meter = &pace->meters[i];

		meter->window = windows->items[i];
		meter->slot_ms = (meter->window.per_ms + PACE_SLOTS - 1) / PACE_SLOTS;
		meter->newest = now_ms / meter->slot_ms;
	}
}

/* Forget what has left the window. */
static void advance(struct pace_meter *meter, int64_t now_ms)
{
	int64_t slot = now_ms / meter->slot_ms;

	if (slot - meter->newest > (int64_t)RING)
		meter->newest = slot - (int64_t)RING;
	while (meter->newest < slot) {
		uint32_t *count = count_at(meter, ++meter->newest);

		meter->used -= *count;
		*count = 0;
	}
}

static int64_t meter_wait_ms(struct pace_meter *meter, int64_t now_ms)
{
	int64_t oldest;

	advance(meter, now_ms);
	if (meter->used < (uint32_t)meter->window.messages)
		return 0;
	oldest = meter->newest - (int64_t)PACE_SLOTS;
	while (oldest < meter->newest && !*count_at(meter, oldest))
		oldest++;
	return (oldest + (int64_t)RING) * meter->slot_ms - now_ms;
}

int64_t pace_wait_ms(struct pace *pace, int64_t now_ms)
{
	int64_t longest = 0;

	for (size_t i = 0; i < pace->count; i++) {
		int64_t wait = meter_wait_ms(&pace->meters[i], now_ms);

		longest = wait > longest ? wait : longest;
	}
	return longest;
}

int64_t pace_take(struct pace *pace, int64_t now_ms)
{
	int64_t wait = pace_wait_ms(pace, now_ms);

	for (size_t i = 0; i < pace->count && !wait; i++) {
		++*count_at(&pace->meters[i], pace->meters[i].newest);
		pace->meters[i].used++;
	}
	return wait;
}

void pace_return(struct pace *pace)
{
	for (size_t i = 0; i < pace->count; i++) {
		struct pace_meter *meter = &pace->meters[i];
		int64_t slot = meter->newest;

		if (!meter->used)
			continue;
		while (!*count_at(meter, slot))
			slot--;
		--*count_at(meter, slot);
		meter->used--;
	}
}
