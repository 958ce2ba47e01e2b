/*
 * The store itself: its file, its transactions, and single values by name.
 */
#include "store/store.h"

#include "base/mem.h"
#include "base/step.h"
#include "store/migrate.h"
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define EPOCH_NAME "epoch"

/* `synchronous = FULL` makes a commit in WAL mode survive a power cut, not just a killed process. */
static const char settings[] = "PRAGMA foreign_keys = ON;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA cache_size = -" STORE_CACHE_KIB ";";

static enum status make_folder_of(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	enum status status = OK;

	if (!slash || slash == path)
		return OK;
	folder = mem_copy_bytes(path, (size_t)(slash - path));
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		status = err_system(err, errno, "can't make the folder \"%s\"", folder);
	free(folder);
	return status;
}

/* SQLite would make it readable for all; its -wal and -shm files take their mode from it. */
static enum status make_file(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return err_set(err, E_EXISTS, "\"%s\" is there already", path);
	if (fd < 0)
		return err_system(err, errno, "can't make \"%s\"", path);
	close(fd);
	return OK;
}

static enum status use_wal(struct store *store, struct err *err)
{
	struct sqlite_rows rows;
	bool is_wal = false;
	enum status status;

	sqlite_query(store, "PRAGMA journal_mode = WAL", SQLITE_NO_VALUES, &rows);
	if (sqlite_next(&rows))
		is_wal = strcmp(sqlite_get_text(&rows, 0), "wal") == 0;
	status = sqlite_end(&rows, err);
	if (status == OK && !is_wal)
		status = err_set(err, E_IO,
			"\"%s\": this file system can't share memory between processes, which the store "
			"needs: put the newsroom on a local disk",
			store->path);
	return status;
}

static enum status open_file(struct store *store, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int code = sqlite3_open_v2(store->path, &store->db, flags, NULL);
	enum status status;

	if (code != SQLITE_OK)
		return sqlite_failure(store, code, err);
	sqlite3_busy_timeout(store->db, STORE_WAIT_MS);
	status = sqlite_script(store, span_of(settings), err);
	if (status == OK)
		status = migrate_check(store, err);
	if (status == OK)
		status = use_wal(store, err);
	return status == OK ? migrate_run(store, err) : status;
}

enum status store_open(const char *path, struct store **out, struct err *err)
{
	struct store *store;
	enum status status;

	*out = NULL;
	if (access(path, F_OK) != 0)
		return err_set(err, E_NOTFOUND, "there's no \"%s\": is this a newsroom?", path);
	store = mem_alloc(sizeof(*store));
	store->path = mem_copy_text(path);
	store->cache = sqlite_cache_new();
	status = open_file(store, err);
	if (status != OK) {
		store_close(store);
		store = NULL;
	}
	*out = store;
	return status;
}

enum status store_create(const char *path, struct store **out, struct err *err)
{
	enum status status = make_folder_of(path, err);

	*out = NULL;
	if (status == OK)
		status = make_file(path, err);
	return status == OK ? store_open(path, out, err) : status;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_rollback(store);
	sqlite_cache_free(store->cache);
	sqlite3_close(store->db);
	free(store->path);
	free(store);
}

void store_own(struct store *store)
{
	atomic_store(&store->owner, pthread_self());
}

void store_disown(struct store *store)
{
	atomic_store(&store->owner, 0);
}

const char *store_path(const struct store *store)
{
	return store->path;
}

enum status store_check(struct store *store, struct err *err)
{
	struct sqlite_rows rows;
	enum status found = OK;
	enum status status;

	sqlite_query(store, "PRAGMA quick_check(1)", SQLITE_NO_VALUES, &rows);
	if (sqlite_next(&rows) && strcmp(sqlite_get_text(&rows, 0), "ok") != 0)
		found = err_set(err, E_IO, "\"%s\" is damaged (%s): keep a copy of it, then restore a backup",
			store->path, sqlite_get_text(&rows, 0));
	status = sqlite_end(&rows, found == OK ? err : NULL);
	return found == OK ? status : found;
}

static enum status begin(struct store *store, const char *sql, struct err *err)
{
	if (!sqlite3_get_autocommit(store->db))
		return err_set(err, E_INTERNAL, "\"%s\": a transaction is open already", store->path);
	return sqlite_run(store, sql, SQLITE_NO_VALUES, err);
}

enum status store_begin(struct store *store, struct err *err)
{
	enum status status = begin(store, "BEGIN IMMEDIATE", err);

	step("store.begun");
	return status;
}

enum status store_begin_read(struct store *store, struct err *err)
{
	return begin(store, "BEGIN", err);
}

enum status store_commit(struct store *store, struct err *err)
{
	enum status status;

	step("store.committing");
	status = sqlite_run(store, "COMMIT", SQLITE_NO_VALUES, err);
	step("store.committed");
	if (status != OK)
		store_rollback(store);
	return status;
}

void store_rollback(struct store *store)
{
	if (store->db && !sqlite3_get_autocommit(store->db))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

enum status store_end(struct store *store, enum status status, struct err *err)
{
	if (status == OK)
		return store_commit(store, err);
	store_rollback(store);
	return status;
}

enum status store_transaction(struct store *store, store_work_fn *work, void *context, struct err *err)
{
	enum status status = store_begin(store, err);

	return status == OK ? store_end(store, work(context, err), err) : status;
}

enum status store_get_meta(struct store *store, const char *name, struct str *value, struct err *err)
{
	struct sqlite_rows rows;
	bool is_there;
	enum status status;

	sqlite_query(
		store, "SELECT value FROM meta WHERE name = ?1", SQLITE_VALUES(sqlite_text(name)), &rows);
	is_there = sqlite_next(&rows);
	if (is_there)
		str_add(value, sqlite_get_blob(&rows, 0));
	status = sqlite_end(&rows, err);
	if (status == OK && !is_there)
		status = err_set(err, E_NOTFOUND, "\"%s\" holds no \"%s\"", store->path, name);
	return status == OK ? str_status(value, name, err) : status;
}

enum status store_set_meta(struct store *store, const char *name, struct span value, struct err *err)
{
	return sqlite_run(store,
		"INSERT INTO meta (name, value) VALUES (?1, ?2)"
		" ON CONFLICT (name) DO UPDATE SET value = excluded.value",
		SQLITE_VALUES(sqlite_text(name), sqlite_blob(value)), err);
}

enum status store_get_epoch(struct store *store, struct token_epoch *epoch, struct err *err)
{
	struct str value;
	enum status status;

	str_init(&value, STR_MAX_SMALL);
	status = store_get_meta(store, EPOCH_NAME, &value, err);
	if (status == OK && value.len != sizeof(epoch->bytes))
		status = err_set(err, E_CONFLICT,
			"\"%s\": the newsroom's secret is damaged: restore a backup", store->path);
	if (status == OK)
		memcpy(epoch->bytes, value.ptr, sizeof(epoch->bytes));
	str_clear(&value);
	return status;
}

enum status store_set_epoch(struct store *store, const struct token_epoch *epoch, struct err *err)
{
	return store_set_meta(
		store, EPOCH_NAME, span_bytes((const char *)epoch->bytes, sizeof(epoch->bytes)), err);
}
