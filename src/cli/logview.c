/*
 * How the delivery log looks.
 */
#include "cli/logview.h"

#include "app/deliverylog.h"
#include "base/idmap.h"
#include "base/mem.h"
#include "cli/json.h"
#include "cli/outcomeview.h"
#include "cli/table.h"
#include "cli/terminal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What lines are counted by: the words of a line's group. */
typedef void group_fn(const struct delivery_line *line, struct str *out);

struct group {
	char *words;
	int64_t count;
};

#define LOG_COLUMNS 6u

struct logview {
	enum logview_kind kind;
	const struct zone *zone;
	bool all_tries;
	group_fn *group; /* NULL for lines */
	const char *count_by;
	struct idmap group_index;
	struct group *groups;
	size_t group_count, group_capacity;
	char time_title[96];
	struct table_column columns[LOG_COLUMNS];
	struct table *table;
	struct delivery_counts counts;
};

static const struct attempt *last_attempt(const struct delivery_line *line)
{
	return line->attempt_count ? &line->attempts[line->attempt_count - 1] : NULL;
}

static void add_reply(const struct attempt *attempt, bool with_enhanced, struct str *out)
{
	if (attempt->code)
		str_addf(out, "%d ", attempt->code);
	if (with_enhanced && *attempt->enhanced)
		str_addf(out, "%s ", attempt->enhanced);
	str_add_text(out, attempt->reply);
}

static void group_by_state(const struct delivery_line *line, struct str *out)
{
	str_add_text(out, delivery_state_name(line->delivery->state));
}

static void group_by_list(const struct delivery_line *line, struct str *out)
{
	str_add_text(out, *line->list ? line->list : "(copies and tests)");
}

static void group_by_domain(const struct delivery_line *line, struct str *out)
{
	str_add_text(out, line->delivery->domain);
}

static void group_by_reply(const struct delivery_line *line, struct str *out)
{
	const struct attempt *attempt = last_attempt(line);

	str_add_text(out, delivery_state_name(line->delivery->state));
	if (line->delivery->state == DELIVERY_ACCEPTED || !attempt)
		return; /* queue ids: no two are the same */
	str_add_text(out, ": ");
	add_reply(attempt, true, out);
}

/* Whom the last refusal is about. */
static void group_by_cause(const struct delivery_line *line, struct str *out)
{
	const struct attempt *attempt = last_attempt(line);
	bool has_cause = attempt && attempt->cause != CAUSE_NONE;

	str_add_text(out, has_cause ? attempt_cause_name(attempt->cause) : "none");
}

static const struct {
	const char *name;
	group_fn *group;
} groupings[] = {
	{"state", group_by_state},
	{"list", group_by_list},
	{"domain", group_by_domain},
	{"reply", group_by_reply},
	{"cause", group_by_cause},
};

static enum status find_grouping(struct logview *view, const char *name, struct err *err)
{
	for (size_t i = 0; i < sizeof(groupings) / sizeof(groupings[0]); i++) {
		if (strcmp(groupings[i].name, name) == 0) {
			view->group = groupings[i].group;
			view->count_by = groupings[i].name;
			return OK;
		}
	}
	return err_set(err, E_NOTFOUND,
		"--count-by: it can't count by \"%s\", only by state, list, domain, reply or "
		"cause",
		name);
}

/* The first one's title is the zone's. What can't give way makes 80 with the longest state. */
static const struct table_column dispatch_columns[LOG_COLUMNS] = {
	{NULL, false, 12},
	{"STATE", false, 0},
	{"TRY", true, 0},
	{"ADDRESS", false, 22},
	{"LIST", false, 8},
	{"REPLY", false, 15},
};

/* One person: which dispatch instead of whom. */
static const struct table_column person_columns[LOG_COLUMNS] = {
	{NULL, false, 19},
	{"STATE", false, 0},
	{"TRY", true, 0},
	{"DISPATCH", false, 12},
	{"LIST", false, 8},
	{"REPLY", false, 18},
};

enum status logview_new(enum logview_kind kind, const struct zone *zone, const char *count_by, bool all_tries,
	struct logview **out, struct err *err)
{
	struct logview *view = mem_alloc(sizeof(*view));

	view->kind = kind;
	view->zone = zone;
	view->all_tries = all_tries;
	if (count_by && find_grouping(view, count_by, err) != OK) {
		free(view);
		return E_NOTFOUND;
	}
	snprintf(view->time_title, sizeof(view->time_title), "TIME (%s)", zone_city(zone));
	memcpy(view->columns, all_tries ? person_columns : dispatch_columns, sizeof(view->columns));
	view->columns[0].title = view->time_title;
	view->table = table_new(view->columns, LOG_COLUMNS);
	*out = view;
	return OK;
}

