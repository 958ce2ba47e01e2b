/*
 * How a relay's trouble looks at 80 columns.
 */
#include "cli/relayview.h"

#include "support/test.h"

/* Tue 24 Nov 2026 10:00:00 UTC. */
#define NOW_MS INT64_C(1795514400000)

static const struct relay_state down = {
	.relay = "mail.example:25",
	.circuit = RELAY_OPEN,
	.words = "relay \"mail.example:25\": can't connect: Connection refused; check that it runs and the "
		 "port "
		 "in the relay's url",
	.since_ms = NOW_MS - 5000,
	.retry_ms = NOW_MS + 60000,
};

static void assert_shown(const struct relay_state *state, bool is_at_work, const char *wanted)
{
	struct zone *zone = NULL;
	struct err err;
	struct str text;

	assert_int_equal(zone_new("UTC", &zone, &err), OK);
	str_init(&text, STR_MAX_SMALL);
	relayview_add(zone, state, is_at_work, NOW_MS, &text);
	assert_string_equal(text.ptr, wanted);
	str_clear(&text);
	zone_free(zone);
}

static void a_relay_that_is_well_is_not_worth_a_line(void **state)
{
	struct relay_state well = {.relay = "mail.example:25", .since_ms = NOW_MS};

	(void)state;
	assert_shown(&well, true, "");
	assert_shown(&well, false, "");
}

static void a_relay_out_of_use_says_why_and_when_it_is_tried(void **state)
{
	(void)state;
	assert_shown(&down, true,
		"Relay     mail.example:25 is out of use since 09:59:55, next try 10:01:00:\n"
		"          can't connect: Connection refused; check that it runs and the port in\n"
		"          the relay's url\n");
}

static void a_try_that_is_due_has_no_time(void **state)
{
	struct relay_state due = down;

	(void)state;
	due.retry_ms = NOW_MS;
	due.words[0] = '\0';
	assert_shown(&due, true, "Relay     mail.example:25 is out of use since 09:59:55\n");
}

static void while_nobody_sends_it_is_told_as_it_was(void **state)
{
	struct relay_state old = down;

	(void)state;
	old.since_ms = NOW_MS - INT64_C(86400000);
	snprintf(old.words, sizeof(old.words), "421 too busy");
	assert_shown(&old, false,
		"Relay     mail.example:25 was out of use when last used, 23 Nov 10:00:00:\n"
		"          421 too busy\n");
}

static void a_relay_on_trial_is_told_so(void **state)
{
	struct relay_state trial = down;

	(void)state;
	trial.circuit = RELAY_TRIAL;
	trial.words[0] = '\0';
	assert_shown(&trial, true, "Relay     mail.example:25 is on trial since 09:59:55\n");
}

static void a_relay_that_loses_step_is_told_so(void **state)
{
	struct relay_state breach = {.relay = "mail.example:25", .breaks_pipelining = true};

	(void)state;
	assert_shown(&breach, false,
		"Relay     mail.example:25 offers PIPELINING and loses step: it goes step by step\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_relay_that_is_well_is_not_worth_a_line),
		cmocka_unit_test(a_relay_out_of_use_says_why_and_when_it_is_tried),
		cmocka_unit_test(a_try_that_is_due_has_no_time),
		cmocka_unit_test(while_nobody_sends_it_is_told_as_it_was),
		cmocka_unit_test(a_relay_on_trial_is_told_so),
		cmocka_unit_test(a_relay_that_loses_step_is_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
