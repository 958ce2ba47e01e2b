/*
 * Which relay gets the next link.
 */
#include "deliver/stations.h"

#include <limits.h>

/* Without a weight: as much as it can take. */
static int weight_of(const struct station *station)
{
	return station->relay->weight > 0 ? station->relay->weight : station->relay->connections;
}

/* The order in use: the lowest that has a relay which works; INT_MAX if none does. */
static int best_order(const struct stations *stations)
{
	int best = INT_MAX;

	for (size_t i = 0; i < stations->count; i++) {
		if (stations->items[i].circuit == RELAY_CLOSED && stations->items[i].relay->order < best)
			best = stations->items[i].relay->order;
	}
	return best;
}

/* Of the relays of its order, the one that is full first says how many links a weight of one is. */
static int share_of(const struct stations *stations, const struct station *station)
{
	const struct station *fullest = station;
	int64_t share;

	for (size_t i = 0; i < stations->count; i++) {
		const struct station *other = &stations->items[i];

		if (other->circuit != RELAY_CLOSED || other->relay->order != station->relay->order)
			continue;
		if ((int64_t)other->relay->connections * weight_of(fullest) <
			(int64_t)fullest->relay->connections * weight_of(other))
			fullest = other;
	}
	share = (int64_t)fullest->relay->connections * weight_of(station) / weight_of(fullest);
	return share < 1 ? 1 : (int)share;
}

int stations_allowance(const struct stations *stations, const struct station *station)
{
	int most = station_most_links(station);
	int share;

	if (station->relay->order > best_order(stations))
		return 0;
	if (station->circuit != RELAY_CLOSED)
		return most;
	share = share_of(stations, station);
	return share < most ? share : most;
}

bool stations_keep(const struct stations *stations, const struct station *station)
{
	return station->open - station->leaving <= stations_allowance(stations, station);
}

struct station *stations_choose(const struct stations *stations, int64_t now_ms, int64_t *wake_ms)
{
	struct station *best = NULL;

	for (size_t i = 0; i < stations->count; i++) {
		struct station *station = &stations->items[i];

		if (station->circuit != RELAY_CLOSED ||
			station->open >= stations_allowance(stations, station) ||
			station_is_paused(station, now_ms, wake_ms))
			continue;
		if (!best || (int64_t)(station->open + 1) * weight_of(best) <
				     (int64_t)(best->open + 1) * weight_of(station))
			best = station;
	}
	return best;
}

struct station *stations_choose_trial(const struct stations *stations, int64_t now_ms, int64_t *wake_ms)
{
	int best = best_order(stations);

	for (size_t i = 0; i < stations->count; i++) {
		struct station *station = &stations->items[i];

		if (station->circuit != RELAY_CLOSED && station->relay->order <= best && !station->open &&
			!station_is_paused(station, now_ms, wake_ms))
			return station;
	}
	return NULL;
}

int64_t stations_rest_until_ms(const struct stations *stations)
{
	int64_t first_ms = INT64_MAX;

	for (size_t i = 0; i < stations->count; i++) {
		const struct station *station = &stations->items[i];

		if (stations_allowance(stations, station) && station->rests_until_ms < first_ms)
			first_ms = station->rests_until_ms;
	}
	return first_ms;
}
