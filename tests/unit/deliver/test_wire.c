/*
 * The last door before the wire.
 */
#include "support/test.h"

#include "deliver/wire.h"

static enum status check(struct span address)
{
	bool is_ascii;
	struct err err;

	return wire_check_address(address, &is_ascii, &err);
}

static void an_address_that_would_end_its_path_is_refused(void **state)
{
	static const char *const cases[] = {"ana@paper.example\r\nDATA", "ana@paper.example\n",
		"ana\r@paper.example", "ana@paper.example> SIZE=1", "<ana@paper.example",
		"ana b@paper.example", "\"ana@paper.example", "ana\x7f@paper.example",
		"ana\x01@paper.example", "\xff@paper.example", "\xc2\x85@paper.example"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(check(span_of(cases[i])), E_SYNTAX);
	assert_int_equal(check(SPAN("ana\0@paper.example")), E_SYNTAX);
}

static void an_address_that_may_go_passes(void **state)
{
	static const char *const cases[] = {"", "ana@paper.example", "\"ana b\"@paper.example",
		"\"a>\\\"b\"@paper.example", "\xc3\xa4nne@paper.example"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(check(span_of(cases[i])), OK);
}

static void an_address_over_the_ceiling_is_refused(void **state)
{
	char address[300];

	(void)state;
	memset(address, 'a', sizeof(address));
	assert_int_equal(check(span_bytes(address, 254)), OK);
	assert_int_equal(check(span_bytes(address, 255)), E_RANGE);
}

static void a_bare_line_end_is_found_where_it_is(void **state)
{
	static const struct {
		const char *message, *words;
	} cases[] = {
		{"a\r\nb\nc\r\n", "bare line feed at byte 4"},
		{"a\r\nb\rc\r\n", "bare carriage return at byte 4"},
		{"\n", "bare line feed at byte 0"},
		{"a\r", "bare carriage return at byte 1"},
		{"a\r\r\n", "bare carriage return at byte 1"},
		{"a\n\r\n.\r\n", "bare line feed at byte 1"},
	};
	bool is_7bit;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(wire_check_message(span_of(cases[i].message), &is_7bit, &err), E_SYNTAX);
		assert_contains(err.text, cases[i].words);
	}
	assert_int_equal(wire_check_message(SPAN("a\r\n\0\r\n"), &is_7bit, &err), E_SYNTAX);
	assert_contains(err.text, "NUL at byte 3");
}

static void an_8_bit_message_is_known_by_any_of_its_bytes(void **state)
{
	char message[40];
	bool is_7bit;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(message); i++) {
		memset(message, 'x', sizeof(message));
		assert_int_equal(
			wire_check_message(span_bytes(message, sizeof(message)), &is_7bit, &err), OK);
		assert_true(is_7bit);
		message[i] = (char)0xe4;
		assert_int_equal(
			wire_check_message(span_bytes(message, sizeof(message)), &is_7bit, &err), OK);
		assert_false(is_7bit);
	}
}

static void dots_are_stuffed_the_same_in_one_piece_or_many(void **state)
{
	const struct span message = SPAN(".\r\n..\r\na.b\r\n.c\r\n\r\n.\r\n");
	static const char *const stuffed = "..\r\n...\r\na.b\r\n..c\r\n\r\n..\r\n";

	(void)state;
	for (size_t step = 1; step <= message.len; step++) {
		struct str out;

		str_init(&out, STR_MAX_SMALL);
		for (size_t at = 0; at < message.len; at += step)
			wire_add_stuffed(
				&out, message, at, step < message.len - at ? step : message.len - at);
		assert_string_equal(out.ptr, stuffed);
		str_clear(&out);
	}
}

static void an_envelope_id_is_said_as_xtext(void **state)
{
	static const struct {
		const char *id, *parameter;
	} cases[] = {
		{"mfrggzdf", " ENVID=mfrggzdf"},
		{"a+b=c d", " ENVID=a+2Bb+3Dc+20d"},
		{"!~\"\\", " ENVID=!~\"\\"},
		{"", ""},
		{"a\r\nRSET", ""},
		{"a\177", ""},
		{"\xc3\xa4", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str out;

		str_init(&out, STR_MAX_SMALL);
		wire_add_envelope_id(&out, span_of(cases[i].id));
		assert_string_equal(out.ptr, cases[i].parameter);
		str_clear(&out);
	}
}

static void an_original_recipient_is_said_in_its_addresss_form(void **state)
{
	static const struct {
		const char *address, *parameter;
	} cases[] = {
		{"ana@paper.example", " ORCPT=rfc822;ana@paper.example"},
		{"ana+news@paper.example", " ORCPT=rfc822;ana+2Bnews@paper.example"},
		{"\"a =b\"@paper.example", " ORCPT=rfc822;\"a+20+3Db\"@paper.example"},
		{"\xc3\xa4nne@paper.example", " ORCPT=utf-8;\xc3\xa4nne@paper.example"},
		{"\xc3\xa4+n=\"\\ \"@x.example",
			" ORCPT=utf-8;\xc3\xa4\\x{2B}n\\x{3D}\"\\x{5C}\\x{20}\"@x.example"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str out;

		str_init(&out, STR_MAX_SMALL);
		wire_add_original_recipient(&out, span_of(cases[i].address));
		assert_string_equal(out.ptr, cases[i].parameter);
		str_clear(&out);
	}
}

/* As long as it may be and one more: the first is said, the second left out. */
static void a_parameter_over_its_limit_is_left_out(void **state)
{
	struct str value;
	struct str out;

	(void)state;
	str_init(&value, STR_MAX_SMALL);
	str_init(&out, STR_MAX_SMALL);
	str_add_text(&out, "MAIL");
	str_add_repeat(&value, 'x', WIRE_ENVELOPE_ID_MAX - 3);
	str_add_char(&value, '+');
	wire_add_envelope_id(&out, str_span(&value));
	assert_int_equal(out.len, strlen("MAIL ENVID=") + WIRE_ENVELOPE_ID_MAX);
	str_cut(&out, 4);
	str_add_char(&value, 'x');
	wire_add_envelope_id(&out, str_span(&value));
	assert_string_equal(out.ptr, "MAIL");

	str_empty(&value);
	str_add_repeat(&value, '+', 164);
	str_add_char(&value, 'x');
	wire_add_original_recipient(&out, str_span(&value));
	assert_int_equal(out.len, strlen("MAIL ORCPT=") + WIRE_ORIGINAL_RECIPIENT_MAX);
	str_cut(&out, 4);
	str_add_char(&value, 'x');
	wire_add_original_recipient(&out, str_span(&value));
	assert_string_equal(out.ptr, "MAIL");
	str_clear(&value);
	str_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_that_would_end_its_path_is_refused),
		cmocka_unit_test(an_address_that_may_go_passes),
		cmocka_unit_test(an_address_over_the_ceiling_is_refused),
		cmocka_unit_test(a_bare_line_end_is_found_where_it_is),
		cmocka_unit_test(an_8_bit_message_is_known_by_any_of_its_bytes),
		cmocka_unit_test(dots_are_stuffed_the_same_in_one_piece_or_many),
		cmocka_unit_test(an_envelope_id_is_said_as_xtext),
		cmocka_unit_test(an_original_recipient_is_said_in_its_addresss_form),
		cmocka_unit_test(a_parameter_over_its_limit_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