void logview_free(struct logview *view)
{
	for (size_t i = 0; i < view->group_count; i++)
		free(view->groups[i].words);
	free(view->groups);
	idmap_clear(&view->group_index);
	table_free(view->table);
	free(view);
}

static enum terminal_tone tone_of(enum delivery_state state)
{
	switch (state) {
	case DELIVERY_ACCEPTED:
		return TONE_GOOD;
	case DELIVERY_FAILED:
	case DELIVERY_BOUNCED:
	case DELIVERY_EXPIRED:
	case DELIVERY_UNKNOWN:
		return TONE_BAD;
	case DELIVERY_DEFERRED:
		return TONE_CAREFUL;
	case DELIVERY_QUEUED:
	case DELIVERY_CLAIMED:
	case DELIVERY_SUPPRESSED:
	case DELIVERY_CANCELLED:
	case DELIVERY_STATE_COUNT:
		return TONE_FAINT;
	}
	return TONE_PLAIN;
}

static void add_address(struct table *table, const char *address)
{
	struct str shown;

	str_init(&shown, STR_MAX_SMALL);
	deliverylog_show_address(address, &shown);
	table_add(table, str_span(&shown));
	str_clear(&shown);
}

/* What came of a try; of one person's, also whom a refusal is about. */
static void add_story(const struct attempt *attempt, bool is_whole, struct str *out)
{
	if (is_whole && attempt->cause != CAUSE_NONE)
		str_addf(out, "%s: ", attempt_cause_name(attempt->cause));
	add_reply(attempt, is_whole, out);
	if (attempt->is_possible_duplicate)
		str_add_text(out, " (possible duplicate)");
}

/* `attempt` is NULL for a delivery that wasn't tried. */
static void add_row(struct logview *view, const struct delivery_line *line, const struct attempt *attempt)
{
	bool is_last = !attempt || attempt == last_attempt(line);
	enum delivery_state state = is_last ? line->delivery->state : attempt->outcome;
	struct str text;

	if (table_rows(view->table) == LOGVIEW_ROWS_MAX)
		return;
	str_init(&text, STR_MAX_SMALL);
	if (attempt && view->all_tries) {
		outcomeview_day(view->zone, attempt->settled_ms, &text);
		str_add_char(&text, ' ');
	}
	if (attempt)
		zone_format_time(view->zone, attempt->settled_ms, &text);
	table_add(view->table, str_span(&text));
	table_add_toned(view->table, tone_of(state), span_of(delivery_state_name(state)));
	table_addf(view->table, "%d", attempt ? attempt->number : 0);
	if (view->all_tries)
		table_addf(view->table, "%" PRId64 " %s", line->delivery->dispatch, line->release);
	else
		add_address(view->table, line->delivery->address);
	table_add(view->table, span_of(line->delivery->is_copy ? "(copy)" : line->list));
	str_empty(&text);
	if (attempt)
		add_story(attempt, view->all_tries, &text);
	table_add(view->table, str_span(&text));
	str_clear(&text);
}

static void add_rows(struct logview *view, const struct delivery_line *line)
{
	if (!view->all_tries || !line->attempt_count) {
		add_row(view, line, last_attempt(line));
		return;
	}
	for (size_t i = 0; i < line->attempt_count; i++)
		add_row(view, line, &line->attempts[i]);
}

static json_t *json_attempt(const struct attempt *attempt)
{
	json_t *object = json_pack("{s:i,s:s,s:s,s:i}", "try", attempt->number, "phase",
		attempt_phase_name(attempt->phase), "outcome", delivery_state_name(attempt->outcome),
		"reply_code", attempt->code);

	json_object_set_new(object, "cause", json_text_or_null(attempt_cause_name(attempt->cause)));
	json_object_set_new(object, "status", json_text_or_null(attempt->enhanced));
	json_object_set_new(object, "reply", json_text_or_null(attempt->reply));
	json_object_set_new(object, "relay", json_text_or_null(attempt->relay));
	json_object_set_new(object, "tls", json_text_or_null(tls_use_name(attempt->tls)));
	json_object_set_new(object, "tls_version", json_text_or_null(attempt->tls_version));
	json_object_set_new(object, "started", json_instant(attempt->started_ms));
	json_object_set_new(object, "settled", json_instant(attempt->settled_ms));
	json_object_set_new(object, "possible_duplicate", json_boolean(attempt->is_possible_duplicate));
	return object;
}

