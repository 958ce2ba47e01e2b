/*
 * What a sender that was killed left in its flight record, brought into the store.
 */
#include "app/recover.h"

#include "app/outcome.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/step.h"
#include "store/deliveries.h"
#include "store/dispatches.h"

#include <stdlib.h>
#include <string.h>

/* What the flight record knows of one claimed delivery. */
struct flown {
	int64_t dispatch, position;
	int number;
	bool has_reply;
	bool is_claimed;        /* and settled as such */
	struct attempt attempt; /* the reply's, or only a digest */
};

struct recovering {
	struct store *store;
	const struct settings *settings;
	struct recovery *recovery;
	struct flown *flown;
	size_t flown_count, flown_capacity;
	struct delivery *claimed;
	size_t claimed_count, claimed_capacity;
	bool is_complete; /* no message of this boot went out that the record doesn't tell of */
};

static enum status collect_flown(void *context, const struct flight_entry *entry, struct err *err)
{
	struct recovering *recovering = context;
	struct flown *flown;

	(void)err;
	recovering->flown = mem_grow(recovering->flown, recovering->flown_count, &recovering->flown_capacity,
		sizeof(*recovering->flown));
	flown = &recovering->flown[recovering->flown_count++];
	*flown = (struct flown){.dispatch = entry->dispatch,
		.position = entry->position,
		.number = entry->number,
		.has_reply = entry->attempt != NULL};
	if (entry->attempt) {
		flown->attempt = *entry->attempt;
		return OK;
	}
	memcpy(flown->attempt.digest, entry->digest, sizeof(entry->digest));
	flown->attempt.has_digest = true;
	return OK;
}

static enum status collect_claimed(void *context, const struct delivery *delivery, struct err *err)
{
	struct recovering *recovering = context;
	struct delivery *claimed;

	(void)err;
	recovering->claimed = mem_grow(recovering->claimed, recovering->claimed_count,
		&recovering->claimed_capacity, sizeof(*recovering->claimed));
	claimed = &recovering->claimed[recovering->claimed_count++];
	*claimed = (struct delivery){
		.dispatch = delivery->dispatch,
		.position = delivery->position,
		.tries = delivery->tries,
		.next_ms = delivery->next_ms,
		.is_possible_duplicate = delivery->is_possible_duplicate,
	};
	return OK;
}

static int by_delivery(const void *a, const void *b)
{
	const struct flown *x = a;
	const struct flown *y = b;

	if (x->dispatch != y->dispatch)
		return x->dispatch < y->dispatch ? -1 : 1;
	if (x->position != y->position)
		return x->position < y->position ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static struct flown *find_flown(const struct recovering *recovering, const struct delivery *claimed)
{
	struct flown key = {
		.dispatch = claimed->dispatch, .position = claimed->position, .number = claimed->tries + 1};

	if (!recovering->flown_count)
		return NULL;
	return bsearch(
		&key, recovering->flown, recovering->flown_count, sizeof(*recovering->flown), by_delivery);
}

static struct attempt unknown_attempt(const struct delivery *claimed, const struct flown *flown)
{
	int64_t now_ms = clock_now_ms();
	struct attempt attempt = {
		.dispatch = claimed->dispatch,
		.position = claimed->position,
		.number = claimed->tries + 1,
		.phase = PHASE_DOT,
		.outcome = DELIVERY_UNKNOWN,
		.reply = "the sender was stopped before it saw the reply",
		.started_ms = now_ms,
		.settled_ms = now_ms,
		.is_possible_duplicate = claimed->is_possible_duplicate,
	};

	if (flown) {
		memcpy(attempt.digest, flown->attempt.digest, sizeof(attempt.digest));
		attempt.has_digest = flown->attempt.has_digest;
	}
	return attempt;
}

static enum status settle_claimed(struct recovering *recovering, struct delivery *claimed, struct err *err)
{
	struct flown *flown = find_flown(recovering, claimed);
	struct attempt attempt;
	enum delivery_state state;
	int64_t next_ms;

	if (!flown && recovering->is_complete) {
		recovering->recovery->given_back++;
		return outcome_give_back(recovering->store, claimed, err);
	}
	if (flown)
		flown->is_claimed = true;
	if (flown && flown->has_reply) {
		attempt = flown->attempt;
		recovering->recovery->settled++;
	} else {
		attempt = unknown_attempt(claimed, flown);
		recovering->recovery->unknown++;
	}
	return outcome_settle(recovering->store, recovering->settings, &attempt, &state, &next_ms, err);
}

/* The store has lost the claim, as a damaged disk or a copy put back does. What was sent isn't sent again. */
static enum status settle_unclaimed(struct recovering *recovering, const struct flown *flown, struct err *err)
{
	enum delivery_state state;
	int tries = 0;
	int64_t next_ms;
	enum status status =
		store_get_tries(recovering->store, flown->dispatch, flown->position, &state, &tries, err);

	if (status == E_NOTFOUND || (status == OK && (tries >= flown->number || state == DELIVERY_CLAIMED)))
		return OK;
	if (status == OK)
		status = outcome_settle(
			recovering->store, recovering->settings, &flown->attempt, &state, &next_ms, err);
	if (status == OK)
		status = outcome_finish(recovering->store, flown->dispatch, err);
	recovering->recovery->settled++;
	return status;
}

static enum status settle_all(void *context, struct err *err)
{
	struct recovering *recovering = context;
	enum status status =
		store_each_delivery(recovering->store, DELIVERY_CLAIMED, collect_claimed, recovering, err);

	for (size_t i = 0; status == OK && i < recovering->claimed_count; i++)
		status = settle_claimed(recovering, &recovering->claimed[i], err);
	for (size_t i = 0; status == OK && i < recovering->flown_count; i++) {
		if (recovering->flown[i].has_reply && !recovering->flown[i].is_claimed)
			status = settle_unclaimed(recovering, &recovering->flown[i], err);
	}
	for (size_t i = 0; status == OK && i < recovering->claimed_count; i++) {
		if (i == 0 || recovering->claimed[i].dispatch != recovering->claimed[i - 1].dispatch)
			status = outcome_finish(recovering->store, recovering->claimed[i].dispatch, err);
	}
	step("recover.settled");
	return status;
}

enum status recover_flight(struct store *store, struct flight *flight, const struct settings *settings,
	struct recovery *out, struct err *err)
{
	const char *boot = flight_boot_id(flight);
	struct recovering recovering = {
		.store = store,
		.settings = settings,
		.recovery = out,
		.is_complete = *boot && strcmp(boot, clock_boot_id()) == 0 && !flight_is_damaged(flight),
	};
	enum status status = flight_read(flight, collect_flown, &recovering, err);

	*out = (struct recovery){0};
	if (flight_is_damaged(flight))
		log_warning(
			"the flight record in \"state\" is damaged: what was under way and has no reply in "
			"it may have gone out");
	if (status == OK && recovering.flown_count)
		qsort(recovering.flown, recovering.flown_count, sizeof(*recovering.flown), by_delivery);
	step("recover.read");
	if (status == OK)
		status = store_transaction(store, settle_all, &recovering, err);
	step("recover.committed");
	if (status == OK)
		status = flight_truncate(flight, flight_mark(flight), err);
	free(recovering.flown);
	free(recovering.claimed);
	return status;
}
