/*
 * The delivery log in the store: each filter, and what servers said put together.
 */
#include "support/newdispatch.h"
#include "support/newlist.h"
#include "support/test.h"

#include "store/deliveries.h"
#include "store/deliverylog.h"
#include "store/dispatches.h"

/* Of dispatch 1: Ana accepted, Bo deferred, Cy failed, a copy queued; of dispatch 2: Ana queued. */
static void fill(struct newstore *place)
{
	int64_t first = newdispatch_add(place, "fund");
	int64_t second = newdispatch_add(place, "boats");

	newlist_import(place, "europe", "address,name\nana@paper.example,Ana\nbo@wire.example,Bo\n");
	newlist_import(place, "mena", "address,name\nCy@paper.example,Cy\n");
	newdispatch_queue_member(place, first, "europe", "ana@paper.example");
	newdispatch_queue_member(place, first, "europe", "bo@wire.example");
	newdispatch_queue_member(place, first, "mena", "cy@paper.example");
	newdispatch_queue(place, first, "archive@harbour.example");
	newdispatch_queue_member(place, second, "europe", "ana@paper.example");
	newdispatch_settle(place, first, 1, DELIVERY_ACCEPTED, 250, "queued as 4C1F");
	newdispatch_settle(place, first, 2, DELIVERY_DEFERRED, 451, "greylisted");
	newdispatch_settle(place, first, 3, DELIVERY_FAILED, 550, "no such user");
}

static enum status note_line(void *context, const struct delivery_line *line, struct err *err)
{
	(void)err;
	str_addf(context, "%d/%d ", (int)line->delivery->dispatch, (int)line->delivery->position);
	return OK;
}

static void assert_lines(struct newstore *place, const struct delivery_filter *filter, const char *wanted)
{
	struct str got;

	str_init(&got, STR_MAX_SMALL);
	assert_int_equal(store_each_line(place->store, filter, note_line, &got, &place->err), OK);
	assert_string_equal(got.ptr, wanted);
	str_clear(&got);
}

static enum status note_try(void *context, const struct recent_try *recent, struct err *err)
{
	(void)err;
	str_addf(context, "%s over %s after %d, ", recent->domain, recent->relay,
		(int)(recent->ended_ms - NEWDISPATCH_AT_MS));
	return OK;
}

static void assert_tries(struct newstore *place, int64_t since_ms, int64_t until_ms, const char *wanted)
{
	struct str got;

	str_init(&got, STR_MAX_SMALL);
	assert_int_equal(store_each_recent_try(place->store, NEWDISPATCH_AT_MS + since_ms,
				 NEWDISPATCH_AT_MS + until_ms, note_try, &got, &place->err),
		OK);
	assert_string_equal(got.ptr, wanted);
	str_clear(&got);
}

static void settle_at(struct newstore *place, int64_t dispatch, const char *address, int64_t after_ms)
{
	int64_t position = newdispatch_queue(place, dispatch, address);
	struct attempt attempt = newdispatch_attempt(dispatch, position, 1, DELIVERY_ACCEPTED, 250, "ok");

	attempt.settled_ms = NEWDISPATCH_AT_MS + after_ms;
	assert_int_equal(store_settle(place->store, &attempt, DELIVERY_ACCEPTED, 0, &place->err), OK);
}

static void the_tries_of_a_time_are_told_the_last_ones_first(void **state)
{
	int64_t first = newdispatch_add(*state, "fund");
	int64_t second = newdispatch_add(*state, "boats");

	settle_at(*state, first, "ana@paper.example", 1);
	settle_at(*state, second, "bo@wire.example", 2);
	settle_at(*state, first, "cy@paper.example", 3);
	settle_at(*state, first, "di@paper.example", 4);
	assert_tries(*state, 2, 3,
		"paper.example over relay.example:25 after 3, wire.example over relay.example:25 after 2, ");
	assert_tries(*state, 5, 9, "");
}

