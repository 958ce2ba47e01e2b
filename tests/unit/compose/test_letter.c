/*
 * Letters: what goes into a message, what may not, and that bytes from the
 * store are read with care.
 */
#include "compose/letter.h"

#include "base/file.h"
#include "support/lettercase.h"
#include "support/test.h"

#define GOLDEN "tests/unit/compose/letter.eml"

static void a_message_is_seven_bit_with_short_lines(void **state)
{
	struct lettercase *f = *state;
	struct span rest, line;

	assert_int_equal(
		lettercase_compile(f, "---\ntitle: Été à Genève, 東京\n---\nÉté 東京 \xf0\x9f\x9a\xa2\n"),
		OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	for (size_t i = 0; i < f->out.len; i++) {
		assert_true((unsigned char)f->out.ptr[i] < 0x80);
		if (f->out.ptr[i] == '\n')
			assert_true(i && f->out.ptr[i - 1] == '\r');
		if (f->out.ptr[i] == '\r')
			assert_true(f->out.ptr[i + 1] == '\n');
	}
	rest = str_span(&f->out);
	while (span_line(&rest, &line)) {
		/* A link or an address can't be folded. */
		if (span_find(line, SPAN(SAMPLELETTER_TOKEN), 0) == SIZE_MAX)
			assert_in_range(line.len, 0, 78);
	}
	assert_true(span_ends(str_span(&f->out), SPAN("--\r\n")));
}

static void building_twice_gives_the_same_bytes(void **state)
{
	struct lettercase *f = *state;
	size_t half;

	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	half = f->out.len;
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	assert_int_equal(f->out.len, 2 * half);
	assert_memory_equal(f->out.ptr, f->out.ptr + half, half);
}

static void compiling_twice_gives_the_same_bytes(void **state)
{
	struct lettercase *f = *state;
	struct str once;

	str_init(&once, STR_MAX_LARGE);
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	letter_save(f->letter, &once);
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	letter_save(f->letter, &f->out);
	assert_int_equal(once.len, f->out.len);
	assert_memory_equal(once.ptr, f->out.ptr, once.len);
	str_clear(&once);
}

static void a_saved_letter_builds_what_it_built(void **state)
{
	struct lettercase *f = *state;
	struct letter *again = NULL;
	struct str saved, message;
	struct span *values;

	str_init(&saved, STR_MAX_LARGE);
	str_init(&message, STR_MAX_LARGE);
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	letter_save(f->letter, &saved);
	assert_int_equal(letter_load(str_span(&saved), &again, &f->err), OK);
	assert_int_equal(letter_field_count(again), letter_field_count(f->letter));
	for (size_t i = 0; i < letter_field_count(again); i++) {
		assert_string_equal(letter_field(again, i), letter_field(f->letter, i));
		assert_int_equal(letter_field_is_needed(again, i), letter_field_is_needed(f->letter, i));
	}
	values = sampleletter_values(again, sampleletter_ana);
	assert_int_equal(letter_build(again, values, &message, &f->err), OK);
	assert_string_equal(message.ptr, f->out.ptr);
	free(values);
	letter_free(again);
	str_clear(&saved);
	str_clear(&message);
}

static void a_damaged_letter_is_refused_or_stays_in_its_bounds(void **state)
{
	struct lettercase *f = *state;
	struct str saved;

	str_init(&saved, STR_MAX_LARGE);
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	letter_save(f->letter, &saved);
	for (size_t len = 0; len < saved.len; len += 1 + len / 50) {
		struct letter *cut = NULL;

		assert_int_equal(letter_load(span_first(str_span(&saved), len), &cut, &f->err), E_SYNTAX);
	}
	for (size_t at = 0; at < 400 && at < saved.len; at++) {
		struct letter *changed = NULL;

		saved.ptr[at] = (char)(saved.ptr[at] ^ 0xff);
		if (letter_load(str_span(&saved), &changed, &f->err) == OK) {
			struct span *values = sampleletter_values(changed, sampleletter_ana);

			str_empty(&f->out);
			if (letter_build(changed, values, &f->out, &f->err) != OK)
				assert_int_equal(f->out.len, 0);
			free(values);
		}
		letter_free(changed);
		saved.ptr[at] = (char)(saved.ptr[at] ^ 0xff);
	}
	str_clear(&saved);
}

static void words_that_look_like_a_parts_head_mislead_nobody(void **state)
{
	struct lettercase *f = *state;

	assert_int_equal(
		lettercase_compile(f, "---\ntitle: Fund\n---\nBefore.\n\nContent-Type: text/html; x\n\nY\n"),
		OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	assert_true(lettercase_has(f, "\r\nContent-Type: text/html; x"));
	lettercase_assert_part(f, "text/html", "</html>");
	lettercase_assert_part(f, "text/plain", "Before.\r\n");
}

static void a_part_that_isnt_there_is_said_to_be_missing(void **state)
{
	struct lettercase *f = *state;
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	assert_int_equal(lettercase_build_with(f, "subscriber.name=Ana"), OK);
	assert_int_equal(letter_read_part(str_span(&f->out), "text/calendar", &text, &f->err), E_NOTFOUND);
	assert_int_equal(letter_read_part(SPAN("To: x\r\n"), "text/plain", &text, &f->err), E_NOTFOUND);
	str_clear(&text);
}

static void values_are_escaped_for_their_place(void **state)
{
	struct lettercase *f = *state;

	assert_int_equal(lettercase_build_with(f, "subscriber.greeting=Dear <b>\"Ana\"</b> & 'co',"), OK);
	lettercase_assert_part(f, "text/plain", "\r\nDear <b>\"Ana\"</b> & 'co',\r\n");
	lettercase_assert_part(
		f, "text/html", ">Dear &lt;b&gt;&quot;Ana&quot;&lt;/b&gt; &amp; &#39;co&#39;,</p>");
}

static void controls_in_a_value_are_refused(void **state)
{
	static const char *const pairs[] = {"subscriber.name=Ana\r\nBcc: x@example.com",
		"subscriber.greeting=Dear\nAna", "subscriber.address=a@b.example\r\nX: y",
		"list.title=Eu\x07", "list.name=eu\r\nrope", "subscriber.greeting=\xc2\x85",
		"message_id=a\rb", "unsubscribe_token=a\rb"};
	struct lettercase *f = *state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_int_equal(lettercase_build_with(f, pairs[i]), E_SYNTAX);
		assert_int_equal(f->out.len, 0);
	}
	assert_int_equal(lettercase_build_with(f, "subscriber.name=Ana \xff"), E_SYNTAX);
	assert_string_equal(f->err.text, "the recipient's \"subscriber.name\" isn't UTF-8");
}

static void a_nul_in_a_value_is_refused(void **state)
{
	struct lettercase *f = *state;
	struct span *values;

	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	values = sampleletter_values(f->letter, sampleletter_ana);
	for (size_t i = 0; i < letter_field_count(f->letter); i++) {
		struct span kept = values[i];

		values[i] = SPAN("a\0b");
		assert_int_equal(letter_build(f->letter, values, &f->out, &f->err), E_SYNTAX);
		values[i] = kept;
	}
	assert_int_equal(letter_build(f->letter, values, &f->out, &f->err), OK);
	free(values);
}

static void a_value_over_the_ceiling_is_refused(void **state)
{
	struct lettercase *f = *state;
	struct str pair;

	str_init(&pair, STR_MAX_LARGE);
	str_add_text(&pair, "subscriber.greeting=");
	str_add_repeat(&pair, 'x', LETTER_VALUE_MAX + 1);
	assert_int_equal(lettercase_build_with(f, pair.ptr), E_RANGE);
	str_clear(&pair);
}

static void the_dateline_runs_into_the_first_paragraph(void **state)
{
	struct lettercase *f = *state;

	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\ndateline: Geneva\n---\nWords.\n"), OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	lettercase_assert_part(f, "text/plain", "\r\nGeneva, 10 November 2026 – Words.\r\n");
	lettercase_assert_part(f, "text/html", "<strong>Geneva, 10 November 2026 –</strong> Words.</p>");
}

static void the_dateline_stands_alone_before_anything_but_a_paragraph(void **state)
{
	static const char *const bodies[] = {"## Heading", "- item", "> quote", "1. item", "    code",
		"* * *", "Heading\n===", "![x](y)", "```\ncode\n```", "[a]: https://b.example"};
	struct lettercase *f = *state;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct str text;

		str_init(&text, STR_MAX_SMALL);
		str_empty(&f->out);
		str_addf(&text, "---\ntitle: Fund\ndateline: Geneva\ndate: Monday\n---\n\n%s\n", bodies[i]);
		assert_int_equal(lettercase_compile(f, text.ptr), OK);
		assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
		lettercase_assert_part(f, "text/html", "<strong>Geneva, Monday –</strong></p>");
		str_clear(&text);
	}
}

