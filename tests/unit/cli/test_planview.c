/*
 * A plan as people and programs see it.
 */
#include "cli/planview.h"

#include "app/suppressions.h"
#include "support/capture.h"
#include "support/newlist.h"
#include "support/newsroomcase.h"
#include "support/test.h"

#include <jansson.h>

/* A plan for europe and mena, looked at. */
struct viewcase {
	struct release_set *set;
	struct plan *plan;
	struct planview view;
	struct str text;
};

static void init(struct viewcase *c, void **state)
{
	struct newsroomcase *room = *state;

	newsroomcase_write_fund(room);
	newsroomcase_write_fund_fr(room);
	newlist_import(&room->place, "europe",
		"address,name,language\nana@paper.example,Ana Pérez,en\nbo@wire.example,Bo Li,fr\n"
		"de@wire.example,Dirk,de\n");
	newlist_import(&room->place, "mena",
		"address,name,language\nana@paper.example,Ana Pérez,en\nan@a.example,ana pérez,en\n"
		"no@a.example,,en\n");
	assert_int_equal(
		suppressions_add(room->place.store, "no@a.example", "", "mroy", &room->place.err), OK);
	c->set = newsroomcase_load(room);
	c->plan = newsroomcase_plan(room, c->set, "europe,mena");
	c->view = (struct planview){
		.plan = c->plan,
		.newsroom = room->newsroom,
		.number = 7,
		.kind = "public",
		.copies = 2,
		.warnings = 1,
		.first_fault = "fund.fr.md:14 photo without caption",
	};
	str_init(&c->text, STR_MAX_LARGE);
}

static void clear(struct viewcase *c)
{
	str_clear(&c->text);
	plan_free(c->plan);
	release_set_free(c->set);
}

static void a_plan_says_all_that_is_asked_about(void **state)
{
	struct viewcase c;

	init(&c, state);
	planview_format(&c.view, &c.text);
	assert_string_equal(c.text.ptr, "PLAN 7  public  \"Coastal towns agree joint rescue fund\"\n"
					"When      now, Tue 10 Nov 2026 10:00 Zurich\n"
					"From      Harbour Relief Press Office <press@harbour.example>\n"
					"Replies to amara.roy@harbour.example\n"
					"List    members  left out  goes to  en  fr\n"
					"europe        3         0        3   2   1\n"
					"mena          3         2        1   1   0\n"
					"TOTAL         6         2        4   3   1   + 2 copies\n"
					"Left out  1 twice, 1 suppressed\n"
					"Fallback  1 de>en\n"
					"Same name ana pérez, one message for each of their addresses\n"
					"Check     1 warning  fund.fr.md:14 photo without caption\n");
	clear(&c);
}

static void what_there_is_none_of_is_not_spoken_of(void **state)
{
	struct viewcase c;

	init(&c, state);
	plan_free(c.plan);
	c.plan = newsroomcase_plan(*state, c.set, "americas");
	c.view.plan = c.plan;
	c.view.copies = 0;
	c.view.warnings = 0;
	c.view.first_fault = NULL;
	planview_format(&c.view, &c.text);
	assert_null(strstr(c.text.ptr, "Left out"));
	assert_null(strstr(c.text.ptr, "Fallback"));
	assert_null(strstr(c.text.ptr, "Same name"));
	assert_null(strstr(c.text.ptr, "Check"));
	assert_null(strstr(c.text.ptr, "cop"));
	clear(&c);
}

static void lists_with_senders_of_their_own_are_named(void **state)
{
	struct newsroomcase *room = *state;
	struct viewcase c;

	newsroomcase_set_from(room, "mena", "Mena Desk <mena@harbour.example>");
	init(&c, state);
	planview_format(&c.view, &c.text);
	assert_contains(c.text.ptr, "          but mena: Mena Desk <mena@harbour.example>\n");
	clear(&c);
}

static void domains_that_no_key_signs_for_are_named(void **state)
{
	struct newsroomcase *room = *state;
	struct viewcase c;

	init(&c, state);
	assert_int_equal(unsigned_find(room->newsroom, c.plan, &c.view.not_signed, &room->place.err), OK);
	planview_format(&c.view, &c.text);
	assert_contains(c.text.ptr,
		"Unsigned  no DKIM key for harbour.example, make one with \"dateline key new\"\n");
	unsigned_clear(&c.view.not_signed);
	clear(&c);
}

static void programs_get_one_line_with_stable_names(void **state)
{
	struct viewcase c;
	json_t *line;

	init(&c, state);
	capture_begin();
	planview_print_json(&c.view);
	capture_end(&c.text);
	line = json_loads(c.text.ptr, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(line);
	assert_string_equal(json_string_value(json_object_get(line, "event")), "plan");
	assert_int_equal(json_integer_value(json_object_get(line, "dispatch")), 7);
	assert_int_equal(json_integer_value(json_object_get(line, "recipients")), 4);
	assert_int_equal(json_integer_value(json_object_get(line, "copies")), 2);
	assert_int_equal(json_array_size(json_object_get(line, "lists")), 2);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(line, "left_out"), "suppressed")), 1);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(line, "fallbacks"), "de")), 1);
	json_decref(line);
	clear(&c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newsroomcase_set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plan_says_all_that_is_asked_about),
		TEST(what_there_is_none_of_is_not_spoken_of),
		TEST(lists_with_senders_of_their_own_are_named),
		TEST(domains_that_no_key_signs_for_are_named),
		TEST(programs_get_one_line_with_stable_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
