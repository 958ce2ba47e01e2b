/*
 * `list history` and `list undo`: what was done to a list, and taking it back.
 */
#include "app/actor.h"
#include "app/listhistory.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/terminal.h"

struct history {
	struct table *table;
	const struct zone *zone;
	const char *list;
};

static void add_people(struct table *table, const struct change *change)
{
	struct str text;

	str_init(&text, STR_MAX_SMALL);
	if (change->added)
		str_addf(&text, "+%lld ", (long long)change->added);
	if (change->updated)
		str_addf(&text, "~%lld ", (long long)change->updated);
	if (change->removed)
		str_addf(&text, "-%lld", (long long)change->removed);
	table_add(table, span_trim(str_span(&text)));
	str_clear(&text);
}

static enum status add_row(void *context, const struct change *change, struct err *err)
{
	struct history *history = context;
	struct str when;

	(void)err;
	str_init(&when, STR_MAX_SMALL);
	zone_format(history->zone, change->made_ms, &when);
	table_add(history->table, str_span(&when));
	str_clear(&when);
	table_add(history->table, span_of(change->who));
	table_addf(
		history->table, "%s%s", change_kind_name(change->kind), change->undone_by ? " (undone)" : "");
	table_add(history->table, span_of(change->detail));
	add_people(history->table, change);
	return OK;
}

static enum status print_object(void *context, const struct change *change, struct err *err)
{
	const struct history *history = context;

	(void)err;
	json_print_line(json_pack("{s:I,s:s,s:o,s:o,s:s,s:o,s:I,s:I,s:I,s:b}", "id", (json_int_t)change->id,
		"list", history->list, "when", json_instant(change->made_ms), "who",
		json_text_or_null(change->who), "change", change_kind_name(change->kind), "detail",
		json_text_or_null(change->detail), "added", (json_int_t)change->added, "updated",
		(json_int_t)change->updated, "removed", (json_int_t)change->removed, "undone",
		change->undone_by != 0));
	return OK;
}

static enum status run_history(struct call *call, struct err *err)
{
	static const struct table_column columns[] = {{"WHEN", false, false}, {"WHO", false, false},
		{"WHAT", false, false}, {"", false, true}, {"PEOPLE", false, false}};
	struct history history = {.zone = newsroom_zone(call->newsroom), .list = call->arguments[0]};
	struct store *store;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status != OK)
		return status;
	if (call->json)
		return listhistory_each(store, history.list, print_object, &history, err);
	history.table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	status = listhistory_each(store, history.list, add_row, &history, err);
	if (status == OK)
		table_print(history.table, "");
	table_free(history.table);
	return status;
}

const struct command cmd_list_history = {
	.name = "list history",
	.arguments = "NAME",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM,
	.summary = "what was done to a list, the newest first",
	.help = "PEOPLE: + put on the list, ~ changed, - removed.",
	.run = run_history,
};

static void print_undone_json(
	const char *list, const struct change *undone, const struct undo_summary *summary)
{
	json_print_line(json_pack("{s:s,s:I,s:s,s:o,s:I,s:I,s:I,s:I,s:I,s:b}", "list", list, "undone",
		(json_int_t)undone->id, "change", change_kind_name(undone->kind), "detail",
		json_text_or_null(undone->detail), "restored", (json_int_t)summary->restored, "kept_changed",
		(json_int_t)summary->kept_changed, "kept_suppressed", (json_int_t)summary->kept_suppressed,
		"kept_unsubscribed", (json_int_t)summary->kept_unsubscribed, "names_kept",
		(json_int_t)summary->names_kept, "settings", summary->settings != 0));
}

static void add_kept(struct str *out, int64_t count, const char *words)
{
	if (count)
		str_addf(out, "  not for %lld: %s\n", (long long)count, words);
}

static bool is_nothing(const struct undo_summary *summary)
{
	return !summary->restored && !summary->settings && !summary->kept_changed &&
	       !summary->kept_suppressed && !summary->kept_unsubscribed && !summary->names_kept;
}

static void print_undone(const char *list, const struct change *undone, const struct undo_summary *summary)
{
	struct str text;

	str_init(&text, STR_MAX_SMALL);
	str_addf(&text, "%s: undone: %s %s, by %s\n", list, change_kind_name(undone->kind), undone->detail,
		undone->who);
	if (summary->settings)
		str_add_text(&text, "  the settings are as before\n");
	if (is_nothing(summary))
		str_add_text(&text, "  it had changed nothing\n");
	else if (!summary->settings)
		str_addf(&text, "  %lld %s as before\n", (long long)summary->restored,
			summary->restored == 1 ? "person is" : "people are");
	add_kept(&text, summary->kept_suppressed, "suppressed, and not brought back");
	add_kept(&text, summary->kept_unsubscribed, "unsubscribed since");
	add_kept(&text, summary->kept_changed, "changed since");
	add_kept(&text, summary->names_kept, "their name was changed since");
	terminal_print(&text);
	str_clear(&text);
}

static enum status run_undo(struct call *call, struct err *err)
{
	const char *list = call->arguments[0];
	struct undo_summary summary;
	struct change undone;
	struct store *store;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status == OK)
		status = listhistory_undo(store, list, actor_name(), &undone, &summary, err);
	if (status != OK)
		return status;
	if (call->json)
		print_undone_json(list, &undone, &summary);
	else
		print_undone(list, &undone, &summary);
	change_clear(&undone);
	return OK;
}

const struct command cmd_list_undo = {
	.name = "list undo",
	.arguments = "NAME",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM,
	.summary = "take back the newest change; again for the one before",
	.help = "An import, a replacing one, an addition, a removal, a move or new settings. Nobody\n"
		"comes back who is suppressed or unsubscribed; it says whom it left alone and why.",
	.run = run_undo,
};
