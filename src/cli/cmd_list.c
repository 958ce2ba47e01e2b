/*
 * `list new`, `list set` and `list show`: lists as such.
 */
#include "app/actor.h"
#include "app/lists.h"
#include "app/listview.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/keyvalue.h"
#include "cli/memberview.h"
#include "cli/table.h"
#include "cli/terminal.h"

#define SETTINGS_HELP                                                                                        \
	"Settings: title, region, language, zone, trusted (yes or no: may it receive advance\n"              \
	"copies), from (\"Desk <desk@example.org>\"). An empty one is the newsroom's own."

static json_t *list_object(const struct medialist *list, const struct list_counts *counts)
{
	return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:b,s:I,s:I,s:I,s:I}", "list", list->name, "title",
		json_text_or_null(list->title), "region", json_text_or_null(list->region), "language",
		json_text_or_null(list->language), "zone", json_text_or_null(list->zone), "from",
		json_text_or_null(list->from), "trusted", list->is_trusted, "active",
		(json_int_t)counts->active, "suppressed", (json_int_t)counts->suppressed, "removed",
		(json_int_t)counts->removed, "unsubscribed", (json_int_t)counts->unsubscribed);
}

static enum status print_list_object(
	void *context, const struct medialist *list, const struct list_counts *counts, struct err *err)
{
	(void)context;
	(void)err;
	json_print_line(list_object(list, counts));
	return OK;
}

/* A setting as it works out: the list's own, or the newsroom's. */
static const char *in_force(const char *own, const char *newsroom)
{
	return *own ? own : newsroom;
}

static enum status print_settings(
	void *context, const struct medialist *list, const struct list_counts *counts, struct err *err)
{
	const struct newsroom_settings *newsroom = &newsroom_settings(context)->newsroom;

	(void)err;
	terminal_printf("%s  \"%s\"%s\n", list->name, list->title,
		list->is_trusted ? "  trusted: may receive advance copies" : "");
	terminal_printf("language %s  zone %s", in_force(list->language, newsroom->language),
		in_force(list->zone, newsroom->zone));
	if (*list->region)
		terminal_printf("  region %s", list->region);
	if (*list->from)
		terminal_printf("  from %s", list->from);
	terminal_printf("\n%lld members (%lld suppressed), %lld removed, %lld unsubscribed\n\n",
		(long long)counts->active, (long long)counts->suppressed, (long long)counts->removed,
		(long long)counts->unsubscribed);
	return OK;
}

static enum status show_one(struct call *call, struct store *store, const char *name, struct err *err)
{
	return listview_one(
		store, name, call->json ? print_list_object : print_settings, call->newsroom, err);
}

static enum status change_list(struct call *call,
	enum status (*change)(
		struct store *, const char *, const struct fields *, const char *, struct err *),
	struct err *err)
{
	const char *name = call->arguments[0];
	struct fields settings = {0};
	struct store *store;
	enum status status = keyvalue_read(call, 1, &settings, err);

	if (status == OK)
		status = newsroom_store(call->newsroom, &store, err);
	if (status == OK)
		status = change(store, name, &settings, actor_name(), err);
	fields_clear(&settings);
	return status == OK ? show_one(call, store, name, err) : status;
}

static enum status run_new(struct call *call, struct err *err)
{
	return change_list(call, lists_new, err);
}

const struct command cmd_list_new = {
	.name = "list new",
	.arguments = "NAME [KEY=VALUE...]",
	.least = 1,
	.most = SIZE_MAX,
	.need = NEED_NEWSROOM,
	.summary = "make a list",
	.help = SETTINGS_HELP,
	.run = run_new,
};

static enum status run_set(struct call *call, struct err *err)
{
	return change_list(call, lists_set, err);
}

const struct command cmd_list_set = {
	.name = "list set",
	.arguments = "NAME KEY=VALUE...",
	.least = 2,
	.most = SIZE_MAX,
	.need = NEED_NEWSROOM,
	.summary = "change a list's settings",
	.help = SETTINGS_HELP,
	.run = run_set,
};

struct overview {
	struct table *table;
	const struct newsroom_settings *newsroom;
};

static enum status add_overview(
	void *context, const struct medialist *list, const struct list_counts *counts, struct err *err)
{
	struct overview *overview = context;
	struct table *table = overview->table;

	(void)err;
	table_add(table, span_of(list->name));
	table_add(table, span_of(list->title));
	table_add(table, span_of(in_force(list->language, overview->newsroom->language)));
	table_add(table, span_of(in_force(list->zone, overview->newsroom->zone)));
	table_add(table, span_of(list->is_trusted ? "yes" : "no"));
	table_addf(table, "%lld", (long long)counts->active);
	table_addf(table, "%lld", (long long)counts->suppressed);
	return OK;
}

static enum status show_all(struct call *call, struct store *store, struct err *err)
{
	static const struct table_column columns[] = {{"LIST", false, false}, {"TITLE", false, true},
		{"LANGUAGE", false, false}, {"ZONE", false, false}, {"TRUSTED", false, false},
		{"MEMBERS", true, false}, {"SUPPRESSED", true, false}};
	struct overview overview = {.newsroom = &newsroom_settings(call->newsroom)->newsroom};
	enum status status;

	if (call->json)
		return listview_each(store, print_list_object, NULL, err);
	overview.table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	status = listview_each(store, add_overview, &overview, err);
	if (status == OK)
		table_print(overview.table, "no lists yet: \"dateline list import NAME FILE\" makes one\n");
	table_free(overview.table);
	return status;
}

static enum status run_show(struct call *call, struct err *err)
{
	struct listview_options options = {
		.where = call_option(call, "where"), .is_all = call_has(call, "all")};
	struct store *store;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status != OK)
		return status;
	if (!call->argument_count) {
		if (options.where || options.is_all)
			return call_usage(call, err, "--where and --all need the NAME of a list");
		return show_all(call, store, err);
	}
	status = memberview_warn(store, call->arguments[0], options.where, err);
	if (status == OK && !call->json)
		status = show_one(call, store, call->arguments[0], err);
	if (status == OK)
		status = memberview_print(call, store, call->arguments[0], &options, err);
	return status;
}

static const struct command_option show_options[] = {
	{"where", 0, "SEGMENT", "only those it is true for: 'language = fr and not beat = tv'"},
	{"all", 'a', NULL, "the removed and the unsubscribed, too"},
	{0},
};

const struct command cmd_list_show = {
	.name = "list show",
	.arguments = "[NAME]",
	.most = 1,
	.need = NEED_NEWSROOM,
	.options = show_options,
	.summary = "show all lists, or who is on one",
	.run = run_show,
};
