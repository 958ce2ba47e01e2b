/*
 * Command lines taken apart: what is meant is found, and what is mistyped is named.
 */
#include "support/test.h"

#include "cli/option.h"

struct line {
	char *argv[128];
	int argc;
	struct call call;
	struct option_words words;
	struct err err;
	enum status status;
};

/* Words separated by one blank each. They are kept until the next call. */
static struct line parse(const char *text)
{
	static char memory[2048] = "dateline";
	struct line line = {.argv = {memory}, .argc = 1};
	char *word = memory + sizeof("dateline");

	snprintf(word, sizeof(memory) - sizeof("dateline"), "%s", text);
	while (*word) {
		size_t length = strcspn(word, " ");

		line.argv[line.argc++] = word;
		word += length;
		if (*word)
			*word++ = '\0';
	}
	line.status = option_parse(line.argc, line.argv, &line.call, &line.words, &line.err);
	return line;
}

static void end(struct line *line)
{
	free(line->words.arguments);
}

static void assert_usage(const char *text, const char *words)
{
	struct line line = parse(text);

	assert_int_equal(line.status, E_SYNTAX);
	assert_int_equal(line.call.exit_status, EXIT_USAGE);
	assert_contains(line.err.text, words);
	end(&line);
}

static void a_command_and_its_arguments_are_found(void **state)
{
	struct line line = parse("list import europe europe.csv");

	(void)state;
	assert_int_equal(line.status, OK);
	assert_string_equal(line.call.command->name, "list import");
	assert_int_equal(line.call.argument_count, 2);
	assert_string_equal(line.call.arguments[0], "europe");
	assert_string_equal(line.call.arguments[1], "europe.csv");
	end(&line);
}

static void an_option_may_stand_anywhere_after_the_command(void **state)
{
	static const char *const lines[] = {"send fund --to europe --test", "send --to europe fund --test",
		"send --test --to=europe fund"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct line line = parse(lines[i]);

		assert_int_equal(line.status, OK);
		assert_string_equal(line.call.command->name, "send");
		assert_string_equal(call_option(&line.call, "to"), "europe");
		assert_true(call_has(&line.call, "test"));
		assert_int_equal(line.call.argument_count, 1);
		assert_string_equal(line.call.arguments[0], "fund");
		end(&line);
	}
}

static void everybodys_options_may_stand_before_the_command_too(void **state)
{
	static const char *const lines[] = {"--newsroom /tmp/room --json -y status 7",
		"--newsroom=/tmp/room status --json 7 --yes", "status 7 --json -y --newsroom /tmp/room"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct line line = parse(lines[i]);

		assert_int_equal(line.status, OK);
		assert_string_equal(line.call.command->name, "status");
		assert_string_equal(line.call.newsroom_folder, "/tmp/room");
		assert_true(line.call.json);
		assert_true(line.call.yes);
		assert_int_equal(line.call.argument_count, 1);
		end(&line);
	}
}

static void options_may_stand_between_the_words_of_a_command(void **state)
{
	struct line line = parse("list --json show europe");

	(void)state;
	assert_int_equal(line.status, OK);
	assert_string_equal(line.call.command->name, "list show");
	assert_true(line.call.json);
	end(&line);
}

static void an_option_has_its_letter(void **state)
{
	struct line line = parse("list export europe -o out.csv");

	(void)state;
	assert_int_equal(line.status, OK);
	assert_string_equal(call_option(&line.call, "output"), "out.csv");
	end(&line);
}

static void of_an_option_given_twice_the_last_counts(void **state)
{
	struct line line = parse("send fund --to europe --to mena");

	(void)state;
	assert_string_equal(call_option(&line.call, "to"), "mena");
	end(&line);
}

static void an_option_not_given_has_no_value(void **state)
{
	struct line line = parse("send fund");

	(void)state;
	assert_null(call_option(&line.call, "to"));
	assert_false(call_has(&line.call, "test"));
	end(&line);
}

static void after_two_dashes_all_is_arguments(void **state)
{
	struct line line = parse("list import europe -- --yes");

	(void)state;
	assert_int_equal(line.status, OK);
	assert_false(line.call.yes);
	assert_int_equal(line.call.argument_count, 2);
	assert_string_equal(line.call.arguments[1], "--yes");
	end(&line);
}

