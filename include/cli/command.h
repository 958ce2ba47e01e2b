#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "app/newsroom.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Commands as data: a row says what a command is called, takes and needs, and
 * its help in the words that people read. `commands` (commands.c) holds them all.
 */

/* What the program ends with. */
enum exit_status {
	EXIT_DONE = 0,      /* done, or scheduled */
	EXIT_FAILED = 1,    /* it failed and nothing was sent */
	EXIT_USAGE = 2,     /* wrong usage */
	EXIT_PARTLY = 3,    /* finished, some recipients failed or rows were rejected */
	EXIT_HELD = 4,      /* held, a person is needed */
	EXIT_UNFINISHED = 5 /* `run` or `resume` goes on */
};

/* An option; a table ends with a row without a name. Every command also takes help, newsroom, json, yes. */
struct command_option {
	const char *name;     /* "dry-run", without the dashes */
	char letter;          /* 'o', or 0 */
	const char *argument; /* "FILE", or NULL for a flag */
	const char *help;
};

enum command_need {
	NEED_NOTHING,
	NEED_NEWSROOM,
	NEED_NEWSROOM_ANYHOW /* whatever its settings say: who stops a sender can't mend them first */
};

#define CALL_OPTIONS_MAX 64u

/* One call of a command: what was typed, taken apart. */
struct call {
	const struct command *command;
	struct newsroom *newsroom; /* NULL for NEED_NOTHING */
	const char *const *arguments;
	size_t argument_count;
	bool json;       /* --json: JSON lines with stable names instead of words */
	bool yes;        /* --yes: don't ask */
	int exit_status; /* what to end with after OK; EXIT_DONE unless set */
	struct {
		const struct command_option *option;
		const char *value;
	} options[CALL_OPTIONS_MAX];
	size_t option_count;
	const char *newsroom_folder; /* --newsroom, or NULL */
};

struct command {
	const char *name;      /* "send", "list import" */
	const char *arguments; /* "RELEASE", "NAME FILE", "[DISPATCH]" */
	size_t least, most;    /* how many arguments */
	enum command_need need;
	bool keeps_log;                       /* it notes what it does where the settings say */
	const struct command_option *options; /* NULL for none */
	const char *summary;                  /* one line, lower case, no full stop */
	const char *help;                     /* paragraphs, wrapped at 78; may be NULL */
	/* Not OK: main prints "dateline: " and err's text. E_HELD ends with 4; usage with 2; else 1. */
	enum status (*run)(struct call *call, struct err *err);
};

/* All commands, in the order of the help. */
extern const struct command *const command_table[];
extern const size_t command_count;

/* What `dateline` alone does in a newsroom: what waits, and the next steps. */
extern const struct command *const command_overview;

/* An option's value (the last one given), or NULL if it wasn't given. For flags use call_has. */
const char *call_option(const struct call *call, const char *name);
bool call_has(const struct call *call, const char *name);

/* For a command's own checks of what was typed: ends with EXIT_USAGE. */
enum status call_usage(struct call *call, struct err *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
