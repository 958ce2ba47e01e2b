/*
 * The loop over channels. Jobs wait in a short queue, are said over whichever
 * channel has room, and leave as an outcome or are given back. Everything that can
 * take time is an event or a timer.
 */
#include "deliver/engine.h"

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/channel.h"
#include "deliver/jobqueue.h"
#include "deliver/link.h"
#include "deliver/station.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define QUEUE_MIN 64
#define QUEUE_MAX 1024 /* the journal's ceiling for open claims */
#define GOODBYE_MS 1000
#define WAIT_MAX_MS 1000 /* a clock that is set must not keep anybody waiting */
#define RETAKE_MS 20     /* before asking again when "now" brought nothing */
#define EVENTS 128
#define STOP_EVENT UINT64_MAX

struct engine {
	struct floor floor;
	struct channel **channels;
	size_t channel_count, channel_capacity;
	size_t queue_size;         /* how many jobs to have waiting for any relay, at most */
	struct engine_job **taken; /* room for one take */
	int epoll_fd, stop_fd;
	atomic_bool is_woken;    /* the host has something */
	bool has_asked, is_more; /* the host had all we wanted */
	int64_t next_take_ms;    /* wall clock */
};

static enum status check_relay(const struct relay *relay, struct err *err)
{
	const int64_t times[] = {relay->connect_timeout_ms, relay->command_timeout_ms, relay->data_timeout_ms,
		relay->dot_timeout_ms, relay->pause_first_ms, relay->pause_most_ms};

	if (relay->connections < 1 || relay->connections > 1000)
		return err_set(err, E_RANGE, "relay \"%s\": connections = %d is not 1 to 1000", relay->url,
			relay->connections);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (times[i] < 1)
			return err_set(err, E_RANGE, "relay \"%s\": a timeout or pause is less than 1 ms",
				relay->url);
	}
	return OK;
}

static enum status check_options(const struct engine_options *options, struct err *err)
{
	enum status status = OK;

	if (!options->relay_count)
		return err_set(err, E_RANGE, "no relay to send through; add one to relays");
	if (options->relay_count > ENGINE_RELAYS_MAX)
		return err_set(err, E_RANGE, "%zu relays are too many; leave at most %u",
			options->relay_count, ENGINE_RELAYS_MAX);
	for (size_t i = 0; i < options->relay_count && !status; i++)
		status = check_relay(&options->relays[i], err);
	return status;
}

/* As it was left: begin_station() takes what still counts of that. */
static void remember(struct station *station, const struct engine_options *options, size_t at)
{
	station->is_in_doubt = true;
	if (options->paces)
		station->pace = options->paces[at];
	for (size_t i = 0; i < options->remembered_count; i++) {
		const struct relay_state *state = &options->remembered[i];

		if (strcmp(state->relay, station->name) != 0)
			continue;
		station->circuit = state->circuit;
		station->is_in_doubt = !state->since_ms || state->words[0];
		station->breaks_pipelining = state->breaks_pipelining;
	}
}

static enum status add_stations(struct engine *e, struct err *err)
{
	const struct engine_options *options = &e->floor.options;
	size_t connections = 0;

	e->floor.stations.items = mem_alloc(options->relay_count * sizeof(struct station));
	e->floor.detours = mem_alloc(options->relay_count * sizeof(*e->floor.detours));
	e->floor.stations.count = options->relay_count;
	for (size_t i = 0; i < options->relay_count; i++) {
		struct station *station = &e->floor.stations.items[i];
		enum status status =
			link_check_url(options->relays[i].url, station->name, sizeof(station->name), err);

		if (status)
			return status;
		remember(station, options, i);
		connections += (size_t)options->relays[i].connections;
	}
	e->queue_size = connections * 4;
	e->queue_size = e->queue_size < QUEUE_MIN ? QUEUE_MIN : e->queue_size;
	e->queue_size = e->queue_size > QUEUE_MAX ? QUEUE_MAX : e->queue_size;
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
	e->floor.options = *options;
	e->floor.host = *host;
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
	for (size_t i = 0; i < e->channel_count; i++)
		channel_free(e->channels[i]);
	free(e->channels);
	free(e->floor.stations.items);
	jobqueue_clear(&e->floor.queue);
	for (size_t i = 0; i < e->floor.stations.count; i++)
		jobqueue_clear(&e->floor.detours[i]);
	free(e->floor.detours);
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

	atomic_fetch_add(&e->floor.stops, 1);
	/* Can only fail when it is full, and then it has been heard. */
	if (write(e->stop_fd, &one, sizeof(one)) < 0)
		errno = saved;
}

