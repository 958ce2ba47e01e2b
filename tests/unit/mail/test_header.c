/*
 * Header fields as they are written: golden lines, their length, and that
 * nothing in a value gets out of its field. That they read back is judged by
 * Python's email package in tests/integration/test_headers.py.
 */
#include "support/test.h"

#include "mail/header.h"

static const char before[] = "MIME-Version: 1.0\r\n";

static void setup(struct str *out)
{
	str_init(out, STR_MAX_LARGE);
	str_add_text(out, before);
}

/* Every line's length, and that the field is folded and ended as it should be. */
static void assert_lines(const struct str *out, size_t limit)
{
	struct span rest = str_span(out);
	struct span line;

	assert_true(span_ends(rest, SPAN("\r\n")));
	while (span_line(&rest, &line)) {
		if (line.len > limit)
			fail_msg("%zu octets: %.*s", line.len, SPAN_ARG(line));
		assert_true(span_trim(line).len > 0);
	}
}

static void assert_text(struct span value, const char *field)
{
	struct err err = {0};
	struct str out;

	setup(&out);
	if (header_add_text(&out, "Subject", value, &err) != OK)
		fail_msg("%s", err.text);
	assert_string_equal(out.ptr + strlen(before), field);
	assert_lines(&out, 78);
	str_clear(&out);
}

static void plain_text_stays_as_it_is(void **state)
{
	(void)state;
	assert_text(SPAN("Coastal Towns Agree Joint Rescue Fund"),
		"Subject: Coastal Towns Agree Joint Rescue Fund\r\n");
	assert_text(SPAN(""), "Subject:\r\n");
	assert_text(
		SPAN("a: b; \"c\" <d@e.example> = ? ()"), "Subject: a: b; \"c\" <d@e.example> = ? ()\r\n");
}

static void long_text_is_folded_at_spaces_within_78(void **state)
{
	(void)state;
	assert_text(SPAN("Coastal Towns Agree Joint Rescue Fund for Ports in the North and the South "
			 "of the Country"),
		"Subject: Coastal Towns Agree Joint Rescue Fund for Ports in the North and the\r\n"
		" South of the Country\r\n");
}

static void only_the_words_that_need_it_are_encoded(void **state)
{
	(void)state;
	assert_text(SPAN("Accord à Genève sur les ports"),
		"Subject: Accord =?utf-8?B?w6AgR2Vuw6h2ZQ==?= sur les ports\r\n");
	assert_text(SPAN("naïve"), "Subject: =?utf-8?B?bmHDr3Zl?=\r\n");
}

static void the_shorter_encoding_is_taken(void **state)
{
	(void)state;
	assert_text(SPAN("Zoë reports"), "Subject: =?utf-8?Q?Zo=C3=AB?= reports\r\n");
	assert_text(SPAN("Новости"), "Subject: =?utf-8?B?0J3QvtCy0L7RgdGC0Lg=?=\r\n");
}

static void what_looks_encoded_is_encoded_so_that_it_reads_back_as_it_is(void **state)
{
	(void)state;
	assert_text(SPAN("=?utf-8?Q?x?= is code"), "Subject: =?utf-8?B?PT91dGYtOD9RP3g/PQ==?= is code\r\n");
}

static void white_space_that_folding_would_lose_is_encoded(void **state)
{
	(void)state;
	assert_text(SPAN("a  b c"), "Subject: =?utf-8?Q?a__b?= c\r\n");
	assert_text(SPAN(" a"), "Subject: =?utf-8?Q?_a?=\r\n");
	assert_text(SPAN("a "), "Subject: =?utf-8?Q?a_?=\r\n");
	assert_text(SPAN("   "), "Subject: =?utf-8?Q?___?=\r\n");
}

/* A family of four: seven characters, 25 bytes, one thing to a person. */
#define FAMILY "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"

