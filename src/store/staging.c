/*
 * Members on their way into a list.
 *
 * They are written as they come, then sorted by address key into a second table:
 * the merge walks that one, so that it inserts in the order of its indexes and
 * touches each page once.
 */
#include "store/staging.h"

#include "base/mem.h"
#include "store/records.h"
#include "store/sqlite.h"

#include <stdlib.h>

#define PROGRESS_EVERY 4096u

#define STAGED_COLUMNS "address_key, address, name, salutation, outlet, role, language, attributes"

static const char tables[] =
	"PRAGMA temp.cache_size = -16384;"
	"PRAGMA temp.secure_delete = OFF;"
	"DROP TABLE IF EXISTS temp.incoming;"
	"DROP TABLE IF EXISTS temp.staged;"
	"DROP TABLE IF EXISTS temp.spared;"
	"CREATE TABLE temp.spared (address_key TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;"
	"CREATE TABLE temp.incoming (line INTEGER PRIMARY KEY, address_key TEXT NOT NULL,"
	" address TEXT NOT NULL, name TEXT NOT NULL, salutation TEXT NOT NULL, outlet TEXT NOT NULL,"
	" role TEXT NOT NULL, language TEXT NOT NULL, attributes TEXT NOT NULL) STRICT;"
	"CREATE TABLE temp.staged (address_key TEXT NOT NULL PRIMARY KEY, address TEXT NOT NULL,"
	" name TEXT NOT NULL, salutation TEXT NOT NULL, outlet TEXT NOT NULL, role TEXT NOT NULL,"
	" language TEXT NOT NULL, attributes TEXT NOT NULL) STRICT, WITHOUT ROWID;";

enum status staging_begin(struct store *store, struct err *err)
{
	enum status status = store_begin_read(store, err);

	if (status == OK)
		status = sqlite_script(store, span_of(tables), err);
	if (status != OK)
		store_rollback(store);
	return status;
}

enum status staging_add(struct store *store, size_t line, const struct member *member, struct err *err)
{
	struct str attributes;
	enum status status;

	str_init(&attributes, STR_MAX_LARGE);
	records_format_fields(&member->attributes, &attributes);
	status = sqlite_run(store,
		"INSERT INTO temp.incoming (line, " STAGED_COLUMNS
		") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		SQLITE_VALUES(sqlite_int((int64_t)line), sqlite_text(member->address_key),
			sqlite_text(member->address), sqlite_text(member->name),
			sqlite_text(member->salutation), sqlite_text(member->outlet),
			sqlite_text(member->role), sqlite_text(member->language),
			sqlite_span(str_span(&attributes))),
		err);
	str_clear(&attributes);
	return status;
}

enum status staging_spare(struct store *store, struct span address_key, struct err *err)
{
	return sqlite_run(store, "INSERT OR IGNORE INTO temp.spared (address_key) VALUES (?1)",
		SQLITE_VALUES(sqlite_span(address_key)), err);
}

enum status staging_end(struct store *store, int64_t *duplicates, struct err *err)
{
	int64_t incoming = 0;
	int64_t staged = 0;
	enum status status =
		sqlite_one_int(store, "SELECT count(*) FROM temp.incoming", SQLITE_NO_VALUES, &incoming, err);

	if (status == OK)
		status = sqlite_run(store,
			"INSERT OR IGNORE INTO temp.staged SELECT " STAGED_COLUMNS
			" FROM temp.incoming ORDER BY address_key, line",
			SQLITE_NO_VALUES, err);
	if (status == OK) {
		staged = sqlite_changes(store);
		status = sqlite_script(store, SPAN("DROP TABLE temp.incoming"), err);
	}
	if (status == OK)
		status = store_commit(store, err);
	else
		store_rollback(store);
	*duplicates = incoming - staged;
	return status;
}

void staging_clear(struct store *store)
{
	struct err ignored;

	store_rollback(store);
	if (sqlite_script(store,
		    SPAN("DROP TABLE IF EXISTS temp.incoming; DROP TABLE IF EXISTS temp.staged;"
			 "DROP TABLE IF EXISTS temp.spared"),
		    &ignored) != OK)
		return;
}

/* One staged member beside what the store knows of them. */
struct candidate {
	const struct sqlite_rows *rows;
	int64_t list_id;
	int64_t change_id;
	int64_t subscriber_id; /* 0 if new */
	bool is_member;
	enum member_state state;
	bool is_suppressed;
};

