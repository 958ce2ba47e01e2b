/*
 * Dispatches in the store.
 */
#include "store/dispatches.h"

#include "base/mem.h"
#include "store/sqlite.h"

#include <inttypes.h>

#define DISPATCH_COLUMNS                                                                                     \
	"id, kind, state, hold_reason, release, title, lists, segment, language, not_before_ms, date_ms, "   \
	"seed, created_ms, finished_ms, actor, is_carried"

enum status store_add_dispatch(struct store *store, struct dispatch *d, struct err *err)
{
	enum status status = sqlite_run(store,
		"INSERT INTO dispatch (kind, state, hold_reason, release, title, lists, segment, language, "
		"not_before_ms, date_ms, seed, created_ms, finished_ms, actor) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
		SQLITE_VALUES(sqlite_int(d->kind), sqlite_int(d->state), sqlite_text(d->hold_reason),
			sqlite_text(d->release), sqlite_text(d->title), sqlite_text(d->lists),
			sqlite_text(d->segment), sqlite_text(d->language), sqlite_int(d->not_before_ms),
			sqlite_int(d->date_ms), sqlite_int(d->seed), sqlite_int(d->created_ms),
			sqlite_int(d->finished_ms), sqlite_text(d->actor)),
		err);

	if (status == OK)
		d->id = sqlite_last_id(store);
	return status;
}

enum status store_add_letter(struct store *store, int64_t dispatch, int number, struct span language,
	struct span content, struct err *err)
{
	return sqlite_run(store,
		"INSERT INTO letter (dispatch, number, language, content) VALUES (?1, ?2, ?3, ?4)",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(number), sqlite_span(language),
			sqlite_blob(content)),
		err);
}

enum status store_add_source(
	struct store *store, int64_t dispatch, const char *path, struct span content, struct err *err)
{
	return sqlite_run(store, "INSERT INTO dispatch_source (dispatch, path, content) VALUES (?1, ?2, ?3)",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_text(path), sqlite_blob(content)), err);
}

static void read_row(const struct sqlite_rows *rows, struct dispatch *out)
{
	*out = (struct dispatch){
		.id = sqlite_get_int(rows, 0),
		.kind = (enum dispatch_kind)sqlite_get_int(rows, 1),
		.state = (enum dispatch_state)sqlite_get_int(rows, 2),
		.hold_reason = mem_copy_text(sqlite_get_text(rows, 3)),
		.release = mem_copy_text(sqlite_get_text(rows, 4)),
		.title = mem_copy_text(sqlite_get_text(rows, 5)),
		.lists = mem_copy_text(sqlite_get_text(rows, 6)),
		.segment = mem_copy_text(sqlite_get_text(rows, 7)),
		.language = mem_copy_text(sqlite_get_text(rows, 8)),
		.not_before_ms = sqlite_get_int(rows, 9),
		.date_ms = sqlite_get_int(rows, 10),
		.seed = sqlite_get_int(rows, 11),
		.created_ms = sqlite_get_int(rows, 12),
		.finished_ms = sqlite_get_int(rows, 13),
		.actor = mem_copy_text(sqlite_get_text(rows, 14)),
		.is_carried = sqlite_get_int(rows, 15) != 0,
	};
}

enum status store_find_dispatch(struct store *store, int64_t id, struct dispatch *out, struct err *err)
{
	struct sqlite_rows rows;
	bool is_found;
	enum status status;

	sqlite_query(store, "SELECT " DISPATCH_COLUMNS " FROM dispatch WHERE id = ?1",
		SQLITE_VALUES(sqlite_int(id)), &rows);
	is_found = sqlite_next(&rows);
	if (is_found)
		read_row(&rows, out);
	status = sqlite_end(&rows, err);
	if (status == OK && !is_found)
		return err_set(err, E_NOTFOUND,
			"there is no dispatch %" PRId64 "; \"dateline status\" lists them", id);
	return status;
}

enum status store_find_newest_dispatch(struct store *store, struct dispatch *out, struct err *err)
{
	int64_t id = 0;
	enum status status = sqlite_one_int(
		store, "SELECT id FROM dispatch ORDER BY id DESC LIMIT 1", SQLITE_NO_VALUES, &id, err);

	if (status == E_NOTFOUND)
		return err_set(
			err, E_NOTFOUND, "nothing was sent yet; \"dateline send RELEASE --to LIST\" does");
	return status == OK ? store_find_dispatch(store, id, out, err) : status;
}

static enum status each(struct sqlite_rows *rows, store_dispatch_fn *fn, void *context, struct err *err)
{
	enum status status = OK;
	enum status end;

	while (status == OK && sqlite_next(rows)) {
		struct dispatch dispatch;

		read_row(rows, &dispatch);
		status = fn(context, &dispatch, err);
		dispatch_clear(&dispatch);
	}
	end = sqlite_end(rows, status == OK ? err : NULL);
	return status == OK ? end : status;
}

