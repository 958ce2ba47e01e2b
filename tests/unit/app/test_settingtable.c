/*
 * Lengths of time and quoted texts, as settings have them.
 */
#include "support/test.h"

#include "app/settingtable.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static void assert_duration(const char *text, int64_t wanted)
{
	int64_t duration_ms = -1;
	struct err err = {0};

	if (settingtable_parse_duration(span_of(text), &duration_ms, &err) != OK)
		fail_msg("%s: %s", text, err.text);
	assert_int_equal(duration_ms, wanted);
}

static void a_duration_is_a_number_with_its_unit(void **state)
{
	(void)state;
	assert_duration("90s", 90000);
	assert_duration("5m", 5 * MINUTE);
	assert_duration("2h", 2 * HOUR);
	assert_duration("1d", DAY);
	assert_duration("0s", 0);
	assert_duration("250ms", 250);
}

static void durations_add_up(void **state)
{
	(void)state;
	assert_duration("1h30m", HOUR + 30 * MINUTE);
	assert_duration("1d2h3m4s", DAY + 2 * HOUR + 3 * MINUTE + 4000);
	assert_duration("1m1ms1s", MINUTE + 1001);
}

static void what_is_no_duration_is_refused(void **state)
{
	static const char *const texts[] = {"", "5", "m", "5 m", " 5m", "5m ", "-5m", "1.5h", "5x", "5M",
		"5m3", "m5", "ms", "5mss", "1h30", "5m\n", "٥m", "12345678901234567890s"};
	int64_t duration_ms = -1;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(
			settingtable_parse_duration(span_of(texts[i]), &duration_ms, NULL), E_SYNTAX);
	assert_int_equal(settingtable_parse_duration(SPAN("5m\0"), &duration_ms, NULL), E_SYNTAX);
	assert_int_equal(duration_ms, -1);
}

static void a_year_is_the_longest_duration(void **state)
{
	int64_t duration_ms = -1;

	(void)state;
	assert_duration("366d", 366 * DAY);
	assert_int_equal(settingtable_parse_duration(SPAN("366d1s"), &duration_ms, NULL), E_RANGE);
	assert_int_equal(settingtable_parse_duration(SPAN("999999999d"), &duration_ms, NULL), E_RANGE);
	assert_int_equal(duration_ms, -1);
}

static void many_units_do_not_add_up_over_the_year(void **state)
{
	int64_t duration_ms = -1;
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	for (int i = 0; i < 1000; i++)
		str_add_text(&text, "200d");
	assert_int_equal(settingtable_parse_duration(str_span(&text), &duration_ms, NULL), E_RANGE);
	str_clear(&text);
}

static void a_rate_is_messages_in_a_length_of_time(void **state)
{
	struct pace_window window;

	(void)state;
	assert_int_equal(settingtable_parse_rate(SPAN("20/1s"), &window, NULL), OK);
	assert_int_equal(window.messages, 20);
	assert_int_equal(window.per_ms, 1000);
	assert_int_equal(settingtable_parse_rate(SPAN("10000000/31d"), &window, NULL), OK);
	assert_int_equal(window.messages, 10000000);
	assert_int_equal(window.per_ms, 31 * DAY);
}

static void what_is_no_rate_is_refused(void **state)
{
	static const char *const texts[] = {"", "/", "20", "20/", "/1s", "20/s", "20 /1s", "-20/1s", "2.5/1s",
		"20/1s/1s", "20/1x", "1234567890/1s", "20\\1s"};
	static const char *const outside[] = {"0/1s", "1/0s", "10000001/1s", "1/32d"};
	struct pace_window window;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(settingtable_parse_rate(span_of(texts[i]), &window, NULL), E_SYNTAX);
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		assert_int_equal(settingtable_parse_rate(span_of(outside[i]), &window, NULL), E_RANGE);
}

static void quotes_backslashes_and_line_breaks_are_escaped(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	settingtable_quote(&out, "a \"b\" \\ c\nd Zoë");
	assert_string_equal(out.ptr, "\"a \\\"b\\\" \\\\ c\\nd Zoë\"");
	str_clear(&out);
}

static void note(void *context, const char *words)
{
	str_addf(context, "%s\n", words);
}

static void faults_are_told_by_line_and_those_of_the_file_last(void **state)
{
	struct setting_faults faults = {.path = "x.cfg"};
	struct str said;
	struct err err;

	(void)state;
	settingtable_fault(&faults, 7, E_RANGE, "seven");
	settingtable_fault(&faults, 0, E_NOTFOUND, "none");
	settingtable_fault(&faults, 2, E_SYNTAX, "two");
	settingtable_fault(&faults, 7, E_RANGE, "seven again");
	str_init(&said, STR_MAX_SMALL);
	assert_int_equal(settingtable_tell(&faults, note, &said, &err), E_SYNTAX);
	assert_string_equal(err.text, "x.cfg:2: two");
	assert_string_equal(said.ptr, "x.cfg:2: two\nx.cfg:7: seven\nx.cfg:7: seven again\nx.cfg: none\n");
	str_clear(&said);
}

static void a_fault_is_told_once(void **state)
{
	struct setting_faults faults = {.path = "x.cfg"};

	(void)state;
	assert_int_equal(settingtable_tell(&faults, NULL, NULL, NULL), OK);
	settingtable_fault(&faults, 1, E_SYNTAX, "one");
	assert_int_equal(settingtable_tell(&faults, NULL, NULL, NULL), E_SYNTAX);
	assert_int_equal(settingtable_tell(&faults, NULL, NULL, NULL), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_duration_is_a_number_with_its_unit),
		cmocka_unit_test(durations_add_up),
		cmocka_unit_test(what_is_no_duration_is_refused),
		cmocka_unit_test(a_year_is_the_longest_duration),
		cmocka_unit_test(many_units_do_not_add_up_over_the_year),
		cmocka_unit_test(a_rate_is_messages_in_a_length_of_time),
		cmocka_unit_test(what_is_no_rate_is_refused),
		cmocka_unit_test(quotes_backslashes_and_line_breaks_are_escaped),
		cmocka_unit_test(faults_are_told_by_line_and_those_of_the_file_last),
		cmocka_unit_test(a_fault_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
