/*
 * The load: between the store and the courier.
 */
#include "app/load.h"

#include "app/claims.h"
#include "app/letterbox.h"
#include "app/outcome.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/deliveries.h"
#include "store/dispatches.h"

#include <inttypes.h>
#include <stdlib.h>

/* A dispatch that is being carried. */
struct carried {
	int64_t id;
	int64_t not_before_ms;
	bool is_stopped; /* somebody holds or cancelled it meanwhile */
	bool is_over;    /* nothing is left, nothing to come: it has been ended */
	int64_t next_ms; /* a deferred one's next try; 0 if there's none. As of load_end */
	size_t claimed;  /* not settled or given back yet */
	char *hold;      /* why the next turn holds it; NULL if it doesn't */
};

struct load {
	struct store *store;
	const struct settings *settings;
	struct letterbox *letterbox;
	struct claims *claims;
	struct load_counts counts;
	struct carried *carried;
	size_t carried_count, carried_capacity;
	struct courierjob_queue ready;    /* claimed and built, waiting for a link */
	struct courierjob_queue settled;  /* with an outcome that isn't committed yet */
	struct courierjob_queue returned; /* given back, likewise */
	struct courierjob_queue idle;     /* to be used again */
	size_t claims_wanted;
	size_t largest_bytes; /* message built so far */
	bool is_going_on;     /* in this turn */
};

/* What waits for a link may take this much memory: few at a time where attachments are large. */
#define READY_BYTES_MAX (64u * 1024u * 1024u)

/* How many may wait. One, until a message's size is known. */
static size_t ready_max(const struct load *load)
{
	size_t count = load->largest_bytes ? READY_BYTES_MAX / load->largest_bytes : 1;

	if (count > load->claims_wanted)
		return load->claims_wanted;
	return count ? count : 1;
}

static struct carried *find_carried(const struct load *load, int64_t dispatch)
{
	for (size_t i = 0; i < load->carried_count; i++) {
		if (load->carried[i].id == dispatch)
			return &load->carried[i];
	}
	return NULL;
}

static void move_count(struct load *load, enum delivery_state from, enum delivery_state to)
{
	load->counts.by_state[from]--;
	load->counts.by_state[to]++;
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

static enum status commit_settled(struct load *load, struct err *err)
{
	enum status status = OK;

	for (struct courierjob *job = load->settled.first; job && status == OK; job = job->next) {
		enum delivery_state state;

		status = outcome_settle(
			load->store, load->settings, &job->outcome, &state, &job->delivery.next_ms, err);
		if (status == OK)
			job->delivery.state = state;
	}
	for (struct courierjob *job = load->returned.first; job && status == OK; job = job->next) {
		status = store_give_back(load->store, job->delivery.dispatch, job->delivery.position, err);
		job->delivery.state = job->delivery.next_ms ? DELIVERY_DEFERRED : DELIVERY_QUEUED;
	}
	return status;
}

/* Unless a person has said otherwise meanwhile. If this isn't kept, the same comes up again. */
static enum status hold_what_cannot_go(struct load *load, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < load->carried_count && status == OK; i++) {
		struct carried *carried = &load->carried[i];
		enum dispatch_state state;

		if (!carried->hold)
			continue;
		status = store_get_dispatch_state(load->store, carried->id, &state, err);
		if (status == OK && state == DISPATCH_SENDING)
			status = store_set_dispatch_state(
				load->store, carried->id, DISPATCH_HELD, carried->hold, clock_now_ms(), err);
		free(carried->hold);
		carried->hold = NULL;
	}
	return status;
}

static enum status look_at_holds(struct load *load, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < load->carried_count && status == OK; i++) {
		struct carried *carried = &load->carried[i];
		enum dispatch_state state;

		status = store_get_dispatch_state(load->store, carried->id, &state, err);
		carried->is_stopped = state != DISPATCH_SENDING || clock_now_ms() < carried->not_before_ms;
	}
	return status;
}

