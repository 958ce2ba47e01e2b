/*
 * How a plan looks.
 */
#include "cli/planview.h"

#include "base/clock.h"
#include "cli/json.h"
#include "cli/lineup.h"
#include "cli/table.h"
#include "cli/terminal.h"

#include <inttypes.h>
#include <stdlib.h>

static void add_when(const struct planview *view, struct str *out)
{
	const struct release *release = view->plan->request.set->items[0];
	const struct zone *zone =
		release->embargo_zone ? release->embargo_zone : newsroom_zone(view->newsroom);
	bool is_held = release->has_embargo && release->embargo_ms > clock_now_ms();

	str_add_text(out, is_held ? "When      HELD until " : "When      now, ");
	zone_format(zone, is_held ? release->embargo_ms : clock_now_ms(), out);
	str_addf(out, " %s\n", zone_city(zone));
}

static void add_reply_to(const struct planview *view, struct str *out)
{
	const struct release *release = view->plan->request.set->items[0];
	const char *otherwise = newsroom_settings(view->newsroom)->sender.reply_to;
	struct lineup lineup;

	lineup_begin(&lineup, out, "Replies to");
	for (size_t i = 0; i < release->contact_count; i++) {
		if (*release->contacts[i].email)
			lineup_add(&lineup, "%s", release->contacts[i].email);
	}
	if (!lineup.count && *otherwise)
		lineup_add(&lineup, "%s", otherwise);
	lineup_end(&lineup);
}

/* The newsroom's sender, unless every list has one of its own. */
static void add_from(const struct planview *view, struct str *out)
{
	const struct plan *plan = view->plan;
	size_t own = 0;

	str_addf(out, "From      %s\n", newsroom_settings(view->newsroom)->sender.from);
	for (size_t i = 0; i < plan->list_count; i++) {
		if (*plan->lists[i].list.from) {
			str_addf(out, "%s%s: %s", own++ ? "; " : "          but ", plan->lists[i].list.name,
				plan->lists[i].list.from);
		}
	}
	if (own)
		str_add_char(out, '\n');
	add_reply_to(view, out);
}

#define FIXED_COLUMNS 4u

static void add_counts(struct table *table, const char *name, int64_t members, int64_t left_out, int64_t goes,
	const int64_t *goes_in, size_t languages)
{
	table_add(table, span_of(name));
	table_addf(table, "%" PRId64, members);
	table_addf(table, "%" PRId64, left_out);
	table_addf(table, "%" PRId64, goes);
	for (size_t i = 0; i < languages; i++)
		table_addf(table, "%" PRId64, goes_in[i]);
}

static void add_lists(const struct planview *view, struct str *out)
{
	const struct plan *plan = view->plan;
	size_t languages = plan->request.set->count;
	struct table_column columns[FIXED_COLUMNS + RELEASES_LANGUAGES_MAX] = {
		{"List", false, 8}, {"members", true, 0}, {"left out", true, 0}, {"goes to", true, 0}};
	int64_t total_in[RELEASES_LANGUAGES_MAX] = {0};
	int64_t members = 0;
	int64_t left_out = 0;
	struct table *table;

	for (size_t i = 0; i < languages; i++)
		columns[FIXED_COLUMNS + i] =
			(struct table_column){plan->request.set->items[i]->language, true, 0};
	table = table_new(columns, FIXED_COLUMNS + languages);
	for (size_t i = 0; i < plan->list_count; i++) {
		const struct plan_list *list = &plan->lists[i];

		members += list->members;
		left_out += list->left_out;
		for (size_t k = 0; k < languages; k++)
			total_in[k] += list->goes_in[k];
		add_counts(table, list->list.name, list->members, list->left_out, list->goes, list->goes_in,
			languages);
	}
	add_counts(table, "TOTAL", members, left_out, (int64_t)plan->recipient_count, total_in, languages);
	table_format(table, terminal_columns(), out);
	table_free(table);
	if (view->copies) {
		str_cut(out, out->len - 1);
		str_addf(out, "   + %zu cop%s\n", view->copies, view->copies == 1 ? "y" : "ies");
	}
}

static void add_leftouts(const struct plan *plan, struct str *out)
{
	struct lineup lineup;

	lineup_begin(&lineup, out, "Left out");
	for (size_t i = 0; i < LEFTOUT_REASON_COUNT; i++) {
		if (plan->leftouts_by_reason[i])
			lineup_add(&lineup, "%" PRId64 " %s", plan->leftouts_by_reason[i],
				leftout_reason_name((enum leftout_reason)i));
	}
	lineup_end(&lineup);
}

