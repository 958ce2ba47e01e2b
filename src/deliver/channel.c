/*
 * One channel: what comes over its link goes into its dialogue, what the dialogue
 * wants said goes out, and what it decides is told to the host.
 */
#include "deliver/channel.h"

#include "base/clock.h"
#include "base/idmap.h"
#include "base/mem.h"
#include "base/step.h"
#include "deliver/pace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define RETURNS_MAX 3 /* times a job that is suspect may come back, as no try */
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

static uint64_t domain_of(struct span address)
{
	size_t at = address.len;

	while (at && address.ptr[at - 1] != '@')
		at--;
	return idmap_hash(address.ptr + at, address.len - at);
}

static void settle(
	struct floor *floor, struct channel *c, const struct entry *entry, const struct dialogue_event *event)
{
	struct attempt attempt;
	char words[sizeof(c->station->words)] = "";

	step("channel.settling");
	floor_settle(floor, entry, event, link_facts(c->link), &attempt);
	step("channel.settled");
	if (!event->code)
		return;
	if (event->verdict.outcome != DELIVERY_ACCEPTED)
		snprintf(words, sizeof(words), "relay \"%s\": it refuses messages: %d %s%s%.300s",
			c->station->name, attempt.code, attempt.enhanced, attempt.enhanced[0] ? " " : "",
			attempt.reply);
	station_decided(c->station,
		&(struct station_reply){
			.phase = event->phase,
			.code = event->code,
			.verdict = event->verdict,
			.begun_at = entry->begun_at,
			.words = words,
			.domain = domain_of(entry->job->envelope_to),
			.begun_ms = entry->begun_ms,
		},
		floor->now_ms);
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

/*
 * What it was lost for may be this message: the connection decided nothing, while others did, or there's
 * no other. Of many that are lost together only the last one counts: that is the relay.
 */
static bool is_suspect(const struct channel *c, const struct entry *entry)
{
	return dialogue_decided(c->dialogue) == 0 &&
	       (c->station->open == 1 || c->station->decided != entry->decided_at);
}

/* Not sent, and its MAIL never answered. It may go again, but not for ever without counting as a try. */
static void on_returned(
	struct floor *floor, struct channel *c, struct entry entry, const struct dialogue_event *event)
{
	struct dialogue_event counted = *event;

	if (dialogue_was_dismissed(c->dialogue))
		station_dismissed(c->station, dialogue_decided(c->dialogue), entry.begun_at);
	entry.returns += is_suspect(c, &entry);
	entry.decided_at = c->station->decided;
	if (floor_is_stopping(floor)) {
		floor_give_back(floor, entry.job);
	} else if (entry.returns < RETURNS_MAX) {
		floor_return_job(floor, entry);
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
	c->station->in_flight--;
	if (event->verdict.breaks_pipelining && station_breaks_pipelining(c->station))
		c->has_learnt = true;
	if (event->kind == DIALOGUE_RETURNED)
		on_returned(floor, c, entry, event);
	else if (!event->code && event->verdict.outcome == DELIVERY_DEFERRED && is_ours_to_take_back)
		floor_give_back(floor, entry.job);
	else
		settle(floor, c, &entry, event);
	floor_tell(floor, c->station);
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
	entry.begun_ms = floor->now_ms;
	entry.begun_at = c->station->halvings;
	if (entry.seen_by != c->station)
		entry.decided_at = c->station->decided;
	entry.seen_by = c->station;
	status = dialogue_add(c->dialogue, &mail, &err);
	if (status == E_RANGE || status == E_UNSUPPORTED) {
		floor_detour(floor, c->station, link_facts(c->link), entry, &err);
		return;
	}
	if (status != OK) {
		floor_refuse(floor, &entry, link_facts(c->link), err.text);
		return;
	}
	*free_seat = entry;
	floor->in_flight++;
	c->station->in_flight++;
	c->given++;
}

static bool is_full(const struct channel *c)
{
	int limit = c->station->relay->messages_per_connection;

	return limit > 0 && c->given >= limit;
}

/* Whether it should go on once it is free. */
static bool is_wanted(const struct floor *floor, const struct channel *c)
{
	return !is_full(c) && !(c->is_pipelined && c->station->breaks_pipelining) &&
	       floor_keeps(floor, c->station);
}

static void give_jobs(struct floor *floor, struct channel *c)
{
	while (!floor_is_stopping(floor) && dialogue_has_room(c->dialogue) && is_wanted(floor, c) &&
		floor_has_job(floor, c->station)) {
		int64_t wait_ms = pace_take(&c->station->pace, floor->now_ms);
		struct entry entry;

		c->station->rests_until_ms = floor->now_ms + wait_ms;
		if (wait_ms) {
			floor_wake_at(floor, c->station->rests_until_ms);
			return;
		}
		entry = floor_take_job(floor, c->station);
		if (floor->host.may_send(floor->host.context, entry.job)) {
			seat(floor, c, entry);
			continue;
		}
		pace_return(&c->station->pace);
		floor->retake_ms = floor->now_ms + RETAKE_MS;
		floor_wake_at(floor, floor->retake_ms);
		floor_give_back(floor, entry.job);
	}
}

/* A server may repeat anybody's address; these words are kept, and erasing a person must reach all of them.
 */
static void add_without_addresses(struct str *to, struct span words)
{
	while (words.len) {
		size_t end = 0;

		while (end < words.len && !strchr(" <>()\"',;:", words.ptr[end]))
			end++;
		if (memchr(words.ptr, '@', end))
			str_add(to, SPAN("[address]"));
		else
			str_add(to, span_first(words, end));
		if (end < words.len)
			str_add_char(to, words.ptr[end++]);
		words = span_from(words, end);
	}
}

static void trouble(struct floor *floor, struct station *station, struct station_failure failure)
{
	struct str words;

	str_init(&words, STR_MAX_SMALL);
	str_addf(&words, "relay \"%s\": ", station->name);
	add_without_addresses(&words, span_of(failure.words));
	failure.words = words.ptr;
	station_failed(station, &failure, floor->now_ms);
	str_clear(&words);
	floor_wake_at(floor, station->next_open_ms);
	floor_tell(floor, station);
}

void channel_close(struct channel *c)
{
	station_closed(c->station, c->is_leaving);
	link_close(c->link);
	c->station = NULL;
	c->is_connected = false;
}

/*
 * A connection over which nothing was decided is as bad as none, or its relay would be called in
 * a circle. One that taught us something isn't: the next one goes otherwise.
 */
static void end_channel(struct floor *floor, struct channel *c)
{
	struct station *station = c->station;
	bool is_trouble = dialogue_decided(c->dialogue) == 0 && (c->given || !c->is_leaving) &&
			  !c->has_learnt && !floor_is_stopping(floor);

	channel_close(c);
	if (is_trouble)
		trouble(floor, station,
			(struct station_failure){
				.words = dialogue_words(c->dialogue), .begun_at = c->begun_at});
}

static void leave(struct floor *floor, struct channel *c)
{
	c->is_leaving = true;
	c->progress_ms = floor->now_ms;
	station_leaving(c->station);
	dialogue_quit(c->dialogue);
}

static void hear(struct channel *c)
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
		hear(c);
		dialogue_lost(c->dialogue, err.text);
		return true;
	}
	step("channel.said");
	dialogue_sent(c->dialogue, count);
	c->progress_ms = floor->now_ms;
	return true;
}

