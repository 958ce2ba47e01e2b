/*
 * A list's members, as a table or as JSON lines.
 */
#include "cli/memberview.h"

#include "cli/json.h"
#include "cli/table.h"
#include "cli/terminal.h"

/* A table is in memory whole: a long list is shown as several. */
#define ROWS_MAX 10000u

static const struct table_column columns[] = {
	{"ADDRESS", false, 27},
	{"NAME", false, true},
	{"OUTLET", false, true},
	{"ROLE", false, true},
	{"LANG", false, false},
	{"STATE", false, false},
};

struct view {
	const char *list;
	struct table *table;
	size_t count;
};

static void flush(struct view *view)
{
	table_print(view->table, "");
	table_free(view->table);
	view->table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
}

static const char *state_word(const struct member *member, bool is_suppressed)
{
	return member->state == MEMBER_ACTIVE && is_suppressed ? "suppressed"
							       : member_state_name(member->state);
}

static enum status add_row(void *context, const struct member *member, bool is_suppressed, struct err *err)
{
	struct view *view = context;
	const char *state = state_word(member, is_suppressed);

	(void)err;
	view->count++;
	table_add(view->table, span_of(member->address));
	table_add(view->table, span_of(member->name));
	table_add(view->table, span_of(member->outlet));
	table_add(view->table, span_of(member->role));
	table_add(view->table, span_of(member->language));
	table_add_toned(
		view->table, strcmp(state, "active") == 0 ? TONE_PLAIN : TONE_CAREFUL, span_of(state));
	if (table_rows(view->table) >= ROWS_MAX)
		flush(view);
	return OK;
}

static enum status print_object(
	void *context, const struct member *member, bool is_suppressed, struct err *err)
{
	const struct view *view = context;
	json_t *attributes = json_object();

	(void)err;
	for (size_t i = 0; i < member->attributes.count; i++)
		json_object_set_new(attributes, member->attributes.items[i].name,
			json_text(span_of(member->attributes.items[i].value)));
	json_print_line(json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:b,s:o}", "list", view->list, "address",
		json_text(span_of(member->address)), "name", json_text_or_null(member->name), "salutation",
		json_text_or_null(member->salutation), "outlet", json_text_or_null(member->outlet), "role",
		json_text_or_null(member->role), "language", json_text_or_null(member->language), "state",
		member_state_name(member->state), "suppressed", is_suppressed, "attributes", attributes));
	return OK;
}

static void warn_of_field(void *context, const char *field, const char *near)
{
	const char *list = context;

	if (near)
		fprintf(stderr, "dateline: nobody on \"%s\" has \"%s\": did you mean \"%s\"?\n", list, field,
			near);
	else
		fprintf(stderr, "dateline: nobody on \"%s\" has \"%s\"\n", list, field);
}

enum status memberview_warn(struct store *store, const char *list, const char *where, struct err *err)
{
	return where ? listview_check_fields(store, list, where, warn_of_field, (void *)(uintptr_t)list, err)
		     : OK;
}

enum status memberview_print(struct call *call, struct store *store, const char *list,
	const struct listview_options *options, struct err *err)
{
	struct view view = {.list = list};
	enum status status;

	if (call->json)
		return listview_each_member(store, list, options, print_object, &view, err);
	view.table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	status = listview_each_member(store, list, options, add_row, &view, err);
	if (status == OK) {
		flush(&view);
		if (options->where || options->is_all)
			terminal_printf("%zu shown\n", view.count);
	}
	table_free(view.table);
	return status;
}
