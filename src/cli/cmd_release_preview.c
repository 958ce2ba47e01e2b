/*
 * `release preview`: the letters as files and pictures, to look at before they
 * go out.
 */
#include "app/preview.h"
#include "base/mem.h"
#include "base/process.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/terminal.h"

#include <stdlib.h>

/* How long a browser may take to say that it can't. One that stays isn't waited for. */
#define BROWSER_WAIT_MS 1000

/* The pages that were written, to be opened. */
struct pages {
	const struct call *call;
	char **paths;
	size_t count, capacity;
};

static void print_file(void *context, const char *language, const char *kind, const char *path)
{
	struct pages *pages = context;

	if (pages->call->json)
		json_print_line(json_pack("{s:s,s:s,s:o}", "language", language, "kind", kind, "path",
			json_text(span_of(path))));
	else
		terminal_printf("%-7s  %-5s  %s\n", kind, language, path);
	if (strcmp(kind, "html") != 0)
		return;
	pages->paths = mem_grow(pages->paths, pages->count, &pages->capacity, sizeof(*pages->paths));
	pages->paths[pages->count++] = mem_copy_text(path);
}

static void clear_pages(struct pages *pages)
{
	while (pages->count)
		free(pages->paths[--pages->count]);
	free(pages->paths);
}

/* What $BROWSER names, if that is one program; else what the desk opens pages with. */
static char *find_browser(void)
{
	const char *wanted = getenv("BROWSER");
	char *path = wanted && *wanted ? process_find(wanted) : NULL;

	return path ? path : process_find("xdg-open");
}

static bool open_page(const char *browser, const char *path)
{
	const char *const arguments[] = {browser, path, NULL};
	struct process process;
	int exit_status = 0;

	if (process_start(browser, arguments, NULL, false, &process, NULL) != OK)
		return false;
	if (process_wait(&process, BROWSER_WAIT_MS, &exit_status, NULL) != OK)
		exit_status = 0;
	process_let_go(&process);
	return exit_status == 0;
}

static void open_pages(const struct pages *pages)
{
	char *browser = find_browser();

	for (size_t i = 0; i < pages->count; i++) {
		if (!browser || !open_page(browser, pages->paths[i]))
			fprintf(stderr, "dateline: no browser could be started; open %s yourself\n",
				pages->paths[i]);
	}
	free(browser);
}

/* Without Chromium the other files are all there is. */
static enum status open_screenshot(const struct call *call, struct screenshot **out, struct err *err)
{
	enum status status;

	if (call_has(call, "no-pictures"))
		return OK;
	status = screenshot_open(out, err);
	if (status != E_NOTFOUND)
		return status;
	fprintf(stderr, "dateline: no pictures, since no Chromium is installed\n");
	return OK;
}

static enum status run_preview(struct call *call, struct err *err)
{
	const struct settings *settings = newsroom_settings(call->newsroom);
	struct pages pages = {.call = call};
	struct preview_options preview = {
		.language = call_option(call, "language"),
		.folder = call_option(call, "output"),
		.said = print_file,
		.context = &pages,
	};
	struct release_set *set = NULL;
	enum status status = release_set_load(newsroom_releases(call->newsroom), call->arguments[0],
		settings->newsroom.language, newsroom_zone(call->newsroom), &set, err);

	if (status == OK)
		status = open_screenshot(call, &preview.screenshot, err);
	if (status == OK)
		status = preview_write(call->newsroom, set, &preview, err);
	screenshot_close(preview.screenshot);
	if (status == OK && call_has(call, "open"))
		open_pages(&pages);
	clear_pages(&pages);
	release_set_free(set);
	return status;
}

static const struct command_option options[] = {
	{"language", 'l', "L", "only this language"},
	{"output", 'o', "DIR", "write there instead of state/preview/SLUG/"},
	{"no-pictures", 0, NULL, "leave out the pictures"},
	{"open", 0, NULL, "show the HTML in a browser ($BROWSER, or the desk's own)"},
	{NULL, 0, NULL, NULL},
};

const struct command cmd_release_preview = {
	.name = "release preview",
	.arguments = "RELEASE",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM,
	.options = options,
	.summary = "write the letters as files and pictures to look at",
	.help = "For each language three files: the HTML and the text as a journalist reads\n"
		"them, and the whole message, which any mail program opens. The reader is\n"
		"invented; what only a list knows stands in brackets: [outlet].\n"
		"Where Chromium is installed, four pictures more: on a desk and on a phone,\n"
		"on a light screen and on a dark one.\n",
	.run = run_preview,
};
