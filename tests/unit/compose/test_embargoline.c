/* Embargo lines: certain, or left to a person. */
#include "compose/embargoline.h"

#include "support/test.h"

static void assert_embargo(const char *text, enum embargoline expected, const char *written)
{
	struct str out;
	enum embargoline found;

	str_init(&out, STR_MAX_SMALL);
	found = embargoline_parse(span_of(text), &out);
	if (found != expected || strcmp(out.ptr, written) != 0)
		fail_msg("\"%s\" gave %d, \"%s\"", text, (int)found, out.ptr);
	str_clear(&out);
}

static void a_line_with_date_time_and_utc_is_certain(void **state)
{
	(void)state;
	assert_embargo("EMBARGOED UNTIL 10:00 GMT, Wednesday 11 November 2026", EMBARGOLINE_INSTANT,
		"2026-11-11 10:00 UTC");
	assert_embargo("Embargo: 2026-11-11 10:00 UTC", EMBARGOLINE_INSTANT, "2026-11-11 10:00 UTC");
	assert_embargo("*** Under embargo until November 11, 2026 at 2:30 pm GMT ***", EMBARGOLINE_INSTANT,
		"2026-11-11 14:30 UTC");
	assert_embargo(
		"EMBARGO: 1000 hours GMT on 11th November 2026", EMBARGOLINE_INSTANT, "2026-11-11 10:00 UTC");
	assert_embargo(
		"Embargoed until 12am GMT on 11 November 2026", EMBARGOLINE_INSTANT, "2026-11-11 00:00 UTC");
}

static void a_line_without_a_zone_is_local(void **state)
{
	(void)state;
	assert_embargo(
		"Sous embargo jusqu'au 11 novembre 2026 à 10h30", EMBARGOLINE_LOCAL, "2026-11-11 10:30");
	assert_embargo("Sperrfrist: 11. November 2026, 10:00 Uhr", EMBARGOLINE_LOCAL, "2026-11-11 10:00");
	assert_embargo(
		"NOT FOR RELEASE BEFORE 10am on 11 November 2026", EMBARGOLINE_LOCAL, "2026-11-11 10:00");
}

static void any_doubt_leaves_the_words(void **state)
{
	static const char *const lines[] = {"EMBARGOED UNTIL noon CET on Friday",
		"Embargoed until 10:00 CET, 11 November 2026",
		"Embargoed until 10:00 Geneva time, 11 November 2026", "Embargo until 11 November 2026",
		"Embargoed until 20:30 or 21:30 GMT, 11 November 2026",
		"Embargoed until 2030 GMT, 11 November 2026", "Embargoed until 25:00 GMT, 11 November 2026",
		"EMBARGOED UNTIL FURTHER NOTICE"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_embargo(lines[i], EMBARGOLINE_UNCLEAR, lines[i]);
}

static void news_about_embargoes_are_none(void **state)
{
	(void)state;
	assert_embargo("UN lifts arms embargo after 10 years", EMBARGOLINE_NONE, "");
	assert_embargo("Embargo on fishing ends", EMBARGOLINE_NONE, "");
	assert_embargo("Harbour Relief opens a station", EMBARGOLINE_NONE, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_with_date_time_and_utc_is_certain),
		cmocka_unit_test(a_line_without_a_zone_is_local),
		cmocka_unit_test(any_doubt_leaves_the_words),
		cmocka_unit_test(news_about_embargoes_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
