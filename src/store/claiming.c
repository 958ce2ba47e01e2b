/*
 * Looking for deliveries to claim by walking the index of the open ones, and claiming them.
 */
#include "store/claiming.h"

#include "record/member.h"
#include "store/deliveryrow.h"
#include "store/sqlite.h"

_Static_assert(MEMBER_ACTIVE == 0, "the claim's SQL knows the number");
_Static_assert(DELIVERY_QUEUED == 0 && DELIVERY_CLAIMED == 1 && DELIVERY_DEFERRED == 3 &&
		       DELIVERY_UNKNOWN == 5 && DELIVERY_SUPPRESSED == 7 && DELIVERY_CANCELLED == 8,
	"indexes and queries know the numbers");

static enum status scan(struct sqlite_rows *rows, store_open_fn *fn, void *context, struct err *err)
{
	bool goes_on = true;

	while (goes_on && sqlite_next(rows)) {
		struct store_cursor at = {sqlite_get_int(rows, 0), sqlite_get_int(rows, 1)};

		goes_on = fn(context, &at, sqlite_get_text(rows, 2));
	}
	return sqlite_end(rows, err);
}

enum status store_scan_queued(struct store *store, int64_t dispatch, const struct store_cursor *after,
	store_open_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;

	sqlite_query(store,
		"SELECT next_ms, position, domain FROM " DELIVERY_OPEN
		"AND state = 0 AND next_ms = 0 AND position > ?2 ORDER BY position",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(after->position)), &rows);
	return scan(&rows, fn, context, err);
}

enum status store_scan_deferred(struct store *store, int64_t dispatch, const struct store_cursor *after,
	store_open_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;

	sqlite_query(store,
		"SELECT next_ms, position, domain FROM " DELIVERY_OPEN
		"AND state = 3 AND (next_ms, position) > (?2, ?3) ORDER BY next_ms, position",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(after->next_ms), sqlite_int(after->position)),
		&rows);
	return scan(&rows, fn, context, err);
}

enum status store_count_passed(struct store *store, int64_t dispatch, const struct store_cursor *queued,
	const struct store_cursor *deferred, int64_t *count, struct err *err)
{
	return sqlite_one_int(store,
		"SELECT (SELECT count(*) FROM " DELIVERY_OPEN
		"AND state = 0 AND next_ms = 0 AND position <= ?2) + "
		"(SELECT count(*) FROM " DELIVERY_OPEN "AND state = 3 AND (next_ms, position) <= (?3, ?4))",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(queued->position),
			sqlite_int(deferred->next_ms), sqlite_int(deferred->position)),
		count, err);
}

/*
 * What has changed since the freeze: 1 nothing, 7 suppressed, 8 no longer an active member of any of
 * the lists that led to them. The state that follows.
 */
#define STATE_NOW                                                                                            \
	"CASE WHEN EXISTS (SELECT 1 FROM suppression p JOIN subscriber s ON s.id = d.subscriber "            \
	"WHERE p.address_key = s.address_key) THEN 7 "                                                       \
	"WHEN d.list IS NOT NULL AND NOT EXISTS (SELECT 1 FROM membership m JOIN list l ON l.id = "          \
	"m.list_id "                                                                                         \
	"WHERE m.subscriber_id = d.subscriber AND m.state = 0 AND (m.list_id = d.list "                      \
	"OR instr(',' || d.also || ',', ',' || l.name || ','))) THEN 8 ELSE 1 END"

/* Not UPDATE … RETURNING: SQLite makes a table for what that returns, each time, at ten times the cost. */
static enum status claim_one(struct store *store, int64_t dispatch, int64_t now_ms, int64_t position,
	struct delivery *out, size_t *claimed, struct err *err)
{
	struct sqlite_rows rows;
	enum status status;
	bool is_there;

	sqlite_query(store,
		"SELECT " DELIVERY_COLUMNS ", " STATE_NOW " FROM delivery d WHERE d.dispatch = ?1 "
		"AND d.position = ?2 AND d.state IN (0, 3) AND d.next_ms <= ?3",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(position), sqlite_int(now_ms)), &rows);
	is_there = sqlite_next(&rows);
	if (is_there) {
		deliveryrow_read(&rows, &out[*claimed]);
		out[*claimed].state = (enum delivery_state)sqlite_get_int(&rows, DELIVERY_COLUMN_COUNT);
		++*claimed;
	}
	status = sqlite_end(&rows, err);
	if (status != OK || !is_there)
		return status;
	return sqlite_run(store, "UPDATE delivery SET state = ?3 WHERE dispatch = ?1 AND position = ?2",
		SQLITE_VALUES(
			sqlite_int(dispatch), sqlite_int(position), sqlite_int(out[*claimed - 1].state)),
		err);
}

enum status store_claim(struct store *store, int64_t dispatch, int64_t now_ms, const int64_t *positions,
	size_t count, struct delivery *out, size_t *claimed, struct err *err)
{
	enum status status = OK;

	*claimed = 0;
	for (size_t i = 0; i < count && status == OK; i++)
		status = claim_one(store, dispatch, now_ms, positions[i], out, claimed, err);
	for (size_t i = 0; i < *claimed && status != OK; i++)
		delivery_clear(&out[i]);
	return status;
}

enum status store_get_version(struct store *store, int64_t *version, struct err *err)
{
	return sqlite_one_int(store, "PRAGMA data_version", SQLITE_NO_VALUES, version, err);
}
