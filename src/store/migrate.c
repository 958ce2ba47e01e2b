/*
 * Bring a store's tables up to date: the program's sql files, in order.
 */
#include "store/migrate.h"

#include "base/asset.h"
#include "store/sqlite.h"

#include <stdlib.h>
#include <string.h>

#define SQL_FOLDER "sql/"

/* The number in "sql/0001_lists.sql"; 0 for every other asset. */
static int number_of(const char *name)
{
	size_t folder = strlen(SQL_FOLDER);
	char *end;
	long number;

	if (strncmp(name, SQL_FOLDER, folder) != 0)
		return 0;
	number = strtol(name + folder, &end, 10);
	return end == name + folder + 4 && *end == '_' ? (int)number : 0;
}

static const struct asset *migration(int number)
{
	const struct asset *asset;

	for (size_t i = 0; (asset = asset_at(i)); i++) {
		if (number_of(asset->name) == number)
			return asset;
	}
	return NULL;
}

int migrate_latest(void)
{
	int number = 0;

	while (migration(number + 1))
		number++;
	return number;
}

static enum status get_version(struct store *store, int64_t *version, struct err *err)
{
	return sqlite_one_int(store, "PRAGMA user_version", SQLITE_NO_VALUES, version, err);
}

/* Within the transaction that `number` runs in: somebody else may have been first. */
static enum status run_one(struct store *store, int number, struct err *err)
{
	const struct asset *asset = migration(number);
	struct str sql;
	int64_t version;
	enum status status = get_version(store, &version, err);

	if (status != OK || version >= number)
		return status;
	str_init(&sql, STR_MAX_LARGE);
	str_add(&sql, asset->content);
	str_addf(&sql, "\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;\n", MIGRATE_APPLICATION_ID,
		number);
	status = str_status(&sql, asset->name, err);
	if (status == OK)
		status = sqlite_script(store, str_span(&sql), err);
	if (status != OK && err)
		status = err_wrap(err, "bringing the tables up to date (%s)", asset->name);
	str_clear(&sql);
	return status;
}

/* SQLite takes any file that has its header, or is empty. */
enum status migrate_check(struct store *store, struct err *err)
{
	int64_t application = 0;
	int64_t tables = 0;
	int64_t version = 0;
	enum status status = get_version(store, &version, err);

	if (status == OK)
		status = sqlite_one_int(store, "PRAGMA application_id", SQLITE_NO_VALUES, &application, err);
	if (status == OK)
		status = sqlite_one_int(
			store, "SELECT count(*) FROM sqlite_schema", SQLITE_NO_VALUES, &tables, err);
	if (status != OK)
		return status;
	if (application != MIGRATE_APPLICATION_ID && (application || tables || version))
		return err_set(err, E_CONFLICT, "\"%s\" is another program's database: move it away",
			store_path(store));
	if (version > migrate_latest())
		return err_set(err, E_UNSUPPORTED,
			"\"%s\" was written by a newer dateline (tables %lld, this one knows %d): use that "
			"one",
			store_path(store), (long long)version, migrate_latest());
	return OK;
}

enum status migrate_run(struct store *store, struct err *err)
{
	int64_t version = 0;
	enum status status = get_version(store, &version, err);

	for (int number = (int)version + 1; status == OK && number <= migrate_latest(); number++) {
		status = store_begin(store, err);
		if (status != OK)
			break;
		status = run_one(store, number, err);
		if (status == OK)
			status = store_commit(store, err);
		else
			store_rollback(store);
	}
	return status;
}
