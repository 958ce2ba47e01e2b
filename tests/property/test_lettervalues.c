/*
 * Whatever a recipient's fields hold, a reader decodes exactly that, in both
 * parts, and nothing of it becomes a header, a tag or a line of its own.
 * DATELINE_SEED repeats a run.
 */
#include "support/test.h"

#include "compose/letter.h"
#include "support/random.h"
#include "support/sampleletter.h"

#define ROUNDS 400

/* What breaks encoders: marks of headers, of quoted-printable, of templates; first in line and last. */
static void add_hard_text(struct random *random, struct str *out)
{
	static const char *const hard[] = {"=3D", "=", ".", "From ", "  ", "{{title}}",
		"=?utf-8?Q?x?=", "--=_", "&amp;", "<b>", "&#39", "\xf0\x9f\x9a\xa2"};

	if (random_one_in(random, 2))
		str_add_text(out, hard[random_below(random, sizeof(hard) / sizeof(hard[0]))]);
}

static void add_value(struct random *random, struct str *out)
{
	str_add_char(out, '|');
	add_hard_text(random, out);
	random_add_text(random, out, 200);
	add_hard_text(random, out);
	str_add_char(out, '|');
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
	assert_int_equal(letter_read_part(message, "text/plain", &text, NULL), OK);
	str_addf(&wanted, "\r\n\r\n%.*s\r\n\r\n", SPAN_ARG(greeting));
	assert_contains(text.ptr, wanted.ptr);
	str_clear(&text);
	str_clear(&wanted);
}

static void check_html(struct span message, struct span greeting)
{
	struct str html, value;
	size_t from;

	str_init(&html, STR_MAX_LARGE);
	str_init(&value, STR_MAX_LARGE);
	assert_int_equal(letter_read_part(message, "text/html", &html, NULL), OK);
	/* The first bar is the greeting's: the template has none. */
	from = span_find(str_span(&html), SPAN(">|"), 0);
	assert_int_not_equal(from, SIZE_MAX);
	from++;
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
	struct random random;
	struct err err = {0};

	(void)state;
	random_init(&random, random_first_seed());
	sampleletter_init(&sample);
	release = sampleletter_asset("templates/sample/harbour-fund.md");
	assert_int_equal(letter_compile(release, &sample.frame, &letter, &err), OK);
	for (int round = 0; round < ROUNDS; round++) {
		struct span *values = sampleletter_values(letter, sampleletter_ana);
		struct str greeting, message;

		str_init(&greeting, STR_MAX_SMALL);
		str_init(&message, STR_MAX_LARGE);
		add_value(&random, &greeting);
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
		cmocka_unit_test_teardown(values_decode_to_what_went_in, random_show_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