static void a_single_dash_is_an_argument(void **state)
{
	struct line line = parse("list import europe -");

	(void)state;
	assert_int_equal(line.status, OK);
	assert_string_equal(line.call.arguments[1], "-");
	end(&line);
}

static void a_value_may_look_like_an_option(void **state)
{
	struct line line = parse("send fund --to europe --where=--x");

	(void)state;
	assert_int_equal(line.status, OK);
	assert_string_equal(call_option(&line.call, "where"), "--x");
	end(&line);
}

static void no_words_are_no_command_and_no_fault(void **state)
{
	struct line line = parse("");

	(void)state;
	assert_int_equal(line.status, OK);
	assert_null(line.call.command);
	assert_false(line.words.wants_help);
	end(&line);
}

static void help_is_wanted_with_or_without_a_command(void **state)
{
	static const char *const lines[] = {"--help", "-h", "send --help", "list --help", "list import -h",
		"--help send", "help", "help send", "help list", "help list import", "--json help send",
		"help help"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct line line = parse(lines[i]);

		assert_int_equal(line.status, OK);
		assert_true(line.words.wants_help);
		end(&line);
	}
}

static void help_as_a_word_asks_about_the_command_behind_it(void **state)
{
	struct line line = parse("help list import");

	(void)state;
	assert_int_equal(line.status, OK);
	assert_string_equal(line.call.command->name, "list import");
	end(&line);
	assert_usage("help sned", "did you mean \"send\"?");
}

static void help_may_be_an_argument(void **state)
{
	struct line line = parse("send help");

	(void)state;
	assert_int_equal(line.status, OK);
	assert_false(line.words.wants_help);
	assert_string_equal(line.call.arguments[0], "help");
	end(&line);
}

static void the_version_may_be_asked_for_as_an_option(void **state)
{
	static const char *const lines[] = {
		"--version", "-V", "--json --version", "send --version", "list -V"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct line line = parse(lines[i]);

		assert_int_equal(line.status, OK);
		assert_string_equal(line.call.command->name, "version");
		end(&line);
	}
}

static void a_mistyped_command_suggests_the_near_one(void **state)
{
	(void)state;
	assert_usage("sned fund", "did you mean \"send\"?");
	assert_usage("list imprt europe", "did you mean \"list import\"?");
}

static void a_command_that_is_like_no_other_is_told_so(void **state)
{
	(void)state;
	assert_usage("frobnicate", "there is no command \"frobnicate\"; \"dateline --help\"");
	assert_usage("list frobnicate", "there is no command \"list frobnicate\"");
}

static void a_group_needs_a_second_word(void **state)
{
	(void)state;
	assert_usage("list", "\"list\" needs a second word");
	assert_usage("list --json", "\"list\" needs a second word");
}

static void a_mistyped_option_suggests_the_near_one(void **state)
{
	(void)state;
	assert_usage(
		"send fund --langauge fr", "there is no option \"--langauge\"; did you mean \"--language\"?");
	assert_usage(
		"send fund --langauge=fr", "there is no option \"--langauge\"; did you mean \"--language\"?");
	assert_usage("status --jsn", "did you mean \"--json\"?");
}

static void an_option_that_is_like_no_other_is_told_so(void **state)
{
	(void)state;
	assert_usage("send fund --frobnicate",
		"there is no option \"--frobnicate\"; see \"dateline send --help\"");
	assert_usage("send fund -z", "there is no option \"-z\"");
}

static void a_wrong_letter_is_named_among_others(void **state)
{
	(void)state;
	assert_usage("send fund -yz", "there is no option \"-z\"");
	assert_usage("send fund -zy", "there is no option \"-z\"");
	assert_usage("-zy", "there is no option \"-z\"");
}

static void a_fault_in_a_line_leaves_nothing_to_the_next(void **state)
{
	struct line line = parse("status -zy");

	(void)state;
	assert_int_equal(line.status, E_SYNTAX);
	line = parse("status 7");
	assert_int_equal(line.status, OK);
	assert_false(line.call.yes);
	assert_int_equal(line.call.argument_count, 1);
	end(&line);
}

static void an_option_without_its_value_is_named(void **state)
{
	(void)state;
	assert_usage("send fund --to", "the option \"--to\" needs a value");
	assert_usage("list export europe -o", "the option \"-o\" needs a value");
	assert_usage("status --newsroom", "the option \"--newsroom\" needs a value");
}

