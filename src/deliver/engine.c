/*
 * The loop over links. Jobs wait in a short queue, are said over whichever link
 * has room, and leave as an outcome or are given back. Everything that can take
 * time is an event or a timer.
 */
#include "deliver/engine.h"

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/dialogue.h"
#include "deliver/link.h"
#include "deliver/pace.h"
#include "deliver/station.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define QUEUE_MIN 64
#define QUEUE_MAX 1024 /* the journal's ceiling for open claims */
#define RETURNS_MAX 3  /* times a job may come back from lost connections before it counts as a try */
#define IDLE_MS 2000   /* a link without work is closed after this */
#define GOODBYE_MS 1000
#define WAIT_MAX_MS 1000 /* a clock that is set must not keep anybody waiting */
#define RETAKE_MS 20     /* before taking again when the gate said no, or "now" brought nothing */
#define EVENTS 128
#define RECEIVE_SIZE 16384u
#define RECEIVES_MAX 16 /* of one link in a turn */
#define STOP_EVENT UINT64_MAX

struct entry {
	struct engine_job *job; /* NULL: free */
	int returns;
	bool is_noted;      /* as final: what becomes of it must be recorded */
	int64_t started_ms; /* wall clock: when its MAIL was handed over */
};

/* A link, and what is said over it. */
struct channel {
	struct link *link;
	struct dialogue *dialogue;
	struct station *station; /* NULL: free */
	struct entry seats[2];
	bool is_connected;
	bool is_leaving;
	int given;
	int64_t progress_ms;
};

struct engine {
	struct engine_options options;
	struct engine_host host;
	struct station *stations;
	struct channel **channels;
	size_t channel_count, channel_capacity;
	struct entry *queue; /* a ring */
	size_t queue_head, queue_count, queue_ring, queue_size;
	struct engine_job **taken; /* room for one take */
	size_t in_flight;
	int epoll_fd, stop_fd;
	atomic_int stops;
	bool is_dropping;
	bool has_asked, is_more, is_settled_since_take;
	int64_t next_take_ms; /* wall clock */
	int64_t retake_ms;    /* steady */
	int64_t wake_ms;      /* steady: the next thing to do by time alone */
	int64_t now_ms;       /* steady, of this turn */
	enum status status;   /* why it stops */
	struct err err;
};

static int or_default(int value, int fallback)
{
	return value > 0 ? value : fallback;
}

static enum status check_options(const struct engine_options *options, struct err *err)
{
	if (!options->relay_count)
		return err_set(err, E_RANGE, "no relay to send through; add one to relays");
	for (size_t i = 0; i < options->relay_count; i++) {
		const struct relay *relay = &options->relays[i];

		if (relay->connections < 1 || relay->connections > 1000)
			return err_set(err, E_RANGE, "relay \"%s\": connections = %d is not 1 to 1000",
				relay->url, relay->connections);
	}
	return OK;
}

static enum status add_stations(struct engine *e, struct err *err)
{
	const struct engine_options *options = &e->options;
	size_t connections = 0;

	e->stations = mem_alloc(options->relay_count * sizeof(*e->stations));
	for (size_t i = 0; i < options->relay_count; i++) {
		char name[256];
		enum status status = link_check_url(options->relays[i].url, name, sizeof(name), err);

		if (status)
			return status;
		station_init(&e->stations[i], &options->relays[i], name, clock_steady_ms());
		connections += (size_t)options->relays[i].connections;
	}
	e->queue_size = connections * 4;
	e->queue_size = e->queue_size < QUEUE_MIN ? QUEUE_MIN : e->queue_size;
	e->queue_size = e->queue_size > QUEUE_MAX ? QUEUE_MAX : e->queue_size;
	e->queue_ring = e->queue_size + 2 * connections;
	e->queue = mem_alloc(e->queue_ring * sizeof(*e->queue));
	e->taken = mem_alloc(e->queue_size * sizeof(struct engine_job *));
	return OK;
}

