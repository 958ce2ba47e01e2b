/*
 * Listening to how a connection begins.
 */
#include "deliver/greeting.h"

#include "support/test.h"

static void hear(struct greeting *greeting, const char *line)
{
	assert_int_equal(greeting_heard(greeting, span_of(line), NULL), OK);
}

static void say(struct greeting *greeting, const char *line)
{
	greeting_said(greeting, span_of(line));
}

static void what_an_ehlo_offers_is_noted(void **state)
{
	struct greeting greeting;

	(void)state;
	greeting_init(&greeting);
	hear(&greeting, "220-PIPELINING is\r\n");
	hear(&greeting, "220 no offer here\r\n");
	assert_false(greeting.features.has_pipelining);
	say(&greeting, "EHLO press.harbour.example\r\n");
	hear(&greeting, "250-DSN\r\n");
	hear(&greeting, "250-pipelining\r\n");
	hear(&greeting, "250-SIZE 10240000\r\n");
	hear(&greeting, "250-SMTPUTF8X\r\n");
	assert_int_equal(greeting.reply.code, 0);
	hear(&greeting, "250 8BITMIME\r\n");
	assert_int_equal(greeting.reply.code, 250);
	assert_true(greeting.features.has_pipelining);
	assert_true(greeting.features.has_8bitmime);
	assert_true(greeting.features.has_size);
	assert_int_equal(greeting.features.size_max, 10240000);
	assert_false(greeting.features.has_smtputf8);
	assert_false(greeting.features.has_dsn);
	greeting_clear(&greeting);
}

static void what_was_offered_is_forgotten_at_the_next_ehlo(void **state)
{
	struct greeting greeting;

	(void)state;
	greeting_init(&greeting);
	say(&greeting, "EHLO press.harbour.example\r\n");
	hear(&greeting, "250-smtp.example\r\n");
	hear(&greeting, "250-PIPELINING\r\n");
	hear(&greeting, "250 STARTTLS\r\n");
	say(&greeting, "STARTTLS\r\n");
	assert_int_equal(greeting.step, GREETING_STARTTLS);
	hear(&greeting, "220 go on\r\n");
	say(&greeting, "EHLO press.harbour.example\r\n");
	hear(&greeting, "250-smtp.example\r\n");
	hear(&greeting, "250 DSN\r\n");
	assert_false(greeting.features.has_pipelining);
	assert_true(greeting.features.has_dsn);
	greeting_clear(&greeting);
}

static void a_log_in_is_one_only_if_it_was_asked_for(void **state)
{
	struct greeting greeting;

	(void)state;
	greeting_init(&greeting);
	hear(&greeting, "235 welcome\r\n");
	assert_false(greeting.is_authenticated);
	say(&greeting, "AUTH PLAIN\r\n");
	hear(&greeting, "334 \r\n");
	say(&greeting, "AHByZXNzAGVobG8=\r\n");
	assert_int_equal(greeting.step, GREETING_AUTH);
	hear(&greeting, "235 2.7.0 welcome\r\n");
	assert_true(greeting.is_authenticated);
	greeting_clear(&greeting);
}

static void a_refusal_counts_until_something_else_is_said(void **state)
{
	struct greeting greeting;

	(void)state;
	greeting_init(&greeting);
	say(&greeting, "EHLO press.harbour.example\r\n");
	hear(&greeting, "502 5.5.1 what?\r\n");
	assert_int_equal(greeting.reply.code, 502);
	assert_string_equal(greeting.reply.enhanced, "5.5.1");
	say(&greeting, "HELO press.harbour.example\r\n");
	assert_int_equal(greeting.reply.code, 0);
	greeting_clear(&greeting);
}

static void what_leaves_nothing_to_hope_for_is_told(void **state)
{
	static const struct {
		const char *said, *heard;
		enum status status;
	} cases[] = {
		{"", "HTTP/1.0 400 Bad Request\r\n", E_SYNTAX},
		{"", "354 go on\r\n", E_SYNTAX},
		{"AUTH PLAIN\r\n", "354 go on\r\n", E_SYNTAX},
		{"AUTH PLAIN\r\n", "334 \r\n", OK},
		{"", "421 4.3.2 busy\r\n", E_DENIED},
		{"EHLO x\r\n", "421 4.3.2 busy\r\n", E_DENIED},
		{"EHLO x\r\n", "554 5.7.1 no\r\n", OK},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct greeting greeting;
		struct err err;

		greeting_init(&greeting);
		say(&greeting, cases[i].said);
		assert_int_equal(greeting_heard(&greeting, span_of(cases[i].heard), &err), cases[i].status);
		greeting_clear(&greeting);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_ehlo_offers_is_noted),
		cmocka_unit_test(what_was_offered_is_forgotten_at_the_next_ehlo),
		cmocka_unit_test(a_log_in_is_one_only_if_it_was_asked_for),
		cmocka_unit_test(a_refusal_counts_until_something_else_is_said),
		cmocka_unit_test(what_leaves_nothing_to_hope_for_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
