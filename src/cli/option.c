/*
 * The command line: finding the command's row, then its options by getopt_long.
 */
#include "cli/option.h"

#include "base/mem.h"
#include "base/suggest.h"

#include <getopt.h>
#include <stdlib.h>

static const struct command_option common_options[] = {
	{"help", 'h', NULL, "say what the command does and takes"},
	{"newsroom", 0, "DIR", "the newsroom (else this folder or a parent, or $DATELINE_NEWSROOM)"},
	{"json", 0, NULL, "one JSON object a line, for programs"},
	{"yes", 'y', NULL, "don't ask"},
	{"version", 'V', NULL, "say which version this is"},
	{0},
};

enum {
	COMMON_HELP = 1000,
	COMMON_NEWSROOM,
	COMMON_JSON,
	COMMON_YES,
	COMMON_VERSION
};

#define WORDS_MAX 3u

/* The words of the line that are no options of everybody's, at most WORDS_MAX: enough to find a command. */
static size_t first_words(int argc, char **argv, const char **words, int *positions)
{
	size_t count = 0;

	for (int i = 1; i < argc && count < WORDS_MAX; i++) {
		if (strcmp(argv[i], "--newsroom") == 0)
			i++;
		else if (argv[i][0] != '-') {
			positions[count] = i;
			words[count++] = argv[i];
		}
	}
	return count;
}

static bool is_group(const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < command_count; i++) {
		if (strncmp(command_table[i]->name, word, len) == 0 && command_table[i]->name[len] == ' ')
			return true;
	}
	return false;
}

static const struct command *find_command(const char *first, const char *second, size_t *words_used)
{
	for (size_t i = 0; i < command_count; i++) {
		const char *name = command_table[i]->name;
		size_t len = strlen(first);

		*words_used = 1;
		if (strcmp(name, first) == 0)
			return command_table[i];
		*words_used = 2;
		if (second && strncmp(name, first, len) == 0 && name[len] == ' ' &&
			strcmp(name + len + 1, second) == 0)
			return command_table[i];
	}
	return NULL;
}

/* The second words of a group, or the first words of all: to suggest from. */
static const char *nearest_name(const char *group, const char *typed)
{
	const char **names = mem_alloc(command_count * sizeof(*names));
	size_t count = 0;
	size_t len = group ? strlen(group) : 0;
	const char *near;

	for (size_t i = 0; i < command_count; i++) {
		const char *name = command_table[i]->name;

		if (!group)
			names[count++] = name;
		else if (strncmp(name, group, len) == 0 && name[len] == ' ')
			names[count++] = name + len + 1;
	}
	near = suggest_nearest(typed, names, count);
	free(names);
	return near;
}

static enum status unknown_command(struct call *call, const char *first, const char *second, struct err *err)
{
	bool has_group = is_group(first);
	const char *typed = has_group ? second : first;
	const char *near = typed ? nearest_name(has_group ? first : NULL, typed) : NULL;

	if (has_group && !second)
		return call_usage(call, err, "\"%s\" needs a second word; \"dateline %s --help\" lists them",
			first, first);
	if (near)
		return call_usage(call, err, "there is no command \"%s%s%s\"; did you mean \"%s%s%s\"?",
			has_group ? first : "", has_group ? " " : "", typed, has_group ? first : "",
			has_group ? " " : "", near);
	return call_usage(call, err, "there is no command \"%s%s%s\"; \"dateline --help\" lists them",
		has_group ? first : "", has_group ? " " : "", typed);
}

/* Everybody's options and the command's own as getopt wants them. Values from COMMON_HELP and from 1. */
static void fill_getopt(const struct command *command, struct option *table, struct str *letters)
{
	size_t count = 0;

	str_add_text(letters, ":hyV");
	for (size_t i = 0; common_options[i].name; i++)
		table[count++] = (struct option){common_options[i].name,
			common_options[i].argument ? required_argument : no_argument, NULL,
			COMMON_HELP + (int)i};
	for (size_t i = 0; command && command->options && command->options[i].name; i++) {
		const struct command_option *own = &command->options[i];

		table[count++] = (struct option){
			own->name, own->argument ? required_argument : no_argument, NULL, 1 + (int)i};
		if (own->letter) {
			str_add_char(letters, own->letter);
			str_add_text(letters, own->argument ? ":" : "");
		}
	}
	table[count] = (struct option){0};
}