static void fill_job(struct courierjob *job, const struct delivery *delivery)
{
	job->delivery = *delivery;
	job->job = (struct engine_job){
		.dispatch = delivery->dispatch,
		.position = delivery->position,
		.attempt_number = delivery->tries + 1,
		.envelope_to = span_of(delivery->address),
		.is_possible_duplicate = delivery->is_possible_duplicate,
	};
	for (const char *p = delivery->address; *p; p++)
		job->job.needs_smtputf8 = job->job.needs_smtputf8 || (unsigned char)*p >= 0x80;
}

static enum status write_job(struct load *load, struct courierjob *job, struct err *err)
{
	enum status status = letterbox_build(load->letterbox, &job->delivery, &job->message, err);

	if (status == OK)
		status = letterbox_return_path(load->letterbox, &job->delivery, &job->return_path, err);
	job->job.message = str_span(&job->message);
	job->job.envelope_from = str_span(&job->return_path);
	return status;
}

/* A letter that can't be built stops its dispatch, not the others. */
static enum status hold_unbuildable(
	struct load *load, struct courierjob *job, const struct err *why, struct err *err)
{
	enum status status =
		store_give_back(load->store, job->delivery.dispatch, job->delivery.position, err);

	job->delivery.state = job->delivery.next_ms ? DELIVERY_DEFERRED : DELIVERY_QUEUED;
	courierjob_put(&load->returned, job);
	log_error("%s", why->text);
	if (status == OK)
		status = store_set_dispatch_state(
			load->store, job->delivery.dispatch, DISPATCH_HELD, why->text, clock_now_ms(), err);
	return status;
}

/* What is claimed is owned by a job at once, so that a failure half way loses none of it. */
static enum status add_claim(
	struct load *load, struct carried *carried, const struct delivery *claim, struct err *err)
{
	struct courierjob *job = courierjob_take(&load->idle);
	struct err why = {0};

	if (!job)
		job = courierjob_new();
	fill_job(job, claim);
	carried->claimed++;
	if (write_job(load, job, &why) == OK) {
		if (job->message.len > load->largest_bytes)
			load->largest_bytes = job->message.len;
		courierjob_put(&load->ready, job);
		return OK;
	}
	carried->is_stopped = true;
	return hold_unbuildable(load, job, &why, err);
}

static enum status claim_from(struct load *load, struct carried *carried, size_t *count, struct err *err)
{
	size_t want = ready_max(load) - load->ready.count;
	struct delivery *claims = mem_alloc(want * sizeof(*claims));
	enum status status = claims_take(load->claims, carried->id, clock_now_ms(), want, claims, count, err);

	for (size_t i = 0; status == OK && i < *count; i++) {
		move_count(load, claims[i].next_ms ? DELIVERY_DEFERRED : DELIVERY_QUEUED, claims[i].state);
		if (claims[i].state != DELIVERY_CLAIMED)
			delivery_clear(&claims[i]);
		else
			status = add_claim(load, carried, &claims[i], err);
	}
	free(claims);
	return status;
}

static enum status claim_more(struct load *load, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < load->carried_count && status == OK; i++) {
		struct carried *carried = &load->carried[i];
		size_t count = 1;

		while (status == OK && count && load->is_going_on && !carried->is_stopped &&
			load->ready.count < ready_max(load))
			status = claim_from(load, carried, &count, err);
	}
	return status;
}

/* After the commit: jobs are free for others, and what isn't done yet can be claimed again. */
static void retire(struct load *load, struct courierjob_queue *queue, bool is_settled)
{
	struct courierjob *job;

	while ((job = courierjob_take(queue))) {
		struct carried *carried = find_carried(load, job->delivery.dispatch);
		enum delivery_state state = job->delivery.state;

		move_count(load, DELIVERY_CLAIMED, state);
		if (is_settled)
			claims_settled(
				load->claims, &job->delivery, &job->outcome, state, job->delivery.next_ms);
		else
			claims_returned(load->claims, &job->delivery);
		if (carried)
			carried->claimed--;
		if (carried && (state == DELIVERY_DEFERRED || state == DELIVERY_QUEUED))
			carried->is_over = false;
		courierjob_reset(job);
		courierjob_put(&load->idle, job);
	}
}

/* Ended as soon as nothing is left of it, not when everything else has ended, too. */
static enum status end_finished(struct load *load, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < load->carried_count && status == OK; i++) {
		struct carried *carried = &load->carried[i];

