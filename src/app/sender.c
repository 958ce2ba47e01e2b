/*
 * One sender per newsroom: either this process, or the one we hand our work to.
 */
#include "app/sender.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/step.h"
#include "store/deliveries.h"
#include "store/dispatches.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define FOLLOW_EVERY_MS 200
/* Of the time that looking takes: a million deliveries are counted in a good part of a second. */
#define LOOK_REST_TIMES 9

/* A signal handler's way to what is going on. */
static struct courier *volatile current;
static volatile sig_atomic_t is_carrying;
static volatile sig_atomic_t stop_count;
static volatile sig_atomic_t wants_log, wants_settings;
static volatile sig_atomic_t is_renewing; /* it ends in order to go on by other settings */
static volatile sig_atomic_t told;        /* how often `current` was asked to stop */

struct errand {
	struct newsroom *newsroom;
	struct store *store;
	const int64_t *dispatches;
	size_t count;
	const struct sender_options *options;
	struct courier_options courier;
	struct courier_progress seen; /* of what another process does */
	int64_t look_ms;              /* when to look again, clock_steady_ms */
	size_t active;                /* dispatches that are being sent, when last seen */
	bool is_handed;               /* to some process, once */
	bool is_taken;                /* by who sends now, when last seen */
};

/* Once for whatever ends a run, twice only if a person stops twice. Async-signal-safe. */
static void tell_courier(struct courier *courier)
{
	while (told < stop_count || (!told && is_renewing)) {
		told++;
		courier_stop(courier);
	}
}

/* At once, not when the last message in flight is done: whoever moved the file away waits for that. */
static void heed_log(void)
{
	struct err err;

	if (!wants_log)
		return;
	wants_log = 0;
	if (log_reopen(&err) == OK)
		log_info("the log was reopened");
	else
		log_error("%s", err.text);
}

/* All that is in flight has to end before a courier can go by other settings: not for nothing. */
static void heed_settings(const struct errand *errand)
{
	if (!wants_settings || !current)
		return;
	wants_settings = 0;
	if (!newsroom_has_new_settings(errand->newsroom))
		return;
	is_renewing = 1;
	tell_courier(current);
}

static void watch(void *context, const struct courier_progress *progress)
{
	const struct errand *errand = context;
	const struct courier_options *options = &errand->options->courier;

	heed_log();
	heed_settings(errand);
	if (options->progress)
		options->progress(options->context, progress);
}

/*
 * What a killed sender left may have been all that was missing: then recovery has finished it. And what
 * another one was given may have been cancelled before it left that to us.
 */
static enum status add_unfinished(
	const struct errand *errand, struct courier *courier, int64_t dispatch, struct err *err)
{
	enum dispatch_state state;
	enum status status = store_get_dispatch_state(errand->store, dispatch, &state, err);

	if (status != OK || state == DISPATCH_FINISHED || state == DISPATCH_CANCELLED)
		return status;
	return courier_add(courier, dispatch, err);
}

static enum status run(struct courier *courier, struct err *err)
{
	enum status status;

	told = 0;
	current = courier;
	tell_courier(courier);
	status = courier_run(courier, err);
	current = NULL;
	return status;
}

/* What another process has handed over meanwhile goes on as well. */
static enum status run_through_reloads(struct courier *courier, struct err *err)
{
	enum status status = run(courier, err);

	while (status == OK && is_renewing && !stop_count) {
		is_renewing = 0;
		status = courier_renew(courier, err);
		if (status == OK)
			status = run(courier, err);
	}
	return status;
}

static void note_end(const struct courier *courier, enum status status, const struct err *err)
{
	const struct courier_progress *progress = courier_progress(courier);
	const int64_t *n = progress->by_state;

	if (status != OK)
		log_keep(LOG_LEVEL_ERROR, "%s", err->text);
	log_info("the sender ends: of %" PRId64 " accepted %" PRId64 ", failed %" PRId64 ", deferred %" PRId64
		 ", queued %" PRId64 ", unknown %" PRId64,
		progress->total, n[DELIVERY_ACCEPTED], n[DELIVERY_FAILED], n[DELIVERY_DEFERRED],
		n[DELIVERY_QUEUED], n[DELIVERY_UNKNOWN]);
}