static void the_tries_of_a_dispatch_that_has_ended_since_are_told(void **state)
{
	struct newstore *place = *state;
	int64_t day_ms = 86400000;
	int64_t first = newdispatch_add(place, "fund");

	settle_at(place, first, "ana@paper.example", 1);
	assert_int_equal(store_set_dispatch_state(place->store, first, DISPATCH_FINISHED, "",
				 NEWDISPATCH_AT_MS + 2, &place->err),
		OK);
	assert_tries(place, 0, day_ms, "paper.example over relay.example:25 after 1, ");
	settle_at(place, first, "bo@wire.example", 2 * day_ms);
	assert_tries(place, 2 * day_ms, 2 * day_ms, "");
}

static void without_a_filter_all_is_told_in_order(void **state)
{
	fill(*state);
	assert_lines(*state, &(struct delivery_filter){0}, "1/1 1/2 1/3 1/4 2/1 ");
}

static void a_dispatch_can_be_asked_for(void **state)
{
	fill(*state);
	assert_lines(*state, &(struct delivery_filter){.dispatch = 2}, "2/1 ");
	assert_lines(*state, &(struct delivery_filter){.dispatch = 3}, "");
}

static void several_states_can_be_asked_for(void **state)
{
	fill(*state);
	assert_lines(*state,
		&(struct delivery_filter){.states = 1u << DELIVERY_DEFERRED | 1u << DELIVERY_FAILED},
		"1/2 1/3 ");
	assert_lines(*state, &(struct delivery_filter){.states = 1u << DELIVERY_QUEUED}, "1/4 2/1 ");
}

static void a_list_can_be_asked_for(void **state)
{
	fill(*state);
	assert_lines(*state, &(struct delivery_filter){.list = "mena"}, "1/3 ");
	assert_lines(*state, &(struct delivery_filter){.list = "europe", .dispatch = 1}, "1/1 1/2 ");
	assert_lines(*state, &(struct delivery_filter){.list = "men"}, "");
}

static void a_domain_can_be_asked_for(void **state)
{
	fill(*state);
	assert_lines(*state, &(struct delivery_filter){.domain = "paper.example", .dispatch = 1}, "1/1 1/3 ");
}

static void a_person_can_be_asked_for_over_all_dispatches(void **state)
{
	fill(*state);
	assert_lines(*state, &(struct delivery_filter){.address_key = "ana@paper.example"}, "1/1 2/1 ");
	assert_lines(*state, &(struct delivery_filter){.address_key = "archive@harbour.example"}, "1/4 ");
	assert_lines(*state, &(struct delivery_filter){.address_key = "nobody@paper.example"}, "");
}

static void since_is_about_the_last_try(void **state)
{
	fill(*state);
	assert_lines(*state, &(struct delivery_filter){.since_ms = NEWDISPATCH_AT_MS}, "1/1 1/2 1/3 ");
	assert_lines(*state, &(struct delivery_filter){.since_ms = NEWDISPATCH_AT_MS + 1}, "");
}

static void filters_add_up(void **state)
{
	fill(*state);
	assert_lines(*state,
		&(struct delivery_filter){
			.dispatch = 1, .states = 1u << DELIVERY_ACCEPTED, .domain = "paper.example"},
		"1/1 ");
}

static enum status check_line(void *context, const struct delivery_line *line, struct err *err)
{
	const struct attempt *last = &line->attempts[line->attempt_count - 1];

	(void)err;
	++*(int *)context;
	assert_string_equal(line->release, "fund");
	assert_string_equal(line->list, "europe");
	assert_int_equal(line->kind, DISPATCH_PUBLIC);
	assert_int_equal(line->attempt_count, 2);
	assert_int_equal(line->attempts[0].number, 1);
	assert_int_equal(line->attempts[0].outcome, DELIVERY_DEFERRED);
	assert_int_equal(last->number, 2);
	assert_int_equal(last->code, 250);
	assert_int_equal(last->phase, PHASE_DOT);
	assert_string_equal(last->reply, "queued as 77");
	assert_string_equal(last->relay, "relay.example:25");
	assert_int_equal(last->tls, TLS_VERIFIED);
	assert_string_equal(last->tls_version, "TLS1.3");
	assert_int_equal(last->settled_ms, NEWDISPATCH_AT_MS);
	return OK;
}

