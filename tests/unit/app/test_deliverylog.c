/*
 * The log asked for in the words that people type.
 */
#include "app/deliverylog.h"

#include "support/newdispatch.h"
#include "support/newlist.h"
#include "support/newsroomcase.h"
#include "support/test.h"

static int set_up(void **state)
{
	struct newsroomcase *room;
	int64_t first;
	int64_t second;

	if (newsroomcase_set_up(state) != 0)
		return -1;
	room = *state;
	newlist_import(&room->place, "europe",
		"address\nana@paper.example\nbo@B\xc3\xbc"
		"cher.example\n");
	first = newdispatch_add(&room->place, "fund");
	second = newdispatch_add(&room->place, "boats");
	newdispatch_queue_member(&room->place, first, "europe", "ana@paper.example");
	newdispatch_queue_member(&room->place, second, "europe", "ana@paper.example");
	newdispatch_queue(&room->place, second, "bo@xn--bcher-kva.example");
	newdispatch_settle(&room->place, first, 1, DELIVERY_ACCEPTED, 250, "ok");
	newdispatch_settle(&room->place, second, 1, DELIVERY_FAILED, 550, "no");
	return 0;
}

static enum status note_line(void *context, const struct delivery_line *line, struct err *err)
{
	(void)err;
	str_addf(context, "%d/%d ", (int)line->delivery->dispatch, (int)line->delivery->position);
	return OK;
}

static void assert_lines(struct newsroomcase *room, struct deliverylog_words words, const char *wanted)
{
	struct deliverylog_query query;
	struct str got;

	str_init(&got, STR_MAX_SMALL);
	if (deliverylog_init(room->newsroom, &words, &query, &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
	assert_int_equal(deliverylog_each(room->newsroom, &query, note_line, &got, &room->place.err), OK);
	assert_string_equal(got.ptr, wanted);
	deliverylog_clear(&query);
	str_clear(&got);
}

static void assert_refused(
	struct newsroomcase *room, struct deliverylog_words words, enum status status, const char *said)
{
	struct deliverylog_query query;

	assert_int_equal(deliverylog_init(room->newsroom, &words, &query, &room->place.err), status);
	assert_contains(room->place.err.text, said);
	deliverylog_clear(&query);
}

static void without_a_word_it_is_the_newest_dispatch(void **state)
{
	assert_lines(*state, (struct deliverylog_words){0}, "2/1 2/2 ");
}

static void a_person_is_looked_for_in_all_dispatches(void **state)
{
	assert_lines(*state, (struct deliverylog_words){.address = "ANA@Paper.example"}, "1/1 2/1 ");
	assert_lines(
		*state, (struct deliverylog_words){.address = "ana@paper.example", .dispatch = 1}, "1/1 ");
}

static void states_are_words_joined_by_commas(void **state)
{
	assert_lines(*state, (struct deliverylog_words){.states = "failed, queued"}, "2/1 2/2 ");
	assert_lines(*state, (struct deliverylog_words){.states = "queued"}, "2/2 ");
	assert_refused(*state, (struct deliverylog_words){.states = "failed,lost"}, E_SYNTAX,
		"there is no state \"lost\"");
}

static void a_domain_may_be_typed_as_people_write_it(void **state)
{
	assert_lines(*state,
		(struct deliverylog_words){.domain = "B\xc3\xbc"
						     "cher.example"},
		"2/2 ");
	assert_lines(*state, (struct deliverylog_words){.domain = "@paper.example"}, "2/1 ");
	assert_refused(*state, (struct deliverylog_words){.domain = "pa per"}, E_SYNTAX, "is no domain");
}

static void a_list_must_be_one(void **state)
{
	assert_lines(*state, (struct deliverylog_words){.list = "europe"}, "2/1 ");
	assert_refused(
		*state, (struct deliverylog_words){.list = "eurpoe"}, E_NOTFOUND, "did you mean \"europe\"?");
}

static void since_is_an_instant_or_so_long_ago(void **state)
{
	struct newsroomcase *room = *state;

	room->now_ms = NEWDISPATCH_AT_MS + INT64_C(7200000);
	assert_lines(room, (struct deliverylog_words){.since = "2h"}, "2/1 ");
	assert_lines(room, (struct deliverylog_words){.since = "1h"}, "");
	assert_lines(room, (struct deliverylog_words){.since = "2026-11-10 10:00"}, "2/1 ");
	assert_lines(room, (struct deliverylog_words){.since = "2026-11-10 10:01"}, "");
	assert_refused(room, (struct deliverylog_words){.since = "yesterday"}, E_SYNTAX,
		"\"yesterday\" is no time and no duration: write it as \"2026-11-11 10:00\", or \"2h\"");
	assert_refused(room, (struct deliverylog_words){.since = "48"}, E_SYNTAX, "48");
	assert_refused(room, (struct deliverylog_words){.since = "2026-02-30 10:00"}, E_RANGE,
		"there is no date \"2026-02-30\"");
}

static void an_address_must_be_one(void **state)
{
	assert_refused(*state, (struct deliverylog_words){.address = "ana"}, E_SYNTAX, "ana");
}

static void a_number_must_be_a_dispatchs(void **state)
{
	assert_refused(*state, (struct deliverylog_words){.dispatch = 7}, E_NOTFOUND, "no dispatch 7");
}

static void addresses_are_shown_with_the_domain_as_people_write_it(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	deliverylog_show_address("bo@xn--bcher-kva.example", &out);
	assert_string_equal(out.ptr, "bo@b\xc3\xbc"
				     "cher.example");
	str_empty(&out);
	deliverylog_show_address("no address", &out);
	assert_string_equal(out.ptr, "no address");
	str_clear(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_word_it_is_the_newest_dispatch),
		TEST(a_person_is_looked_for_in_all_dispatches),
		TEST(states_are_words_joined_by_commas),
		TEST(a_domain_may_be_typed_as_people_write_it),
		TEST(a_list_must_be_one),
		TEST(since_is_an_instant_or_so_long_ago),
		TEST(an_address_must_be_one),
		TEST(a_number_must_be_a_dispatchs),
		TEST(addresses_are_shown_with_the_domain_as_people_write_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
