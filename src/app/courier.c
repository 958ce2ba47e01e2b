/*
 * The courier: between its load and the engine, with the flight record beside.
 */
#include "app/courier.h"

#include "app/load.h"
#include "app/recover.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "deliver/engine.h"
#include "deliver/flight.h"
#include "mail/token.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* Outcomes wait at most this long for company; not at all when nothing is ready to be sent. */
#define TURN_EVERY_MS 20
/* While only later tries are left: how often to look for work that others hand over, and for holds. */
#define LOOK_EVERY_MS 500
#define CLAIMS_LEAST 64
#define CLAIMS_MOST 1024
#define CLAIMS_PER_CONNECTION 16
/* After so many notes the flight record is cut back to what is still on its way. */
#define FLIGHT_NOTES_MOST 50000u

struct courier {
	struct store *store;
	const struct settings *settings;
	struct courier_options options;
	struct courier_progress progress;
	struct flight *flight;
	struct engine *engine;
	struct load *load;
	struct relay *relays;
	size_t in_flight; /* jobs lent to the engine */
	size_t notes;     /* in the flight record since it was truncated */
	int64_t turned_ms;
	struct err failure; /* of a callback that can't return one */
	volatile sig_atomic_t stops;
};

static size_t engine_takes(void *context, struct engine_job **jobs, size_t want, int64_t *next_ms)
{
	struct courier *courier = context;
	struct courierjob *job;
	size_t count = 0;

	while (count < want && !courier->stops && (job = load_take(courier->load))) {
		jobs[count++] = &job->job;
		courier->in_flight++;
	}
	if (count < want) {
		int64_t look_ms = clock_now_ms() + LOOK_EVERY_MS;

		*next_ms =
			courier->stops ? ENGINE_NEVER : load_next_ms(courier->load, courier->options.wait_ms);
		if (*next_ms != ENGINE_NEVER && *next_ms > look_ms)
			*next_ms = look_ms;
	}
	return count;
}

static bool engine_may_send(void *context, const struct engine_job *job)
{
	const struct courier *courier = context;

	return load_may_send(courier->load, job->dispatch);
}

static enum status engine_notes_final(void *context, const struct engine_job *job, struct err *err)
{
	struct courier *courier = context;
	unsigned char digest[ATTEMPT_DIGEST_SIZE];

	token_digest(job->message, digest);
	courier->notes++;
	return flight_note_final(
		courier->flight, job->dispatch, job->position, job->attempt_number, digest, err);
}

static void engine_settles(void *context, struct engine_job *job, const struct attempt *attempt)
{
	struct courier *courier = context;

	/* A reply that can't be noted is still in memory: the turn commits it, or the message ends as
	 * unknown. */
	if (flight_note_reply(courier->flight, attempt, &courier->failure) != OK)
		log_error("%s", courier->failure.text);
	courier->notes++;
	courier->in_flight--;
	load_settle(courier->load, courierjob_of(job), attempt);
}

static void engine_gives_back(void *context, struct engine_job *job)
{
	struct courier *courier = context;

	courier->in_flight--;
	load_give_back(courier->load, courierjob_of(job));
}

static void engine_finds_too_large(void *context, struct engine_job *job, const char *words)
{
	struct courier *courier = context;

	courier->in_flight--;
	load_give_back_large(courier->load, courierjob_of(job), words);
}

/* Told once: the same trouble comes again with every try. */
static void engine_has_trouble(void *context, const struct relay *relay, const char *words, int64_t retry_ms)
{
	struct courier *courier = context;
	char *trouble = courier->progress.trouble;

	(void)relay;
	(void)retry_ms;
	if (strncmp(trouble, words, sizeof(courier->progress.trouble) - 1) == 0)
		return;
	snprintf(trouble, sizeof(courier->progress.trouble), "%s", words);
	log_warning("%s", words);
}

/* What the record tells of is in the store by now, but for what is still on its way: that is kept. */
static enum status truncate_flight(struct courier *courier, struct err *err)
{
	if (!courier->notes || (courier->in_flight && courier->notes < FLIGHT_NOTES_MOST))
		return OK;
	courier->notes = 0;
	return flight_truncate(courier->flight, err);
}

static void note_progress(struct courier *courier)
{
	const struct load_counts *counts = load_counts(courier->load);

	courier->progress.total = counts->total;
	memcpy(courier->progress.by_state, counts->by_state, sizeof(counts->by_state));
	courier->progress.settled_here = counts->settled;
}

