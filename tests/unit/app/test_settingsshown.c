/*
 * Passwords of relays, and what is shown of settings: it hides them, can be loaded again, and is compared
 * with them.
 */
#include "support/settingscase.h"

#include <stdlib.h>
#include <string.h>

#define WITH_USER(rest)                                                                                      \
	"newsroom = { name = \"N\"; domain = \"n.example\"; };\n"                                            \
	"sender = { from = \"a@n.example\"; bounce_address = \"b@n.example\"; };\n"                          \
	"relays = ( { url = \"smtp://h\"; user = \"press\"; " rest " } );\n"

static void a_password_is_read_from_its_file_beside_the_settings(void **state)
{
	struct settingscase faults;

	settingscase_save_secret(state, 0600);
	settingscase_load(state, &faults, WITH_USER("password_file = \"secret\";"));
	assert_string_equal(faults.words.ptr, "");
	assert_string_equal(settings_relay(faults.settings, 0).password, "hunter2");
	settingscase_clear(&faults);
}

static void a_password_file_that_others_may_read_is_refused(void **state)
{
	struct settingscase faults;

	settingscase_save_secret(state, 0640);
	settingscase_load(state, &faults, WITH_USER("password_file = \"secret\";"));
	assert_int_equal(faults.status, E_DENIED);
	assert_contains(faults.err.text, "chmod");
	assert_null(strstr(faults.words.ptr, "hunter2"));
	settingscase_clear(&faults);
}

static void a_password_file_that_is_not_there_is_named(void **state)
{
	struct settingscase faults;

	settingscase_load(state, &faults, WITH_USER("password_file = \"secret\";"));
	assert_int_equal(faults.status, E_NOTFOUND);
	assert_contains(faults.err.text, "\"password_file\": ");
	settingscase_clear(&faults);
}

static void a_password_is_taken_from_the_environment(void **state)
{
	struct settingscase faults;

	setenv("DATELINE_TEST_PASSWORD", "hunter2", 1);
	settingscase_load(state, &faults, WITH_USER("password_variable = \"DATELINE_TEST_PASSWORD\";"));
	assert_string_equal(settings_relay(faults.settings, 0).password, "hunter2");
	settingscase_clear(&faults);
	unsetenv("DATELINE_TEST_PASSWORD");
	settingscase_load(state, &faults, WITH_USER("password_variable = \"DATELINE_TEST_PASSWORD\";"));
	assert_int_equal(faults.status, E_NOTFOUND);
	assert_contains(faults.err.text, "the environment has no \"DATELINE_TEST_PASSWORD\"");
	settingscase_clear(&faults);
}

static void a_user_without_a_password_is_a_fault(void **state)
{
	struct settingscase faults;

	settingscase_load(state, &faults, WITH_USER(""));
	assert_int_equal(faults.status, E_NOTFOUND);
	assert_contains(faults.err.text, "\"user\" is set but no password");
	settingscase_clear(&faults);
}

static void a_password_in_the_settings_is_refused_and_not_repeated(void **state)
{
	struct settingscase faults;

	settingscase_save_secret(state, 0600);
	settingscase_load(state, &faults, WITH_USER("password = \"hunter2\"; password_file = \"secret\";"));
	assert_int_equal(faults.status, E_DENIED);
	assert_contains(faults.err.text, "\"password_file\"");
	assert_null(strstr(faults.words.ptr, "hunter2"));
	settingscase_clear(&faults);
}

static void what_is_shown_hides_the_password(void **state)
{
	struct settingscase faults;
	struct str text;

	settingscase_save_secret(state, 0600);
	settingscase_load(state, &faults, WITH_USER("password_file = \"secret\";"));
	str_init(&text, STR_MAX_LARGE);
	settings_format(faults.settings, &text);
	assert_null(strstr(text.ptr, "hunter2"));
	assert_contains(text.ptr, "********");
	str_clear(&text);
	settingscase_clear(&faults);
}

