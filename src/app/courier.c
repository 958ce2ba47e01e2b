/*
 * The courier: between the store, the letters and the engine.
 */
#include "app/courier.h"

#include "app/courierjob.h"
#include "app/letterbox.h"
#include "app/outcome.h"
#include "app/recover.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "deliver/engine.h"
#include "deliver/flight.h"
#include "mail/token.h"
#include "store/deliveries.h"
#include "store/dispatches.h"

#include <inttypes.h>
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

/* A dispatch that is being carried. */
struct carried {
	int64_t id;
	int64_t not_before_ms;
	bool is_stopped;   /* somebody holds or cancelled it meanwhile */
	bool is_exhausted; /* nothing to claim until a deferred one is due */
	bool is_over;      /* and nothing to come: it has been ended */
	int64_t next_ms;   /* a deferred one's next try; 0 if there's none */
	size_t claimed;    /* not settled or given back yet */
};

struct courier {
	struct store *store;
	const struct settings *settings;
	struct courier_options options;
	struct courier_progress progress;
	struct flight *flight;
	struct engine *engine;
	struct letterbox *letterbox;
	struct relay *relays;
	struct carried *carried;
	size_t carried_count, carried_capacity;
	struct courierjob_queue ready;    /* claimed and built, waiting for a link */
	struct courierjob_queue settled;  /* with an outcome that isn't committed yet */
	struct courierjob_queue returned; /* given back, likewise */
	struct courierjob_queue idle;     /* to be used again */
	size_t in_flight;                 /* lent to the engine */
	size_t claims_wanted;
	size_t notes; /* in the flight record since it was truncated */
	int64_t turned_ms;
	struct err failure; /* of a callback that can't return one */
	volatile sig_atomic_t stops;
};

static struct carried *find_carried(struct courier *courier, int64_t dispatch)
{
	for (size_t i = 0; i < courier->carried_count; i++) {
		if (courier->carried[i].id == dispatch)
			return &courier->carried[i];
	}
	return NULL;
}

static void move_count(struct courier *courier, enum delivery_state from, enum delivery_state to)
{
	courier->progress.by_state[from]--;
	courier->progress.by_state[to]++;
}

/* When there'll be something to claim: now, later, or not in this run. */
static int64_t next_claim_ms(const struct courier *courier)
{
	int64_t now_ms = clock_now_ms();
	int64_t next_ms = ENGINE_NEVER;

	if (courier->settled.count || courier->returned.count)
		return now_ms;
	for (size_t i = 0; i < courier->carried_count; i++) {
		const struct carried *carried = &courier->carried[i];

		if (carried->is_stopped)
			continue;
		if (!carried->is_exhausted)
			return now_ms;
		if (carried->next_ms && carried->next_ms <= now_ms + courier->options.wait_ms &&
			carried->next_ms < next_ms)
			next_ms = carried->next_ms;
	}
	return next_ms;
}

static size_t engine_takes(void *context, struct engine_job **jobs, size_t want, int64_t *next_ms)
{
	struct courier *courier = context;
	size_t count = 0;

	while (count < want && courier->ready.count && !courier->stops) {
		struct courierjob *job = courierjob_take(&courier->ready);

		jobs[count++] = &job->job;
		courier->in_flight++;
	}
	if (count < want) {
		int64_t look_ms = clock_now_ms() + LOOK_EVERY_MS;

		*next_ms = courier->stops ? ENGINE_NEVER : next_claim_ms(courier);
		if (*next_ms != ENGINE_NEVER && *next_ms > look_ms)
			*next_ms = look_ms;
	}
	return count;
}

static bool engine_may_send(void *context, const struct engine_job *job)
{
	struct courier *courier = context;
	const struct carried *carried = find_carried(courier, job->dispatch);

	return carried && !carried->is_stopped && clock_now_ms() >= carried->not_before_ms;
}

static enum status engine_notes_final(void *context, const struct engine_job *job, struct err *err)
{
	struct courier *courier = context;
	unsigned char digest[FLIGHT_DIGEST_SIZE];

	token_digest(job->message, digest);
	courier->notes++;
	return flight_note_final(
		courier->flight, job->dispatch, job->position, job->attempt_number, digest, err);
}

static void engine_settles(void *context, struct engine_job *job, const struct attempt *attempt)
{
	struct courier *courier = context;
	struct courierjob *settled = courierjob_of(job);

	/* A reply that can't be noted is still in memory: the turn commits it, or the message ends as
	 * unknown. */
	if (flight_note_reply(courier->flight, attempt, &courier->failure) != OK)
		log_error("%s", courier->failure.text);
	courier->notes++;
	settled->outcome = *attempt;
	courier->in_flight--;
	courierjob_put(&courier->settled, settled);
}

