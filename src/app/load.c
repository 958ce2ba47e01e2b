/*
 * The load: the store's side of sending.
 */
#include "app/load.h"

#include "app/claims.h"
#include "app/outcome.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/step.h"
#include "store/deliveries.h"
#include "store/dispatches.h"

#include <inttypes.h>
#include <stdlib.h>

/* Outcomes wait at most this long for company; not at all when all are there. */
#define TURN_EVERY_MS 20
/* While nothing else asks for a turn: how often to look for work that others hand over, and for holds. */
#define LOOK_EVERY_MS 500
/*
 * A turn is due once this part of the claims may be made anew: less than what there are turns ahead, or turns
 * became ever smaller.
 */
#define CLAIM_AGAIN_PART 2u
/* Two in the hands of each connection, and two on their way there: with less it waits for the turn that
 * brings the next. */
#define CLAIMS_A_CONNECTION 4u
/* Claims last for so many turns at the present speed. */
#define TURNS_AHEAD 3u

/* A dispatch that is being carried. */
struct carried {
	int64_t id;
	struct gate *gate;                /* on the heap: jobs refer to it */
	bool is_over;                     /* nothing is left, nothing to come: it has been ended */
	enum dispatch_state state, noted; /* as last seen; as last said in the log */
	int64_t next_ms;                  /* a deferred one's next try; 0 if there's none. As of load_end */
	size_t claimed;                   /* not settled or given back yet */
};

struct load {
	struct store *store;
	const struct settings *settings;
	struct claims *claims;
	struct load_counts counts;
	struct carried *carried;
	size_t carried_count, carried_capacity;
	struct courierjob_queue claimed;  /* in this turn */
	struct courierjob_queue settled;  /* with an outcome that isn't committed yet */
	struct courierjob_queue returned; /* given back, likewise */
	struct courierjob_queue idle;     /* to be used again */
	struct relaystates relays;        /* that aren't committed yet */
	size_t claims_least;
	size_t aside; /* of the claims that are open, beside which others go on */
	size_t used;  /* jobs that a turn saw done, lately */
	uint64_t shuts;
	int64_t turned_ms;
	size_t room;      /* for claims in this turn */
	bool is_going_on; /* in this turn */
};

/* How many to have open, beside those that wait aside. */
static size_t claims_wanted(const struct load *load)
{
	size_t wanted = load->used * TURNS_AHEAD;

	if (wanted < load->claims_least)
		wanted = load->claims_least;
	return wanted < LOAD_CLAIMS_MAX ? wanted : LOAD_CLAIMS_MAX;
}

/* For how many more there's room. */
static size_t claims_missing(const struct load *load, size_t open)
{
	size_t wanted = claims_wanted(load) + load->aside;

	if (wanted > LOAD_CLAIMS_MAX)
		wanted = LOAD_CLAIMS_MAX;
	return wanted > open ? wanted - open : 0;
}

/* With no more of these left it's time to claim. */
static size_t low_of(size_t wanted)
{
	return wanted - (wanted + CLAIM_AGAIN_PART - 1) / CLAIM_AGAIN_PART;
}

/* Claims that nothing is known of yet. */
static size_t count_open(const struct load *load)
{
	size_t open = 0;

	for (size_t i = 0; i < load->carried_count; i++)
		open += load->carried[i].claimed;
	return open - load->settled.count - load->returned.count;
}

