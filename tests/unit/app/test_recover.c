/*
 * After a killed sender: what its flight record knew is in the store, once, and the rest is told honestly.
 */
#include "app/recover.h"

#include "base/clock.h"
#include "base/file.h"
#include "store/deliveries.h"
#include "support/newdispatch.h"
#include "support/test.h"

#include <fcntl.h>
#include <unistd.h>

#define NOW NEWDISPATCH_AT_MS

static int64_t delays[] = {60000};
static struct settings settings = {
	.retry = {.after = {delays, 1}, .expire_ms = INT64_C(3600000)},
	.unknown = UNKNOWN_HOLD,
};
static const unsigned char digest[ATTEMPT_DIGEST_SIZE] = {7};

static struct flight *open_flight(struct newstore *place)
{
	char *path = file_join(place->folder, "state/flight");
	struct flight *flight = NULL;

	if (flight_open(path, &flight, &place->err) != OK)
		fail_msg("%s", place->err.text);
	free(path);
	return flight;
}

/* Three deliveries, claimed by a sender that is gone. */
static int64_t three_claimed(struct newstore *place)
{
	int64_t dispatch = newdispatch_add(place, "fund");

	newdispatch_queue(place, dispatch, "ana@paper.example");
	newdispatch_queue(place, dispatch, "bo@wire.example");
	newdispatch_queue(place, dispatch, "cy@radio.example");
	assert_int_equal(newdispatch_claim(place, dispatch, NOW), 3);
	return dispatch;
}

static void note_final(
	struct newstore *place, struct flight *flight, int64_t dispatch, int64_t position, int number)
{
	assert_int_equal(flight_note_final(flight, dispatch, position, number, digest, &place->err), OK);
}

static void note_reply(struct newstore *place, struct flight *flight, const struct attempt *attempt)
{
	assert_int_equal(flight_note_reply(flight, attempt, &place->err), OK);
}

/* As the next sender does it. */
static struct recovery recover(struct newstore *place)
{
	struct flight *flight = open_flight(place);
	struct recovery recovery;

	if (recover_flight(place->store, flight, &settings, &recovery, &place->err) != OK)
		fail_msg("%s", place->err.text);
	flight_close(flight);
	return recovery;
}

static void a_reply_is_settled_as_it_was(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_claimed(place);
	struct attempt attempt =
		newdispatch_attempt(dispatch, 1, 1, DELIVERY_ACCEPTED, 250, "queued as 4C1F");
	struct flight *flight = open_flight(place);
	struct recovery recovery;

	note_final(place, flight, dispatch, 1, 1);
	note_reply(place, flight, &attempt);
	flight_close(flight);
	recovery = recover(place);
	assert_int_equal(recovery.settled, 1);
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_ACCEPTED);
	assert_int_equal(newdispatch_count_attempts(place, dispatch, 1), 1);
	assert_int_equal(newstore_number(place, "SELECT reply = 'queued as 4C1F' FROM attempt"), 1);
}

static void a_reply_before_the_last_byte_is_settled_too(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_claimed(place);
	struct attempt attempt = newdispatch_attempt(dispatch, 2, 1, DELIVERY_DEFERRED, 451, "greylisted");
	struct flight *flight = open_flight(place);

	note_reply(place, flight, &attempt);
	flight_close(flight);
	recover(place);
	assert_int_equal(newdispatch_state_of(place, dispatch, 2), DELIVERY_DEFERRED);
	assert_int_equal(newdispatch_next_ms(place, dispatch, 2), NOW + 60000);
}

/* As the store is after a damage: what the server took stays known, and what it didn't answer isn't guessed
 * at. */
static void a_reply_whose_claim_is_lost_is_settled_too(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = newdispatch_add(place, "fund");
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_ACCEPTED, 250, "ok");
	struct flight *flight = open_flight(place);

	newdispatch_queue(place, dispatch, "ana@paper.example");
	newdispatch_queue(place, dispatch, "bo@wire.example");
	note_final(place, flight, dispatch, 1, 1);
	note_reply(place, flight, &attempt);
	note_final(place, flight, dispatch, 2, 1);
	flight_close(flight);
	assert_int_equal(recover(place).settled, 1);
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_ACCEPTED);
	assert_int_equal(newdispatch_count_attempts(place, dispatch, 1), 1);
	assert_int_equal(newdispatch_state_of(place, dispatch, 2), DELIVERY_QUEUED);
}

static void a_reply_that_was_settled_already_is_not_settled_again(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_claimed(place);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_DEFERRED, 451, "later");
	struct flight *flight = open_flight(place);

	newdispatch_settle(place, dispatch, 1, DELIVERY_DEFERRED, 451, "later");
	note_reply(place, flight, &attempt);
	attempt.dispatch = dispatch + 1; /* that the store doesn't know */
	note_reply(place, flight, &attempt);
	flight_close(flight);
	assert_int_equal(recover(place).settled, 0);
	assert_int_equal(newdispatch_count_attempts(place, dispatch, 1), 1);
}

