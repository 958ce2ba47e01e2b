/*
 * Walking over those that may be claimed.
 */
#include "store/claiming.h"

#include "store/deliveries.h"
#include "store/sqlite.h"
#include "support/newdispatch.h"
#include "support/test.h"

#include <sqlite3.h>

#define NOW NEWDISPATCH_AT_MS

/* What a scan meets, up to `most`. */
struct met {
	struct str text;
	int most;
};

static bool meet(void *context, const struct store_cursor *at, const char *domain)
{
	struct met *met = context;

	str_addf(&met->text, "%d %s, ", (int)at->position, domain);
	return --met->most > 0;
}

typedef enum status scan_fn(struct store *store, int64_t dispatch, const struct store_cursor *after,
	store_open_fn *fn, void *context, struct err *err);

static void assert_met(struct newstore *place, scan_fn *scan, int64_t dispatch, struct store_cursor after,
	int most, const char *wanted)
{
	struct met met = {.most = most};

	str_init(&met.text, STR_MAX_SMALL);
	assert_int_equal(scan(place->store, dispatch, &after, meet, &met, &place->err), OK);
	assert_string_equal(met.text.ptr, wanted);
	str_clear(&met.text);
}

/* Six, of which the second and fifth are deferred, the third is accepted; and another dispatch's. */
static int64_t some_open(struct newstore *place)
{
	int64_t dispatch = newdispatch_add(place, "fund");
	struct attempt attempt;

	for (int i = 1; i <= 6; i++) {
		char address[32];

		snprintf(address, sizeof(address), "a@d%d.example", i);
		newdispatch_queue(place, dispatch, address);
	}
	newdispatch_settle(place, dispatch, 2, DELIVERY_DEFERRED, 451, "later");
	newdispatch_settle(place, dispatch, 3, DELIVERY_ACCEPTED, 250, "ok");
	attempt = newdispatch_attempt(dispatch, 5, 1, DELIVERY_DEFERRED, 451, "later");
	assert_int_equal(
		store_settle(place->store, &attempt, DELIVERY_DEFERRED, NOW + 59999, &place->err), OK);
	newdispatch_queue(place, newdispatch_add(place, "boats"), "b@d9.example");
	return dispatch;
}

static void queued_ones_are_met_by_position_from_a_cursor_on(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = some_open(place);

	assert_met(place, store_scan_queued, dispatch, (struct store_cursor){0, 0}, 9,
		"1 d1.example, 4 d4.example, 6 d6.example, ");
	assert_met(place, store_scan_queued, dispatch, (struct store_cursor){0, 1}, 1, "4 d4.example, ");
	assert_met(place, store_scan_queued, dispatch, (struct store_cursor){0, 6}, 9, "");
}

static void deferred_ones_are_met_by_their_next_try_from_a_cursor_on(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = some_open(place);

	assert_met(place, store_scan_deferred, dispatch, (struct store_cursor){0, 0}, 9,
		"5 d5.example, 2 d2.example, ");
	assert_met(place, store_scan_deferred, dispatch, (struct store_cursor){NOW + 59999, 5}, 9,
		"2 d2.example, ");
	assert_met(place, store_scan_deferred, dispatch, (struct store_cursor){NOW + 60000, 1}, 9,
		"2 d2.example, ");
	assert_met(place, store_scan_deferred, dispatch, (struct store_cursor){NOW + 60000, 2}, 9, "");
}

static void those_behind_both_cursors_are_counted(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = some_open(place);
	struct store_cursor queued = {0, 4};
	struct store_cursor deferred = {NOW + 60000, 1};
	int64_t count = 0;

	assert_int_equal(
		store_count_passed(place->store, dispatch, &queued, &deferred, &count, &place->err), OK);
	assert_int_equal(count, 3);
}

