/*
 * What a courier carries: claimed, built, settled and ended, a turn at a time.
 */
#include "app/load.h"

#include "app/brakes.h"
#include "app/freeze.h"
#include "base/mem.h"
#include "store/sqlite.h"
#include "support/newdispatch.h"
#include "support/newlist.h"
#include "support/newsroomcase.h"
#include "support/test.h"

#define CLAIMS 8

static int set_up(void **state)
{
	struct newsroomcase *room;

	if (newsroomcase_set_up(state) != 0)
		return -1;
	room = *state;
	newsroomcase_write_fund(room);
	newlist_import(&room->place, "europe",
		"address,name\nana@paper.example,Ana\nbo@wire.example,Bo\ncy@radio.example,Cy\n");
	newsroomcase_freeze(room, "europe");
	return 0;
}

/* Dispatch 1, taken on. */
static struct load *loaded(struct newsroomcase *room)
{
	struct load *load = NULL;

	assert_int_equal(load_new(room->newsroom, CLAIMS, &load, &room->place.err), OK);
	assert_int_equal(load_add(load, 1, &room->place.err), OK);
	return load;
}

static void turn(struct newsroomcase *room, struct load *load)
{
	if (load_turn(load, true, &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
}

static void settle(struct load *load, struct courierjob *job, enum delivery_state outcome, int code)
{
	struct attempt attempt = newdispatch_attempt(
		job->job.dispatch, job->delivery.position, job->job.attempt_number, outcome, code, "words");

	load_settle(load, job, &attempt);
}

static void a_turn_claims_and_builds_what_is_queued(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = loaded(room);
	struct courierjob *job;

	assert_null(load_take(load));
	assert_true(load_is_hungry(load));
	turn(room, load);
	job = load_take(load);
	assert_non_null(job);
	assert_int_equal(job->job.position, 1);
	assert_int_equal(job->job.attempt_number, 1);
	assert_true(span_ends(job->job.message, SPAN("\r\n")));
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_CLAIMED);
	assert_int_equal(load_counts(load)->by_state[DELIVERY_CLAIMED], 3);
	load_give_back(load, job);
	assert_int_equal(load_end(load, &room->place.err), OK);
	load_free(load);
}

static void what_has_an_outcome_is_in_the_store_after_the_next_turn(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = loaded(room);

	turn(room, load);
	settle(load, load_take(load), DELIVERY_ACCEPTED, 250);
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_CLAIMED);
	assert_true(load_has_outcomes(load));
	turn(room, load);
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_ACCEPTED);
	assert_int_equal(newdispatch_count_attempts(&room->place, 1, 1), 1);
	assert_false(load_has_outcomes(load));
	assert_int_equal(load_counts(load)->settled, 1);
	assert_int_equal(load_end(load, &room->place.err), OK);
	load_free(load);
}

static void what_was_not_sent_goes_back_without_a_try(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = loaded(room);

	turn(room, load);
	assert_int_equal(load_end(load, &room->place.err), OK);
	for (int position = 1; position <= 3; position++) {
		assert_int_equal(newdispatch_state_of(&room->place, 1, position), DELIVERY_QUEUED);
		assert_int_equal(newdispatch_count_attempts(&room->place, 1, position), 0);
	}
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_SENDING);
	load_free(load);
}

static void a_hold_shuts_the_gate_at_the_next_turn(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = loaded(room);
	size_t count = 0;

	turn(room, load);
	assert_true(load_may_send(load, 1));
	assert_int_equal(brakes_hold(room->place.store, 1, "ana", &count, &room->place.err), OK);
	turn(room, load);
	assert_false(load_may_send(load, 1));
	assert_int_equal(load_next_ms(load, 60000), INT64_MAX);
	assert_int_equal(load_end(load, &room->place.err), OK);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_HELD);
	load_free(load);
}

static void the_gate_is_shut_for_a_dispatch_that_was_not_taken_on(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = loaded(room);

	assert_false(load_may_send(load, 2));
	load_free(load);
}

static void a_deferred_one_is_taken_again_when_it_is_due(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = loaded(room);
	struct courierjob *job;
	int64_t next_ms;

	turn(room, load);
	settle(load, load_take(load), DELIVERY_DEFERRED, 451);
	settle(load, load_take(load), DELIVERY_ACCEPTED, 250);
	settle(load, load_take(load), DELIVERY_ACCEPTED, 250);
	turn(room, load);
	turn(room, load);
	assert_null(load_take(load));
	next_ms = newdispatch_next_ms(&room->place, 1, 1);
	assert_true(next_ms > room->now_ms);
	assert_int_equal(load_next_ms(load, next_ms - room->now_ms), next_ms);
	assert_int_equal(load_next_ms(load, next_ms - room->now_ms - 1), INT64_MAX);
	room->now_ms = next_ms;
	assert_true(load_is_hungry(load));
	turn(room, load);
	job = load_take(load);
	assert_non_null(job);
	assert_int_equal(job->job.attempt_number, 2);
	load_give_back(load, job);
	assert_int_equal(load_end(load, &room->place.err), OK);
	assert_int_equal(load_next_try_ms(load), next_ms);
	load_free(load);
}

