/*
 * How a relay is doing, and how much to ask of it.
 */
#include "deliver/station.h"

#include <stdio.h>
#include <string.h>

void station_init(
	struct station *station, const struct relay *relay, const char *name, int tries, int64_t now_ms)
{
	struct station fresh = {.relay = relay,
		.tries = tries,
		.window = relay->connections,
		.threshold = relay->connections,
		.since_ms = now_ms,
		.next_open_ms = now_ms};

	snprintf(fresh.name, sizeof(fresh.name), "%s", name);
	*station = fresh;
	pace_init(&station->pace, &relay->rates, now_ms);
}

int station_most_links(const struct station *station)
{
	if (station->circuit == RELAY_OPEN)
		return 0;
	return station->circuit == RELAY_TRIAL || !station->is_reached ? 1 : (int)station->window;
}

static bool has_links_enough(struct station *station, int64_t now_ms)
{
	int idle = station->open - station->leaving - station->in_flight;

	return (idle > 0 ? idle : 0) >= pace_room(&station->pace, now_ms);
}

bool station_is_paused(struct station *station, int64_t now_ms, int64_t *wake_ms)
{
	int64_t until_ms = station->next_open_ms;

	if (now_ms >= until_ms) {
		if (!has_links_enough(station, now_ms))
			return false;
		until_ms = now_ms + pace_wait_ms(&station->pace, now_ms);
	}
	if (until_ms > now_ms && until_ms < *wake_ms)
		*wake_ms = until_ms;
	return true;
}

bool station_may_open(struct station *station, int64_t now_ms, int64_t *wake_ms)
{
	int most = station->circuit == RELAY_OPEN ? 1 : station_most_links(station);

	return station->open < most && !station_is_paused(station, now_ms, wake_ms);
}

static void change_circuit(struct station *station, enum relay_circuit circuit, int64_t now_ms)
{
	station->circuit = circuit;
	station->since_ms = now_ms;
	station->is_changed = true;
}

static void set_words(struct station *station, const char *words)
{
	if (strncmp(station->words, words, sizeof(station->words) - 1) == 0)
		return;
	snprintf(station->words, sizeof(station->words), "%s", words);
	station->is_changed = true;
}

void station_opening(struct station *station, int64_t now_ms)
{
	station->open++;
	if (station->circuit == RELAY_OPEN)
		change_circuit(station, RELAY_TRIAL, now_ms);
}

void station_connected(struct station *station)
{
	station->is_reached = true;
}

void station_leaving(struct station *station)
{
	station->leaving++;
}

void station_closed(struct station *station, bool was_leaving)
{
	station->open--;
	station->leaving -= was_leaving;
}

static int64_t pause_ms(const struct station *station, bool is_longest)
{
	int64_t most = station->relay->pause_most_ms;
	int64_t pause = station->relay->pause_first_ms;

	for (int i = 1; i < station->failures && pause < most; i++)
		pause *= 2;
	return pause > most || is_longest ? most : pause;
}

static void open_circuit(struct station *station, bool is_permanent, int64_t now_ms, const char *words)
{
	int least = station->tries > STATION_PATIENCE ? station->tries : STATION_PATIENCE;

	station->failures++;
	station->trial_refusals = 0;
	if (is_permanent && station->failures < least)
		station->failures = least;
	station->next_open_ms = now_ms + pause_ms(station, is_permanent);
	set_words(station, words);
	change_circuit(station, RELAY_OPEN, now_ms);
}

static void close_circuit(struct station *station, int64_t now_ms)
{
	station->failures = 0;
	station->refusals = 0;
	set_words(station, "");
	change_circuit(station, RELAY_CLOSED, now_ms);
}

static void halve(struct station *station, int links)
{
	double had = station->window < links ? station->window : links;

	station->window = had / 2 > 1 ? had / 2 : 1;
	if (!station->is_halved_again)
		station->threshold = station->window;
	station->is_halved_again = true;
	station->halvings++;
}

static void grow(struct station *station)
{
	int most = station->relay->connections;

	station->is_halved_again = false;
	if (station->window >= most)
		return;
	station->window +=
		station->window < station->threshold ? 1 : 1 / (station->window * STATION_GROWTH_MESSAGES);
	if (station->window < most)
		return;
	station->window = most;
	if (station->circuit == RELAY_CLOSED)
		set_words(station, "");
}