static enum status open_descriptors(struct engine *e, struct err *err)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = STOP_EVENT};

	e->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	e->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (e->epoll_fd < 0 || e->stop_fd < 0 || epoll_ctl(e->epoll_fd, EPOLL_CTL_ADD, e->stop_fd, &event))
		return err_system(err, errno, "cannot watch connections");
	return OK;
}

enum status engine_new(const struct engine_options *options, const struct engine_host *host,
	struct engine **out, struct err *err)
{
	struct engine *e = mem_alloc(sizeof(*e));
	enum status status = check_options(options, err);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	e->options = *options;
	e->options.connect_timeout_ms = or_default(options->connect_timeout_ms, 30000);
	e->options.command_timeout_ms = or_default(options->command_timeout_ms, 300000);
	e->options.data_timeout_ms = or_default(options->data_timeout_ms, 120000);
	e->options.dot_timeout_ms = or_default(options->dot_timeout_ms, 600000);
	e->options.relay_retry_ms = or_default(options->relay_retry_ms, 1000);
	e->host = *host;
	e->epoll_fd = -1;
	e->stop_fd = -1;
	if (!status)
		status = add_stations(e, err);
	if (!status)
		status = open_descriptors(e, err);
	if (status) {
		engine_free(e);
		return status;
	}
	*out = e;
	return OK;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->channel_count; i++) {
		link_free(e->channels[i]->link);
		dialogue_free(e->channels[i]->dialogue);
		free(e->channels[i]);
	}
	free(e->channels);
	free(e->stations);
	free(e->queue);
	free(e->taken);
	if (e->epoll_fd >= 0)
		close(e->epoll_fd);
	if (e->stop_fd >= 0)
		close(e->stop_fd);
	free(e);
	curl_global_cleanup();
}

void engine_stop(struct engine *e)
{
	const uint64_t one = 1;
	int saved = errno;

	atomic_fetch_add(&e->stops, 1);
	/* Can only fail when it is full, and then it has been heard. */
	if (write(e->stop_fd, &one, sizeof(one)) < 0)
		errno = saved;
}

static bool is_stopping(const struct engine *e)
{
	return e->status != OK || atomic_load(&e->stops) > 0;
}

static void stop_because(struct engine *e, enum status status, const struct err *err)
{
	if (e->status)
		return;
	e->status = status;
	e->err = *err;
}

static void wake_at(struct engine *e, int64_t at_ms)
{
	if (at_ms < e->wake_ms)
		e->wake_ms = at_ms;
}

static void queue_add(struct engine *e, struct entry entry)
{
	e->queue[(e->queue_head + e->queue_count) % e->queue_ring] = entry;
	e->queue_count++;
}

static void queue_return(struct engine *e, struct entry entry)
{
	e->queue_head = (e->queue_head + e->queue_ring - 1) % e->queue_ring;
	e->queue[e->queue_head] = entry;
	e->queue_count++;
}

static struct entry queue_take(struct engine *e)
{
	struct entry entry = e->queue[e->queue_head];

	e->queue_head = (e->queue_head + 1) % e->queue_ring;
	e->queue_count--;
	return entry;
}