static bool is_open(const struct carried *carried)
{
	return gate_is_open(carried->gate);
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

/* Claimed in vain. One that may be out and can't be sent again as it was is nobody's to send. */
static enum status give_back(struct load *load, struct courierjob *job, struct err *err)
{
	struct delivery *delivery = &job->delivery;

	if (job->is_disproved) {
		delivery->state = DELIVERY_UNKNOWN;
		return store_set_delivery_state(load->store, delivery->dispatch, delivery->position,
			DELIVERY_CLAIMED, DELIVERY_UNKNOWN, err);
	}
	return outcome_give_back(load->store, delivery, err);
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
	for (struct courierjob *job = load->returned.first; job && status == OK; job = job->next)
		status = give_back(load, job, err);
	return status;
}

/* Unless a person has said otherwise meanwhile. If this isn't kept, the same comes up again. */
static enum status hold_what_cannot_go(struct load *load, struct err *err)
{
	enum status status = OK;

	for (struct courierjob *job = load->returned.first; job && status == OK; job = job->next) {
		int64_t dispatch = job->delivery.dispatch;
		enum dispatch_state state;

		if (!job->hold)
			continue;
		status = store_get_dispatch_state(load->store, dispatch, &state, err);
		if (status == OK && state == DISPATCH_SENDING) {
			log_error("dispatch %" PRId64 " is held: %s", dispatch, job->hold);
			status = store_set_dispatch_state(
				load->store, dispatch, DISPATCH_HELD, job->hold, clock_now_ms(), err);
		}
	}
	return status;
}

static enum status look_at_holds(struct load *load, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < load->carried_count && status == OK; i++) {
		struct carried *carried = &load->carried[i];
		enum dispatch_state state;
		bool may_open;

		status = store_get_dispatch_state(load->store, carried->id, &state, err);
		carried->state = status == OK ? state : carried->state;
		may_open = status == OK && state == DISPATCH_SENDING &&
			   clock_now_ms() >= carried->gate->not_before_ms;
		load->shuts +=
			atomic_exchange_explicit(&carried->gate->is_open, may_open, memory_order_acq_rel) &&
			!may_open;
	}
	return status;
}

/* What may have gone out before is sent again only if it's the same. */
static enum status add_proof(struct load *load, struct courierjob *job, struct err *err)
{
	enum status status;

	if (!job->delivery.is_possible_duplicate)
		return OK;
	status = store_get_digest(
		load->store, job->delivery.dispatch, job->delivery.position, job->proof, err);
	job->has_proof = status == OK;
	return status == E_NOTFOUND ? OK : status;
}

/* What is claimed is owned by a job at once, so that a failure half way loses none of it. */
static enum status add_claim(
	struct load *load, struct carried *carried, struct delivery *claim, struct err *err)
{
	struct courierjob *job = courierjob_take(&load->idle);

	if (!job)
		job = courierjob_new();
	courierjob_fill(job, claim, carried->gate);
	courierjob_put(&load->claimed, job);
	carried->claimed++;
	carried->is_over = false;
	return add_proof(load, job, err);
}

static enum status claim_from(struct load *load, struct carried *carried, size_t *count, struct err *err)
{
	size_t want = load->room - load->claimed.count;
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

		while (status == OK && count && load->is_going_on && is_open(carried) &&
			load->claimed.count < load->room)
			status = claim_from(load, carried, &count, err);
	}
	return status;
}

/* After the commit: jobs are free for others, and what isn't done yet can be claimed again. */
static void retire(struct load *load, struct courierjob_queue *queue)
{
	struct courierjob *job;

	while ((job = courierjob_take(queue))) {
		struct carried *carried = find_carried(load, job->delivery.dispatch);
		enum delivery_state state = job->delivery.state;

		move_count(load, DELIVERY_CLAIMED, state);
		if (job->has_outcome)
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

		if (carried->is_over || !is_open(carried) || carried->claimed ||
			claims_next_ms(load->claims, carried->id, clock_now_ms()) != INT64_MAX)
			continue;
		status = outcome_finish(load->store, carried->id, err);
		carried->is_over = status == OK;
	}
	return status;
}

/* In a transaction: a hold or cancel that comes between must not be undone. */
static enum status carry(struct load *load, const struct dispatch *dispatch, struct err *err)
{
	struct delivery_counts counts;
	enum status status = store_count_deliveries(load->store, dispatch->id, &counts, err);

	if (status == OK)
		status = store_carry_dispatch(load->store, dispatch->id, err);
	if (status != OK)
		return status;
	load->carried =
		mem_grow(load->carried, load->carried_count, &load->carried_capacity, sizeof(*load->carried));
	load->carried[load->carried_count] =
		(struct carried){.id = dispatch->id, .gate = mem_alloc(sizeof(struct gate))};
	load->carried[load->carried_count++].gate->not_before_ms = dispatch->not_before_ms;
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
	return store_carry_dispatch(load->store, dispatch->id, err);
}

