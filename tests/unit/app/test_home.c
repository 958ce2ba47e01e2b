/*
 * A copy of a newsroom's state doesn't go on sending by itself; the state at home does.
 */
#include "app/home.h"

#include "base/file.h"
#include "store/dispatches.h"
#include "support/newdispatch.h"
#include "support/test.h"

#include <stdio.h>

static void check(struct newstore *place)
{
	if (home_check(place->store, &place->err) != OK)
		fail_msg("%s", place->err.text);
}

/* The same bytes in another file, as a copy or a restored backup has them. */
static void move_elsewhere(struct newstore *place)
{
	char *copy = file_join(place->folder, "copy");
	struct str bytes;

	store_close(place->store);
	str_init(&bytes, STR_MAX_LARGE);
	assert_int_equal(file_load(place->path, &bytes, &place->err), OK);
	assert_int_equal(file_save(copy, str_span(&bytes), 0600, &place->err), OK);
	assert_int_equal(rename(copy, place->path), 0);
	assert_int_equal(store_open(place->path, &place->store, &place->err), OK);
	str_clear(&bytes);
	free(copy);
}

static void at_home_everything_goes_on(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = newdispatch_add(place, "fund");

	check(place);
	check(place);
	assert_int_equal(newdispatch_state(place, dispatch), DISPATCH_SENDING);
}

static void a_copy_holds_what_would_go_on(void **state)
{
	static const struct {
		enum dispatch_state before, after;
	} cases[] = {
		{DISPATCH_SENDING, DISPATCH_HELD},
		{DISPATCH_SCHEDULED, DISPATCH_HELD},
		{DISPATCH_FINISHED, DISPATCH_FINISHED},
		{DISPATCH_CANCELLED, DISPATCH_CANCELLED},
	};
	struct newstore *place = *state;
	int64_t dispatches[4];

	check(place);
	for (size_t i = 0; i < 4; i++) {
		dispatches[i] = newdispatch_add(place, "fund");
		newdispatch_set_state(place, dispatches[i], cases[i].before, "");
	}
	move_elsewhere(place);
	check(place);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(newdispatch_state(place, dispatches[i]), cases[i].after);
}

static void the_hold_of_a_person_keeps_its_reason(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = newdispatch_add(place, "fund");
	struct dispatch found = {0};

	check(place);
	newdispatch_set_state(place, dispatch, DISPATCH_HELD, "by ana");
	move_elsewhere(place);
	check(place);
	assert_int_equal(store_find_dispatch(place->store, dispatch, &found, &place->err), OK);
	assert_string_equal(found.hold_reason, "by ana");
	dispatch_clear(&found);
}

static void a_copy_that_was_resumed_is_at_home(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = newdispatch_add(place, "fund");

	check(place);
	move_elsewhere(place);
	check(place);
	newdispatch_set_state(place, dispatch, DISPATCH_SENDING, "");
	check(place);
	assert_int_equal(newdispatch_state(place, dispatch), DISPATCH_SENDING);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(at_home_everything_goes_on),
		TEST(a_copy_holds_what_would_go_on),
		TEST(the_hold_of_a_person_keeps_its_reason),
		TEST(a_copy_that_was_resumed_is_at_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
