/*
 * What a newsroom's settings say of every letter.
 */
#include "app/frame.h"

#include "support/newsroomcase.h"
#include "support/test.h"

static const struct frame_options options = {
	.from = "", .language = "fr", .kind = DISPATCH_TEST, .dispatch = 7, .date_ms = 12345};

static void assert_span(struct span got, const char *wanted)
{
	if (!span_equals(got, span_of(wanted)))
		fail_msg("\"%.*s\" is not \"%s\"", SPAN_ARG(got), wanted);
}

static void a_letter_is_from_the_newsroom(void **state)
{
	struct newsroomcase *room = *state;
	struct frame frame;

	assert_int_equal(frame_init(&frame, room->newsroom, &options, &room->place.err), OK);
	assert_span(frame.letter.from_name, "Harbour Relief Press Office");
	assert_span(frame.letter.from_address, "press@harbour.example");
	assert_span(frame.letter.newsroom_name, "Harbour Relief");
	assert_span(frame.letter.newsroom_domain, "harbour.example");
	assert_span(frame.letter.postal_address, "14 Quay Street, London E1W 9ZZ");
	assert_span(frame.letter.reply_to, "");
	assert_span(frame.letter.language, "fr");
	assert_span(frame.letter.subject_mark, "[TEST] ");
	assert_int_equal(frame.letter.dispatch, 7);
	assert_int_equal(frame.letter.date_ms, 12345);
	frame_clear(&frame);
}

static void a_lists_own_sender_replaces_the_newsrooms(void **state)
{
	struct newsroomcase *room = *state;
	struct frame_options own = options;
	struct frame frame;

	own.from = "Mena Desk <mena@Harbour.example>";
	assert_int_equal(frame_init(&frame, room->newsroom, &own, &room->place.err), OK);
	assert_span(frame.letter.from_name, "Mena Desk");
	assert_span(frame.letter.from_address, "mena@harbour.example");
	frame_clear(&frame);
}

static void assert_unsubscribe_url(struct newsroomcase *room, const char *set, const char *wanted)
{
	struct frame frame;
	struct str setting;

	str_init(&setting, STR_MAX_SMALL);
	str_addf(&setting, "unsubscribe_url = \"%s\";", set);
	newsroomcase_change(room, "unsubscribe_url = \"\";", setting.ptr);
	assert_int_equal(frame_init(&frame, room->newsroom, &options, &room->place.err), OK);
	assert_span(frame.letter.unsubscribe_url, wanted);
	assert_span(frame.letter.unsubscribe_mail, "bounce@harbour.example");
	frame_clear(&frame);
	newsroomcase_change(room, setting.ptr, "unsubscribe_url = \"\";");
	str_clear(&setting);
}

static void a_token_can_follow_the_address_for_unsubscribing(void **state)
{
	assert_unsubscribe_url(*state, "", "");
	assert_unsubscribe_url(
		*state, "https://press.harbour.example/leave", "https://press.harbour.example/leave/");
	assert_unsubscribe_url(
		*state, "https://press.harbour.example/leave/", "https://press.harbour.example/leave/");
	assert_unsubscribe_url(
		*state, "https://press.harbour.example/?t=", "https://press.harbour.example/?t=");
}

static void a_sender_without_a_name_is_an_address(void **state)
{
	struct newsroomcase *room = *state;
	struct frame_options own = options;
	struct frame frame;

	own.from = "mena@harbour.example";
	assert_int_equal(frame_init(&frame, room->newsroom, &own, &room->place.err), OK);
	assert_span(frame.letter.from_name, "");
	frame_clear(&frame);
}

static void a_sender_that_is_no_mailbox_is_refused(void **state)
{
	struct newsroomcase *room = *state;
	struct frame_options own = options;
	struct frame frame;

	own.from = "Mena\r\nBcc: all@evil.example <mena@harbour.example>";
	assert_int_equal(frame_init(&frame, room->newsroom, &own, &room->place.err), E_SYNTAX);
}

static void what_is_sent_is_signed_and_a_preview_is_not(void **state)
{
	struct newsroomcase *room = *state;
	struct frame_options preview = options;
	struct frame frame;

	newsroomcase_make_key(room, "harbour.example", "press");
	assert_int_equal(frame_init(&frame, room->newsroom, &options, &room->place.err), OK);
	assert_int_equal(frame.letter.signer_count, 1);
	assert_span(frame.letter.signers[0].selector, "press");
	frame_clear(&frame);
	preview.dispatch = 0;
	assert_int_equal(frame_init(&frame, room->newsroom, &preview, &room->place.err), OK);
	assert_int_equal(frame.letter.signer_count, 0);
	frame_clear(&frame);
}

static void the_secret_is_the_newsrooms_and_wiped_in_the_end(void **state)
{
	static const struct token_epoch zero;
	struct newsroomcase *room = *state;
	struct token_epoch epoch;
	struct frame frame;

	assert_int_equal(store_get_epoch(room->place.store, &epoch, &room->place.err), OK);
	assert_int_equal(frame_init(&frame, room->newsroom, &options, &room->place.err), OK);
	assert_memory_equal(frame.letter.epoch, &epoch, sizeof(epoch));
	frame_clear(&frame);
	assert_memory_equal(&frame.epoch, &zero, sizeof(zero));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newsroomcase_set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_letter_is_from_the_newsroom),
		TEST(a_lists_own_sender_replaces_the_newsrooms),
		TEST(a_token_can_follow_the_address_for_unsubscribing),
		TEST(a_sender_without_a_name_is_an_address),
		TEST(a_sender_that_is_no_mailbox_is_refused),
		TEST(what_is_sent_is_signed_and_a_preview_is_not),
		TEST(the_secret_is_the_newsrooms_and_wiped_in_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