static void no_encoded_word_splits_a_grapheme(void **state)
{
	struct str out;

	(void)state;
	setup(&out);
	assert_int_equal(header_add_text(&out, "Subject", SPAN(FAMILY FAMILY FAMILY FAMILY), NULL), OK);
	assert_lines(&out, 76);
	assert_int_equal(strlen(FAMILY), 25);
	/* 25 bytes are 36 digits of base64 with their padding: one family in each word. */
	for (char *word = strstr(out.ptr, "=?"); word; word = strstr(word + 2, "=?utf"))
		assert_int_equal(strcspn(word + 10, "?"), 36);
	str_clear(&out);
}

/* Readers that join the words before they decode them stop at padding. */
static void an_encoded_word_with_another_behind_it_has_no_padding(void **state)
{
	static const char *const texts[] = {
		"Спасение на море: двенадцать городов создают общий фонд спасения и делят расходы",
		"沿海城镇商定建立联合救援基金，十二个港口从一月起共享船只船员和费用",
		"🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢",
		"น้ำ🚢กู้ภัย e\u0301\u0301 ทุนเมืองชายฝั่งตกลงจัดตั้งกองทุนกู้ภัยร่วม",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct str out;

		setup(&out);
		assert_int_equal(header_add_text(&out, "Subject", span_of(texts[i]), NULL), OK);
		assert_non_null(strstr(out.ptr, "?B?"));
		assert_non_null(strstr(out.ptr, "?=\r\n =?utf-8?"));
		assert_null(strstr(out.ptr, "=?=\r\n =?utf-8?"));
		str_clear(&out);
	}
}

static void no_encoded_word_splits_a_conjunct(void **state)
{
	struct str out;

	(void)state;
	setup(&out);
	/* Two letters and what joins them, nine bytes, twelve digits: five in a word of 63. */
	assert_int_equal(header_add_text(&out, "Subject", SPAN("क्षक्षक्षक्षक्षक्षक्षक्षक्षक्ष"), NULL), OK);
	for (char *word = strstr(out.ptr, "=?"); word; word = strstr(word + 2, "=?utf"))
		assert_int_equal(strcspn(word + 10, "?") % 12, 0);
	str_clear(&out);
}

static void a_name_that_one_encoded_word_holds_is_one(void **state)
{
	const struct header_mailbox mailboxes[] = {{SPAN(""), SPAN("ana@paper.example")},
		{SPAN("Олександра Мельниченко"), SPAN("o@paper.example")}};
	struct str out;

	(void)state;
	setup(&out);
	assert_int_equal(header_add_mailboxes(&out, "Reply-To", mailboxes, 2, NULL), OK);
	assert_lines(&out, 76);
	assert_null(strstr(strstr(out.ptr, "=?utf") + 2, "=?utf"));
	str_clear(&out);
}

static void a_grapheme_longer_than_a_line_is_split_between_characters(void **state)
{
	struct str value;
	struct str out;

	(void)state;
	str_init(&value, STR_MAX_SMALL);
	str_add_text(&value, "e");
	for (int i = 0; i < 200; i++)
		str_add_text(&value, "\xcc\x81");
	setup(&out);
	assert_int_equal(header_add_text(&out, "Subject", str_span(&value), NULL), OK);
	assert_lines(&out, 76);
	str_clear(&out);
	str_clear(&value);
}

static void a_word_without_end_is_encoded_and_folded(void **state)
{
	struct str value;
	struct str out;

	(void)state;
	str_init(&value, STR_MAX_LARGE);
	str_add_repeat(&value, 'a', 5000);
	setup(&out);
	assert_int_equal(header_add_text(&out, "Subject", str_span(&value), NULL), OK);
	assert_lines(&out, 76);
	str_clear(&out);
	str_clear(&value);
}

/* With their length: a NUL may be in them. */
#define BAD(literal) "" literal, sizeof(literal) - 1

