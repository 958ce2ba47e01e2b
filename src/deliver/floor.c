/*
 * What channels share: jobs on their way in, out, and from one relay to another.
 */
#include "deliver/floor.h"

#include "base/clock.h"
#include "base/step.h"

#include <stdio.h>

/* So many messages for each of its connections wait here for a relay that alone can take them. */
#define DETOUR_KEEPS 4

bool floor_is_stopping(const struct floor *floor)
{
	return floor->status != OK || atomic_load(&floor->stops) > 0;
}

void floor_wake_at(struct floor *floor, int64_t at_ms)
{
	if (at_ms < floor->wake_ms)
		floor->wake_ms = at_ms;
}

void floor_stop_because(struct floor *floor, enum status status, const struct err *err)
{
	if (floor->status)
		return;
	floor->status = status;
	floor->err = *err;
}

static size_t index_of(const struct floor *floor, const struct station *station)
{
	return (size_t)(station - floor->stations.items);
}

static uint32_t bit_of(const struct floor *floor, const struct station *station)
{
	return (uint32_t)1 << index_of(floor, station);
}

static bool has_detoured(const struct floor *floor, const struct station *station)
{
	return floor->detours[index_of(floor, station)].count && station->circuit != RELAY_OPEN;
}

bool floor_keeps(const struct floor *floor, const struct station *station)
{
	return has_detoured(floor, station) || stations_keep(&floor->stations, station);
}

bool floor_serves_all(const struct floor *floor, const struct station *station)
{
	return !has_detoured(floor, station) && stations_keep(&floor->stations, station);
}

bool floor_has_job(const struct floor *floor, const struct station *station)
{
	return has_detoured(floor, station) ||
	       (floor->queue.count && stations_keep(&floor->stations, station));
}

struct entry floor_take_job(struct floor *floor, const struct station *station)
{
	struct jobqueue *detour = &floor->detours[index_of(floor, station)];

	if (!detour->count)
		return jobqueue_take(&floor->queue);
	floor->detoured--;
	return jobqueue_take(detour);
}

size_t floor_waiting(const struct floor *floor)
{
	return floor->queue.count + floor->detoured;
}

void floor_give_back(struct floor *floor, struct engine_job *job)
{
	floor->host.give_back(floor->host.context, job);
}

void floor_give_all_back(struct floor *floor)
{
	while (floor->queue.count)
		floor_give_back(floor, jobqueue_take(&floor->queue).job);
	for (size_t i = 0; i < floor->stations.count; i++) {
		while (floor->detours[i].count)
			floor_give_back(floor, jobqueue_take(&floor->detours[i]).job);
	}
	floor->detoured = 0;
}

static void sift(struct floor *floor, struct jobqueue *queue)
{
	for (size_t left = queue->count; left; left--) {
		struct entry entry = jobqueue_take(queue);

		if (floor->host.may_send(floor->host.context, entry.job))
			jobqueue_add(queue, entry);
		else
			floor_give_back(floor, entry.job);
	}
}

void floor_sift(struct floor *floor)
{
	size_t detoured = 0;

	sift(floor, &floor->queue);
	for (size_t i = 0; i < floor->stations.count; i++) {
		sift(floor, &floor->detours[i]);
		detoured += floor->detours[i].count;
	}
	floor->detoured = detoured;
	floor_wake_at(floor, floor->now_ms);
}

static size_t most_detoured(const struct station *station)
{
	return DETOUR_KEEPS * (size_t)station->relay->connections;
}

bool floor_wants_aside(struct floor *floor)
{
	for (size_t i = 0; i < floor->stations.count; i++) {
		const struct station *station = &floor->stations.items[i];

		if (!(floor->had_enough & bit_of(floor, station)) ||
			floor->detours[i].count > most_detoured(station) / 2)
			continue;
		floor->had_enough &= ~bit_of(floor, station);
		return true;
	}
	return floor->has_set_aside && !floor->had_enough;
}

/* The recipient's address, which servers like to repeat, stays out of what is kept: erasing a person must
 * reach it. */
static void copy_without_address(char *to, size_t size, struct span text, struct span address)
{
	struct str clean;
	size_t start = 0;

	str_init(&clean, 2 * REPLY_TEXT_MAX);
	for (size_t i = 0; address.len && i + address.len <= text.len; i++) {
		if (!span_equals_nocase(span_bytes(text.ptr + i, address.len), address))
			continue;
		str_add(&clean, span_bytes(text.ptr + start, i - start));
		str_add_text(&clean, "[address]");
		start = i + address.len;
		i = start - 1;
	}
	str_add(&clean, span_from(text, start));
	reply_copy_text(to, size, str_span(&clean));
	str_clear(&clean);
}

