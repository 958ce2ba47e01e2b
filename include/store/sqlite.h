#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "base/str.h"
#include "store/store.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * SQLite for the files of src/store, and for nobody else: a statement with its
 * values is a line, its rows are a loop.
 *
 *     status = sqlite_run(store, "UPDATE list SET title = ?1 WHERE id = ?2",
 *             SQLITE_VALUES(sqlite_text(title), sqlite_int(id)), err);
 *
 *     sqlite_query(store, "SELECT id, name FROM list WHERE region = ?1",
 *             SQLITE_VALUES(sqlite_text(region)), &rows);
 *     while (sqlite_next(&rows))
 *             use(sqlite_get_int(&rows, 0), sqlite_get_text(&rows, 1));
 *     return sqlite_end(&rows, err);
 *
 * SQL texts are string literals: compiled once a store and kept, by address.
 */
struct sqlite3;
struct sqlite3_stmt;

enum sqlite_kind {
	SQLITE_KIND_NULL,
	SQLITE_KIND_INT,
	SQLITE_KIND_TEXT,
	SQLITE_KIND_BLOB
};

/* A value for a `?`. Texts and blobs are borrowed until the statement ends. */
struct sqlite_value {
	enum sqlite_kind kind;
	int64_t number;
	struct span bytes;
};

static inline struct sqlite_value sqlite_null(void)
{
	return (struct sqlite_value){.kind = SQLITE_KIND_NULL};
}

static inline struct sqlite_value sqlite_int(int64_t number)
{
	return (struct sqlite_value){.kind = SQLITE_KIND_INT, .number = number};
}

static inline struct sqlite_value sqlite_span(struct span text)
{
	return (struct sqlite_value){.kind = SQLITE_KIND_TEXT, .bytes = text};
}

/* A NULL pointer is an empty text: our columns hold "" where nothing is known. */
static inline struct sqlite_value sqlite_text(const char *text)
{
	return sqlite_span(span_of(text));
}

static inline struct sqlite_value sqlite_blob(struct span bytes)
{
	return (struct sqlite_value){.kind = SQLITE_KIND_BLOB, .bytes = bytes};
}

/* The values of ?1, ?2, … as two arguments: an array and its count. */
#define SQLITE_VALUES(...)                                                                                   \
	(const struct sqlite_value[]){__VA_ARGS__},                                                          \
		sizeof((const struct sqlite_value[]){__VA_ARGS__}) / sizeof(struct sqlite_value)
#define SQLITE_NO_VALUES NULL, 0

/* Run a statement for its effect; rows it gives are dropped. */
enum status sqlite_run(struct store *store, const char *sql, const struct sqlite_value *values, size_t count,
	struct err *err);

/* Rows the last sqlite_run inserted, changed or deleted; the id of the last row inserted. */
int64_t sqlite_changes(const struct store *store);
int64_t sqlite_last_id(const struct store *store);

/*
 * A statement's rows. Every sqlite_query is followed by sqlite_end, which
 * reports the first thing that went wrong since. The same SQL may be started
 * again while its rows are being read.
 */
struct sqlite_rows {
	struct store *store;
	struct sqlite3_stmt *statement;
	bool *is_taken; /* of its place in the store's cache; NULL: to be finalised */
	int code;       /* SQLite's */
};

void sqlite_query(struct store *store, const char *sql, const struct sqlite_value *values, size_t count,
	struct sqlite_rows *rows);
bool sqlite_next(struct sqlite_rows *rows); /* false after the last row, and on failure */
enum status sqlite_end(struct sqlite_rows *rows, struct err *err);

/* Columns of the current row, counted from 0. Texts and blobs are borrowed until the next sqlite_next. */
int64_t sqlite_get_int(const struct sqlite_rows *rows, int column);      /* 0 for NULL */
const char *sqlite_get_text(const struct sqlite_rows *rows, int column); /* "" for NULL */
struct span sqlite_get_blob(const struct sqlite_rows *rows, int column); /* of a text, too */
bool sqlite_is_null(const struct sqlite_rows *rows, int column);

/* The first column of the only row: E_NOTFOUND, without words, if there's none. */
enum status sqlite_one_int(struct store *store, const char *sql, const struct sqlite_value *values,
	size_t count, int64_t *number, struct err *err);

/* Several statements in one text, without values: migrations, pragmas. */
enum status sqlite_script(struct store *store, struct span sql, struct err *err);

/* `code` is SQLite's, for what was just tried: the status and words for it. */
enum status sqlite_failure(const struct store *store, int code, struct err *err);

/* Of the store's pages. */
#define STORE_CACHE_KIB "16384"

struct sqlite_cache;

struct store {
	struct sqlite3 *db;
	char *path;
	struct sqlite_cache *cache;
	_Atomic(pthread_t) owner; /* a thread; 0: whoever calls */
};

struct sqlite_cache *sqlite_cache_new(void);
void sqlite_cache_free(struct sqlite_cache *cache); /* and finalise what is in it */

#endif