static void a_claim_takes_what_may_be_claimed_and_leaves_the_rest(void **state)
{
	static const int64_t positions[] = {6, 2, 3, 99, 1, 5};
	struct newstore *place = *state;
	int64_t dispatch = some_open(place);
	struct delivery claims[6];
	size_t count = 0;

	assert_int_equal(
		store_claim(place->store, dispatch, NOW + 59999, positions, 6, claims, &count, &place->err),
		OK);
	assert_int_equal(count, 3);
	assert_int_equal(claims[0].position, 6);
	assert_int_equal(claims[0].next_ms, 0);
	assert_int_equal(claims[1].position, 1);
	assert_int_equal(claims[2].position, 5);
	assert_int_equal(claims[2].next_ms, NOW + 59999);
	assert_int_equal(newdispatch_state_of(place, dispatch, 2), DELIVERY_DEFERRED);
	for (size_t i = 0; i < count; i++)
		delivery_clear(&claims[i]);
}

static void the_version_tells_of_other_peoples_changes_alone(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = some_open(place);
	struct store *other = NULL;
	int64_t before = 0;
	int64_t after = 0;

	assert_int_equal(store_get_version(place->store, &before, &place->err), OK);
	newdispatch_settle(place, dispatch, 1, DELIVERY_UNKNOWN, 0, "lost");
	assert_int_equal(store_get_version(place->store, &after, &place->err), OK);
	assert_int_equal(after, before);
	assert_int_equal(store_open(place->path, &other, &place->err), OK);
	assert_int_equal(store_requeue_unknown(other, dispatch, 1, true, &place->err), OK);
	assert_int_equal(store_get_version(place->store, &after, &place->err), OK);
	assert_int_not_equal(after, before);
	store_close(other);
}

/* How SQLite would run each statement that the store has compiled and that walks the open ones. */
static size_t add_plans(struct newstore *place, struct str *out)
{
	size_t count = 0;

	for (sqlite3_stmt *statement = sqlite3_next_stmt(place->store->db, NULL); statement;
		statement = sqlite3_next_stmt(place->store->db, statement)) {
		const char *sql = sqlite3_sql(statement);
		sqlite3_stmt *plan = NULL;
		char *explain;

		if (!strstr(sql, "FROM delivery") || !strstr(sql, "ORDER BY") || strstr(sql, "EXPLAIN"))
			continue;
		explain = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
		assert_int_equal(sqlite3_prepare_v2(place->store->db, explain, -1, &plan, NULL), SQLITE_OK);
		while (sqlite3_step(plan) == SQLITE_ROW)
			str_addf(out, "%s\n", (const char *)sqlite3_column_text(plan, 3));
		sqlite3_finalize(plan);
		sqlite3_free(explain);
		count++;
	}
	return count;
}

static void a_scan_neither_sorts_nor_walks_from_the_start(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = some_open(place);
	struct str plans;

	assert_met(place, store_scan_queued, dispatch, (struct store_cursor){0, 6}, 9, "");
	assert_met(place, store_scan_deferred, dispatch, (struct store_cursor){NOW + 60000, 2}, 9, "");
	str_init(&plans, STR_MAX_SMALL);
	assert_int_equal(add_plans(place, &plans), 2);
	assert_contains(plans.ptr, "USING INDEX delivery_open (dispatch=? AND state=? AND next_ms=? AND "
				   "position>?)\n");
	assert_contains(plans.ptr, "USING INDEX delivery_open (dispatch=? AND state=? AND "
				   "(next_ms,position)>(?,?))\n");
	assert_null(strstr(plans.ptr, "SCAN"));
	assert_null(strstr(plans.ptr, "TEMP B-TREE"));
	str_clear(&plans);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(queued_ones_are_met_by_position_from_a_cursor_on),
		TEST(deferred_ones_are_met_by_their_next_try_from_a_cursor_on),
		TEST(those_behind_both_cursors_are_counted),
		TEST(a_claim_takes_what_may_be_claimed_and_leaves_the_rest),
		TEST(the_version_tells_of_other_peoples_changes_alone),
		TEST(a_scan_neither_sorts_nor_walks_from_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
