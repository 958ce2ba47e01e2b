/*
 * The courier: the engine's host. It has the thread that sends, with the flight record;
 * others have the store and build the messages.
 */
#include "app/courier.h"

#include "app/belt.h"
#include "app/brakes.h"
#include "app/builders.h"
#include "app/load.h"
#include "app/rates.h"
#include "app/recover.h"
#include "app/relaystates.h"
#include "app/storekeeper.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/step.h"
#include "base/thread.h"
#include "deliver/engine.h"
#include "deliver/flight.h"
#include "deliver/reply.h"
#include "store/dispatches.h"

#include <signal.h>
#include <stdlib.h>

/* More wouldn't be fed by one thread that sends. */
#define BUILDERS_MOST 8u
/* How often to look at what the others are doing, if they don't say. */
#define LOOK_EVERY_MS 500
/* So much of what was set aside is built anew at a time. */
#define BACK_AT_ONCE 64u
/* After so many notes the flight record is cut back to what isn't in the store yet: a test can't send so
 * many. */
#ifdef DATELINE_STEPS
#define FLIGHT_NOTES_MOST 10u
#else
#define FLIGHT_NOTES_MOST 50000u
#endif

struct courier {
	struct newsroom *newsroom;
	struct store *store;
	const struct settings *settings;
	struct courier_options options;
	struct courier_progress progress;
	struct flight *flight;
	struct engine *engine;
	struct load *load;
	struct belt *belt;
	struct builders *builders;
	struct storekeeper *keeper;
	struct storekeeper_news news;
	struct courierjob_queue done;  /* since the last turn of the engine */
	struct courierjob_queue aside; /* likewise */
	size_t detoured;               /* in the engine for one relay alone, as the belt was told */
	uint64_t shuts;                /* that the engine was told of */
	struct relay *relays;
	struct pace *paces;               /* of each relay, as the store remembers it */
	struct relaystates states;        /* as the last sender left them, and then as they are told */
	struct relay_state *relay_states; /* of each, as it was told last */
	size_t notes;                     /* in the flight record since it was truncated */
	struct err failure;               /* of a callback that can't return one */
	volatile sig_atomic_t stops;
};

static size_t engine_takes(void *context, struct engine_job **jobs, size_t want, int64_t *next_ms)
{
	struct courier *courier = context;
	struct courierjob_queue ready = {0};
	struct courierjob *job;
	size_t count = 0;

	if (courier->stops)
		return 0;
	storekeeper_read_news(courier->keeper, &courier->news);
	belt_take_ready(courier->belt, &ready, want);
	while ((job = courierjob_take(&ready))) {
		if (gate_may_pass(job->gate))
			jobs[count++] = &job->job;
		else
			courierjob_put(&courier->done, job);
	}
	if (count < want && courier->news.next_ms != INT64_MAX)
		*next_ms = clock_now_ms() + LOOK_EVERY_MS;
	return count;
}

static bool engine_may_send(void *context, const struct engine_job *job)
{
	(void)context;
	return gate_may_pass(courierjob_of((struct engine_job *)(uintptr_t)job)->gate);
}

static enum status engine_notes_final(void *context, const struct engine_job *job, struct err *err)
{
	struct courier *courier = context;

	courier->notes++;
	return flight_note_final(courier->flight, job->dispatch, job->position, job->attempt_number,
		courierjob_of((struct engine_job *)(uintptr_t)job)->digest, err);
}

static void engine_settles(void *context, struct engine_job *engine_job, const struct attempt *attempt)
{
	struct courier *courier = context;
	struct courierjob *job = courierjob_of(engine_job);

	job->has_outcome = true;
	job->outcome = *attempt;
	if (attempt->outcome == DELIVERY_UNKNOWN) {
		job->outcome.has_digest = true;
		memcpy(job->outcome.digest, job->digest, sizeof(job->digest));
	}
	/* A reply that can't be noted is still in memory: the turn commits it, or the message ends as
	 * unknown. */
	if (flight_note_reply(courier->flight, &job->outcome, &courier->failure) != OK)
		log_error("%s", courier->failure.text);
	courier->notes++;
	courierjob_put(&courier->done, job);
}