/* The timers of RFC 5321 4.5.3.2 are for a whole reply: a server that never ends one is as good as silent. */
static void note_replies(const struct floor *floor, struct channel *c)
{
	size_t replies = dialogue_replies(c->dialogue);

	if (replies != c->replies)
		c->progress_ms = floor->now_ms;
	c->replies = replies;
}

static void converse(struct floor *floor, struct channel *c)
{
	struct dialogue_event event;

	do {
		while (dialogue_next(c->dialogue, &event))
			on_dialogue_event(floor, c, &event);
		note_replies(floor, c);
		if (dialogue_is_over(c->dialogue)) {
			end_channel(floor, c);
			return;
		}
		give_jobs(floor, c);
		if (!c->is_leaving && !is_wanted(floor, c))
			leave(floor, c);
	} while (talk(floor, c));
}

static void begin_dialogue(struct floor *floor, struct channel *c)
{
	struct dialogue_features features = link_facts(c->link)->features;

	features.has_pipelining &= !c->station->breaks_pipelining;
	c->is_pipelined = features.has_pipelining;
	c->is_connected = true;
	c->progress_ms = floor->now_ms;
	station_connected(c->station);
	dialogue_begin(c->dialogue, &features);
	/* There may be room for more links, now that it was reached. */
	floor_wake_at(floor, floor->now_ms);
	converse(floor, c);
}

static void on_link_state(struct floor *floor, struct channel *c, enum link_state state)
{
	struct station *station = c->station;

	if (state == LINK_READY) {
		begin_dialogue(floor, c);
	} else if (state == LINK_FAILED) {
		struct link_failure failure = *link_failure(c->link);

		channel_close(c);
		trouble(floor, station,
			(struct station_failure){.words = failure.words,
				.is_permanent = failure.is_permanent,
				.begun_at = c->begun_at});
	}
}

static int timeout_of(const struct channel *c)
{
	const struct relay *relay = c->station->relay;

	if (c->is_leaving && !dialogue_count(c->dialogue))
		return GOODBYE_MS;
	switch (dialogue_waits_for(c->dialogue)) {
	case PHASE_DATA:
		return (int)relay->data_timeout_ms;
	case PHASE_DOT:
		return (int)relay->dot_timeout_ms;
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
		return (int)relay->command_timeout_ms;
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
		.connect_timeout_ms = (int)station->relay->connect_timeout_ms,
		.command_timeout_ms = (int)station->relay->command_timeout_ms,
	};
	struct err err;

	*c = (struct channel){
		.link = c->link, .dialogue = c->dialogue, .station = station, .begun_at = station->halvings};
	station_opening(station, floor->now_ms);
	floor_tell(floor, station);
	if (!link_open(c->link, &options, &err))
		return;
	channel_close(c);
	trouble(floor, station,
		(struct station_failure){.words = err.text, .is_permanent = true, .begun_at = c->begun_at});
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
		hear(c);
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
	} else if (dialogue_has_room(c->dialogue) &&
		   (floor_has_job(floor, c->station) || !is_wanted(floor, c))) {
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
	if (!c->station)
		return false;
	return c->is_connected ? dialogue_has_room(c->dialogue) : c->station->circuit == RELAY_CLOSED;
}