static void engine_gives_back(void *context, struct engine_job *job)
{
	struct courier *courier = context;

	courier->in_flight--;
	courierjob_put(&courier->returned, courierjob_of(job));
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

static enum status commit_settled(struct courier *courier, struct err *err)
{
	enum status status = OK;

	for (struct courierjob *job = courier->settled.first; job && status == OK; job = job->next) {
		enum delivery_state state;

		status = outcome_settle(courier->store, courier->settings, &job->outcome, &state, err);
		if (status == OK)
			job->delivery.state = state;
	}
	for (struct courierjob *job = courier->returned.first; job && status == OK; job = job->next) {
		status = store_give_back(courier->store, job->delivery.dispatch, job->delivery.position, err);
		job->delivery.state = job->delivery.next_ms ? DELIVERY_DEFERRED : DELIVERY_QUEUED;
	}
	return status;
}

static enum status look_at_holds(struct courier *courier, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < courier->carried_count && status == OK; i++) {
		struct carried *carried = &courier->carried[i];
		enum dispatch_state state;

		status = store_get_dispatch_state(courier->store, carried->id, &state, err);
		carried->is_stopped = state != DISPATCH_SENDING || clock_now_ms() < carried->not_before_ms;
	}
	return status;
}

static void fill_job(struct courierjob *job, const struct delivery *delivery, const struct settings *settings)
{
	job->delivery = *delivery;
	job->job = (struct engine_job){
		.dispatch = delivery->dispatch,
		.position = delivery->position,
		.attempt_number = delivery->tries + 1,
		.envelope_from = span_of(settings->sender.bounce_address),
		.envelope_to = span_of(delivery->address),
		.is_possible_duplicate = delivery->is_possible_duplicate,
	};
	for (const char *p = delivery->address; *p; p++)
		job->job.needs_smtputf8 = job->job.needs_smtputf8 || (unsigned char)*p >= 0x80;
}

/* A letter that can't be built stops its dispatch, not the others. */
static enum status hold_unbuildable(
	struct courier *courier, const struct courierjob *job, const struct err *why, struct err *err)
{
	enum status status =
		store_give_back(courier->store, job->delivery.dispatch, job->delivery.position, err);

	log_error("%s", why->text);
	if (status == OK)
		status = store_set_dispatch_state(courier->store, job->delivery.dispatch, DISPATCH_HELD,
			why->text, clock_now_ms(), err);
	return status;
}

/* What is claimed is owned by a job at once, so that a failure half way loses none of it. */
static enum status add_claim(
	struct courier *courier, struct carried *carried, const struct delivery *claim, struct err *err)
{
	struct courierjob *job = courierjob_take(&courier->idle);
	struct err why = {0};
	enum status status = OK;

	if (!job)
		job = courierjob_new();
	fill_job(job, claim, courier->settings);
	if (letterbox_build(courier->letterbox, &job->delivery, &job->message, &why) == OK) {
		job->job.message = str_span(&job->message);
		courierjob_put(&courier->ready, job);
		carried->claimed++;
		return OK;
	}
	status = hold_unbuildable(courier, job, &why, err);
	move_count(courier, DELIVERY_CLAIMED, job->delivery.next_ms ? DELIVERY_DEFERRED : DELIVERY_QUEUED);
	courierjob_reset(job);
	courierjob_put(&courier->idle, job);
	return status;
}

static enum status claim_from(struct courier *courier, struct carried *carried, struct err *err)
{
	size_t want = courier->claims_wanted - courier->ready.count;
	struct delivery *claims = mem_alloc(want * sizeof(*claims));
	size_t count = 0;
	enum status status =
		store_claim(courier->store, carried->id, clock_now_ms(), want, claims, &count, err);

	for (size_t i = 0; status == OK && i < count; i++) {
		move_count(courier, claims[i].next_ms ? DELIVERY_DEFERRED : DELIVERY_QUEUED, claims[i].state);
		if (claims[i].state != DELIVERY_CLAIMED)
			delivery_clear(&claims[i]);
		else
			status = add_claim(courier, carried, &claims[i], err);
	}
	if (status == OK && count < want) {
		carried->is_exhausted = true;
		status = store_next_try(courier->store, carried->id, &carried->next_ms, err);
	}
	free(claims);
	return status;
}

static enum status claim_more(struct courier *courier, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < courier->carried_count && status == OK; i++) {
		struct carried *carried = &courier->carried[i];

		if (carried->is_exhausted && carried->next_ms && carried->next_ms <= clock_now_ms())
			carried->is_exhausted = false;
		if (!carried->is_stopped && !carried->is_exhausted && !courier->stops &&
			courier->ready.count < courier->claims_wanted)
			status = claim_from(courier, carried, err);
	}
	return status;
}

