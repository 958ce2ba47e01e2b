/*
 * Addresses that must not be written to.
 */
#include "store/suppressions.h"

#include "store/records.h"
#include "store/sqlite.h"

#define COLUMNS "address_key, address, reason, note, who, made_ms"

static void get_suppression(const struct sqlite_rows *rows, struct suppression *out)
{
	*out = (struct suppression){
		.address_key = records_copy_text(rows, 0),
		.address = records_copy_text(rows, 1),
		.reason = (enum suppression_reason)sqlite_get_int(rows, 2),
		.note = records_copy_text(rows, 3),
		.who = records_copy_text(rows, 4),
		.made_ms = sqlite_get_int(rows, 5),
	};
}

enum status store_add_suppression(struct store *store, const struct suppression *suppression, struct err *err)
{
	enum status status = sqlite_run(store,
		"INSERT INTO suppression (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
		" ON CONFLICT (address_key) DO NOTHING",
		SQLITE_VALUES(sqlite_text(suppression->address_key), sqlite_text(suppression->address),
			sqlite_int(suppression->reason), sqlite_text(suppression->note),
			sqlite_text(suppression->who), sqlite_int(suppression->made_ms)),
		err);

	return status == OK && !sqlite_changes(store) ? E_EXISTS : status;
}

enum status store_remove_suppression(struct store *store, const char *address_key, struct err *err)
{
	enum status status = sqlite_run(store, "DELETE FROM suppression WHERE address_key = ?1",
		SQLITE_VALUES(sqlite_text(address_key)), err);

	return status == OK && !sqlite_changes(store) ? E_NOTFOUND : status;
}

enum status store_find_suppression(
	struct store *store, const char *address_key, struct suppression *out, struct err *err)
{
	struct sqlite_rows rows;
	bool is_there;
	enum status status;

	*out = (struct suppression){0};
	sqlite_query(store, "SELECT " COLUMNS " FROM suppression WHERE address_key = ?1",
		SQLITE_VALUES(sqlite_text(address_key)), &rows);
	is_there = sqlite_next(&rows);
	if (is_there)
		get_suppression(&rows, out);
	status = sqlite_end(&rows, err);
	if (status != OK)
		suppression_clear(out);
	return status == OK && !is_there ? E_NOTFOUND : status;
}

enum status store_each_suppression(
	struct store *store, store_suppression_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;
	enum status found = OK;
	enum status status;

	sqlite_query(
		store, "SELECT " COLUMNS " FROM suppression ORDER BY address_key", SQLITE_NO_VALUES, &rows);
	while (found == OK && sqlite_next(&rows)) {
		struct suppression suppression;

		get_suppression(&rows, &suppression);
		found = fn(context, &suppression, err);
		suppression_clear(&suppression);
	}
	status = sqlite_end(&rows, found == OK ? err : NULL);
	return found == OK ? status : found;
}
