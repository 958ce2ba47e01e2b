#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include "cli/command.h"

/*
 * Take a command line apart: which command, its options, its arguments. The
 * strings are borrowed from `argv`, whose order changes and which loses the words
 * of the command. With --help (or "help" as the first word), or without a command,
 * call->command may be NULL or is the one that is asked about. With --version it
 * is the command `version`, whatever else is there.
 */
struct option_words {
	bool wants_help;
	bool wants_version;
	const char **arguments; /* heap: free() it */
};
enum status option_parse(
	int argc, char **argv, struct call *call, struct option_words *words, struct err *err);

/* The help of one command; of a group ("list"), or of everything with NULL. */
void option_help(const struct command *command, struct str *out);
void option_help_group(const char *group, struct str *out);

#endif
