/*
 * The history of the lists.
 */
#include "store/changes.h"

#include "store/records.h"
#include "store/sqlite.h"

#define COLUMNS "id, list_id, other_list_id, kind, made_ms, who, detail, added, updated, removed, undone_by"

static void get_change(const struct sqlite_rows *rows, struct change *out)
{
	*out = (struct change){
		.id = sqlite_get_int(rows, 0),
		.list_id = sqlite_get_int(rows, 1),
		.other_list_id = sqlite_get_int(rows, 2),
		.kind = (enum change_kind)sqlite_get_int(rows, 3),
		.made_ms = sqlite_get_int(rows, 4),
		.who = records_copy_text(rows, 5),
		.detail = records_copy_text(rows, 6),
		.added = sqlite_get_int(rows, 7),
		.updated = sqlite_get_int(rows, 8),
		.removed = sqlite_get_int(rows, 9),
		.undone_by = sqlite_get_int(rows, 10),
	};
}

enum status store_add_change(struct store *store, struct change *change, struct err *err)
{
	enum status status = sqlite_run(store,
		"INSERT INTO change (list_id, other_list_id, kind, made_ms, who, detail)"
		" VALUES (?1, nullif(?2, 0), ?3, ?4, ?5, ?6)",
		SQLITE_VALUES(sqlite_int(change->list_id), sqlite_int(change->other_list_id),
			sqlite_int(change->kind), sqlite_int(change->made_ms), sqlite_text(change->who),
			sqlite_text(change->detail)),
		err);

	if (status == OK)
		change->id = sqlite_last_id(store);
	return status;
}

enum status store_count_change(struct store *store, int64_t change_id, int64_t added, int64_t updated,
	int64_t removed, struct err *err)
{
	return sqlite_run(store, "UPDATE change SET added = ?2, updated = ?3, removed = ?4 WHERE id = ?1",
		SQLITE_VALUES(
			sqlite_int(change_id), sqlite_int(added), sqlite_int(updated), sqlite_int(removed)),
		err);
}

enum status store_each_change(
	struct store *store, int64_t list_id, store_change_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;
	enum status found = OK;
	enum status status;

	sqlite_query(store,
		"SELECT " COLUMNS " FROM change WHERE list_id = ?1 OR other_list_id = ?1 ORDER BY id DESC",
		SQLITE_VALUES(sqlite_int(list_id)), &rows);
	while (found == OK && sqlite_next(&rows)) {
		struct change change;

		get_change(&rows, &change);
		found = fn(context, &change, err);
		change_clear(&change);
	}
	status = sqlite_end(&rows, found == OK ? err : NULL);
	return found == OK ? status : found;
}

/* The only row, or E_NOTFOUND without words. */
static enum status take_change(struct sqlite_rows *rows, struct change *out, struct err *err)
{
	bool is_there = sqlite_next(rows);
	enum status status;

	*out = (struct change){0};
	if (is_there)
		get_change(rows, out);
	status = sqlite_end(rows, err);
	if (status != OK)
		change_clear(out);
	return status == OK && !is_there ? E_NOTFOUND : status;
}

enum status store_get_change(struct store *store, int64_t id, struct change *out, struct err *err)
{
	struct sqlite_rows rows;
	enum status status;

	sqlite_query(
		store, "SELECT " COLUMNS " FROM change WHERE id = ?1", SQLITE_VALUES(sqlite_int(id)), &rows);
	status = take_change(&rows, out, err);
	return status == E_NOTFOUND ? err_set(err, status, "there's no change %lld", (long long)id) : status;
}

enum status store_find_undoable(struct store *store, int64_t list_id, struct change *out, struct err *err)
{
	struct sqlite_rows rows;

	sqlite_query(store,
		"SELECT " COLUMNS " FROM change WHERE (list_id = ?1 OR other_list_id = ?1)"
		" AND undone_by IS NULL AND kind NOT IN (?2, ?3) ORDER BY id DESC LIMIT 1",
		SQLITE_VALUES(sqlite_int(list_id), sqlite_int(CHANGE_NEW), sqlite_int(CHANGE_UNDO)), &rows);
	return take_change(&rows, out, err);
}
