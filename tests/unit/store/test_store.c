/*
 * The store's file, transactions and single values.
 */
#include "store/store.h"

#include "base/asset.h"
#include "base/file.h"
#include "store/migrate.h"
#include "store/sqlite.h"
#include "support/newstore.h"
#include "support/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void reopen(struct newstore *place)
{
	store_close(place->store);
	assert_int_equal(store_open(place->path, &place->store, &place->err), OK);
}

static enum status set_meta(struct newstore *place, const char *value)
{
	return store_set_meta(place->store, "colour", span_of(value), &place->err);
}

static void assert_meta(struct newstore *place, const char *expected)
{
	struct str value;
	enum status status;

	str_init(&value, STR_MAX_SMALL);
	status = store_get_meta(place->store, "colour", &value, &place->err);
	if (expected) {
		assert_int_equal(status, OK);
		assert_string_equal(value.ptr, expected);
	} else {
		assert_int_equal(status, E_NOTFOUND);
	}
	str_clear(&value);
}

static void overwrite(const char *path, const char *bytes)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(bytes, file);
	fclose(file);
}

/* In SQLite's header: 1 for a rollback journal, 2 for WAL. */
#define JOURNAL_MODE_OFFSET 18

static int byte_at(const char *path, long offset)
{
	FILE *file = fopen(path, "r");
	int byte;

	assert_non_null(file);
	assert_int_equal(fseek(file, offset, SEEK_SET), 0);
	byte = fgetc(file);
	fclose(file);
	return byte;
}

