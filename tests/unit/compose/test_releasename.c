/* Slugs and languages. */
#include "compose/releasename.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_parts(const char *path, const char *slug, const char *language)
{
	struct span slug_is;
	struct span language_is;

	release_name_parts(path, &slug_is, &language_is);
	assert_true(span_equals(slug_is, span_of(slug)));
	assert_true(span_equals(language_is, span_of(language)));
}

static void a_path_gives_slug_and_language(void **state)
{
	(void)state;
	assert_parts("releases/valletta.md", "valletta", "");
	assert_parts("/a.b/valletta.pt-BR.md", "valletta", "pt-BR");
	assert_parts("valletta", "valletta", "");
}

static void slugs_are_small_letters_digits_and_single_dashes(void **state)
{
	(void)state;
	assert_true(release_slug_is_valid(SPAN("fund-2026")));
	assert_false(release_slug_is_valid(SPAN("")));
	assert_false(release_slug_is_valid(SPAN("Fund")));
	assert_false(release_slug_is_valid(SPAN("-fund")));
	assert_false(release_slug_is_valid(SPAN("fund-")));
	assert_false(release_slug_is_valid(SPAN("a--b")));
	assert_false(release_slug_is_valid(SPAN("a/b")));
	assert_false(release_slug_is_valid(
		SPAN("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")));
}

static void assert_slug(const char *words, const char *expected)
{
	struct str slug;

	str_init(&slug, STR_MAX_SMALL);
	release_slug_from(span_of(words), &slug);
	assert_string_equal(slug.ptr, expected);
	assert_true(!slug.len || release_slug_is_valid(str_span(&slug)));
	str_clear(&slug);
}

static void words_become_a_slug(void **state)
{
	(void)state;
	assert_slug("Fund Agreed!", "fund-agreed");
	assert_slug("  The Coast's (new) Fund  ", "the-coasts-new-fund");
	assert_slug("Été à Zürich", "ete-a-zurich");
	assert_slug("日本", "");
	assert_slug("aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaa b c",
		"aaaaaaaaa-aaaaaaaaa-aaaaaaaaa-aaaaaaaaa-aaaaaaaaa-aaaaaaaaa-aaa");
}

static void languages_look_like_bcp_47(void **state)
{
	(void)state;
	assert_true(release_language_is_valid(SPAN("en")));
	assert_true(release_language_is_valid(SPAN("pt-BR")));
	assert_true(release_language_is_valid(SPAN("zh-Hant-TW")));
	assert_true(release_language_is_valid(SPAN("es-419")));
	assert_false(release_language_is_valid(SPAN("")));
	assert_false(release_language_is_valid(SPAN("english")));
	assert_false(release_language_is_valid(SPAN("e1")));
	assert_false(release_language_is_valid(SPAN("en_GB")));
	assert_false(release_language_is_valid(SPAN("en-")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_gives_slug_and_language),
		cmocka_unit_test(slugs_are_small_letters_digits_and_single_dashes),
		cmocka_unit_test(words_become_a_slug),
		cmocka_unit_test(languages_look_like_bcp_47),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