/* After the commit: jobs are free for others, and what isn't done yet can be claimed again. */
static void retire(struct courier *courier, struct courierjob_queue *queue)
{
	struct courierjob *job;

	while ((job = courierjob_take(queue))) {
		struct carried *carried = find_carried(courier, job->delivery.dispatch);
		enum delivery_state state = job->delivery.state;

		move_count(courier, DELIVERY_CLAIMED, state);
		if (carried)
			carried->claimed--;
		if (carried && (state == DELIVERY_DEFERRED || state == DELIVERY_QUEUED))
			carried->is_exhausted = carried->is_over = false;
		courierjob_reset(job);
		courierjob_put(&courier->idle, job);
	}
}

/* Ended as soon as nothing is left of it, not when everything else has ended, too. */
static enum status end_finished(struct courier *courier, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < courier->carried_count && status == OK; i++) {
		struct carried *carried = &courier->carried[i];

		if (carried->is_over || carried->is_stopped || !carried->is_exhausted || carried->next_ms ||
			carried->claimed)
			continue;
		status = outcome_finish(courier->store, carried->id, err);
		carried->is_over = status == OK;
	}
	return status;
}

static enum status carry(struct courier *courier, const struct dispatch *dispatch, struct err *err)
{
	struct delivery_counts counts;
	enum status status = store_count_deliveries(courier->store, dispatch->id, &counts, err);

	if (status == OK && dispatch->state == DISPATCH_SCHEDULED)
		status = store_set_dispatch_state(
			courier->store, dispatch->id, DISPATCH_SENDING, "", clock_now_ms(), err);
	if (status != OK)
		return status;
	courier->carried = mem_grow(courier->carried, courier->carried_count, &courier->carried_capacity,
		sizeof(*courier->carried));
	courier->carried[courier->carried_count++] =
		(struct carried){.id = dispatch->id, .not_before_ms = dispatch->not_before_ms};
	courier->progress.total += counts.total;
	for (size_t i = 0; i < DELIVERY_STATE_COUNT; i++)
		courier->progress.by_state[i] += counts.by_state[i];
	return OK;
}

/*
 * SCHEDULED and due: another process found us sending and hands its work over. That
 * may be ours already, when the same is asked for twice; then there may be more to claim.
 */
static enum status adopt(void *context, const struct dispatch *dispatch, struct err *err)
{
	struct courier *courier = context;
	struct carried *carried = find_carried(courier, dispatch->id);

	if (dispatch->state != DISPATCH_SCHEDULED || dispatch->not_before_ms > clock_now_ms())
		return OK;
	if (!carried)
		return carry(courier, dispatch, err);
	carried->is_exhausted = carried->is_over = false;
	return store_set_dispatch_state(
		courier->store, dispatch->id, DISPATCH_SENDING, "", clock_now_ms(), err);
}

static enum status commit_turn(void *context, struct err *err)
{
	struct courier *courier = context;
	enum status status = commit_settled(courier, err);

	if (status == OK && !courier->stops)
		status = store_each_open_dispatch(courier->store, NULL, adopt, courier, err);
	if (status == OK)
		status = look_at_holds(courier, err);
	if (status == OK)
		status = claim_more(courier, err);
	if (status == OK)
		status = end_finished(courier, err);
	return status;
}

/* What the record tells of is in the store by now, but for what is still on its way: that is kept. */
static enum status truncate_flight(struct courier *courier, struct err *err)
{
	if (!courier->notes || (courier->in_flight && courier->notes < FLIGHT_NOTES_MOST))
		return OK;
	courier->notes = 0;
	return flight_truncate(courier->flight, err);
}

static enum status turn_now(struct courier *courier, struct err *err)
{
	size_t settled = courier->settled.count;
	enum status status = store_transaction(courier->store, commit_turn, courier, err);

	courier->turned_ms = clock_steady_ms();
	if (status == E_BUSY) {
		/* Nothing was begun: what is settled waits in memory and in the flight record. */
		log_warning("%s", err->text);
		return OK;
	}
	if (status != OK)
		return status;
	courier->progress.settled_here += (int64_t)settled;
	retire(courier, &courier->settled);
	retire(courier, &courier->returned);
	return truncate_flight(courier, err);
}

static bool can_claim(const struct courier *courier)
{
	int64_t now_ms = clock_now_ms();

	for (size_t i = 0; i < courier->carried_count; i++) {
		const struct carried *carried = &courier->carried[i];

		if (!carried->is_stopped &&
			(!carried->is_exhausted || (carried->next_ms && carried->next_ms <= now_ms)))
			return true;
	}
	return false;
}

/* Nothing to settle for a while: look at holds and for work of others all the same. */
static bool has_slept(const struct courier *courier)
{
	return clock_steady_ms() - courier->turned_ms >= LOOK_EVERY_MS;
}

