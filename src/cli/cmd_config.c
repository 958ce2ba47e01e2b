/*
 * `config check` and `config show`: what the settings say, and what is wrong with them.
 */
#include "base/log.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/terminal.h"

#include <stdlib.h>

/* A server may take so long to answer a message's end (RFC 5321 4.5.3.2.6). */
#define DOT_TIMEOUT_SAFE_MS 600000

struct faults {
	bool json;
	size_t count;
	size_t warnings;
};

static void print_fault(void *context, const char *words)
{
	struct faults *faults = context;

	faults->count++;
	if (faults->json)
		json_print_line(json_pack("{s:s}", "fault", words));
	else
		terminal_printf("%s\n", words);
}

/* Beyond what is written in them: other commands than those that keep a log do without it. */
static enum status check_log(const struct settings *settings, struct faults *faults, struct err *err)
{
	char *path = settings_log_path(settings);
	enum status status = path ? log_check(path, err) : OK;
	struct str words;

	if (status != OK) {
		str_init(&words, STR_MAX_SMALL);
		str_addf(&words, "%s: \"file\" in log: %s", settings->path, err->text);
		print_fault(faults, words.ptr);
		str_clear(&words);
	}
	free(path);
	return status;
}

/* What is possible, and seldom meant. */
static void warn_of_duplicates(const struct settings *settings, struct faults *faults)
{
	for (size_t i = 0; i < settings->relay_count; i++) {
		const struct relay_settings *relay = &settings->relays[i];
		char *words;

		if (relay->dot_timeout_ms >= DOT_TIMEOUT_SAFE_MS)
			continue;
		words = mem_format("%s:%d: the \"dot_timeout\" of \"%s\" is shorter than 10m: a server that "
				   "takes a message and says so later makes somebody get it twice",
			settings->path, relay->line, relay->name);
		faults->warnings++;
		if (faults->json)
			json_print_line(json_pack("{s:s}", "warning", words));
		else
			terminal_printf("%s\n", words);
		free(words);
	}
}

/* Every fault, not only the first: so it doesn't ask for an open newsroom. */
static enum status run_check(struct call *call, struct err *err)
{
	struct faults faults = {.json = call->json};
	struct settings *settings = NULL;
	char *path = NULL;
	enum status status = newsroom_find_settings(call->newsroom_folder, &path, err);

	if (status != OK)
		return status;
	status = settings_load(path, print_fault, &faults, &settings, err);
	if (status == OK)
		status = check_log(settings, &faults, err);
	if (settings)
		warn_of_duplicates(settings, &faults);
	if (status != OK)
		status = err_set(
			err, status, "%zu fault%s in %s", faults.count, faults.count == 1 ? "" : "s", path);
	else if (!call->json)
		terminal_printf("%s: no faults%s\n", path, faults.warnings ? ", but look at the above" : "");
	settings_free(settings);
	free(path);
	return status;
}

const struct command cmd_config_check = {
	.name = "config check",
	.arguments = "",
	.need = NEED_NOTHING,
	.summary = "list every fault of the settings",
	.run = run_check,
};

static enum status run_show(struct call *call, struct err *err)
{
	const struct settings *settings = newsroom_settings(call->newsroom);
	struct str text;

	(void)err;
	str_init(&text, STR_MAX_LARGE);
	settings_format(settings, &text);
	if (call->json)
		json_print_line(json_pack(
			"{s:s,s:o}", "path", settings->path, "settings", json_text(str_span(&text))));
	else
		terminal_printf("# %s\n%s", settings->path, text.ptr);
	str_clear(&text);
	return OK;
}

const struct command cmd_config_show = {
	.name = "config show",
	.arguments = "",
	.need = NEED_NEWSROOM,
	.summary = "print the settings in force, secrets masked",
	.run = run_show,
};
