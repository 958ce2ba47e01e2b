/* A release written as a file is the same release when it is read. */
#include "compose/releasewrite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct release *parsed(struct span text)
{
	struct release *release = NULL;
	struct err err = {0};

	if (release_parse("fund.md", text, NULL, &release, &err))
		fail_msg("%s in:\n%.*s", err.text, SPAN_ARG(text));
	return release;
}

static void assert_written(const struct release *release, const char *expected)
{
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	release_write(release, &out);
	assert_string_equal(out.ptr, expected);
	str_clear(&out);
}

static void a_file_that_was_read_is_written_as_it_was(void **state)
{
	const char *text = "---\n"
			   "title: Coastal Towns Agree Joint Rescue Fund\n"
			   "subtitle: \"Twelve towns: one fund\"\n"
			   "slug: fund\n"
			   "dateline: Geneva\n"
			   "date: \"2026-11-10\"\n"
			   "language: en\n"
			   "embargo: \"2026-11-11 10:00 Europe/Brussels\"\n"
			   "contacts:\n"
			   "  - name: Ana Roy\n"
			   "    place: Geneva headquarters\n"
			   "    phones: [\"+41 22 555 01 00\", \"+41 79 555 01 00\"]\n"
			   "    email: roy@harbour.example\n"
			   "  - role: Desk\n"
			   "boilerplate: |-\n"
			   "  Harbour Relief is *made up*.\n"
			   "\n"
			   "  - Really: it is.\n"
			   "notes: |-\n"
			   "  Pictures on request.\n"
			   "end_mark: ENDS\n"
			   "attachments:\n"
			   "  - path: annex.pdf\n"
			   "images:\n"
			   "  - path: boat.jpg\n"
			   "    alt: A boat\n"
			   "    usage: Editorial use\n"
			   "media:\n"
			   "  - url: https://media.harbour.example/drill\n"
			   "    kind: footage\n"
			   "    title: The drill\n"
			   "    alt: Two boats\n"
			   "    caption: At sea\n"
			   "    credit: A. Roy\n"
			   "    usage: Free\n"
			   "  - url: http://media.harbour.example/p\n"
			   "    kind: photo\n"
			   "extra:\n"
			   "  hashtag: \"#fund\"\n"
			   "  people:\n"
			   "    - Ana\n"
			   "    -\n"
			   "      name: Li\n"
			   "---\n"
			   "\n"
			   "Body.\n";
	struct release *release = parsed(span_of(text));

	(void)state;
	assert_written(release, text);
	release_free(release);
}

static void a_fresh_release_has_only_what_was_set(void **state)
{
	struct release *release = release_new("fund.md");

	(void)state;
	release_set(&release->title, SPAN("Fund agreed"));
	release_set(&release->body, SPAN("Body."));
	assert_written(release, "---\ntitle: Fund agreed\n---\n\nBody.\n");
	release_free(release);
}

static void assert_title_survives(const char *title)
{
	struct release *release = release_new("fund.md");
	struct release *again;
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	release_set(&release->title, span_of(title));
	release_set(&release->notes, span_of(title));
	release_set(&release_add_contact(release)->name, span_of(title));
	release_write(release, &out);
	again = parsed(str_span(&out));
	assert_string_equal(again->title, title);
	assert_string_equal(again->notes, title);
	assert_string_equal(again->contacts[0].name, title);
	release_free(again);
	release_free(release);
	str_clear(&out);
}

static void texts_that_yaml_would_read_otherwise_survive(void **state)
{
	static const char *const titles[] = {"a: b", "a #b", "- a", "null", "~", "yes", "1e3", "2026-11-10",
		"\"a\" b", "it's 'so'", "\\a", "[a]", "{a}", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`",
		"a:", "---", "...", "? a", "#a", "“Crisis”", "日本", "a\xc2\xa0", "<<", "=", "a, b",
		"a: ", ": a"};

	(void)state;
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		struct span trimmed = span_trim(span_of(titles[i]));
		char *title = span_copy(trimmed);

		assert_title_survives(title);
		free(title);
	}
}

static void markdown_in_front_matter_survives(void **state)
{
	static const char *const blocks[] = {"a\nb", "a\n\n  indented\n\nb", "# not a comment\nb",
		"a\n---\nb", "- a\n\t- b", "a\u2028b\nc", "a  \nb", "    code\nb"};

	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		struct release *release = release_new("fund.md");
		struct release *again;
		struct str out;
		char *expected = span_copy(span_trim(span_of(blocks[i])));

		str_init(&out, STR_MAX_LARGE);
		release_set(&release->title, SPAN("a"));
		release_set(&release->boilerplate, span_of(blocks[i]));
		release_write(release, &out);
		again = parsed(str_span(&out));
		assert_string_equal(again->boilerplate, expected);
		release_free(again);
		release_free(release);
		str_clear(&out);
		free(expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_was_read_is_written_as_it_was),
		cmocka_unit_test(a_fresh_release_has_only_what_was_set),
		cmocka_unit_test(texts_that_yaml_would_read_otherwise_survive),
		cmocka_unit_test(markdown_in_front_matter_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