static void give_back(struct engine *e, struct engine_job *job)
{
	e->host.give_back(e->host.context, job);
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

static void settle(struct engine *e, const struct channel *c, const struct entry *entry,
	const struct dialogue_event *event)
{
	const struct engine_job *job = entry->job;
	const struct link_facts *facts = link_facts(c->link);
	struct attempt attempt = {
		.dispatch = job->dispatch,
		.position = job->position,
		.number = job->attempt_number,
		.phase = event->phase,
		.outcome = event->outcome,
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
	e->is_settled_since_take = true;
	e->host.settle(e->host.context, entry->job, &attempt);
}

static void on_last_byte(struct engine *e, struct channel *c, struct entry *seat)
{
	struct err err;
	enum status status;

	if (e->status) {
		dialogue_lost(c->dialogue, "sending stopped");
		return;
	}
	status = e->host.note_final(e->host.context, seat->job, &err);
	if (!status) {
		seat->is_noted = true;
		dialogue_finish(c->dialogue);
		return;
	}
	stop_because(e, status, &err);
	dialogue_lost(c->dialogue, "it could not be noted, so it was not sent");
}

/* Not sent, and its MAIL never answered. It may go again, but not for ever without counting as a try. */
static void on_returned(
	struct engine *e, struct channel *c, struct entry entry, const struct dialogue_event *event)
{
	struct dialogue_event counted = *event;

	if (is_stopping(e)) {
		give_back(e, entry.job);
	} else if (++entry.returns < RETURNS_MAX) {
		queue_return(e, entry);
	} else {
		counted.phase = PHASE_MAIL;
		counted.outcome = DELIVERY_DEFERRED;
		settle(e, c, &entry, &counted);
	}
}

static void on_dialogue_event(struct engine *e, struct channel *c, const struct dialogue_event *event)
{
	struct entry *seat = event->tag;
	struct entry entry = *seat;
	bool is_ours_to_take_back = (e->status || e->is_dropping) && !entry.is_noted;

	if (event->kind == DIALOGUE_LAST_BYTE) {
		on_last_byte(e, c, seat);
		return;
	}
	*seat = (struct entry){0};
	e->in_flight--;
	if (event->kind == DIALOGUE_RETURNED) {
		on_returned(e, c, entry, event);
		return;
	}
	if (event->code)
		station_proved(c->station);
	if (!event->code && event->outcome == DELIVERY_DEFERRED && is_ours_to_take_back)
		give_back(e, entry.job);
	else
		settle(e, c, &entry, event);
}

/* A message that can't go over this link: what is wrong is wrong with it, and no try will mend it. */
static void refuse(struct engine *e, struct channel *c, const struct entry *entry, const struct err *err)
{
	const struct dialogue_event event = {
		.kind = DIALOGUE_SETTLED,
		.phase = PHASE_MAIL,
		.outcome = DELIVERY_FAILED,
		.enhanced = "",
		.text = span_of(err->text),
	};

	settle(e, c, entry, &event);
}

static void seat(struct engine *e, struct channel *c, struct entry entry)
{
	struct entry *free_seat = c->seats[0].job ? &c->seats[1] : &c->seats[0];
	const struct engine_job *job = entry.job;
	const struct dialogue_mail mail = {
		.tag = free_seat,
		.from = job->envelope_from,
		.to = job->envelope_to,
		.needs_smtputf8 = job->needs_smtputf8,
		.message = job->message,
	};
	struct err err;

	entry.started_ms = clock_now_ms();
	if (dialogue_add(c->dialogue, &mail, &err)) {
		refuse(e, c, &entry, &err);
		return;
	}
	*free_seat = entry;
	e->in_flight++;
	c->given++;
}

static bool is_full(const struct channel *c)
{
	int limit = c->station->relay->messages_per_connection;

	return limit > 0 && c->given >= limit;
}

static void give_jobs(struct engine *e, struct channel *c)
{
	while (e->queue_count && !is_stopping(e) && !is_full(c) && dialogue_has_room(c->dialogue)) {
		int64_t wait_ms = pace_take(&c->station->pace, e->now_ms);
		struct entry entry;

		if (wait_ms) {
			wake_at(e, e->now_ms + wait_ms);
			return;
		}
		entry = queue_take(e);
		if (e->host.may_send(e->host.context, entry.job)) {
			seat(e, c, entry);
			continue;
		}
		pace_return(&c->station->pace);
		e->retake_ms = e->now_ms + RETAKE_MS;
		give_back(e, entry.job);
	}
}

static void trouble(struct engine *e, struct station *station, const char *why, bool is_permanent)
{
	char words[640];
	int64_t again_ms;

	snprintf(words, sizeof(words), "relay \"%s\": %s", station->name, why);
	again_ms = station_failed(
		station, is_permanent, e->options.relay_tries, e->options.relay_retry_ms, e->now_ms, words);
	if (e->host.relay_trouble)
		e->host.relay_trouble(
			e->host.context, station->relay, words, clock_now_ms() + again_ms - e->now_ms);
}

static void close_channel(struct channel *c)
{
	struct station *station = c->station;

	station_closed(station, c->is_connected);
	link_close(c->link);
	c->station = NULL;
	c->is_connected = false;
}

/* A connection over which nothing was decided is as bad as none, or its relay would be called in a circle. */
static void end_channel(struct engine *e, struct channel *c)
{
	struct station *station = c->station;
	bool is_trouble = !c->is_leaving && !is_stopping(e) && dialogue_decided(c->dialogue) == 0;

	close_channel(c);
	if (is_trouble)
		trouble(e, station, dialogue_words(c->dialogue), false);
}

static void leave(struct engine *e, struct channel *c)
{
	c->is_leaving = true;
	c->progress_ms = e->now_ms;
	dialogue_quit(c->dialogue);
}

static void hear(struct engine *e, struct channel *c)
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
		dialogue_push(c->dialogue, span_bytes(buffer, count));
		c->progress_ms = e->now_ms;
		/* TLS may hold more that no event will tell of. */
		if (count < sizeof(buffer) && link_facts(c->link)->tls == TLS_NONE)
			return;
	}
}

