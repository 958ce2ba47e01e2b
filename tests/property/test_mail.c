/*
 * What holds for every text, tried on many: encodings give back what went in,
 * however it was cut, and an address is the same after being written and read.
 */
#include "support/random.h"
#include "support/test.h"

#include "mail/addr.h"
#include "mail/codec.h"
#include "mail/header.h"

#define ROUNDS 3000

static struct random numbers;

static int start(void **state)
{
	(void)state;
	random_init(&numbers, random_first_seed());
	return 0;
}

static size_t draw(size_t below)
{
	return random_below(&numbers, below);
}

static const char *const pieces[] = {"a", "Z", "7", " ", " ", "  ", "\t", ".", "From ", "From", "=", "\n",
	"\r\n", "\n\n", ",", "?", "_", "é", "ж", "ع", "闻", "ก", "\xcc\x81", "👨‍👩‍👧‍👦",
	"\xf0\x9f\x87\xab\xf0\x9f\x87\xb7", "words and words ", "without-a-space-for-quite-some-way"};

#define PIECE_COUNT (sizeof(pieces) / sizeof(pieces[0]))

static void draw_text(struct str *text)
{
	str_empty(text);
	for (size_t count = draw(60); count; count--)
		str_add_text(text, pieces[draw(PIECE_COUNT)]);
}

static void add_canonical(struct span text, struct str *out)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n')
			str_add_char(out, '\r');
		if (text.ptr[i] != '\r')
			str_add_char(out, text.ptr[i]);
	}
}

static void assert_qp_lines(struct span encoded)
{
	struct span line;

	while (span_line(&encoded, &line)) {
		assert_true(line.len <= CODEC_LINE_MAX);
		assert_false(span_starts(line, SPAN(".")));
		assert_false(span_starts(line, SPAN("From ")));
		assert_false(span_ends(line, SPAN(" ")) || span_ends(line, SPAN("\t")));
		for (size_t i = 0; i < line.len; i++)
			assert_true(line.ptr[i] == '\t' || (line.ptr[i] >= ' ' && line.ptr[i] <= '~'));
	}
}

/* Encode in pieces cut anywhere but inside a CR LF, with a soft break here and there. */
static void encode_in_pieces(struct span text, struct str *out)
{
	size_t column = 0;

	while (text.len) {
		size_t end = 1 + draw(text.len);
		size_t line_start;

		if (end < text.len && text.ptr[end - 1] == '\r')
			end++;
		if (draw(3) == 0)
			codec_qp_soft_break(&column, out);
		codec_qp(span_first(text, end), &column, out);
		line_start = out->len;
		while (line_start && out->ptr[line_start - 1] != '\n')
			line_start--;
		assert_int_equal(column, out->len - line_start);
		text = span_from(text, end);
	}
}

static void quoted_printable_in_any_pieces_gives_back_the_text(void **state)
{
	struct str text, encoded, decoded, expected;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_init(&encoded, STR_MAX_LARGE);
	str_init(&decoded, STR_MAX_LARGE);
	str_init(&expected, STR_MAX_LARGE);
	for (int round = 0; round < ROUNDS; round++) {
		draw_text(&text);
		str_empty(&encoded);
		str_empty(&decoded);
		str_empty(&expected);
		encode_in_pieces(str_span(&text), &encoded);
		assert_qp_lines(str_span(&encoded));
		assert_int_equal(codec_qp_decode(str_span(&encoded), &decoded, NULL), OK);
		add_canonical(str_span(&text), &expected);
		assert_string_equal(decoded.ptr, expected.ptr);
	}
	str_clear(&text);
	str_clear(&encoded);
	str_clear(&decoded);
	str_clear(&expected);
}

static void base64_gives_back_any_bytes(void **state)
{
	struct str bytes, encoded, decoded;

	(void)state;
	str_init(&bytes, STR_MAX_LARGE);
	str_init(&encoded, STR_MAX_LARGE);
	str_init(&decoded, STR_MAX_LARGE);
	for (size_t size = 0; size < 300; size++) {
		str_empty(&bytes);
		str_empty(&encoded);
		str_empty(&decoded);
		for (size_t i = 0; i < size; i++)
			str_add_char(&bytes, (char)draw(256));
		codec_base64(str_span(&bytes), &encoded);
		assert_int_equal(encoded.len, codec_base64_size(str_span(&bytes)));
		assert_int_equal(codec_base64_decode(str_span(&encoded), &decoded, NULL), OK);
		assert_int_equal(decoded.len, size);
		assert_memory_equal(decoded.ptr, bytes.ptr, size);
	}
	str_clear(&bytes);
	str_clear(&encoded);
	str_clear(&decoded);
}