/* Own options come back as 1 + their index, or as their letter. */
static const struct command_option *own_option(const struct command *command, int value)
{
	for (int i = 0; command && command->options && command->options[i].name; i++) {
		if (value == 1 + i || value == command->options[i].letter)
			return &command->options[i];
	}
	return NULL;
}

/* The name of the long option that was typed, without what follows a '='. Heap. */
static char *typed_name(const char *typed)
{
	return mem_copy_bytes(typed, strcspn(typed, "="));
}

/* `value` is getopt's for an option that is there and was given a value in vain. */
static enum status wrong_long_option(
	struct call *call, const struct option *table, const char *typed, int value, struct err *err)
{
	const char *names[CALL_OPTIONS_MAX + 8];
	char *name = typed_name(typed);
	size_t count = 0;
	const char *near;
	enum status status;

	for (; table[count].name; count++)
		names[count] = table[count].name;
	near = suggest_nearest(name + strlen("--"), names, count);
	if (value)
		status = call_usage(call, err, "the option \"%s\" takes no value", name);
	else if (near)
		status = call_usage(
			call, err, "there is no option \"%s\"; did you mean \"--%s\"?", name, near);
	else
		status = call_usage(call, err, "there is no option \"%s\"; see \"dateline %s%s--help\"", name,
			call->command ? call->command->name : "", call->command ? " " : "");
	free(name);
	return status;
}

/* Among letters behind one dash only getopt knows which one it is. */
static enum status wrong_option(
	struct call *call, const struct option *table, const char *typed, int value, struct err *err)
{
	if (strncmp(typed, "--", 2) == 0 &&
		(!value || value >= COMMON_HELP || value <= (int)CALL_OPTIONS_MAX))
		return wrong_long_option(call, table, typed, value, err);
	return call_usage(call, err, "there is no option \"-%c\"; see \"dateline %s%s--help\"", value,
		call->command ? call->command->name : "", call->command ? " " : "");
}

static enum status take_option(
	struct call *call, struct option_words *words, int value, const char *argument, struct err *err)
{
	switch (value) {
	case COMMON_HELP:
	case 'h':
		words->wants_help = true;
		break;
	case COMMON_NEWSROOM:
		call->newsroom_folder = argument;
		break;
	case COMMON_JSON:
		call->json = true;
		break;
	case COMMON_YES:
	case 'y':
		call->yes = true;
		break;
	case COMMON_VERSION:
	case 'V':
		words->wants_version = true;
		break;
	default:
		if (call->option_count == CALL_OPTIONS_MAX)
			return call_usage(call, err, "there are more than %u options", CALL_OPTIONS_MAX);
		call->options[call->option_count].option = own_option(call->command, value);
		call->options[call->option_count++].value = argument;
	}
	return OK;
}

static enum status parse_options(
	int argc, char **argv, struct call *call, struct option_words *words, struct err *err)
{
	struct option table[CALL_OPTIONS_MAX + 8];
	struct str letters;
	enum status status = OK;
	int value;

	str_init(&letters, STR_MAX_SMALL);
	fill_getopt(call->command, table, &letters);
	opterr = 0;
	optind = 0; /* begin anew, also in the middle of letters behind one dash */
	while (status == OK && (value = getopt_long(argc, argv, letters.ptr, table, NULL)) != -1) {
		if (value == ':')
			status = call_usage(call, err, "the option \"%s\" needs a value", argv[optind - 1]);
		else if (value == '?')
			status = wrong_option(call, table, argv[optind - 1], optopt, err);
		else
			status = take_option(call, words, value, optarg, err);
	}
	str_clear(&letters);
	return status;
}

static enum status check_count(struct call *call, struct err *err)
{
	const struct command *command = call->command;

	if (call->argument_count < command->least)
		return call_usage(call, err, "\"%s\" needs %s; see \"dateline %s --help\"", command->name,
			command->arguments, command->name);
	if (call->argument_count > command->most)
		return call_usage(call, err,
			"\"%s\" is one too many for \"%s\"%s%s; see \"dateline %s --help\"",
			call->arguments[command->most], command->name, command->most ? ", which takes " : "",
			command->most ? command->arguments : "", command->name);
	return OK;
}

