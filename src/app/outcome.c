/*
 * From an attempt to its delivery's next state.
 */
#include "app/outcome.h"

#include "app/dispatches.h"
#include "base/clock.h"
#include "deliver/retry.h"
#include "store/deliveries.h"
#include "store/dispatches.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>

static uint64_t random_number(void)
{
	uint64_t number = 0;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != (ssize_t)sizeof(number))
		number = (uint64_t)clock_steady_ms();
	return number;
}

static enum status next_try(struct store *store, const struct settings *settings,
	const struct attempt *attempt, int64_t *next_ms, struct err *err)
{
	struct retry_schedule schedule = {
		.delays_ms = settings->retry.after.items,
		.count = settings->retry.after.count,
		.jitter = settings->retry.jitter,
		.expire_ms = settings->retry.expire_ms,
	};
	int64_t first_ms = 0;
	enum status status = store_get_first_try(store, attempt->dispatch, attempt->position, &first_ms, err);

	if (status != OK)
		return status;
	*next_ms = retry_next(&schedule, attempt->number, first_ms ? first_ms : attempt->started_ms,
		attempt->settled_ms, random_number());
	return OK;
}

static enum status is_cancelled(struct store *store, int64_t dispatch, bool *out, struct err *err)
{
	enum dispatch_state state;
	enum status status = store_get_dispatch_state(store, dispatch, &state, err);

	*out = status == OK && state == DISPATCH_CANCELLED;
	return status;
}

/* Of a cancelled dispatch: nobody tries it again, and of one that may have arrived a person must tell. */
static enum delivery_state cancelled_state(bool may_have_arrived)
{
	return may_have_arrived ? DELIVERY_UNKNOWN : DELIVERY_CANCELLED;
}

/* When it's due, unless there is no other try. */
static enum status defer(struct store *store, const struct settings *settings, const struct attempt *attempt,
	enum delivery_state *state, int64_t *next_ms, struct err *err)
{
	bool is_over;
	enum status status = is_cancelled(store, attempt->dispatch, &is_over, err);

	if (status == OK && !is_over)
		status = next_try(store, settings, attempt, next_ms, err);
	if (status != OK || (!is_over && *next_ms != RETRY_EXPIRED))
		return status;
	*state = is_over ? cancelled_state(attempt->is_possible_duplicate) : DELIVERY_EXPIRED;
	*next_ms = 0;
	return OK;
}

/*
 * Once: after a second unknown only a person can tell. Not of a cancelled dispatch,
 * which would call it cancelled, and so unsent.
 */
static enum status resend_unknown(
	struct store *store, const struct attempt *attempt, enum delivery_state *state, struct err *err)
{
	bool is_over;
	enum status status;

	if (attempt->is_possible_duplicate)
		return OK;
	status = is_cancelled(store, attempt->dispatch, &is_over, err);
	if (status != OK || is_over)
		return status;
	*state = DELIVERY_QUEUED;
	return store_requeue_unknown(store, attempt->dispatch, attempt->position, true, err);
}

enum status outcome_settle(struct store *store, const struct settings *settings,
	const struct attempt *attempt, enum delivery_state *state, int64_t *next_ms, struct err *err)
{
	enum status status = OK;

	*state = attempt->outcome;
	*next_ms = 0;
	if (*state == DELIVERY_DEFERRED)
		status = defer(store, settings, attempt, state, next_ms, err);
	if (status == OK)
		status = store_settle(store, attempt, *state, *next_ms, err);
	if (status == OK && *state == DELIVERY_UNKNOWN && settings->unknown == UNKNOWN_RESEND)
		status = resend_unknown(store, attempt, state, err);
	return status;
}

enum status outcome_give_back(struct store *store, struct delivery *delivery, struct err *err)
{
	bool is_over;
	enum status status = is_cancelled(store, delivery->dispatch, &is_over, err);

	if (status != OK)
		return status;
	if (is_over) {
		delivery->state = cancelled_state(delivery->is_possible_duplicate);
		return store_set_delivery_state(store, delivery->dispatch, delivery->position,
			DELIVERY_CLAIMED, delivery->state, err);
	}
	delivery->state = delivery->next_ms ? DELIVERY_DEFERRED : DELIVERY_QUEUED;
	return store_give_back(store, delivery->dispatch, delivery->position, err);
}

enum status outcome_finish(struct store *store, int64_t dispatch, struct err *err)
{
	struct delivery_counts counts = {0};
	char reason[128];
	enum dispatch_state state;
	enum status status = store_get_dispatch_state(store, dispatch, &state, err);
	int64_t unknown;

	if (status == OK && state == DISPATCH_CANCELLED)
		return OK;
	if (status == OK)
		status = store_count_deliveries(store, dispatch, &counts, err);
	unknown = counts.by_state[DELIVERY_UNKNOWN];
	if (status != OK || dispatch_is_open(&counts))
		return status;
	if (!unknown)
		return store_set_dispatch_state(store, dispatch, DISPATCH_FINISHED, "", clock_now_ms(), err);
	snprintf(reason, sizeof(reason), "%" PRId64 " unknown: nobody knows whether the server took %s",
		unknown, unknown == 1 ? "it" : "them");
	return store_set_dispatch_state(store, dispatch, DISPATCH_HELD, reason, clock_now_ms(), err);
}
