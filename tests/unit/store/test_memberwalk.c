/*
 * Walking a list's members: their order, and what is told of each.
 */
#include "store/memberwalk.h"

#include "app/listpeople.h"
#include "app/suppressions.h"
#include "store/deliveries.h"
#include "store/lists.h"
#include "support/newdispatch.h"
#include "support/newlist.h"
#include "support/test.h"

/* Cy was known before the others; Ana is about to get the release "fund". Its dispatch's number. */
static int64_t set_up_lists(struct newstore *place)
{
	int64_t dispatch = newdispatch_add(place, "fund");

	newlist_import(place, "mena", "address,name\ncy@radio.example,Cy\n");
	newlist_import(place, "europe",
		"address,name,beat\nana@paper.example,Ana,sport\nbo@wire.example,Bo,\n"
		"cy@radio.example,Cy,\n");
	newdispatch_queue_member(place, dispatch, "europe", "ana@paper.example");
	return dispatch;
}

static int64_t id_of(struct newstore *place, const char *name)
{
	struct medialist list;
	int64_t id;

	assert_int_equal(store_find_list(place->store, name, &list, &place->err), OK);
	id = list.id;
	medialist_clear(&list);
	return id;
}

/* "cy ana+beat bo!suppressed ": who is met, in which order. */
static void walk(
	struct newstore *place, const char *list, const struct memberwalk_options *options, struct str *out)
{
	struct memberwalk walk;

	str_empty(out);
	memberwalk_begin(place->store, id_of(place, list), options, &walk);
	while (memberwalk_next(&walk))
		str_addf(out, "%.*s%s%s%s ", (int)strcspn(walk.member.address, "@"), walk.member.address,
			walk.member.attributes.count ? "+beat" : "", walk.is_suppressed ? "!suppressed" : "",
			walk.has_release ? "!has" : "");
	assert_int_equal(memberwalk_end(&walk, &place->err), OK);
}

static bool ana_has(struct newstore *place, const char *release)
{
	const struct memberwalk_options options = {.release = release};
	struct str met;
	bool has;

	str_init(&met, STR_MAX_SMALL);
	walk(place, "europe", &options, &met);
	has = strstr(met.ptr, "ana+beat!has ") != NULL;
	str_clear(&met);
	return has;
}

static void members_come_by_subscriber_id_with_all_that_decides(void **state)
{
	const struct memberwalk_options all = {.release = "fund"};
	const struct memberwalk_options short_ones = {.no_attributes = true};
	struct newstore *place = *state;
	struct str met;

	str_init(&met, STR_MAX_SMALL);
	set_up_lists(place);
	assert_int_equal(suppressions_add(place->store, "bo@wire.example", "", "mroy", &place->err), OK);
	walk(place, "europe", &all, &met);
	assert_string_equal(met.ptr, "cy ana+beat!has bo!suppressed ");
	walk(place, "europe", &short_ones, &met);
	assert_string_equal(met.ptr, "cy ana bo!suppressed ");
	str_clear(&met);
}

static void those_who_left_are_met_too(void **state)
{
	const struct memberwalk_options options = {0};
	struct newstore *place = *state;
	struct memberwalk walk;
	int states = 0;

	set_up_lists(place);
	assert_int_equal(
		listpeople_remove(place->store, "europe", "bo@wire.example", "mroy", &place->err), OK);
	newlist_unsubscribe(place, "europe", "cy@radio.example");
	memberwalk_begin(place->store, id_of(place, "europe"), &options, &walk);
	while (memberwalk_next(&walk))
		states |= 1 << walk.member.state;
	assert_int_equal(memberwalk_end(&walk, &place->err), OK);
	assert_int_equal(states, 1 << MEMBER_ACTIVE | 1 << MEMBER_REMOVED | 1 << MEMBER_UNSUBSCRIBED);
}