static void engine_gives_back(void *context, struct engine_job *job)
{
	struct courier *courier = context;

	courierjob_put(&courier->done, courierjob_of(job));
}

static void engine_sets_aside(void *context, struct engine_job *job)
{
	struct courier *courier = context;

	courierjob_put(&courier->aside, courierjob_of(job));
}

static void engine_finds_too_large(void *context, struct engine_job *engine_job, const char *words)
{
	struct courier *courier = context;
	struct courierjob *job = courierjob_of(engine_job);
	char *why = mem_format("%s; let the relay take more, or cancel this and send with links", words);

	courierjob_hold(job, why);
	free(why);
	courierjob_put(&courier->done, job);
}

/* What the progress shows: of the relays that messages don't go through, the first one's trouble. */
static void show_trouble(struct courier *courier)
{
	const char *words = "";

	for (size_t i = courier->settings->relay_count; i-- > 0;) {
		if (courier->relay_states[i].circuit != RELAY_CLOSED)
			words = courier->relay_states[i].words;
	}
	reply_copy_text(courier->progress.trouble, sizeof(courier->progress.trouble), span_of(words));
}

/* The log has the same words once: they come again with every try. */
static void log_relay(const struct relay_state *last, const struct relay_state *state)
{
	if (state->words[0] && strcmp(last->words, state->words) != 0)
		log_warning("%s", state->words);
	if (state->breaks_pipelining && !last->breaks_pipelining)
		log_warning(
			"relay \"%s\": it offers PIPELINING and loses step, so it is spoken to step by step",
			state->relay);
	if (state->circuit == RELAY_CLOSED && last->circuit != RELAY_CLOSED)
		log_warning("relay \"%s\": it is in use again", state->relay);
}

static void engine_changes_relay(void *context, const struct relay_state *state)
{
	struct courier *courier = context;
	struct relay_state told = *state;

	for (size_t i = 0; i < courier->settings->relay_count; i++) {
		if (strcmp(courier->settings->relays[i].name, state->relay) != 0)
			continue;
		log_relay(&courier->relay_states[i], state);
		courier->relay_states[i] = *state;
	}
	relaystates_put_told(&courier->states, &told);
	storekeeper_note_relay(courier->keeper, &told);
	show_trouble(courier);
}

static enum status truncate_flight(struct courier *courier, struct err *err)
{
	if (courier->notes < FLIGHT_NOTES_MOST)
		return OK;
	courier->notes = 0;
	return flight_truncate(courier->flight, courier->news.durable, err);
}

/* Without a deferred one, what is due later waits for a domain's rate. */
static int64_t rests_until_ms(const struct courier *courier)
{
	const struct storekeeper_news *news = &courier->news;
	int64_t relays_ms = engine_rests_until_ms(courier->engine);

	if (news->counts.by_state[DELIVERY_DEFERRED] || news->next_ms == INT64_MAX)
		return relays_ms;
	return news->next_ms > relays_ms ? news->next_ms : relays_ms;
}

static void note_progress(struct courier *courier, const struct load_counts *counts)
{
	courier->progress.total = counts->total;
	memcpy(courier->progress.by_state, counts->by_state, sizeof(counts->by_state));
	courier->progress.settled_here = counts->settled;
}

static void tell_aside(struct courier *courier)
{
	size_t detoured = engine_count_aside(courier->engine);

	if (detoured != courier->detoured || courier->aside.count)
		belt_put_aside(courier->belt, &courier->aside, detoured);
	courier->detoured = detoured;
	if (engine_wants_aside(courier->engine))
		belt_bring_back(courier->belt, BACK_AT_ONCE);
}

/* What waits behind a gate that was shut doesn't wait for a relay first. */
static void heed_gates(struct courier *courier)
{
	if (courier->shuts == courier->news.shuts)
		return;
	courier->shuts = courier->news.shuts;
	engine_sift(courier->engine);
	belt_sift_aside(courier->belt);
}

static enum status engine_turns(void *context, struct err *err)
{
	struct courier *courier = context;