void engine_wake(struct engine *e)
{
	const uint64_t one = 1;

	atomic_store(&e->is_woken, true);
	/* Can only fail when it is full, and then it will be heard. */
	(void)!write(e->stop_fd, &one, sizeof(one));
}

size_t engine_count_aside(const struct engine *e)
{
	return e->floor.detoured;
}

bool engine_wants_aside(struct engine *e)
{
	return floor_wants_aside(&e->floor);
}

void engine_sift(struct engine *e)
{
	floor_sift(&e->floor);
}

int64_t engine_rests_until_ms(const struct engine *e)
{
	int64_t until_ms = stations_rest_until_ms(&e->floor.stations);

	return until_ms == INT64_MAX ? 0 : clock_now_ms() + until_ms - e->floor.now_ms;
}

static struct channel *find_free_channel(struct engine *e)
{
	for (size_t i = 0; i < e->channel_count; i++) {
		if (!e->channels[i]->station)
			return e->channels[i];
	}
	e->channels = mem_grow(e->channels, e->channel_count, &e->channel_capacity, sizeof(struct channel *));
	e->channels[e->channel_count] = channel_new(e->epoll_fd, (uint32_t)e->channel_count);
	return e->channels[e->channel_count++];
}

/* How many jobs could be given out at once: those for one station alone, or (NULL) for any. */
static size_t count_ready(const struct engine *e, const struct station *station)
{
	size_t ready = 0;

	for (size_t i = 0; i < e->channel_count; i++) {
		const struct channel *channel = e->channels[i];

		if (channel_is_ready(channel))
			ready += station ? channel->station == station
					 : floor_serves_all(&e->floor, channel->station);
	}
	return ready;
}

/* For what only one relay can take. */
static void open_for_detours(struct engine *e)
{
	struct floor *floor = &e->floor;

	for (size_t i = 0; i < floor->stations.count && floor->detoured; i++) {
		struct station *station = &floor->stations.items[i];

		for (size_t ready = count_ready(e, station);
			ready < floor->detours[i].count &&
			station_may_open(station, floor->now_ms, &floor->wake_ms);
			ready++)
			channel_open(floor, find_free_channel(e), station);
	}
}

/* As many links as there are jobs for, as far as the relays allow. */
static void open_channels(struct engine *e)
{
	struct floor *floor = &e->floor;
	struct station *station;

	if (floor_is_stopping(floor))
		return;
	open_for_detours(e);
	while (floor->queue.count &&
		(station = stations_choose_trial(&floor->stations, floor->now_ms, &floor->wake_ms)))
		channel_open(floor, find_free_channel(e), station);
	for (size_t ready = count_ready(e, NULL); ready < floor->queue.count; ready++) {
		station = stations_choose(&floor->stations, floor->now_ms, &floor->wake_ms);
		if (!station)
			return;
		channel_open(floor, find_free_channel(e), station);
	}
}

/* What waits for one relay alone keeps no others waiting. */
static bool wants_more(const struct engine *e)
{
	return !floor_is_stopping(&e->floor) && e->floor.queue.count <= e->queue_size / 2;
}

static void refill(struct engine *e)
{
	int64_t now = clock_now_ms();
	size_t want, count;

	if (e->floor.now_ms < e->floor.retake_ms)
		floor_wake_at(&e->floor, e->floor.retake_ms);
	if (!wants_more(e) || e->floor.now_ms < e->floor.retake_ms)
		return;
	if (e->has_asked && !e->is_more && !e->floor.is_settled_since_take && now < e->next_take_ms &&
		!atomic_exchange(&e->is_woken, false))
		return;
	e->has_asked = true;
	e->floor.is_settled_since_take = false;
	e->next_take_ms = ENGINE_NEVER;
	want = e->queue_size - e->floor.queue.count;
	count = e->floor.host.take(e->floor.host.context, e->taken, want, &e->next_take_ms);
	e->is_more = count == want;
	if (!e->is_more && e->next_take_ms <= now)
		e->next_take_ms = now + RETAKE_MS;
	for (size_t i = 0; i < count; i++)
		jobqueue_add(&e->floor.queue, (struct entry){.job = e->taken[i]});
}

static void give_up_if_hopeless(struct engine *e)
{
	struct str words;
	struct err err;

	for (size_t i = 0; i < e->floor.stations.count; i++) {
		if (!station_is_hopeless(&e->floor.stations.items[i]))
			return;
	}
	str_init(&words, STR_MAX_SMALL);
	for (size_t i = 0; i < e->floor.stations.count; i++)
		str_addf(&words, "%s%s", i ? "; " : "", e->floor.stations.items[i].words);
	floor_stop_because(&e->floor, err_set(&err, E_IO, "no relay can be used: %s", words.ptr), &err);
	str_clear(&words);
}