static void a_message_without_a_reply_is_unknown(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_claimed(place);
	struct flight *flight = open_flight(place);
	struct recovery recovery;

	note_final(place, flight, dispatch, 3, 1);
	flight_close(flight);
	recovery = recover(place);
	assert_int_equal(recovery.unknown, 1);
	assert_int_equal(newdispatch_state_of(place, dispatch, 3), DELIVERY_UNKNOWN);
	assert_int_equal(newdispatch_count_attempts(place, dispatch, 3), 1);
}

static void a_claim_that_was_not_begun_goes_back_and_counts_no_try(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_claimed(place);
	struct flight *flight = open_flight(place);
	struct recovery recovery;

	note_final(place, flight, dispatch, 1, 1);
	flight_close(flight);
	recovery = recover(place);
	assert_int_equal(recovery.given_back, 2);
	assert_int_equal(newdispatch_state_of(place, dispatch, 2), DELIVERY_QUEUED);
	assert_int_equal(newdispatch_count_attempts(place, dispatch, 2), 0);
}

/* Without a record of this boot nobody knows how far the last sender came. */
static void without_a_record_every_claim_is_unknown(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_claimed(place);
	struct recovery recovery = recover(place);

	assert_int_equal(recovery.unknown, 3);
	assert_int_equal(newdispatch_state_of(place, dispatch, 2), DELIVERY_UNKNOWN);
}

/* Have the record say that another boot wrote it: the identity is in its header, under a checksum (FNV-1a).
 */
static void change_boot(struct newstore *place)
{
	char *path = file_join(place->folder, "state/flight");
	uint32_t checksum = 2166136261u;
	struct str bytes;
	size_t at;

	str_init(&bytes, STR_MAX_LARGE);
	assert_int_equal(file_load(path, &bytes, &place->err), OK);
	at = span_find(str_span(&bytes), span_of(clock_boot_id()), 0);
	assert_true(at != SIZE_MAX);
	bytes.ptr[at] = bytes.ptr[at] == '0' ? '1' : '0';
	for (size_t i = 2 * sizeof(checksum); i < at + 64; i++)
		checksum = (checksum ^ (unsigned char)bytes.ptr[i]) * 16777619u;
	memcpy(bytes.ptr + sizeof(checksum), &checksum, sizeof(checksum));
	assert_int_equal(file_save(path, str_span(&bytes), 0600, &place->err), OK);
	str_clear(&bytes);
	free(path);
}

static void after_another_boot_every_claim_without_a_reply_is_unknown(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_claimed(place);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_ACCEPTED, 250, "ok");
	struct flight *flight = open_flight(place);
	struct recovery recovery;

	note_final(place, flight, dispatch, 1, 1);
	note_reply(place, flight, &attempt);
	note_final(place, flight, dispatch, 2, 1);
	flight_close(flight);
	change_boot(place);
	recovery = recover(place);
	assert_int_equal(recovery.settled, 1);
	assert_int_equal(recovery.unknown, 2);
	assert_int_equal(recovery.given_back, 0);
	assert_int_equal(newdispatch_state_of(place, dispatch, 3), DELIVERY_UNKNOWN);
}

static void after_damage_in_the_record_every_claim_without_a_reply_is_unknown(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_claimed(place);
	struct flight *flight = open_flight(place);
	char *path = file_join(place->folder, "state/flight");
	const char garbage = '#';
	struct recovery recovery;
	int fd;

	for (int64_t position = 1; position <= 3; position++)
		note_final(place, flight, dispatch, position, 1);
	flight_close(flight);
	fd = open(path, O_WRONLY);
	/* In the first record, behind the header's 88 bytes. */
	assert_int_equal(pwrite(fd, &garbage, 1, 88 + 50), 1);
	close(fd);
	recovery = recover(place);
	assert_int_equal(recovery.unknown, 3);
	assert_int_equal(recovery.given_back, 0);
	recovery = recover(place);
	assert_int_equal(recovery.unknown + recovery.settled + recovery.given_back, 0);
	free(path);
}

/* A sender begins by recovering: from then on the record is this boot's. */
static void claims_of_a_sender_that_had_sent_nothing_yet_go_back(void **state)
{
	struct newstore *place = *state;

	recover(place);
	three_claimed(place);
	assert_int_equal(recover(place).given_back, 3);
}

