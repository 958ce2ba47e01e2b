/*
 * Languages as people write them.
 */
#include "list/language.h"

#include "support/test.h"

static void assert_code(const char *typed, const char *expected)
{
	struct str code;
	struct err err;

	str_init(&code, STR_MAX_SMALL);
	if (language_parse(span_of(typed), &code, &err))
		fail_msg("%s", err.text);
	assert_string_equal(code.ptr, expected);
	str_clear(&code);
}

static void assert_no_language(const char *typed)
{
	struct str code;
	struct err err;

	str_init(&code, STR_MAX_SMALL);
	assert_int_equal(language_parse(span_of(typed), &code, &err), E_SYNTAX);
	assert_contains(err.text, typed);
	assert_int_equal(code.len, 0);
	str_clear(&code);
}

static void a_code_stays_itself_in_the_usual_case(void **state)
{
	(void)state;
	assert_code("fr", "fr");
	assert_code("FR", "fr");
	assert_code("pt_br", "pt-BR");
	assert_code("ZH-HANT-tw", "zh-Hant-TW");
	assert_code("es-419", "es-419");
	assert_code("de-ch-1996", "de-CH-1996");
	assert_code("en-x-US", "en-x-us");
	assert_code("fil", "fil");
}

static void a_code_in_the_usual_case_is_left_alone(void **state)
{
	(void)state;
	assert_code("zh-Hant-TW", "zh-Hant-TW");
	assert_code("en-x-us", "en-x-us");
}

static void a_name_becomes_its_code(void **state)
{
	(void)state;
	assert_code("French", "fr");
	assert_code("FRANÇAIS", "fr");
	assert_code("fra", "fr");
	assert_code("Ελληνικά", "el");
	assert_code("العربية", "ar");
	assert_code("አማርኛ", "am");
}

static void what_is_no_language_is_refused(void **state)
{
	(void)state;
	assert_no_language("f");
	assert_no_language("Klingonese");
	assert_no_language("fr/de");
	assert_no_language("fr-");
	assert_no_language("-fr");
	assert_no_language("fr--BE");
	assert_no_language("1f");
	assert_no_language("fr-abcdefghi");
	assert_no_language("fr-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaaaa");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_stays_itself_in_the_usual_case),
		cmocka_unit_test(a_code_in_the_usual_case_is_left_alone),
		cmocka_unit_test(a_name_becomes_its_code),
		cmocka_unit_test(what_is_no_language_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
