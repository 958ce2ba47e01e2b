/*
 * Deliveries gathered aside and merged at once.
 */
#include "store/frozen.h"

#include "store/dispatches.h"
#include "store/sqlite.h"
#include "support/newdispatch.h"
#include "support/newlist.h"
#include "support/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void gather(struct newstore *place, const int *positions, size_t count)
{
	assert_int_equal(frozen_begin(place->store, &place->err), OK);
	for (size_t i = 0; i < count; i++) {
		char none[] = "";
		char address[] = "a@paper.example";
		char domain[] = "paper.example";
		struct delivery delivery = {
			.position = positions[i], .also = none, .address = address, .domain = domain};

		*address = (char)('a' + positions[i]);
		str_init(&delivery.slots, STR_MAX_SMALL);
		str_addf(&delivery.slots, "slots of %d", positions[i]);
		assert_int_equal(frozen_add(place->store, &delivery, &place->err), OK);
		str_clear(&delivery.slots);
	}
}

static void deliveries_gathered_in_any_order_lie_at_their_positions(void **state)
{
	static const int positions[] = {3, 1, 4, 2};
	struct newstore *place = *state;
	int64_t dispatch = newdispatch_add(place, "fund");

	gather(place, positions, 4);
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM delivery"), 0);
	assert_int_equal(frozen_end(place->store, &place->err), OK);
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM delivery"), 0);
	assert_int_equal(frozen_merge(place->store, dispatch, &place->err), OK);
	frozen_clear(place->store);
	assert_int_equal(
		newstore_number(place, "SELECT count(*) FROM delivery WHERE dispatch = 1 AND state = 0 "
				       "AND tries = 0 AND unicode(address) = 97 + position "
				       "AND slots = CAST('slots of ' || position AS BLOB)"),
		4);
}

static void two_at_one_position_are_refused(void **state)
{
	static const int positions[] = {2, 1, 2};
	struct newstore *place = *state;

	gather(place, positions, 3);
	assert_int_equal(frozen_end(place->store, &place->err), E_CONFLICT);
	frozen_clear(place->store);
}

static void those_left_out_are_counted_by_reason(void **state)
{
	static const struct leftout leftouts[] = {
		{1, 1, LEFTOUT_SUPPRESSED}, {1, 2, LEFTOUT_SUPPRESSED}, {2, 1, LEFTOUT_HAVE_IT}};
	struct newstore *place = *state;
	int64_t dispatch = newdispatch_add(place, "fund");
	int64_t counts[LEFTOUT_REASON_COUNT];

	gather(place, NULL, 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(frozen_add_leftout(place->store, &leftouts[i], &place->err), OK);
	assert_int_equal(frozen_end(place->store, &place->err), OK);
	assert_int_equal(frozen_merge(place->store, dispatch, &place->err), OK);
	frozen_clear(place->store);
	assert_int_equal(store_count_leftouts(place->store, dispatch, counts, &place->err), OK);
	assert_int_equal(counts[LEFTOUT_SUPPRESSED], 2);
	assert_int_equal(counts[LEFTOUT_HAVE_IT], 1);
	assert_int_equal(counts[LEFTOUT_TWICE], 0);
}

static bool is_outdated(struct newstore *place, const struct frozen_basis *basis)
{
	bool is_true = false;

	assert_int_equal(frozen_is_outdated(place->store, basis, &is_true, &place->err), OK);
	return is_true;
}

static void a_new_dispatch_or_a_changed_list_outdates_what_was_gathered(void **state)
{
	struct newstore *place = *state;
	struct frozen_basis basis;
	int64_t dispatch = newdispatch_add(place, "fund");

	newdispatch_queue(place, dispatch, "a@paper.example");
	assert_int_equal(frozen_look(place->store, &basis, &place->err), OK);
	newdispatch_settle(place, dispatch, 1, DELIVERY_ACCEPTED, 250, "ok");
	assert_false(is_outdated(place, &basis));
	newdispatch_add(place, "boats");
	assert_true(is_outdated(place, &basis));
	assert_int_equal(frozen_look(place->store, &basis, &place->err), OK);
	newlist_import(place, "europe", "address\nana@paper.example\n");
	assert_true(is_outdated(place, &basis));
}

static void afterwards_the_store_looks_at_what_rows_refer_to_again(void **state)
{
	struct newstore *place = *state;

	gather(place, NULL, 0);
	frozen_clear(place->store);
	assert_int_equal(newstore_number(place, "PRAGMA foreign_keys"), 1);
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM sqlite_temp_master"), 0);
}

/* What is left of a process that is killed while it gathers: nothing, neither in the store nor beside it. */
static void a_killed_process_leaves_nothing(void **state)
{
	static const int positions[] = {2, 1};
	struct newstore *place = *state;
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct store *store;

		if (store_open(place->path, &store, &place->err) != OK)
			_exit(1);
		place->store = store;
		gather(place, positions, 2);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM delivery"), 0);
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM dispatch"), 0);
	assert_int_equal(store_check(place->store, &place->err), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(deliveries_gathered_in_any_order_lie_at_their_positions),
		TEST(two_at_one_position_are_refused),
		TEST(those_left_out_are_counted_by_reason),
		TEST(a_new_dispatch_or_a_changed_list_outdates_what_was_gathered),
		TEST(afterwards_the_store_looks_at_what_rows_refer_to_again),
		TEST(a_killed_process_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
