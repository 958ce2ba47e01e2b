/*
 * Lists and who is on them.
 */
#include "store/lists.h"

#include "base/mem.h"
#include "store/records.h"
#include "store/sqlite.h"

#include <stdlib.h>

#define LIST_COLUMNS "id, name, title, region, language, zone, from_mailbox, is_trusted"

static void get_list(const struct sqlite_rows *rows, struct medialist *out)
{
	*out = (struct medialist){
		.id = sqlite_get_int(rows, 0),
		.name = records_copy_text(rows, 1),
		.title = records_copy_text(rows, 2),
		.region = records_copy_text(rows, 3),
		.language = records_copy_text(rows, 4),
		.zone = records_copy_text(rows, 5),
		.from = records_copy_text(rows, 6),
		.is_trusted = sqlite_get_int(rows, 7) != 0,
	};
}

/* The only row, or E_NOTFOUND without words. */
static enum status take_list(struct sqlite_rows *rows, struct medialist *out, struct err *err)
{
	bool is_there = sqlite_next(rows);
	enum status status;

	*out = (struct medialist){0};
	if (is_there)
		get_list(rows, out);
	status = sqlite_end(rows, err);
	if (status != OK)
		medialist_clear(out);
	return status == OK && !is_there ? E_NOTFOUND : status;
}

enum status store_find_list(struct store *store, const char *name, struct medialist *out, struct err *err)
{
	struct sqlite_rows rows;
	enum status status;

	sqlite_query(store, "SELECT " LIST_COLUMNS " FROM list WHERE name = ?1",
		SQLITE_VALUES(sqlite_text(name)), &rows);
	status = take_list(&rows, out, err);
	return status == E_NOTFOUND ? err_set(err, status, "there's no list \"%s\"", name) : status;
}

enum status store_get_list(struct store *store, int64_t id, struct medialist *out, struct err *err)
{
	struct sqlite_rows rows;
	enum status status;

	sqlite_query(store, "SELECT " LIST_COLUMNS " FROM list WHERE id = ?1", SQLITE_VALUES(sqlite_int(id)),
		&rows);
	status = take_list(&rows, out, err);
	return status == E_NOTFOUND ? err_set(err, status, "there's no list %lld", (long long)id) : status;
}

enum status store_add_list(struct store *store, struct medialist *list, struct err *err)
{
	enum status status = sqlite_run(store,
		"INSERT INTO list (name, title, region, language, zone, from_mailbox, is_trusted)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (name) DO NOTHING",
		SQLITE_VALUES(sqlite_text(list->name), sqlite_text(list->title), sqlite_text(list->region),
			sqlite_text(list->language), sqlite_text(list->zone), sqlite_text(list->from),
			sqlite_int(list->is_trusted)),
		err);

	if (status != OK)
		return status;
	if (!sqlite_changes(store))
		return err_set(err, E_EXISTS, "there's a list \"%s\" already", list->name);
	list->id = sqlite_last_id(store);
	return OK;
}

enum status store_set_list(
	struct store *store, const struct medialist *list, int64_t change_id, struct err *err)
{
	enum status status = sqlite_run(store,
		"UPDATE change SET settings = (SELECT json_object('title', title, 'region', region,"
		" 'language', language, 'zone', zone, 'from', from_mailbox, 'trusted', is_trusted)"
		" FROM list WHERE list.id = ?1) WHERE id = ?2",
		SQLITE_VALUES(sqlite_int(list->id), sqlite_int(change_id)), err);

	if (status != OK)
		return status;
	return sqlite_run(store,
		"UPDATE list SET title = ?2, region = ?3, language = ?4, zone = ?5, from_mailbox = ?6,"
		" is_trusted = ?7 WHERE id = ?1",
		SQLITE_VALUES(sqlite_int(list->id), sqlite_text(list->title), sqlite_text(list->region),
			sqlite_text(list->language), sqlite_text(list->zone), sqlite_text(list->from),
			sqlite_int(list->is_trusted)),
		err);
}

enum status store_count_list(
	struct store *store, int64_t list_id, struct list_counts *counts, struct err *err)
{
	struct sqlite_rows rows;

