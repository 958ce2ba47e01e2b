/*
 * The brakes.
 */
#include "app/brakes.h"

#include "app/dispatches.h"
#include "app/outcome.h"
#include "base/clock.h"
#include "base/step.h"
#include "mail/addr.h"
#include "store/deliveries.h"
#include "store/deliverylog.h"
#include "store/dispatches.h"

#include <stdio.h>

/*
 * So many are cancelled in one transaction: some ten milliseconds, for which a sender waits. A test can't
 * send so many.
 */
#ifdef DATELINE_STEPS
#define CANCEL_SLICE 2u
#else
#define CANCEL_SLICE 5000u
#endif

/* One change to one dispatch, or to all open ones; run in a transaction. */
struct braking {
	struct store *store;
	int64_t dispatch;
	const char *who;
	size_t count;
	size_t slice; /* of them, in one transaction */
	enum resolution resolution;
	const char *address;
};

static enum status has_ended(const struct dispatch *dispatch, struct err *err)
{
	return err_set(err, E_CONFLICT, "dispatch %lld is %s; there is nothing to stop or to go on with",
		(long long)dispatch->id, dispatch_state_name(dispatch->state));
}

static bool is_over(const struct dispatch *dispatch)
{
	return dispatch->state == DISPATCH_FINISHED || dispatch->state == DISPATCH_CANCELLED;
}

static enum status hold_one(void *context, const struct dispatch *dispatch, struct err *err)
{
	struct braking *braking = context;
	char reason[160];

	if (dispatch->state == DISPATCH_HELD)
		return OK;
	braking->count++;
	snprintf(reason, sizeof(reason), "by %s", braking->who);
	return store_set_dispatch_state(
		braking->store, dispatch->id, DISPATCH_HELD, reason, clock_now_ms(), err);
}

static enum status work_hold(void *context, struct err *err)
{
	struct braking *braking = context;
	struct dispatch dispatch = {0};
	enum status status;

	if (!braking->dispatch)
		return store_each_open_dispatch(braking->store, NULL, hold_one, braking, err);
	status = store_find_dispatch(braking->store, braking->dispatch, &dispatch, err);
	if (status == OK)
		status = is_over(&dispatch) ? has_ended(&dispatch, err) : hold_one(braking, &dispatch, err);
	dispatch_clear(&dispatch);
	step("brakes.holding");
	return status;
}

enum status brakes_hold(
	struct store *store, int64_t dispatch, const char *who, size_t *count, struct err *err)
{
	struct braking braking = {.store = store, .dispatch = dispatch, .who = who};
	enum status status = store_transaction(store, work_hold, &braking, err);

	step("brakes.held");
	*count = braking.count;
	return status;
}

static enum status check_can_go_on(struct store *store, const struct dispatch *dispatch, struct err *err)
{
	struct delivery_counts counts;
	enum status status = store_count_deliveries(store, dispatch->id, &counts, err);

	if (status != OK)
		return status;
	if (counts.by_state[DELIVERY_UNKNOWN] && !dispatch_is_open(&counts))
		return err_set(err, E_HELD,
			"all that is left of dispatch %lld is unknown: see \"dateline log %lld --state "
			"unknown\", then "
			"\"dateline resolve %lld ADDRESS --accepted\" or \"--resend\"",
			(long long)dispatch->id, (long long)dispatch->id, (long long)dispatch->id);
	return OK;
}

static enum status work_resume(void *context, struct err *err)
{
	struct braking *braking = context;
	struct dispatch dispatch = {0};
	enum status status = store_find_dispatch(braking->store, braking->dispatch, &dispatch, err);

	if (status == OK && is_over(&dispatch))
		status = has_ended(&dispatch, err);
	if (status == OK && dispatch.state == DISPATCH_HELD) {
		status = check_can_go_on(braking->store, &dispatch, err);
		if (status == OK)
			status = store_set_dispatch_state(
				braking->store, dispatch.id, DISPATCH_SENDING, "", clock_now_ms(), err);
	}
	dispatch_clear(&dispatch);
	step("brakes.resuming");
	return status;
}

enum status brakes_resume(struct store *store, int64_t dispatch, struct err *err)
{
	struct braking braking = {.store = store, .dispatch = dispatch};
	enum status status = store_transaction(store, work_resume, &braking, err);

	step("brakes.resumed");
	return status;
}

/* What another cancel didn't come to. */
static enum status check_was_cut_off(struct store *store, const struct dispatch *dispatch, struct err *err)
{
	int64_t found = 0;
	enum status status = store_find_half_cancelled(store, dispatch->id, &found, err);

	return status == OK && !found ? has_ended(dispatch, err) : status;
}

/* The claimed ones are counted here: they are their sender's, which cancels what comes back. */
static enum status work_cancel(void *context, struct err *err)
{
	struct braking *braking = context;
	struct dispatch dispatch = {0};
	int64_t claimed = 0;
	enum status status = store_find_dispatch(braking->store, braking->dispatch, &dispatch, err);

