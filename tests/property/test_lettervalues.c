/*
 * Whatever a recipient's fields hold, a reader decodes exactly that, in both
 * parts, and nothing of it becomes a header, a tag or a line of its own.
 * DATELINE_SEED repeats a run.
 */
#include "support/test.h"

#include "base/utf8.h"
#include "compose/letter.h"
#include "mail/codec.h"
#include "support/sampleletter.h"

#define ROUNDS 400

static uint64_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((random_state >> 33) % limit);
}

/* Words in any script, and what breaks encoders: marks of HTML, of headers, of quoted-printable. */
static void random_text(struct str *out)
{
	static const char *const hard[] = {"&", "<b>", "\"", "'", "=", "=3D", ".", "From ", " ", "  ",
		"{{title}}", "=?utf-8?Q?x?=", "--", "@", ",", "\\", "&amp;", "é", "東京", "ليلى",
		"\xf0\x9f\x9a\xa2", "?", "_"};
	size_t count = 1 + random_below(30);

	while (count--) {
		if (random_below(3) == 0)
			str_add_text(out, hard[random_below(sizeof(hard) / sizeof(hard[0]))]);
		else if (random_below(8) == 0)
			utf8_add(out, 0xa1 + random_below(0x2000 - 0xa1));
		else
			str_add_char(out, (char)('a' + random_below(26)));
	}
}

static void decode_part(struct span message, const char *type, struct str *out)
{
	size_t from = span_find(message, span_of(type), 0);
	struct err err;

	from = span_find(message, SPAN("\r\n\r\n"), from) + 4;
	message = span_from(message, from);
	message = span_first(message, span_find(message, SPAN("\r\n--=_"), 0));
	assert_int_equal(codec_qp_decode(message, out, &err), OK);
}

static void add_unescaped(struct span html, struct str *out)
{
	static const struct {
		struct span escape;
		char c;
	} escapes[] = {{{"&amp;", 5}, '&'}, {{"&lt;", 4}, '<'}, {{"&gt;", 4}, '>'}, {{"&quot;", 6}, '"'},
		{{"&#39;", 5}, '\''}};

	while (html.len) {
		size_t taken = 1;
		char c = html.ptr[0];

		assert_true(c != '<' && c != '>' && c != '"');
		for (size_t i = 0; c == '&' && i < sizeof(escapes) / sizeof(escapes[0]); i++) {
			if (span_starts(html, escapes[i].escape)) {
				taken = escapes[i].escape.len;
				c = escapes[i].c;
				break;
			}
		}
		assert_true(c != '&' || taken > 1);
		str_add_char(out, c);
		html = span_from(html, taken);
	}
}

static void check_text(struct span message, struct span greeting)
{
	struct str text, wanted;

	str_init(&text, STR_MAX_LARGE);
	str_init(&wanted, STR_MAX_LARGE);
	decode_part(message, "text/plain", &text);
	str_addf(&wanted, "\r\n\r\n%.*s\r\n\r\n", SPAN_ARG(greeting));
	assert_contains(text.ptr, wanted.ptr);
	str_clear(&text);
	str_clear(&wanted);
}

static void check_html(struct span message, struct span greeting)
{
	static const char before[] = "<p style=\"margin:26px 0 16px\">";
	struct str html, value;
	size_t from;

	str_init(&html, STR_MAX_LARGE);
	str_init(&value, STR_MAX_LARGE);
	decode_part(message, "text/html", &html);
	from = span_find(str_span(&html), span_of(before), 0);
	assert_int_not_equal(from, SIZE_MAX);
	from += strlen(before);
	add_unescaped(
		span_bytes(html.ptr + from, span_find(str_span(&html), SPAN("</p>"), from) - from), &value);
	assert_int_equal(value.len, greeting.len);
	assert_memory_equal(value.ptr, greeting.ptr, greeting.len);
	str_clear(&html);
	str_clear(&value);
}

static void values_decode_to_what_went_in(void **state)
{
	struct sampleletter sample;
	struct release *release;
	struct letter *letter = NULL;
	struct err err = {0};

	(void)state;
	sampleletter_init(&sample);
	release = sampleletter_asset("templates/sample/harbour-fund.md");
	assert_int_equal(letter_compile(release, &sample.frame, &letter, &err), OK);
	for (int round = 0; round < ROUNDS; round++) {
		struct span *values = sampleletter_values(letter, sampleletter_ana);
		struct str greeting, message;

		str_init(&greeting, STR_MAX_SMALL);
		str_init(&message, STR_MAX_LARGE);
		str_add_char(&greeting, 'D');
		random_text(&greeting);
		str_add_char(&greeting, '!');
		for (size_t i = 0; i < letter_field_count(letter); i++) {
			if (strcmp(letter_field(letter, i), "subscriber.greeting") == 0 ||
				strcmp(letter_field(letter, i), "subscriber.name") == 0)
				values[i] = str_span(&greeting);
		}
		if (letter_build(letter, values, &message, &err) != OK)
			fail_msg("round %d, \"%s\": %s", round, greeting.ptr, err.text);
		check_text(str_span(&message), str_span(&greeting));
		check_html(str_span(&message), str_span(&greeting));
		str_clear(&greeting);
		str_clear(&message);
		free(values);
	}
	letter_free(letter);
	release_free(release);
	sampleletter_clear(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_decode_to_what_went_in),
	};
	const char *seed = getenv("DATELINE_SEED");

	random_state = seed ? strtoull(seed, NULL, 10) : 20261110;
	print_message("seed %llu\n", (unsigned long long)random_state);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
