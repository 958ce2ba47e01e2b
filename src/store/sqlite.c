/*
 * SQLite, made short: statements are compiled once and kept by the address of
 * their text, and a result code becomes a status with words for a person.
 */
#include "store/sqlite.h"

#include "base/mem.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A power of two, several times the number of statements the program has. */
#define CACHE_SLOTS 512u

struct sqlite_cache {
	struct {
		const char *sql;
		sqlite3_stmt *statement;
		bool is_taken; /* from sqlite_query to sqlite_end */
	} slots[CACHE_SLOTS];
	size_t count;
};

struct sqlite_cache *sqlite_cache_new(void)
{
	return mem_alloc(sizeof(struct sqlite_cache));
}

void sqlite_cache_free(struct sqlite_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < CACHE_SLOTS; i++)
		sqlite3_finalize(cache->slots[i].statement);
	free(cache);
}

static size_t cache_slot(const struct sqlite_cache *cache, const char *sql)
{
	size_t slot = ((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15) >> 32) % CACHE_SLOTS;

	while (cache->slots[slot].sql && cache->slots[slot].sql != sql)
		slot = (slot + 1) % CACHE_SLOTS;
	return slot;
}

static int take_statement(struct store *store, const char *sql, struct sqlite_rows *rows)
{
	struct sqlite_cache *cache = store->cache;
	size_t slot = cache_slot(cache, sql);
	sqlite3_stmt *kept = cache->slots[slot].statement;
	int code;

	if (kept && !cache->slots[slot].is_taken) {
		rows->statement = kept;
		rows->is_taken = &cache->slots[slot].is_taken;
		*rows->is_taken = true;
		return SQLITE_OK;
	}
	code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &rows->statement, NULL);
	if (code == SQLITE_OK && !kept && cache->count < CACHE_SLOTS / 2) {
		cache->slots[slot].sql = sql;
		cache->slots[slot].statement = rows->statement;
		cache->count++;
		rows->is_taken = &cache->slots[slot].is_taken;
		*rows->is_taken = true;
	}
	return code;
}

static int bind(sqlite3_stmt *statement, int index, const struct sqlite_value *value)
{
	const char *bytes = value->bytes.ptr ? value->bytes.ptr : "";

	switch (value->kind) {
	case SQLITE_KIND_INT:
		return sqlite3_bind_int64(statement, index, value->number);
	case SQLITE_KIND_TEXT:
		return sqlite3_bind_text64(
			statement, index, bytes, value->bytes.len, SQLITE_STATIC, SQLITE_UTF8);
	case SQLITE_KIND_BLOB:
		return sqlite3_bind_blob64(statement, index, bytes, value->bytes.len, SQLITE_STATIC);
	case SQLITE_KIND_NULL:
		break;
	}
	return sqlite3_bind_null(statement, index);
}

/* SQLite doesn't notice, and mixes up both: what one reads, and what the other has begun. */
static bool is_anothers(const struct store *store)
{
	pthread_t owner = atomic_load_explicit(&store->owner, memory_order_relaxed);

	return owner && owner != pthread_self();
}

void sqlite_query(struct store *store, const char *sql, const struct sqlite_value *values, size_t count,
	struct sqlite_rows *rows)
{
	*rows = (struct sqlite_rows){.store = store};
	rows->code = is_anothers(store) ? SQLITE_MISUSE : take_statement(store, sql, rows);
	for (size_t i = 0; i < count && rows->code == SQLITE_OK; i++)
		rows->code = bind(rows->statement, (int)i + 1, &values[i]);
}

bool sqlite_next(struct sqlite_rows *rows)
{
	if (rows->code != SQLITE_OK && rows->code != SQLITE_ROW)
		return false;
	rows->code = sqlite3_step(rows->statement);
	return rows->code == SQLITE_ROW;
}

enum status sqlite_end(struct sqlite_rows *rows, struct err *err)
{
	enum status status = OK;

	if (rows->code != SQLITE_OK && rows->code != SQLITE_ROW && rows->code != SQLITE_DONE)
		status = sqlite_failure(rows->store, rows->code, err);
	if (rows->is_taken) {
		*rows->is_taken = false;
		sqlite3_reset(rows->statement);
		sqlite3_clear_bindings(rows->statement);
	} else {
		sqlite3_finalize(rows->statement);
	}
	rows->statement = NULL;
	return status;
}

enum status sqlite_run(struct store *store, const char *sql, const struct sqlite_value *values, size_t count,
	struct err *err)
{
	struct sqlite_rows rows;

