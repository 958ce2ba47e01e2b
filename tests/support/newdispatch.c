/*
 * Dispatches in a test's own store.
 */
#include "support/newdispatch.h"

#include "base/mem.h"
#include "store/claiming.h"
#include "store/deliveries.h"
#include "store/dispatches.h"
#include "store/frozen.h"
#include "store/lists.h"
#include "store/sqlite.h"
#include "support/test.h"

static void must(struct newstore *place, enum status status)
{
	if (status != OK)
		fail_msg("%s", place->err.text);
}

int64_t newdispatch_add(struct newstore *place, const char *release)
{
	char name[64];
	char none[] = "";
	char lists[] = "europe";
	char title[] = "Coastal towns agree joint rescue fund";
	char who[] = "mroy";
	struct dispatch dispatch = {
		.kind = DISPATCH_PUBLIC,
		.state = DISPATCH_SENDING,
		.hold_reason = none,
		.release = name,
		.title = title,
		.lists = lists,
		.segment = none,
		.language = none,
		.date_ms = NEWDISPATCH_AT_MS,
		.created_ms = NEWDISPATCH_AT_MS,
		.actor = who,
	};

	snprintf(name, sizeof(name), "%s", release);
	must(place, store_add_dispatch(place->store, &dispatch, &place->err));
	return dispatch.id;
}

static int64_t number_of(struct newstore *place, const char *sql, int64_t dispatch, int64_t position)
{
	int64_t number = -1;

	must(place, sqlite_one_int(place->store, sql,
			    SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(position)), &number, &place->err));
	return number;
}

static int64_t queue(
	struct newstore *place, int64_t dispatch, const char *address, const struct member *member)
{
	const char *at = strchr(address, '@');
	struct delivery delivery = {
		.position =
			1 + number_of(place,
				    "SELECT coalesce(max(position), ?2) FROM delivery WHERE dispatch = ?1",
				    dispatch, 0),
		.subscriber_id = member ? member->subscriber_id : 0,
		.list_id = member ? member->list_id : 0,
		.also = mem_copy_text(""),
		.address = mem_copy_text(address),
		.domain = mem_copy_text(at ? at + 1 : ""),
	};
	int64_t position = delivery.position;

	str_init(&delivery.slots, STR_MAX_SMALL);
	must(place, frozen_begin(place->store, &place->err));
	must(place, frozen_add(place->store, &delivery, &place->err));
	must(place, frozen_end(place->store, &place->err));
	must(place, frozen_merge(place->store, dispatch, &place->err));
	frozen_clear(place->store);
	delivery_clear(&delivery);
	return position;
}

int64_t newdispatch_queue(struct newstore *place, int64_t dispatch, const char *address)
{
	return queue(place, dispatch, address, NULL);
}

int64_t newdispatch_queue_member(
	struct newstore *place, int64_t dispatch, const char *list, const char *address)
{
	struct medialist found;
	struct member member;
	int64_t position;

	must(place, store_find_list(place->store, list, &found, &place->err));
	must(place, store_find_member(place->store, found.id, address, &member, &place->err));
	position = queue(place, dispatch, address, &member);
	member_clear(&member);
	medialist_clear(&found);
	return position;
}

struct open_ones {
	int64_t positions[64];
	size_t count;
	int64_t now_ms;
};

static bool note_open(void *context, const struct store_cursor *at, const char *domain)
{
	struct open_ones *open = context;

	(void)domain;
	if (at->next_ms <= open->now_ms && open->count < sizeof(open->positions) / sizeof(int64_t))
		open->positions[open->count++] = at->position;
	return true;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void newdispatch_take(struct newstore *place, int64_t dispatch, int64_t now_ms, size_t want,
	struct delivery *out, size_t *count)
{
	static const struct store_cursor start;
	struct open_ones open = {.now_ms = now_ms};

	must(place, store_scan_queued(place->store, dispatch, &start, note_open, &open, &place->err));
	must(place, store_scan_deferred(place->store, dispatch, &start, note_open, &open, &place->err));
	qsort(open.positions, open.count, sizeof(int64_t), by_number);
	if (open.count > want)
		open.count = want;
	must(place, store_claim(place->store, dispatch, now_ms, open.positions, open.count, out, count,
			    &place->err));
}

size_t newdispatch_claim(struct newstore *place, int64_t dispatch, int64_t now_ms)
{
	struct delivery claims[32];
	size_t count = 0;
	size_t claimed = 0;

	newdispatch_take(place, dispatch, now_ms, 32, claims, &count);
	for (size_t i = 0; i < count; i++) {
		claimed += claims[i].state == DELIVERY_CLAIMED;
		delivery_clear(&claims[i]);
	}
	return claimed;
}

struct attempt newdispatch_attempt(int64_t dispatch, int64_t position, int number,
	enum delivery_state outcome, int code, const char *reply)
{
	struct attempt attempt = {
		.dispatch = dispatch,
		.position = position,
		.number = number,
		.phase = PHASE_DOT,
		.outcome = outcome,
		.code = code,
		.relay = "relay.example:25",
		.tls = TLS_VERIFIED,
		.tls_version = "TLS1.3",
		.started_ms = NEWDISPATCH_AT_MS,
		.settled_ms = NEWDISPATCH_AT_MS,
	};

	snprintf(attempt.reply, sizeof(attempt.reply), "%s", reply);
	return attempt;
}

void newdispatch_settle(struct newstore *place, int64_t dispatch, int64_t position,
	enum delivery_state outcome, int code, const char *reply)
{
	int64_t tries = number_of(place, "SELECT tries FROM delivery WHERE dispatch = ?1 AND position = ?2",
		dispatch, position);
	struct attempt attempt =
		newdispatch_attempt(dispatch, position, (int)tries + 1, outcome, code, reply);
	int64_t next_ms = outcome == DELIVERY_DEFERRED ? NEWDISPATCH_AT_MS + 60000 : 0;

	must(place, store_settle(place->store, &attempt, outcome, next_ms, &place->err));
}

enum delivery_state newdispatch_state_of(struct newstore *place, int64_t dispatch, int64_t position)
{
	return (enum delivery_state)number_of(place,
		"SELECT state FROM delivery WHERE dispatch = ?1 AND position = ?2", dispatch, position);
}

enum dispatch_state newdispatch_state(struct newstore *place, int64_t dispatch)
{
	enum dispatch_state state = DISPATCH_WAITING;

	must(place, store_get_dispatch_state(place->store, dispatch, &state, &place->err));
	return state;
}

int64_t newdispatch_count_attempts(struct newstore *place, int64_t dispatch, int64_t position)
{
	return number_of(place, "SELECT count(*) FROM attempt WHERE dispatch = ?1 AND position = ?2",
		dispatch, position);
}

int64_t newdispatch_next_ms(struct newstore *place, int64_t dispatch, int64_t position)
{
	return number_of(place, "SELECT next_ms FROM delivery WHERE dispatch = ?1 AND position = ?2",
		dispatch, position);
}

void newdispatch_set_state(
	struct newstore *place, int64_t dispatch, enum dispatch_state state, const char *reason)
{
	must(place, store_set_dispatch_state(
			    place->store, dispatch, state, reason, NEWDISPATCH_AT_MS, &place->err));
}
