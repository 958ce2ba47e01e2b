/*
 * Time zones: nights when clocks change, names that are wrong, instants as people
 * write them.
 */
#include "support/test.h"

#include "base/zone.h"

static struct zone *zone_called(const char *name)
{
	struct zone *zone;
	struct err err = {0};

	if (zone_new(name, &zone, &err) != OK)
		fail_msg("%s", err.text);
	return zone;
}

/* The instant of "YYYY-MM-DDTHH:MM:SS.mmmZ" as zone_format_utc would print it. */
static void assert_utc(int64_t instant_ms, const char *expected)
{
	struct str text;

	str_init(&text, STR_MAX_SMALL);
	zone_format_utc(instant_ms, &text);
	assert_string_equal(text.ptr, expected);
	str_clear(&text);
}

static void assert_parses(const char *text, const char *utc, const char *zone_name_expected)
{
	struct zone *fallback = zone_called("Europe/Brussels");
	struct zone *zone = NULL;
	struct err err = {0};
	int64_t instant;

	if (zone_parse_instant(span_of(text), fallback, &instant, &zone, &err) != OK)
		fail_msg("%s: %s", text, err.text);
	assert_utc(instant, utc);
	assert_string_equal(zone_name(zone), zone_name_expected);
	zone_free(zone);
	zone_free(fallback);
}

static void assert_refused(const char *text, enum status status, const char *words)
{
	struct zone *fallback = zone_called("Europe/Brussels");
	struct zone *zone = NULL;
	struct err err = {0};
	int64_t instant;

	assert_int_equal(zone_parse_instant(span_of(text), fallback, &instant, &zone, &err), status);
	assert_null(zone);
	assert_contains(err.text, words);
	zone_free(fallback);
}

static void a_zone_knows_its_name_and_its_city(void **state)
{
	struct zone *zone = zone_called("America/Port_of_Spain");

	(void)state;
	assert_string_equal(zone_name(zone), "America/Port_of_Spain");
	assert_string_equal(zone_city(zone), "Port of Spain");
	zone_free(zone);
}