	sqlite_query(store, sql, values, count, &rows);
	while (sqlite_next(&rows))
		;
	return sqlite_end(&rows, err);
}

int64_t sqlite_changes(const struct store *store)
{
	return sqlite3_changes64(store->db);
}

int64_t sqlite_last_id(const struct store *store)
{
	return sqlite3_last_insert_rowid(store->db);
}

int64_t sqlite_get_int(const struct sqlite_rows *rows, int column)
{
	return sqlite3_column_int64(rows->statement, column);
}

const char *sqlite_get_text(const struct sqlite_rows *rows, int column)
{
	const unsigned char *text = sqlite3_column_text(rows->statement, column);

	return text ? (const char *)text : "";
}

struct span sqlite_get_blob(const struct sqlite_rows *rows, int column)
{
	const void *bytes = sqlite3_column_blob(rows->statement, column);

	return span_bytes(bytes, (size_t)sqlite3_column_bytes(rows->statement, column));
}

bool sqlite_is_null(const struct sqlite_rows *rows, int column)
{
	return sqlite3_column_type(rows->statement, column) == SQLITE_NULL;
}

enum status sqlite_one_int(struct store *store, const char *sql, const struct sqlite_value *values,
	size_t count, int64_t *number, struct err *err)
{
	struct sqlite_rows rows;
	enum status status;
	bool is_there;

	sqlite_query(store, sql, values, count, &rows);
	is_there = sqlite_next(&rows);
	if (is_there)
		*number = sqlite_get_int(&rows, 0);
	status = sqlite_end(&rows, err);
	return status == OK && !is_there ? E_NOTFOUND : status;
}

enum status sqlite_script(struct store *store, struct span sql, struct err *err)
{
	char *text = span_copy(sql);
	int code = is_anothers(store) ? SQLITE_MISUSE : sqlite3_exec(store->db, text, NULL, NULL, NULL);

	free(text);
	return code == SQLITE_OK ? OK : sqlite_failure(store, code, err);
}

#define NO_MEMORY                                                                                            \
	"can't be used for want of memory and nothing was changed: let this user have more, then run this "  \
	"again"

/* What a person can do about each of SQLite's primary result codes, and about extended ones before theirs. */
static const struct {
	int code;
	enum status status;
	const char *words;
} failures[] = {
	{SQLITE_NOMEM, E_IO, NO_MEMORY},
	{SQLITE_IOERR_NOMEM, E_IO, NO_MEMORY},
	{SQLITE_IOERR_SHMMAP, E_IO, NO_MEMORY},
	{SQLITE_BUSY, E_BUSY, "is in use by another dateline that doesn't let go: wait for it, or stop it"},
	{SQLITE_LOCKED, E_BUSY, "is in use by another dateline that doesn't let go: wait for it, or stop it"},
	{SQLITE_FULL, E_IO, "the disk is full and nothing was changed: free some space, then run this again"},
	{SQLITE_READONLY, E_IO,
		"is read-only and nothing was changed: make it and its folder writable for this user"},
	{SQLITE_PERM, E_IO, "can't be written: make it and its folder writable for this user"},
	{SQLITE_CANTOPEN, E_IO, "can't be opened: see that this user may read and write it and its folder"},
	{SQLITE_CORRUPT, E_IO, "is damaged: keep a copy of it, then restore a backup"},
	{SQLITE_NOTADB, E_IO, "is damaged or isn't a database: keep a copy of it, then restore a backup"},
	{SQLITE_IOERR, E_IO, "can't be read or written and nothing was changed: see to the disk"},
	{SQLITE_CONSTRAINT, E_CONFLICT, "refused to keep what contradicts the rest"},
	{SQLITE_TOOBIG, E_RANGE, "refused to keep a text that is too long"},
	{SQLITE_MISUSE, E_INTERNAL, "is another thread's: report this as a fault of dateline"},
	{SQLITE_INTERRUPT, E_CANCELLED, "was interrupted and nothing was changed"},
};

enum status sqlite_failure(const struct store *store, int code, struct err *err)
{
	bool has_words = store->db && code != SQLITE_MISUSE;
	const char *words = has_words ? sqlite3_errmsg(store->db) : sqlite3_errstr(code);

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (failures[i].code == code || failures[i].code == (code & 0xff))
			return err_set(err, failures[i].status, "\"%s\" %s (%s)", store->path,
				failures[i].words, words);
	}
	return err_set(err, E_INTERNAL, "\"%s\": %s (code %d)", store->path, words, code);
}
