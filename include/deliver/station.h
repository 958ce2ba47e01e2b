#ifndef DELIVER_STATION_H
#define DELIVER_STATION_H

#include "deliver/pace.h"
#include "deliver/relay.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A relay and how it is doing: how many links it has, when the next may be opened.
 * A relay that isn't proven (never reached, or nothing was decided over it since it
 * failed) gets one link at a time. Times are clock_steady_ms.
 */
struct station {
	const struct relay *relay;
	struct pace pace;
	int failures; /* in a row */
	bool is_reached;
	int open;       /* links, connecting or connected */
	int connecting; /* of these */
	int64_t next_open_ms;
	char name[256];    /* "host:port" */
	char trouble[640]; /* the last failure, for people; "" if there's none */
};

void station_init(struct station *station, const struct relay *relay, const char *name, int64_t now_ms);

/*
 * Where to open the next link: at the first relay that can be reached. NULL if none may be opened
 * now; then *wake_ms is lowered to when to ask again.
 */
struct station *station_choose(struct station *stations, size_t count, int64_t now_ms, int64_t *wake_ms);

void station_opening(struct station *station);
void station_connected(struct station *station);
void station_closed(struct station *station, bool was_connected);
/* A message was decided over it. */
void station_proved(struct station *station);
/*
 * A link could not be opened, or was lost with nothing decided over it (after station_closed). It
 * counts only when no other link is open. The pause is `first_pause_ms` doubling to a minute; a
 * permanent trouble counts as `tries` failures at once. Returns when it's tried again.
 */
int64_t station_failed(struct station *station, bool is_permanent, int tries, int first_pause_ms,
	int64_t now_ms, const char *words);
/* No link, and as many failures in a row as allowed (0: any number). */
bool station_is_hopeless(const struct station *station, int tries);

#endif