/* Whatever can be said now. False when the rest must wait for an event. */
static bool talk(struct engine *e, struct channel *c)
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
		hear(e, c);
		dialogue_lost(c->dialogue, err.text);
		return true;
	}
	dialogue_sent(c->dialogue, count);
	c->progress_ms = e->now_ms;
	return true;
}

static void converse(struct engine *e, struct channel *c)
{
	struct dialogue_event event;

	do {
		while (dialogue_next(c->dialogue, &event))
			on_dialogue_event(e, c, &event);
		if (dialogue_is_over(c->dialogue)) {
			end_channel(e, c);
			return;
		}
		give_jobs(e, c);
		if (is_full(c) && !c->is_leaving && dialogue_is_idle(c->dialogue))
			leave(e, c);
	} while (talk(e, c));
}

static void on_link_state(struct engine *e, struct channel *c, enum link_state state)
{
	struct station *station = c->station;

	if (state == LINK_READY) {
		station_connected(station);
		c->is_connected = true;
		c->progress_ms = e->now_ms;
		dialogue_begin(c->dialogue, &link_facts(c->link)->features);
		converse(e, c);
	} else if (state == LINK_FAILED) {
		struct link_failure failure = *link_failure(c->link);

		close_channel(c);
		trouble(e, station, failure.words, failure.is_permanent);
	}
}

static struct channel *find_free_channel(struct engine *e)
{
	struct channel *c;

	for (size_t i = 0; i < e->channel_count; i++) {
		if (!e->channels[i]->station)
			return e->channels[i];
	}
	e->channels = mem_grow(e->channels, e->channel_count, &e->channel_capacity, sizeof(struct channel *));
	c = mem_alloc(sizeof(*c));
	c->link = link_new(e->epoll_fd, (uint32_t)e->channel_count);
	c->dialogue = dialogue_new();
	e->channels[e->channel_count++] = c;
	return c;
}

static void open_channel(struct engine *e, struct station *station)
{
	struct channel *c = find_free_channel(e);
	const struct link_options options = {
		.relay = station->relay,
		.hello = station->relay->hello[0] ? station->relay->hello : e->options.hello,
		.connect_timeout_ms = e->options.connect_timeout_ms,
		.command_timeout_ms = e->options.command_timeout_ms,
	};
	struct err err;

	*c = (struct channel){.link = c->link, .dialogue = c->dialogue, .station = station};
	station_opening(station);
	if (!link_open(c->link, &options, &err))
		return;
	close_channel(c);
	trouble(e, station, err.text, true);
}

/* As many links as there are jobs for, as far as the relays allow. */
static void open_channels(struct engine *e)
{
	size_t ready = 0;

	for (size_t i = 0; i < e->channel_count; i++) {
		const struct channel *c = e->channels[i];

		if (c->station && (!c->is_connected || dialogue_has_room(c->dialogue)))
			ready++;
	}
	while (ready < e->queue_count && !is_stopping(e)) {
		struct station *station =
			station_choose(e->stations, e->options.relay_count, e->now_ms, &e->wake_ms);

		if (!station)
			return;
		open_channel(e, station);
		ready++;
	}
}

