/*
 * Transfer encodings: the standards' own examples, the lines' length, and what
 * is encoded though it needn't be.
 */
#include "support/test.h"

#include "mail/codec.h"

static char *base64_of(struct span bytes)
{
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	codec_base64(bytes, &out);
	assert_int_equal(codec_base64_size(bytes), out.len);
	return out.ptr;
}

static char *qp_of(struct span text)
{
	struct str out;
	size_t column = 0;

	str_init(&out, STR_MAX_LARGE);
	codec_qp(text, &column, &out);
	assert_int_equal(codec_qp_size(text), out.len);
	return out.ptr;
}

static void base64_gives_the_examples_of_rfc_4648(void **state)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"f", "Zg==\r\n"},
		{"fo", "Zm8=\r\n"},
		{"foo", "Zm9v\r\n"},
		{"foob", "Zm9vYg==\r\n"},
		{"fooba", "Zm9vYmE=\r\n"},
		{"foobar", "Zm9vYmFy\r\n"},
		{"\xff\xfe\xfd\xfb", "//79+w==\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *encoded = base64_of(span_of(cases[i][0]));

		assert_string_equal(encoded, cases[i][1]);
		free(encoded);
	}
}

static void base64_fills_lines_of_76_and_ends_each(void **state)
{
	struct str bytes;
	char *encoded;

	(void)state;
	str_init(&bytes, STR_MAX_SMALL);
	str_add_repeat(&bytes, 'a', 57);
	encoded = base64_of(str_span(&bytes));
	assert_int_equal(strlen(encoded), 78);
	assert_string_equal(encoded + 76, "\r\n");
	free(encoded);
	str_add_char(&bytes, 'a');
	encoded = base64_of(str_span(&bytes));
	assert_string_equal(encoded + 76, "\r\nYQ==\r\n");
	free(encoded);
	str_clear(&bytes);
}

static void a_base64_token_has_no_line_break(void **state)
{
	struct str bytes;
	struct str out;

	(void)state;
	str_init(&bytes, STR_MAX_SMALL);
	str_init(&out, STR_MAX_SMALL);
	str_add_repeat(&bytes, 'a', 300);
	codec_base64_token(str_span(&bytes), &out);
	assert_int_equal(out.len, 400);
	assert_null(strchr(out.ptr, '\n'));
	str_clear(&bytes);
	str_clear(&out);
}

static void base64_is_read_whatever_white_space_is_in_it(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	assert_int_equal(codec_base64_decode(SPAN(" Zm9v\r\n\tYm\n E= \r\n"), &out, NULL), OK);
	assert_string_equal(out.ptr, "fooba");
	str_clear(&out);
}

