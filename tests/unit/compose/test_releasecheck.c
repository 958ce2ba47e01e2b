/* What a check says, on which line. */
#include "compose/releasecheck.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1794000000000) /* 2026-11-06 21:20 UTC */

static void remember(void *context, enum check_level level, const char *path, size_t line, const char *words)
{
	str_addf(context, "%s %s:%zu %s\n", level == CHECK_ERROR ? "error" : "warning", path, line, words);
}

static void check(const char *text, struct str *said)
{
	struct release *release = NULL;
	struct err err = {0};

	str_init(said, STR_MAX_LARGE);
	if (release_parse("fund.md", span_of(text), NULL, &release, &err))
		fail_msg("%s", err.text);
	release_check(release, "/nonexistent", NOW_MS, remember, said);
	release_free(release);
}

static void assert_says(const char *text, const char *expected)
{
	struct str said;

	check(text, &said);
	if (!strstr(said.ptr, expected))
		fail_msg("no \"%s\" in:\n%s", expected, said.ptr);
	str_clear(&said);
}

static void assert_silent(const char *text, const char *unwanted)
{
	struct str said;

	check(text, &said);
	if (strstr(said.ptr, unwanted))
		fail_msg("\"%s\" in:\n%s", unwanted, said.ptr);
	str_clear(&said);
}

static void a_whole_release_is_fine(void **state)
{
	struct str said;

	(void)state;
	check("---\ntitle: A\ndateline: Geneva\ndate: 2028-02-29\nlanguage: en\n"
	      "embargo: 2026-11-11 10:00 Europe/Brussels\n"
	      "contacts:\n  - name: B\n    phones: [\"+41 22 555 01 00\"]\n---\n\nC "
	      "[d](https://e.example).\n",
		&said);
	assert_string_equal(said.ptr, "");
	str_clear(&said);
}

static void what_is_missing_is_named(void **state)
{
	(void)state;
	assert_says("---\ntitle: A\n---\n", "warning fund.md:1 no dateline");
	assert_says("---\ntitle: A\n---\n", "warning fund.md:1 no contact");
	assert_says("---\ntitle: A\n---\n\n \n", "error fund.md:4 the release has no text");
	assert_says("---\ntitle: A\ncontacts:\n  - name: B\n---\n",
		"warning fund.md:4 the contact \"B\" has neither");
	assert_says("---\ntitle: A\ncontacts:\n  - phone: \"+41225550100\"\n---\n",
		"warning fund.md:4 a contact without a name");
}

static void a_title_that_pretends_to_answer_is_an_error_on_its_line(void **state)
{
	(void)state;
	assert_says("---\ndateline: A\ntitle: \"Re: Fund\"\n---\n\nB.\n",
		"error fund.md:3 the title begins with \"re:\"");
	assert_says("---\ntitle: \"Fund!!\"\n---\n\nB.\n", "warning fund.md:2 the title has more than one");
}

static void characters_that_turn_text_around_are_errors_on_their_line(void **state)
{
	(void)state;
	assert_says(
		"---\ntitle: A\n---\n\nOne.\n\nTwo \u202ethree.\n", "error fund.md:7 an invisible character");
	assert_says("---\ntitle: A\nnotes: |\n  One.\n  Two \u202dthree.\n---\n\nB.\n",
		"error fund.md:5 an invisible character");
}

static void dates_are_looked_at(void **state)
{
	(void)state;
	assert_says("---\ntitle: A\ndate: 10 Nov\n---\n", "error fund.md:3 the date \"10 Nov\"");
	assert_says("---\ntitle: A\ndate: 2026-02-29\n---\n", "error fund.md:3 the date");
	assert_says("---\ntitle: A\nembargo: 2026-11-01 10:00 UTC\n---\n",
		"warning fund.md:3 the embargo \"2026-11-01 10:00 UTC\" is in the past");
	assert_silent("---\ntitle: A\nembargo: 2026-11-11 10:00 UTC\n---\n", "past");
}

static void a_title_that_mail_readers_cut_is_named(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, "---\nslug: a\ntitle: ");
	str_add_repeat(&text, 'x', 121);
	str_add_text(&text, "\n---\n");
	assert_says(text.ptr, "warning fund.md:3 the title is longer than 120 columns");
	str_clear(&text);
}