		if (carried->is_over || carried->is_stopped || carried->claimed ||
			claims_next_ms(load->claims, carried->id, clock_now_ms()) != INT64_MAX)
			continue;
		status = outcome_finish(load->store, carried->id, err);
		carried->is_over = status == OK;
	}
	return status;
}

static enum status carry(struct load *load, const struct dispatch *dispatch, struct err *err)
{
	struct delivery_counts counts;
	enum status status = store_count_deliveries(load->store, dispatch->id, &counts, err);

	if (status == OK && dispatch->state == DISPATCH_SCHEDULED)
		status = store_set_dispatch_state(
			load->store, dispatch->id, DISPATCH_SENDING, "", clock_now_ms(), err);
	if (status != OK)
		return status;
	load->carried =
		mem_grow(load->carried, load->carried_count, &load->carried_capacity, sizeof(*load->carried));
	load->carried[load->carried_count++] =
		(struct carried){.id = dispatch->id, .not_before_ms = dispatch->not_before_ms};
	claims_add(load->claims, dispatch->id);
	load->counts.total += counts.total;
	for (size_t i = 0; i < DELIVERY_STATE_COUNT; i++)
		load->counts.by_state[i] += counts.by_state[i];
	return OK;
}

/*
 * SCHEDULED and due: another process found us sending and hands its work over. That
 * may be ours already, when the same is asked for twice; then there may be more to claim.
 */
static enum status adopt(void *context, const struct dispatch *dispatch, struct err *err)
{
	struct load *load = context;
	struct carried *carried = find_carried(load, dispatch->id);

	if (dispatch->state != DISPATCH_SCHEDULED || dispatch->not_before_ms > clock_now_ms())
		return OK;
	if (!carried)
		return carry(load, dispatch, err);
	carried->is_over = false;
	claims_add(load->claims, carried->id);
	return store_set_dispatch_state(load->store, dispatch->id, DISPATCH_SENDING, "", clock_now_ms(), err);
}

static enum status commit_turn(void *context, struct err *err)
{
	struct load *load = context;
	enum status status = commit_settled(load, err);

	if (status == OK)
		status = hold_what_cannot_go(load, err);
	if (status == OK && load->is_going_on)
		status = store_each_open_dispatch(load->store, NULL, adopt, load, err);
	if (status == OK)
		status = look_at_holds(load, err);
	if (status == OK)
		status = claim_more(load, err);
	if (status == OK)
		status = end_finished(load, err);
	return status;
}

static bool can_claim(const struct load *load)
{
	int64_t now_ms = clock_now_ms();

	for (size_t i = 0; i < load->carried_count; i++) {
		const struct carried *carried = &load->carried[i];

		if (!carried->is_stopped && claims_next_ms(load->claims, carried->id, now_ms) <= now_ms)
			return true;
	}
	return false;
}

/* Nothing more goes out: what was claimed in vain goes back, dispatches without open deliveries end. */
static enum status finish_all(void *context, struct err *err)
{
	struct load *load = context;
	enum status status = commit_settled(load, err);

	if (status == OK)
		status = hold_what_cannot_go(load, err);
	for (size_t i = 0; i < load->carried_count && status == OK; i++) {
		enum dispatch_state state;

		status = store_get_dispatch_state(load->store, load->carried[i].id, &state, err);
		if (status == OK && (state == DISPATCH_SENDING || state == DISPATCH_CANCELLED))
			status = outcome_finish(load->store, load->carried[i].id, err);
	}
	return status;
}

enum status load_new(struct newsroom *newsroom, size_t claims, struct load **out, struct err *err)
{
	struct load *load = mem_alloc(sizeof(*load));
	enum status status = newsroom_store(newsroom, &load->store, err);

	load->settings = newsroom_settings(newsroom);
	load->claims_wanted = claims;
	if (status == OK)
		status = letterbox_new(newsroom, &load->letterbox, err);
	if (status == OK)
		load->claims = claims_new(load->store, load->settings);
	if (status == OK)
		*out = load;
	else
		load_free(load);
	return status;
}