static void refill(struct engine *e)
{
	int64_t now = clock_now_ms();
	size_t want = e->queue_size - e->queue_count;
	size_t count;

	if (e->now_ms < e->retake_ms)
		wake_at(e, e->retake_ms);
	if (is_stopping(e) || e->queue_count > e->queue_size / 2 || e->now_ms < e->retake_ms)
		return;
	if (e->has_asked && !e->is_more && !e->is_settled_since_take && now < e->next_take_ms)
		return;
	e->has_asked = true;
	e->is_settled_since_take = false;
	e->next_take_ms = ENGINE_NEVER;
	count = e->host.take(e->host.context, e->taken, want, &e->next_take_ms);
	e->is_more = count == want;
	if (!e->is_more && e->next_take_ms <= now)
		e->next_take_ms = now + RETAKE_MS;
	for (size_t i = 0; i < count; i++)
		queue_add(e, (struct entry){.job = e->taken[i]});
}

static int timeout_of(const struct engine *e, const struct channel *c)
{
	if (c->is_leaving)
		return GOODBYE_MS;
	switch (dialogue_waits_for(c->dialogue)) {
	case PHASE_DATA:
		return e->options.data_timeout_ms;
	case PHASE_DOT:
		return e->options.dot_timeout_ms;
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
		return e->options.command_timeout_ms;
	}
}

static void on_deadline(struct engine *e, struct channel *c, int timeout_ms)
{
	enum attempt_phase phase = dialogue_waits_for(c->dialogue);
	char words[128];

	if (phase == PHASE_NONE && !c->is_leaving) {
		leave(e, c);
	} else {
		snprintf(words, sizeof(words), "no answer in phase \"%s\" within %g s",
			attempt_phase_name(phase), timeout_ms / 1000.0);
		dialogue_lost(c->dialogue, words);
	}
	converse(e, c);
}

static void on_time(struct engine *e, struct channel *c)
{
	int timeout_ms;

	if (!c->is_connected) {
		if (e->now_ms >= link_wake_ms(c->link))
			on_link_state(e, c, link_on_time(c->link));
	} else {
		timeout_ms = timeout_of(e, c);
		if (e->now_ms >= c->progress_ms + timeout_ms)
			on_deadline(e, c, timeout_ms);
		else if (e->queue_count && dialogue_has_room(c->dialogue))
			converse(e, c);
	}
	if (!c->station)
		return;
	wake_at(e, c->is_connected ? c->progress_ms + timeout_of(e, c) : link_wake_ms(c->link));
}

static void on_times(struct engine *e)
{
	for (size_t i = 0; i < e->channel_count; i++) {
		if (e->channels[i]->station)
			on_time(e, e->channels[i]);
	}
}

static void give_up_if_hopeless(struct engine *e)
{
	struct str words;
	struct err err;

	for (size_t i = 0; i < e->options.relay_count; i++) {
		if (!station_is_hopeless(&e->stations[i], e->options.relay_tries))
			return;
	}
	str_init(&words, STR_MAX_SMALL);
	for (size_t i = 0; i < e->options.relay_count; i++)
		str_addf(&words, "%s%s", i ? "; " : "", e->stations[i].trouble);
	stop_because(e, err_set(&err, E_IO, "no relay can be reached: %s", words.ptr), &err);
	str_clear(&words);
}

static void drop_everything(struct engine *e)
{
	e->is_dropping = true;
	for (size_t i = 0; i < e->channel_count; i++) {
		struct channel *c = e->channels[i];

		if (c->is_connected) {
			dialogue_lost(c->dialogue, "interrupted");
			converse(e, c);
		}
	}
}

