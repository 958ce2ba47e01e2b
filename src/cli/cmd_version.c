/*
 * `version`: which Dateline this is, and of what it is made.
 */
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/terminal.h"

static enum status run(struct call *call, struct err *err)
{
	(void)err;
	if (call->json)
		json_print_line(json_pack("{s:s}", "version", DATELINE_VERSION));
	else
		terminal_printf("dateline %s\n", DATELINE_VERSION);
	return OK;
}

const struct command cmd_version = {
	.name = "version",
	.arguments = "",
	.need = NEED_NOTHING,
	.summary = "say which version this is",
	.run = run,
};
