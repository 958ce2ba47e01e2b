/*
 * dateline.cfg: what is right is kept, and what is wrong is named with file and line.
 */
#include "support/settingscase.h"

#include "app/settings.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"

/* The needed settings with one more line, the fourth; exactly one fault, that has the words. */
static void assert_fault(void **state, const char *line, enum status status, const char *words)
{
	struct settingscase faults;
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	str_addf(&text, SETTINGSCASE_NEEDED "%s\n", line);
	settingscase_load(state, &faults, text.ptr);
	assert_int_equal(faults.status, status);
	assert_contains(faults.err.text, words);
	assert_contains(faults.err.text, "dateline.cfg:4: ");
	assert_int_equal(faults.count, 1);
	settingscase_clear(&faults);
	str_clear(&text);
}

static void what_is_not_given_has_its_fallback(void **state)
{
	struct settingscase faults;

	settingscase_load(state, &faults, SETTINGSCASE_NEEDED);
	assert_string_equal(faults.words.ptr, "");
	assert_int_equal(faults.status, OK);
	assert_string_equal(faults.settings->newsroom.language, "en");
	assert_string_equal(faults.settings->newsroom.zone, "UTC");
	assert_string_equal(faults.settings->sender.reply_to, "");
	assert_int_equal(faults.settings->sender.copies.count, 0);
	assert_int_equal(faults.settings->relay_count, 1);
	assert_int_equal(faults.settings->relays[0].tls, RELAY_TLS_REQUIRED);
	assert_int_equal(faults.settings->relays[0].connections, 4);
	assert_int_equal(faults.settings->relays[0].connect_timeout_ms, 30000);
	assert_int_equal(faults.settings->relays[0].command_timeout_ms, 300000);
	assert_int_equal(faults.settings->relays[0].data_timeout_ms, 120000);
	assert_int_equal(faults.settings->relays[0].dot_timeout_ms, 600000);
	assert_int_equal(faults.settings->relays[0].order, 1);
	assert_int_equal(faults.settings->relays[0].weight, 0);
	assert_int_equal(faults.settings->relays[0].pause_first_ms, 1000);
	assert_int_equal(faults.settings->relays[0].pause_most_ms, 60000);
	assert_int_equal(faults.settings->retry.relay_tries, 5);
	assert_int_equal(faults.settings->retry.after.count, 8);
	assert_int_equal(faults.settings->retry.after.items[0], 120000);
	assert_int_equal(faults.settings->retry.expire_ms, 48 * 3600000);
	assert_int_equal(faults.settings->unknown, UNKNOWN_RESEND);
	assert_int_equal(faults.settings->clock_sync, CLOCK_SYNC_WARN);
	assert_int_equal(faults.settings->log.level, LOG_LEVEL_WARNING);
	assert_null(settings_log_path(faults.settings));
	settingscase_clear(&faults);
}

static void what_is_given_is_kept(void **state)
{
	struct settingscase faults;
	char *log_path;

	settingscase_load(state, &faults,
		"newsroom = { name = \"N\"; domain = \"n.example\"; language = \"pt-BR\"; zone = "
		"\"Europe/Zurich\"; boilerplate = \"About\\nus\"; };\n"
		"sender = { from = \"a@n.example\"; reply_to = \"r@n.example\"; bounce_address = "
		"\"b@n.example\"; copies = [\"c@n.example\", \"d@n.example\"]; testers = (); };\n"
		"relays = ( { url = \"smtps://[::1]:465\"; tls = \"opportunistic\"; connections = 7; rates = "
		"[\"20/1s\", \"600/1m\"]; },\n { url = \"smtp://backup.n.example\"; } );\n"
		"retry = { after = [\"1h30m\", \"0s\"]; jitter = 0; expire = \"366d\"; };\n"
		"log = { file = \"logs/press.log\"; level = \"debug\"; };\n"
		"unknown = \"hold\"; clock_sync = \"required\";\n");
	assert_string_equal(faults.words.ptr, "");
	log_path = settings_log_path(faults.settings);
	assert_true(span_ends(span_of(log_path), SPAN("/logs/press.log")));
	assert_true(span_starts(span_of(log_path), span_of(*state)));
	free(log_path);
	assert_int_equal(faults.settings->log.level, LOG_LEVEL_DEBUG);
	assert_string_equal(faults.settings->newsroom.language, "pt-BR");
	assert_string_equal(faults.settings->newsroom.boilerplate, "About\nus");
	assert_int_equal(faults.settings->sender.copies.count, 2);
	assert_string_equal(faults.settings->sender.copies.items[1], "d@n.example");
	assert_int_equal(faults.settings->relay_count, 2);
	assert_string_equal(faults.settings->relays[1].url, "smtp://backup.n.example");
	assert_int_equal(faults.settings->relays[0].tls, RELAY_TLS_OPPORTUNISTIC);
	assert_int_equal(faults.settings->relays[0].rates.count, 2);
	assert_int_equal(faults.settings->relays[0].rates.items[1].messages, 600);
	assert_int_equal(faults.settings->relays[0].rates.items[1].per_ms, 60000);
	assert_int_equal(faults.settings->relays[1].rates.count, 0);
	assert_int_equal(faults.settings->retry.after.items[0], 5400000);
	assert_int_equal(faults.settings->retry.after.items[1], 0);
	assert_true(faults.settings->retry.jitter == 0);
	assert_int_equal(faults.settings->unknown, UNKNOWN_HOLD);
	assert_int_equal(faults.settings->clock_sync, CLOCK_SYNC_REQUIRED);
	settingscase_clear(&faults);
}

