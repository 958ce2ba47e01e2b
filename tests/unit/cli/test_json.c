/*
 * JSON values: always valid, whatever bytes they're made of.
 */
#include "support/test.h"

#include "cli/json.h"

static void assert_json(json_t *value, const char *wanted)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	assert_non_null(text);
	assert_string_equal(text, wanted);
	free(text);
	json_decref(value);
}

static void text_is_kept_as_it_is(void **state)
{
	(void)state;
	assert_json(json_text(SPAN("Zoë \"東京\"\n")), "\"Zoë \\\"東京\\\"\\n\"");
	assert_json(json_text(span_bytes(NULL, 0)), "\"\"");
}

static void bad_bytes_are_replaced(void **state)
{
	(void)state;
	assert_json(json_text(SPAN("a\xff"
				   "b\xc3")),
		"\"a\xef\xbf\xbd"
		"b\xef\xbf\xbd\"");
}

static void a_nul_in_a_text_is_escaped(void **state)
{
	(void)state;
	assert_json(json_text(SPAN("a\0b")), "\"a\\u0000b\"");
}

static void nothing_is_null(void **state)
{
	(void)state;
	assert_json(json_text_or_null(NULL), "null");
	assert_json(json_text_or_null(""), "null");
	assert_json(json_text_or_null("x"), "\"x\"");
	assert_json(json_instant(0), "null");
}

static void instants_are_iso_8601_in_utc_to_the_millisecond(void **state)
{
	(void)state;
	assert_json(json_instant(INT64_C(1794387600041)), "\"2026-11-11T09:00:00.041Z\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_kept_as_it_is),
		cmocka_unit_test(bad_bytes_are_replaced),
		cmocka_unit_test(a_nul_in_a_text_is_escaped),
		cmocka_unit_test(nothing_is_null),
		cmocka_unit_test(instants_are_iso_8601_in_utc_to_the_millisecond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