static void a_try_of_an_earlier_number_says_nothing_of_this_one(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = newdispatch_add(place, "fund");
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_DEFERRED, 451, "later");
	struct flight *flight = open_flight(place);

	newdispatch_queue(place, dispatch, "ana@paper.example");
	newdispatch_settle(place, dispatch, 1, DELIVERY_DEFERRED, 451, "later");
	assert_int_equal(newdispatch_claim(place, dispatch, NOW + 60000), 1);
	note_final(place, flight, dispatch, 1, 1);
	note_reply(place, flight, &attempt);
	flight_close(flight);
	assert_int_equal(recover(place).given_back, 1);
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_DEFERRED);
	assert_int_equal(newdispatch_count_attempts(place, dispatch, 1), 1);
}

/* Killed between the commit and the truncation: the record tells of what is in the store already. */
static void what_was_settled_already_is_not_recorded_twice(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_claimed(place);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_ACCEPTED, 250, "ok");
	struct flight *flight = open_flight(place);

	note_final(place, flight, dispatch, 1, 1);
	note_reply(place, flight, &attempt);
	newdispatch_settle(place, dispatch, 1, DELIVERY_ACCEPTED, 250, "ok");
	flight_close(flight);
	assert_int_equal(recover(place).settled, 0);
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_ACCEPTED);
	assert_int_equal(newdispatch_count_attempts(place, dispatch, 1), 1);
}

static void recovering_again_finds_nothing_to_do(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_claimed(place);
	struct flight *flight = open_flight(place);
	struct recovery recovery;

	note_final(place, flight, dispatch, 1, 1);
	flight_close(flight);
	recover(place);
	recovery = recover(place);
	assert_int_equal(recovery.settled + recovery.unknown + recovery.given_back, 0);
	assert_int_equal(newdispatch_count_attempts(place, dispatch, 1), 1);
}

static void an_unknown_one_goes_back_to_the_queue_where_the_settings_say_resend(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_claimed(place);
	struct flight *flight = open_flight(place);

	note_final(place, flight, dispatch, 1, 1);
	flight_close(flight);
	settings.unknown = UNKNOWN_RESEND;
	recover(place);
	settings.unknown = UNKNOWN_HOLD;
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_QUEUED);
	assert_int_equal(newdispatch_count_attempts(place, dispatch, 1), 1);
}

static void a_dispatch_whose_last_reply_is_found_is_finished(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = newdispatch_add(place, "fund");
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_ACCEPTED, 250, "ok");
	struct flight *flight = open_flight(place);

	newdispatch_queue(place, dispatch, "ana@paper.example");
	newdispatch_claim(place, dispatch, NOW);
	note_final(place, flight, dispatch, 1, 1);
	note_reply(place, flight, &attempt);
	flight_close(flight);
	recover(place);
	assert_int_equal(newdispatch_state(place, dispatch), DISPATCH_FINISHED);
}

/* Cancelled while its messages were under way, and then the sender was killed. */
static void a_cancelled_dispatch_is_recovered_too(void **state)
{
	struct newstore *place = *state;
	int64_t dispatch = three_claimed(place);
	struct attempt attempt = newdispatch_attempt(dispatch, 1, 1, DELIVERY_ACCEPTED, 250, "ok");
	struct flight *flight = open_flight(place);

	note_final(place, flight, dispatch, 1, 1);
	note_reply(place, flight, &attempt);
	note_final(place, flight, dispatch, 2, 1);
	newdispatch_set_state(place, dispatch, DISPATCH_CANCELLED, "");
	flight_close(flight);
	recover(place);
	assert_int_equal(newdispatch_state_of(place, dispatch, 1), DELIVERY_ACCEPTED);
	assert_int_equal(newdispatch_state_of(place, dispatch, 2), DELIVERY_UNKNOWN);
	assert_int_equal(newdispatch_state_of(place, dispatch, 3), DELIVERY_CANCELLED);
	assert_int_equal(newdispatch_state(place, dispatch), DISPATCH_CANCELLED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reply_is_settled_as_it_was),
		TEST(a_reply_before_the_last_byte_is_settled_too),
		TEST(a_reply_whose_claim_is_lost_is_settled_too),
		TEST(a_reply_that_was_settled_already_is_not_settled_again),
		TEST(a_message_without_a_reply_is_unknown),
		TEST(a_claim_that_was_not_begun_goes_back_and_counts_no_try),
		TEST(without_a_record_every_claim_is_unknown),
		TEST(after_another_boot_every_claim_without_a_reply_is_unknown),
		TEST(after_damage_in_the_record_every_claim_without_a_reply_is_unknown),
		TEST(claims_of_a_sender_that_had_sent_nothing_yet_go_back),
		TEST(a_try_of_an_earlier_number_says_nothing_of_this_one),
		TEST(what_was_settled_already_is_not_recorded_twice),
		TEST(recovering_again_finds_nothing_to_do),
		TEST(an_unknown_one_goes_back_to_the_queue_where_the_settings_say_resend),
		TEST(a_dispatch_whose_last_reply_is_found_is_finished),
		TEST(a_cancelled_dispatch_is_recovered_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