/* Take the command's own words out of the line, so that getopt sees options and arguments only. */
static int drop_words(int argc, char **argv, const int *positions, size_t count)
{
	int kept = 0;

	for (int i = 0; i < argc; i++) {
		bool is_dropped = false;

		for (size_t k = 0; k < count; k++)
			is_dropped = is_dropped || positions[k] == i;
		if (!is_dropped)
			argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	return kept;
}

/* "help send" is "send --help". How many words are left in the line. */
static int take_help_words(int argc, char **argv, struct option_words *words)
{
	const char *first[WORDS_MAX];
	int positions[WORDS_MAX];

	while (first_words(argc, argv, first, positions) && strcmp(first[0], "help") == 0) {
		words->wants_help = true;
		argc = drop_words(argc, argv, positions, 1);
	}
	return argc;
}

/* What getopt left: the arguments, in their order. */
static void take_arguments(int argc, char **argv, struct call *call, struct option_words *words)
{
	call->argument_count = (size_t)(argc - optind);
	words->arguments = mem_alloc((call->argument_count + 1) * sizeof(*words->arguments));
	for (size_t i = 0; i < call->argument_count; i++)
		words->arguments[i] = argv[optind + (int)i];
	call->arguments = words->arguments;
}

enum status option_parse(
	int argc, char **argv, struct call *call, struct option_words *words, struct err *err)
{
	const char *first[WORDS_MAX] = {NULL};
	int positions[WORDS_MAX] = {0};
	size_t count;
	size_t used = 0;
	enum status status;

	*words = (struct option_words){0};
	argc = take_help_words(argc, argv, words);
	count = first_words(argc, argv, first, positions);
	if (count)
		call->command = find_command(first[0], first[1], &used);
	if (count && !call->command && !(is_group(first[0]) && count == 1))
		return unknown_command(call, first[0], first[1], err);
	argc = drop_words(argc, argv, positions, call->command ? used : 0);
	status = parse_options(argc, argv, call, words, err);
	if (status != OK)
		return status;
	if (words->wants_version && !words->wants_help) {
		call->command = find_command("version", NULL, &used);
		return OK;
	}
	if (count && !call->command && !words->wants_help)
		return unknown_command(call, first[0], NULL, err);
	take_arguments(argc, argv, call, words);
	return words->wants_help || !call->command ? OK : check_count(call, err);
}

static void add_options(const struct command_option *options, struct str *out)
{
	for (; options && options->name; options++) {
		size_t start = out->len;

		if (options->letter)
			str_addf(out, "  -%c, ", options->letter);
		else
			str_add_text(out, "      ");
		str_addf(out, "--%s%s%s", options->name, options->argument ? " " : "",
			options->argument ? options->argument : "");
		if (out->len - start < 26)
			str_add_repeat(out, ' ', 26 - (out->len - start));
		else
			str_add_text(out, "\n                          ");
		str_addf(out, "%s\n", options->help);
	}
}

void option_help(const struct command *command, struct str *out)
{
	str_addf(out, "dateline %s%s%s%s: %s\n", command->name, command->arguments[0] ? " " : "",
		command->arguments, command->options ? " [options]" : "", command->summary);
	if (command->help)
		str_addf(out, "\n%s\n", command->help);
	if (command->options) {
		str_add_text(out, "\nOptions:\n");
		add_options(command->options, out);
	}
	str_add_text(out, "\nOf every command:\n");
	add_options(common_options, out);
}

void option_help_group(const char *group, struct str *out)
{
	size_t len = group ? strlen(group) : 0;

	str_addf(out, "Usage: dateline %s%sCOMMAND …\n\n", group ? group : "", group ? " " : "");
	for (size_t i = 0; i < command_count; i++) {
		const struct command *command = command_table[i];
		size_t start = out->len;

		if (group && (strncmp(command->name, group, len) != 0 || command->name[len] != ' '))
			continue;
		str_addf(
			out, "  %s%s%s", command->name, command->arguments[0] ? " " : "", command->arguments);
		if (out->len - start < 34)
			str_add_repeat(out, ' ', 34 - (out->len - start));
		else
			str_add_text(out, "\n                                  ");
		str_addf(out, "%s\n", command->summary);
	}
	str_add_text(out, "\n\"dateline COMMAND --help\" says more of each.\n");
}
