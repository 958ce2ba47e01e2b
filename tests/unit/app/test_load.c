/*
 * What a courier carries: claimed, built, settled and ended, a turn at a time.
 */
#include "app/load.h"

#include "app/brakes.h"
#include "app/freeze.h"
#include "app/letterbox.h"
#include "base/mem.h"
#include "store/dispatches.h"
#include "store/relaystates.h"
#include "store/sqlite.h"
#include "support/newdispatch.h"
#include "support/newlist.h"
#include "support/newsroomcase.h"
#include "support/test.h"

#define CONNECTIONS 4

/* A load, and what stands in for the threads around it. */
struct carrying {
	struct newsroomcase *room;
	struct load *load;
	struct letterbox *letterbox;
	struct courierjob_queue ready, done;
};

static struct carrying begin(struct newsroomcase *room)
{
	struct carrying c = {.room = room};

	c.load = load_new(room->place.store, newsroom_settings(room->newsroom), CONNECTIONS);
	assert_int_equal(letterbox_new(room->newsroom, &c.letterbox, &room->place.err), OK);
	return c;
}

/* Dispatch 1, taken on. */
static struct carrying loaded(struct newsroomcase *room)
{
	struct carrying c = begin(room);

	assert_int_equal(load_add(c.load, 1, &room->place.err), OK);
	return c;
}

/* A turn, and all that it claimed is built. */
static void turn(struct carrying *c)
{
	struct courierjob_queue claimed = {0};
	struct courierjob *job;

	load_take_done(c->load, &c->done);
	if (load_turn(c->load, true, &claimed, &c->room->place.err) != OK)
		fail_msg("%s", c->room->place.err.text);
	while ((job = courierjob_take(&claimed)))
		courierjob_put(
			courierjob_build(job, c->letterbox, &c->room->place.err) == OK ? &c->ready : &c->done,
			job);
}

static struct courierjob *take(struct carrying *c)
{
	return courierjob_take(&c->ready);
}

static void settle(struct carrying *c, struct courierjob *job, enum delivery_state outcome, int code)
{
	job->has_outcome = true;
	job->outcome = newdispatch_attempt(
		job->job.dispatch, job->delivery.position, job->job.attempt_number, outcome, code, "words");
	courierjob_put(&c->done, job);
}

static void give_back(struct carrying *c, struct courierjob *job)
{
	courierjob_put(&c->done, job);
}

static void end(struct carrying *c)
{
	courierjob_move(&c->done, &c->ready);
	load_take_done(c->load, &c->done);
	assert_int_equal(load_end(c->load, &c->room->place.err), OK);
	load_free(c->load);
	letterbox_free(c->letterbox);
}

static bool is_hungry(const struct carrying *c)
{
	struct belt_need need = load_need(c->load, true);

	return need.can_claim && need.open <= need.low;
}

static void what_is_taken_on_is_seen_to_be_carried(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);
	bool is_carried = false;

	assert_int_equal(store_is_carried(room->place.store, 1, &is_carried, &room->place.err), OK);
	assert_true(is_carried);
	end(&c);
}

static void a_turn_claims_what_is_queued(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);
	struct courierjob *job;

	assert_null(take(&c));
	turn(&c);
	turn(&c);
	job = take(&c);
	assert_non_null(job);
	assert_int_equal(job->job.position, 1);
	assert_int_equal(job->job.attempt_number, 1);
	assert_true(gate_may_pass(job->gate));
	assert_true(span_ends(job->job.message, SPAN("\r\n")));
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_CLAIMED);
	assert_int_equal(load_counts(c.load)->by_state[DELIVERY_CLAIMED], 3);
	give_back(&c, job);
	end(&c);
}

static void what_has_an_outcome_is_in_the_store_after_the_next_turn(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);

	turn(&c);
	settle(&c, take(&c), DELIVERY_ACCEPTED, 250);
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_CLAIMED);
	turn(&c);
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_ACCEPTED);
	assert_int_equal(newdispatch_count_attempts(&room->place, 1, 1), 1);
	assert_int_equal(load_counts(c.load)->settled, 1);
	end(&c);
}

static void what_was_not_sent_goes_back_without_a_try(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);

	turn(&c);
	turn(&c);
	end(&c);
	for (int position = 1; position <= 3; position++) {
		assert_int_equal(newdispatch_state_of(&room->place, 1, position), DELIVERY_QUEUED);
		assert_int_equal(newdispatch_count_attempts(&room->place, 1, position), 0);
	}
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_SENDING);
}