static void print_json(const struct delivery_line *line)
{
	const struct delivery *delivery = line->delivery;
	json_t *attempts = json_array();
	json_t *object = json_pack("{s:I,s:I,s:s,s:s,s:s}", "dispatch", (json_int_t)delivery->dispatch,
		"position", (json_int_t)delivery->position, "release", line->release, "kind",
		dispatch_kind_name(line->kind), "state", delivery_state_name(delivery->state));

	json_object_set_new(object, "address", json_text(span_of(delivery->address)));
	json_object_set_new(object, "domain", json_text(span_of(delivery->domain)));
	json_object_set_new(object, "list", json_text_or_null(line->list));
	json_object_set_new(object, "also", json_text_or_null(delivery->also));
	json_object_set_new(object, "copy", json_boolean(delivery->is_copy));
	json_object_set_new(object, "next_try", json_instant(delivery->next_ms));
	for (size_t i = 0; i < line->attempt_count; i++)
		json_array_append_new(attempts, json_attempt(&line->attempts[i]));
	json_object_set_new(object, "attempts", attempts);
	json_print_line(object);
}

static void count_line(struct logview *view, const struct delivery_line *line)
{
	const struct delivery *delivery = line->delivery;
	struct delivery_counts *counts = &view->counts;

	counts->by_state[delivery->state]++;
	counts->total++;
	if (delivery->state == DELIVERY_DEFERRED && (!counts->next_ms || delivery->next_ms < counts->next_ms))
		counts->next_ms = delivery->next_ms;
}

static void add_to_group(struct logview *view, const struct delivery_line *line)
{
	struct str words;
	size_t index;

	str_init(&words, STR_MAX_SMALL);
	view->group(line, &words);
	if (!idmap_find_or_add(
		    &view->group_index, idmap_hash(words.ptr, words.len), view->group_count, &index)) {
		view->groups = mem_grow(
			view->groups, view->group_count, &view->group_capacity, sizeof(*view->groups));
		index = view->group_count++;
		view->groups[index] = (struct group){str_take(&words), 0};
	}
	view->groups[index].count++;
	str_clear(&words);
}

void logview_add(struct logview *view, const struct delivery_line *line)
{
	count_line(view, line);
	if (view->group)
		add_to_group(view, line);
	else if (view->kind == LOGVIEW_JSON)
		print_json(line);
	else
		add_rows(view, line);
}

static int by_count(const void *a, const void *b)
{
	const struct group *x = a;
	const struct group *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->words, y->words);
}

static void print_groups(struct logview *view)
{
	static const struct table_column columns[] = {{"COUNT", true, 0}, {"", false, 20}};
	struct table *table = table_new(columns, 2);
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	if (view->group_count)
		qsort(view->groups, view->group_count, sizeof(*view->groups), by_count);
	for (size_t i = 0; i < view->group_count; i++) {
		if (view->kind == LOGVIEW_JSON) {
			json_print_line(json_pack("{s:o,s:I}", view->count_by,
				json_text(span_of(view->groups[i].words)), "count",
				(json_int_t)view->groups[i].count));
			continue;
		}
		table_addf(table, "%" PRId64, view->groups[i].count);
		table_add(table, span_of(view->groups[i].words));
	}
	if (view->kind == LOGVIEW_TABLE)
		table_format(table, terminal_columns(), &text);
	terminal_print(&text);
	str_clear(&text);
	table_free(table);
}

static void print_table(struct logview *view)
{
	const int64_t *n = view->counts.by_state;
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	if (table_rows(view->table))
		table_format(view->table, terminal_columns(), &text);
	str_addf(&text, "%" PRId64 " shown: ", view->counts.total);
	outcomeview_counts(view->zone, &view->counts, &text);
	str_add_char(&text, '.');
	if (table_rows(view->table) == LOGVIEW_ROWS_MAX)
		str_addf(&text, " Only %u lines are printed: narrow it, or take --json.", LOGVIEW_ROWS_MAX);
	if (!view->all_tries && n[DELIVERY_ACCEPTED] < view->counts.total)
		str_add_text(&text, " Why: log --address A");
	str_add_char(&text, '\n');
	terminal_print(&text);
	str_clear(&text);
}

void logview_finish(struct logview *view)
{
	if (view->group)
		print_groups(view);
	else if (view->kind == LOGVIEW_TABLE)
		print_table(view);
}

void logview_print(struct logview *view, const struct delivery_line *line)
{
	const struct attempt *attempt = last_attempt(line);
	struct str text;

	if (view->kind == LOGVIEW_JSON) {
		print_json(line);
		return;
	}
	str_init(&text, STR_MAX_SMALL);
	zone_format_time(view->zone, attempt->settled_ms, &text);
	str_add_text(&text, "  ");
	terminal_add(
		&text, tone_of(line->delivery->state), span_of(delivery_state_name(line->delivery->state)));
	str_addf(&text, "  %d  ", attempt->number);
	deliverylog_show_address(line->delivery->address, &text);
	str_addf(&text, "  %s  ", line->list);
	add_reply(attempt, true, &text);
	terminal_printf("%s\n", text.ptr);
	str_clear(&text);
}