static void what_is_shown_can_be_loaded_again_and_is_the_same(void **state)
{
	struct settingscase faults;
	struct settingscase again;
	struct str first;
	struct str second;

	settingscase_save_secret(state, 0600);
	settingscase_load(state, &faults,
		"newsroom = { name = \"N \\\"quoted\\\" \\\\ Zoë\"; domain = \"n.example\"; boilerplate = "
		"\"One\\n\\ttwo\\n\"; };\n"
		"sender = { from = \"\\\"A, B\\\" <a@n.example>\"; bounce_address = \"b@n.example\"; copies "
		"= [\"c@n.example\"]; };\n"
		"relays = ( { url = \"smtp://h\"; user = \"press\"; password_file = \"secret\"; rates = "
		"[\"20/1s\", \"10000/1h30m\"]; },\n { url = \"smtp://g\"; rates = [\"1/31d\"]; pause_first = "
		"\"1s250ms\"; } );\n"
		"retry = { after = [\"90s\", \"1h30m\", \"0s\", \"2d\"]; jitter = 0.15; expire = \"25h\"; "
		"};\n");
	assert_string_equal(faults.words.ptr, "");
	str_init(&first, STR_MAX_LARGE);
	str_init(&second, STR_MAX_LARGE);
	settings_format(faults.settings, &first);
	settingscase_load(state, &again, first.ptr);
	assert_string_equal(again.words.ptr, "");
	settings_format(again.settings, &second);
	assert_string_equal(first.ptr, second.ptr);
	assert_int_equal(again.settings->relays[0].rates.items[1].per_ms, 5400000);
	assert_int_equal(again.settings->relays[1].pause_first_ms, 1250);
	assert_true(again.settings->retry.jitter == faults.settings->retry.jitter);
	assert_string_equal(again.settings->newsroom.name, faults.settings->newsroom.name);
	assert_string_equal(again.settings->newsroom.boilerplate, faults.settings->newsroom.boilerplate);
	str_clear(&first);
	str_clear(&second);
	settingscase_clear(&faults);
	settingscase_clear(&again);
}

static void settings_are_the_same_only_with_the_same_passwords(void **state)
{
	static const char of_variable[] = WITH_USER("password_variable = \"DATELINE_TEST_PASSWORD\";");
	struct settingscase first, same, other;

	setenv("DATELINE_TEST_PASSWORD", "hunter2", 1);
	settingscase_load(state, &first, of_variable);
	settingscase_load(state, &same, of_variable);
	setenv("DATELINE_TEST_PASSWORD", "hunter3", 1);
	settingscase_load(state, &other, of_variable);
	unsetenv("DATELINE_TEST_PASSWORD");
	assert_true(settings_equal(first.settings, same.settings));
	assert_false(settings_equal(first.settings, other.settings));
	settingscase_clear(&first);
	settingscase_clear(&same);
	settingscase_clear(&other);
}

static void settings_with_another_value_or_relay_are_others(void **state)
{
	static const char *const others[] = {
		SETTINGSCASE_NEEDED "unknown = \"hold\";\n",
		SETTINGSCASE_NEEDED "sites = ( { domain = \"paper.example\"; connections = 2; } );\n",
		"newsroom = { name = \"Harbour Relief\"; domain = \"harbour.example\"; };\n"
		"sender = { from = \"Press <press@harbour.example>\"; bounce_address = "
		"\"b@harbour.example\"; };\n"
		"relays = ( { url = \"smtp://localhost:25\"; }, { url = \"smtp://h\"; } );\n",
	};
	struct settingscase first, other;

	settingscase_load(state, &first, SETTINGSCASE_NEEDED);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		settingscase_load(state, &other, others[i]);
		assert_string_equal(other.words.ptr, "");
		assert_false(settings_equal(first.settings, other.settings));
		settingscase_clear(&other);
	}
	settingscase_clear(&first);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_folder_setup, test_folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_password_is_read_from_its_file_beside_the_settings),
		TEST(a_password_file_that_others_may_read_is_refused),
		TEST(a_password_file_that_is_not_there_is_named),
		TEST(a_password_is_taken_from_the_environment),
		TEST(a_user_without_a_password_is_a_fault),
		TEST(a_password_in_the_settings_is_refused_and_not_repeated),
		TEST(what_is_shown_hides_the_password),
		TEST(what_is_shown_can_be_loaded_again_and_is_the_same),
		TEST(settings_are_the_same_only_with_the_same_passwords),
		TEST(settings_with_another_value_or_relay_are_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