static void a_hold_shuts_the_gate_at_the_next_turn(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);
	struct courierjob *job;
	size_t count = 0;

	turn(&c);
	job = take(&c);
	assert_true(gate_may_pass(job->gate));
	assert_int_equal(brakes_hold(room->place.store, 1, "ana", &count, &room->place.err), OK);
	turn(&c);
	assert_false(gate_may_pass(job->gate));
	give_back(&c, job);
	courierjob_move(&c.done, &c.ready);
	turn(&c);
	assert_int_equal(load_next_ms(c.load, 60000), INT64_MAX);
	end(&c);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_HELD);
}

/* Whatever the last turn saw. */
static void the_gate_is_shut_before_its_time(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);
	struct courierjob *job;

	turn(&c);
	job = take(&c);
	assert_true(gate_may_pass(job->gate));
	job->gate->not_before_ms = room->now_ms + 1;
	assert_false(gate_may_pass(job->gate));
	room->now_ms++;
	assert_true(gate_may_pass(job->gate));
	give_back(&c, job);
	end(&c);
}

static void a_deferred_one_is_taken_again_when_it_is_due(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);
	struct courierjob *job;
	int64_t next_ms;

	turn(&c);
	turn(&c);
	settle(&c, take(&c), DELIVERY_DEFERRED, 451);
	settle(&c, take(&c), DELIVERY_ACCEPTED, 250);
	settle(&c, take(&c), DELIVERY_ACCEPTED, 250);
	turn(&c);
	turn(&c);
	assert_null(take(&c));
	next_ms = newdispatch_next_ms(&room->place, 1, 1);
	assert_true(next_ms > room->now_ms);
	assert_int_equal(load_next_ms(c.load, next_ms - room->now_ms), next_ms);
	assert_int_equal(load_next_ms(c.load, next_ms - room->now_ms - 1), INT64_MAX);
	room->now_ms = next_ms;
	assert_true(is_hungry(&c));
	turn(&c);
	job = take(&c);
	assert_non_null(job);
	assert_int_equal(job->job.attempt_number, 2);
	give_back(&c, job);
	load_take_done(c.load, &c.done);
	assert_int_equal(load_end(c.load, &room->place.err), OK);
	assert_int_equal(load_next_try_ms(c.load), next_ms);
	end(&c);
}

static void a_dispatch_ends_when_nothing_is_left_of_it(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);

	turn(&c);
	turn(&c);
	for (int i = 0; i < 3; i++)
		settle(&c, take(&c), i ? DELIVERY_ACCEPTED : DELIVERY_FAILED, i ? 250 : 550);
	turn(&c);
	turn(&c);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_FINISHED);
	end(&c);
}

static void what_others_hand_over_is_taken_on(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = begin(room);
	struct courierjob *job;

	newdispatch_set_state(&room->place, 1, DISPATCH_SCHEDULED, "");
	turn(&c);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_SENDING);
	assert_int_equal(load_counts(c.load)->total, 3);
	job = take(&c);
	assert_non_null(job);
	give_back(&c, job);
	end(&c);
}

/* Import many, and freeze a second dispatch to them. */
static int64_t crowd_of(struct newsroomcase *room, int count)
{
	struct str people;

	str_init(&people, STR_MAX_LARGE);
	str_add_text(&people, "address\n");
	for (int i = 0; i < count; i++)
		str_addf(&people, "r%d@crowd.example\n", i);
	newlist_import(&room->place, "crowd", people.ptr);
	str_clear(&people);
	newsroomcase_freeze(room, "crowd");
	return 2;
}

static void what_the_sender_has_counts_as_open(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = begin(room);
	struct courierjob_queue sent = {0};
	const size_t least = (size_t)4 * CONNECTIONS;

	assert_int_equal(load_add(c.load, crowd_of(room, 60), &room->place.err), OK);
	turn(&c);
	turn(&c);
	assert_int_equal(c.ready.count, least);
	while (c.ready.count)
		courierjob_put(&sent, take(&c));
	assert_false(is_hungry(&c));
	turn(&c);
	assert_int_equal(c.ready.count, 0);
	for (int i = 0; i < 4; i++)
		settle(&c, courierjob_take(&sent), DELIVERY_ACCEPTED, 250);
	turn(&c);
	assert_int_equal(c.ready.count, 4);
	while (sent.count)
		settle(&c, courierjob_take(&sent), DELIVERY_ACCEPTED, 250);
	end(&c);
}

static void what_waits_aside_keeps_nobody_from_being_claimed(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = begin(room);
	const size_t least = (size_t)4 * CONNECTIONS;

	assert_int_equal(load_add(c.load, crowd_of(room, 60), &room->place.err), OK);
	turn(&c);
	assert_int_equal(c.ready.count, least);
	turn(&c);
	assert_int_equal(c.ready.count, least);
	load_set_aside(c.load, least);
	turn(&c);
	assert_int_equal(c.ready.count, 2 * least);
	end(&c);
}

