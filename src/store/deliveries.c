/*
 * Deliveries in the store: giving back, settling.
 */
#include "store/deliveries.h"

#include "base/mem.h"
#include "store/deliveryrow.h"
#include "store/sqlite.h"

#include <stdlib.h>

enum status store_set_delivery_state(struct store *store, int64_t dispatch, int64_t position,
	enum delivery_state from, enum delivery_state to, struct err *err)
{
	enum status status = sqlite_run(store,
		"UPDATE delivery SET state = ?4 WHERE dispatch = ?1 AND position = ?2 AND state = ?3",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(position), sqlite_int(from), sqlite_int(to)),
		err);

	if (status == OK && sqlite_changes(store) != 1)
		return err_set(err, E_CONFLICT, "delivery %lld of dispatch %lld isn't %s any more",
			(long long)position, (long long)dispatch, delivery_state_name(from));
	return status;
}

_Static_assert(DELIVERY_QUEUED == 0 && DELIVERY_CLAIMED == 1 && DELIVERY_DEFERRED == 3 &&
		       DELIVERY_UNKNOWN == 5 && DELIVERY_CANCELLED == 8,
	"indexes and queries know the numbers");

enum status store_next_try(struct store *store, int64_t dispatch, int64_t *next_ms, struct err *err)
{
	return sqlite_one_int(store,
		"SELECT coalesce(min(next_ms), 0) FROM delivery WHERE dispatch = ?1 AND state = 3",
		SQLITE_VALUES(sqlite_int(dispatch)), next_ms, err);
}

/* What it was is known from its next try: a deferred one has some. */
enum status store_give_back(struct store *store, int64_t dispatch, int64_t position, struct err *err)
{
	return sqlite_run(store,
		"UPDATE delivery SET state = CASE WHEN next_ms > 0 THEN 3 ELSE 0 END "
		"WHERE dispatch = ?1 AND position = ?2 AND state = 1",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(position)), err);
}

static enum status route_of(
	struct store *store, const struct attempt *attempt, int64_t *route, struct err *err)
{
	enum status status = sqlite_one_int(store,
		"SELECT id FROM route WHERE relay = ?1 AND tls = ?2 AND tls_version = ?3",
		SQLITE_VALUES(sqlite_text(attempt->relay), sqlite_int(attempt->tls),
			sqlite_text(attempt->tls_version)),
		route, err);

	if (status != E_NOTFOUND)
		return status;
	status = sqlite_run(store, "INSERT INTO route (relay, tls, tls_version) VALUES (?1, ?2, ?3)",
		SQLITE_VALUES(sqlite_text(attempt->relay), sqlite_int(attempt->tls),
			sqlite_text(attempt->tls_version)),
		err);
	*route = sqlite_last_id(store);
	return status;
}

static struct sqlite_value digest_of(const struct attempt *attempt)
{
	if (!attempt->has_digest)
		return sqlite_null();
	return sqlite_blob(span_bytes((const char *)attempt->digest, sizeof(attempt->digest)));
}

enum status store_settle(struct store *store, const struct attempt *attempt, enum delivery_state state,
	int64_t next_ms, struct err *err)
{
	int64_t route = 0;
	enum status status = route_of(store, attempt, &route, err);

	if (status == OK)
		status = sqlite_run(store,
			"INSERT INTO attempt (dispatch, position, number, phase, outcome, code, enhanced, "
			"reply, route, "
			"started_ms, settled_ms, is_possible_duplicate, cause, digest) "
			"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
			SQLITE_VALUES(sqlite_int(attempt->dispatch), sqlite_int(attempt->position),
				sqlite_int(attempt->number), sqlite_int(attempt->phase),
				sqlite_int(attempt->outcome), sqlite_int(attempt->code),
				sqlite_text(attempt->enhanced), sqlite_text(attempt->reply),
				sqlite_int(route), sqlite_int(attempt->started_ms),
				sqlite_int(attempt->settled_ms), sqlite_int(attempt->is_possible_duplicate),
				sqlite_int(attempt->cause), digest_of(attempt)),
			err);
	if (status == OK)
		status = sqlite_run(store,
			"UPDATE delivery SET state = ?3, tries = ?4, next_ms = ?5 "
			"WHERE dispatch = ?1 AND position = ?2",
			SQLITE_VALUES(sqlite_int(attempt->dispatch), sqlite_int(attempt->position),
				sqlite_int(state), sqlite_int(attempt->number), sqlite_int(next_ms)),
			err);
	return status;
}

enum status store_get_digest(struct store *store, int64_t dispatch, int64_t position,
	unsigned char digest[ATTEMPT_DIGEST_SIZE], struct err *err)
{
	struct sqlite_rows rows;
	bool is_there;
	enum status status;

	sqlite_query(store,
		"SELECT digest FROM attempt WHERE dispatch = ?1 AND position = ?2 AND digest IS NOT NULL "
		"AND 1 = (SELECT is_possible_duplicate FROM delivery WHERE dispatch = ?1 AND position = ?2) "
		"ORDER BY number DESC LIMIT 1",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(position)), &rows);
	is_there = sqlite_next(&rows) && sqlite_get_blob(&rows, 0).len == ATTEMPT_DIGEST_SIZE;
	if (is_there)
		memcpy(digest, sqlite_get_blob(&rows, 0).ptr, ATTEMPT_DIGEST_SIZE);
	status = sqlite_end(&rows, err);
	return status == OK && !is_there ? E_NOTFOUND : status;
}

enum status store_get_tries(struct store *store, int64_t dispatch, int64_t position,
	enum delivery_state *state, int *tries, struct err *err)
{
	struct sqlite_rows rows;
	bool is_there;
	enum status status;

