#ifndef DELIVER_STATIONS_H
#define DELIVER_STATIONS_H

#include "deliver/station.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * All the relays there are, and how links are shared among them. The lowest order that has a relay which
 * works is in use. Within it, shares are in proportion to weight, as large as the relays' `connections`
 * allow. No I/O: times are clock_steady_ms, passed in.
 */
struct stations {
	struct station *items;
	size_t count;
};

/*
 * How many links one of them may have for the messages of all: none if relays of a lower order work;
 * else what it can take itself or its share, whichever is less.
 */
int stations_allowance(const struct stations *stations, const struct station *station);
/* Whether it has no more than that, without those that are leaving: else one should leave. */
bool stations_keep(const struct stations *stations, const struct station *station);

/*
 * Where to open the next link: NULL if none may be opened now; then *wake_ms is lowered to when
 * to ask again, if time alone changes that.
 */
struct station *stations_choose(const struct stations *stations, int64_t now_ms, int64_t *wake_ms);
/* As stations_choose: one that is to be tried, its pause being over. */
struct station *stations_choose_trial(const struct stations *stations, int64_t now_ms, int64_t *wake_ms);

/* When the first of those in use may take a message again by its rate: INT64_MAX if none is in use. */
int64_t stations_rest_until_ms(const struct stations *stations);

#endif