static void a_flag_takes_no_value(void **state)
{
	(void)state;
	assert_usage("status --json=yes", "the option \"--json\" takes no value");
	assert_usage("send fund --test=1", "the option \"--test\" takes no value");
}

static void too_few_arguments_say_what_is_needed(void **state)
{
	(void)state;
	assert_usage(
		"list import europe", "\"list import\" needs NAME FILE; see \"dateline list import --help\"");
}

static void an_argument_too_many_is_named(void **state)
{
	(void)state;
	assert_usage("list import europe a.csv b.csv", "\"b.csv\" is one too many for \"list import\"");
	assert_usage("version now", "\"now\" is one too many for \"version\"; see");
}

static void more_options_than_there_is_room_for_are_refused(void **state)
{
	char text[16 * (CALL_OPTIONS_MAX + 2)] = "send fund";

	(void)state;
	for (size_t i = 0; i < CALL_OPTIONS_MAX + 1; i++)
		memcpy(text + strlen(text), " --test", sizeof(" --test"));
	assert_usage(text, "more than 64 options");
}

static void help_of_a_command_tells_arguments_options_and_everybodys_options(void **state)
{
	struct line line = parse("send --help");
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_LARGE);
	option_help(line.call.command, &out);
	assert_contains(out.ptr, "dateline send RELEASE");
	assert_contains(out.ptr, "--to ");
	assert_contains(out.ptr, "--newsroom DIR");
	str_clear(&out);
	end(&line);
}

static void help_of_a_group_tells_its_commands_alone(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_LARGE);
	option_help_group("list", &out);
	assert_contains(out.ptr, "  list import NAME FILE");
	assert_null(strstr(out.ptr, "  send "));
	str_clear(&out);
}

static void help_of_everything_tells_every_command_once(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_LARGE);
	option_help_group(NULL, &out);
	for (size_t i = 0; i < command_count; i++) {
		struct str line;
		size_t at;

		str_init(&line, STR_MAX_SMALL);
		str_addf(&line, "\n  %s ", command_table[i]->name);
		at = span_find(str_span(&out), str_span(&line), 0);
		assert_true(at != SIZE_MAX);
		assert_true(span_find(str_span(&out), str_span(&line), at + 1) == SIZE_MAX);
		str_clear(&line);
	}
	str_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_and_its_arguments_are_found),
		cmocka_unit_test(an_option_may_stand_anywhere_after_the_command),
		cmocka_unit_test(everybodys_options_may_stand_before_the_command_too),
		cmocka_unit_test(options_may_stand_between_the_words_of_a_command),
		cmocka_unit_test(an_option_has_its_letter),
		cmocka_unit_test(of_an_option_given_twice_the_last_counts),
		cmocka_unit_test(an_option_not_given_has_no_value),
		cmocka_unit_test(after_two_dashes_all_is_arguments),
		cmocka_unit_test(a_single_dash_is_an_argument),
		cmocka_unit_test(a_value_may_look_like_an_option),
		cmocka_unit_test(no_words_are_no_command_and_no_fault),
		cmocka_unit_test(help_is_wanted_with_or_without_a_command),
		cmocka_unit_test(help_as_a_word_asks_about_the_command_behind_it),
		cmocka_unit_test(help_may_be_an_argument),
		cmocka_unit_test(the_version_may_be_asked_for_as_an_option),
		cmocka_unit_test(a_mistyped_command_suggests_the_near_one),
		cmocka_unit_test(a_command_that_is_like_no_other_is_told_so),
		cmocka_unit_test(a_group_needs_a_second_word),
		cmocka_unit_test(a_mistyped_option_suggests_the_near_one),
		cmocka_unit_test(an_option_that_is_like_no_other_is_told_so),
		cmocka_unit_test(a_wrong_letter_is_named_among_others),
		cmocka_unit_test(a_fault_in_a_line_leaves_nothing_to_the_next),
		cmocka_unit_test(an_option_without_its_value_is_named),
		cmocka_unit_test(a_flag_takes_no_value),
		cmocka_unit_test(too_few_arguments_say_what_is_needed),
		cmocka_unit_test(an_argument_too_many_is_named),
		cmocka_unit_test(more_options_than_there_is_room_for_are_refused),
		cmocka_unit_test(help_of_a_command_tells_arguments_options_and_everybodys_options),
		cmocka_unit_test(help_of_a_group_tells_its_commands_alone),
		cmocka_unit_test(help_of_everything_tells_every_command_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