	*counts = (struct list_counts){0};
	sqlite_query(store,
		"SELECT count(*) FILTER (WHERE m.state = ?2),"
		" count(*) FILTER (WHERE m.state = ?3),"
		" count(*) FILTER (WHERE m.state = ?4),"
		" (SELECT count(*) FROM suppression AS p JOIN subscriber AS s USING (address_key)"
		" JOIN membership AS k ON k.list_id = ?1 AND k.subscriber_id = s.id WHERE k.state = ?2)"
		" FROM membership AS m WHERE m.list_id = ?1",
		SQLITE_VALUES(sqlite_int(list_id), sqlite_int(MEMBER_ACTIVE), sqlite_int(MEMBER_REMOVED),
			sqlite_int(MEMBER_UNSUBSCRIBED)),
		&rows);
	if (sqlite_next(&rows))
		*counts = (struct list_counts){
			.active = sqlite_get_int(&rows, 0),
			.removed = sqlite_get_int(&rows, 1),
			.unsubscribed = sqlite_get_int(&rows, 2),
			.suppressed = sqlite_get_int(&rows, 3),
		};
	return sqlite_end(&rows, err);
}

enum status store_each_list(struct store *store, store_list_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;
	enum status found = OK;
	enum status status;

	sqlite_query(store, "SELECT " LIST_COLUMNS " FROM list ORDER BY name", SQLITE_NO_VALUES, &rows);
	while (found == OK && sqlite_next(&rows)) {
		struct medialist list;

		get_list(&rows, &list);
		found = fn(context, &list, err);
		medialist_clear(&list);
	}
	status = sqlite_end(&rows, found == OK ? err : NULL);
	return found == OK ? status : found;
}

enum status records_each_member(struct sqlite_rows *rows, store_member_fn *fn, void *context, struct err *err)
{
	enum status found = OK;
	enum status status;

	while (found == OK && sqlite_next(rows)) {
		struct member member;

		found = records_get_member(rows, &member, err);
		if (found == OK)
			found = fn(context, &member, err);
		member_clear(&member);
	}
	status = sqlite_end(rows, found == OK ? err : NULL);
	return found == OK ? status : found;
}

enum status store_each_member(
	struct store *store, int64_t list_id, int state, store_member_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;

	sqlite_query(store,
		"SELECT " RECORDS_MEMBER_COLUMNS
		" FROM membership AS m JOIN subscriber AS s ON s.id = m.subscriber_id"
		" WHERE m.list_id = ?1 AND (m.state = ?2 OR ?2 < 0) ORDER BY s.address_key",
		SQLITE_VALUES(sqlite_int(list_id), sqlite_int(state)), &rows);
	return records_each_member(&rows, fn, context, err);
}

enum status store_each_membership(
	struct store *store, const char *address_key, store_member_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;

	sqlite_query(store,
		"SELECT " RECORDS_MEMBER_COLUMNS " FROM subscriber AS s CROSS JOIN list AS l"
		" JOIN membership AS m ON m.list_id = l.id AND m.subscriber_id = s.id"
		" WHERE s.address_key = ?1 ORDER BY l.name",
		SQLITE_VALUES(sqlite_text(address_key)), &rows);
	return records_each_member(&rows, fn, context, err);
}

enum status store_find_member(
	struct store *store, int64_t list_id, const char *address_key, struct member *out, struct err *err)
{
	struct sqlite_rows rows;
	enum status found = E_NOTFOUND;
	enum status status;

	*out = (struct member){0};
	sqlite_query(store,
		"SELECT " RECORDS_MEMBER_COLUMNS
		" FROM subscriber AS s JOIN membership AS m ON m.list_id = ?1 AND m.subscriber_id = s.id"
		" WHERE s.address_key = ?2",
		SQLITE_VALUES(sqlite_int(list_id), sqlite_text(address_key)), &rows);
	if (sqlite_next(&rows))
		found = records_get_member(&rows, out, err);
	status = sqlite_end(&rows, err);
	if (status == OK)
		status = found;
	if (status != OK)
		member_clear(out);
	return status;
}

enum status store_set_member_state(struct store *store, int64_t list_id, int64_t subscriber_id,
	enum member_state state, int64_t change_id, struct err *err)
{
	enum status status = sqlite_run(store,
		"INSERT INTO change_membership SELECT ?3, subscriber_id, list_id, state, outlet, role,"
		" language, attributes, change_id FROM membership WHERE list_id = ?1 AND subscriber_id = ?2",
		SQLITE_VALUES(sqlite_int(list_id), sqlite_int(subscriber_id), sqlite_int(change_id)), err);

	if (status == OK && !sqlite_changes(store))
		return E_NOTFOUND;
	if (status != OK)
		return status;
	return sqlite_run(store,
		"UPDATE membership SET state = ?3, change_id = ?4 WHERE list_id = ?1 AND subscriber_id = ?2",
		SQLITE_VALUES(sqlite_int(list_id), sqlite_int(subscriber_id), sqlite_int(state),
			sqlite_int(change_id)),
		err);
}