static void what_domains_may_get_is_kept_by_their_names_on_the_wire(void **state)
{
	struct settingscase faults;
	struct str shown;

	settingscase_load(state, &faults,
		SETTINGSCASE_NEEDED
		"sites = ( { domain = \"Zürich.example\"; connections = 3; rates = [\"60/1m\"]; },\n"
		"  { domain = \"*\"; } );\n");
	assert_int_equal(faults.status, OK);
	assert_int_equal(faults.settings->site_count, 2);
	assert_string_equal(faults.settings->sites[0].domain, "xn--zrich-kva.example");
	assert_int_equal(faults.settings->sites[0].connections, 3);
	assert_int_equal(faults.settings->sites[0].rates.items[0].messages, 60);
	assert_string_equal(faults.settings->sites[1].domain, "*");
	assert_int_equal(faults.settings->sites[1].connections, 0);
	assert_int_equal(faults.settings->sites[1].rates.count, 0);
	str_init(&shown, STR_MAX_LARGE);
	settings_format(faults.settings, &shown);
	assert_contains(shown.ptr, "    domain = \"*\";\n    connections = 0;\n    rates = [];\n");
	settingscase_clear(&faults);
	settingscase_load(state, &faults, shown.ptr);
	assert_int_equal(faults.status, OK);
	assert_int_equal(faults.settings->site_count, 2);
	settingscase_clear(&faults);
	str_clear(&shown);
}

static void what_is_no_domains_share_is_refused(void **state)
{
	assert_fault(state, "sites = \"x\";", E_RANGE, "\"sites\" must be a list");
	assert_fault(state, "sites = ( 1 );", E_SYNTAX, "a site must be a group");
	assert_fault(state, "sites = ( { connections = 1; } );", E_NOTFOUND, "a site has no \"domain\"");
	assert_fault(state, "sites = ( { domain = \"a b\"; } );", E_SYNTAX, "no domain");
	assert_fault(state, "sites = ( { domain = \"a.example\"; connections = -1; } );", E_RANGE, "-1");
	assert_fault(state, "sites = ( { domain = \"a.example\"; rates = [\"20\"]; } );", E_SYNTAX,
		"\"20\" is no rate");
	assert_fault(state, "sites = ( { domain = \"a.example\"; }, { domain = \"A.example\"; } );",
		E_CONFLICT, "a group before this one");
}

static void a_domain_beyond_ascii_is_kept_as_it_goes_on_the_wire(void **state)
{
	struct settingscase faults;
	struct str shown;

	settingscase_load(state, &faults,
		"newsroom = { name = \"N\"; domain = \"Häfen.example\"; };\n"
		"sender = { from = \"a@n.example\"; bounce_address = \"b@Häfen.example\"; };\n"
		"relays = ( { url = \"smtp://localhost\"; } );\n");
	assert_string_equal(faults.words.ptr, "");
	assert_string_equal(faults.settings->newsroom.domain, "xn--hfen-loa.example");
	assert_string_equal(settings_relay(faults.settings, 0).hello, "xn--hfen-loa.example");
	str_init(&shown, STR_MAX_LARGE);
	settings_format(faults.settings, &shown);
	assert_contains(shown.ptr, "domain = \"xn--hfen-loa.example\";");
	str_clear(&shown);
	settingscase_clear(&faults);
}