void station_failed(struct station *station, const struct station_failure *failure, int64_t now_ms)
{
	if (!station->open) {
		open_circuit(station, failure->is_permanent, now_ms, failure->words);
		return;
	}
	if (failure->begun_at == station->halvings)
		halve(station, station->open + 1);
	set_words(station, failure->words);
	if (station->next_open_ms < now_ms + station->relay->pause_first_ms)
		station->next_open_ms = now_ms + station->relay->pause_first_ms;
}

static bool is_too_much(const struct station_reply *reply)
{
	return reply->code == 421 ||
	       (reply->phase == PHASE_MAIL && reply->code / 100 == 4 && reply->verdict.cause == CAUSE_RELAY);
}

void station_dismissed(struct station *station, size_t decided, unsigned begun_at)
{
	/* After nothing it is a failure; after as many as the last time, a limit that sessions have. */
	if (!decided || decided == station->session_messages)
		return;
	station->session_messages = decided;
	if (begun_at == station->halvings)
		halve(station, station->open);
}

/* When the domain of this last refused what it may have spoken for; INT64_MIN if it didn't. */
static int64_t last_refused_ms(const struct station *station, const struct station_reply *reply)
{
	int64_t last_ms = INT64_MIN;

	for (int i = 0; i < station->refusals && reply->phase >= PHASE_RCPT; i++) {
		if (station->refused[i].domain == reply->domain)
			last_ms = station->refused[i].at_ms;
	}
	return last_ms;
}

static void take_refusal(struct station *station, const struct station_reply *reply, int64_t now_ms)
{
	int64_t last_ms = last_refused_ms(station, reply);

	if (station->circuit == RELAY_TRIAL &&
		(last_ms == INT64_MIN || ++station->trial_refusals == STATION_REFUSALS_MAX))
		open_circuit(station, false, now_ms, reply->words);
	if (station->circuit != RELAY_CLOSED ||
		(last_ms != INT64_MIN && reply->begun_ms < last_ms + STATION_DOMAIN_MS))
		return;
	station->refused[station->refusals++] = (struct station_refusal){reply->domain, now_ms};
	if (station->refusals == STATION_REFUSALS_MAX)
		open_circuit(station, false, now_ms, reply->words);
}

void station_decided(struct station *station, const struct station_reply *reply, int64_t now_ms)
{
	bool is_accepted = reply->verdict.outcome == DELIVERY_ACCEPTED;

	station->decided++;
	if (reply->begun_at == station->halvings && is_too_much(reply))
		halve(station, station->open);
	else if (reply->begun_at == station->halvings && is_accepted)
		grow(station);
	if (is_accepted)
		station->refusals = 0;
	if (!is_accepted && (reply->verdict.suspends_relay || reply->verdict.cause == CAUSE_RELAY)) {
		take_refusal(station, reply, now_ms);
		return;
	}
	if (station->circuit == RELAY_TRIAL)
		close_circuit(station, now_ms);
	station->is_changed |= station->is_in_doubt;
	station->is_in_doubt = false;
}

bool station_breaks_pipelining(struct station *station)
{
	if (station->breaks_pipelining)
		return false;
	station->breaks_pipelining = true;
	station->is_changed = true;
	return true;
}

bool station_is_worth_waiting(const struct station *station)
{
	return station->failures < STATION_PATIENCE;
}

bool station_is_hopeless(const struct station *station)
{
	return station->tries > 0 && !station->open && station->failures >= station->tries;
}

bool station_take_change(struct station *station, int64_t now_ms, int64_t wall_ms, struct relay_state *out)
{
	int64_t set_off_ms = wall_ms - now_ms;

	if (!station->is_changed)
		return false;
	station->is_changed = false;
	*out = (struct relay_state){
		.circuit = station->circuit,
		.since_ms = station->since_ms + set_off_ms,
		.retry_ms = station->circuit == RELAY_OPEN ? station->next_open_ms + set_off_ms : 0,
		.breaks_pipelining = station->breaks_pipelining,
	};
	snprintf(out->relay, sizeof(out->relay), "%s", station->name);
	snprintf(out->words, sizeof(out->words), "%s", station->words);
	return true;
}