static void a_new_store_can_be_read_by_its_owner_alone(void **state)
{
	struct newstore *place = *state;
	char *folder = file_join(place->folder, "state");
	struct stat found;

	assert_int_equal(stat(folder, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0700);
	assert_int_equal(stat(place->path, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0600);
	free(folder);
}

static void a_store_is_not_made_over_another(void **state)
{
	struct newstore *place = *state;
	struct store *other;

	assert_int_equal(store_create(place->path, &other, &place->err), E_EXISTS);
	assert_null(other);
}

static void a_store_that_is_not_there_is_not_made_by_opening_it(void **state)
{
	struct newstore *place = *state;
	struct store *other;
	char *path = file_join(place->folder, "none.db");

	assert_int_equal(store_open(path, &other, &place->err), E_NOTFOUND);
	assert_null(other);
	assert_int_equal(access(path, F_OK), -1);
	free(path);
}

static void a_new_store_has_every_migration(void **state)
{
	struct newstore *place = *state;

	assert_true(migrate_latest() >= 1);
	assert_int_equal(newstore_number(place, "PRAGMA user_version"), migrate_latest());
	assert_int_equal(newstore_number(place, "PRAGMA application_id"), MIGRATE_APPLICATION_ID);
}

static void every_sql_file_is_a_migration(void **state)
{
	const struct asset *asset;
	int count = 0;

	(void)state;
	for (size_t i = 0; (asset = asset_at(i)); i++)
		count += strncmp(asset->name, "sql/", 4) == 0;
	assert_int_equal(count, migrate_latest());
}

static void a_commit_survives_a_power_cut(void **state)
{
	struct newstore *place = *state;

	assert_int_equal(newstore_number(place, "PRAGMA synchronous"), 2);
	assert_int_equal(newstore_number(place, "PRAGMA foreign_keys"), 1);
}

static void an_empty_file_left_by_a_killed_init_is_filled(void **state)
{
	struct newstore *place = *state;
	char *path = file_join(place->folder, "empty.db");
	struct store *other;

	overwrite(path, "");
	assert_int_equal(store_open(path, &other, &place->err), OK);
	assert_int_equal(store_set_meta(other, "colour", span_of("red"), &place->err), OK);
	store_close(other);
	free(path);
}

static void a_newer_store_is_refused(void **state)
{
	struct newstore *place = *state;

	assert_int_equal(sqlite_script(place->store, SPAN("PRAGMA user_version = 4711"), &place->err), OK);
	store_close(place->store);
	assert_int_equal(store_open(place->path, &place->store, &place->err), E_UNSUPPORTED);
	assert_contains(place->err.text, "newer dateline");
	assert_null(place->store);
}

static void another_programs_database_is_refused_and_left_alone(void **state)
{
	struct newstore *place = *state;

	assert_int_equal(sqlite_script(place->store,
				 SPAN("PRAGMA application_id = 7; PRAGMA user_version = 0; PRAGMA "
				      "journal_mode=DELETE"),
				 &place->err),
		OK);
	store_close(place->store);
	assert_int_equal(store_open(place->path, &place->store, &place->err), E_CONFLICT);
	assert_contains(place->err.text, "another program's");
	assert_int_equal(byte_at(place->path, JOURNAL_MODE_OFFSET), 1);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
	struct newstore *place = *state;

	store_close(place->store);
	overwrite(place->path,
		"email,name\nana@paper.example,Ana\n, and so on, and on, for a hundred bytes or "
		"more, because a header has as many\n");
	assert_int_equal(store_open(place->path, &place->store, &place->err), E_IO);
	assert_contains(place->err.text, place->path);
	assert_contains(place->err.text, "damaged");
}

static void a_damaged_page_is_found(void **state)
{
	struct newstore *place = *state;
	int fd;
	char junk[4096];

	assert_int_equal(store_check(place->store, &place->err), OK);
	store_close(place->store);
	memset(junk, 0x55, sizeof(junk));
	fd = open(place->path, O_WRONLY);
	assert_int_equal(pwrite(fd, junk, sizeof(junk), 4096), sizeof(junk));
	close(fd);
	assert_int_equal(store_open(place->path, &place->store, &place->err), OK);
	assert_int_equal(store_check(place->store, &place->err), E_IO);
	assert_contains(place->err.text, "damaged");
}

static void a_value_is_kept_and_replaced(void **state)
{
	struct newstore *place = *state;

	assert_meta(place, NULL);
	assert_int_equal(set_meta(place, "red"), OK);
	assert_int_equal(set_meta(place, "blue"), OK);
	reopen(place);
	assert_meta(place, "blue");
}

static void the_epoch_comes_back_as_it_was(void **state)
{
	struct newstore *place = *state;
	struct token_epoch epoch;
	struct token_epoch found;

	assert_int_equal(store_get_epoch(place->store, &found, &place->err), E_NOTFOUND);
	for (size_t i = 0; i < sizeof(epoch.bytes); i++)
		epoch.bytes[i] = (unsigned char)(i * 37);
	assert_int_equal(store_set_epoch(place->store, &epoch, &place->err), OK);
	reopen(place);
	assert_int_equal(store_get_epoch(place->store, &found, &place->err), OK);
	assert_memory_equal(&epoch, &found, sizeof(epoch));
}

static void a_rolled_back_transaction_leaves_nothing(void **state)
{
	struct newstore *place = *state;

	assert_int_equal(store_begin(place->store, &place->err), OK);
	assert_int_equal(set_meta(place, "red"), OK);
	store_rollback(place->store);
	assert_meta(place, NULL);
}

static void a_second_transaction_inside_one_is_a_defect(void **state)
{
	struct newstore *place = *state;

	assert_int_equal(store_begin(place->store, &place->err), OK);
	assert_int_equal(store_begin(place->store, &place->err), E_INTERNAL);
	assert_int_equal(store_commit(place->store, &place->err), OK);
}

static enum status fail_after_writing(void *context, struct err *err)
{
	struct newstore *place = context;

	assert_int_equal(set_meta(place, "red"), OK);
	return err_set(err, E_DENIED, "no");
}

static void failed_work_is_rolled_back(void **state)
{
	struct newstore *place = *state;

	assert_int_equal(store_transaction(place->store, fail_after_writing, place, &place->err), E_DENIED);
	assert_meta(place, NULL);
	assert_int_equal(store_begin(place->store, &place->err), OK);
}

static void a_process_killed_before_its_commit_changed_nothing(void **state)
{
	struct newstore *place = *state;
	pid_t child;
	int ended;

	store_close(place->store);
	child = fork();
	if (child == 0) {
		if (store_open(place->path, &place->store, NULL) == OK &&
			store_begin(place->store, NULL) == OK && set_meta(place, "red") == OK)
			raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_true(WIFSIGNALED(ended));
	assert_int_equal(store_open(place->path, &place->store, &place->err), OK);
	assert_meta(place, NULL);
}

static void a_full_disk_is_named_and_changes_nothing(void **state)
{
	struct newstore *place = *state;
	char *large = calloc(1, 1 << 20);

	assert_int_equal(set_meta(place, "red"), OK);
	newstore_number(place, "PRAGMA max_page_count = 1");
	assert_int_equal(store_begin(place->store, &place->err), OK);
	memset(large, 'x', (1 << 20) - 1);
	assert_int_equal(set_meta(place, large), E_IO);
	assert_contains(place->err.text, "disk is full");
	assert_contains(place->err.text, place->path);
	store_rollback(place->store);
	assert_meta(place, "red");
	free(large);
}

static void a_locked_store_says_who_is_to_be_waited_for(void **state)
{
	struct newstore *place = *state;
	struct store *other;

	assert_int_equal(store_open(place->path, &other, &place->err), OK);
	newstore_number(place, "PRAGMA busy_timeout = 0");
	assert_int_equal(store_begin(other, &place->err), OK);
	assert_int_equal(store_begin(place->store, &place->err), E_BUSY);
	assert_contains(place->err.text, "another dateline");
	store_rollback(other);
	assert_int_equal(store_begin(place->store, &place->err), OK);
	store_close(other);
}

static void a_reader_keeps_its_view_while_another_writes(void **state)
{
	struct newstore *place = *state;
	struct store *other;

	assert_int_equal(set_meta(place, "red"), OK);
	assert_int_equal(store_open(place->path, &other, &place->err), OK);
	assert_int_equal(store_begin_read(place->store, &place->err), OK);
	assert_meta(place, "red");
	assert_int_equal(store_set_meta(other, "colour", span_of("blue"), &place->err), OK);
	assert_meta(place, "red");
	assert_int_equal(store_commit(place->store, &place->err), OK);
	assert_meta(place, "blue");
	store_close(other);
}

static void a_statement_can_be_started_again_while_its_rows_are_read(void **state)
{
	static const char sql[] = "SELECT 1 UNION ALL SELECT 2";
	struct newstore *place = *state;
	struct sqlite_rows outer;
	int64_t sum = 0;

	sqlite_query(place->store, sql, SQLITE_NO_VALUES, &outer);
	while (sqlite_next(&outer)) {
		struct sqlite_rows inner;

		sqlite_query(place->store, sql, SQLITE_NO_VALUES, &inner);
		while (sqlite_next(&inner))
			sum += 10 * sqlite_get_int(&outer, 0) + sqlite_get_int(&inner, 0);
		assert_int_equal(sqlite_end(&inner, &place->err), OK);
	}
	assert_int_equal(sqlite_end(&outer, &place->err), OK);
	assert_int_equal(sum, 11 + 12 + 21 + 22);
}

static void a_statement_that_does_not_compile_fails_at_its_end(void **state)
{
	struct newstore *place = *state;
	struct sqlite_rows rows;

	sqlite_query(place->store, "SELECT nothing FROM nowhere", SQLITE_NO_VALUES, &rows);
	assert_false(sqlite_next(&rows));
	assert_int_equal(sqlite_end(&rows, &place->err), E_INTERNAL);
}

static void what_contradicts_a_constraint_is_a_conflict(void **state)
{
	struct newstore *place = *state;

	assert_int_equal(sqlite_run(place->store, "INSERT INTO meta (name, value) VALUES (NULL, NULL)",
				 SQLITE_NO_VALUES, &place->err),
		E_CONFLICT);
}

static void *own_it(void *context)
{
	struct newstore *place = context;

	store_own(place->store);
	return NULL;
}

/* The thread that owns it has ended, and nobody else may take its place. */
static void a_store_is_its_owners_alone(void **state)
{
	struct newstore *place = *state;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, own_it, place), 0);
	pthread_join(thread, NULL);
	assert_int_equal(store_set_meta(place->store, "a", SPAN("b"), &place->err), E_INTERNAL);
	assert_contains(place->err.text, "another thread's");
	assert_int_equal(store_begin(place->store, &place->err), E_INTERNAL);
	store_disown(place->store);
	store_own(place->store);
	assert_int_equal(store_set_meta(place->store, "a", SPAN("b"), &place->err), OK);
	store_disown(place->store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_store_can_be_read_by_its_owner_alone),
		TEST(a_store_is_not_made_over_another),
		TEST(a_store_that_is_not_there_is_not_made_by_opening_it),
		TEST(a_new_store_has_every_migration),
		TEST(every_sql_file_is_a_migration),
		TEST(a_commit_survives_a_power_cut),
		TEST(an_empty_file_left_by_a_killed_init_is_filled),
		TEST(a_newer_store_is_refused),
		TEST(another_programs_database_is_refused_and_left_alone),
		TEST(a_file_that_is_no_database_is_refused),
		TEST(a_damaged_page_is_found),
		TEST(a_value_is_kept_and_replaced),
		TEST(the_epoch_comes_back_as_it_was),
		TEST(a_rolled_back_transaction_leaves_nothing),
		TEST(a_second_transaction_inside_one_is_a_defect),
		TEST(failed_work_is_rolled_back),
		TEST(a_process_killed_before_its_commit_changed_nothing),
		TEST(a_full_disk_is_named_and_changes_nothing),
		TEST(a_locked_store_says_who_is_to_be_waited_for),
		TEST(a_reader_keeps_its_view_while_another_writes),
		TEST(a_statement_can_be_started_again_while_its_rows_are_read),
		TEST(a_statement_that_does_not_compile_fails_at_its_end),
		TEST(what_contradicts_a_constraint_is_a_conflict),
		TEST(a_store_is_its_owners_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