static void a_misspelt_zone_is_not_found_and_suggests_the_near_one(void **state)
{
	static const struct {
		const char *written, *meant;
	} cases[] = {
		{"Europe/Brusels", "Europe/Brussels"},
		{"europe/brussels", "Europe/Brussels"},
		{"America/NewYork", "America/New_York"},
		{"Brussels", "Europe/Brussels"},
		{"Adis_Ababa", "Africa/Addis_Ababa"},
		{"Etc/UCT0", "Etc/UCT"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = {0};
		struct zone *zone;
		char expected[128];

		snprintf(expected, sizeof(expected), "no time zone \"%s\": did you mean \"%s\"?",
			cases[i].written, cases[i].meant);
		assert_int_equal(zone_new(cases[i].written, &zone, &err), E_NOTFOUND);
		assert_null(zone);
		assert_contains(err.text, expected);
	}
}

static void what_is_no_name_of_a_place_is_not_found(void **state)
{
	static const char *const names[] = {"", "+01:00", "CET-1CEST", "/etc/localtime",
		"../zoneinfo/Europe/Rome", "Europe/../../../etc/passwd", "posix/Europe/Rome",
		"right/Europe/Rome", "localtime", "Europe", "Europe/", "tzdata.zi", "leapseconds",
		"Nowhere/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct err err = {0};
		struct zone *zone;

		if (zone_new(names[i], &zone, &err) != E_NOTFOUND)
			fail_msg("\"%s\" was taken for a zone", names[i]);
	}
}

static void an_abbreviation_is_refused_and_its_meanings_are_named(void **state)
{
	(void)state;
	assert_refused("2026-11-11 10:00 CET", E_CONFLICT, "Europe/Brussels or Africa/Algiers");
	assert_refused("2026-11-11 10:00 EST", E_CONFLICT, "America/New_York, America/Panama");
	assert_refused("2026-11-11 10:00 IST", E_CONFLICT, "Asia/Kolkata, Asia/Jerusalem or Europe/Dublin");
	assert_refused("2026-11-11 10:00 cst", E_CONFLICT, "Asia/Shanghai");
}

static void winter_and_summer_time_have_their_offsets(void **state)
{
	struct zone *zone = zone_called("Europe/Brussels");
	struct civil winter = zone_civil(zone, 1794391200041);
	struct civil summer = zone_civil(zone, 1784109600000);

	(void)state;
	assert_int_equal(winter.year, 2026);
	assert_int_equal(winter.month, 11);
	assert_int_equal(winter.day, 11);
	assert_int_equal(winter.hour, 11);
	assert_int_equal(winter.millisecond, 41);
	assert_int_equal(winter.weekday, 3);
	assert_int_equal(winter.offset_seconds, 3600);
	assert_string_equal(winter.abbreviation, "CET");
	assert_int_equal(summer.offset_seconds, 7200);
	assert_string_equal(summer.abbreviation, "CEST");
	zone_free(zone);
}

static void rules_go_on_beyond_the_last_recorded_change(void **state)
{
	(void)state;
	assert_parses("2055-07-15 12:00 Europe/Brussels", "2055-07-15T10:00:00.000Z", "Europe/Brussels");
	assert_parses("2055-01-15 12:00 Europe/Brussels", "2055-01-15T11:00:00.000Z", "Europe/Brussels");
}

static void a_local_time_that_brussels_skips_shows_both_choices(void **state)
{
	(void)state;
	assert_refused("2026-03-29 02:30 Europe/Brussels", E_CONFLICT,
		"\"2026-03-29 02:30\" does not exist (the clocks skip it) in Europe/Brussels: write "
		"2026-03-29T03:30:00+02:00 or 2026-03-29T01:30:00+01:00");
	assert_refused("2026-03-29 02:00", E_CONFLICT, "does not exist");
	assert_parses("2026-03-29 01:59:59.999", "2026-03-29T00:59:59.999Z", "Europe/Brussels");
	assert_parses("2026-03-29 03:00", "2026-03-29T01:00:00.000Z", "Europe/Brussels");
}

static void a_local_time_that_brussels_has_twice_shows_both_choices(void **state)
{
	(void)state;
	assert_refused("2026-10-25 02:30", E_CONFLICT,
		"comes twice (the clocks go back) in Europe/Brussels: write "
		"2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00");
	assert_parses("2026-10-25 01:59:59.999", "2026-10-24T23:59:59.999Z", "Europe/Brussels");
	assert_refused("2026-10-25 02:00", E_CONFLICT, "comes twice");
	assert_refused("2026-10-25 02:59:59", E_CONFLICT, "comes twice");
	assert_parses("2026-10-25 03:00", "2026-10-25T02:00:00.000Z", "Europe/Brussels");
}

static void new_york_changes_its_clocks_on_its_own_nights(void **state)
{
	(void)state;
	assert_refused("2026-03-08 02:30 America/New_York", E_CONFLICT,
		"2026-03-08T03:30:00-04:00 or 2026-03-08T01:30:00-05:00");
	assert_refused("2026-11-01 01:30 America/New_York", E_CONFLICT,
		"2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00");
	assert_parses("2026-11-01 02:00 America/New_York", "2026-11-01T07:00:00.000Z", "America/New_York");
}

static void lord_howe_moves_by_half_an_hour_only(void **state)
{
	(void)state;
	assert_refused("2026-10-04 02:15 Australia/Lord_Howe", E_CONFLICT,
		"2026-10-04T02:45:00+11:00 or 2026-10-04T01:45:00+10:30");
	assert_parses(
		"2026-10-04 02:30 Australia/Lord_Howe", "2026-10-03T15:30:00.000Z", "Australia/Lord_Howe");
	assert_refused("2026-04-05 01:45 Australia/Lord_Howe", E_CONFLICT,
		"2026-04-05T01:45:00+11:00 or 2026-04-05T01:45:00+10:30");
	assert_parses(
		"2026-04-05 01:15 Australia/Lord_Howe", "2026-04-04T14:15:00.000Z", "Australia/Lord_Howe");
}

static void a_whole_day_that_samoa_skipped_does_not_exist(void **state)
{
	(void)state;
	assert_refused("2011-12-30 12:00 Pacific/Apia", E_CONFLICT,
		"2011-12-31T12:00:00+14:00 or 2011-12-29T12:00:00-10:00");
}

static bool has_same_local_time(const struct zone *zone, int64_t a_ms, int64_t b_ms)
{
	struct civil a = zone_civil(zone, a_ms);
	struct civil b = zone_civil(zone, b_ms);

	return a.day == b.day && a.hour == b.hour && a.minute == b.minute;
}

static void every_half_hour_of_a_year_comes_back_from_its_local_time_or_is_one_of_two(void **state)
{
	static const char *const names[] = {"Europe/Brussels", "America/New_York", "Australia/Lord_Howe",
		"Asia/Kathmandu", "America/St_Johns", "Africa/Casablanca"};
	const int64_t half_hour_ms = 1800000;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *zone = zone_called(names[i]);

		for (int64_t t = 1767225600000; t < 1798761600000; t += half_hour_ms) {
			struct civil local = zone_civil(zone, t);
			int64_t back = 0;

			if (zone_instant(zone, &local, &back, NULL) == OK)
				assert_int_equal(back, t);
			else
				assert_true(has_same_local_time(zone, t, t - half_hour_ms) ||
					    has_same_local_time(zone, t, t + half_hour_ms) ||
					    has_same_local_time(zone, t, t - 2 * half_hour_ms) ||
					    has_same_local_time(zone, t, t + 2 * half_hour_ms));
		}
		zone_free(zone);
	}
}

