/*
 * A store of a test's own.
 */
#include "support/newstore.h"

#include "base/file.h"
#include "base/mem.h"
#include "store/sqlite.h"
#include "support/test.h"

int newstore_set_up(void **state)
{
	struct newstore *place = mem_alloc(sizeof(*place));

	place->folder = test_folder_new();
	place->path = file_join(place->folder, "state/dateline.db");
	*state = place;
	if (store_create(place->path, &place->store, &place->err) == OK)
		return 0;
	fprintf(stderr, "%s\n", place->err.text);
	return -1;
}

int newstore_tear_down(void **state)
{
	struct newstore *place = *state;

	store_close(place->store);
	test_folder_remove(place->folder);
	free(place->path);
	free(place);
	return 0;
}

int64_t newstore_number(struct newstore *place, const char *sql)
{
	int64_t number = -1;

	assert_int_equal(sqlite_one_int(place->store, sql, SQLITE_NO_VALUES, &number, &place->err), OK);
	return number;
}
