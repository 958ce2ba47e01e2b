/*
 * What a freeze keeps, that a failed one keeps nothing, and that a rehearsal is the freeze itself.
 */
#include "app/freeze.h"

#include "app/letterbox.h"
#include "app/listpeople.h"
#include "base/clock.h"
#include "store/deliveries.h"
#include "store/dispatches.h"
#include "store/sqlite.h"
#include "support/newdispatch.h"
#include "support/newlist.h"
#include "support/newsroomcase.h"
#include "support/test.h"

static int set_up(void **state)
{
	struct newsroomcase *room;

	if (newsroomcase_set_up(state) != 0)
		return -1;
	room = *state;
	newsroomcase_write_fund(room);
	newlist_import(&room->place, "europe",
		"address,name,language,outlet\nana@paper.example,Ana Pérez,en,El Puerto\n"
		"bo@wire.example,Bo Li,fr,Wire\n");
	newlist_import(&room->place, "mena",
		"address,name\nana@paper.example,Ana Pérez\ncy@B\xc3\xbc"
		"cher.example,Cy Gray\n");
	return 0;
}

static int64_t count(struct newsroomcase *room, const char *sql)
{
	return newstore_number(&room->place, sql);
}

/* Plan for lists, and freeze. *id is the dispatch's number. */
static enum status freeze(struct newsroomcase *room, const char *lists, int64_t *id)
{
	struct release_set *set = newsroomcase_load(room);
	struct plan *plan = newsroomcase_plan(room, set, lists);
	enum status status = freeze_plan(room->newsroom, plan, id, &room->place.err);

	plan_free(plan);
	release_set_free(set);
	return status;
}

/* Two people at two prompts: the second one's plan was made before the first one's freeze. */
static void a_plan_that_somebody_else_has_carried_out_meanwhile_is_refused(void **state)
{
	struct newsroomcase *room = *state;
	struct release_set *set = newsroomcase_load(room);
	struct plan *first = newsroomcase_plan(room, set, "europe");
	struct plan *second = newsroomcase_plan(room, set, "europe");
	int64_t id = 0;
	int64_t deliveries;

	assert_int_equal(freeze_plan(room->newsroom, first, &id, &room->place.err), OK);
	deliveries = count(room, "SELECT count(*) FROM delivery");
	assert_int_equal(freeze_plan(room->newsroom, second, &id, &room->place.err), E_CONFLICT);
	assert_contains(room->place.err.text, "meanwhile");
	assert_int_equal(count(room, "SELECT count(*) FROM delivery"), deliveries);
	assert_int_equal(count(room, "SELECT count(*) FROM dispatch"), 1);
	plan_free(first);
	plan_free(second);
	release_set_free(set);
}

static int64_t must_freeze(struct newsroomcase *room, const char *lists)
{
	int64_t id = 0;

	if (freeze(room, lists, &id) != OK)
		fail_msg("%s", room->place.err.text);
	return id;
}

/* Every message, "ADDRESS\nbytes" each, one after the other. */
static enum status add_message(
	void *context, const struct delivery *delivery, struct span message, struct err *err)
{
	(void)err;
	str_addf(context, "== %d %s\n", (int)delivery->position, delivery->address);
	str_add(context, message);
	return OK;
}

