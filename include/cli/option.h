#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include "cli/command.h"

/*
 * Take a command line apart: which command, its options, its arguments. The
 * strings are borrowed from `argv`, whose order changes. With --help, or without
 * a command, call->command may be NULL or is the one that is asked about.
 */
struct option_words {
	bool wants_help;
	const char **arguments; /* heap: free() it */
};
enum status option_parse(
	int argc, char **argv, struct call *call, struct option_words *words, struct err *err);

/* The help of one command; of a group ("list"), or of everything with NULL. */
void option_help(const struct command *command, struct str *out);
void option_help_group(const char *group, struct str *out);

#endif