	if (status == OK && is_over(&dispatch))
		status = check_was_cut_off(braking->store, &dispatch, err);
	if (status == OK)
		status = store_count_claimed(braking->store, dispatch.id, &claimed, err);
	if (status == OK)
		status = store_set_dispatch_state(
			braking->store, dispatch.id, DISPATCH_CANCELLED, "", clock_now_ms(), err);
	braking->count = (size_t)claimed;
	dispatch_clear(&dispatch);
	step("brakes.cancelling");
	return status;
}

static enum status work_cancel_some(void *context, struct err *err)
{
	struct braking *braking = context;
	enum status status =
		store_cancel_some(braking->store, braking->dispatch, CANCEL_SLICE, &braking->slice, err);

	step("brakes.cancelling_some");
	return status;
}

/* In between whoever sends has the store for as long. */
static enum status cancel_rest(struct braking *braking, struct err *err)
{
	enum status status = OK;

	do {
		int64_t began_ms = clock_steady_ms();

		status = store_transaction(braking->store, work_cancel_some, braking, err);
		step("brakes.cancelled_some");
		if (status != OK)
			return status;
		braking->count += braking->slice;
		clock_pause_ms(clock_steady_ms() - began_ms);
	} while (braking->slice == CANCEL_SLICE);
	return OK;
}

enum status brakes_cancel(struct store *store, int64_t dispatch, size_t *count, struct err *err)
{
	struct braking braking = {.store = store, .dispatch = dispatch};
	enum status status = store_transaction(store, work_cancel, &braking, err);

	step("brakes.cancelled");
	if (status == OK)
		status = cancel_rest(&braking, err);
	*count = braking.count;
	return status;
}

enum status brakes_cancel_leftovers(struct store *store, struct err *err)
{
	struct braking braking = {.store = store};
	enum status status = store_find_half_cancelled(store, 0, &braking.dispatch, err);

	while (status == OK && braking.dispatch) {
		status = cancel_rest(&braking, err);
		if (status == OK)
			status = store_find_half_cancelled(store, 0, &braking.dispatch, err);
	}
	return status;
}

static enum status resolve_line(void *context, const struct delivery_line *line, struct err *err)
{
	struct braking *braking = context;
	const struct delivery *delivery = line->delivery;

	braking->count++;
	if (braking->resolution == RESOLVE_RESEND)
		return store_requeue_unknown(
			braking->store, delivery->dispatch, delivery->position, false, err);
	return store_set_delivery_state(braking->store, delivery->dispatch, delivery->position,
		DELIVERY_UNKNOWN, DELIVERY_ACCEPTED, err);
}

static enum status resolve_address(struct braking *braking, struct err *err)
{
	struct addr addr;
	struct str key;
	struct delivery_filter filter = {.dispatch = braking->dispatch, .states = 1u << DELIVERY_UNKNOWN};
	enum status status = addr_parse(span_of(braking->address), &addr, err);

	if (status != OK)
		return status;
	str_init(&key, STR_MAX_SMALL);
	addr_key(&addr, &key);
	filter.address_key = key.ptr;
	status = store_each_line(braking->store, &filter, resolve_line, braking, err);
	if (status == OK && !braking->count)
		status = err_set(err, E_NOTFOUND, "\"%s\" has no unknown delivery in dispatch %lld",
			braking->address, (long long)braking->dispatch);
	str_clear(&key);
	addr_clear(&addr);
	return status;
}

/*
 * Where the unknown ones were all that was left, they are what it was held for; a
 * hold with others still to be sent is a person's, and stays.
 */
static enum status go_on_after_resolving(struct braking *braking, const struct dispatch *dispatch,
	const struct delivery_counts *before, struct err *err)
{
	enum status status = OK;

	if (braking->resolution == RESOLVE_RESEND && dispatch->state == DISPATCH_HELD &&
		!dispatch_is_open(before))
		status = store_set_dispatch_state(
			braking->store, dispatch->id, DISPATCH_SENDING, "", clock_now_ms(), err);
	return status == OK ? outcome_finish(braking->store, dispatch->id, err) : status;
}

static enum status work_resolve(void *context, struct err *err)
{
	struct braking *braking = context;
	struct delivery_counts before;
	struct dispatch dispatch = {0};
	enum status status = store_find_dispatch(braking->store, braking->dispatch, &dispatch, err);

	if (status == OK && braking->resolution == RESOLVE_RESEND && is_over(&dispatch))
		status = has_ended(&dispatch, err);
	if (status == OK)
		status = store_count_deliveries(braking->store, dispatch.id, &before, err);
	if (status == OK)
		status = resolve_address(braking, err);
	step("brakes.resolving");
	if (status == OK)
		status = go_on_after_resolving(braking, &dispatch, &before, err);
	dispatch_clear(&dispatch);
	return status;
}

enum status brakes_resolve(struct store *store, int64_t dispatch, const char *address,
	enum resolution resolution, struct err *err)
{
	struct braking braking = {
		.store = store, .dispatch = dispatch, .resolution = resolution, .address = address};
	enum status status = store_transaction(store, work_resolve, &braking, err);

	step("brakes.resolved");
	return status;
}
