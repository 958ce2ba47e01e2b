/*
 * The program's entry: find the command, open what it needs, run it, and end
 * with the status that says how it went.
 */
#include "base/log.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/terminal.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>

static enum status print_help(const struct call *call, int argc, char **argv)
{
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	if (call->command) {
		option_help(call->command, &text);
	} else {
		const char *group = NULL;

		for (int i = 1; i < argc && argv[i] && !group; i++)
			group = argv[i][0] != '-' ? argv[i] : NULL;
		if (!group)
			str_add_text(&text,
				"Dateline gets a press announcement to the right journalists, at the right "
				"instant,\nand can always say who got it.\n\n");
		option_help_group(group, &text);
	}
	terminal_print(&text);
	str_clear(&text);
	return OK;
}

/* `dateline` alone, in a newsroom. */
static bool is_bare(const struct call *call, const struct option_words *words)
{
	char *path = NULL;
	bool is_newsroom = !call->command && !words->wants_help &&
			   newsroom_find_settings(call->newsroom_folder, &path, NULL) == OK;

	free(path);
	return is_newsroom;
}

static enum status open_newsroom(struct call *call, struct err *err)
{
	struct err fault = {0};
	enum status status;

	if (call->command->need == NEED_NOTHING)
		return OK;
	if (call->command->need == NEED_NEWSROOM)
		return newsroom_open(call->newsroom_folder, &call->newsroom, err);
	status = newsroom_open_anyhow(call->newsroom_folder, &call->newsroom, &fault, err);
	if (status == OK && fault.status != OK)
		log_warning("%s; this goes by the default settings", fault.text);
	return status;
}

static enum status run(int argc, char **argv, struct call *call, struct err *err)
{
	struct option_words words;
	enum status status = option_parse(argc, argv, call, &words, err);

	if (status == OK && is_bare(call, &words))
		call->command = command_overview;
	if (status == OK && (words.wants_help || !call->command)) {
		status = print_help(call, argc, argv);
	} else if (status == OK) {
		status = open_newsroom(call, err);
		if (status == OK && call->command->keeps_log)
			status = newsroom_open_log(call->newsroom, err);
		if (status == OK)
			status = call->command->run(call, err);
	}
	newsroom_close(call->newsroom);
	free(words.arguments);
	return status;
}

static int exit_status_of(enum status status, const struct call *call)
{
	if (status == OK || call->exit_status != EXIT_DONE)
		return call->exit_status;
	return status == E_HELD ? EXIT_HELD : EXIT_FAILED;
}

int main(int argc, char **argv)
{
	struct call call = {0};
	struct err err = {0};
	enum status status;

	setlocale(LC_CTYPE, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	status = run(argc, argv, &call, &err);
	if (status != OK)
		fprintf(stderr, "dateline: %s\n", err.text);
	log_close();
	if (fflush(stdout) != 0 && status == OK)
		return EXIT_FAILED;
	return exit_status_of(status, &call);
}