static void a_relay_comes_to_the_engine_as_it_is_set(void **state)
{
	struct settingscase faults;
	struct relay relay;

	settingscase_load(state, &faults,
		"newsroom = { name = \"N\"; domain = \"n.example\"; };\n"
		"sender = { from = \"a@n.example\"; bounce_address = \"b@n.example\"; };\n"
		"relays = ( { url = \"smtp://one.n.example\"; },\n"
		"  { url = \"smtps://two.n.example\"; order = 2; weight = 30; pause_first = \"250ms\"; "
		"pause_most = \"10m\"; } );\n"
		"retry = { relay_tries = 7; };\n");
	assert_string_equal(faults.words.ptr, "");
	relay = settings_relay(faults.settings, 1);
	assert_int_equal(relay.order, 2);
	assert_int_equal(relay.weight, 30);
	assert_int_equal(relay.pause_first_ms, 250);
	assert_int_equal(relay.pause_most_ms, 600000);
	assert_int_equal(settings_relay(faults.settings, 0).order, 1);
	assert_string_equal(faults.settings->relays[0].name, "one.n.example:25");
	assert_string_equal(faults.settings->relays[1].name, "two.n.example:465");
	assert_int_equal(faults.settings->retry.relay_tries, 7);
	settingscase_clear(&faults);
}

static void markup_in_the_boilerplate_is_named_by_its_line(void **state)
{
	struct settingscase faults;

	settingscase_load(state, &faults,
		"newsroom = { name = \"N\"; domain = \"n.example\";\n"
		"  boilerplate = \"About <b>us</b>.\"; };\n"
		"sender = { from = \"a@n.example\"; bounce_address = \"b@n.example\"; };\n"
		"relays = ( { url = \"smtp://localhost\"; } );\n");
	assert_int_equal(faults.status, E_SYNTAX);
	assert_contains(faults.words.ptr, "dateline.cfg:2: ");
	assert_contains(faults.words.ptr, "boilerplate");
	assert_contains(faults.words.ptr, "<b>");
	settingscase_clear(&faults);
}

static void an_unknown_setting_suggests_the_near_one(void **state)
{
	assert_fault(state, "clock_snyc = \"warn\";", E_SYNTAX,
		"unknown setting \"clock_snyc\"; did you mean \"clock_sync\"?");
	assert_fault(state, "retry = { jiter = 0.1; };", E_SYNTAX,
		"unknown setting \"jiter\" in retry; did you mean \"jitter\"?");
	assert_fault(state, "colour = \"red\";", E_SYNTAX, "unknown setting \"colour\"; remove it");
}

static void each_type_refuses_the_others(void **state)
{
	assert_fault(state, "unknown = 3;", E_SYNTAX, "\"unknown\" must be a word in quotes");
	assert_fault(state, "retry = { jitter = \"0.2\"; };", E_SYNTAX, "\"jitter\" must be a number");
	assert_fault(
		state, "retry = { expire = 48; };", E_SYNTAX, "\"expire\" must be a length of time like");
	assert_fault(state, "retry = { after = \"2m\"; };", E_SYNTAX, "\"after\" must be a list like");
	assert_fault(state, "retry = [1];", E_SYNTAX, "\"retry\" must be a group");
	assert_fault(state, "retry = { after = [1]; };", E_SYNTAX, "\"after\": its entries are texts");
}

/* The same, in places where a line of its own isn't possible. */
static void assert_replaced(
	void **state, const char *text, const char *by, enum status status, const char *words)
{
	struct settingscase faults;
	struct str changed;
	size_t at = span_find(SPAN(SETTINGSCASE_NEEDED), span_of(text), 0);

	assert_true(at != SIZE_MAX);
	str_init(&changed, STR_MAX_LARGE);
	str_add(&changed, span_first(SPAN(SETTINGSCASE_NEEDED), at));
	str_add_text(&changed, by);
	str_add(&changed, span_from(SPAN(SETTINGSCASE_NEEDED), at + strlen(text)));
	settingscase_load(state, &faults, changed.ptr);
	assert_int_equal(faults.status, status);
	assert_contains(faults.err.text, words);
	assert_int_equal(faults.count, 1);
	settingscase_clear(&faults);
	str_clear(&changed);
}