static enum status commit_turn(void *context, struct err *err)
{
	struct load *load = context;
	enum status status = relaystates_save(&load->relays, load->store, err);

	if (status == OK)
		status = commit_settled(load, err);
	step("load.settled");
	if (status == OK)
		status = hold_what_cannot_go(load, err);
	if (status == OK && load->is_going_on)
		status = store_each_open_dispatch(load->store, NULL, adopt, load, err);
	if (status == OK)
		status = look_at_holds(load, err);
	if (status == OK)
		status = claim_more(load, err);
	step("load.claimed");
	if (status == OK)
		status = end_finished(load, err);
	return status;
}

static bool can_claim(const struct load *load)
{
	int64_t now_ms = clock_now_ms();

	for (size_t i = 0; i < load->carried_count; i++) {
		const struct carried *carried = &load->carried[i];

		if (is_open(carried) && claims_next_ms(load->claims, carried->id, now_ms) <= now_ms)
			return true;
	}
	return false;
}

/* Nothing more goes out: what was claimed in vain goes back, dispatches without open deliveries end. */
static enum status finish_all(void *context, struct err *err)
{
	struct load *load = context;
	enum status status = relaystates_save(&load->relays, load->store, err);

	if (status == OK)
		status = commit_settled(load, err);
	if (status == OK)
		status = hold_what_cannot_go(load, err);
	for (size_t i = 0; i < load->carried_count && status == OK; i++) {
		enum dispatch_state state;

		status = store_get_dispatch_state(load->store, load->carried[i].id, &state, err);
		if (status == OK && state == DISPATCH_SENDING)
			status = outcome_finish(load->store, load->carried[i].id, err);
	}
	step("load.finishing");
	return status;
}

struct load *load_new(struct store *store, const struct settings *settings, size_t connections)
{
	struct load *load = mem_alloc(sizeof(*load));

	load->store = store;
	load->settings = settings;
	load->claims = claims_new(store, settings);
	load->claims_least = CLAIMS_A_CONNECTION * connections;
	return load;
}

void load_free(struct load *load)
{
	if (!load)
		return;
	claims_free(load->claims);
	courierjob_free_all(&load->claimed);
	courierjob_free_all(&load->settled);
	courierjob_free_all(&load->returned);
	courierjob_free_all(&load->idle);
	for (size_t i = 0; i < load->carried_count; i++)
		free(load->carried[i].gate);
	free(load->carried);
	free(load);
}

enum status load_recall(struct load *load, struct err *err)
{
	return claims_recall(load->claims, err);
}

struct adding {
	struct load *load;
	int64_t dispatch;
};

static enum status add(void *context, struct err *err)
{
	struct adding *adding = context;
	struct dispatch dispatch = {0};
	enum status status = store_find_dispatch(adding->load->store, adding->dispatch, &dispatch, err);

	if (status == OK)
		status = check_may_start(&dispatch, err);
	if (status == OK)
		status = carry(adding->load, &dispatch, err);
	dispatch_clear(&dispatch);
	step("load.adding");
	return status;
}

enum status load_add(struct load *load, int64_t id, struct err *err)
{
	struct adding adding = {load, id};

	return store_transaction(load->store, add, &adding, err);
}

int64_t *load_list(const struct load *load, size_t *count)
{
	int64_t *ids = mem_alloc((load->carried_count + 1) * sizeof(*ids));

	for (size_t i = 0; i < load->carried_count; i++)
		ids[i] = load->carried[i].id;
	*count = load->carried_count;
	return ids;
}

void load_take_done(struct load *load, struct courierjob_queue *done)
{
	struct courierjob *job;

	while ((job = courierjob_take(done)))
		courierjob_put(job->has_outcome ? &load->settled : &load->returned, job);
}