static void an_iso_instant_with_an_offset_is_in_utc(void **state)
{
	(void)state;
	assert_parses("2026-11-11T10:00:00+01:00", "2026-11-11T09:00:00.000Z", "UTC");
	assert_parses("2026-11-11T10:00:00.250Z", "2026-11-11T10:00:00.250Z", "UTC");
	assert_parses("2026-11-11 10:00 -0530", "2026-11-11T15:30:00.000Z", "UTC");
	assert_parses(" 2026-10-25T02:30+01:00 ", "2026-10-25T01:30:00.000Z", "UTC");
}

static void a_time_without_zone_is_in_the_fallback_or_refused_without_one(void **state)
{
	struct zone *zone;
	struct err err = {0};
	int64_t instant;

	(void)state;
	assert_parses("2026-11-11 10:00", "2026-11-11T09:00:00.000Z", "Europe/Brussels");
	assert_int_equal(zone_parse_instant(SPAN("2026-11-11 10:00"), NULL, &instant, &zone, &err), E_SYNTAX);
	assert_contains(err.text, "has no time zone: add one");
}

static void dates_and_times_that_never_come_are_refused(void **state)
{
	(void)state;
	assert_refused("2026-02-29 10:00", E_RANGE, "no date \"2026-02-29\"");
	assert_refused("1900-02-29 10:00", E_RANGE, "no date");
	assert_refused("2026-13-01 10:00", E_RANGE, "no date");
	assert_refused("2026-00-01 10:00", E_RANGE, "no date");
	assert_refused("2026-11-31 10:00", E_RANGE, "no date");
	assert_refused("0000-01-01 10:00Z", E_RANGE, "no date");
	assert_refused("2026-11-11 24:00", E_RANGE, "no time of day \"24:00:00\"");
	assert_refused("2026-11-11 10:60", E_RANGE, "no time of day");
	assert_refused("2026-11-11 10:00:60Z", E_RANGE, "no time of day");
	assert_parses("2028-02-29 10:00", "2028-02-29T09:00:00.000Z", "Europe/Brussels");
}