	if (courier->stops)
		storekeeper_stop_claiming(courier->keeper);
	step("courier.turning");
	belt_put_done(courier->belt, &courier->done, flight_mark(courier->flight));
	tell_aside(courier);
	step("courier.turned");
	storekeeper_read_news(courier->keeper, &courier->news);
	heed_gates(courier);
	note_progress(courier, &courier->news.counts);
	courier->progress.rests_until_ms = rests_until_ms(courier);
	if (courier->options.progress)
		courier->options.progress(courier->options.context, &courier->progress);
	if (courier->news.status != OK)
		return err_set(err, courier->news.status, "%s", courier->news.err.text);
	if (belt_failure(courier->belt, err) != OK) {
		storekeeper_stop_claiming(courier->keeper);
		return err->status;
	}
	return truncate_flight(courier, err);
}

/* There's something to send, or nothing to come: from the other threads. */
static void wake(void *context)
{
	struct courier *courier = context;

	engine_wake(courier->engine);
}

static enum status make_engine(struct courier *courier, struct err *err)
{
	const struct settings *settings = courier->settings;
	struct engine_host host = {
		.context = courier,
		.take = engine_takes,
		.may_send = engine_may_send,
		.note_final = engine_notes_final,
		.settle = engine_settles,
		.give_back = engine_gives_back,
		.too_large = engine_finds_too_large,
		.set_aside = engine_sets_aside,
		.turn = engine_turns,
		.relay_changed = engine_changes_relay,
	};
	struct engine_options options = {
		.relay_count = settings->relay_count,
		.hello = settings->newsroom.domain,
		.relay_tries = settings->retry.relay_tries,
		.remembered = courier->states.items,
		.remembered_count = courier->states.count,
	};
	enum status status;

	courier->relays = mem_alloc(settings->relay_count * sizeof(*courier->relays));
	courier->relay_states = mem_alloc(settings->relay_count * sizeof(*courier->relay_states));
	for (size_t k = 0; k < settings->relay_count; k++)
		courier->relays[k] = settings_relay(settings, k);
	courier->paces = mem_alloc(settings->relay_count * sizeof(*courier->paces));
	status = rates_recall_relays(courier->store, settings, courier->paces, err);
	if (status != OK)
		return status;
	options.relays = courier->relays;
	options.paces = courier->paces;
	return engine_new(&options, &host, &courier->engine, err);
}

static size_t connections_of(const struct settings *settings)
{
	size_t connections = 0;

	for (size_t i = 0; i < settings->relay_count; i++)
		connections += (size_t)settings->relays[i].connections;
	return connections;
}

static enum status open_flight(struct courier *courier, struct newsroom *newsroom, struct err *err)
{
	char *path = file_join(newsroom_state(newsroom), COURIER_FLIGHT_NAME);
	struct recovery recovery;
	enum status status = flight_open(path, &courier->flight, err);

	free(path);
	if (status == OK)
		status = recover_flight(courier->store, courier->flight, courier->settings, &recovery, err);
	step("courier.recovered");
	if (status == OK)
		status = brakes_cancel_leftovers(courier->store, err);
	if (status == OK && recovery.settled + recovery.unknown + recovery.given_back)
		log_warning("the last sender was interrupted: %zu replies recorded, %zu unknown, %zu back in "
			    "the queue",
			recovery.settled, recovery.unknown, recovery.given_back);
	return status;
}

/* As the one sender: nobody else writes them now. */
static enum status remember_relays(struct courier *courier, struct err *err)
{
	enum status status = relaystates_forget_others(courier->store, courier->settings, err);

	if (status == OK)
		status = relaystates_load(courier->store, courier->settings, &courier->states, err);
	return status;
}

/* All that the settings shape. */
static enum status equip(struct courier *courier, struct err *err)
{
	enum status status;

	courier->settings = newsroom_settings(courier->newsroom);
	courier->load = load_new(courier->store, courier->settings, connections_of(courier->settings));
	status = store_carry_none(courier->store, err);
	step("courier.began");
	if (status == OK)
		status = load_recall(courier->load, err);
	if (status == OK)
		status = remember_relays(courier, err);
	return status == OK ? make_engine(courier, err) : status;
}