void load_take_relays(struct load *load, struct relaystates *states)
{
	relaystates_move(&load->relays, states);
}

/* Only what was kept is said. */
static void note_states(struct load *load)
{
	for (size_t i = 0; i < load->carried_count; i++) {
		struct carried *carried = &load->carried[i];

		if (carried->state != carried->noted)
			log_info(
				"dispatch %" PRId64 ": %s", carried->id, dispatch_state_name(carried->state));
		carried->noted = carried->state;
	}
}

static enum status commit(struct load *load, store_work_fn *work, struct err *err)
{
	size_t settled = load->settled.count;
	enum status status = store_transaction(load->store, work, load, err);

	step("load.committed");
	if (status != OK)
		return status;
	load->counts.settled += (int64_t)settled;
	load->relays.count = 0;
	retire(load, &load->settled);
	retire(load, &load->returned);
	return OK;
}

/* A turn that wasn't kept: its claims had never been, and what it saw is looked at again. */
static void forget_turn(struct load *load, size_t carried_count, const struct load_counts *counts)
{
	struct courierjob *job;

	claims_rewind(load->claims);
	while ((job = courierjob_take(&load->claimed))) {
		claims_returned(load->claims, &job->delivery);
		find_carried(load, job->delivery.dispatch)->claimed--;
		courierjob_reset(job);
		courierjob_put(&load->idle, job);
	}
	while (load->carried_count > carried_count)
		free(load->carried[--load->carried_count].gate);
	for (size_t i = 0; i < load->carried_count; i++)
		load->carried[i].is_over = false;
	load->counts = *counts;
}

/* The speed now, but a short lull isn't its end. */
static void note_use(struct load *load, size_t done)
{
	size_t faded = load->used - load->used / 4;

	load->used = done > faded ? done : faded;
}

enum status load_turn(struct load *load, bool is_going_on, struct courierjob_queue *claimed, struct err *err)
{
	struct load_counts counts = load->counts;
	size_t carried_count = load->carried_count;
	enum status status;

	note_use(load, load->settled.count + load->returned.count);
	load->is_going_on = is_going_on;
	load->room = claims_missing(load, count_open(load));
	status = commit(load, commit_turn, err);
	load->turned_ms = clock_steady_ms();
	if (status == OK) {
		courierjob_move(claimed, &load->claimed);
		note_states(load);
	} else {
		forget_turn(load, carried_count, &counts);
	}
	return status;
}

enum status load_end(struct load *load, struct err *err)
{
	enum status status = commit(load, finish_all, err);

	for (size_t i = 0; i < load->carried_count && status == OK; i++) {
		struct carried *carried = &load->carried[i];

		status = store_next_try(load->store, carried->id, &carried->next_ms, err);
		if (status == OK)
			status = store_get_dispatch_state(load->store, carried->id, &carried->state, err);
	}
	if (status == OK)
		note_states(load);
	return status;
}

void load_set_aside(struct load *load, size_t count)
{
	load->aside = count;
}

struct belt_need load_need(const struct load *load, bool is_going_on)
{
	return (struct belt_need){
		.open = count_open(load),
		.low = low_of(claims_wanted(load)),
		.high = low_of(LOAD_CLAIMS_MAX),
		.can_claim = is_going_on && can_claim(load),
		.settle_ms = load->turned_ms + TURN_EVERY_MS,
		.look_ms = load->turned_ms + LOOK_EVERY_MS,
	};
}

int64_t load_next_ms(const struct load *load, int64_t wait_ms)
{
	int64_t now_ms = clock_now_ms();
	int64_t next_ms = INT64_MAX;

	if (load->settled.count || load->returned.count)
		return now_ms;
	for (size_t i = 0; i < load->carried_count; i++) {
		const struct carried *carried = &load->carried[i];
		int64_t claim_ms;

		if (carried->claimed)
			return now_ms;
		if (!is_open(carried))
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

uint64_t load_shuts(const struct load *load)
{
	return load->shuts;
}

const struct load_counts *load_counts(const struct load *load)
{
	return &load->counts;
}
