/*
 * How fast somebody wants to be fed: counts in the slots of sliding windows. The slot
 * that a window's edge lies in counts whole, so a limit is never passed.
 */
#include "deliver/pace.h"

#include <limits.h>

#define RING (PACE_SLOTS + 1)

/* Slots before 0 ms are those of soon after the machine's start. */
static uint32_t *count_at(struct pace_meter *meter, int64_t slot)
{
	int64_t at = slot % (int64_t)RING;

	return &meter->counts[at < 0 ? at + (int64_t)RING : at];
}

static int64_t slot_ms_of(const struct pace_window *window)
{
	return (window->per_ms + PACE_SLOTS - 1) / PACE_SLOTS;
}

int64_t pace_reach_ms(const struct pace_windows *windows)
{
	int64_t longest = 0;

	for (size_t i = 0; i < windows->count; i++) {
		int64_t reach = slot_ms_of(&windows->items[i]) * (int64_t)RING;

		longest = reach > longest ? reach : longest;
	}
	return longest;
}

void pace_init(struct pace *pace, const struct pace_windows *windows, int64_t now_ms)
{
	*pace = (struct pace){.count = windows->count};
	for (size_t i = 0; i < windows->count; i++) {
		struct pace_meter *meter = &pace->meters[i];

		meter->window = windows->items[i];
		meter->slot_ms = slot_ms_of(&meter->window);
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

static int64_t meter_wait_ms(struct pace_meter *meter, int others, int64_t now_ms)
{
	int64_t room = (int64_t)meter->window.messages - others;
	int64_t left, slot;

	advance(meter, now_ms);
	if (meter->used < room)
		return 0;
	if (room <= 0)
		return PACE_NEVER;
	left = meter->used;
	for (slot = meter->newest - (int64_t)PACE_SLOTS; slot < meter->newest; slot++) {
		left -= *count_at(meter, slot);
		if (left < room)
			break;
	}
	return (slot + (int64_t)RING) * meter->slot_ms - now_ms;
}

int pace_room(struct pace *pace, int64_t now_ms)
{
	int least = INT_MAX;

	for (size_t i = 0; i < pace->count; i++) {
		struct pace_meter *meter = &pace->meters[i];
		int room;

		advance(meter, now_ms);
		room = meter->window.messages - (int)meter->used;
		least = room < least ? room : least;
	}
	return least < 0 ? 0 : least;
}

int64_t pace_wait_beside_ms(struct pace *pace, int others, int64_t now_ms)
{
	int64_t longest = 0;

	for (size_t i = 0; i < pace->count; i++) {
		int64_t wait = meter_wait_ms(&pace->meters[i], others, now_ms);

		longest = wait > longest ? wait : longest;
	}
	return longest;
}

int64_t pace_wait_ms(struct pace *pace, int64_t now_ms)
{
	return pace_wait_beside_ms(pace, 0, now_ms);
}

void pace_put(struct pace *pace, int64_t at_ms, int64_t now_ms)
{
	for (size_t i = 0; i < pace->count; i++) {
		struct pace_meter *meter = &pace->meters[i];
		int64_t slot = at_ms / meter->slot_ms;

		advance(meter, now_ms);
		if (slot > meter->newest)
			slot = meter->newest;
		if (slot < meter->newest - (int64_t)PACE_SLOTS)
			continue;
		++*count_at(meter, slot);
		meter->used++;
	}
}

int64_t pace_take(struct pace *pace, int64_t now_ms)
{
	int64_t wait = pace_wait_ms(pace, now_ms);

	if (!wait)
		pace_put(pace, now_ms, now_ms);
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