static void a_text_must_be_one_and_pass_its_check(void **state)
{
	assert_replaced(state, "\"Harbour Relief\"", "7", E_SYNTAX, "\"name\" must be a text in quotes");
	assert_replaced(state, "\"harbour.example\"", "\"harbour\"", E_SYNTAX, "\"domain\": \"harbour\"");
	assert_replaced(state, "\"Press <press@harbour.example>\"", "\"Press\"", E_SYNTAX, "\"from\": ");
	assert_replaced(
		state, "\"smtp://localhost:25\"", "\"http://x\"", E_SYNTAX, "must begin with smtp://");
	assert_replaced(state, "\"smtp://localhost:25\"", "\"smtp://localhost:99999\"", E_SYNTAX, "host");
	assert_replaced(state, "\"smtp://localhost:25\"", "\"smtp://u:p@host\"", E_SYNTAX, "\"user\"");
}

static void whole_numbers_keep_to_their_range(void **state)
{
	static const char url[] = "\"smtp://localhost:25\";";

	assert_replaced(state, url, "\"smtp://h\"; connections = 0;", E_RANGE,
		"\"connections\" is 0; it may be 1 to 1000");
	assert_replaced(state, url, "\"smtp://h\"; connections = 1001;", E_RANGE, "\"connections\" is 1001");
	assert_replaced(state, url, "\"smtp://h\"; connections = 2.5;", E_SYNTAX, "must be a whole number");
	assert_replaced(state, url, "\"smtp://h\"; connections = 99999999999L;", E_SYNTAX, "\"connections\"");
}

static void numbers_keep_to_their_range(void **state)
{
	assert_fault(state, "retry = { jitter = 0.91; };", E_RANGE, "\"jitter\" is 0.91; it may be 0 to 0.9");
	assert_fault(state, "retry = { jitter = -1; };", E_RANGE, "\"jitter\" is -1");
	assert_fault(state, "retry = { jitter = 1e999; };", E_RANGE, "\"jitter\" is inf");
}

static void a_relay_is_told_where_it_stands_and_how_long_it_rests(void **state)
{
	static const char url[] = "\"smtp://localhost:25\";";

	assert_replaced(
		state, url, "\"smtp://h\"; order = 0;", E_RANGE, "\"order\" is 0; it may be 1 to 100");
	assert_replaced(state, url, "\"smtp://h\"; weight = 101;", E_RANGE, "\"weight\" is 101");
	assert_replaced(state, url, "\"smtp://h\"; pause_first = \"99ms\";", E_RANGE,
		"\"pause_first\" is 99ms; it may be 100ms to 10m");
	assert_replaced(state, url, "\"smtp://h\"; pause_most = \"11m\";", E_RANGE,
		"\"pause_most\" is 11m; it may be 100ms to 10m");
	assert_replaced(state, url, "\"smtp://h\"; pause_first = \"3s\"; pause_most = \"2s\";", E_RANGE,
		"dateline.cfg:3: \"pause_most\" is shorter than \"pause_first\"");
	assert_replaced(state, url, "\"smtp://h\"; pause_first = \"2m\";", E_RANGE, "\"pause_most\"");
	assert_fault(
		state, "retry = { relay_tries = 0; };", E_RANGE, "\"relay_tries\" is 0; it may be 1 to 1000");
}

/* The first relay is in line 3. */
static void assert_relays(void **state, const char *first, const char *second, const char *words)
{
	struct settingscase faults;
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	str_addf(&text,
		"newsroom = { name = \"N\"; domain = \"n.example\"; };\n"
		"sender = { from = \"a@n.example\"; bounce_address = \"b@n.example\"; };\n"
		"relays = ( { %s },\n\n  { %s } );\n",
		first, second);
	settingscase_load(state, &faults, text.ptr);
	assert_int_equal(faults.status, *words ? E_CONFLICT : OK);
	if (*words)
		assert_contains(faults.words.ptr, words);
	assert_int_equal(faults.count, *words ? 1 : 0);
	settingscase_clear(&faults);
	str_clear(&text);
}