/* What stopping asks for beyond taking no more. */
static void heed_stop(struct engine *e)
{
	if (!is_stopping(e))
		return;
	while (e->queue_count)
		give_back(e, queue_take(e).job);
	if (atomic_load(&e->stops) > 1 && !e->is_dropping)
		drop_everything(e);
}

static bool is_finished(const struct engine *e)
{
	if (e->in_flight || e->queue_count)
		return false;
	if (is_stopping(e))
		return true;
	return e->has_asked && !e->is_more && !e->is_settled_since_take && e->next_take_ms == ENGINE_NEVER;
}

static int wait_ms(const struct engine *e)
{
	int64_t wait = e->wake_ms - clock_steady_ms();

	if (e->next_take_ms != ENGINE_NEVER && e->queue_count == 0) {
		int64_t take = e->next_take_ms - clock_now_ms();

		wait = take < wait ? take : wait;
	}
	if (wait > WAIT_MAX_MS)
		return WAIT_MAX_MS;
	return wait < 0 ? 0 : (int)wait;
}

static void on_event(struct engine *e, const struct epoll_event *event)
{
	uint32_t id = link_event_id(event->data.u64);
	uint64_t count;
	struct channel *c;

	if (event->data.u64 == STOP_EVENT) {
		while (read(e->stop_fd, &count, sizeof(count)) > 0)
			;
		return;
	}
	c = e->channels[id];
	if (!c->station)
		return;
	if (!c->is_connected) {
		on_link_state(e, c, link_on_event(c->link, link_event_fd(event->data.u64), event->events));
		return;
	}
	if (event->events & ~(uint32_t)EPOLLOUT)
		hear(e, c);
	converse(e, c);
}

static void wait_for_events(struct engine *e)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(e->epoll_fd, events, EVENTS, wait_ms(e));

	e->now_ms = clock_steady_ms();
	e->wake_ms = INT64_MAX;
	for (int i = 0; i < count; i++)
		on_event(e, &events[i]);
}

static void turn(struct engine *e)
{
	struct err err;
	enum status status = e->host.turn(e->host.context, &err);

	if (status)
		stop_because(e, status, &err);
}

static size_t open_count(const struct engine *e)
{
	size_t count = 0;

	for (size_t i = 0; i < e->channel_count; i++)
		count += e->channels[i]->station != NULL;
	return count;
}

/* QUIT everywhere, and a moment for the answers. */
static void say_goodbye(struct engine *e)
{
	int64_t end_ms = e->now_ms + GOODBYE_MS;

	for (size_t i = 0; i < e->channel_count; i++) {
		struct channel *c = e->channels[i];

		if (c->station && !c->is_connected)
			close_channel(c);
		if (c->station && !c->is_leaving)
			leave(e, c);
		if (c->station)
			converse(e, c);
	}
	while (open_count(e) && e->now_ms < end_ms && atomic_load(&e->stops) < 2) {
		e->wake_ms = end_ms;
		wait_for_events(e);
	}
	for (size_t i = 0; i < e->channel_count; i++) {
		if (e->channels[i]->station)
			close_channel(e->channels[i]);
	}
}

static void begin(struct engine *e)
{
	e->status = OK;
	e->has_asked = false;
	e->is_more = false;
	e->is_settled_since_take = false;
	e->next_take_ms = ENGINE_NEVER;
	e->now_ms = clock_steady_ms();
	e->wake_ms = e->now_ms;
	e->retake_ms = e->now_ms;
	for (size_t i = 0; i < e->options.relay_count; i++)
		station_init(&e->stations[i], &e->options.relays[i], e->stations[i].name, e->now_ms);
}

enum status engine_run(struct engine *e, struct err *err)
{
	begin(e);
	for (;;) {
		heed_stop(e);
		refill(e);
		if (is_finished(e))
			break;
		open_channels(e);
		on_times(e);
		give_up_if_hopeless(e);
		turn(e);
		if (!is_stopping(e) || e->in_flight)
			wait_for_events(e);
	}
	turn(e);
	say_goodbye(e);
	if (e->status)
		return err_set(err, e->status, "%s", e->err.text);
	return OK;
}