static const struct bad_value {
	const char *bytes;
	size_t len;
	const char *says;
} bad_values[] = {
	{BAD("Hi\r\nBcc: x@evil.example"), "a line break at character 3"},
	{BAD("Hi\rthere"), "a line break at character 3"},
	{BAD("Hi\nthere"), "a line break at character 3"},
	{BAD("Zo\xc3\xab\n"), "a line break at character 4"},
	{BAD("\r\n"), "a line break at character 1"},
	{BAD("Hi\r\n there"), "a line break at character 3"},
	{BAD("H\0i"), "a NUL at character 2"},
	{BAD("H\ti"), "a tab at character 2"},
	{BAD("H\x1b[31m"), "a control character (U+001B) at character 2"},
	{BAD("H\x7f"), "a control character (U+007F) at character 2"},
	{BAD("H\xc2\x85"), "a line break at character 2"},
	{BAD("H\xc2\x9b"), "a control character (U+009B) at character 2"},
	{BAD("H\xe2\x80\xa8"), "a line break at character 2"},
	{BAD("H\xe2\x80\xa9"), "a line break at character 2"},
	{BAD("H\xff"), "not UTF-8 from byte 2"},
	{BAD("H\xed\xa0\x80"), "not UTF-8 from byte 2"},
};

#define BAD_VALUE_COUNT (sizeof(bad_values) / sizeof(bad_values[0]))

static void assert_refused(
	const struct str *out, enum status got, enum status wanted, const struct err *err, const char *says)
{
	assert_int_equal(got, wanted);
	assert_int_equal(err->status, wanted);
	assert_contains(err->text, says);
	assert_string_equal(out->ptr, before);
}

static void a_line_break_nul_or_control_in_a_text_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < BAD_VALUE_COUNT; i++) {
		struct span value = span_bytes(bad_values[i].bytes, bad_values[i].len);
		struct err err = {0};
		struct str out;

		setup(&out);
		assert_refused(&out, header_add_text(&out, "Subject", value, &err), E_SYNTAX, &err,
			bad_values[i].says);
		assert_contains(err.text, "Subject \"");
		assert_refused(&out, header_add_raw(&out, "List-Id", value, &err), E_SYNTAX, &err,
			bad_values[i].says);
		assert_refused(&out, header_phrase(&out, value, 0, &err), E_SYNTAX, &err, bad_values[i].says);
		str_clear(&out);
	}
}

static void a_line_break_nul_or_control_in_a_mailbox_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < BAD_VALUE_COUNT; i++) {
		struct span value = span_bytes(bad_values[i].bytes, bad_values[i].len);
		struct header_mailbox mailboxes[] = {
			{SPAN("Ana"), SPAN("ana@paper.example")},
			{value, SPAN("li@wire.example")},
		};
		struct err err = {0};
		struct str out;

		setup(&out);
		assert_refused(&out, header_add_mailboxes(&out, "To", mailboxes, 2, &err), E_SYNTAX, &err,
			bad_values[i].says);
		mailboxes[1] = (struct header_mailbox){SPAN("Li"), value};
		assert_refused(&out, header_add_mailboxes(&out, "To", mailboxes, 2, &err), E_SYNTAX, &err,
			bad_values[i].says);
		str_clear(&out);
	}
}

static void a_line_break_nul_or_control_in_a_parameter_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < BAD_VALUE_COUNT; i++) {
		struct header_param param = {"filename", span_bytes(bad_values[i].bytes, bad_values[i].len)};
		struct err err = {0};
		struct str out;

		setup(&out);
		assert_refused(&out,
			header_add_params(&out, "Content-Disposition", "attachment", &param, 1, &err),
			E_SYNTAX, &err, bad_values[i].says);
		str_clear(&out);
	}
}