static void a_relay_is_named_once(void **state)
{
	static const char press[] = "url = \"smtp://h\"; user = \"press\"; password_file = \"secret\";";
	static const char desk[] = "url = \"smtp://H:25\"; user = \"desk\"; password_file = \"secret\";";

	settingscase_save_secret(state, 0600);
	assert_relays(state, "url = \"smtp://h\";", "url = \"smtp://H:25\";",
		"dateline.cfg:5: \"H:25\" is the relay of line 3 already; keep one of them");
	assert_relays(
		state, press, press, "dateline.cfg:5: \"h:25\" as user press is the relay of line 3 already");
	assert_relays(state, press, desk, "");
	assert_relays(state, "url = \"smtp://h\";", "url = \"smtp://h:26\";", "");
	assert_relays(state, "url = \"smtp://h\";", "url = \"smtps://h\";", "");
}

static void a_choice_names_the_possible_words(void **state)
{
	assert_fault(state, "unknown = \"retry\";", E_RANGE,
		"\"unknown\" is \"retry\"; it may be one of \"resend\", \"hold\"");
	assert_fault(state, "log = { level = \"loud\"; };", E_RANGE,
		"\"level\" is \"loud\"; it may be one of \"error\", \"warning\", \"info\", \"debug\"");
}

static void impossible_durations_are_refused(void **state)
{
	assert_fault(state, "retry = { expire = \"soon\"; };", E_SYNTAX, "\"soon\" is no length of time");
	assert_fault(state, "retry = { expire = \"367d\"; };", E_RANGE, "longer than a year");
	assert_fault(state, "retry = { after = []; };", E_RANGE, "\"after\" has 0 entries; it may have 1 to");
	assert_replaced(state, "\"smtp://localhost:25\"", "\"smtp://h\"; rates = [\"20\"]", E_SYNTAX,
		"\"20\" is no rate");
	assert_replaced(state, "\"smtp://localhost:25\"",
		"\"smtp://h\"; rates = [\"1/1s\", \"2/2s\", \"3/3s\", \"4/4s\", \"5/5s\"]", E_RANGE,
		"\"rates\" has 5 entries; it may have 0 to 4");
	assert_replaced(state, "\"smtp://localhost:25\"", "\"smtp://h\"; dot_timeout = \"2h\"", E_RANGE,
		"\"dot_timeout\" is 2h; it may be 1s to 1h");
	assert_replaced(state, "\"smtp://localhost:25\"", "\"smtp://h\"; connect_timeout = \"0s\"", E_RANGE,
		"\"connect_timeout\" is 0s; it may be 1s to 1h");
	assert_fault(state, "retry = { after = [\"1m\", \"x\"]; };", E_SYNTAX, "\"after\": \"x\"");
}

static void a_list_has_a_ceiling(void **state)
{
	struct str line;

	str_init(&line, STR_MAX_LARGE);
	str_add_text(&line, "retry = { after = [\"1m\"");
	for (int i = 0; i < 100; i++)
		str_add_text(&line, ", \"1m\"");
	str_add_text(&line, "]; };");
	assert_fault(state, line.ptr, E_RANGE, "\"after\" has 101 entries");
	str_clear(&line);
}

static void a_group_twice_is_refused(void **state)
{
	assert_fault(state, "newsroom = { };", E_SYNTAX, "duplicate");
}

static void what_is_needed_and_not_there_is_named(void **state)
{
	struct settingscase faults;

	settingscase_load(state, &faults, "");
	assert_int_equal(faults.status, E_NOTFOUND);
	assert_contains(faults.words.ptr, "newsroom has no \"name\"");
	assert_contains(faults.words.ptr, "newsroom has no \"domain\"");
	assert_contains(faults.words.ptr, "sender has no \"from\"");
	assert_contains(faults.words.ptr, "there is no \"relays\"");
	settingscase_clear(&faults);
}