enum column {
	KEY,
	ADDRESS,
	NAME,
	SALUTATION,
	OUTLET,
	ROLE,
	LANGUAGE,
	ATTRIBUTES,
	SUBSCRIBER_ID,
	OLD_NAME,
	OLD_SALUTATION,
	OLD_SUBSCRIBER_CHANGE,
	OLD_STATE,
	OLD_OUTLET,
	OLD_ROLE,
	OLD_LANGUAGE,
	OLD_ATTRIBUTES,
	OLD_CHANGE,
	IS_SUPPRESSED
};

static const char candidates_sql[] =
	"SELECT t.address_key, t.address, t.name, t.salutation, t.outlet, t.role, t.language, t.attributes,"
	" s.id, s.name, s.salutation, s.change_id,"
	" m.state, m.outlet, m.role, m.language, m.attributes, m.change_id, p.made_ms IS NOT NULL"
	" FROM temp.staged AS t LEFT JOIN main.subscriber AS s ON s.address_key = t.address_key"
	" LEFT JOIN main.membership AS m ON m.list_id = ?1 AND m.subscriber_id = s.id"
	" LEFT JOIN main.suppression AS p ON p.address_key = t.address_key"
	" ORDER BY t.address_key";

static struct candidate get_candidate(const struct sqlite_rows *rows, int64_t list_id, int64_t change_id)
{
	return (struct candidate){
		.rows = rows,
		.list_id = list_id,
		.change_id = change_id,
		.subscriber_id = sqlite_get_int(rows, SUBSCRIBER_ID),
		.is_member = !sqlite_is_null(rows, OLD_STATE),
		.state = (enum member_state)sqlite_get_int(rows, OLD_STATE),
		.is_suppressed = sqlite_get_int(rows, IS_SUPPRESSED) != 0,
	};
}

/* A value as it will be: an empty one leaves what is there. */
static struct span merged(const struct candidate *c, enum column column, enum column old)
{
	struct span value = sqlite_get_blob(c->rows, (int)column);

	return value.len ? value : sqlite_get_blob(c->rows, (int)old);
}

static bool is_other(const struct candidate *c, enum column column, enum column old)
{
	return !span_equals(merged(c, column, old), sqlite_get_blob(c->rows, (int)old));
}

static enum status merge_attributes(const struct candidate *c, struct str *out, struct err *err)
{
	const char *staged = sqlite_get_text(c->rows, ATTRIBUTES);
	const char *old = sqlite_get_text(c->rows, OLD_ATTRIBUTES);
	struct fields values = {0};
	struct fields fresh = {0};
	enum status status;

	if (!*old || strcmp(old, staged) == 0) {
		str_add_text(out, staged);
		return OK;
	}
	status = records_parse_fields(old, &values, err);
	if (status == OK)
		status = records_parse_fields(staged, &fresh, err);
	for (size_t i = 0; i < fresh.count; i++)
		fields_set(&values, fresh.items[i].name, span_of(fresh.items[i].value));
	records_format_fields(&values, out);
	fields_clear(&values);
	fields_clear(&fresh);
	return status;
}

static bool is_membership_other(const struct candidate *c, const struct str *attributes)
{
	return is_other(c, OUTLET, OLD_OUTLET) || is_other(c, ROLE, OLD_ROLE) ||
	       is_other(c, LANGUAGE, OLD_LANGUAGE) ||
	       !span_equals(str_span(attributes), sqlite_get_blob(c->rows, OLD_ATTRIBUTES));
}

static bool is_subscriber_other(const struct candidate *c)
{
	return is_other(c, NAME, OLD_NAME) || is_other(c, SALUTATION, OLD_SALUTATION);
}

static enum status add_subscriber(struct store *store, struct candidate *c, struct err *err)
{
	enum status status = sqlite_run(store,
		"INSERT INTO subscriber (address_key, address, name, salutation, change_id)"
		" VALUES (?1, ?2, ?3, ?4, ?5)",
		SQLITE_VALUES(sqlite_span(sqlite_get_blob(c->rows, KEY)),
			sqlite_span(sqlite_get_blob(c->rows, ADDRESS)),
			sqlite_span(sqlite_get_blob(c->rows, NAME)),
			sqlite_span(sqlite_get_blob(c->rows, SALUTATION)), sqlite_int(c->change_id)),
		err);

	c->subscriber_id = sqlite_last_id(store);
	return status;
}