static void a_line_has_every_try_in_order(void **state)
{
	struct newstore *place = *state;
	int lines = 0;

	fill(place);
	newdispatch_settle(place, 1, 2, DELIVERY_ACCEPTED, 250, "queued as 77");
	assert_int_equal(
		store_each_line(place->store, &(struct delivery_filter){.address_key = "bo@wire.example"},
			check_line, &lines, &place->err),
		OK);
	assert_int_equal(lines, 1);
}

static enum status note_group(void *context, const struct reply_group *group, struct err *err)
{
	(void)err;
	str_addf(context, "%d %s: %s (%s)\n", (int)group->count, delivery_state_name(group->state),
		group->reply, group->example);
	return OK;
}

static void replies_are_put_together_the_most_frequent_first(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = newdispatch_add(place, "fund");
	struct str got;

	for (int i = 0; i < 5; i++)
		newdispatch_queue(place, dispatch, i ? "b@paper.example" : "a@paper.example");
	newdispatch_settle(place, dispatch, 1, DELIVERY_FAILED, 550, "no such user");
	newdispatch_settle(place, dispatch, 2, DELIVERY_FAILED, 550, "no such user");
	newdispatch_settle(place, dispatch, 3, DELIVERY_DEFERRED, 451, "greylisted");
	newdispatch_settle(place, dispatch, 4, DELIVERY_ACCEPTED, 250, "ok");
	newdispatch_settle(place, dispatch, 5, DELIVERY_UNKNOWN, 0, "connection lost");
	str_init(&got, STR_MAX_SMALL);
	assert_int_equal(store_each_reply_group(place->store, dispatch, note_group, &got, &place->err), OK);
	assert_string_equal(got.ptr, "2 failed: 550 no such user (a@paper.example)\n"
				     "1 deferred: 451 greylisted (b@paper.example)\n"
				     "1 unknown: connection lost (b@paper.example)\n");
	str_clear(&got);
}

static void the_worst_domain_has_most_deferred(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = newdispatch_add(place, "fund");
	struct worst_domain worst;

	newdispatch_queue(place, dispatch, "a@wire.example");
	newdispatch_queue(place, dispatch, "a@paper.example");
	newdispatch_queue(place, dispatch, "b@paper.example");
	for (int64_t position = 1; position <= 3; position++)
		newdispatch_settle(place, dispatch, position, DELIVERY_DEFERRED, 451, "greylisted");
	assert_int_equal(store_find_worst_domain(place->store, dispatch, &worst, &place->err), OK);
	assert_string_equal(worst.domain, "paper.example");
	assert_int_equal(worst.deferred, 2);
	assert_string_equal(worst.reply, "451 greylisted");
	assert_int_equal(worst.next_ms, NEWDISPATCH_AT_MS + 60000);
}

static void without_deferred_ones_no_domain_is_worst(void **state)
{
	struct newstore *place = *state;
	struct worst_domain worst = {.deferred = 7};

	newdispatch_add(place, "fund");
	assert_int_equal(store_find_worst_domain(place->store, 1, &worst, &place->err), OK);
	assert_int_equal(worst.deferred, 0);
	assert_string_equal(worst.domain, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_filter_all_is_told_in_order),
		TEST(the_tries_of_a_time_are_told_the_last_ones_first),
		TEST(the_tries_of_a_dispatch_that_has_ended_since_are_told),
		TEST(a_dispatch_can_be_asked_for),
		TEST(several_states_can_be_asked_for),
		TEST(a_list_can_be_asked_for),
		TEST(a_domain_can_be_asked_for),
		TEST(a_person_can_be_asked_for_over_all_dispatches),
		TEST(since_is_about_the_last_try),
		TEST(filters_add_up),
		TEST(a_line_has_every_try_in_order),
		TEST(replies_are_put_together_the_most_frequent_first),
		TEST(the_worst_domain_has_most_deferred),
		TEST(without_deferred_ones_no_domain_is_worst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