static void faults_come_in_the_order_of_the_file(void **state)
{
	struct settingscase faults;

	settingscase_load(state, &faults,
		"colour = \"red\";\n"
		"retry = { jitter = 5; };\n" SETTINGSCASE_NEEDED "unknown = 3;\n");
	assert_int_equal(faults.count, 3);
	assert_contains(faults.err.text, "dateline.cfg:1: unknown setting \"colour\"");
	assert_true(strstr(faults.words.ptr, "cfg:1: ") < strstr(faults.words.ptr, "cfg:2: "));
	assert_true(strstr(faults.words.ptr, "cfg:2: ") < strstr(faults.words.ptr, "cfg:6: "));
	settingscase_clear(&faults);
}

static void a_broken_file_is_told_by_its_line(void **state)
{
	struct settingscase faults;

	settingscase_load(state, &faults, SETTINGSCASE_NEEDED "unknown = = ;\n");
	assert_int_equal(faults.status, E_SYNTAX);
	assert_contains(faults.err.text, "dateline.cfg:4: syntax error");
	settingscase_clear(&faults);
}

static void brackets_without_end_are_a_fault_and_no_crash(void **state)
{
	struct settingscase faults;
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, "unknown = ");
	str_add_repeat(&text, '(', 200000);
	settingscase_load(state, &faults, text.ptr);
	assert_int_equal(faults.status, E_SYNTAX);
	settingscase_clear(&faults);
	str_clear(&text);
}

static void including_other_files_is_refused(void **state)
{
	struct settingscase faults;

	settingscase_load(state, &faults, SETTINGSCASE_NEEDED "  @include \"/etc/passwd\"\n");
	assert_int_equal(faults.status, E_UNSUPPORTED);
	assert_contains(faults.err.text, "dateline.cfg:4: \"@include\" isn't supported");
	settingscase_clear(&faults);
}

static void a_nul_does_not_end_the_file_unnoticed(void **state)
{
	struct settingscase faults;

	settingscase_load_bytes(state, &faults, SPAN(SETTINGSCASE_NEEDED "\0unknown = 3;\n"));
	assert_int_equal(faults.status, E_SYNTAX);
	assert_contains(faults.err.text, "NUL");
	settingscase_clear(&faults);
}

static void a_file_over_the_ceiling_is_refused(void **state)
{
	struct settingscase faults;
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, SETTINGSCASE_NEEDED "# ");
	str_add_repeat(&text, 'x', 300 * 1024);
	settingscase_load(state, &faults, text.ptr);
	assert_int_equal(faults.status, E_RANGE);
	assert_int_equal(faults.count, 1);
	settingscase_clear(&faults);
	str_clear(&text);
}

static void without_a_file_it_is_not_found(void **state)
{
	struct settings *settings = NULL;
	struct err err;
	char *path = file_join(*state, "dateline.cfg");

	assert_int_equal(settings_load(path, NULL, NULL, &settings, &err), E_NOTFOUND);
	free(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_folder_setup, test_folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_given_has_its_fallback),
		TEST(what_is_given_is_kept),
		TEST(what_domains_may_get_is_kept_by_their_names_on_the_wire),
		TEST(what_is_no_domains_share_is_refused),
		TEST(a_domain_beyond_ascii_is_kept_as_it_goes_on_the_wire),
		TEST(a_relay_comes_to_the_engine_as_it_is_set),
		TEST(a_relay_is_told_where_it_stands_and_how_long_it_rests),
		TEST(a_relay_is_named_once),
		TEST(markup_in_the_boilerplate_is_named_by_its_line),
		TEST(an_unknown_setting_suggests_the_near_one),
		TEST(each_type_refuses_the_others),
		TEST(a_text_must_be_one_and_pass_its_check),
		TEST(whole_numbers_keep_to_their_range),
		TEST(numbers_keep_to_their_range),
		TEST(a_choice_names_the_possible_words),
		TEST(impossible_durations_are_refused),
		TEST(a_list_has_a_ceiling),
		TEST(a_group_twice_is_refused),
		TEST(what_is_needed_and_not_there_is_named),
		TEST(faults_come_in_the_order_of_the_file),
		TEST(a_broken_file_is_told_by_its_line),
		TEST(brackets_without_end_are_a_fault_and_no_crash),
		TEST(including_other_files_is_refused),
		TEST(a_nul_does_not_end_the_file_unnoticed),
		TEST(a_file_over_the_ceiling_is_refused),
		TEST(without_a_file_it_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