static enum status turn_now(struct courier *courier, struct err *err)
{
	enum status status = load_turn(courier->load, !courier->stops, err);

	courier->turned_ms = clock_steady_ms();
	if (status == E_BUSY) {
		/* Nothing was begun: what is settled waits in memory and in the flight record. */
		log_warning("%s", err->text);
		return OK;
	}
	return status == OK ? truncate_flight(courier, err) : status;
}

/* A turn is due when there's an outcome, when there's room for claims, or to look at holds and at others'
 * work. */
static bool is_turn_due(const struct courier *courier)
{
	int64_t since_ms = clock_steady_ms() - courier->turned_ms;

	if (load_has_outcomes(courier->load) && (since_ms >= TURN_EVERY_MS || load_is_empty(courier->load)))
		return true;
	return (!courier->stops && load_is_hungry(courier->load)) || since_ms >= LOOK_EVERY_MS;
}

static enum status engine_turns(void *context, struct err *err)
{
	struct courier *courier = context;
	enum status status = is_turn_due(courier) ? turn_now(courier, err) : OK;

	note_progress(courier);
	if (courier->options.progress)
		courier->options.progress(courier->options.context, &courier->progress);
	return status;
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
		.turn = engine_turns,
		.relay_trouble = engine_has_trouble,
	};
	struct engine_options options = {
		.relay_count = settings->relay_count,
		.hello = settings->newsroom.domain,
		.relay_tries = courier->options.relay_tries,
	};

	courier->relays = mem_alloc(settings->relay_count * sizeof(*courier->relays));
	for (size_t k = 0; k < settings->relay_count; k++)
		courier->relays[k] = settings_relay(settings, k);
	options.relays = courier->relays;
	return engine_new(&options, &host, &courier->engine, err);
}

/* Enough for every connection to find something ready, few enough that a kill leaves little open. */
static size_t claims_wanted(const struct settings *settings)
{
	int connections = 0;
	int claims;

	for (size_t i = 0; i < settings->relay_count; i++) {
		if (settings->relays[i].connections > connections)
			connections = settings->relays[i].connections;
	}
	claims = connections * CLAIMS_PER_CONNECTION;
	if (claims < CLAIMS_LEAST)
		return CLAIMS_LEAST;
	return claims > CLAIMS_MOST ? CLAIMS_MOST : (size_t)claims;
}

static enum status open_flight(struct courier *courier, struct newsroom *newsroom, struct err *err)
{
	char *path = file_join(newsroom_state(newsroom), COURIER_FLIGHT_NAME);
	struct recovery recovery;
	enum status status = flight_open(path, &courier->flight, err);

	free(path);
	if (status == OK)
		status = recover_flight(courier->store, courier->flight, courier->settings, &recovery, err);
	if (status == OK && recovery.settled + recovery.unknown + recovery.given_back)
		log_warning("the last sender was interrupted: %zu replies recorded, %zu unknown, %zu back in "
			    "the queue",
			recovery.settled, recovery.unknown, recovery.given_back);
	return status;
}

enum status courier_new(struct newsroom *newsroom, const struct courier_options *options,
	struct courier **out, struct err *err)
{
	struct courier *courier = mem_alloc(sizeof(*courier));
	enum status status = newsroom_store(newsroom, &courier->store, err);

	courier->settings = newsroom_settings(newsroom);
	courier->options = *options;
	if (status == OK)
		status = open_flight(courier, newsroom, err);
	if (status == OK)
		status = load_new(newsroom, claims_wanted(courier->settings), &courier->load, err);
	if (status == OK)
		status = make_engine(courier, err);
	if (status == OK)
		*out = courier;
	else
		courier_free(courier);
	return status;
}

void courier_free(struct courier *courier)
{
	if (!courier)
		return;
	engine_free(courier->engine);
	load_free(courier->load);
	flight_close(courier->flight);
	free(courier->relays);
	free(courier);
}

enum status courier_add(struct courier *courier, int64_t id, struct err *err)
{
	return load_add(courier->load, id, err);
}

static enum status end_run(struct courier *courier, struct err *err)
{
	enum status status = load_end(courier->load, err);

	note_progress(courier);
	courier->progress.next_ms = load_next_try_ms(courier->load);
	return status == OK ? truncate_flight(courier, err) : status;
}

enum status courier_run(struct courier *courier, struct err *err)
{
	enum status status;
	enum status end;

	courier->progress.started_ms = clock_steady_ms();
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
