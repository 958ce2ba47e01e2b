/*
 * One channel: what comes over its link goes into its dialogue, what the dialogue
 * wants said goes out, and what it decides is told to the host.
 */
#include "deliver/channel.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/step.h"
#include "deliver/pace.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#define RETURNS_MAX 3 /* times a job may come back from lost connections before it counts as a try */
#define IDLE_MS 2000  /* a link without work is closed after this */
#define GOODBYE_MS 1000
#define RETAKE_MS 20 /* before taking again when the gate said no */
#define RECEIVE_SIZE 16384u
#define RECEIVES_MAX 16 /* of one link in a turn */

struct channel *channel_new(int epoll_fd, uint32_t id)
{
	struct channel *c = mem_alloc(sizeof(*c));

	c->link = link_new(epoll_fd, id);
	c->dialogue = dialogue_new();
	return c;
}

void channel_free(struct channel *c)
{
	if (!c)
		return;
	link_free(c->link);
	dialogue_free(c->dialogue);
	free(c);
}

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

static void give_back(struct floor *floor, struct engine_job *job)
{
	floor->host.give_back(floor->host.context, job);
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

static void settle(struct floor *floor, const struct channel *c, const struct entry *entry,
	const struct dialogue_event *event)
{
	const struct engine_job *job = entry->job;
	const struct link_facts *facts = link_facts(c->link);
	struct attempt attempt = {
		.dispatch = job->dispatch,
		.position = job->position,
		.number = job->attempt_number,
		.phase = event->phase,
		.outcome = event->verdict.outcome,
		.cause = event->verdict.cause,
		.slows_site = event->verdict.slows_site,
		.code = event->code,
		.tls = facts->tls,
		.started_ms = entry->started_ms,
		.settled_ms = clock_now_ms(),
		.is_possible_duplicate = job->is_possible_duplicate,
	};

	reply_copy_text(attempt.enhanced, sizeof(attempt.enhanced), span_of(event->enhanced));
	reply_copy_text(attempt.relay, sizeof(attempt.relay), span_of(facts->relay));
	reply_copy_text(attempt.tls_version, sizeof(attempt.tls_version), span_of(facts->tls_version));
	copy_without_address(attempt.reply, sizeof(attempt.reply), event->text, job->envelope_to);
	floor->is_settled_since_take = true;
	step("channel.settling");
	floor->host.settle(floor->host.context, entry->job, &attempt);
	step("channel.settled");
}

static void on_last_byte(struct floor *floor, struct channel *c, struct entry *seat)
{
	struct err err;
	enum status status;

	if (floor->status) {
		dialogue_lost(c->dialogue, "sending stopped");
		return;
	}
	step("channel.ending");
	status = floor->host.note_final(floor->host.context, seat->job, &err);
	step("channel.ended");
	if (!status) {
		seat->is_noted = true;
		dialogue_finish(c->dialogue);
		return;
	}
	floor_stop_because(floor, status, &err);
	dialogue_lost(c->dialogue, "it could not be noted, so it was not sent");
}

/* Not sent, and its MAIL never answered. It may go again, but not for ever without counting as a try. */
static void on_returned(
	struct floor *floor, struct channel *c, struct entry entry, const struct dialogue_event *event)
{
	struct dialogue_event counted = *event;

	if (floor_is_stopping(floor)) {
		give_back(floor, entry.job);
	} else if (++entry.returns < RETURNS_MAX) {
		jobqueue_return(&floor->queue, entry);
	} else {
		counted.phase = PHASE_MAIL;
		settle(floor, c, &entry, &counted);
	}
}

static void on_dialogue_event(struct floor *floor, struct channel *c, const struct dialogue_event *event)
{
	struct entry *seat = event->tag;
	struct entry entry = *seat;
	bool is_ours_to_take_back = (floor->status || floor->is_dropping) && !entry.is_noted;

	if (event->kind == DIALOGUE_LAST_BYTE) {
		on_last_byte(floor, c, seat);
		return;
	}
	*seat = (struct entry){0};
	floor->in_flight--;
	if (event->kind == DIALOGUE_RETURNED) {
		on_returned(floor, c, entry, event);
		return;
	}
	if (event->code)
		station_proved(c->station);
	if (!event->code && event->verdict.outcome == DELIVERY_DEFERRED && is_ours_to_take_back)
		give_back(floor, entry.job);
	else
		settle(floor, c, &entry, event);
}

/* A message that can't go over this link: what is wrong is wrong with it, and no try will mend it. */
static void refuse(struct floor *floor, struct channel *c, const struct entry *entry, const struct err *err)
{
	const struct dialogue_event event = {
		.kind = DIALOGUE_SETTLED,
		.phase = PHASE_MAIL,
		.verdict = {.outcome = DELIVERY_FAILED, .cause = CAUSE_MESSAGE},
		.enhanced = "",
		.text = span_of(err->text),
	};

	settle(floor, c, entry, &event);
	floor_wake_at(floor, floor->now_ms);
}

static void seat(struct floor *floor, struct channel *c, struct entry entry)
{
	struct entry *free_seat = c->seats[0].job ? &c->seats[1] : &c->seats[0];
	const struct engine_job *job = entry.job;
	const struct dialogue_mail mail = {
		.tag = free_seat,
		.from = job->envelope_from,
		.to = job->envelope_to,
		.needs_smtputf8 = job->needs_smtputf8,
		.envelope_id = job->envelope_id,
		.message = job->message,
	};
	enum status status;
	struct err err;

	entry.started_ms = clock_now_ms();
	status = dialogue_add(c->dialogue, &mail, &err);
	if (status == E_RANGE) {
		floor->host.too_large(floor->host.context, entry.job, err.text);
		floor_wake_at(floor, floor->now_ms);
		return;
	}
	if (status != OK) {
		refuse(floor, c, &entry, &err);
		return;
	}
	*free_seat = entry;
	floor->in_flight++;
	c->given++;
}

static bool is_full(const struct channel *c)
{
	int limit = c->station->relay->messages_per_connection;

	return limit > 0 && c->given >= limit;
}

static void give_jobs(struct floor *floor, struct channel *c)
{
	while (floor->queue.count && !floor_is_stopping(floor) && !is_full(c) &&
		dialogue_has_room(c->dialogue)) {
		int64_t wait_ms = pace_take(&c->station->pace, floor->now_ms);
		struct entry entry;

		if (wait_ms) {
			floor_wake_at(floor, floor->now_ms + wait_ms);
			return;
		}
		entry = jobqueue_take(&floor->queue);
		if (floor->host.may_send(floor->host.context, entry.job)) {
			seat(floor, c, entry);
			continue;
		}
		pace_return(&c->station->pace);
		floor->retake_ms = floor->now_ms + RETAKE_MS;
		floor_wake_at(floor, floor->retake_ms);
		give_back(floor, entry.job);
	}
}

static void trouble(struct floor *floor, struct station *station, const char *why, bool is_permanent)
{
	char words[640];
	int64_t again_ms;

	snprintf(words, sizeof(words), "relay \"%s\": %s", station->name, why);
	again_ms = station_failed(station, is_permanent, floor->options.relay_tries,
		floor->options.relay_retry_ms, floor->now_ms, words);
	if (floor->host.relay_trouble)
		floor->host.relay_trouble(floor->host.context, station->relay, words,
			clock_now_ms() + again_ms - floor->now_ms);
}

void channel_close(struct channel *c)
{
	struct station *station = c->station;

	station_closed(station, c->is_connected);
	link_close(c->link);
	c->station = NULL;
	c->is_connected = false;
}

/* A connection over which nothing was decided is as bad as none, or its relay would be called in a circle. */
static void end_channel(struct floor *floor, struct channel *c)
{
	struct station *station = c->station;
	bool is_trouble = !c->is_leaving && !floor_is_stopping(floor) && dialogue_decided(c->dialogue) == 0;

	channel_close(c);
	if (is_trouble)
		trouble(floor, station, dialogue_words(c->dialogue), false);
}

static void leave(struct floor *floor, struct channel *c)
{
	c->is_leaving = true;
	c->progress_ms = floor->now_ms;
	dialogue_quit(c->dialogue);
}

static void hear(struct floor *floor, struct channel *c)
{
	char buffer[RECEIVE_SIZE];
	struct err err;

	for (int i = 0; i < RECEIVES_MAX; i++) {
		size_t count = 0;
		enum status status = link_receive(c->link, buffer, sizeof(buffer), &count, &err);

		if (status == E_BUSY)
			return;
		if (status) {
			dialogue_lost(c->dialogue, err.text);
			return;
		}
		step("channel.heard");
		dialogue_push(c->dialogue, span_bytes(buffer, count));
		c->progress_ms = floor->now_ms;
		/* TLS may hold more that no event will tell of. */
		if (count < sizeof(buffer) && link_facts(c->link)->tls == TLS_NONE)
			return;
	}
}

/* Whatever can be said now. False when the rest must wait for an event. */
static bool talk(struct floor *floor, struct channel *c)
{
	struct span out = dialogue_output(c->dialogue);
	size_t count = 0;
	struct err err;
	enum status status;

	if (!out.len)
		return false;
	status = link_send(c->link, out, &count, &err);
	if (status == E_BUSY)
		return false;
	if (status) {
		/* Why it hung up may still be there to read. */
		hear(floor, c);
		dialogue_lost(c->dialogue, err.text);
		return true;
	}
	step("channel.said");
	dialogue_sent(c->dialogue, count);
	c->progress_ms = floor->now_ms;
	return true;
}

static void converse(struct floor *floor, struct channel *c)
{
	struct dialogue_event event;

	do {
		while (dialogue_next(c->dialogue, &event))
			on_dialogue_event(floor, c, &event);
		if (dialogue_is_over(c->dialogue)) {
			end_channel(floor, c);
			return;
		}
		give_jobs(floor, c);
		if (is_full(c) && !c->is_leaving && dialogue_is_idle(c->dialogue))
			leave(floor, c);
	} while (talk(floor, c));
}

static void on_link_state(struct floor *floor, struct channel *c, enum link_state state)
{
	struct station *station = c->station;

	if (state == LINK_READY) {
		station_connected(station);
		c->is_connected = true;
		c->progress_ms = floor->now_ms;
		dialogue_begin(c->dialogue, &link_facts(c->link)->features);
		converse(floor, c);
	} else if (state == LINK_FAILED) {
		struct link_failure failure = *link_failure(c->link);

		channel_close(c);
		trouble(floor, station, failure.words, failure.is_permanent);
	}
}

static int or_default(int64_t value, int fallback)
{
	return value > 0 ? (int)value : fallback;
}

static int command_timeout(const struct relay *relay)
{
	return or_default(relay->command_timeout_ms, 300000);
}

static int timeout_of(const struct channel *c)
{
	const struct relay *relay = c->station->relay;

	if (c->is_leaving)
		return GOODBYE_MS;
	switch (dialogue_waits_for(c->dialogue)) {
	case PHASE_DATA:
		return or_default(relay->data_timeout_ms, 120000);
	case PHASE_DOT:
		return or_default(relay->dot_timeout_ms, 600000);
	case PHASE_NONE:
		return IDLE_MS;
	case PHASE_CONNECT:
	case PHASE_TLS:
	case PHASE_AUTH:
	case PHASE_HELLO:
	case PHASE_MAIL:
	case PHASE_RCPT:
	case PHASE_BODY:
	case PHASE_COUNT:
	default:
		return command_timeout(relay);
	}
}

static void on_deadline(struct floor *floor, struct channel *c, int timeout_ms)
{
	enum attempt_phase phase = dialogue_waits_for(c->dialogue);
	char words[128];

	if (phase == PHASE_NONE && !c->is_leaving) {
		leave(floor, c);
	} else {
		snprintf(words, sizeof(words), "no answer in phase \"%s\" within %g s",
			attempt_phase_name(phase), timeout_ms / 1000.0);
		dialogue_lost(c->dialogue, words);
	}
	converse(floor, c);
}

void channel_open(struct floor *floor, struct channel *c, struct station *station)
{
	const struct link_options options = {
		.relay = station->relay,
		.hello = station->relay->hello[0] ? station->relay->hello : floor->options.hello,
		.connect_timeout_ms = or_default(station->relay->connect_timeout_ms, 30000),
		.command_timeout_ms = command_timeout(station->relay),
	};
	struct err err;

	*c = (struct channel){.link = c->link, .dialogue = c->dialogue, .station = station};
	station_opening(station);
	if (!link_open(c->link, &options, &err))
		return;
	channel_close(c);
	trouble(floor, station, err.text, true);
}

void channel_on_event(struct floor *floor, struct channel *c, int fd, uint32_t events)
{
	if (!c->station)
		return;
	if (!c->is_connected) {
		on_link_state(floor, c, link_on_event(c->link, fd, events));
		return;
	}
	if (events & ~(uint32_t)EPOLLOUT)
		hear(floor, c);
	converse(floor, c);
}

void channel_on_turn(struct floor *floor, struct channel *c)
{
	if (!c->station)
		return;
	if (!c->is_connected) {
		if (floor->now_ms >= link_wake_ms(c->link))
			on_link_state(floor, c, link_on_time(c->link));
	} else if (floor->now_ms >= c->progress_ms + timeout_of(c)) {
		on_deadline(floor, c, timeout_of(c));
	} else if (floor->queue.count && dialogue_has_room(c->dialogue)) {
		converse(floor, c);
	}
	/* Closed by now: its jobs wait, and its relay's pause has begun. */
	if (!c->station)
		floor_wake_at(floor, floor->now_ms);
	else
		floor_wake_at(
			floor, c->is_connected ? c->progress_ms + timeout_of(c) : link_wake_ms(c->link));
}

void channel_leave(struct floor *floor, struct channel *c)
{
	if (!c->station)
		return;
	if (!c->is_connected) {
		channel_close(c);
		return;
	}
	if (!c->is_leaving)
		leave(floor, c);
	converse(floor, c);
}

void channel_drop(struct floor *floor, struct channel *c, const char *words)
{
	if (!c->is_connected)
		return;
	dialogue_lost(c->dialogue, words);
	converse(floor, c);
}

bool channel_is_ready(const struct channel *c)
{
	return c->station && (!c->is_connected || dialogue_has_room(c->dialogue));
}