static void no_more_is_open_than_there_may_be(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = begin(room);

	assert_int_equal(load_add(c.load, crowd_of(room, LOAD_CLAIMS_MAX + 100), &room->place.err), OK);
	load_set_aside(c.load, (size_t)2 * LOAD_CLAIMS_MAX);
	turn(&c);
	assert_int_equal(c.ready.count, LOAD_CLAIMS_MAX);
	turn(&c);
	assert_int_equal(c.ready.count, LOAD_CLAIMS_MAX);
	assert_true(load_need(c.load, true).high < LOAD_CLAIMS_MAX);
	end(&c);
}

static void a_turn_that_stops_takes_nothing_on(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);
	struct courierjob_queue claimed = {0};

	assert_int_equal(load_turn(c.load, false, &claimed, &room->place.err), OK);
	assert_int_equal(claimed.count, 0);
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_QUEUED);
	end(&c);
}

static void a_turn_that_cannot_be_kept_leaves_everything_as_it_was(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);
	struct courierjob_queue claimed = {0};

	assert_int_equal(store_begin(room->place.store, &room->place.err), OK);
	assert_int_not_equal(load_turn(c.load, true, &claimed, &room->place.err), OK);
	store_rollback(room->place.store);
	assert_int_equal(claimed.count, 0);
	assert_int_equal(load_counts(c.load)->by_state[DELIVERY_QUEUED], 3);
	turn(&c);
	turn(&c);
	assert_int_equal(c.ready.count, 3);
	end(&c);
}

static void a_letter_that_cannot_be_built_holds_its_dispatch(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);

	assert_int_equal(sqlite_run(room->place.store, "UPDATE letter SET content = x'00'", SQLITE_NO_VALUES,
				 &room->place.err),
		OK);
	turn(&c);
	assert_null(take(&c));
	turn(&c);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_HELD);
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_QUEUED);
	end(&c);
}

/* Position 1 goes out and nobody knows; its digest is kept as `attempt` has it. */
static void lose_first(struct carrying *c, bool is_same)
{
	struct courierjob *job;

	turn(c);
	job = take(c);
	settle(c, job, DELIVERY_UNKNOWN, 0);
	job->outcome.has_digest = true;
	memcpy(job->outcome.digest, job->digest, sizeof(job->digest));
	job->outcome.digest[0] ^= is_same ? 0 : 1;
	turn(c);
	turn(c);
}

static void what_may_be_out_goes_again_as_the_same_message(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);

	lose_first(&c, true);
	assert_int_equal(c.ready.count, 3);
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_CLAIMED);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_SENDING);
	end(&c);
}

static void what_may_be_out_as_another_message_is_left_to_a_person(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);

	lose_first(&c, false);
	turn(&c);
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_UNKNOWN);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_HELD);
	end(&c);
	assert_int_equal(newdispatch_count_attempts(&room->place, 1, 1), 1);
}

static void a_dispatch_that_a_job_wants_held_is_held(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);
	struct courierjob *job;
	int64_t position;

	turn(&c);
	job = take(&c);
	position = job->job.position;
	courierjob_hold(job, "the message has 9 bytes and the relay takes at most 8");
	assert_false(gate_may_pass(job->gate));
	give_back(&c, job);
	turn(&c);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_HELD);
	assert_int_equal(newdispatch_state_of(&room->place, 1, position), DELIVERY_QUEUED);
	end(&c);
}

/* A builder or the relay has said so, and a turn comes before the job does. */
static void what_a_job_wants_held_stays_shut_until_the_store_says_so(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);
	struct courierjob *first;
	struct courierjob *second;
	struct gate *gate;

	turn(&c);
	turn(&c);
	first = take(&c);
	second = take(&c);
	gate = first->gate;
	courierjob_hold(first, "too large for the relay");
	courierjob_hold(second, "too large for the relay");
	assert_false(gate_may_pass(gate));
	turn(&c);
	assert_false(gate_may_pass(gate));
	give_back(&c, first);
	turn(&c);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_HELD);
	assert_int_equal(brakes_resume(room->place.store, 1, &room->place.err), OK);
	turn(&c);
	assert_false(gate_may_pass(gate));
	give_back(&c, second);
	turn(&c);
	assert_int_equal(brakes_resume(room->place.store, 1, &room->place.err), OK);
	turn(&c);
	assert_true(gate_may_pass(gate));
	end(&c);
}