static enum status update_subscriber(struct store *store, const struct candidate *c, struct err *err)
{
	enum status status = sqlite_run(store,
		"INSERT INTO change_subscriber (change_id, subscriber_id, name, salutation, last_change_id)"
		" VALUES (?1, ?2, ?3, ?4, ?5)",
		SQLITE_VALUES(sqlite_int(c->change_id), sqlite_int(c->subscriber_id),
			sqlite_span(sqlite_get_blob(c->rows, OLD_NAME)),
			sqlite_span(sqlite_get_blob(c->rows, OLD_SALUTATION)),
			sqlite_int(sqlite_get_int(c->rows, OLD_SUBSCRIBER_CHANGE))),
		err);

	if (status != OK)
		return status;
	return sqlite_run(store,
		"UPDATE subscriber SET name = ?2, salutation = ?3, change_id = ?4 WHERE id = ?1",
		SQLITE_VALUES(sqlite_int(c->subscriber_id), sqlite_span(merged(c, NAME, OLD_NAME)),
			sqlite_span(merged(c, SALUTATION, OLD_SALUTATION)), sqlite_int(c->change_id)),
		err);
}

static struct sqlite_value old_text(const struct candidate *c, enum column column)
{
	return c->is_member ? sqlite_span(sqlite_get_blob(c->rows, (int)column)) : sqlite_null();
}

static struct sqlite_value old_int(const struct candidate *c, enum column column)
{
	return c->is_member ? sqlite_int(sqlite_get_int(c->rows, (int)column)) : sqlite_null();
}

static enum status keep_old_membership(struct store *store, const struct candidate *c, struct err *err)
{
	return sqlite_run(store,
		"INSERT INTO change_membership (change_id, subscriber_id, list_id, state, outlet, role,"
		" language, attributes, last_change_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		SQLITE_VALUES(sqlite_int(c->change_id), sqlite_int(c->subscriber_id), sqlite_int(c->list_id),
			old_int(c, OLD_STATE), old_text(c, OLD_OUTLET), old_text(c, OLD_ROLE),
			old_text(c, OLD_LANGUAGE), old_text(c, OLD_ATTRIBUTES), old_int(c, OLD_CHANGE)),
		err);
}

/* Not INSERT OR REPLACE: for that SQLite copies every page it touches, in case the statement fails. */
static enum status put_membership(
	struct store *store, const struct candidate *c, struct span attributes, struct err *err)
{
	enum status status = keep_old_membership(store, c, err);

	if (status != OK)
		return status;
	return sqlite_run(store,
		c->is_member
			? "UPDATE membership SET state = ?3, outlet = ?4, role = ?5, language = ?6,"
			  " attributes = ?7, change_id = ?8 WHERE list_id = ?1 AND subscriber_id = ?2"
			: "INSERT INTO membership (list_id, subscriber_id, state, outlet, role, language,"
			  " attributes, change_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		SQLITE_VALUES(sqlite_int(c->list_id), sqlite_int(c->subscriber_id), sqlite_int(MEMBER_ACTIVE),
			sqlite_span(merged(c, OUTLET, OLD_OUTLET)), sqlite_span(merged(c, ROLE, OLD_ROLE)),
			sqlite_span(merged(c, LANGUAGE, OLD_LANGUAGE)), sqlite_span(attributes),
			sqlite_int(c->change_id)),
		err);
}

/* What becomes of a candidate, as the summary's count for it; *is_kept: nothing is written. */
static int64_t *judge(const struct candidate *c, const struct staging_options *options, bool is_same,
	struct staging_summary *summary, bool *is_kept)
{
	*is_kept = true;
	if (c->is_member && c->state == MEMBER_UNSUBSCRIBED)
		return &summary->kept_unsubscribed;
	if (c->is_member && c->state == MEMBER_REMOVED && c->is_suppressed)
		return &summary->kept_suppressed;
	if (c->is_member && c->state == MEMBER_REMOVED && !options->is_revive)
		return &summary->kept_removed;
	*is_kept = c->is_member && c->state == MEMBER_ACTIVE && is_same;
	if (c->is_suppressed)
		return &summary->kept_suppressed;
	if (*is_kept)
		return &summary->unchanged;
	if (!c->is_member)
		return &summary->added;
	return c->state == MEMBER_REMOVED ? &summary->revived : &summary->updated;
}