static void a_value_of_ten_megabytes_is_refused(void **state)
{
	struct str value;
	struct str out;
	struct err err = {0};

	(void)state;
	str_init(&value, STR_MAX_LARGE);
	str_add_repeat(&value, 'a', 10 * 1024 * 1024);
	setup(&out);
	assert_refused(&out, header_add_text(&out, "Subject", str_span(&value), &err), E_RANGE, &err,
		"at most 8192");
	str_clear(&out);
	str_clear(&value);
}

static void assert_mailbox(const char *name, const char *address, const char *field)
{
	struct header_mailbox mailbox = {span_of(name), span_of(address)};
	struct err err = {0};
	struct str out;

	setup(&out);
	if (header_add_mailboxes(&out, "To", &mailbox, 1, &err) != OK)
		fail_msg("%s", err.text);
	assert_string_equal(out.ptr + strlen(before), field);
	assert_lines(&out, 78);
	str_clear(&out);
}

static void a_name_is_atoms_a_quoted_string_or_encoded(void **state)
{
	(void)state;
	assert_mailbox("", "ana@paper.example", "To: ana@paper.example\r\n");
	assert_mailbox("Ana Perez", "ana@paper.example", "To: Ana Perez <ana@paper.example>\r\n");
	assert_mailbox("Dr. Perez, Ana", "a@b.example", "To: \"Dr. Perez, Ana\" <a@b.example>\r\n");
	assert_mailbox("Ana \"Ace\" \\o/", "a@b.example", "To: \"Ana \\\"Ace\\\" \\\\o/\" <a@b.example>\r\n");
	assert_mailbox("Ana  P", "a@b.example", "To: \"Ana  P\" <a@b.example>\r\n");
	assert_mailbox("Ana Pérez", "a@b.example", "To: =?utf-8?Q?Ana_P=C3=A9rez?= <a@b.example>\r\n");
	assert_mailbox(
		"=?utf-8?Q?x?=", "a@b.example", "To: =?utf-8?B?PT91dGYtOD9RP3g/PQ==?= <a@b.example>\r\n");
	assert_mailbox("x@evil.example", "a@b.example", "To: \"x@evil.example\" <a@b.example>\r\n");
	assert_mailbox("a> <x@evil.example", "a@b.example", "To: \"a> <x@evil.example\" <a@b.example>\r\n");
}

static void a_long_name_is_folded_and_still_one_mailbox(void **state)
{
	(void)state;
	assert_mailbox("The Most Honourable Editor, of the Evening Harbour Gazette and of the Morning Mail",
		"ana@paper.example",
		"To: =?utf-8?Q?The_Most_Honourable_Editor=2C_of_the_Evening_Harbour_Gazette?=\r\n"
		" =?utf-8?Q?_and_of_the_Morning_Mail?= <ana@paper.example>\r\n");
	assert_mailbox("The Most Honourable Editor of the Evening Harbour Gazette and of the Morning Mail",
		"ana@paper.example",
		"To: The Most Honourable Editor of the Evening Harbour Gazette and of the\r\n"
		" Morning Mail <ana@paper.example>\r\n");
}

static void several_mailboxes_are_separated_and_folded(void **state)
{
	static const struct header_mailbox mailboxes[] = {
		{{"Ana", 3}, {"ana@paper.example", 17}},
		{{"", 0}, {"li@wire.example", 15}},
		{{"Desk, Night", 11}, {"night-desk@a-long-name.paper.example", 36}},
	};
	struct str out;

	(void)state;
	setup(&out);
	assert_int_equal(header_add_mailboxes(&out, "Reply-To", mailboxes, 3, NULL), OK);
	assert_string_equal(out.ptr + strlen(before),
		"Reply-To: Ana <ana@paper.example>, li@wire.example, \"Desk, Night\"\r\n"
		" <night-desk@a-long-name.paper.example>\r\n");
	str_clear(&out);
}

static void an_address_beyond_ascii_stands_in_utf8(void **state)
{
	(void)state;
	assert_mailbox("Ана", "ана@paper.example", "To: =?utf-8?B?0JDQvdCw?= <ана@paper.example>\r\n");
}

