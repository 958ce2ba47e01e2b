/*
 * Deliveries on their way into a dispatch.
 *
 * They are written as they come, then sorted by position into a second table:
 * the merge walks that one, so that it appends to the delivery table and to the
 * index of the open ones.
 */
#include "store/frozen.h"

#include "store/sqlite.h"

#define FROZEN_COLUMNS "position, subscriber, list, also, letter, is_copy, address, domain, slots"

#define FROZEN_TYPES                                                                                         \
	" subscriber INTEGER, list INTEGER, also TEXT NOT NULL, letter INTEGER NOT NULL,"                    \
	" is_copy INTEGER NOT NULL, address TEXT NOT NULL, domain TEXT NOT NULL, slots BLOB NOT NULL) "      \
	"STRICT;"

#define DROP_TABLES                                                                                          \
	"DROP TABLE IF EXISTS temp.freezing;"                                                                \
	"DROP TABLE IF EXISTS temp.frozen;"                                                                  \
	"DROP TABLE IF EXISTS temp.frozen_left_out;"

/*
 * All is read and written once, in one order: large caches would hold what nobody asks for
 * again, and the store's also bounds what is sorted in memory.
 */
static const char begin_sql[] =
	"PRAGMA foreign_keys = OFF;"
	"PRAGMA main.cache_size = -4096;"
	"PRAGMA temp.cache_size = -2048;"
	"PRAGMA temp.secure_delete = OFF;" DROP_TABLES
	"CREATE TABLE temp.freezing (position INTEGER NOT NULL," FROZEN_TYPES
	"CREATE TABLE temp.frozen (position INTEGER PRIMARY KEY," FROZEN_TYPES
	"CREATE TABLE temp.frozen_left_out (subscriber INTEGER NOT NULL, list INTEGER NOT NULL,"
	" reason INTEGER NOT NULL) STRICT;";

/* The merge's one index that isn't appended to is the subscribers': a million fit into this. */
static const char end_sql[] = "DROP TABLE temp.freezing;"
			      "PRAGMA main.cache_size = -32768;";

static const char clear_sql[] = DROP_TABLES "PRAGMA main.cache_size = -" STORE_CACHE_KIB ";"
					    "PRAGMA foreign_keys = ON;";

_Static_assert(DELIVERY_QUEUED == 0, "the merge's SQL knows the number");

enum status frozen_begin(struct store *store, struct err *err)
{
	return sqlite_script(store, span_of(begin_sql), err);
}

enum status frozen_look(struct store *store, struct frozen_basis *basis, struct err *err)
{
	enum status status = sqlite_one_int(
		store, "SELECT coalesce(max(id), 0) FROM dispatch", SQLITE_NO_VALUES, &basis->dispatch, err);

	if (status != OK)
		return status;
	return sqlite_one_int(
		store, "SELECT coalesce(max(id), 0) FROM change", SQLITE_NO_VALUES, &basis->change, err);
}

enum status frozen_add(struct store *store, const struct delivery *d, struct err *err)
{
	return sqlite_run(store,
		"INSERT INTO temp.freezing (" FROZEN_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		SQLITE_VALUES(sqlite_int(d->position),
			d->subscriber_id ? sqlite_int(d->subscriber_id) : sqlite_null(),
			d->list_id ? sqlite_int(d->list_id) : sqlite_null(), sqlite_text(d->also),
			sqlite_int(d->letter), sqlite_int(d->is_copy), sqlite_text(d->address),
			sqlite_text(d->domain), sqlite_blob(str_span(&d->slots))),
		err);
}

enum status frozen_add_leftout(struct store *store, const struct leftout *leftout, struct err *err)
{
	return sqlite_run(store,
		"INSERT INTO temp.frozen_left_out (subscriber, list, reason) VALUES (?1, ?2, ?3)",
		SQLITE_VALUES(sqlite_int(leftout->subscriber_id), sqlite_int(leftout->list_id),
			sqlite_int(leftout->reason)),
		err);
}

enum status frozen_end(struct store *store, struct err *err)
{
	enum status status = sqlite_run(store,
		"INSERT INTO temp.frozen (" FROZEN_COLUMNS ") SELECT " FROZEN_COLUMNS
		" FROM temp.freezing ORDER BY position",
		SQLITE_NO_VALUES, err);

	return status == OK ? sqlite_script(store, span_of(end_sql), err) : status;
}

enum status frozen_is_outdated(
	struct store *store, const struct frozen_basis *basis, bool *is_outdated, struct err *err)
{
	struct frozen_basis now = {0};
	enum status status = frozen_look(store, &now, err);

	*is_outdated = now.dispatch != basis->dispatch || now.change != basis->change;
	return status;
}

enum status frozen_merge(struct store *store, int64_t dispatch, struct err *err)
{
	enum status status = sqlite_run(store,
		"INSERT INTO delivery (dispatch, state, tries, next_ms, "
		"is_possible_duplicate, " FROZEN_COLUMNS ") SELECT ?1, 0, 0, 0, 0, " FROZEN_COLUMNS
		" FROM temp.frozen ORDER BY position",
		SQLITE_VALUES(sqlite_int(dispatch)), err);

	if (status != OK)
		return status;
	return sqlite_run(store,
		"INSERT INTO left_out (dispatch, subscriber, list, reason)"
		" SELECT ?1, subscriber, list, reason FROM temp.frozen_left_out ORDER BY rowid",
		SQLITE_VALUES(sqlite_int(dispatch)), err);
}

void frozen_clear(struct store *store)
{
	/* What stays is gone with the connection. */
	(void)!sqlite_script(store, span_of(clear_sql), NULL);
}