static enum status write_candidate(
	struct store *store, struct candidate *c, struct span attributes, struct err *err)
{
	enum status status = OK;

	if (!c->subscriber_id)
		status = add_subscriber(store, c, err);
	else if (is_subscriber_other(c))
		status = update_subscriber(store, c, err);
	return status == OK ? put_membership(store, c, attributes, err) : status;
}

static enum status merge_one(struct store *store, struct candidate *c, const struct staging_options *options,
	struct staging_summary *summary, struct err *err)
{
	struct str attributes;
	bool is_kept;
	bool is_same;
	enum status status;

	str_init(&attributes, STR_MAX_LARGE);
	status = merge_attributes(c, &attributes, err);
	is_same = c->is_member && !is_subscriber_other(c) && !is_membership_other(c, &attributes);
	++*judge(c, options, is_same, summary, &is_kept);
	summary->written += !is_kept;
	if (status == OK && !is_kept && !options->is_dry_run)
		status = write_candidate(store, c, str_span(&attributes), err);
	str_clear(&attributes);
	return status;
}

enum status staging_merge(struct store *store, int64_t list_id, int64_t change_id,
	const struct staging_options *options, struct staging_summary *summary, struct err *err)
{
	struct sqlite_rows rows;
	enum status found = OK;
	enum status status;
	size_t done = 0;

	*summary = (struct staging_summary){0};
	sqlite_query(store, candidates_sql, SQLITE_VALUES(sqlite_int(list_id)), &rows);
	while (found == OK && sqlite_next(&rows)) {
		struct candidate candidate = get_candidate(&rows, list_id, change_id);

		found = merge_one(store, &candidate, options, summary, err);
		if (++done % PROGRESS_EVERY == 0 && options->progress)
			options->progress(options->context, done);
	}
	status = sqlite_end(&rows, found == OK ? err : NULL);
	return found == OK ? status : found;
}

#define UNSTAGED                                                                                             \
	" WHERE m.list_id = ?1 AND m.state = ?2 AND NOT EXISTS"                                              \
	" (SELECT 1 FROM temp.staged AS t WHERE t.address_key = s.address_key)"
#define SPARED " EXISTS (SELECT 1 FROM temp.spared AS p WHERE p.address_key = s.address_key)"
#define MISSING UNSTAGED " AND NOT" SPARED

enum status staging_each_missing(
	struct store *store, int64_t list_id, store_member_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;

	sqlite_query(store,
		"SELECT " RECORDS_MEMBER_COLUMNS
		" FROM membership AS m JOIN subscriber AS s ON s.id = m.subscriber_id" MISSING
		" ORDER BY s.address_key",
		SQLITE_VALUES(sqlite_int(list_id), sqlite_int(MEMBER_ACTIVE)), &rows);
	return records_each_member(&rows, fn, context, err);
}

enum status staging_remove_missing(
	struct store *store, int64_t list_id, int64_t change_id, int64_t *removed, struct err *err)
{
	enum status status = sqlite_run(store,
		"INSERT INTO change_membership SELECT ?3, m.subscriber_id, m.list_id, m.state, m.outlet,"
		" m.role, m.language, m.attributes, m.change_id"
		" FROM membership AS m JOIN subscriber AS s ON s.id = m.subscriber_id" MISSING,
		SQLITE_VALUES(sqlite_int(list_id), sqlite_int(MEMBER_ACTIVE), sqlite_int(change_id)), err);

	if (status != OK)
		return status;
	*removed = sqlite_changes(store);
	return sqlite_run(store,
		"UPDATE membership SET state = ?3, change_id = ?4 WHERE list_id = ?1 AND state = ?2"
		" AND subscriber_id IN (SELECT m.subscriber_id FROM membership AS m"
		" JOIN subscriber AS s ON s.id = m.subscriber_id" MISSING ")",
		SQLITE_VALUES(sqlite_int(list_id), sqlite_int(MEMBER_ACTIVE), sqlite_int(MEMBER_REMOVED),
			sqlite_int(change_id)),
		err);
}

enum status staging_count_spared(struct store *store, int64_t list_id, int64_t *count, struct err *err)
{
	return sqlite_one_int(store,
		"SELECT count(*) FROM membership AS m JOIN subscriber AS s ON s.id = m.subscriber_id" UNSTAGED
		" AND" SPARED,
		SQLITE_VALUES(sqlite_int(list_id), sqlite_int(MEMBER_ACTIVE)), count, err);
}
