/*
 * A few relays, without the network.
 */
#include "support/house.h"

const struct station_reply house_accepted = {PHASE_DOT, 250, {.outcome = DELIVERY_ACCEPTED}, 0, "", 0, 0};
const struct station_reply house_no_user = {
	PHASE_RCPT, 550, {.outcome = DELIVERY_FAILED, .cause = CAUSE_RECIPIENT}, 0, "", 0, 0};
const struct station_reply house_denied = {PHASE_RCPT, 554,
	{.outcome = DELIVERY_DEFERRED, .cause = CAUSE_RELAY, .suspends_relay = true}, 0, "denied", 0, 0};
const struct station_reply house_listed = {PHASE_RCPT, 554,
	{.outcome = DELIVERY_DEFERRED, .cause = CAUSE_POLICY, .suspends_relay = true}, 0, "listed", 0, 0};
const struct station_reply house_policy = {
	PHASE_DOT, 554, {.outcome = DELIVERY_DEFERRED, .cause = CAUSE_POLICY}, 0, "", 0, 0};
const struct station_reply house_too_busy = {
	PHASE_MAIL, 451, {.outcome = DELIVERY_DEFERRED, .cause = CAUSE_RELAY}, 0, "busy", 0, 0};
const struct station_reply house_goodbye = {
	PHASE_RCPT, 421, {.outcome = DELIVERY_DEFERRED, .cause = CAUSE_SITE}, 0, "bye", 0, 0};

void house_add_relay(struct house *house, int order, int weight, int connections)
{
	struct relay *relay = &house->relays[house->stations.count];

	*relay = (struct relay){.url = "smtp://x.example",
		.order = order,
		.weight = weight,
		.connections = connections,
		.pause_first_ms = 1000,
		.pause_most_ms = 60000};
	house->stations.items = house->items;
	station_init(&house->items[house->stations.count++], relay, "x:25", HOUSE_TRIES, 0);
}

struct station *house_choose(struct house *house)
{
	house->wake_ms = INT64_MAX;
	return stations_choose(&house->stations, house->now_ms, &house->wake_ms);
}

struct station *house_choose_trial(struct house *house)
{
	house->wake_ms = INT64_MAX;
	return stations_choose_trial(&house->stations, house->now_ms, &house->wake_ms);
}

void house_open_link(struct house *house, struct station *station)
{
	station_opening(station, house->now_ms);
	station_connected(station);
}

void house_open_all(struct house *house)
{
	struct station *station;

	while ((station = house_choose(house)))
		house_open_link(house, station);
}

void house_fail_link(struct house *house, struct station *station, bool is_permanent)
{
	const struct station_failure failure = {
		.words = "no", .is_permanent = is_permanent, .begun_at = station->halvings};

	station_opening(station, house->now_ms);
	station_closed(station, false);
	station_failed(station, &failure, house->now_ms);
}

void house_decide_for(
	struct house *house, struct station *station, const struct station_reply *what, uint64_t domain)
{
	struct station_reply reply = *what;

	reply.begun_at = station->halvings;
	reply.begun_ms = house->now_ms;
	reply.domain = domain;
	station_decided(station, &reply, house->now_ms);
}

void house_decide(struct house *house, struct station *station, const struct station_reply *what)
{
	house_decide_for(house, station, what, ++house->domains);
}

void house_decide_often(
	struct house *house, struct station *station, const struct station_reply *what, int times)
{
	for (int i = 0; i < times; i++)
		house_decide(house, station, what);
}