static void files_must_be_in_the_folder(void **state)
{
	(void)state;
	assert_says("---\ntitle: A\nattachments: [b.pdf]\n---\n",
		"error fund.md:3 the file \"b.pdf\" isn't in the release's folder");
	assert_says("---\ntitle: A\nimages:\n- path: b.jpg\n---\n", "error fund.md:4 the file \"b.jpg\"");
	assert_says(
		"---\ntitle: A\nimages:\n- path: b.jpg\n---\n", "warning fund.md:4 photo without caption");
	assert_says("---\ntitle: A\nimages:\n- path: b.jpg\n---\n", "error fund.md:4 photo without credit");
	assert_says("---\ntitle: A\nimages:\n- path: b.jpg\n---\n", "error fund.md:4 photo without \"alt\"");
	assert_says("---\ntitle: A\nmedia:\n- url: https://b.example\n  kind: photo\n---\n",
		"error fund.md:4 media link without credit");
}

static void a_folder_is_no_attachment(void **state)
{
	char folder[] = "/tmp/dateline-check-XXXXXX";
	struct release *release = NULL;
	struct str said;
	struct err err = {0};
	char *inner;

	(void)state;
	assert_non_null(mkdtemp(folder));
	inner = file_join(folder, "b.pdf");
	assert_int_equal(file_make_folder(inner, &err), OK);
	str_init(&said, STR_MAX_LARGE);
	assert_int_equal(release_parse("fund.md", SPAN("---\ntitle: A\nattachments: [b.pdf]\n---\n"), NULL,
				 &release, &err),
		OK);
	release_check(release, folder, NOW_MS, remember, &said);
	assert_non_null(strstr(said.ptr, "error fund.md:3 \"b.pdf\" is no file that can be read"));
	str_clear(&said);
	release_free(release);
	rmdir(inner);
	rmdir(folder);
	free(inner);
}

static void markdown_is_checked_on_the_lines_of_the_file(void **state)
{
	(void)state;
	assert_says("---\ntitle: A\n---\n\nb\n\n<script>c</script>\n", "error fund.md:7 raw HTML");
	assert_says("---\ntitle: A\n---\n[b](/c)\n", "error fund.md:4 the link \"/c\"");
	assert_says("---\ntitle: A\nnotes: |\n  b\n\n  [b](/c)\n---\n", "error fund.md:6 the link \"/c\"");
	assert_says("---\ntitle: A\nboilerplate: \"[b](/c)\"\n---\n", "error fund.md:3 the link \"/c\"");
	assert_says("---\ntitle: A\n---\n## b\n\n#### c\n", "warning fund.md:6 a heading level is skipped");
}

static void phones_without_country_code_are_named(void **state)
{
	(void)state;
	assert_says("---\ntitle: A\ncontacts:\n  - name: B\n    phone: 022 555 01 00\n---\n",
		"warning fund.md:4 the phone \"022 555 01 00\" has no country code");
	assert_says("---\ntitle: A\ncontacts:\n  - name: B\n    phone: on request\n---\n",
		"warning fund.md:4 the phone \"on request\" of \"B\" is none");
}

static void a_paragraph_pasted_twice_is_named(void **state)
{
	(void)state;
	assert_says("---\ntitle: A\n---\n"
		    "Twelve coastal towns have agreed on a joint fund for sea rescue.\n\nb\n\n"
		    "Twelve coastal towns have agreed on a joint fund for sea rescue.\n",
		"warning fund.md:8 the same paragraph is on line 4 already");
	assert_silent("---\ntitle: A\n---\nb\n\nb\n", "same paragraph");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_release_is_fine),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(a_title_that_pretends_to_answer_is_an_error_on_its_line),
		cmocka_unit_test(characters_that_turn_text_around_are_errors_on_their_line),
		cmocka_unit_test(dates_are_looked_at),
		cmocka_unit_test(a_title_that_mail_readers_cut_is_named),
		cmocka_unit_test(files_must_be_in_the_folder),
		cmocka_unit_test(a_folder_is_no_attachment),
		cmocka_unit_test(markdown_is_checked_on_the_lines_of_the_file),
		cmocka_unit_test(phones_without_country_code_are_named),
		cmocka_unit_test(a_paragraph_pasted_twice_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