static void walks_may_go_side_by_side(void **state)
{
	const struct memberwalk_options options = {0};
	struct newstore *place = *state;
	struct memberwalk one;
	struct memberwalk other;

	set_up_lists(place);
	memberwalk_begin(place->store, id_of(place, "europe"), &options, &one);
	memberwalk_begin(place->store, id_of(place, "mena"), &options, &other);
	assert_true(memberwalk_next(&one));
	assert_true(memberwalk_next(&other));
	assert_int_equal(one.member.subscriber_id, other.member.subscriber_id);
	assert_false(memberwalk_next(&other));
	assert_true(memberwalk_next(&one));
	assert_string_equal(one.member.address, "ana@paper.example");
	assert_int_equal(memberwalk_end(&other, &place->err), OK);
	assert_int_equal(memberwalk_end(&one, &place->err), OK);
}

static void damaged_attributes_end_the_walk_and_are_told(void **state)
{
	const struct memberwalk_options options = {0};
	struct newstore *place = *state;
	struct memberwalk walk;

	set_up_lists(place);
	assert_int_equal(
		sqlite_script(place->store,
			SPAN("UPDATE membership SET attributes = '{' WHERE attributes <> '{}'"), &place->err),
		OK);
	memberwalk_begin(place->store, id_of(place, "europe"), &options, &walk);
	while (memberwalk_next(&walk))
		assert_string_not_equal(walk.member.address, "ana@paper.example");
	assert_int_equal(memberwalk_end(&walk, &place->err), E_IO);
	assert_contains(place->err.text, "are damaged: restore a backup");
}

struct state_case {
	enum delivery_state state;
	bool has;
};

/* Ana's delivery, in one state after the other. */
static void assert_has_by_state(
	struct newstore *place, int64_t dispatch, const struct state_case *cases, size_t count)
{
	enum delivery_state now = DELIVERY_QUEUED;

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(
			store_set_delivery_state(place->store, dispatch, 1, now, cases[i].state, &place->err),
			OK);
		now = cases[i].state;
		if (ana_has(place, "fund") != cases[i].has)
			fail_msg("%s", delivery_state_name(now));
	}
}

static void who_has_a_release_is_told_by_the_state_of_their_delivery(void **state)
{
	static const struct state_case cases[] = {
		{DELIVERY_QUEUED, true},
		{DELIVERY_CLAIMED, true},
		{DELIVERY_ACCEPTED, true},
		{DELIVERY_DEFERRED, true},
		{DELIVERY_UNKNOWN, true},
		{DELIVERY_BOUNCED, true},
		{DELIVERY_FAILED, false},
		{DELIVERY_SUPPRESSED, false},
		{DELIVERY_CANCELLED, false},
		{DELIVERY_EXPIRED, false},
	};

	assert_has_by_state(*state, set_up_lists(*state), cases, sizeof(cases) / sizeof(cases[0]));
}

/* Cancelling takes a while: none of them will get it, but for what is in flight. */
static void nobody_is_about_to_get_what_was_cancelled(void **state)
{
	static const struct state_case cases[] = {
		{DELIVERY_QUEUED, false},
		{DELIVERY_DEFERRED, false},
		{DELIVERY_CLAIMED, true},
		{DELIVERY_UNKNOWN, true},
		{DELIVERY_ACCEPTED, true},
	};
	int64_t dispatch = set_up_lists(*state);

	newdispatch_set_state(*state, dispatch, DISPATCH_CANCELLED, "");
	assert_has_by_state(*state, dispatch, cases, sizeof(cases) / sizeof(cases[0]));
}

static void another_release_is_not_this_one(void **state)
{
	struct newstore *place = *state;

	set_up_lists(place);
	assert_false(ana_has(place, "boats"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(members_come_by_subscriber_id_with_all_that_decides),
		TEST(those_who_left_are_met_too),
		TEST(walks_may_go_side_by_side),
		TEST(damaged_attributes_end_the_walk_and_are_told),
		TEST(who_has_a_release_is_told_by_the_state_of_their_delivery),
		TEST(nobody_is_about_to_get_what_was_cancelled),
		TEST(another_release_is_not_this_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