static void an_address_longer_than_a_path_is_refused(void **state)
{
	struct header_mailbox mailbox = {0};
	struct err err = {0};
	struct str address;
	struct str out;

	(void)state;
	str_init(&address, STR_MAX_SMALL);
	str_add_repeat(&address, 'a', 241);
	str_add_text(&address, "@paper.example");
	mailbox.address = str_span(&address);
	setup(&out);
	assert_refused(
		&out, header_add_mailboxes(&out, "To", &mailbox, 1, &err), E_RANGE, &err, "at most 254");
	str_clear(&out);
	str_clear(&address);
}

static void what_is_not_one_address_is_refused(void **state)
{
	static const char *const cases[] = {"", "ana", "a@b.example, c@d.example", "<a@b.example>",
		"Ana <a@b.example>", "a@b.example>", "\"a@b.example", "\"a\" <x@y.example>",
		"a@b.example (x)"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct header_mailbox mailbox = {SPAN(""), span_of(cases[i])};
		struct err err = {0};
		struct str out;

		setup(&out);
		assert_refused(&out, header_add_mailboxes(&out, "To", &mailbox, 1, &err), E_SYNTAX, &err,
			"not one address");
		str_clear(&out);
	}
}

static void a_phrase_starts_where_the_line_stands(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	assert_int_equal(header_phrase(&out, SPAN(""), 4, NULL), OK);
	assert_string_equal(out.ptr, "");
	assert_int_equal(header_phrase(&out, SPAN("Ana Perez"), 4, NULL), OK);
	assert_string_equal(out.ptr, "Ana Perez");
	str_empty(&out);
	assert_int_equal(header_phrase(&out, SPAN("Ana Perez"), 72, NULL), OK);
	assert_string_equal(out.ptr, "Ana\r\n Perez");
	str_empty(&out);
	assert_int_equal(header_phrase(&out, SPAN("Zoë"), 70, NULL), OK);
	assert_string_equal(out.ptr, "\r\n =?utf-8?Q?Zo=C3=AB?=");
	str_clear(&out);
}

static void raw_tokens_are_folded_at_spaces_and_nowhere_else(void **state)
{
	struct str out;

	(void)state;
	setup(&out);
	assert_int_equal(header_add_raw(&out, "List-Unsubscribe",
				 SPAN("<mailto:unsubscribe@harbour.example?subject=a-long-token>, "
				      "<https://harbour.example/u/a-long-token>"),
				 NULL),
		OK);
	assert_string_equal(out.ptr + strlen(before),
		"List-Unsubscribe: <mailto:unsubscribe@harbour.example?subject=a-long-token>,\r\n"
		" <https://harbour.example/u/a-long-token>\r\n");
	str_clear(&out);
	setup(&out);
	assert_int_equal(header_add_raw(&out, "X", SPAN("a  b "), NULL), OK);
	assert_string_equal(out.ptr + strlen(before), "X: a  b \r\n");
	str_clear(&out);
}

static void a_raw_token_longer_than_a_line_may_be_is_refused(void **state)
{
	struct err err = {0};
	struct str value;
	struct str out;

	(void)state;
	str_init(&value, STR_MAX_SMALL);
	str_add_text(&value, "<a> <");
	str_add_repeat(&value, 'a', 900);
	setup(&out);
	assert_int_equal(header_add_raw(&out, "List-Id", str_span(&value), &err), OK);
	assert_lines(&out, 998);
	str_clear(&out);
	str_add_repeat(&value, 'a', 100);
	setup(&out);
	assert_refused(&out, header_add_raw(&out, "List-Id", str_span(&value), &err), E_RANGE, &err, "998");
	assert_refused(&out, header_add_raw(&out, "List-Id", SPAN("Zoë"), &err), E_SYNTAX, &err, "ASCII");
	str_clear(&out);
	str_clear(&value);
}

