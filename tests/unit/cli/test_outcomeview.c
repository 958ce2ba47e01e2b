/*
 * How sending looks, while it goes on and when it has ended.
 */
#include "cli/outcomeview.h"

#include "base/utf8.h"
#include "support/capture.h"
#include "support/newdispatch.h"
#include "support/newsroomcase.h"
#include "support/test.h"

#include <jansson.h>

static void assert_duration(int64_t ms, const char *wanted)
{
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	outcomeview_duration(ms, &out);
	assert_string_equal(out.ptr, wanted);
	str_clear(&out);
}

static void durations_are_told_in_the_units_that_matter(void **state)
{
	(void)state;
	assert_duration(0, "0 s");
	assert_duration(1, "1 s");
	assert_duration(119000, "119 s");
	assert_duration(120000, "2 min");
	assert_duration(7199000, "119 min");
	assert_duration(8040000, "2 h 14 min");
}

static void counts_name_the_states_that_have_any(void **state)
{
	struct newsroomcase *room = *state;
	struct delivery_counts counts = {.next_ms = NEWDISPATCH_AT_MS + 120000};
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	outcomeview_counts(newsroom_zone(room->newsroom), &(struct delivery_counts){0}, &out);
	assert_string_equal(out.ptr, "nobody");
	str_empty(&out);
	counts.by_state[DELIVERY_ACCEPTED] = 283;
	counts.by_state[DELIVERY_DEFERRED] = 2;
	counts.by_state[DELIVERY_FAILED] = 3;
	outcomeview_counts(newsroom_zone(room->newsroom), &counts, &out);
	assert_string_equal(out.ptr, "283 accepted, 2 deferred (next 10:02:00), 3 failed");
	str_clear(&out);
}

/* Fund to europe: one accepted, one deferred, two refused alike. */
static int64_t sent(struct newsroomcase *room)
{
	int64_t id = newdispatch_add(&room->place, "fund");

	newdispatch_queue(&room->place, id, "ana@paper.example");
	newdispatch_queue(&room->place, id, "bo@wire.example");
	newdispatch_queue(&room->place, id, "cy@gone.example");
	newdispatch_queue(&room->place, id, "di@gone.example");
	newdispatch_settle(&room->place, id, 1, DELIVERY_ACCEPTED, 250, "ok");
	newdispatch_settle(&room->place, id, 2, DELIVERY_DEFERRED, 451, "greylisted");
	newdispatch_settle(&room->place, id, 3, DELIVERY_FAILED, 550, "no such user");
	newdispatch_settle(&room->place, id, 4, DELIVERY_FAILED, 550, "no such user");
	return id;
}

static void a_label_is_the_number_with_its_lists_or_several_numbers(void **state)
{
	struct newsroomcase *room = *state;
	int64_t ids[] = {sent(room), sent(room)};
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	assert_int_equal(outcomeview_label(room->place.store, ids, 1, &out, &room->place.err), OK);
	assert_string_equal(out.ptr, "1 europe");
	str_empty(&out);
	assert_int_equal(outcomeview_label(room->place.store, ids, 2, &out, &room->place.err), OK);
	assert_string_equal(out.ptr, "1, 2");
	str_clear(&out);
}

static struct courier_progress half_way(const struct newsroomcase *room)
{
	struct courier_progress progress = {
		.total = 288, .settled_here = 173, .started_ms = room->now_ms - 4000};

	progress.by_state[DELIVERY_ACCEPTED] = 165;
	progress.by_state[DELIVERY_DEFERRED] = 5;
	progress.by_state[DELIVERY_FAILED] = 3;
	progress.by_state[DELIVERY_QUEUED] = 115;
	return progress;
}

static void progress_on_a_pipe_is_one_line(void **state)
{
	struct newsroomcase *room = *state;
	struct courier_progress progress = half_way(room);
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	outcomeview_line(newsroom_zone(room->newsroom), "1 europe", &progress, &out);
	assert_string_equal(
		out.ptr, "1 europe  168/288  43/s  accepted 165  deferred 5  failed 3  unknown 0");
	str_clear(&out);
}