static enum status carry_all(struct errand *errand, struct courier *courier, struct err *err)
{
	enum status status = OK;
	struct err why;

	is_carrying = 1;
	log_info("the sender begins, with %zu dispatch%s", errand->count, errand->count == 1 ? "" : "es");
	for (size_t i = 0; i < errand->count && status == OK; i++)
		status = add_unfinished(errand, courier, errand->dispatches[i], &why);
	if (status == OK)
		status = run_through_reloads(courier, &why);
	note_end(courier, status, &why);
	is_carrying = 0;
	if (status != OK && err)
		*err = why;
	return status;
}

static enum status unless_busy(enum status status)
{
	return status == E_BUSY ? OK : status;
}

/* It is to be sent, and who sends now doesn't know of it: another process had it, and has ended since. */
static enum status is_left(
	const struct errand *errand, size_t i, enum dispatch_state state, bool *out, struct err *err)
{
	bool is_carried = true;
	enum status status = OK;

	if (state == DISPATCH_SENDING)
		status = store_is_carried(errand->store, errand->dispatches[i], &is_carried, err);
	*out = !is_carried;
	return status;
}

/* For the first time also what is carried: there may be more to claim of it than its sender knows. */
static enum status schedule(const struct errand *errand, size_t i, struct err *err)
{
	int64_t dispatch = errand->dispatches[i];
	enum dispatch_state state;
	bool is_wanted;
	enum status status = store_get_dispatch_state(errand->store, dispatch, &state, err);

	is_wanted = state == DISPATCH_SENDING;
	if (status == OK && errand->is_handed)
		status = is_left(errand, i, state, &is_wanted, err);
	if (status == OK && is_wanted)
		status = store_set_dispatch_state(
			errand->store, dispatch, DISPATCH_SCHEDULED, "", clock_now_ms(), err);
	return status;
}

/* In a transaction: a hold or cancel that comes between must not be undone. */
static enum status schedule_all(void *context, struct err *err)
{
	struct errand *errand = context;
	enum status status = OK;

	for (size_t i = 0; i < errand->count && status == OK; i++)
		status = schedule(errand, i, err);
	step("sender.handing_over");
	return status;
}

/*
 * The other process takes on what is scheduled and due. One that is suspended in the middle of a turn keeps
 * the store locked, too: then it's told another time.
 */
static enum status hand_over(struct errand *errand, struct err *err)
{
	enum status status = store_transaction(errand->store, schedule_all, errand, err);

	errand->is_handed = errand->is_handed || status == OK;
	errand->is_taken = status == OK;
	step("sender.handed_over");
	return unless_busy(status);
}

/* Does anything happen with it soon? */
static bool is_busy(enum dispatch_state state, const struct delivery_counts *counts, int64_t wait_ms)
{
	if (state == DISPATCH_SCHEDULED)
		return true;
	return state == DISPATCH_SENDING &&
	       (counts->by_state[DELIVERY_QUEUED] || counts->by_state[DELIVERY_CLAIMED] ||
		       (counts->next_ms && counts->next_ms <= clock_now_ms() + wait_ms));
}

static enum status look(struct errand *errand, bool *busy, struct err *err)
{
	struct courier_progress *seen = &errand->seen;
	enum status status = OK;

	*busy = false;
	*seen = (struct courier_progress){.started_ms = seen->started_ms};
	for (size_t i = 0; i < errand->count && status == OK; i++) {
		struct delivery_counts counts = {0};
		enum dispatch_state state = DISPATCH_CANCELLED;

		status = store_get_dispatch_state(errand->store, errand->dispatches[i], &state, err);
		if (status == OK)
			status = store_count_deliveries(errand->store, errand->dispatches[i], &counts, err);
		*busy = *busy || is_busy(state, &counts, errand->options->courier.wait_ms);
		seen->total += counts.total;
		for (size_t k = 0; k < DELIVERY_STATE_COUNT; k++)
			seen->by_state[k] += counts.by_state[k];
	}
	seen->settled_here = seen->total - seen->by_state[DELIVERY_QUEUED];
	return status;
}

