/*
 * Suggestions: near enough to be meant, never a wild guess.
 */
#include "support/test.h"

#include "base/suggest.h"

static const char *const commands[] = {"init", "list", "release", "send", "status", "log", "report", "kill"};

static const char *nearest(const char *word)
{
	return suggest_nearest(word, commands, sizeof(commands) / sizeof(commands[0]));
}

static void a_slip_of_the_finger_finds_what_was_meant(void **state)
{
	static const struct {
		const char *typed, *meant;
	} cases[] = {
		{"relaese", "release"}, /* swapped */
		{"relase", "release"},  /* left out */
		{"sendd", "send"},      /* doubled */
		{"ststus", "status"},   /* the key beside */
		{"RELEASE", "release"},
		{"stauts", "status"},
		{"repotr", "report"},
		{"lsit", "list"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!nearest(cases[i].typed))
			fail_msg("nothing is near \"%s\"", cases[i].typed);
		assert_string_equal(nearest(cases[i].typed), cases[i].meant);
	}
}

static void a_word_that_is_far_from_all_suggests_nothing(void **state)
{
	char longest[300];

	(void)state;
	assert_null(nearest("publish"));
	assert_null(nearest(""));
	assert_null(nearest("xy"));
	assert_null(nearest("lug!!"));
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(nearest(longest));
}

static void half_a_short_word_is_too_much_to_change(void **state)
{
	(void)state;
	assert_null(nearest("lo"));
	assert_null(nearest("sa"));
	assert_string_equal(nearest("lgo"), "log");
}

static void the_nearest_wins_and_the_first_of_equals(void **state)
{
	static const char *const names[] = {"europe-east", "europe", "europa"};

	(void)state;
	assert_string_equal(suggest_nearest("europ", names, 3), "europe");
	assert_string_equal(suggest_nearest("europa", names, 3), "europa");
}

static void nothing_to_choose_from_suggests_nothing(void **state)
{
	(void)state;
	assert_null(suggest_nearest("send", NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_of_the_finger_finds_what_was_meant),
		cmocka_unit_test(a_word_that_is_far_from_all_suggests_nothing),
		cmocka_unit_test(half_a_short_word_is_too_much_to_change),
		cmocka_unit_test(the_nearest_wins_and_the_first_of_equals),
		cmocka_unit_test(nothing_to_choose_from_suggests_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