static void what_is_no_time_is_refused_with_an_example(void **state)
{
	static const char *const texts[] = {"", "tomorrow", "2026-11-11", "11.11.2026 10:00", "2026-11-11 10",
		"2026-11-11 1000", "2026-11-11 10:00:00.5", "2026-11-11x10:00", "-026-11-11 10:00"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_refused(texts[i], E_SYNTAX, "write it as \"2026-11-11 10:00 Europe/Brussels\"");
}

static void a_nul_behind_the_zone_is_not_overlooked(void **state)
{
	struct zone *zone;
	int64_t instant;

	(void)state;
	assert_int_equal(
		zone_parse_instant(SPAN("2026-11-11 10:00 Europe/Rome\0x"), NULL, &instant, &zone, NULL),
		E_SYNTAX);
}

static void a_very_long_time_is_refused(void **state)
{
	char text[4096];
	struct zone *zone;
	int64_t instant;

	(void)state;
	memset(text, '1', sizeof(text));
	assert_int_equal(
		zone_parse_instant(span_bytes(text, sizeof(text)), NULL, &instant, &zone, NULL), E_SYNTAX);
}

static void instants_are_written_for_people_and_for_mail(void **state)
{
	struct zone *zone = zone_called("Europe/Brussels");
	struct zone *newfoundland = zone_called("America/St_Johns");
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_SMALL);
	zone_format(zone, 1794387600041, &text);
	str_add_char(&text, '|');
	zone_format_time(zone, 1794387600041, &text);
	str_add_char(&text, '|');
	zone_format_utc(1794387600041, &text);
	str_add_char(&text, '|');
	zone_format_mail(zone, 1794387600041, &text);
	str_add_char(&text, '|');
	zone_format_mail(newfoundland, 1794387600041, &text);
	assert_string_equal(text.ptr, "Wed 11 Nov 2026 10:00|10:00:00.041|2026-11-11T09:00:00.041Z|"
				      "Wed, 11 Nov 2026 10:00:00 +0100|Wed, 11 Nov 2026 05:30:00 -0330");
	str_clear(&text);
	zone_free(zone);
	zone_free(newfoundland);
}

static void instants_before_1970_count_backwards(void **state)
{
	struct zone *zone = zone_called("UTC");
	struct civil civil = zone_civil(zone, -1);

	(void)state;
	assert_int_equal(civil.year, 1969);
	assert_int_equal(civil.month, 12);
	assert_int_equal(civil.day, 31);
	assert_int_equal(civil.second, 59);
	assert_int_equal(civil.millisecond, 999);
	assert_int_equal(civil.weekday, 3);
	zone_free(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_knows_its_name_and_its_city),
		cmocka_unit_test(a_misspelt_zone_is_not_found_and_suggests_the_near_one),
		cmocka_unit_test(what_is_no_name_of_a_place_is_not_found),
		cmocka_unit_test(an_abbreviation_is_refused_and_its_meanings_are_named),
		cmocka_unit_test(winter_and_summer_time_have_their_offsets),
		cmocka_unit_test(rules_go_on_beyond_the_last_recorded_change),
		cmocka_unit_test(a_local_time_that_brussels_skips_shows_both_choices),
		cmocka_unit_test(a_local_time_that_brussels_has_twice_shows_both_choices),
		cmocka_unit_test(new_york_changes_its_clocks_on_its_own_nights),
		cmocka_unit_test(lord_howe_moves_by_half_an_hour_only),
		cmocka_unit_test(a_whole_day_that_samoa_skipped_does_not_exist),
		cmocka_unit_test(every_half_hour_of_a_year_comes_back_from_its_local_time_or_is_one_of_two),
		cmocka_unit_test(an_iso_instant_with_an_offset_is_in_utc),
		cmocka_unit_test(a_time_without_zone_is_in_the_fallback_or_refused_without_one),
		cmocka_unit_test(dates_and_times_that_never_come_are_refused),
		cmocka_unit_test(what_is_no_time_is_refused_with_an_example),
		cmocka_unit_test(a_nul_behind_the_zone_is_not_overlooked),
		cmocka_unit_test(a_very_long_time_is_refused),
		cmocka_unit_test(instants_are_written_for_people_and_for_mail),
		cmocka_unit_test(instants_before_1970_count_backwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