static void drop_everything(struct engine *e)
{
	e->floor.is_dropping = true;
	for (size_t i = 0; i < e->channel_count; i++)
		channel_drop(&e->floor, e->channels[i], "interrupted");
}

/* What stopping asks for beyond taking no more. */
static void heed_stop(struct engine *e)
{
	if (!floor_is_stopping(&e->floor))
		return;
	floor_give_all_back(&e->floor);
	if (atomic_load(&e->floor.stops) > 1 && !e->floor.is_dropping)
		drop_everything(e);
}

static bool is_finished(const struct engine *e)
{
	if (e->floor.in_flight || floor_waiting(&e->floor))
		return false;
	if (floor_is_stopping(&e->floor))
		return true;
	return e->has_asked && !e->is_more && !e->floor.is_settled_since_take &&
	       e->next_take_ms == ENGINE_NEVER;
}

static int wait_ms(const struct engine *e)
{
	int64_t wait = e->floor.wake_ms - clock_steady_ms();

	if (e->next_take_ms != ENGINE_NEVER && !e->floor.queue.count && wants_more(e)) {
		int64_t take = e->next_take_ms - clock_now_ms();
		int64_t retake = e->floor.retake_ms - clock_steady_ms();

		take = take > retake ? take : retake;
		wait = take < wait ? take : wait;
	}
	if (wait > WAIT_MAX_MS)
		return WAIT_MAX_MS;
	return wait < 0 ? 0 : (int)wait;
}

static void on_event(struct engine *e, const struct epoll_event *event)
{
	uint64_t count;

	if (event->data.u64 != STOP_EVENT)
		channel_on_event(&e->floor, e->channels[link_event_id(event->data.u64)],
			link_event_fd(event->data.u64), event->events);
	else if (read(e->stop_fd, &count, sizeof(count)) < 0)
		return; /* somebody's wake-up that was read already */
}

static void wait_for_events(struct engine *e)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(e->epoll_fd, events, EVENTS, wait_ms(e));

	e->floor.now_ms = clock_steady_ms();
	e->floor.wake_ms = INT64_MAX;
	for (int i = 0; i < count; i++)
		on_event(e, &events[i]);
}

static void turn(struct engine *e)
{
	struct err err;
	enum status status = e->floor.host.turn(e->floor.host.context, &err);

	if (status)
		floor_stop_because(&e->floor, status, &err);
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
	int64_t end_ms = e->floor.now_ms + GOODBYE_MS;

	for (size_t i = 0; i < e->channel_count; i++)
		channel_leave(&e->floor, e->channels[i]);
	while (open_count(e) && e->floor.now_ms < end_ms && atomic_load(&e->floor.stops) < 2) {
		e->floor.wake_ms = end_ms;
		wait_for_events(e);
	}
	for (size_t i = 0; i < e->channel_count; i++) {
		if (e->channels[i]->station)
			channel_close(e->channels[i]);
	}
}

static void begin_station(struct engine *e, size_t at)
{
	struct station *station = &e->floor.stations.items[at];
	const struct station last = *station;

	station_init(station, &e->floor.options.relays[at], last.name, e->floor.options.relay_tries,
		e->floor.now_ms);
	if (last.pace.count)
		station->pace = last.pace;
	station->breaks_pipelining = last.breaks_pipelining;
	station->is_in_doubt = last.is_in_doubt || last.circuit != RELAY_CLOSED;
}

static void begin(struct engine *e)
{
	e->floor.status = OK;
	e->has_asked = false;
	e->is_more = false;
	e->floor.is_settled_since_take = false;
	e->floor.had_enough = 0;
	e->floor.has_set_aside = false;
	e->next_take_ms = ENGINE_NEVER;
	e->floor.now_ms = clock_steady_ms();
	e->floor.wake_ms = e->floor.now_ms;
	e->floor.retake_ms = e->floor.now_ms;
	for (size_t i = 0; i < e->floor.stations.count; i++)
		begin_station(e, i);
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
		for (size_t i = 0; i < e->channel_count; i++)
			channel_on_turn(&e->floor, e->channels[i]);
		give_up_if_hopeless(e);
		turn(e);
		if (!floor_is_stopping(&e->floor) || e->floor.in_flight)
			wait_for_events(e);
	}
	turn(e);
	say_goodbye(e);
	if (e->floor.status)
		return err_set(err, e->floor.status, "%s", e->floor.err.text);
	return OK;
}