static void strip(struct courier *courier)
{
	engine_free(courier->engine);
	load_free(courier->load);
	free(courier->relays);
	free(courier->paces);
	free(courier->relay_states);
	courier->engine = NULL;
	courier->load = NULL;
	courier->relays = NULL;
	courier->paces = NULL;
	courier->relay_states = NULL;
}

enum status courier_new(struct newsroom *newsroom, const struct courier_options *options,
	struct courier **out, struct err *err)
{
	struct courier *courier = mem_alloc(sizeof(*courier));
	enum status status = newsroom_store(newsroom, &courier->store, err);

	courier->newsroom = newsroom;
	courier->settings = newsroom_settings(newsroom);
	courier->options = *options;
	if (status == OK)
		status = open_flight(courier, newsroom, err);
	if (status == OK)
		status = equip(courier, err);
	if (status == OK) {
		*out = courier;
		return OK;
	}
	courier_free(courier);
	return status;
}

static enum status carry_again(
	struct courier *courier, const int64_t *dispatches, size_t count, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < count && status == OK; i++) {
		status = load_add(courier->load, dispatches[i], err);
		if (status == E_HELD || status == E_CONFLICT)
			status = OK;
	}
	return status;
}

enum status courier_renew(struct courier *courier, struct err *err)
{
	size_t count;
	int64_t *dispatches = load_list(courier->load, &count);
	enum status status;

	strip(courier);
	newsroom_reload(courier->newsroom);
	courier->progress.trouble[0] = '\0';
	courier->stops = 0;
	status = equip(courier, err);
	if (status == OK)
		status = carry_again(courier, dispatches, count, err);
	free(dispatches);
	return status;
}

void courier_free(struct courier *courier)
{
	if (!courier)
		return;
	strip(courier);
	flight_close(courier->flight);
	free(courier);
}

enum status courier_add(struct courier *courier, int64_t id, struct err *err)
{
	return load_add(courier->load, id, err);
}

static enum status start_threads(struct courier *courier, struct err *err)
{
	const struct storekeeper_options options = {.store = courier->store,
		.wait_ms = courier->options.wait_ms,
		.tell = wake,
		.context = courier};
	size_t builders = thread_processors();
	enum status status;

	courier->belt = belt_new(wake, courier);
	if (builders > BUILDERS_MOST)
		builders = BUILDERS_MOST;
	status = builders_start(courier->newsroom, courier->belt, builders, &courier->builders, err);
	if (status == OK)
		status = storekeeper_start(courier->load, courier->belt, &options, &courier->keeper, err);
	return status;
}

/* From here on the store is this thread's again. */
static void join_threads(struct courier *courier)
{
	struct courierjob_queue left = {0};

	belt_stop(courier->belt);
	storekeeper_join(courier->keeper);
	builders_join(courier->builders);
	courier->keeper = NULL;
	courier->builders = NULL;
	belt_empty(courier->belt, &left);
	courierjob_move(&left, &courier->done);
	courierjob_move(&left, &courier->aside);
	load_take_done(courier->load, &left);
	belt_free(courier->belt);
	courier->belt = NULL;
}

static enum status end_run(struct courier *courier, struct err *err)
{
	enum status status;

	join_threads(courier);
	step("courier.joined");
	status = load_end(courier->load, err);
	note_progress(courier, load_counts(courier->load));
	courier->progress.next_ms = load_next_try_ms(courier->load);
	if (status != OK)
		return status;
	courier->notes = 0;
	return flight_truncate(courier->flight, flight_mark(courier->flight), err);
}

enum status courier_run(struct courier *courier, struct err *err)
{
	enum status status;
	enum status end;

	courier->progress.started_ms = clock_steady_ms();
	status = start_threads(courier, err);
	if (status == OK)
		status = engine_run(courier->engine, err);
	end = end_run(courier, status == OK ? err : NULL);
	return status == OK ? end : status;
}

void courier_stop(struct courier *courier)
{
	courier->stops = 1;
	engine_stop(courier->engine);
}

bool courier_was_stopped(const struct courier *courier)
{
	return courier->stops != 0;
}

const struct courier_progress *courier_progress(const struct courier *courier)
{
	return &courier->progress;
}