enum status store_each_dispatch(struct store *store, store_dispatch_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;

	sqlite_query(
		store, "SELECT " DISPATCH_COLUMNS " FROM dispatch ORDER BY id DESC", SQLITE_NO_VALUES, &rows);
	return each(&rows, fn, context, err);
}

enum status store_each_open_dispatch(
	struct store *store, const char *release, store_dispatch_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;

	sqlite_query(store,
		"SELECT " DISPATCH_COLUMNS
		" FROM dispatch WHERE finished_ms = 0 AND (?1 IS NULL OR release = ?1) ORDER BY id",
		SQLITE_VALUES(release ? sqlite_text(release) : sqlite_null()), &rows);
	return each(&rows, fn, context, err);
}

enum status store_set_dispatch_state(struct store *store, int64_t id, enum dispatch_state state,
	const char *reason, int64_t now_ms, struct err *err)
{
	bool is_end = state == DISPATCH_FINISHED || state == DISPATCH_CANCELLED;

	return sqlite_run(store,
		"UPDATE dispatch SET state = ?2, hold_reason = ?3, finished_ms = ?4 WHERE id = ?1",
		SQLITE_VALUES(sqlite_int(id), sqlite_int(state), sqlite_text(reason),
			sqlite_int(is_end ? now_ms : 0)),
		err);
}

enum status store_get_dispatch_state(
	struct store *store, int64_t id, enum dispatch_state *state, struct err *err)
{
	int64_t number = 0;
	enum status status = sqlite_one_int(store, "SELECT state FROM dispatch WHERE id = ?1",
		SQLITE_VALUES(sqlite_int(id)), &number, err);

	*state = (enum dispatch_state)number;
	return status;
}

enum status store_carry_dispatch(struct store *store, int64_t id, struct err *err)
{
	_Static_assert(DISPATCH_SENDING == 3, "the SQL knows the number");
	return sqlite_run(store,
		"UPDATE dispatch SET state = 3, hold_reason = '', is_carried = 1 WHERE id = ?1",
		SQLITE_VALUES(sqlite_int(id)), err);
}

enum status store_is_carried(struct store *store, int64_t id, bool *is_carried, struct err *err)
{
	int64_t number = 0;
	enum status status = sqlite_one_int(store, "SELECT is_carried FROM dispatch WHERE id = ?1",
		SQLITE_VALUES(sqlite_int(id)), &number, err);

	*is_carried = number != 0;
	return status;
}

enum status store_carry_none(struct store *store, struct err *err)
{
	return sqlite_run(
		store, "UPDATE dispatch SET is_carried = 0 WHERE is_carried = 1", SQLITE_NO_VALUES, err);
}

enum status store_get_letter(
	struct store *store, int64_t dispatch, int number, struct str *content, struct err *err)
{
	struct sqlite_rows rows;
	bool is_found;
	enum status status;

	sqlite_query(store, "SELECT content FROM letter WHERE dispatch = ?1 AND number = ?2",
		SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(number)), &rows);
	is_found = sqlite_next(&rows);
	if (is_found)
		str_add(content, sqlite_get_blob(&rows, 0));
	status = sqlite_end(&rows, err);
	if (status == OK && !is_found)
		return err_set(err, E_NOTFOUND, "dispatch %" PRId64 " has no letter %d", dispatch, number);
	return status == OK ? str_status(content, "a letter", err) : status;
}

enum status store_each_source(
	struct store *store, int64_t dispatch, store_source_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;
	enum status status = OK;
	enum status end;

	sqlite_query(store, "SELECT path, content FROM dispatch_source WHERE dispatch = ?1 ORDER BY path",
		SQLITE_VALUES(sqlite_int(dispatch)), &rows);
	while (status == OK && sqlite_next(&rows))
		status = fn(context, sqlite_get_text(&rows, 0), sqlite_get_blob(&rows, 1), err);
	end = sqlite_end(&rows, status == OK ? err : NULL);
	return status == OK ? end : status;
}

/* One walk, and no GROUP BY: it would sort a million rows. */
#define COUNT_OF(reason) "count(*) FILTER (WHERE reason = " #reason ")"

enum status store_count_leftouts(
	struct store *store, int64_t dispatch, int64_t counts[LEFTOUT_REASON_COUNT], struct err *err)
{
	struct sqlite_rows rows;

	_Static_assert(LEFTOUT_REASON_COUNT == 6, "each reason is counted");
	memset(counts, 0, LEFTOUT_REASON_COUNT * sizeof(*counts));
	sqlite_query(store,
		"SELECT " COUNT_OF(0) ", " COUNT_OF(1) ", " COUNT_OF(2) ", " COUNT_OF(3) ", " COUNT_OF(
			4) ", " COUNT_OF(5) " FROM left_out WHERE dispatch = ?1",
		SQLITE_VALUES(sqlite_int(dispatch)), &rows);
	if (sqlite_next(&rows)) {
		for (int i = 0; i < LEFTOUT_REASON_COUNT; i++)
			counts[i] = sqlite_get_int(&rows, i);
	}
	return sqlite_end(&rows, err);
}