void load_free(struct load *load)
{
	if (!load)
		return;
	letterbox_free(load->letterbox);
	claims_free(load->claims);
	courierjob_free_all(&load->ready);
	courierjob_free_all(&load->settled);
	courierjob_free_all(&load->returned);
	courierjob_free_all(&load->idle);
	for (size_t i = 0; i < load->carried_count; i++)
		free(load->carried[i].hold);
	free(load->carried);
	free(load);
}

enum status load_add(struct load *load, int64_t id, struct err *err)
{
	struct dispatch dispatch = {0};
	enum status status = store_find_dispatch(load->store, id, &dispatch, err);

	if (status == OK)
		status = check_may_start(&dispatch, err);
	if (status == OK)
		status = carry(load, &dispatch, err);
	dispatch_clear(&dispatch);
	return status;
}

struct courierjob *load_take(struct load *load)
{
	return courierjob_take(&load->ready);
}

bool load_may_send(const struct load *load, int64_t dispatch)
{
	const struct carried *carried = find_carried(load, dispatch);

	return carried && !carried->is_stopped && clock_now_ms() >= carried->not_before_ms;
}

void load_settle(struct load *load, struct courierjob *job, const struct attempt *attempt)
{
	job->outcome = *attempt;
	courierjob_put(&load->settled, job);
}

void load_give_back(struct load *load, struct courierjob *job)
{
	courierjob_put(&load->returned, job);
}

void load_give_back_large(struct load *load, struct courierjob *job, const char *words)
{
	struct carried *carried = find_carried(load, job->delivery.dispatch);

	if (carried && !carried->hold) {
		struct str reason;

		str_init(&reason, STR_MAX_SMALL);
		str_addf(&reason, "%s; let the relay take more, or cancel this and send with links", words);
		carried->hold = str_take(&reason);
		carried->is_stopped = true;
		str_clear(&reason);
	}
	load_give_back(load, job);
}

static enum status commit(struct load *load, store_work_fn *work, struct err *err)
{
	size_t settled = load->settled.count;
	enum status status = store_transaction(load->store, work, load, err);

	if (status != OK) {
		claims_rewind(load->claims);
		return status;
	}
	load->counts.settled += (int64_t)settled;
	retire(load, &load->settled, true);
	retire(load, &load->returned, false);
	return OK;
}

enum status load_turn(struct load *load, bool is_going_on, struct err *err)
{
	load->is_going_on = is_going_on;
	return commit(load, commit_turn, err);
}

enum status load_end(struct load *load, struct err *err)
{
	enum status status;

	courierjob_move(&load->returned, &load->ready);
	status = commit(load, finish_all, err);
	for (size_t i = 0; i < load->carried_count && status == OK; i++)
		status = store_next_try(load->store, load->carried[i].id, &load->carried[i].next_ms, err);
	return status;
}

bool load_has_outcomes(const struct load *load)
{
	return load->settled.count || load->returned.count;
}

bool load_is_hungry(const struct load *load)
{
	return load->ready.count < (ready_max(load) + 1) / 2 && can_claim(load);
}

bool load_is_empty(const struct load *load)
{
	return !load->ready.count;
}

int64_t load_next_ms(const struct load *load, int64_t wait_ms)
{
	int64_t now_ms = clock_now_ms();
	int64_t next_ms = INT64_MAX;

	if (load_has_outcomes(load))
		return now_ms;
	for (size_t i = 0; i < load->carried_count; i++) {
		const struct carried *carried = &load->carried[i];
		int64_t claim_ms;

		if (carried->is_stopped)
			continue;
		claim_ms = claims_next_ms(load->claims, carried->id, now_ms);
		if (claim_ms <= now_ms + wait_ms && claim_ms < next_ms)
			next_ms = claim_ms;
	}
	return next_ms;
}

int64_t load_next_try_ms(const struct load *load)
{
	int64_t next_ms = 0;

	for (size_t i = 0; i < load->carried_count; i++) {
		if (load->carried[i].next_ms && (!next_ms || load->carried[i].next_ms < next_ms))
			next_ms = load->carried[i].next_ms;
	}
	return next_ms;
}

const struct load_counts *load_counts(const struct load *load)
{
	return &load->counts;
}