	sqlite_query(store, "SELECT state, tries FROM delivery WHERE dispatch = ?1 AND position = ?2",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(position)), &rows);
	is_there = sqlite_next(&rows);
	if (is_there) {
		*state = (enum delivery_state)sqlite_get_int(&rows, 0);
		*tries = (int)sqlite_get_int(&rows, 1);
	}
	status = sqlite_end(&rows, err);
	return status == OK && !is_there ? E_NOTFOUND : status;
}

enum status store_get_first_try(
	struct store *store, int64_t dispatch, int64_t position, int64_t *first_ms, struct err *err)
{
	enum status status = sqlite_one_int(store,
		"SELECT started_ms FROM attempt WHERE dispatch = ?1 AND position = ?2 ORDER BY number LIMIT "
		"1",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(position)), first_ms, err);

	if (status == E_NOTFOUND) {
		*first_ms = 0;
		return OK;
	}
	return status;
}

/* One walk, and no GROUP BY: it would sort a million rows. */
#define COUNT_OF(state) "count(*) FILTER (WHERE state = " #state ")"

enum status store_count_deliveries(
	struct store *store, int64_t dispatch, struct delivery_counts *counts, struct err *err)
{
	struct sqlite_rows rows;

	_Static_assert(DELIVERY_STATE_COUNT == 10, "each state is counted");
	*counts = (struct delivery_counts){0};
	sqlite_query(store,
		"SELECT " COUNT_OF(0) ", " COUNT_OF(1) ", " COUNT_OF(2) ", " COUNT_OF(3) ", " COUNT_OF(
			4) ", " COUNT_OF(5) ", " COUNT_OF(6) ", " COUNT_OF(7) ", " COUNT_OF(8) ", " COUNT_OF(9) ", min(next_ms) FILTER (WHERE state = 3) FROM delivery WHERE dispatch = ?1",
		SQLITE_VALUES(sqlite_int(dispatch)), &rows);
	if (sqlite_next(&rows)) {
		for (int i = 0; i < DELIVERY_STATE_COUNT; i++) {
			counts->by_state[i] = sqlite_get_int(&rows, i);
			counts->total += counts->by_state[i];
		}
		counts->next_ms = sqlite_get_int(&rows, DELIVERY_STATE_COUNT);
	}
	return sqlite_end(&rows, err);
}

enum status store_requeue_unknown(
	struct store *store, int64_t dispatch, int64_t position, bool is_same, struct err *err)
{
	return sqlite_run(store,
		"UPDATE delivery SET state = 0, next_ms = 0, is_possible_duplicate = ?3 "
		"WHERE dispatch = ?1 AND position = ?2 AND state = 5",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(position), sqlite_int(is_same ? 1 : 2)), err);
}

enum status store_cancel_some(
	struct store *store, int64_t dispatch, size_t most, size_t *count, struct err *err)
{
	enum status status = sqlite_run(store,
		"UPDATE delivery SET state = CASE WHEN is_possible_duplicate THEN 5 ELSE 8 END "
		"WHERE dispatch = ?1 AND position IN (SELECT position FROM " DELIVERY_OPEN
		"AND state IN (0, 3) LIMIT ?2)",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int((int64_t)most)), err);

	*count = status == OK ? (size_t)sqlite_changes(store) : 0;
	return status;
}

enum status store_count_claimed(struct store *store, int64_t dispatch, int64_t *count, struct err *err)
{
	return sqlite_one_int(store, "SELECT count(*) FROM " DELIVERY_OPEN "AND state = 1",
		SQLITE_VALUES(sqlite_int(dispatch)), count, err);
}

enum status store_find_half_cancelled(struct store *store, int64_t dispatch, int64_t *found, struct err *err)
{
	return sqlite_one_int(store,
		"SELECT coalesce(min(dispatch.id), 0) FROM dispatch WHERE state = ?1 AND "
		"(?2 = 0 OR id = ?2) AND EXISTS (SELECT 1 "
		"FROM delivery INDEXED BY delivery_open WHERE dispatch = dispatch.id AND " DELIVERY_IS_OPEN
		"AND state IN (0, 3))",
		SQLITE_VALUES(sqlite_int(DISPATCH_CANCELLED), sqlite_int(dispatch)), found, err);
}

enum status store_each_delivery(
	struct store *store, enum delivery_state state, store_delivery_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;
	enum status status = OK;
	enum status end;

	sqlite_query(store,
		"SELECT " DELIVERY_COLUMNS " FROM dispatch CROSS JOIN delivery d ON d.dispatch = dispatch.id "
		"WHERE (d.state = 0 OR d.state = 1 OR d.state = 3 OR d.state = 5) AND d.state = ?1 "
		"ORDER BY d.dispatch, d.position",
		SQLITE_VALUES(sqlite_int(state)), &rows);
	while (status == OK && sqlite_next(&rows)) {
		struct delivery delivery;

		deliveryrow_read(&rows, &delivery);
		status = fn(context, &delivery, err);
		delivery_clear(&delivery);
	}
	end = sqlite_end(&rows, status == OK ? err : NULL);
	return status == OK ? end : status;
}

enum status store_was_sent(struct store *store, const char *release, bool *was_sent, struct err *err)
{
	int64_t found = 0;
	enum status status = sqlite_one_int(store,
		"SELECT EXISTS (SELECT 1 FROM dispatch WHERE release = ?1 AND kind = ?2)",
		SQLITE_VALUES(sqlite_text(release), sqlite_int(DISPATCH_PUBLIC)), &found, err);

	*was_sent = found != 0;
	return status;
}