static void a_dispatch_ends_when_nothing_is_left_of_it(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = loaded(room);

	turn(room, load);
	for (int i = 0; i < 3; i++)
		settle(load, load_take(load), i ? DELIVERY_ACCEPTED : DELIVERY_FAILED, i ? 250 : 550);
	turn(room, load);
	turn(room, load);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_FINISHED);
	load_free(load);
}

static void what_others_hand_over_is_taken_on(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = NULL;
	struct courierjob *job;

	newdispatch_set_state(&room->place, 1, DISPATCH_SCHEDULED, "");
	assert_int_equal(load_new(room->newsroom, CLAIMS, &load, &room->place.err), OK);
	turn(room, load);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_SENDING);
	assert_int_equal(load_counts(load)->total, 3);
	job = load_take(load);
	assert_non_null(job);
	load_give_back(load, job);
	load_free(load);
}

static void a_turn_that_stops_takes_nothing_on(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = loaded(room);

	assert_int_equal(load_turn(load, false, &room->place.err), OK);
	assert_null(load_take(load));
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_QUEUED);
	load_free(load);
}

static void a_letter_that_cannot_be_built_holds_its_dispatch(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = loaded(room);

	assert_int_equal(sqlite_run(room->place.store, "UPDATE letter SET content = x'00'", SQLITE_NO_VALUES,
				 &room->place.err),
		OK);
	turn(room, load);
	assert_null(load_take(load));
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_HELD);
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_QUEUED);
	load_free(load);
}

/* A release with one attachment of 17 MB, to four people; dispatch 2 is of it. */
static void freeze_large(struct newsroomcase *room)
{
	char *bytes = mem_alloc(17u * 1024u * 1024u);
	struct release_set *set = NULL;
	struct plan *plan;
	int64_t id = 0;

	newlist_import(&room->place, "europe", "address,name\ndee@radio.example,Dee\n");
	memset(bytes, 'x', 17u * 1024u * 1024u - 1);
	newsroomcase_write(room, "releases/annex.txt", bytes);
	newsroomcase_write(room, "releases/large.md",
		"---\ntitle: Large\nattachments:\n  - path: annex.txt\n---\nWords.\n");
	free(bytes);
	if (release_set_load(newsroom_releases(room->newsroom), "large", "en", newsroom_zone(room->newsroom),
		    &set, &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
	plan = newsroomcase_plan(room, set, "europe");
	if (freeze_plan(room->newsroom, plan, &id, &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
	assert_int_equal(id, 2);
	plan_free(plan);
	release_set_free(set);
}

static void few_large_messages_wait_at_a_time(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = NULL;
	struct courierjob *jobs[4];

	freeze_large(room);
	assert_int_equal(load_new(room->newsroom, CLAIMS, &load, &room->place.err), OK);
	assert_int_equal(load_add(load, 2, &room->place.err), OK);
	turn(room, load);
	for (size_t i = 0; i < 4; i++)
		jobs[i] = load_take(load);
	assert_non_null(jobs[2]);
	assert_null(jobs[3]);
	assert_true(load_is_hungry(load));
	for (size_t i = 0; i < 3; i++)
		settle(load, jobs[i], DELIVERY_ACCEPTED, 250);
	turn(room, load);
	jobs[3] = load_take(load);
	assert_non_null(jobs[3]);
	load_give_back(load, jobs[3]);
	load_free(load);
}

static void a_dispatch_whose_messages_are_too_large_is_held(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = loaded(room);
	struct courierjob *job;
	int64_t position;

	turn(room, load);
	job = load_take(load);
	position = job->job.position;
	load_give_back_large(load, job, "the message has 9 bytes and the relay takes at most 8");
	assert_false(load_may_send(load, 1));
	turn(room, load);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_HELD);
	assert_int_equal(newdispatch_state_of(&room->place, 1, position), DELIVERY_QUEUED);
	load_free(load);
}

static void a_held_dispatch_is_not_taken_on(void **state)
{
	struct newsroomcase *room = *state;
	struct load *load = NULL;

	newdispatch_set_state(&room->place, 1, DISPATCH_HELD, "by ana");
	assert_int_equal(load_new(room->newsroom, CLAIMS, &load, &room->place.err), OK);
	assert_int_equal(load_add(load, 1, &room->place.err), E_HELD);
	assert_contains(room->place.err.text, "by ana");
	load_free(load);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_turn_claims_and_builds_what_is_queued),
		TEST(what_has_an_outcome_is_in_the_store_after_the_next_turn),
		TEST(what_was_not_sent_goes_back_without_a_try),
		TEST(a_hold_shuts_the_gate_at_the_next_turn),
		TEST(the_gate_is_shut_for_a_dispatch_that_was_not_taken_on),
		TEST(a_deferred_one_is_taken_again_when_it_is_due),
		TEST(a_dispatch_ends_when_nothing_is_left_of_it),
		TEST(what_others_hand_over_is_taken_on),
		TEST(a_turn_that_stops_takes_nothing_on),
		TEST(a_letter_that_cannot_be_built_holds_its_dispatch),
		TEST(few_large_messages_wait_at_a_time),
		TEST(a_dispatch_whose_messages_are_too_large_is_held),
		TEST(a_held_dispatch_is_not_taken_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
