/*
 * `list add`, `list remove`, `list move` and `list export`: people on lists.
 */
#include "app/actor.h"
#include "app/listexport.h"
#include "app/listpeople.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/keyvalue.h"
#include "cli/memberview.h"
#include "cli/terminal.h"

static const char *const addition_words[] = {
	[LISTPEOPLE_ADDED] = "added",
	[LISTPEOPLE_UPDATED] = "updated",
	[LISTPEOPLE_REVIVED] = "brought back",
	[LISTPEOPLE_UNCHANGED] = "unchanged",
};

static void say_done(const struct call *call, const char *list, const char *address, const char *words)
{
	if (call->json)
		json_print_line(json_pack("{s:s,s:o,s:s}", "list", list, "address",
			json_text(span_of(address)), "result", words));
	else
		terminal_printf("%s: %s %s\n", list, address, words);
}

static void warn_if_suppressed(const struct listpeople_result *result, const char *address)
{
	if (result->is_suppressed)
		fprintf(stderr,
			"dateline: \"%s\" is suppressed: nothing is sent to them (\"dateline suppress why "
			"%s\" "
			"tells why)\n",
			address, address);
}

static enum status run_add(struct call *call, struct err *err)
{
	const char *list = call->arguments[0];
	const char *address = call->arguments[1];
	struct fields values = {0};
	struct listpeople_result result = {0};
	struct store *store;
	enum status status = keyvalue_read(call, 2, &values, err);

	if (status == OK)
		status = newsroom_store(call->newsroom, &store, err);
	if (status == OK)
		status = listpeople_add(store, list, address, &values, actor_name(), &result, err);
	fields_clear(&values);
	if (status != OK)
		return status;
	say_done(call, list, address, addition_words[result.addition]);
	warn_if_suppressed(&result, address);
	return OK;
}

const struct command cmd_list_add = {
	.name = "list add",
	.arguments = "NAME ADDRESS [KEY=VALUE...]",
	.least = 2,
	.most = SIZE_MAX,
	.need = NEED_NEWSROOM,
	.summary = "put one person on a list, or correct what it says of them",
	.help = "Keys are what columns of a file are called: name, outlet, role, language,\n"
		"salutation, or any attribute of yours.",
	.run = run_add,
};

static enum status run_remove(struct call *call, struct err *err)
{
	const char *list = call->arguments[0];
	const char *address = call->arguments[1];
	struct store *store;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status == OK)
		status = listpeople_remove(store, list, address, actor_name(), err);
	if (status == OK)
		say_done(call, list, address, "removed");
	return status;
}

const struct command cmd_list_remove = {
	.name = "list remove",
	.arguments = "NAME ADDRESS",
	.least = 2,
	.most = 2,
	.need = NEED_NEWSROOM,
	.summary = "take one person off a list; no import brings them back",
	.run = run_remove,
};

static enum status run_move(struct call *call, struct err *err)
{
	const char *address = call->arguments[0];
	const char *from = call->arguments[1];
	const char *to = call->arguments[2];
	struct listpeople_result result = {0};
	struct store *store;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status == OK)
		status = listpeople_move(store, address, from, to, actor_name(), &result, err);
	if (status != OK)
		return status;
	say_done(call, from, address, "removed");
	say_done(call, to, address, addition_words[result.addition]);
	warn_if_suppressed(&result, address);
	return OK;
}

const struct command cmd_list_move = {
	.name = "list move",
	.arguments = "ADDRESS FROM TO",
	.least = 3,
	.most = 3,
	.need = NEED_NEWSROOM,
	.summary = "take one person off a list and put them on another",
	.run = run_move,
};

static enum status print_bytes(void *context, struct span bytes, struct err *err)
{
	struct str text;

	(void)context;
	(void)err;
	str_init(&text, STR_MAX_LARGE);
	str_add(&text, bytes);
	terminal_print(&text);
	str_clear(&text);
	return OK;
}

static enum status export_to_file(
	struct call *call, struct store *store, const char *path, const char *where, struct err *err)
{
	const char *list = call->arguments[0];
	size_t count;
	enum status status = listexport_save(store, list, where, path, &count, err);

	if (status != OK)
		return status;
	if (call->json)
		json_print_line(json_pack("{s:s,s:o,s:I}", "list", list, "file", json_text(span_of(path)),
			"members", (json_int_t)count));
	else
		terminal_printf("%s: %zu member%s in %s\n", list, count, count == 1 ? "" : "s", path);
	return OK;
}

static enum status run_export(struct call *call, struct err *err)
{
	const char *list = call->arguments[0];
	const char *path = call_option(call, "output");
	const char *where = call_option(call, "where");
	struct store *store;
	size_t count;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status == OK)
		status = memberview_warn(store, list, where, err);
	if (status != OK)
		return status;
	if (path && strcmp(path, "-") != 0)
		return export_to_file(call, store, path, where, err);
	if (call->json)
		return call_usage(call, err,
			"--json needs -o FILE here; \"list show %s --json\" prints the members", list);
	return listexport_write(store, list, where, print_bytes, NULL, &count, err);
}

static const struct command_option export_options[] = {
	{"output", 'o', "FILE", "write there, not to standard output"},
	{"where", 0, "SEGMENT", "only those it is true for: 'language = fr and not beat = tv'"},
	{0},
};

const struct command cmd_list_export = {
	.name = "list export",
	.arguments = "NAME",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM,
	.options = export_options,
	.summary = "write a list's members as CSV",
	.help = "Importing the file again changes nothing.",
	.run = run_export,
};