static void add_fallbacks(const struct plan *plan, struct str *out)
{
	struct lineup lineup;

	lineup_begin(&lineup, out, "Fallback");
	for (size_t i = 0; i < plan->fallback_count; i++)
		lineup_add(&lineup, "%" PRId64 " %s>%s", plan->fallbacks[i].count, plan->fallbacks[i].wanted,
			plan->request.set->items[plan->fallbacks[i].language]->language);
	lineup_end(&lineup);
}

static void add_equal_names(const struct plan *plan, struct str *out)
{
	struct lineup lineup;

	lineup_begin(&lineup, out, "Same name");
	for (size_t i = 0; i < plan->equal_name_count; i++)
		lineup_add(&lineup, "%s", plan->equal_names[i]);
	if (plan->equal_names_total > plan->equal_name_count)
		lineup_add(&lineup, "%zu more", plan->equal_names_total - plan->equal_name_count);
	if (lineup.count)
		lineup_add(&lineup, "one message for each of their addresses");
	lineup_end(&lineup);
}

static void add_unsigned(const struct planview *view, struct str *out)
{
	struct lineup lineup;

	lineup_begin(&lineup, out, "Unsigned");
	for (size_t i = 0; i < view->not_signed.count; i++)
		lineup_add(&lineup, "no DKIM key for %s", view->not_signed.names[i]);
	if (lineup.count)
		lineup_add(&lineup, "make one with \"dateline key new\"");
	lineup_end(&lineup);
}

static void add_check(const struct planview *view, struct str *out)
{
	if (!view->first_fault)
		return;
	str_add_text(out, "Check     ");
	if (view->errors)
		str_addf(out, "%zu error%s%s", view->errors, view->errors == 1 ? "" : "s",
			view->warnings ? ", " : "");
	if (view->warnings)
		str_addf(out, "%zu warning%s", view->warnings, view->warnings == 1 ? "" : "s");
	str_addf(out, "  %s\n", view->first_fault);
}

void planview_format(const struct planview *view, struct str *out)
{
	str_addf(out, "PLAN %" PRId64 "  %s  ", view->number, view->kind);
	terminal_add(out, TONE_STRONG, SPAN("\""));
	terminal_add(out, TONE_STRONG, span_of(view->plan->request.set->items[0]->title));
	terminal_add(out, TONE_STRONG, SPAN("\"\n"));
	add_when(view, out);
	add_from(view, out);
	add_lists(view, out);
	add_leftouts(view->plan, out);
	add_fallbacks(view->plan, out);
	add_equal_names(view->plan, out);
	add_unsigned(view, out);
	add_check(view, out);
}

static json_t *json_list(const struct plan_list *list, const struct release_set *set)
{
	json_t *languages = json_object();

	for (size_t i = 0; i < set->count; i++)
		json_object_set_new(languages, set->items[i]->language, json_integer(list->goes_in[i]));
	return json_pack("{s:s,s:I,s:I,s:I,s:o}", "list", list->list.name, "members",
		(json_int_t)list->members, "left_out", (json_int_t)list->left_out, "goes_to",
		(json_int_t)list->goes, "languages", languages);
}

static json_t *json_unsigned(const struct planview *view)
{
	json_t *domains = json_array();

	for (size_t i = 0; i < view->not_signed.count; i++)
		json_array_append_new(domains, json_string(view->not_signed.names[i]));
	return domains;
}

void planview_print_json(const struct planview *view)
{
	const struct plan *plan = view->plan;
	json_t *lists = json_array();
	json_t *left_out = json_object();
	json_t *fallbacks = json_object();

	for (size_t i = 0; i < plan->list_count; i++)
		json_array_append_new(lists, json_list(&plan->lists[i], plan->request.set));
	for (size_t i = 0; i < LEFTOUT_REASON_COUNT; i++)
		json_object_set_new(left_out, leftout_reason_name((enum leftout_reason)i),
			json_integer(plan->leftouts_by_reason[i]));
	for (size_t i = 0; i < plan->fallback_count; i++)
		json_object_set_new(
			fallbacks, plan->fallbacks[i].wanted, json_integer(plan->fallbacks[i].count));
	json_print_line(json_pack("{s:s,s:I,s:s,s:s,s:o,s:I,s:I,s:I,s:o,s:o,s:o,s:o}", "event", "plan",
		"dispatch", (json_int_t)view->number, "kind", view->kind, "release", plan->request.set->slug,
		"title", json_text(span_of(plan->request.set->items[0]->title)), "recipients",
		(json_int_t)plan->recipient_count, "copies", (json_int_t)view->copies, "warnings",
		(json_int_t)view->warnings, "lists", lists, "left_out", left_out, "fallbacks", fallbacks,
		"unsigned", json_unsigned(view)));
}