/* That one has ended or is held, or was left, is seen without counting, and at once. */
static enum status glance(struct errand *errand, struct err *err)
{
	size_t active = 0;
	size_t left = 0;
	enum status status = OK;

	for (size_t i = 0; i < errand->count && status == OK; i++) {
		enum dispatch_state state;
		bool was_left = false;

		status = store_get_dispatch_state(errand->store, errand->dispatches[i], &state, err);
		active += status == OK && (state == DISPATCH_SENDING || state == DISPATCH_SCHEDULED);
		if (status == OK)
			status = is_left(errand, i, state, &was_left, err);
		left += was_left;
	}
	if (active != errand->active)
		errand->look_ms = 0;
	errand->active = active;
	errand->is_taken = !left;
	return status;
}

/* Who follows leaves nine tenths of the time to who sends. */
static enum status look_and_rest(struct errand *errand, bool *busy, struct err *err)
{
	int64_t began_ms = clock_steady_ms();
	enum status status = glance(errand, err);
	int64_t end_ms;

	if (status != OK || began_ms < errand->look_ms)
		return status;
	status = look(errand, busy, err);
	end_ms = clock_steady_ms();
	errand->look_ms = end_ms + LOOK_REST_TIMES * (end_ms - began_ms);
	return status;
}

/* For the case that the other process goes away: who sends is told by a signal of its own. */
static void renew_meanwhile(const struct errand *errand)
{
	if (!wants_settings)
		return;
	wants_settings = 0;
	newsroom_reload(errand->newsroom);
}

/* Until the other process is done with it, or is gone and leaves it to us: then *courier is set. */
static enum status follow(struct errand *errand, struct courier **courier, struct err *err)
{
	bool busy = true;
	enum status status = OK;

	errand->seen.started_ms = clock_steady_ms();
	if (errand->options->following)
		errand->options->following(errand->options->courier.context);
	while (status == OK && busy && !*courier && !stop_count) {
		if (!errand->is_taken)
			status = hand_over(errand, err);
		clock_pause_ms(FOLLOW_EVERY_MS);
		if (status == OK)
			status = look_and_rest(errand, &busy, err);
		renew_meanwhile(errand);
		watch(errand, &errand->seen);
		if (status == OK && busy)
			status = unless_busy(courier_new(errand->newsroom, &errand->courier, courier, err));
	}
	return status;
}

enum status sender_run(struct newsroom *newsroom, const int64_t *dispatches, size_t count,
	const struct sender_options *options, struct err *err)
{
	struct errand errand = {
		.newsroom = newsroom,
		.dispatches = dispatches,
		.count = count,
		.options = options,
		.courier = {.wait_ms = options->courier.wait_ms, .progress = watch, .context = &errand},
	};
	struct courier *courier = NULL;
	enum status status = newsroom_store(newsroom, &errand.store, err);

	if (status == OK)
		status = courier_new(newsroom, &errand.courier, &courier, err);
	if (status == E_BUSY)
		status = follow(&errand, &courier, err);
	if (status == OK && courier)
		status = carry_all(&errand, courier, err);
	courier_free(courier);
	return status;
}

enum sender_stopping sender_stop(void)
{
	bool is_first = stop_count == 0;

	stop_count += stop_count < 2;
	if (current)
		tell_courier(current);
	if (!is_first)
		return SENDER_DROPS;
	return is_carrying ? SENDER_DRAINS : SENDER_LEAVES;
}

void sender_reload(void)
{
	wants_log = 1;
	wants_settings = 1;
}

bool sender_is_at_work(const struct newsroom *newsroom)
{
	char *path = file_join(newsroom_state(newsroom), COURIER_FLIGHT_NAME);
	int fd = -1;
	bool is_locked = file_is_there(path) && file_lock(path, &fd, NULL) == E_BUSY;

	if (fd >= 0)
		close(fd);
	free(path);
	return is_locked;
}

bool sender_has(const struct newsroom *newsroom, const struct dispatch *dispatch)
{
	bool is_known = dispatch->state == DISPATCH_SCHEDULED ||
			(dispatch->state == DISPATCH_SENDING && dispatch->is_carried);

	return is_known && sender_is_at_work(newsroom);
}