static void progress_that_waits_for_a_rate_says_so(void **state)
{
	struct newsroomcase *room = *state;
	struct courier_progress progress = half_way(room);
	struct str out;

	progress.rests_until_ms = room->now_ms + 60000;
	str_init(&out, STR_MAX_SMALL);
	outcomeview_line(newsroom_zone(room->newsroom), "1", &progress, &out);
	assert_contains(out.ptr, "unknown 0  as fast as the rates allow: goes on 10:01:00");
	str_empty(&out);
	outcomeview_progress(room->newsroom, "1", 1, &progress, &out);
	assert_contains(out.ptr, "Ctrl-C pauses safely\n  as fast as the rates allow: goes on 10:01:00");
	progress.rests_until_ms = room->now_ms + 500;
	str_empty(&out);
	outcomeview_progress(room->newsroom, "1", 1, &progress, &out);
	assert_null(strstr(out.ptr, "rates"));
	str_clear(&out);
}

static void progress_on_a_terminal_has_a_bar_and_the_worst_domain(void **state)
{
	struct newsroomcase *room = *state;
	struct courier_progress progress = half_way(room);
	struct span rest;
	struct span line;
	struct str out;

	sent(room);
	snprintf(progress.trouble, sizeof(progress.trouble), "smtp://relay.example:25: %0200d", 0);
	str_init(&out, STR_MAX_SMALL);
	outcomeview_progress(room->newsroom, "1 europe", 1, &progress, &out);
	assert_contains(out.ptr, "1 europe  [#################.............]  168/288  58%  43/s  ETA 3 s\n");
	assert_contains(out.ptr, "accepted 165  deferred 5  failed 3  unknown 0   Ctrl-C pauses safely");
	assert_contains(out.ptr, "worst  wire.example  1 deferred  451 greylisted  next try 10:01:00");
	rest = str_span(&out);
	while (span_line(&rest, &line))
		assert_true(utf8_width(line) <= 80);
	str_clear(&out);
}

static void progress_of_nothing_divides_by_nothing(void **state)
{
	struct newsroomcase *room = *state;
	struct courier_progress progress = {.started_ms = room->now_ms};
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	outcomeview_progress(room->newsroom, "1", 1, &progress, &out);
	assert_contains(out.ptr, "0/0  100%");
	str_clear(&out);
}

static void the_summary_groups_what_servers_said_and_says_what_to_do(void **state)
{
	struct newsroomcase *room = *state;
	struct dispatch_view view;
	struct str out;

	sent(room);
	assert_int_equal(dispatches_find(room->place.store, 1, &view, &room->place.err), OK);
	str_init(&out, STR_MAX_SMALL);
	assert_int_equal(outcomeview_summary(room->newsroom, &view, &out, &room->place.err), OK);
	assert_contains(
		out.ptr, "Dispatch 1, 4 messages: 1 accepted, 1 deferred (next 10:01:00), 2 failed\n");
	assert_contains(out.ptr, "  2 failed  550 no such user  cy@gone.example, +1\n");
	assert_contains(out.ptr, "  1 deferred  451 greylisted  bo@wire.example\n");
	assert_contains(out.ptr, "\"dateline resume\"");
	assert_contains(out.ptr, "dateline log 1 --state failed,deferred,expired");
	str_clear(&out);
	dispatch_clear(&view.dispatch);
}

static void programs_get_every_state_with_its_count(void **state)
{
	struct newsroomcase *room = *state;
	struct dispatch_view view;
	struct str out;
	json_t *line;

	sent(room);
	assert_int_equal(dispatches_find(room->place.store, 1, &view, &room->place.err), OK);
	str_init(&out, STR_MAX_SMALL);
	capture_begin();
	outcomeview_print_json(room->newsroom, &view);
	capture_end(&out);
	line = json_loads(out.ptr, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(line);
	for (int i = 0; i < DELIVERY_STATE_COUNT; i++)
		assert_int_equal(json_integer_value(
					 json_object_get(line, delivery_state_name((enum delivery_state)i))),
			view.counts.by_state[i]);
	assert_string_equal(json_string_value(json_object_get(line, "state")), "sending");
	assert_true(json_is_true(json_object_get(line, "interrupted")));
	assert_true(json_is_null(json_object_get(line, "hold_reason")));
	json_decref(line);
	str_clear(&out);
	dispatch_clear(&view.dispatch);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newsroomcase_set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(durations_are_told_in_the_units_that_matter),
		TEST(counts_name_the_states_that_have_any),
		TEST(a_label_is_the_number_with_its_lists_or_several_numbers),
		TEST(progress_on_a_pipe_is_one_line),
		TEST(progress_that_waits_for_a_rate_says_so),
		TEST(progress_on_a_terminal_has_a_bar_and_the_worst_domain),
		TEST(progress_of_nothing_divides_by_nothing),
		TEST(the_summary_groups_what_servers_said_and_says_what_to_do),
		TEST(programs_get_every_state_with_its_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