static void broken_base64_is_refused_and_says_where(void **state)
{
	static const char *const cases[][2] = {
		{"Zm9v!", "'!' at byte 5"},
		{"Zm\xc3\xa9", "0xc3, at byte 3"},
		{"Z", "middle of a group"},
		{"Zg=", "middle of a group"},
		{"Zm9vYg", "middle of a group"},
		{"=", "'=' at byte 1"},
		{"Z===", "'=' at byte 2"},
		{"Zg===", "'=' at byte 5"},
		{"Zg==Zg==", "'Z' at byte 5"},
		{"Zm8=Zg==", "'Z' at byte 5"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str out;
		struct err err = {0};

		str_init(&out, STR_MAX_SMALL);
		assert_int_equal(codec_base64_decode(span_of(cases[i][0]), &out, &err), E_SYNTAX);
		assert_contains(err.text, cases[i][1]);
		str_clear(&out);
	}
}

static void quoted_printable_leaves_plain_text_alone_and_encodes_the_rest(void **state)
{
	const struct {
		struct span text;
		const char *encoded;
	} cases[] = {
		{SPAN(""), ""},
		{SPAN("Hello, world: 1 < 2 > 0; {[(~!#$%&'*+/?@\\^_`|)]}"),
			"Hello, world: 1 < 2 > 0; {[(~!#$%&'*+/?@\\^_`|)]}"},
		{SPAN("a = b"), "a =3D b"},
		{SPAN("Zo\xc3\xab \xe2\x80\x93 5"), "Zo=C3=AB =E2=80=93 5"},
		{SPAN("a\nb\r\nc"), "a\r\nb\r\nc"},
		{SPAN("a\rb"), "a=0Db"},
		{SPAN("a\r"), "a=0D"},
		{SPAN("a\r\r\n"), "a=0D\r\n"},
		{SPAN("a\0b\x7f\x1b"), "a=00b=7F=1B"},
		{SPAN("a \nb\t\r\nc "), "a=20\r\nb=09\r\nc=20"},
		{SPAN("a  \n"), "a =20\r\n"},
		{SPAN("a\tb c"), "a\tb c"},
		{SPAN(" \n \n"), "=20\r\n=20\r\n"},
		{SPAN("\xff\xc3"), "=FF=C3"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *encoded = qp_of(cases[i].text);

		assert_string_equal(encoded, cases[i].encoded);
		free(encoded);
	}
}

static void a_dot_or_from_at_the_start_of_a_line_is_encoded(void **state)
{
	static const char *const cases[][2] = {
		{".", "=2E"},
		{"..a\n.\na.", "=2E.a\r\n=2E\r\na."},
		{"From here\nFrom there, From", "=46rom here\r\n=46rom there, From"},
		{"Fromage\nFrom", "Fromage\r\n=46rom"},
		{"from here", "from here"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *encoded = qp_of(span_of(cases[i][0]));

		assert_string_equal(encoded, cases[i][1]);
		free(encoded);
	}
}

static void a_dot_after_a_soft_break_is_encoded_too(void **state)
{
	struct str text;
	char *encoded;

	(void)state;
	str_init(&text, STR_MAX_SMALL);
	str_add_repeat(&text, 'a', 75);
	str_add_text(&text, "...");
	encoded = qp_of(str_span(&text));
	assert_string_equal(encoded + 75, "=\r\n=2E..");
	free(encoded);
	str_clear(&text);
}

static void a_soft_break_never_splits_a_character(void **state)
{
	(void)state;
	for (size_t before = 60; before < 80; before++) {
		struct str text;
		char *encoded;

		str_init(&text, STR_MAX_SMALL);
		str_add_repeat(&text, 'a', before);
		str_add_text(&text, "\xf0\x9f\x9a\xa2");
		encoded = qp_of(str_span(&text));
		assert_contains(encoded, "=F0=9F=9A=A2");
		free(encoded);
		str_clear(&text);
	}
}

static void a_text_in_pieces_carries_its_column(void **state)
{
	struct str out;
	size_t column = 0;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	codec_qp(SPAN("Dear"), &column, &out);
	assert_int_equal(column, 4);
	codec_qp(SPAN(" "), &column, &out);
	assert_int_equal(column, 7);
	codec_qp_soft_break(&column, &out);
	assert_int_equal(column, 0);
	codec_qp_soft_break(&column, &out);
	codec_qp(SPAN(".Zo\xc3\xab"), &column, &out);
	codec_qp(SPAN(",\nhere is"), &column, &out);
	assert_int_equal(column, 7);
	assert_string_equal(out.ptr, "Dear=20=\r\n=2EZo=C3=AB,\r\nhere is");
	str_clear(&out);
}

static void quoted_printable_is_read_back(void **state)
{
	static const char *const cases[][2] = {
		{"Zo=C3=AB =\r\nl=\nives", "Zo\xc3\xab lives"},
		{"a=3db", "a=b"},
		{"a  \t\r\nb", "a\r\nb"},
		{"a\nb\r\n", "a\r\nb\r\n"},
		{"a= \r\nb", "ab"},
		{"a=", "a"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str out;

		str_init(&out, STR_MAX_SMALL);
		assert_int_equal(codec_qp_decode(span_of(cases[i][0]), &out, NULL), OK);
		assert_string_equal(out.ptr, cases[i][1]);
		str_clear(&out);
	}
}

static void broken_quoted_printable_is_refused_and_says_where(void **state)
{
	static const char *const cases[] = {"a\n=4", "a\n=g0", "a\n=0g", "\n= x"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str out;
		struct err err = {0};

		str_init(&out, STR_MAX_SMALL);
		assert_int_equal(codec_qp_decode(span_of(cases[i]), &out, &err), E_SYNTAX);
		assert_contains(err.text, "line 2");
		str_clear(&out);
	}
}

static void hexadecimal_digits_have_values_in_either_case(void **state)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";

	(void)state;
	for (size_t i = 0; digits[i]; i++)
		assert_int_equal(codec_hex_digit(digits[i]), i % 16);
	for (const char *c = "/:@G`g \xff"; *c; c++)
		assert_int_equal(codec_hex_digit(*c), -1);
	assert_int_equal(codec_hex_digit('\0'), -1);
}

static void base32_gives_the_examples_of_rfc_4648_in_lower_case(void **state)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"f", "my"},
		{"fo", "mzxq"},
		{"foo", "mzxw6"},
		{"foob", "mzxw6yq"},
		{"fooba", "mzxw6ytb"},
		{"foobar", "mzxw6ytboi"},
		{"a text of more octets than are encoded at once",
			"meqhizlyoqqg6zranvxxezjan5rxizluomqhi2dbnyqgc4tfebsw4y3pmrswiidboqqg63tdmu"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str out;

		str_init(&out, STR_MAX_SMALL);
		codec_base32(span_of(cases[i][0]), &out);
		assert_string_equal(out.ptr, cases[i][1]);
		str_clear(&out);
	}
}

static void base32_is_read_in_either_case(void **state)
{
	static const char *const cases[][2] = {{"", ""}, {"my", "f"}, {"MZXQ", "fo"}, {"mzXw6", "foo"},
		{"mzxw6yq", "foob"}, {"mzxw6ytb", "fooba"}, {"mzxw6ytboi", "foobar"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str out;

		str_init(&out, STR_MAX_SMALL);
		assert_int_equal(codec_base32_decode(span_of(cases[i][0]), &out, NULL), OK);
		assert_string_equal(out.ptr, cases[i][1]);
		str_clear(&out);
	}
}

static void base32_that_we_would_not_write_is_refused(void **state)
{
	/* Other characters, lengths that no bytes have, bits that are left over. */
	static const char *const cases[] = {"m1", "m0", "my======", "m y", "\xc3\xa9", "m", "mzx", "mzxw6y",
		"mz", "mzxr", "mzxw7", "mzxw6yr"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str out;
		struct err err = {0};

		str_init(&out, STR_MAX_SMALL);
		assert_int_equal(codec_base32_decode(span_of(cases[i]), &out, &err), E_SYNTAX);
		str_clear(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_gives_the_examples_of_rfc_4648),
		cmocka_unit_test(base64_fills_lines_of_76_and_ends_each),
		cmocka_unit_test(a_base64_token_has_no_line_break),
		cmocka_unit_test(base64_is_read_whatever_white_space_is_in_it),
		cmocka_unit_test(broken_base64_is_refused_and_says_where),
		cmocka_unit_test(quoted_printable_leaves_plain_text_alone_and_encodes_the_rest),
		cmocka_unit_test(a_dot_or_from_at_the_start_of_a_line_is_encoded),
		cmocka_unit_test(a_dot_after_a_soft_break_is_encoded_too),
		cmocka_unit_test(a_soft_break_never_splits_a_character),
		cmocka_unit_test(a_text_in_pieces_carries_its_column),
		cmocka_unit_test(quoted_printable_is_read_back),
		cmocka_unit_test(broken_quoted_printable_is_refused_and_says_where),
		cmocka_unit_test(hexadecimal_digits_have_values_in_either_case),
		cmocka_unit_test(base32_gives_the_examples_of_rfc_4648_in_lower_case),
		cmocka_unit_test(base32_is_read_in_either_case),
		cmocka_unit_test(base32_that_we_would_not_write_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