void floor_settle(struct floor *floor, const struct entry *entry, const struct dialogue_event *event,
	const struct link_facts *facts, struct attempt *attempt)
{
	struct engine_job *job = entry->job;

	*attempt = (struct attempt){
		.dispatch = job->dispatch,
		.position = job->position,
		.number = job->attempt_number,
		.phase = event->phase,
		.outcome = event->verdict.outcome,
		.cause = event->verdict.cause,
		.slows_site = event->verdict.slows_site,
		.strains_site = event->verdict.strains_site,
		.code = event->code,
		.tls = facts->tls,
		.started_ms = entry->started_ms,
		.settled_ms = clock_now_ms(),
		.is_possible_duplicate = job->is_possible_duplicate,
	};
	reply_copy_text(attempt->enhanced, sizeof(attempt->enhanced), span_of(event->enhanced));
	reply_copy_text(attempt->relay, sizeof(attempt->relay), span_of(facts->relay));
	reply_copy_text(attempt->tls_version, sizeof(attempt->tls_version), span_of(facts->tls_version));
	copy_without_address(attempt->reply, sizeof(attempt->reply), event->text, job->envelope_to);
	floor->is_settled_since_take = true;
	floor->host.settle(floor->host.context, job, attempt);
}

/* Nothing of it was handed over. */
static void settle_unsent(struct floor *floor, const struct entry *entry, const struct link_facts *facts,
	enum delivery_state outcome, const char *words)
{
	const struct dialogue_event event = {
		.kind = DIALOGUE_SETTLED,
		.phase = PHASE_MAIL,
		.verdict = {.outcome = outcome,
			.cause = outcome == DELIVERY_FAILED ? CAUSE_MESSAGE : CAUSE_RELAY},
		.enhanced = "",
		.text = span_of(words),
	};
	struct attempt attempt;

	floor_settle(floor, entry, &event, facts, &attempt);
	floor_wake_at(floor, floor->now_ms);
}

void floor_refuse(
	struct floor *floor, const struct entry *entry, const struct link_facts *facts, const char *words)
{
	settle_unsent(floor, entry, facts, DELIVERY_FAILED, words);
}

/* Of the relays that haven't refused it, the one that works best. NULL if all have. */
static const struct station *other_way(const struct floor *floor, const struct entry *entry)
{
	const struct station *best = NULL;

	for (size_t i = 0; i < floor->stations.count; i++) {
		const struct station *station = &floor->stations.items[i];

		if (entry->refused_by & bit_of(floor, station))
			continue;
		if (!best || station->circuit < best->circuit ||
			(station->circuit == best->circuit && station->relay->order < best->relay->order))
			best = station;
	}
	return best;
}

static void wait_for_station(struct floor *floor, const struct entry *entry, const struct station *station)
{
	struct jobqueue *detour = &floor->detours[index_of(floor, station)];

	floor_wake_at(floor, floor->now_ms);
	if (detour->count < most_detoured(station)) {
		jobqueue_add(detour, *entry);
		floor->detoured++;
		return;
	}
	floor->had_enough |= bit_of(floor, station);
	floor->has_set_aside = true;
	floor->host.set_aside(floor->host.context, entry->job);
}

/* If nobody knows when that one works again, the job waits for its next try. */
static void send_another_way(struct floor *floor, const struct entry *entry, const struct station *other)
{
	struct link_facts facts = {.relay = ""};
	char words[sizeof(other->name) + 128];

	if (station_is_worth_waiting(other)) {
		wait_for_station(floor, entry, other);
		return;
	}
	reply_copy_text(facts.relay, sizeof(facts.relay), span_of(other->name));
	snprintf(words, sizeof(words), "relay \"%s\" is out of use, and those in use can't take this message",
		other->name);
	settle_unsent(floor, entry, &facts, DELIVERY_DEFERRED, words);
}

void floor_detour(struct floor *floor, const struct station *station, const struct link_facts *facts,
	struct entry entry, const struct err *reason)
{
	const struct station *other;

	entry.refused_by |= bit_of(floor, station);
	other = other_way(floor, &entry);
	if (other) {
		send_another_way(floor, &entry, other);
	} else if (reason->status == E_RANGE) {
		floor->host.too_large(floor->host.context, entry.job, reason->text);
		floor_wake_at(floor, floor->now_ms);
	} else {
		floor_refuse(floor, &entry, facts, reason->text);
	}
}

/* What waits for this station, which doesn't work any more, goes another way, or on waiting. */
static void reroute(struct floor *floor, const struct station *station)
{
	struct jobqueue *detour = &floor->detours[index_of(floor, station)];

	for (size_t left = detour->count; left; left--) {
		struct entry entry = jobqueue_take(detour);

		floor->detoured--;
		send_another_way(floor, &entry, other_way(floor, &entry));
	}
}

void floor_tell(struct floor *floor, struct station *station)
{
	struct relay_state state;

	if (!station_take_change(station, floor->now_ms, clock_now_ms(), &state))
		return;
	/* Who may have links, and how many, depends on all. */
	floor_wake_at(floor, floor->now_ms);
	if (floor->host.relay_changed)
		floor->host.relay_changed(floor->host.context, &state);
	if (station->circuit == RELAY_OPEN)
		reroute(floor, station);
}

void floor_return_job(struct floor *floor, struct entry entry)
{
	if (entry.refused_by)
		send_another_way(floor, &entry, other_way(floor, &entry));
	else
		jobqueue_add(&floor->queue, entry);
}