static void an_embargo_ahead_replaces_for_immediate_release(void **state)
{
	struct lettercase *f = *state;

	assert_int_equal(
		lettercase_compile(
			f, "---\ntitle: Fund\nembargo: 2026-11-11 10:00 Europe/Brussels\n---\nWords.\n"),
		OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	lettercase_assert_part(f, "text/html",
		"Embargoed until Wednesday 11 November 2026, 10:00 (Brussels time, 09:00 UTC)</p>");
	assert_false(lettercase_has(f, "immediate release"));
	str_empty(&f->out);
	assert_int_equal(
		lettercase_compile(
			f, "---\ntitle: Fund\nembargo: 2026-11-09 10:00 Europe/Brussels\n---\nWords.\n"),
		OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	assert_false(lettercase_has(f, "Embargoed"));
	lettercase_assert_part(f, "text/plain", "For immediate release");
}

static void arabic_is_set_from_right_to_left(void **state)
{
	struct lettercase *f = *state;

	f->sample.frame.language = SPAN("ar");
	assert_int_equal(lettercase_compile(f, "---\ntitle: صندوق\n---\nنص.\n"), OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	lettercase_assert_part(f, "text/html", "<html lang=\"ar\" dir=\"rtl\">");
	lettercase_assert_part(f, "text/html", "للنشر الفوري");
}

/* DATELINE_GOLDEN=update writes it anew: look at the difference before committing it. */
static void the_sample_for_ana_is_the_message_kept_beside_this_test(void **state)
{
	struct lettercase *f = *state;
	struct release *release = sampleletter_asset("templates/sample/harbour-fund.md");
	struct str golden;

	str_init(&golden, STR_MAX_LARGE);
	assert_int_equal(letter_compile(release, &f->sample.frame, &f->letter, &f->err), OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	if (getenv("DATELINE_GOLDEN"))
		assert_int_equal(file_save(GOLDEN, str_span(&f->out), 0644, &f->err), OK);
	assert_int_equal(file_load(GOLDEN, &golden, &f->err), OK);
	assert_string_equal(f->out.ptr, golden.ptr);
	release_free(release);
	str_clear(&golden);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lettercase_set_up, lettercase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_sample_for_ana_is_the_message_kept_beside_this_test),
		TEST(a_message_is_seven_bit_with_short_lines),
		TEST(building_twice_gives_the_same_bytes),
		TEST(compiling_twice_gives_the_same_bytes),
		TEST(a_saved_letter_builds_what_it_built),
		TEST(a_damaged_letter_is_refused_or_stays_in_its_bounds),
		TEST(a_part_that_isnt_there_is_said_to_be_missing),
		TEST(values_are_escaped_for_their_place),
		TEST(controls_in_a_value_are_refused),
		TEST(a_nul_in_a_value_is_refused),
		TEST(a_value_over_the_ceiling_is_refused),
		TEST(words_that_look_like_a_parts_head_mislead_nobody),
		TEST(the_dateline_runs_into_the_first_paragraph),
		TEST(the_dateline_stands_alone_before_anything_but_a_paragraph),
		TEST(an_embargo_ahead_replaces_for_immediate_release),
		TEST(arabic_is_set_from_right_to_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
