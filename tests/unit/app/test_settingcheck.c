/*
 * The checks of settings' texts, each with what passes and what doesn't.
 */
#include "support/test.h"

#include "app/settingcheck.h"

static void assert_passes(settingcheck_fn *check, const char *text)
{
	struct err err = {0};

	if (check(span_of(text), &err) != OK)
		fail_msg("\"%s\": %s", text, err.text);
}

static void assert_refused(settingcheck_fn *check, const char *text)
{
	struct err err = {0};

	if (check(span_of(text), &err) == OK)
		fail_msg("\"%s\" passed", text);
	assert_true(*err.text);
}

static void a_line_has_no_controls_and_is_utf8(void **state)
{
	(void)state;
	assert_passes(settingcheck_line, "");
	assert_passes(settingcheck_line, "14 Quay Street, Zürich");
	assert_refused(settingcheck_line, "a\r\nBcc: x@evil.example");
	assert_refused(settingcheck_line, "a\tb");
	assert_refused(settingcheck_line, "\xff");
	assert_int_equal(settingcheck_line(SPAN("a\0b"), NULL), E_SYNTAX);
}

static void a_paragraph_may_have_lines_and_tabs(void **state)
{
	(void)state;
	assert_passes(settingcheck_paragraph, "a\n\tb\n");
	assert_refused(settingcheck_paragraph, "a\rb");
	assert_refused(settingcheck_paragraph, "a\033b");
}

static void what_is_needed_is_more_than_blanks(void **state)
{
	(void)state;
	assert_passes(settingcheck_needed, "x");
	assert_refused(settingcheck_needed, "");
	assert_refused(settingcheck_needed, "  ");
	assert_refused(settingcheck_needed, "a\nb");
}

static void a_domain_has_a_dot_and_nothing_strange(void **state)
{
	static const char *const bad[] = {"", "harbour", "harbour.example.", ".example", "a b.example",
		"x@harbour.example", "a_b.example", "1.2.3.4", "harbour.example\n"};

	(void)state;
	assert_passes(settingcheck_domain, "harbour.example");
	assert_passes(settingcheck_domain, "bücher.example");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(settingcheck_domain, bad[i]);
}

static void a_language_is_letters_then_groups(void **state)
{
	static const char *const bad[] = {
		"", "e", "engl", "en_GB", "en-", "-en", "en--GB", "e1", "en-abcdefghi", "fränk", "en GB"};

	(void)state;
	assert_passes(settingcheck_language, "en");
	assert_passes(settingcheck_language, "pt-BR");
	assert_passes(settingcheck_language, "zh-Hant-TW");
	assert_passes(settingcheck_language, "gsw");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(settingcheck_language, bad[i]);
}

static void a_zone_is_one_that_the_system_knows(void **state)
{
	struct err err;

	(void)state;
	assert_passes(settingcheck_zone, "Europe/Zurich");
	assert_passes(settingcheck_zone, "UTC");
	assert_int_equal(settingcheck_zone(SPAN("Europe/Zuerich"), &err), E_NOTFOUND);
	assert_contains(err.text, "Europe/Zurich");
	assert_refused(settingcheck_zone, "../../etc/passwd");
	assert_refused(settingcheck_zone, "");
}

static void a_mailbox_is_an_address_with_or_without_a_name(void **state)
{
	(void)state;
	assert_passes(settingcheck_sender, "Press Office <press@harbour.example>");
	assert_passes(settingcheck_sender, "press@harbour.example");
	assert_refused(settingcheck_sender, "Press Office");
	assert_refused(settingcheck_sender, "");
	assert_refused(settingcheck_sender, "A <a@x.example>, B <b@x.example>");
	assert_refused(settingcheck_sender, "A\r\nBcc: b@x.example <a@x.example>");
}

static void an_address_may_be_left_empty_only_where_that_means_something(void **state)
{
	(void)state;
	assert_passes(settingcheck_address, "press@harbour.example");
	assert_refused(settingcheck_address, "");
	assert_refused(settingcheck_address, "Press <press@harbour.example>");
	assert_passes(settingcheck_reply_to_or_none, "");
	assert_refused(settingcheck_reply_to_or_none, "press");
}

