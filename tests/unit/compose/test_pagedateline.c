/* Datelines by their shape. */
#include "compose/pagedateline.h"

#include "support/test.h"

static void assert_dateline(const char *text, const char *place, const char *date, const char *story)
{
	struct pagedateline out;

	if (!pagedateline_parse(span_of(text), &out))
		fail_msg("no dateline in \"%s\"", text);
	if (!span_equals(out.place, span_of(place)) || !span_equals(out.date, span_of(date)))
		fail_msg("\"%.*s\", \"%.*s\" in \"%s\"", SPAN_ARG(out.place), SPAN_ARG(out.date), text);
	assert_string_equal(text + out.length, story);
}

static void assert_none(const char *text)
{
	struct pagedateline out;

	if (pagedateline_parse(span_of(text), &out))
		fail_msg("\"%.*s\" in \"%s\"", SPAN_ARG(out.place), text);
}

static void a_place_and_a_dash_are_a_dateline(void **state)
{
	(void)state;
	assert_dateline("Switzerland - With officials", "Switzerland", "", "With officials");
	assert_dateline("NEW YORK — The clinic", "NEW YORK", "", "The clinic");
	assert_dateline("Port-au-Prince, Haiti – It", "Port-au-Prince, Haiti", "", "It");
	assert_dateline("Côte d'Ivoire - It", "Côte d'Ivoire", "", "It");
	assert_dateline("St. John's, Antigua and Barbuda - It", "St. John's, Antigua and Barbuda", "", "It");
	assert_dateline("WASHINGTON, D.C. -- It", "WASHINGTON, D.C.", "", "It");
	assert_dateline("بيروت – اتفقت", "بيروت", "", "اتفقت");
	assert_dateline("Mar del Plata - It", "Mar del Plata", "", "It");
}

static void a_day_in_it_is_told_apart(void **state)
{
	(void)state;
	assert_dateline("Geneva, 10 November 2015 – It", "Geneva", "10 November 2015", "It");
	assert_dateline("NEW YORK (Nov. 10) – It", "NEW YORK", "(Nov. 10)", "It");
	assert_dateline("PARIS, le 3 mars 2026 — Il", "PARIS", "le 3 mars 2026", "Il");
	assert_dateline("Berlin, den 3. März 2026 – Es", "Berlin", "den 3. März 2026", "Es");
	assert_dateline("GENEVA (ILO News) - It", "GENEVA", "(ILO News)", "It");
	assert_dateline("Nairobi, Monday – It", "Nairobi", "Monday", "It");
}

static void ordinary_sentences_have_none(void **state)
{
	(void)state;
	assert_none("Twelve towns — all on the coast — have agreed.");
	assert_none("The mayor said on Monday - too late - that it was over.");
	assert_none("A well-known harbour is closed.");
	assert_none("Geneva -");
	assert_none("It is over. Geneva - it said");
	assert_none("- Geneva");
}

static void a_line_may_be_a_dateline_alone(void **state)
{
	struct pagedateline out;

	(void)state;
	assert_true(pagedateline_is_alone(SPAN("Geneva, 10 November 2015"), &out));
	assert_true(span_equals(out.place, SPAN("Geneva")));
	assert_false(pagedateline_is_alone(SPAN("Volunteers Plant 3,000 Trees Along the Dunes"), &out));
	assert_false(pagedateline_is_alone(SPAN("Geneva"), &out));
}

static void dates_alone_are_known(void **state)
{
	(void)state;
	assert_true(pagedateline_is_date(SPAN("Posted: 11/10/15")));
	assert_true(pagedateline_is_date(SPAN("Tuesday, 10 November 2015")));
	assert_true(pagedateline_is_date(SPAN("2026-11-10")));
	assert_false(pagedateline_is_date(SPAN("2030 Agenda")));
	assert_false(pagedateline_is_date(SPAN("Monday")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_and_a_dash_are_a_dateline),
		cmocka_unit_test(a_day_in_it_is_told_apart),
		cmocka_unit_test(ordinary_sentences_have_none),
		cmocka_unit_test(a_line_may_be_a_dateline_alone),
		cmocka_unit_test(dates_alone_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
