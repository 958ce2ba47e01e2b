/*
 * The fixed phrases: every language whole, and greetings.
 */
#include "support/test.h"

#include "base/asset.h"
#include "compose/words.h"

static const char *const languages[] = {"en", "fr", "es", "de", "it", "pt", "ar", "ru", "zh", "uk"};

static struct words *load(const char *folder, const char *language)
{
	struct words *words = NULL;
	struct err err = {0};

	if (words_load(folder, span_of(language), &words, &err) != OK)
		fail_msg("%s: %s", language, err.text);
	return words;
}

static void assert_greeting(
	const char *language, const char *salutation, const char *name, bool is_desk, const char *expected)
{
	struct words *words = load(NULL, language);
	struct err err = {0};
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	assert_int_equal(words_greeting(words, span_of(salutation), span_of(name), is_desk, &out, &err), OK);
	assert_string_equal(out.ptr, expected);
	str_clear(&out);
	words_free(words);
}

static void every_language_has_every_phrase(void **state)
{
	struct words *english = load(NULL, "en");

	(void)state;
	for (size_t l = 0; l < sizeof(languages) / sizeof(languages[0]); l++) {
		struct words *words = load(NULL, languages[l]);
		struct str path;

		str_init(&path, STR_MAX_SMALL);
		str_addf(&path, "templates/words/%s.yaml", languages[l]);
		assert_string_equal(words_path(words), path.ptr);
		for (size_t i = 0; i < value_count(words_values(english)); i++) {
			struct span key = value_key_at(words_values(english), i);
			struct str line;

			str_init(&line, STR_MAX_SMALL);
			str_addf(&line, "\n%.*s:", SPAN_ARG(key));
			if (i && span_find(asset_find(path.ptr)->content, str_span(&line), 0) == SIZE_MAX)
				fail_msg("%s lacks \"%.*s\"", path.ptr, SPAN_ARG(key));
			str_clear(&line);
		}
		str_clear(&path);
		words_free(words);
	}
	words_free(english);
}

static void a_person_is_greeted_by_name_in_their_language(void **state)
{
	(void)state;
	assert_greeting("en", "", "Ana Pérez", false, "Dear Ana Pérez,");
	assert_greeting("fr", "", "Zoë Martin", false, "Bonjour Zoë Martin,");
	assert_greeting("ru", "", "Анна Котова", false, "Здравствуйте, Анна Котова!");
	assert_greeting("zh", "", "王芳", false, "王芳，您好！");
	assert_greeting("ar", "", "ليلى حداد", false, "تحية طيبة ليلى حداد،");
}

static void a_desk_is_greeted_as_editors(void **state)
{
	(void)state;
	assert_greeting("en", "", "News desk", true, "Dear editors,");
	assert_greeting("de", "", "", false, "Liebe Redaktion,");
}

static void a_salutation_overrides_any_greeting(void **state)
{
	(void)state;
	assert_greeting("en", "Dear Ana", "Ana Pérez", false, "Dear Ana,");
	assert_greeting("en", "Hello!", "", true, "Hello!");
	assert_greeting("es", "Estimada Ana:", "Ana", false, "Estimada Ana:");
}

static void markup_in_a_name_stays_what_it_is(void **state)
{
	(void)state;
	assert_greeting("en", "", "{{title}} <b>", false, "Dear {{title}} <b>,");
}

static void controls_in_a_name_are_refused(void **state)
{
	struct words *words = load(NULL, "en");
	struct err err = {0};
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	assert_int_equal(words_greeting(words, SPAN(""), SPAN("Ana\r\nBcc: x"), false, &out, &err), E_SYNTAX);
	assert_int_equal(words_greeting(words, SPAN("Dear\0"), SPAN("Ana"), false, &out, &err), E_SYNTAX);
	assert_int_equal(words_greeting(words, SPAN(""), SPAN("Ana \xff"), false, &out, &err), E_SYNTAX);
	assert_int_equal(out.len, 0);
	str_clear(&out);
	words_free(words);
}

static void dates_follow_the_language(void **state)
{
	static const struct {
		const char *language, *first, *tenth;
	} cases[] = {
		{"en", "1 November 2026", "10 November 2026"},
		{"fr", "1er novembre 2026", "10 novembre 2026"},
		{"de", "1. November 2026", "10. November 2026"},
		{"pt", "1 de novembro de 2026", "10 de novembro de 2026"},
		{"uk", "1 листопада 2026 року", "10 листопада 2026 року"},
		{"zh", "2026年11月1日", "2026年11月10日"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct words *words = load(NULL, cases[i].language);
		struct civil date = {.year = 2026, .month = 11, .day = 1, .weekday = 7};
		struct err err = {0};
		struct str out;

		str_init(&out, STR_MAX_SMALL);
		assert_int_equal(words_date(words, &date, &out, &err), OK);
		assert_string_equal(out.ptr, cases[i].first);
		str_empty(&out);
		date.day = 10;
		assert_int_equal(words_date(words, &date, &out, &err), OK);
		assert_string_equal(out.ptr, cases[i].tenth);
		str_clear(&out);
		words_free(words);
	}
}

static void an_embargo_is_said_with_its_place_and_in_utc(void **state)
{
	struct words *words = load(NULL, "en");
	struct zone *zone = NULL;
	struct err err = {0};
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	assert_int_equal(zone_new("Europe/Brussels", &zone, &err), OK);
	assert_int_equal(words_embargo(words, zone, INT64_C(1794387600000), &out, &err), OK);
	assert_string_equal(
		out.ptr, "Embargoed until Wednesday 11 November 2026, 10:00 (Brussels time, 09:00 UTC)");
	zone_free(zone);
	words_free(words);
	str_clear(&out);
}

static void a_regional_tag_falls_back_to_its_language_and_then_to_english(void **state)
{
	struct words *swiss = load(NULL, "fr-CH");
	struct words *unknown = load(NULL, "tlh");
	struct words *nonsense = load(NULL, "../../etc/passwd");

	(void)state;
	assert_string_equal(words_path(swiss), "templates/words/fr.yaml");
	assert_string_equal(words_path(unknown), "templates/words/en.yaml");
	assert_string_equal(words_path(nonsense), "templates/words/en.yaml");
	words_free(swiss);
	words_free(unknown);
	words_free(nonsense);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_language_has_every_phrase),
		cmocka_unit_test(a_person_is_greeted_by_name_in_their_language),
		cmocka_unit_test(a_desk_is_greeted_as_editors),
		cmocka_unit_test(a_salutation_overrides_any_greeting),
		cmocka_unit_test(markup_in_a_name_stays_what_it_is),
		cmocka_unit_test(controls_in_a_name_are_refused),
		cmocka_unit_test(dates_follow_the_language),
		cmocka_unit_test(an_embargo_is_said_with_its_place_and_in_utc),
		cmocka_unit_test(a_regional_tag_falls_back_to_its_language_and_then_to_english),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
