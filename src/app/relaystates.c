/*
 * How the relays are doing, from one sender to the next.
 */
#include "app/relaystates.h"

#include "base/clock.h"
#include "store/relaystates.h"

#include <stdio.h>
#include <string.h>

static struct relay_state *find(struct relaystates *states, const char *relay)
{
	for (size_t i = 0; i < states->count; i++) {
		if (strcmp(states->items[i].relay, relay) == 0)
			return &states->items[i];
	}
	return NULL;
}

void relaystates_put(struct relaystates *states, const struct relay_state *state)
{
	struct relay_state *there = find(states, state->relay);

	if (there)
		*there = *state;
	else if (states->count < SETTINGS_RELAYS_MAX)
		states->items[states->count++] = *state;
}

void relaystates_put_told(struct relaystates *states, struct relay_state *state)
{
	const struct relay_state *there = find(states, state->relay);

	state->broke_ms = 0;
	if (state->breaks_pipelining)
		state->broke_ms = there && there->broke_ms ? there->broke_ms : clock_now_ms();
	relaystates_put(states, state);
}

void relaystates_move(struct relaystates *to, struct relaystates *from)
{
	for (size_t i = 0; i < from->count; i++)
		relaystates_put(to, &from->items[i]);
	from->count = 0;
}

enum status relaystates_save(const struct relaystates *states, struct store *store, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < states->count && status == OK; i++)
		status = store_put_relay_state(store, &states->items[i], err);
	return status;
}

static void name_all(const struct settings *settings, struct relaystates *out)
{
	*out = (struct relaystates){0};
	for (size_t i = 0; i < settings->relay_count; i++) {
		struct relay_state fresh = {0};

		snprintf(fresh.relay, sizeof(fresh.relay), "%s", settings->relays[i].name);
		relaystates_put(out, &fresh);
	}
}

static enum status load_one(void *context, const struct relay_state *state, struct err *err)
{
	struct relay_state *named = find(context, state->relay);

	(void)err;
	if (!named)
		return OK;
	*named = *state;
	if (clock_now_ms() - state->broke_ms >= RELAYSTATES_BREACH_MS) {
		named->breaks_pipelining = false;
		named->broke_ms = 0;
	}
	return OK;
}

enum status relaystates_load(
	struct store *store, const struct settings *settings, struct relaystates *out, struct err *err)
{
	name_all(settings, out);
	return store_each_relay_state(store, load_one, out, err);
}

struct others {
	struct relaystates named, found;
};

static enum status note_other(void *context, const struct relay_state *state, struct err *err)
{
	struct others *others = context;

	(void)err;
	if (!find(&others->named, state->relay))
		relaystates_put(&others->found, state);
	return OK;
}

enum status relaystates_forget_others(struct store *store, const struct settings *settings, struct err *err)
{
	struct others others = {0};
	enum status status;

	name_all(settings, &others.named);
	status = store_each_relay_state(store, note_other, &others, err);
	for (size_t i = 0; i < others.found.count && status == OK; i++)
		status = store_drop_relay_state(store, others.found.items[i].relay, err);
	return status;
}
