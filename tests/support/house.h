#ifndef SUPPORT_HOUSE_H
#define SUPPORT_HOUSE_H

#include "support/test.h"

#include "deliver/stations.h"

/* A few relays as an engine has them, at a time of the test's own. Start from {0}; it must not move. */
#define HOUSE_RELAYS 3
#define HOUSE_TRIES 5 /* failures in a row after which there's no hope */

struct house {
	struct relay relays[HOUSE_RELAYS];
	struct station items[HOUSE_RELAYS];
	struct stations stations;
	int64_t now_ms;
	int64_t wake_ms;  /* as the last choice left it */
	uint64_t domains; /* so many had a reply */
};

/* The next one; its pauses double from a second to a minute. */
void house_add_relay(struct house *house, int order, int weight, int connections);

struct station *house_choose(struct house *house);
struct station *house_choose_trial(struct house *house);

void house_open_link(struct house *house, struct station *station);
/* As many links as may be opened now, wherever. */
void house_open_all(struct house *house);
void house_fail_link(struct house *house, struct station *station, bool is_permanent);

/* What a relay may say. */
extern const struct station_reply house_accepted, house_no_user, house_policy, house_listed;
extern const struct station_reply house_denied, house_too_busy, house_goodbye;

/* A reply to what was begun just now, for another domain each time. */
void house_decide(struct house *house, struct station *station, const struct station_reply *what);
/* The same for that one. */
void house_decide_for(
	struct house *house, struct station *station, const struct station_reply *what, uint64_t domain);
void house_decide_often(
	struct house *house, struct station *station, const struct station_reply *what, int times);

#endif