static void assert_filename(const char *file_name, const char *field)
{
	struct header_param param = {"filename", span_of(file_name)};
	struct str out;

	setup(&out);
	assert_int_equal(header_add_params(&out, "Content-Disposition", "attachment", &param, 1, NULL), OK);
	assert_string_equal(out.ptr + strlen(before), field);
	assert_lines(&out, 78);
	str_clear(&out);
}

static void a_parameter_is_quoted_or_encoded(void **state)
{
	(void)state;
	assert_filename(
		"map of ports.pdf", "Content-Disposition: attachment; filename=\"map of ports.pdf\"\r\n");
	assert_filename("", "Content-Disposition: attachment; filename=\"\"\r\n");
	assert_filename("Bericht für März.pdf", "Content-Disposition: attachment;\r\n"
						" filename*=utf-8''Bericht%20f%C3%BCr%20M%C3%A4rz.pdf\r\n");
	assert_filename("a\"; x=\"y.pdf",
		"Content-Disposition: attachment; filename*=utf-8''a%22%3B%20x%3D%22y.pdf\r\n");
}

static void a_long_parameter_is_continued_between_characters(void **state)
{
	(void)state;
	assert_filename("Отчёт о работе порта за март.pdf",
		"Content-Disposition: attachment;\r\n"
		" filename*0*=utf-8''%D0%9E%D1%82%D1%87%D1%91%D1%82%20%D0%BE%20%D1%80%D0%B0;\r\n"
		" filename*1*=%D0%B1%D0%BE%D1%82%D0%B5%20%D0%BF%D0%BE%D1%80%D1%82%D0%B0%20;\r\n"
		" filename*2*=%D0%B7%D0%B0%20%D0%BC%D0%B0%D1%80%D1%82.pdf\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_stays_as_it_is),
		cmocka_unit_test(long_text_is_folded_at_spaces_within_78),
		cmocka_unit_test(only_the_words_that_need_it_are_encoded),
		cmocka_unit_test(the_shorter_encoding_is_taken),
		cmocka_unit_test(what_looks_encoded_is_encoded_so_that_it_reads_back_as_it_is),
		cmocka_unit_test(white_space_that_folding_would_lose_is_encoded),
		cmocka_unit_test(no_encoded_word_splits_a_grapheme),
		cmocka_unit_test(an_encoded_word_with_another_behind_it_has_no_padding),
		cmocka_unit_test(no_encoded_word_splits_a_conjunct),
		cmocka_unit_test(a_name_that_one_encoded_word_holds_is_one),
		cmocka_unit_test(a_grapheme_longer_than_a_line_is_split_between_characters),
		cmocka_unit_test(a_word_without_end_is_encoded_and_folded),
		cmocka_unit_test(a_line_break_nul_or_control_in_a_text_is_refused),
		cmocka_unit_test(a_line_break_nul_or_control_in_a_mailbox_is_refused),
		cmocka_unit_test(a_line_break_nul_or_control_in_a_parameter_is_refused),
		cmocka_unit_test(a_value_of_ten_megabytes_is_refused),
		cmocka_unit_test(a_name_is_atoms_a_quoted_string_or_encoded),
		cmocka_unit_test(a_long_name_is_folded_and_still_one_mailbox),
		cmocka_unit_test(several_mailboxes_are_separated_and_folded),
		cmocka_unit_test(an_address_beyond_ascii_stands_in_utf8),
		cmocka_unit_test(an_address_longer_than_a_path_is_refused),
		cmocka_unit_test(what_is_not_one_address_is_refused),
		cmocka_unit_test(a_phrase_starts_where_the_line_stands),
		cmocka_unit_test(raw_tokens_are_folded_at_spaces_and_nowhere_else),
		cmocka_unit_test(a_raw_token_longer_than_a_line_may_be_is_refused),
		cmocka_unit_test(a_parameter_is_quoted_or_encoded),
		cmocka_unit_test(a_long_parameter_is_continued_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