static enum status engine_turns(void *context, struct err *err)
{
	struct courier *courier = context;
	bool has_outcomes = courier->settled.count || courier->returned.count;
	bool is_time = clock_steady_ms() - courier->turned_ms >= TURN_EVERY_MS;
	bool is_hungry =
		!courier->stops && courier->ready.count < courier->claims_wanted / 2 && can_claim(courier);
	enum status status = OK;

	if ((has_outcomes && (is_time || !courier->ready.count)) || is_hungry || has_slept(courier))
		status = turn_now(courier, err);
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
		.turn = engine_turns,
		.relay_trouble = engine_has_trouble,
	};
	struct engine_options options = {
		.relay_count = settings->relay_count,
		.hello = settings->newsroom.domain,
		.relay_tries = courier->options.relay_tries,
	};
	int connections = 0;

	courier->relays = mem_alloc(settings->relay_count * sizeof(*courier->relays));
	for (size_t i = 0; i < settings->relay_count; i++) {
		courier->relays[i] = settings_relay(settings, i);
		if (courier->relays[i].connections > connections)
			connections = courier->relays[i].connections;
	}
	courier->claims_wanted = (size_t)connections * CLAIMS_PER_CONNECTION;
	if (courier->claims_wanted < CLAIMS_LEAST)
		courier->claims_wanted = CLAIMS_LEAST;
	if (courier->claims_wanted > CLAIMS_MOST)
		courier->claims_wanted = CLAIMS_MOST;
	options.relays = courier->relays;
	return engine_new(&options, &host, &courier->engine, err);
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
		status = letterbox_new(courier->store, &courier->letterbox, err);
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
	letterbox_free(courier->letterbox);
	flight_close(courier->flight);
	courierjob_free_all(&courier->ready);
	courierjob_free_all(&courier->settled);
	courierjob_free_all(&courier->returned);
	courierjob_free_all(&courier->idle);
	free(courier->carried);
	free(courier->relays);
	free(courier);
}

static enum status check_may_start(const struct dispatch *dispatch, struct err *err)
{
	if (dispatch->state == DISPATCH_HELD)
		return err_set(err, E_HELD, "dispatch %lld is held: %s; go on with \"dateline resume %lld\"",
			(long long)dispatch->id, dispatch->hold_reason, (long long)dispatch->id);
	if (dispatch->state != DISPATCH_SENDING && dispatch->state != DISPATCH_SCHEDULED)
		return err_set(err, E_CONFLICT, "dispatch %" PRId64 " is %s", dispatch->id,
			dispatch_state_name(dispatch->state));
	if (dispatch->not_before_ms > clock_now_ms())
		return err_set(err, E_HELD, "dispatch %" PRId64 " must not go out yet", dispatch->id);
	return OK;
}

enum status courier_add(struct courier *courier, int64_t id, struct err *err)
{
	struct dispatch dispatch = {0};
	enum status status = store_find_dispatch(courier->store, id, &dispatch, err);

	if (status == OK)
		status = check_may_start(&dispatch, err);
	if (status == OK)
		status = carry(courier, &dispatch, err);
	dispatch_clear(&dispatch);
	return status;
}

/* Nothing more goes out: what was claimed in vain goes back, dispatches without open deliveries end. */
static enum status finish_all(void *context, struct err *err)
{
	struct courier *courier = context;
	enum status status = commit_settled(courier, err);

	for (size_t i = 0; i < courier->carried_count && status == OK; i++) {
		enum dispatch_state state;

		status = store_get_dispatch_state(courier->store, courier->carried[i].id, &state, err);
		if (status == OK && (state == DISPATCH_SENDING || state == DISPATCH_CANCELLED))
			status = outcome_finish(courier->store, courier->carried[i].id, err);
	}
	return status;
}

static void note_next_try(struct courier *courier)
{
	courier->progress.next_ms = 0;
	for (size_t i = 0; i < courier->carried_count; i++) {
		int64_t next_ms = courier->carried[i].next_ms;

		if (next_ms && (!courier->progress.next_ms || next_ms < courier->progress.next_ms))
			courier->progress.next_ms = next_ms;
	}
}

static enum status end_run(struct courier *courier, struct err *err)
{
	enum status status;

	courierjob_move(&courier->returned, &courier->ready);
	status = store_transaction(courier->store, finish_all, courier, err);
	if (status != OK)
		return status;
	courier->progress.settled_here += (int64_t)courier->settled.count;
	retire(courier, &courier->settled);
	retire(courier, &courier->returned);
	for (size_t i = 0; i < courier->carried_count && status == OK; i++)
		status = store_next_try(
			courier->store, courier->carried[i].id, &courier->carried[i].next_ms, err);
	note_next_try(courier);
	return status == OK ? truncate_flight(courier, err) : status;
}

enum status courier_run(struct courier *courier, struct err *err)
{
	enum status status;
	enum status end;

	courier->progress.started_ms = clock_steady_ms();
	courier->progress.settled_here = 0;
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
