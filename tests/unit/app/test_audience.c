/*
 * Who comes by, in which order, with which lists.
 */
#include "app/audience.h"

#include "support/newlist.h"
#include "support/newsroomcase.h"
#include "support/test.h"

/* Cy is known first; Ana is on both lists. */
static int set_up(void **state)
{
	struct newsroomcase *room;

	if (newsroomcase_set_up(state) != 0)
		return -1;
	room = *state;
	newsroomcase_write_fund(room);
	newlist_import(&room->place, "mena", "address,language\ncy@radio.example,ar\n");
	newlist_import(&room->place, "europe", "address,beat\nana@paper.example,sport\nbo@wire.example,\n");
	newlist_import(&room->place, "mena", "address\nana@paper.example\n");
	return 0;
}

/* "cy:mena ana:europe+mena ": everybody who gets it; "-" for who doesn't, with the lists that say no. */
static void walk(
	struct newsroomcase *room, const char *lists, const struct audience_options *options, struct str *out)
{
	struct release_set *set = newsroomcase_load(room);
	struct plan *plan = newsroomcase_plan(room, set, lists);
	struct audience *audience;
	struct audience_person person;

	assert_int_equal(store_begin_read(room->place.store, &room->place.err), OK);
	assert_int_equal(audience_begin(room->newsroom, plan, options, &audience, &room->place.err), OK);
	while (audience_next(audience, &person)) {
		if (person.member)
			str_addf(out, "%.*s:%s", (int)strcspn(person.member->address, "@"),
				person.member->address, plan->lists[person.list].list.name);
		else
			str_add_text(out, "-");
		for (size_t i = 0; i < plan->list_count; i++)
			str_addf(out, "%s%s", person.also >> i & 1 ? "+" : "",
				person.also >> i & 1 ? plan->lists[i].list.name : "");
		for (size_t i = 0; i < person.left_out_count; i++)
			str_addf(out, "!%s", leftout_reason_name(person.left_out[i].reason));
		if (person.member && person.member->attributes.count)
			str_add_text(out, "=");
		str_add_text(out, " ");
	}
	assert_int_equal(audience_end(audience, &room->place.err), OK);
	store_rollback(room->place.store);
	plan_free(plan);
	release_set_free(set);
}

static void each_person_comes_once_with_all_their_lists(void **state)
{
	const struct audience_options options = {.no_attributes = true};
	struct str met;

	str_init(&met, STR_MAX_SMALL);
	walk(*state, "europe,mena", &options, &met);
	assert_string_equal(met.ptr, "cy:mena ana:europe+mena!twice bo:europe ");
	str_empty(&met);
	walk(*state, "mena,europe", &options, &met);
	assert_string_equal(met.ptr, "cy:mena ana:mena+europe!twice bo:europe ");
	str_clear(&met);
}

static void attributes_come_unless_nobody_asks_for_them(void **state)
{
	const struct audience_options options = {0};
	struct str met;

	str_init(&met, STR_MAX_SMALL);
	walk(*state, "europe", &options, &met);
	assert_string_equal(met.ptr, "ana:europe= bo:europe ");
	str_clear(&met);
}

static void whom_all_lists_leave_out_comes_without_a_member(void **state)
{
	const struct audience_options options = {.no_attributes = true};
	struct newsroomcase *room = *state;
	struct str met;

	newlist_unsubscribe(&room->place, "europe", "bo@wire.example");
	newlist_unsubscribe(&room->place, "europe", "ana@paper.example");
	str_init(&met, STR_MAX_SMALL);
	walk(room, "europe,mena", &options, &met);
	assert_string_equal(met.ptr, "cy:mena ana:mena!unsubscribed -!unsubscribed ");
	str_clear(&met);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_person_comes_once_with_all_their_lists),
		TEST(attributes_come_unless_nobody_asks_for_them),
		TEST(whom_all_lists_leave_out_comes_without_a_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
