/*
 * A release's files put together by language, and what keeps them apart.
 */
#include "app/releases.h"

#include "base/file.h"
#include "support/test.h"

static void save(void **state, const char *name, const char *content)
{
	char *path = file_join(*state, name);
	struct err err;

	assert_int_equal(file_save(path, span_of(content), 0600, &err), OK);
	free(path);
}

/* A release with more lines of front matter. */
static void save_release(void **state, const char *name, const char *more)
{
	struct str text;

	str_init(&text, STR_MAX_SMALL);
	str_addf(&text, "---\ntitle: Fund\n%s---\nText.\n", more);
	save(state, name, text.ptr);
	str_clear(&text);
}

static enum status load(void **state, const char *what, struct release_set **out, struct err *err)
{
	struct zone *zone = NULL;
	enum status status;

	assert_int_equal(zone_new("UTC", &zone, err), OK);
	status = release_set_load(*state, what, "en", zone, out, err);
	zone_free(zone);
	return status;
}

static struct release_set *must_load(void **state, const char *what)
{
	struct release_set *set = NULL;
	struct err err;

	if (load(state, what, &set, &err) != OK)
		fail_msg("%s", err.text);
	return set;
}

static void assert_refused(void **state, const char *what, enum status status, const char *words)
{
	struct release_set *set = NULL;
	struct err err;

	assert_int_equal(load(state, what, &set, &err), status);
	assert_contains(err.text, words);
}

static void the_file_without_a_language_in_its_name_is_first(void **state)
{
	struct release_set *set;

	save_release(state, "fund.ar.md", "language: ar\n");
	save_release(state, "fund.md", "");
	save_release(state, "fund.fr.md", "language: fr\n");
	save_release(state, "funding.md", "");
	set = must_load(state, "fund");
	assert_int_equal(set->count, 3);
	assert_string_equal(set->items[0]->language, "en");
	assert_string_equal(set->items[1]->language, "ar");
	assert_string_equal(set->items[2]->language, "fr");
	assert_string_equal(set->slug, "fund");
	assert_contains(set->sources[2].ptr, "language: fr");
	release_set_free(set);
}

static void without_such_a_file_the_first_by_name_is(void **state)
{
	struct release_set *set;

	save_release(state, "fund.fr.md", "language: fr\n");
	save_release(state, "fund.ar.md", "language: ar\n");
	set = must_load(state, "fund");
	assert_string_equal(set->items[0]->language, "ar");
	release_set_free(set);
}

static void the_path_of_any_of_its_files_means_all(void **state)
{
	struct release_set *set;
	char *path = file_join(*state, "fund.fr.md");

	save_release(state, "fund.md", "");
	save_release(state, "fund.fr.md", "language: fr\n");
	set = must_load(state, path);
	assert_int_equal(set->count, 2);
	release_set_free(set);
	free(path);
}

static void a_slug_of_its_own_is_found_in_the_file(void **state)
{
	struct release_set *set;

	save_release(state, "2026-11-10.md", "slug: rescue-fund\n");
	save(state, "broken.md", "---\ntitle: [\n---\n");
	set = must_load(state, "rescue-fund");
	assert_string_equal(set->slug, "rescue-fund");
	release_set_free(set);
}

static void a_mistyped_slug_suggests_the_near_one(void **state)
{
	save_release(state, "fund.md", "");
	assert_refused(state, "fnud", E_NOTFOUND, "did you mean \"fund\"?");
	assert_refused(state, "elections", E_NOTFOUND, "dateline release new elections");
}

static void a_path_that_is_not_there_is_named(void **state)
{
	char *path = file_join(*state, "fund.de.md");

	save_release(state, "fund.md", "");
	assert_refused(state, path, E_NOTFOUND, "fund.de.md");
	free(path);
}

static void two_files_in_one_language_are_a_conflict(void **state)
{
	save_release(state, "fund.md", "");
	save_release(state, "fund.uk.md", "language: EN\n");
	assert_refused(state, "fund", E_CONFLICT, "are both in \"en\"");
}

static void files_with_different_slugs_are_a_conflict(void **state)
{
	save_release(state, "fund.md", "");
	save_release(state, "fund.fr.md", "language: fr\nslug: fonds\n");
	assert_refused(state, "fund", E_CONFLICT, "\"fund\" and \"fonds\"");
}

static void files_with_different_embargoes_are_a_conflict(void **state)
{
	save_release(state, "fund.md", "embargo: 2026-11-11 10:00\n");
	save_release(state, "fund.fr.md", "language: fr\nembargo: 2026-11-11 11:00\n");
	assert_refused(state, "fund", E_CONFLICT, "different embargoes");
	save_release(state, "fund.fr.md", "language: fr\n");
	assert_refused(state, "fund", E_CONFLICT, "different embargoes");
}

/* The same instant, told in two zones. */
static void one_embargo_may_be_written_in_two_ways(void **state)
{
	save_release(state, "fund.md", "embargo: 2026-11-11 10:00 Europe/Brussels\n");
	save_release(state, "fund.fr.md", "language: fr\nembargo: 2026-11-11T09:00:00Z\n");
	release_set_free(must_load(state, "fund"));
}

static void a_broken_file_is_named_with_its_line(void **state)
{
	save(state, "fund.md", "---\ntitle: Fund\nlanguage: [\n---\nText.\n");
	assert_refused(state, "fund", E_SYNTAX, "fund.md:");
}

static void a_reader_gets_the_same_tag_or_the_same_first_part_or_the_first(void **state)
{
	static const struct {
		const char *language;
		size_t index;
		bool is_found;
	} cases[] = {
		{"fr", 1, true},
		{"FR", 1, true},
		{"fr-CH", 1, true},
		{"pt", 2, true},
		{"pt-PT", 2, true},
		{"pt-BR", 2, true},
		{"en-GB", 0, true},
		{"frr", 0, false},
		{"de", 0, false},
		{"", 0, false},
	};
	struct release_set *set;

	save_release(state, "fund.md", "");
	save_release(state, "fund.fr.md", "language: fr\n");
	save_release(state, "fund.pt.md", "language: pt-BR\n");
	set = must_load(state, "fund");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t index = 99;
		bool is_found = release_set_find(set, cases[i].language, &index);

		if (is_found != cases[i].is_found || index != cases[i].index)
			fail_msg("\"%s\": %d, %zu", cases[i].language, is_found, index);
	}
	release_set_free(set);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_folder_setup, test_folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_file_without_a_language_in_its_name_is_first),
		TEST(without_such_a_file_the_first_by_name_is),
		TEST(the_path_of_any_of_its_files_means_all),
		TEST(a_slug_of_its_own_is_found_in_the_file),
		TEST(a_mistyped_slug_suggests_the_near_one),
		TEST(a_path_that_is_not_there_is_named),
		TEST(two_files_in_one_language_are_a_conflict),
		TEST(files_with_different_slugs_are_a_conflict),
		TEST(files_with_different_embargoes_are_a_conflict),
		TEST(one_embargo_may_be_written_in_two_ways),
		TEST(a_broken_file_is_named_with_its_line),
		TEST(a_reader_gets_the_same_tag_or_the_same_first_part_or_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