static const char *const address_pieces[] = {"a", "B", "9", ".", "-", "_", "+", "'", "@", "@", "\"", "\\",
	" ", "example", ".example", "xn--", "é", "ж", "闻", "ß", "İ", "\xcc\x81", "。", "()", "<", ">", ",",
	"\xc2\xa0"};

#define ADDRESS_PIECE_COUNT (sizeof(address_pieces) / sizeof(address_pieces[0]))

static void draw_address(struct str *text)
{
	bool is_quoted = draw(4) == 0;

	str_empty(text);
	str_add_text(text, is_quoted ? "\"" : "a");
	for (size_t count = draw(6); count; count--)
		str_add_text(text, address_pieces[draw(ADDRESS_PIECE_COUNT)]);
	str_add_text(text, is_quoted ? "b\"@p" : "b@p");
	for (size_t count = draw(4); count; count--)
		str_add_text(text, address_pieces[draw(ADDRESS_PIECE_COUNT)]);
	str_add_text(text, ".example");
}

static void format_all(const struct addr *addr, struct str *wire, struct str *key)
{
	str_empty(wire);
	str_empty(key);
	addr_format(addr, wire);
	addr_key(addr, key);
}

static void an_address_is_the_same_after_being_written_and_read(void **state)
{
	struct str text, wire, key, wire_again, key_again;
	size_t taken = 0;

	(void)state;
	str_init(&text, STR_MAX_SMALL);
	str_init(&wire, STR_MAX_SMALL);
	str_init(&key, STR_MAX_SMALL);
	str_init(&wire_again, STR_MAX_SMALL);
	str_init(&key_again, STR_MAX_SMALL);
	for (int round = 0; round < ROUNDS * 5; round++) {
		struct addr addr, again;

		draw_address(&text);
		if (addr_parse(str_span(&text), &addr, NULL) != OK)
			continue;
		taken++;
		format_all(&addr, &wire, &key);
		addr_clear(&addr);
		assert_int_equal(addr_parse(str_span(&wire), &again, NULL), OK);
		format_all(&again, &wire_again, &key_again);
		addr_clear(&again);
		assert_string_equal(wire.ptr, wire_again.ptr);
		assert_string_equal(key.ptr, key_again.ptr);
	}
	assert_true(taken > ROUNDS / 10);
	str_clear(&text);
	str_clear(&wire);
	str_clear(&key);
	str_clear(&wire_again);
	str_clear(&key_again);
}

static void assert_short_lines(struct span field)
{
	struct span line;

	while (span_line(&field, &line)) {
		assert_true(line.len <= 78);
		assert_true(span_trim(line).len > 0);
	}
}

static void a_field_has_short_lines_whatever_its_text(void **state)
{
	struct str text, out;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_init(&out, STR_MAX_LARGE);
	for (int round = 0; round < ROUNDS; round++) {
		struct header_mailbox mailbox = {.address = SPAN("ana@paper.example")};
		struct header_param param = {.name = "filename"};

		draw_text(&text);
		for (size_t i = 0; i < text.len; i++) {
			if (text.ptr[i] > 0 && text.ptr[i] < ' ')
				text.ptr[i] = ' ';
		}
		str_empty(&out);
		mailbox.name = param.value = str_span(&text);
		assert_int_equal(header_add_text(&out, "Subject", str_span(&text), NULL), OK);
		assert_int_equal(header_add_mailboxes(&out, "To", &mailbox, 1, NULL), OK);
		assert_int_equal(header_add_params(&out, "Content-Type", "image/png", &param, 1, NULL), OK);
		assert_short_lines(str_span(&out));
	}
	str_clear(&text);
	str_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			quoted_printable_in_any_pieces_gives_back_the_text, start, random_show_seed),
		cmocka_unit_test_setup_teardown(base64_gives_back_any_bytes, start, random_show_seed),
		cmocka_unit_test_setup_teardown(
			an_address_is_the_same_after_being_written_and_read, start, random_show_seed),
		cmocka_unit_test_setup_teardown(
			a_field_has_short_lines_whatever_its_text, start, random_show_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
