/*
 * `suppress`: addresses that must not be written to.
 */
#include "app/actor.h"
#include "app/listview.h"
#include "app/suppressions.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/terminal.h"

static json_t *suppression_object(const struct suppression *suppression)
{
	return json_pack("{s:o,s:b,s:s,s:o,s:o,s:o}", "address", json_text(span_of(suppression->address)),
		"suppressed", 1, "reason", suppression_reason_name(suppression->reason), "note",
		json_text_or_null(suppression->note), "who", json_text_or_null(suppression->who), "when",
		json_instant(suppression->made_ms));
}

static enum status run_add(struct call *call, struct err *err)
{
	const char *address = call->arguments[0];
	const char *reason = call_option(call, "reason");
	struct suppression suppression = {0};
	struct store *store;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status == OK)
		status = suppressions_add(store, address, reason ? reason : "", actor_name(), err);
	if (status != OK)
		return status;
	if (!call->json) {
		terminal_printf("%s is suppressed: nothing is sent to them from any list\n", address);
		return OK;
	}
	status = suppressions_find(store, address, &suppression, err);
	if (status == OK)
		json_print_line(suppression_object(&suppression));
	suppression_clear(&suppression);
	return status;
}

static const struct command_option add_options[] = {
	{"reason", 0, "TEXT", "why: your own words, or \"complaint\", \"hard bounce\", \"unsubscribed\""},
	{0},
};

const struct command cmd_suppress_add = {
	.name = "suppress add",
	.arguments = "ADDRESS",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM,
	.options = add_options,
	.summary = "never write to an address again, from any list",
	.run = run_add,
};

static enum status run_remove(struct call *call, struct err *err)
{
	const char *address = call->arguments[0];
	struct store *store;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status == OK)
		status = suppressions_remove(store, address, err);
	if (status != OK)
		return status;
	if (call->json)
		json_print_line(
			json_pack("{s:o,s:b}", "address", json_text(span_of(address)), "suppressed", 0));
	else
		terminal_printf("%s isn't suppressed any more: the lists they are on reach them\n", address);
	return OK;
}

const struct command cmd_suppress_remove = {
	.name = "suppress remove",
	.arguments = "ADDRESS",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM,
	.summary = "allow writing to an address again",
	.run = run_remove,
};

struct view {
	struct table *table;
	const struct zone *zone;
};

static enum status add_row(void *context, const struct suppression *suppression, struct err *err)
{
	struct view *view = context;
	struct str when;

	(void)err;
	str_init(&when, STR_MAX_SMALL);
	zone_format(view->zone, suppression->made_ms, &when);
	table_add(view->table, span_of(suppression->address));
	table_add(view->table, span_of(suppression_reason_name(suppression->reason)));
	table_add(view->table, span_of(suppression->note));
	table_add(view->table, span_of(suppression->who));
	table_add(view->table, str_span(&when));
	str_clear(&when);
	return OK;
}

static enum status print_object(void *context, const struct suppression *suppression, struct err *err)
{
	(void)context;
	(void)err;
	json_print_line(suppression_object(suppression));
	return OK;
}

static enum status run_show(struct call *call, struct err *err)
{
	static const struct table_column columns[] = {{"ADDRESS", false, false}, {"REASON", false, false},
		{"NOTE", false, true}, {"WHO", false, false}, {"WHEN", false, false}};
	struct view view = {.zone = newsroom_zone(call->newsroom)};
	struct store *store;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status != OK)
		return status;
	if (call->json)
		return suppressions_each(store, print_object, NULL, err);
	view.table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	status = suppressions_each(store, add_row, &view, err);
	if (status == OK)
		table_print(view.table, "nobody is suppressed\n");
	table_free(view.table);
	return status;
}

const struct command cmd_suppress_show = {
	.name = "suppress show",
	.arguments = "",
	.need = NEED_NEWSROOM,
	.summary = "show all suppressed addresses",
	.run = run_show,
};

/* The lists that know somebody: "europe (active), mena (removed)", or a JSON array. */
struct lists {
	struct str words;
	json_t *array;
};

static enum status add_list(void *context, const char *list, const struct member *member, struct err *err)
{
	struct lists *lists = context;
	const char *state = member_state_name(member->state);

	(void)err;
	str_addf(&lists->words, "%s%s (%s)", lists->words.len ? ", " : "", list, state);
	json_array_append_new(lists->array, json_pack("{s:s,s:s}", "list", list, "state", state));
	return OK;
}

static void print_why(
	const struct call *call, const struct suppression *suppression, const struct lists *lists)
{
	struct str when;

	if (!suppression->address) {
		terminal_printf("%s isn't suppressed\n", call->arguments[0]);
	} else {
		str_init(&when, STR_MAX_SMALL);
		zone_format(newsroom_zone(call->newsroom), suppression->made_ms, &when);
		terminal_printf("%s is suppressed: %s%s%s\nby %s, %s\n", suppression->address,
			suppression_reason_name(suppression->reason), *suppression->note ? ": " : "",
			suppression->note, suppression->who, when.ptr);
		str_clear(&when);
	}
	terminal_printf("lists: %s\n", lists->words.len ? lists->words.ptr : "none");
}

static enum status run_why(struct call *call, struct err *err)
{
	const char *address = call->arguments[0];
	struct suppression suppression = {0};
	struct lists lists = {.array = json_array()};
	struct store *store;
	enum status status = newsroom_store(call->newsroom, &store, err);

	str_init(&lists.words, STR_MAX_LARGE);
	if (status == OK) {
		status = suppressions_find(store, address, &suppression, err);
		if (status == E_NOTFOUND)
			status = OK;
	}
	if (status == OK)
		status = listview_each_membership(store, address, add_list, &lists, err);
	if (status == OK && call->json) {
		json_t *object = suppression.address ? suppression_object(&suppression)
						     : json_pack("{s:o,s:b}", "address",
							       json_text(span_of(address)), "suppressed", 0);

		json_object_set(object, "lists", lists.array);
		json_print_line(object);
	} else if (status == OK) {
		print_why(call, &suppression, &lists);
	}
	suppression_clear(&suppression);
	str_clear(&lists.words);
	json_decref(lists.array);
	return status;
}

const struct command cmd_suppress_why = {
	.name = "suppress why",
	.arguments = "ADDRESS",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM,
	.summary = "whether an address is suppressed, why, and which lists know it",
	.run = run_why,
};