static void a_held_dispatch_is_not_taken_on(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = begin(room);

	newdispatch_set_state(&room->place, 1, DISPATCH_HELD, "by ana");
	assert_int_equal(load_add(c.load, 1, &room->place.err), E_HELD);
	assert_contains(room->place.err.text, "by ana");
	end(&c);
}

static enum status add_relay(void *context, const struct relay_state *state, struct err *err)
{
	(void)err;
	str_addf(context, "%s %s\n", state->relay, state->words);
	return OK;
}

static void assert_relays(struct newsroomcase *room, const char *wanted)
{
	struct str found;

	str_init(&found, STR_MAX_SMALL);
	assert_int_equal(store_each_relay_state(room->place.store, add_relay, &found, &room->place.err), OK);
	assert_string_equal(found.ptr ? found.ptr : "", wanted);
	str_clear(&found);
}

static void a_turn_keeps_how_relays_are_doing(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);
	struct relaystates states = {.items = {{.relay = "a:25", .words = "refused"}}, .count = 1};

	load_take_relays(c.load, &states);
	assert_int_equal(states.count, 0);
	assert_relays(room, "");
	turn(&c);
	assert_relays(room, "a:25 refused\n");
	end(&c);
}

/* A turn that can't be kept is followed by another one, or by the end. */
static void what_relays_are_doing_outlives_a_turn_that_fails(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);
	struct courierjob_queue claimed = {0};
	struct relaystates states = {.items = {{.relay = "a:25", .words = "refused"}}, .count = 1};

	load_take_relays(c.load, &states);
	assert_int_equal(store_begin(room->place.store, &room->place.err), OK);
	assert_int_not_equal(load_turn(c.load, true, &claimed, &room->place.err), OK);
	store_rollback(room->place.store);
	assert_relays(room, "");
	end(&c);
	assert_relays(room, "a:25 refused\n");
}

/* Another dispatch may keep the sender at work for hours, or it's killed. */
static void what_comes_back_to_a_cancelled_dispatch_is_cancelled_in_the_same_turn(void **state)
{
	struct newsroomcase *room = *state;
	struct carrying c = loaded(room);
	size_t count = 0;

	turn(&c);
	turn(&c);
	assert_int_equal(brakes_cancel(room->place.store, 1, &count, &room->place.err), OK);
	settle(&c, take(&c), DELIVERY_DEFERRED, 451);
	give_back(&c, take(&c));
	settle(&c, take(&c), DELIVERY_ACCEPTED, 250);
	turn(&c);
	assert_int_equal(newdispatch_state_of(&room->place, 1, 1), DELIVERY_CANCELLED);
	assert_int_equal(newdispatch_state_of(&room->place, 1, 2), DELIVERY_CANCELLED);
	assert_int_equal(newdispatch_state_of(&room->place, 1, 3), DELIVERY_ACCEPTED);
	assert_int_equal(load_counts(c.load)->by_state[DELIVERY_CANCELLED], 2);
	end(&c);
	assert_int_equal(newdispatch_state(&room->place, 1), DISPATCH_CANCELLED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newsroomcase_set_up_europe, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_taken_on_is_seen_to_be_carried),
		TEST(a_turn_claims_what_is_queued),
		TEST(what_has_an_outcome_is_in_the_store_after_the_next_turn),
		TEST(what_was_not_sent_goes_back_without_a_try),
		TEST(a_hold_shuts_the_gate_at_the_next_turn),
		TEST(the_gate_is_shut_before_its_time),
		TEST(a_deferred_one_is_taken_again_when_it_is_due),
		TEST(a_dispatch_ends_when_nothing_is_left_of_it),
		TEST(what_others_hand_over_is_taken_on),
		TEST(what_the_sender_has_counts_as_open),
		TEST(what_waits_aside_keeps_nobody_from_being_claimed),
		TEST(no_more_is_open_than_there_may_be),
		TEST(a_turn_that_stops_takes_nothing_on),
		TEST(a_turn_that_cannot_be_kept_leaves_everything_as_it_was),
		TEST(a_letter_that_cannot_be_built_holds_its_dispatch),
		TEST(what_may_be_out_goes_again_as_the_same_message),
		TEST(what_may_be_out_as_another_message_is_left_to_a_person),
		TEST(a_dispatch_that_a_job_wants_held_is_held),
		TEST(what_a_job_wants_held_stays_shut_until_the_store_says_so),
		TEST(a_held_dispatch_is_not_taken_on),
		TEST(a_turn_keeps_how_relays_are_doing),
		TEST(what_relays_are_doing_outlives_a_turn_that_fails),
		TEST(what_comes_back_to_a_cancelled_dispatch_is_cancelled_in_the_same_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
