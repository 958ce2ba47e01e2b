/*
 * A letter's header fields: who writes, to whom, and for which list.
 */
#include "compose/letterhead.h"

#include "support/lettercase.h"
#include "support/test.h"

static void a_message_has_each_header_once(void **state)
{
	static const char *const names[] = {"From", "Reply-To", "To", "Subject", "Date", "Message-ID",
		"List-Id", "List-Unsubscribe", "Feedback-ID", "MIME-Version"};
	struct lettercase *f = *state;

	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	str_cut(&f->out, span_find(str_span(&f->out), SPAN("\r\n\r\n"), 0) + 4);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct str start;

		str_init(&start, STR_MAX_SMALL);
		str_addf(&start, "%s%s: ", i ? "\n" : "", names[i]);
		assert_int_equal(lettercase_count(f, start.ptr), 1);
		str_clear(&start);
	}
	assert_true(lettercase_has(f, "\r\nTo: =?utf-8?Q?Ana_P=C3=A9rez?= <ana@elpuerto.example>\r\n"));
	assert_true(lettercase_has(f, "\r\nMessage-ID: <abcdefghijklmnopqrstuvwxyz@harbour.example>\r\n"));
	assert_true(lettercase_has(f, "\r\nList-Id: Europe\r\n <europe.harbour.example>\r\n"));
	assert_true(lettercase_has(f, "\r\nDate: Tue, 10 Nov 2026 10:00:00 +0100\r\n"));
}

static void what_ends_a_header_token_is_refused(void **state)
{
	struct lettercase *f = *state;

	assert_int_equal(lettercase_build_with(f, "message_id=a> <b"), E_SYNTAX);
	assert_int_equal(lettercase_build_with(f, "unsubscribe_token=a>, <b"), E_SYNTAX);
	assert_int_equal(lettercase_build_with(f, "unsubscribe_token="), E_SYNTAX);
	assert_int_equal(lettercase_build_with(f, "list.name=eu>rope"), E_SYNTAX);
	assert_int_equal(lettercase_build_with(f, "subscriber.address=a@b.example, c@d.example"), E_SYNTAX);
}

static void replies_go_to_the_contacts(void **state)
{
	struct lettercase *f = *state;

	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\ncontacts:\n  - name: Zoë Roy\n    email: "
					       "roy@harbour.example\n  - name: Li\n---\nWords.\n"),
		OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	assert_true(lettercase_has(f, "\r\nReply-To: =?utf-8?Q?Zo=C3=AB_Roy?= <roy@harbour.example>\r\n"));
}

static void replies_go_to_the_settings_address_without_contacts(void **state)
{
	struct lettercase *f = *state;

	f->sample.frame.reply_to = SPAN("desk@Bücher.example");
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	assert_true(lettercase_has(f, "\r\nReply-To: desk@xn--bcher-kva.example\r\n"));
}

static void a_list_known_at_compiling_needs_no_slots(void **state)
{
	struct lettercase *f = *state;

	f->sample.frame.list_name = SPAN("europe");
	f->sample.frame.list_title = SPAN("Médias en Europe");
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	for (size_t i = 0; i < letter_field_count(f->letter); i++)
		assert_false(span_starts(span_of(letter_field(f->letter, i)), SPAN("list.")));
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	assert_true(lettercase_has(
		f, "\r\nList-Id: =?utf-8?Q?M=C3=A9dias_en_Europe?=\r\n <europe.harbour.example>\r\n"));
	lettercase_assert_part(f, "text/plain", "“Médias en Europe”.");
}

static void a_copy_for_no_list_has_no_list_headers(void **state)
{
	struct lettercase *f = *state;

	assert_int_equal(lettercase_build_with(f, "list.name="), OK);
	assert_false(lettercase_has(f, "List-"));
	assert_false(lettercase_has(f, "Precedence") || lettercase_has(f, "Auto-Submitted"));
	for (size_t i = 0; i < letter_field_count(f->letter); i++) {
		if (strcmp(letter_field(f->letter, i), "list.name") == 0)
			assert_false(letter_field_is_needed(f->letter, i));
	}
}

static void feedback_is_told_apart_by_release_list_kind_and_sender(void **state)
{
	static const struct {
		const char *domain, *id;
	} cases[] = {{"harbour.example", "harbour-example"}, {"a.eu", "a-eu-wf22ot"},
		{"press.harbour-relief.example", "press-ha-vrb54w"}};
	struct lettercase *f = *state;

	f->sample.frame.kind = SPAN("test");
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(lettercase_build_with(f, "list.name="), OK);
	assert_true(lettercase_has(f, "\r\nFeedback-ID: fund:copy:test:harbour-example\r\n"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str wanted;

		str_init(&wanted, STR_MAX_SMALL);
		str_addf(&wanted, "\r\nFeedback-ID: fund:europe:test:%s\r\n", cases[i].id);
		f->sample.frame.newsroom_domain = span_of(cases[i].domain);
		assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
		str_empty(&f->out);
		assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
		assert_contains(f->out.ptr, wanted.ptr);
		str_clear(&wanted);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lettercase_set_up, lettercase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_has_each_header_once),
		TEST(what_ends_a_header_token_is_refused),
		TEST(replies_go_to_the_contacts),
		TEST(replies_go_to_the_settings_address_without_contacts),
		TEST(a_list_known_at_compiling_needs_no_slots),
		TEST(a_copy_for_no_list_has_no_list_headers),
		TEST(feedback_is_told_apart_by_release_list_kind_and_sender),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
