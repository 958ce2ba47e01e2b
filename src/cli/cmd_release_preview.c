/*
 * `release preview`: the letters as files, to look at before they go out.
 */
#include "app/preview.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/terminal.h"

static void print_file(void *context, const char *language, const char *kind, const char *path)
{
	const struct call *call = context;

	if (call->json)
		json_print_line(json_pack("{s:s,s:s,s:o}", "language", language, "kind", kind, "path",
			json_text(span_of(path))));
	else
		terminal_printf("%-7s  %-5s  %s\n", kind, language, path);
}

static enum status run_preview(struct call *call, struct err *err)
{
	const struct settings *settings = newsroom_settings(call->newsroom);
	struct release_set *set = NULL;
	enum status status = release_set_load(newsroom_releases(call->newsroom), call->arguments[0],
		settings->newsroom.language, newsroom_zone(call->newsroom), &set, err);

	if (status == OK)
		status = preview_write(call->newsroom, set, call_option(call, "language"),
			call_option(call, "output"), print_file, call, err);
	release_set_free(set);
	return status;
}

static const struct command_option options[] = {
	{"language", 'l', "L", "only this language"},
	{"output", 'o', "DIR", "write there instead of state/preview/SLUG/"},
	{NULL, 0, NULL, NULL},
};

const struct command cmd_release_preview = {
	.name = "release preview",
	.arguments = "RELEASE",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM,
	.options = options,
	.summary = "write the letters as files to look at",
	.help = "For each language three files: the HTML and the text as a journalist reads\n"
		"them, and the whole message, which any mail program opens. The reader is\n"
		"invented; what only a list knows stands in brackets: [outlet].\n",
	.run = run_preview,
};