static void rehearse(struct newsroomcase *room, const char *lists, struct str *out)
{
	struct release_set *set = newsroomcase_load(room);
	struct plan *plan = newsroomcase_plan(room, set, lists);

	if (freeze_rehearse(room->newsroom, plan, add_message, out, &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
	plan_free(plan);
	release_set_free(set);
}

struct building {
	struct letterbox *letterbox;
	struct str *out;
};

static enum status build(void *context, const struct delivery *delivery, struct err *err)
{
	struct building *building = context;
	struct str message;
	enum status status;

	str_init(&message, STR_MAX_LARGE);
	status = letterbox_build(building->letterbox, delivery, &message, err);
	if (status == OK)
		status = add_message(building->out, delivery, str_span(&message), err);
	str_clear(&message);
	return status;
}

/* What would go out now of everything that is queued. */
static void build_all(struct newsroomcase *room, struct str *out)
{
	struct building building = {.out = out};

	assert_int_equal(letterbox_new(room->newsroom, &building.letterbox, &room->place.err), OK);
	if (store_each_delivery(room->place.store, DELIVERY_QUEUED, build, &building, &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
	letterbox_free(building.letterbox);
}

static void every_recipient_is_queued_with_the_address_as_it_goes_on_the_wire(void **state)
{
	struct newsroomcase *room = *state;
	int64_t id = must_freeze(room, "europe,mena");

	assert_int_equal(id, 1);
	assert_int_equal(count(room, "SELECT count(*) FROM delivery WHERE dispatch = 1 AND state = 0"), 3);
	assert_int_equal(count(room, "SELECT count(DISTINCT position) FROM delivery WHERE position BETWEEN "
				     "1 AND 3"),
		3);
	assert_int_equal(
		count(room, "SELECT count(*) FROM delivery WHERE address = 'cy@xn--bcher-kva.example' AND "
			    "domain = 'xn--bcher-kva.example'"),
		1);
	assert_int_equal(count(room, "SELECT also = 'mena' FROM delivery WHERE address = "
				     "'ana@paper.example'"),
		1);
}

static void the_dispatch_says_what_was_asked_for_and_is_being_sent(void **state)
{
	struct newsroomcase *room = *state;
	struct dispatch dispatch = {0};
	int64_t id = must_freeze(room, "europe");

	assert_int_equal(store_find_dispatch(room->place.store, id, &dispatch, &room->place.err), OK);
	assert_int_equal(dispatch.kind, DISPATCH_PUBLIC);
	assert_int_equal(dispatch.state, DISPATCH_SENDING);
	assert_string_equal(dispatch.release, "fund");
	assert_string_equal(dispatch.lists, "europe");
	assert_string_equal(dispatch.title, "Coastal towns agree joint rescue fund");
	assert_int_equal(dispatch.date_ms, room->now_ms);
	assert_true(*dispatch.actor);
	dispatch_clear(&dispatch);
}

static void sources_and_those_left_out_are_kept(void **state)
{
	struct newsroomcase *room = *state;

	newsroomcase_write_fund_fr(room);
	must_freeze(room, "europe,mena");
	assert_int_equal(count(room, "SELECT count(*) FROM dispatch_source WHERE dispatch = 1"), 2);
	assert_int_equal(count(room, "SELECT count(*) FROM dispatch_source WHERE path = 'fund.fr.md' AND "
				     "instr(content, 'Douze villes') > 0"),
		1);
	assert_int_equal(count(room, "SELECT count(*) FROM left_out WHERE reason = 0"), 1);
}

static void there_is_a_letter_for_each_language_that_is_used(void **state)
{
	struct newsroomcase *room = *state;

	newsroomcase_write_fund_fr(room);
	must_freeze(room, "europe");
	assert_int_equal(count(room, "SELECT count(*) FROM letter WHERE dispatch = 1"), 2);
	must_freeze(room, "mena");
	assert_int_equal(count(room, "SELECT count(*) FROM letter WHERE dispatch = 2"), 1);
}

static void a_list_with_its_own_from_has_its_own_letter(void **state)
{
	struct newsroomcase *room = *state;
	struct str messages;

	newsroomcase_set_from(room, "mena", "Mena Desk <mena@harbour.example>");
	must_freeze(room, "europe,mena");
	assert_int_equal(count(room, "SELECT count(*) FROM letter"), 2);
	str_init(&messages, STR_MAX_LARGE);
	build_all(room, &messages);
	assert_contains(messages.ptr, "From: Mena Desk <mena@harbour.example>\r\n");
	assert_contains(messages.ptr, "From: Harbour Relief Press Office <press@harbour.example>\r\n");
	str_clear(&messages);
}

static void copies_go_out_once_for_each_language_that_is_used(void **state)
{
	struct newsroomcase *room = *state;

	newsroomcase_change(room, "copies = [];", "copies = [\"archive@harbour.example\"];");
	newsroomcase_write_fund_fr(room);
	must_freeze(room, "europe");
	assert_int_equal(count(room, "SELECT count(*) FROM delivery WHERE dispatch = 1 AND is_copy = 1 AND "
				     "subscriber IS NULL AND position > 2"),
		2);
	must_freeze(room, "mena");
	assert_int_equal(count(room, "SELECT count(*) FROM delivery WHERE dispatch = 2 AND is_copy = 1"), 1);
}

static void messages_are_personal(void **state)
{
	struct newsroomcase *room = *state;
	struct str messages;

	must_freeze(room, "europe");
	str_init(&messages, STR_MAX_LARGE);
	build_all(room, &messages);
	assert_contains(messages.ptr, "<ana@paper.example>");
	assert_contains(messages.ptr, "Bo Li");
	assert_contains(messages.ptr, "List-Id: ");
	str_clear(&messages);
}

/* The store, not the files, is what goes out from then on. */
static void what_is_edited_later_changes_nothing(void **state)
{
	struct newsroomcase *room = *state;
	struct str before;
	struct str after;

	must_freeze(room, "europe");
	str_init(&before, STR_MAX_LARGE);
	str_init(&after, STR_MAX_LARGE);
	build_all(room, &before);
	newsroomcase_write(room, "releases/fund.md", "---\ntitle: Something else\n---\nAll is different.\n");
	newsroomcase_write(room, "templates/release.txt.mustache", "nothing\n");
	newlist_import(&room->place, "europe", "address,name\nana@paper.example,Anna Other\n");
	room->now_ms += 3600000;
	build_all(room, &after);
	assert_string_equal(before.ptr, after.ptr);
	str_clear(&before);
	str_clear(&after);
}

static void a_failed_freeze_keeps_nothing(void **state)
{
	struct newsroomcase *room = *state;
	int64_t id = 77;

	newsroomcase_write(
		room, "templates/release.txt.mustache", "{{subscriber.greeting}} {{no.such.thing}}\n");
	assert_int_not_equal(freeze(room, "europe", &id), OK);
	assert_contains(room->place.err.text, "release.txt.mustache");
	assert_int_equal(id, 77);
	assert_int_equal(count(room, "SELECT count(*) FROM dispatch"), 0);
	assert_int_equal(count(room, "SELECT count(*) FROM delivery"), 0);
	assert_int_equal(count(room, "SELECT count(*) FROM letter"), 0);
	assert_int_equal(count(room, "SELECT count(*) FROM dispatch_source"), 0);
}

static void whoever_lacks_what_the_letter_needs_is_named(void **state)
{
	struct newsroomcase *room = *state;
	int64_t id;

	newsroomcase_write(room, "templates/release.txt.mustache", "Beat: {{subscriber.beat}}\n");
	newlist_import(&room->place, "europe", "address,beat\nana@paper.example,sport\n");
	assert_int_equal(freeze(room, "europe", &id), E_NOTFOUND);
	assert_contains(room->place.err.text, "\"bo@wire.example\" has no \"subscriber.beat\"");
	assert_int_equal(count(room, "SELECT count(*) FROM dispatch"), 0);
}

static void an_embargo_ahead_keeps_everything_back(void **state)
{
	struct newsroomcase *room = *state;
	int64_t id = 0;

	newsroomcase_write(room, "releases/fund.md",
		"---\ntitle: Fund\nlanguage: en\nembargo: 2026-11-11 10:00 Europe/Brussels\n---\nText.\n");
	assert_int_equal(freeze(room, "europe", &id), E_HELD);
	assert_contains(room->place.err.text, "is embargoed until Wed 11 Nov 2026 10:00 Brussels");
	assert_int_equal(count(room, "SELECT count(*) FROM dispatch"), 0);
	room->now_ms = INT64_C(1794387600000) - 1;
	assert_int_equal(freeze(room, "europe", &id), E_HELD);
	room->now_ms++;
	assert_int_equal(freeze(room, "europe", &id), OK);
}

/* Somebody at work on the lists just when a freeze asks for the time, which it does while it prepares. */
struct meddling {
	struct newsroomcase *room;
	const char *list;
	const char *address;
	int calls;
	int most;
};

static int64_t meddle(void *context)
{
	struct meddling *meddling = context;
	struct err err;
	struct store *store;

	if (++meddling->calls > meddling->most)
		return meddling->room->now_ms;
	clock_replace(NULL, NULL);
	assert_int_equal(store_open(meddling->room->place.path, &store, &err), OK);
	if (listpeople_remove(store, meddling->list, meddling->address, "dkane", &err) != OK)
		fail_msg("%s", err.text);
	store_close(store);
	clock_replace(meddle, meddling);
	return meddling->room->now_ms;
}

static enum status freeze_while(struct newsroomcase *room, struct meddling *meddling, int64_t *id)
{
	struct release_set *set = newsroomcase_load(room);
	struct plan *plan = newsroomcase_plan(room, set, "europe");
	enum status status;

	clock_replace(meddle, meddling);
	status = freeze_plan(room->newsroom, plan, id, &room->place.err);
	clock_replace(NULL, NULL);
	plan_free(plan);
	release_set_free(set);
	return status;
}

static void whoever_leaves_while_it_is_prepared_makes_the_plan_untrue(void **state)
{
	struct newsroomcase *room = *state;
	struct meddling meddling = {.room = room, .list = "europe", .address = "bo@wire.example", .most = 1};
	int64_t id = 0;

	assert_int_equal(freeze_while(room, &meddling, &id), E_CONFLICT);
	assert_contains(room->place.err.text, "1 of its 2 recipients got the release or left the list");
	assert_true(meddling.calls > 1);
	assert_int_equal(count(room, "SELECT count(*) FROM dispatch"), 0);
	assert_int_equal(count(room, "SELECT count(*) FROM delivery"), 0);
}

static void a_change_of_another_list_is_waited_out(void **state)
{
	struct newsroomcase *room = *state;
	struct meddling meddling = {.room = room, .list = "mena", .address = "ana@paper.example", .most = 1};
	int64_t id = 0;

	if (freeze_while(room, &meddling, &id) != OK)
		fail_msg("%s", room->place.err.text);
	assert_true(meddling.calls > 1);
	assert_int_equal(id, 1);
	assert_int_equal(count(room, "SELECT count(*) FROM delivery WHERE also = ''"), 2);
}

/* Planned, and then gone from the list or new on it, before anybody has confirmed. */
static void what_was_planned_is_sent_and_nobody_else(void **state)
{
	struct newsroomcase *room = *state;
	struct release_set *set = newsroomcase_load(room);
	struct plan *plan = newsroomcase_plan(room, set, "europe");
	struct plan *later = newsroomcase_plan(room, set, "mena");
	int64_t id = 0;

	newlist_import(&room->place, "europe", "address,name\nnew@paper.example,New Comer\n");
	assert_int_equal(freeze_plan(room->newsroom, plan, &id, &room->place.err), OK);
	assert_int_equal(count(room, "SELECT count(*) FROM delivery"), 2);
	assert_int_equal(count(room, "SELECT count(*) FROM delivery WHERE address LIKE 'new@%'"), 0);
	assert_int_equal(listpeople_remove(room->place.store, "mena",
				 "cy@b\xc3\xbc"
				 "cher.example",
				 "mroy", &room->place.err),
		OK);
	assert_int_equal(freeze_plan(room->newsroom, later, &id, &room->place.err), E_CONFLICT);
	assert_int_equal(count(room, "SELECT count(*) FROM dispatch"), 1);
	plan_free(plan);
	plan_free(later);
	release_set_free(set);
}

/* Two hundred people on two lists, and their positions told again from what the dispatch kept. */
static void positions_follow_from_the_seed_that_is_kept(void **state)
{
	struct newsroomcase *room = *state;
	struct release_set *set;
	struct plan *plan;
	struct plan *again;
	struct str csv;
	int64_t id;

	str_init(&csv, STR_MAX_LARGE);
	str_add_text(&csv, "address\n");
	for (int i = 0; i < 200; i++)
		str_addf(&csv, "reader%d@d%d.example\n", i, i % 7);
	newlist_import(&room->place, "europe", csv.ptr);
	set = newsroomcase_load(room);
	plan = newsroomcase_plan(room, set, "europe,mena");
	again = newsroomcase_plan(room, set, "europe,mena");
	assert_int_equal(freeze_plan(room->newsroom, plan, &id, &room->place.err), OK);
	plan_shuffle(again, (uint64_t)count(room, "SELECT seed FROM dispatch"));
	assert_int_equal(count(room, "SELECT count(*) FROM delivery"), again->recipient_count);
	for (size_t i = 0; i < again->recipient_count; i++) {
		int64_t subscriber = 0;

		assert_int_equal(sqlite_one_int(room->place.store,
					 "SELECT subscriber FROM delivery WHERE position = ?1",
					 SQLITE_VALUES(sqlite_int(again->recipients[i].position)),
					 &subscriber, &room->place.err),
			OK);
		assert_int_equal(subscriber, again->recipients[i].subscriber_id);
	}
	plan_free(plan);
	plan_free(again);
	release_set_free(set);
	str_clear(&csv);
}

static void a_rehearsal_keeps_nothing(void **state)
{
	struct newsroomcase *room = *state;
	struct str messages;

	str_init(&messages, STR_MAX_LARGE);
	rehearse(room, "europe,mena", &messages);
	assert_contains(messages.ptr, "== 3 ");
	assert_int_equal(count(room, "SELECT count(*) FROM dispatch"), 0);
	assert_int_equal(count(room, "SELECT count(*) FROM delivery"), 0);
	assert_int_equal(count(room, "SELECT count(*) FROM letter"), 0);
	str_clear(&messages);
}

/* What an address gets; the Message-ID tells of the position, which is drawn anew. */
static void add_message_of(const struct str *messages, const char *address, struct str *out)
{
	struct span rest = str_span(messages);
	struct span line;
	bool is_theirs = false;

	while (span_line(&rest, &line)) {
		if (span_starts(line, SPAN("== ")))
			is_theirs = span_ends(line, span_of(address));
		else if (is_theirs && !span_starts_nocase(line, SPAN("Message-ID:"))) {
			str_add(out, line);
			str_add_char(out, '\n');
		}
	}
}

static void a_rehearsed_message_is_the_one_that_goes_out(void **state)
{
	static const char *const addresses[] = {"ana@paper.example", "bo@wire.example",
		"cy@xn--bcher-kva.example", "archive@harbour.example"};
	struct newsroomcase *room = *state;
	struct str rehearsed;
	struct str sent;

	newsroomcase_change(room, "copies = [];", "copies = [\"archive@harbour.example\"];");
	str_init(&rehearsed, STR_MAX_LARGE);
	str_init(&sent, STR_MAX_LARGE);
	rehearse(room, "europe,mena", &rehearsed);
	must_freeze(room, "europe,mena");
	build_all(room, &sent);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct str a;
		struct str b;

		str_init(&a, STR_MAX_LARGE);
		str_init(&b, STR_MAX_LARGE);
		add_message_of(&rehearsed, addresses[i], &a);
		add_message_of(&sent, addresses[i], &b);
		assert_true(a.len > 1000);
		assert_string_equal(a.ptr, b.ptr);
		str_clear(&a);
		str_clear(&b);
	}
	str_clear(&rehearsed);
	str_clear(&sent);
}

static enum status refuse(
	void *context, const struct delivery *delivery, struct span message, struct err *err)
{
	(void)delivery;
	(void)message;
	++*(int *)context;
	return err_set(err, E_CANCELLED, "enough");
}

static void a_rehearsal_may_be_stopped(void **state)
{
	struct newsroomcase *room = *state;
	struct release_set *set = newsroomcase_load(room);
	struct plan *plan = newsroomcase_plan(room, set, "europe");
	int calls = 0;

	assert_int_equal(
		freeze_rehearse(room->newsroom, plan, refuse, &calls, &room->place.err), E_CANCELLED);
	assert_int_equal(calls, 1);
	assert_int_equal(count(room, "SELECT count(*) FROM dispatch"), 0);
	plan_free(plan);
	release_set_free(set);
}

static enum status freeze_for_testers(struct newsroomcase *room)
{
	struct release_set *set = newsroomcase_load(room);
	struct plan *plan = newsroomcase_plan(room, set, "europe");
	int64_t id = 0;
	enum status status = freeze_test(room->newsroom, plan, &id, &room->place.err);

	plan_free(plan);
	release_set_free(set);
	return status;
}

static void without_testers_there_is_no_test(void **state)
{
	struct newsroomcase *room = *state;

	assert_int_equal(freeze_for_testers(room), E_NOTFOUND);
	assert_contains(room->place.err.text, "there are no testers");
}

static void testers_get_each_language_as_a_member_would(void **state)
{
	struct newsroomcase *room = *state;
	struct str messages;

	newsroomcase_change(room, "testers = [];", "testers = [\"dkane@harbour.example\"];");
	newsroomcase_write_fund_fr(room);
	assert_int_equal(freeze_for_testers(room), OK);
	assert_int_equal(count(room, "SELECT kind FROM dispatch"), DISPATCH_TEST);
	assert_int_equal(count(room, "SELECT count(*) FROM delivery WHERE address = "
				     "'dkane@harbour.example' AND subscriber IS NULL AND is_copy = 0"),
		2);
	assert_int_equal(count(room, "SELECT count(*) FROM delivery"), 2);
	str_init(&messages, STR_MAX_LARGE);
	build_all(room, &messages);
	assert_contains(messages.ptr, "Subject: [TEST] Coastal towns");
	assert_contains(messages.ptr, "Subject: [TEST] Un fonds");
	assert_contains(messages.ptr, "Bo Li");
	assert_null(strstr(messages.ptr, "ana@paper.example"));
	str_clear(&messages);
}

static void a_test_is_not_having_the_release(void **state)
{
	struct newsroomcase *room = *state;
	int64_t id;

	newsroomcase_change(room, "testers = [];", "testers = [\"dkane@harbour.example\"];");
	assert_int_equal(freeze_for_testers(room), OK);
	assert_int_equal(freeze(room, "europe", &id), OK);
	assert_int_equal(count(room, "SELECT count(*) FROM delivery WHERE dispatch = 2"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_recipient_is_queued_with_the_address_as_it_goes_on_the_wire),
		TEST(the_dispatch_says_what_was_asked_for_and_is_being_sent),
		TEST(sources_and_those_left_out_are_kept),
		TEST(there_is_a_letter_for_each_language_that_is_used),
		TEST(a_list_with_its_own_from_has_its_own_letter),
		TEST(copies_go_out_once_for_each_language_that_is_used),
		TEST(messages_are_personal),
		TEST(what_is_edited_later_changes_nothing),
		TEST(a_failed_freeze_keeps_nothing),
		TEST(whoever_lacks_what_the_letter_needs_is_named),
		TEST(an_embargo_ahead_keeps_everything_back),
		TEST(a_plan_that_somebody_else_has_carried_out_meanwhile_is_refused),
		TEST(whoever_leaves_while_it_is_prepared_makes_the_plan_untrue),
		TEST(a_change_of_another_list_is_waited_out),
		TEST(what_was_planned_is_sent_and_nobody_else),
		TEST(positions_follow_from_the_seed_that_is_kept),
		TEST(a_rehearsal_keeps_nothing),
		TEST(a_rehearsed_message_is_the_one_that_goes_out),
		TEST(a_rehearsal_may_be_stopped),
		TEST(without_testers_there_is_no_test),
		TEST(testers_get_each_language_as_a_member_would),
		TEST(a_test_is_not_having_the_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
