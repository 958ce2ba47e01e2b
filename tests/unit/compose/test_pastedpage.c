/*
 * Pages of every shape, taken apart: each in pages/ has the file it becomes
 * beside it (.md), and what was said of it (.doubts).
 */
#include "compose/pastedpage.h"

#include "base/file.h"
#include "compose/releasewrite.h"
#include "support/test.h"

#define PAGES "tests/unit/compose/pages/"

static void remember(void *context, size_t line, const char *words)
{
	str_addf(context, "%zu: %s\n", line, words);
}

static void load(const char *folder, const char *name, struct str *out)
{
	char *path = file_join(folder, name);
	struct err err = {0};

	str_init(out, STR_MAX_LARGE);
	if (file_load(path, out, &err))
		fail_msg("%s", err.text);
	free(path);
}

static void assert_becomes(const char *page_name, const char *stem)
{
	struct release *release = NULL;
	struct str page, expected, expected_doubts, doubts, written;
	struct err err = {0};
	char name[80];

	load(PAGES, page_name, &page);
	snprintf(name, sizeof(name), "%s.md", stem);
	load(PAGES, name, &expected);
	snprintf(name, sizeof(name), "%s.doubts", stem);
	load(PAGES, name, &expected_doubts);
	str_init(&doubts, STR_MAX_LARGE);
	str_init(&written, STR_MAX_LARGE);
	if (pastedpage_parse(page_name, str_span(&page), &release, remember, &doubts, &err))
		fail_msg("%s", err.text);
	release_write(release, &written);
	assert_string_equal(written.ptr, expected.ptr);
	assert_string_equal(doubts.ptr, expected_doubts.ptr);
	release_free(release);
	str_clear(&page);
	str_clear(&expected);
	str_clear(&expected_doubts);
	str_clear(&doubts);
	str_clear(&written);
}

static void a_dateline_with_a_day_a_subtitle_and_notes_are_told_apart(void **state)
{
	(void)state;
	assert_becomes("un-dateline.txt", "un-dateline");
}

static void a_wire_release_has_its_contact_on_top_and_its_boilerplate_below(void **state)
{
	(void)state;
	assert_becomes("us-wire.txt", "us-wire");
}

static void a_french_communique_is_read(void **state)
{
	(void)state;
	assert_becomes("fr-communique.txt", "fr-communique");
}

static void an_arabic_page_is_read(void **state)
{
	(void)state;
	assert_becomes("arabic.txt", "arabic");
}

static void a_certain_embargo_is_set(void **state)
{
	(void)state;
	assert_becomes("embargo.txt", "embargo");
}

static void an_unclear_embargo_stays_as_it_is_and_so_stops_the_release(void **state)
{
	struct release *release = NULL;
	struct str expected;
	struct err err = {0};

	(void)state;
	assert_becomes("embargo-unclear.txt", "embargo-unclear");
	load(PAGES, "embargo-unclear.md", &expected);
	assert_int_equal(release_parse("a.md", str_span(&expected), NULL, &release, &err), E_SYNTAX);
	assert_contains(err.text, "a.md:5: embargo: ");
	str_clear(&expected);
}

static void lines_broken_by_a_mail_program_are_joined(void **state)
{
	(void)state;
	assert_becomes("wrapped-mail.txt", "wrapped-mail");
}

static void what_markdown_would_take_for_its_own_is_escaped(void **state)
{
	(void)state;
	assert_becomes("markdown-traps.txt", "markdown-traps");
}

static void contacts_run_together_keep_their_own_phones(void **state)
{
	(void)state;
	assert_becomes("kenya-run-on.txt", "kenya-run-on");
}

static void a_saved_page_loses_its_menus_scripts_and_banners(void **state)
{
	(void)state;
	assert_becomes("saved.html", "saved");
}

static void a_saved_page_without_a_main_heading_is_read_by_its_shape(void **state)
{
	(void)state;
	assert_becomes("no-h1.html", "no-h1");
}

static void assert_refused(struct span page, enum status expected, const char *words)
{
	struct release *release = NULL;
	struct err err = {0};

	assert_int_equal(pastedpage_parse("page.txt", page, &release, NULL, NULL, &err), expected);
	assert_contains(err.text, words);
}

static void a_page_without_a_story_is_refused(void **state)
{
	(void)state;
	assert_refused(SPAN(""), E_SYNTAX, "page.txt: no headline");
	assert_refused(SPAN("Home\nNews\nContact\n"), E_SYNTAX, "page.txt: no headline");
	assert_refused(SPAN("<html><body></body></html>"), E_SYNTAX, "page.txt: no headline");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
	(void)state;
	assert_refused(SPAN("a\0b"), E_SYNTAX, "page.txt: this is no text");
	assert_refused(SPAN("<html>a\0b"), E_SYNTAX, "page.txt: a NUL");
}

static void a_page_over_the_ceiling_is_refused(void **state)
{
	struct str page;

	(void)state;
	str_init(&page, STR_MAX_LARGE);
	str_add_repeat(&page, 'x', PASTEDPAGE_MAX + 1);
	assert_refused(str_span(&page), E_RANGE, "page.txt: larger than");
	str_clear(&page);
}

