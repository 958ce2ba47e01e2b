/*
 * How a relay is doing, and whether to knock again.
 */
#include "deliver/station.h"

#include <stdio.h>

#define PAUSE_MAX_MS 60000

void station_init(struct station *station, const struct relay *relay, const char *name, int64_t now_ms)
{
	struct station fresh = {.relay = relay, .next_open_ms = now_ms};

	snprintf(fresh.name, sizeof(fresh.name), "%s", name);
	*station = fresh;
	pace_init(&station->pace, &relay->rates, now_ms);
}

static bool may_open(const struct station *station)
{
	if (station->is_reached && !station->failures)
		return station->open < station->relay->connections;
	return station->open == 0;
}

struct station *station_choose(struct station *stations, size_t count, int64_t now_ms, int64_t *wake_ms)
{
	for (size_t i = 0; i < count; i++) {
		struct station *station = &stations[i];
		bool is_paused = now_ms < station->next_open_ms;

		if (is_paused && station->next_open_ms < *wake_ms && may_open(station))
			*wake_ms = station->next_open_ms;
		if (!is_paused && may_open(station))
			return station;
		if (station->open || !station->failures)
			return NULL;
	}
	return NULL;
}

void station_opening(struct station *station)
{
	station->open++;
	station->connecting++;
}

void station_connected(struct station *station)
{
	station->connecting--;
	station->is_reached = true;
}

void station_closed(struct station *station, bool was_connected)
{
	station->open--;
	if (!was_connected)
		station->connecting--;
}

void station_proved(struct station *station)
{
	station->failures = 0;
	station->trouble[0] = '\0';
}

int64_t station_failed(struct station *station, bool is_permanent, int tries, int first_pause_ms,
	int64_t now_ms, const char *words)
{
	int64_t pause = first_pause_ms;

	snprintf(station->trouble, sizeof(station->trouble), "%s", words);
	if (!station->open)
		station->failures++;
	if (is_permanent && !station->open && station->failures < tries)
		station->failures = tries;
	for (int i = 1; i < station->failures && pause < PAUSE_MAX_MS; i++)
		pause *= 2;
	if (pause > PAUSE_MAX_MS || (is_permanent && !station->open))
		pause = PAUSE_MAX_MS;
	station->next_open_ms = now_ms + pause;
	return station->next_open_ms;
}

bool station_is_hopeless(const struct station *station, int tries)
{
	return tries > 0 && !station->open && station->failures >= tries;
}