static void a_token_can_follow_the_link_for_unsubscribing(void **state)
{
	static const char *const good[] = {"", "https://press.harbour.example/leave",
		"https://press.harbour.example/leave/", "https://press.harbour.example",
		"https://press.harbour.example:8443/a%20b", "https://press.harbour.example/?a=1&t="};
	static const char *const bad[] = {"http://press.harbour.example/leave", "https://", "https:///leave",
		"https://?t=", "https://a b", "https://a>\r\nX: y",
		"https://h.example/#t=", "https://h.example/a,b", "https://h.example/<t>",
		"https://h.example/{t}", "https://h.example/\"", "https://h.example/?t",
		"https://h.example/?t=1", "https://b\xc3\xbc.example/"};
	struct str url;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_passes(settingcheck_unsubscribe_url_or_none, good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(settingcheck_unsubscribe_url_or_none, bad[i]);
	str_init(&url, STR_MAX_SMALL);
	str_add_text(&url, "https://h.example/");
	str_add_repeat(&url, 'a', SETTINGCHECK_UNSUBSCRIBE_URL_MAX - url.len);
	assert_passes(settingcheck_unsubscribe_url_or_none, url.ptr);
	str_add_char(&url, 'a');
	assert_refused(settingcheck_unsubscribe_url_or_none, url.ptr);
	str_clear(&url);
}

static void markdown_in_settings_holds_no_markup_that_mails_leave_out(void **state)
{
	struct err err;

	(void)state;
	assert_passes(settingcheck_markdown, "");
	assert_passes(settingcheck_markdown, "Since 1987, **all** year.\n\n[More](https://harbour.example/)");
	assert_refused(settingcheck_markdown, "a\033b");
	assert_int_equal(settingcheck_markdown(SPAN("One.\n\nTwo <b>bold</b>."), &err), E_SYNTAX);
	assert_contains(err.text, "line 3 of the text");
	assert_contains(err.text, "<b>");
	assert_int_equal(settingcheck_markdown(SPAN("<div>\nA\n</div>"), NULL), E_SYNTAX);
	assert_refused(settingcheck_markdown, "[More](javascript:x)");
}

static void a_relay_is_a_host_and_perhaps_a_port(void **state)
{
	static const char *const good[] = {"smtp://localhost", "smtp://localhost:25",
		"smtps://mail.example:465", "smtp://127.0.0.1:2525", "smtp://[::1]", "smtp://[::1]:25",
		"smtp://h:65535"};
	static const char *const bad[] = {"", "localhost", "http://h", "smtp://", "smtp://:25",
		"smtp://h:", "smtp://h:0", "smtp://h:65536", "smtp://h:123456", "smtp://h:2x", "smtp://h/",
		"smtp://u@h", "smtp://u:p@h", "smtp://[::1", "smtp://h h", "smtp://h\n", "SMTP://h",
		"smtp://[::1]x", "smtp://[]:25", "smtp://::1"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_passes(settingcheck_relay_url, good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(settingcheck_relay_url, bad[i]);
}

static void a_bounce_address_leaves_room_for_a_token(void **state)
{
	(void)state;
	assert_passes(settingcheck_bounce_address, "bounce@harbour.example");
	assert_passes(settingcheck_bounce_address, "eighteen-letters--@harbour.example");
	assert_refused(settingcheck_bounce_address, "nineteen-letters---@harbour.example");
	assert_refused(settingcheck_bounce_address, "bounce+@harbour.example");
	assert_refused(settingcheck_bounce_address, "bounce+press@harbour.example");
	assert_refused(settingcheck_bounce_address, "\"our bounces\"@harbour.example");
	assert_refused(settingcheck_bounce_address, "");
	assert_refused(settingcheck_bounce_address, "bounce");
}

static void a_senders_name_is_the_same_for_all_and_no_other_address(void **state)
{
	(void)state;
	assert_passes(settingcheck_sender, "Harbour Relief <press@harbour.example>");
	assert_passes(settingcheck_sender, "press@harbour.example");
	assert_passes(settingcheck_sender, "\"press@harbour.example\" <press@harbour.example>");
	assert_passes(settingcheck_sender, "\"Press @ Harbour\" <press@harbour.example>");
	assert_refused(settingcheck_sender, "\"press@other.example\" <press@harbour.example>");
	assert_refused(settingcheck_sender, "\"Ana (press@other.example)\" <press@harbour.example>");
	assert_passes(settingcheck_sender, "\"(press@harbour.example).\" <press@harbour.example>");
	assert_passes(settingcheck_sender, "\"press@HÄFEN.example\" <press@häfen.example>");
	assert_refused(settingcheck_sender, "\"press@harbour.example.evil.org\" <press@harbour.example>");
	assert_refused(settingcheck_sender, "\"press@harbour.examples\" <press@harbour.example>");
	assert_refused(settingcheck_sender, "\"Hello {{subscriber.name}}\" <press@harbour.example>");
	assert_refused(settingcheck_sender, "Press <josé@harbour.example>");
	assert_refused(settingcheck_sender, "Press\u202e <press@harbour.example>");
}

static void our_addresses_are_ones_that_every_server_can_write_to(void **state)
{
	(void)state;
	assert_passes(settingcheck_reply_to_or_none, "");
	assert_passes(settingcheck_reply_to_or_none, "press@häfen.example");
	assert_refused(settingcheck_reply_to_or_none, "josé@harbour.example");
	assert_passes(settingcheck_bounce_address, "bounce@häfen.example");
	assert_refused(settingcheck_bounce_address, "rückläufer@harbour.example");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_senders_name_is_the_same_for_all_and_no_other_address),
		cmocka_unit_test(our_addresses_are_ones_that_every_server_can_write_to),
		cmocka_unit_test(a_line_has_no_controls_and_is_utf8),
		cmocka_unit_test(a_paragraph_may_have_lines_and_tabs),
		cmocka_unit_test(what_is_needed_is_more_than_blanks),
		cmocka_unit_test(a_domain_has_a_dot_and_nothing_strange),
		cmocka_unit_test(a_language_is_letters_then_groups),
		cmocka_unit_test(a_zone_is_one_that_the_system_knows),
		cmocka_unit_test(a_mailbox_is_an_address_with_or_without_a_name),
		cmocka_unit_test(an_address_may_be_left_empty_only_where_that_means_something),
		cmocka_unit_test(a_token_can_follow_the_link_for_unsubscribing),
		cmocka_unit_test(markdown_in_settings_holds_no_markup_that_mails_leave_out),
		cmocka_unit_test(a_relay_is_a_host_and_perhaps_a_port),
		cmocka_unit_test(a_bounce_address_leaves_room_for_a_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