static void a_page_in_windows_1252_is_read_and_doubted(void **state)
{
	struct release *release = NULL;
	struct str doubts;
	struct err err = {0};

	(void)state;
	str_init(&doubts, STR_MAX_LARGE);
	assert_int_equal(pastedpage_parse("page.txt",
				 SPAN("Caf\xe9 Opens by the Sea\nNice - The caf\xe9 \x93opened\x94 on "
				      "Monday, it said.\n"),
				 &release, remember, &doubts, &err),
		OK);
	assert_string_equal(release->title, "Café Opens by the Sea");
	assert_string_equal(release->body, "The café “opened” on Monday, it said.\n");
	assert_contains(doubts.ptr, "isn't UTF-8");
	release_free(release);
	str_clear(&doubts);
}

static void a_page_that_nests_without_end_is_read_all_the_same(void **state)
{
	struct release *release = NULL;
	struct str page;
	struct err err = {0};

	(void)state;
	str_init(&page, STR_MAX_LARGE);
	str_add_text(&page, "<html><h1>Boats Find Shelter</h1>");
	for (int i = 0; i < 100000; i++)
		str_add_text(&page, "<div class=\"share\">");
	str_add_text(&page, "<p>Malta - The boats found shelter on Monday.</p>");
	/* Whatever comes of it, it comes back. */
	if (pastedpage_parse("page.html", str_span(&page), &release, NULL, NULL, &err) == OK)
		release_free(release);
	str_clear(&page);
}

static void the_summit_page_is_read_faithfully(void **state)
{
	static const char *const places[] = {
		"IOM HQ in Geneva", "IOM HQ in Geneva", "IOM Europe in Brussels"};
	static const char *const phones[] = {"+41 792857123", "+41 79 103 8720", "+32 2 287 71 16"};
	static const char *const names[] = {"Leonard Doyle", "Joel Millman", "Ryan Schroeder"};
	static const char *const emails[] = {"ldoyle@iom.int", "jmillman@iom.int", "rschroeder@iom.int"};
	struct release *release = NULL;
	struct str page, doubts;
	struct err err = {0};

	(void)state;
	if (!test_shared_folder()) {
		fprintf(stderr, "skipped: no shared/pages here (set DATELINE_SHARED)\n");
		skip();
	}
	load(test_shared_folder(), "pages/iom-valetta-summit.txt", &page);
	str_init(&doubts, STR_MAX_LARGE);
	assert_int_equal(pastedpage_parse("iom-valetta-summit.txt", str_span(&page), &release, remember,
				 &doubts, &err),
		OK);
	assert_string_equal(
		release->title, "IOM Welcomes Valetta Summit to Improve Cross-Continental Cooperation");
	assert_string_equal(release->dateline, "Switzerland");
	assert_string_equal(release->slug, "iom-valetta-summit");
	assert_string_equal(release->subtitle, "");
	assert_string_equal(release->date, "");
	assert_string_equal(release->boilerplate, "");
	assert_int_equal(release->contact_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(release->contacts[i].name, names[i]);
		assert_string_equal(release->contacts[i].role, "");
		assert_string_equal(release->contacts[i].place, places[i]);
		assert_int_equal(release->contacts[i].phone_count, 1);
		assert_string_equal(release->contacts[i].phones[0], phones[i]);
		assert_string_equal(release->contacts[i].email, emails[i]);
	}
	assert_string_equal(doubts.ptr, "");
	release_free(release);
	str_clear(&page);
	str_clear(&doubts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dateline_with_a_day_a_subtitle_and_notes_are_told_apart),
		cmocka_unit_test(a_wire_release_has_its_contact_on_top_and_its_boilerplate_below),
		cmocka_unit_test(a_french_communique_is_read),
		cmocka_unit_test(an_arabic_page_is_read),
		cmocka_unit_test(a_certain_embargo_is_set),
		cmocka_unit_test(an_unclear_embargo_stays_as_it_is_and_so_stops_the_release),
		cmocka_unit_test(lines_broken_by_a_mail_program_are_joined),
		cmocka_unit_test(what_markdown_would_take_for_its_own_is_escaped),
		cmocka_unit_test(contacts_run_together_keep_their_own_phones),
		cmocka_unit_test(a_saved_page_loses_its_menus_scripts_and_banners),
		cmocka_unit_test(a_saved_page_without_a_main_heading_is_read_by_its_shape),
		cmocka_unit_test(a_page_without_a_story_is_refused),
		cmocka_unit_test(bytes_that_are_no_text_are_refused),
		cmocka_unit_test(a_page_over_the_ceiling_is_refused),
		cmocka_unit_test(a_page_in_windows_1252_is_read_and_doubted),
		cmocka_unit_test(a_page_that_nests_without_end_is_read_all_the_same),
		cmocka_unit_test(the_summit_page_is_read_faithfully),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
