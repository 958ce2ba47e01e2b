/*
 * `status`, and what a bare `dateline` shows: what is planned and running.
 */
#include "app/dispatches.h"
#include "app/relaystates.h"
#include "app/sender.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/dispatchnumber.h"
#include "cli/lineup.h"
#include "cli/outcomeview.h"
#include "cli/relayview.h"
#include "cli/table.h"
#include "cli/terminal.h"

#include <inttypes.h>
#include <string.h>

static const struct table_column columns[] = {
	{"NO", true, 0},
	{"STATE", false, 0},
	{"KIND", false, 0},
	{"RELEASE", false, 14},
	{"TO", false, 8},
	{"BEGUN", false, 0},
	{"SENT", true, 0},
	{"OPEN", true, 0},
	{"FAILED", true, 0},
};

/* Lines of `status`; older ones are in `log`. */
#define SHOWN_MOST 20

struct listing {
	struct call *call;
	struct table *table;
	size_t count;
	size_t interrupted, held;
};

static enum terminal_tone tone_of(enum dispatch_state state)
{
	switch (state) {
	case DISPATCH_HELD:
		return TONE_BAD;
	case DISPATCH_SENDING:
	case DISPATCH_WAITING:
	case DISPATCH_SCHEDULED:
		return TONE_CAREFUL;
	case DISPATCH_FINISHED:
		return TONE_GOOD;
	case DISPATCH_CANCELLED:
		return TONE_FAINT;
	}
	return TONE_PLAIN;
}

static void add_row(
	struct listing *listing, const struct dispatch *dispatch, const struct delivery_counts *counts)
{
	const int64_t *n = counts->by_state;
	struct table *table = listing->table;
	struct str when;

	str_init(&when, STR_MAX_SMALL);
	outcomeview_day(newsroom_zone(listing->call->newsroom), dispatch->created_ms, &when);
	str_add_char(&when, ' ');
	outcomeview_minute(newsroom_zone(listing->call->newsroom), dispatch->created_ms, &when);
	table_addf(table, "%" PRId64, dispatch->id);
	table_add_toned(table, tone_of(dispatch->state),
		span_of(outcomeview_state(listing->call->newsroom, dispatch)));
	table_add(table, span_of(dispatch_kind_name(dispatch->kind)));
	table_add(table, span_of(dispatch->release));
	table_add(table, span_of(dispatch->lists));
	table_add(table, str_span(&when));
	table_addf(table, "%" PRId64, n[DELIVERY_ACCEPTED] + n[DELIVERY_BOUNCED]);
	table_addf(table, "%" PRId64,
		n[DELIVERY_QUEUED] + n[DELIVERY_CLAIMED] + n[DELIVERY_DEFERRED] + n[DELIVERY_UNKNOWN]);
	table_addf(table, "%" PRId64, n[DELIVERY_FAILED] + n[DELIVERY_EXPIRED]);
	str_clear(&when);
}

static enum status list_one(void *context, const struct dispatch_view *view, struct err *err)
{
	struct listing *listing = context;

	(void)err;
	listing->interrupted += outcomeview_is_interrupted(listing->call->newsroom, &view->dispatch);
	listing->held += view->dispatch.state == DISPATCH_HELD;
	if (listing->call->json)
		outcomeview_print_json(listing->call->newsroom, view);
	else if (listing->count < SHOWN_MOST || !view->dispatch.finished_ms)
		add_row(listing, &view->dispatch, &view->counts);
	listing->count++;
	return OK;
}

static void print_next_steps(const struct listing *listing)
{
	if (!listing->count)
		terminal_printf(
			"Nothing was sent yet.\n\n"
			"  dateline list show                        the lists and how many are on them\n"
			"  dateline list import NAME FILE            fill one\n"
			"  dateline release check RELEASE            look a release over\n"
			"  dateline send RELEASE --to LIST           send it\n");
	if (listing->interrupted)
		terminal_printf("\n%zu interrupted: \"dateline resume\" goes on with %s.\n",
			listing->interrupted, listing->interrupted == 1 ? "it" : "them");
	if (listing->held)
		terminal_printf("\n%zu held: \"dateline status NUMBER\" says why, \"dateline resume NUMBER\" "
				"goes on.\n",
			listing->held);
}

static const struct relay_settings *named(const struct settings *settings, const char *relay)
{
	size_t i = 0;

	while (strcmp(settings->relays[i].name, relay) != 0)
		i++;
	return &settings->relays[i];
}

static enum status show_relays(const struct call *call, struct store *store, struct err *err)
{
	const struct settings *settings = newsroom_settings(call->newsroom);
	bool is_at_work = sender_is_at_work(call->newsroom);
	struct relaystates states;
	struct str text;
	enum status status = relaystates_load(store, settings, &states, err);

	if (status != OK)
		return status;
	str_init(&text, STR_MAX_LARGE);
	for (size_t i = 0; i < states.count; i++) {
		const struct relay_state *state = &states.items[i];

		if (call->json)
			relayview_print_json(named(settings, state->relay), state);
		else
			relayview_add(
				newsroom_zone(call->newsroom), state, is_at_work, clock_now_ms(), &text);
	}
	if (text.len) {
		terminal_printf("\n");
		terminal_print(&text);
	}
	str_clear(&text);
	return OK;
}

/* *is_empty if nothing was ever sent. */
static enum status list_all(struct call *call, struct store *store, bool *is_empty, struct err *err)
{
	struct listing listing = {.call = call};
	enum status status;

	listing.table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	status = dispatches_each(store, list_one, &listing, err);
	if (status == OK && !call->json) {
		table_print(listing.table, "");
		print_next_steps(&listing);
	}
	table_free(listing.table);
	if (status == OK)
		status = show_relays(call, store, err);
	*is_empty = !listing.count;
	return status;
}

static void add_instant(const struct zone *zone, const char *label, int64_t instant_ms, struct str *out)
{
	if (!instant_ms)
		return;
	str_addf(out, "%-9s ", label);
	zone_format(zone, instant_ms, out);
	str_addf(out, " %s\n", zone_city(zone));
}

static void add_leftouts(const struct dispatch_view *view, struct str *out)
{
	struct lineup lineup;

	lineup_begin(&lineup, out, "Left out");
	for (size_t i = 0; i < LEFTOUT_REASON_COUNT; i++) {
		if (view->left_out[i])
			lineup_add(&lineup, "%" PRId64 " %s", view->left_out[i],
				leftout_reason_name((enum leftout_reason)i));
	}
	lineup_end(&lineup);
}

static void add_head(const struct call *call, const struct dispatch *dispatch, struct str *out)
{
	str_addf(out, "DISPATCH %" PRId64 "  %s  \"%s\"\n", dispatch->id, dispatch_kind_name(dispatch->kind),
		dispatch->title);
	str_addf(out, "State     %s%s%s\n", outcomeview_state(call->newsroom, dispatch),
		*dispatch->hold_reason ? ": " : "", dispatch->hold_reason);
	str_addf(out, "Release   %s, to %s%s%s, by %s\n", dispatch->release,
		*dispatch->lists ? dispatch->lists : "testers", *dispatch->segment ? " where " : "",
		dispatch->segment, dispatch->actor);
	add_instant(newsroom_zone(call->newsroom), "Begun", dispatch->created_ms, out);
	add_instant(newsroom_zone(call->newsroom), "Ended", dispatch->finished_ms, out);
}

/* The one that is named, else the newest. */
static enum status show_one(struct call *call, struct err *err)
{
	struct dispatch_view view = {0};
	struct str text;
	enum status status = dispatchnumber_find(call, &view, err);

	if (status != OK)
		return status;
	str_init(&text, STR_MAX_LARGE);
	if (call->json) {
		outcomeview_print_json(call->newsroom, &view);
	} else {
		add_head(call, &view.dispatch, &text);
		add_leftouts(&view, &text);
		status = outcomeview_summary(call->newsroom, &view, &text, err);
		terminal_print(&text);
	}
	str_clear(&text);
	dispatch_clear(&view.dispatch);
	return status;
}

static enum status run(struct call *call, struct err *err)
{
	struct store *store;
	bool is_empty = false;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status != OK || call->argument_count)
		return status == OK ? show_one(call, err) : status;
	status = list_all(call, store, &is_empty, err);
	if (status != OK || call->json || is_empty)
		return status;
	terminal_printf("\n");
	return show_one(call, err);
}

const struct command cmd_status = {
	.name = "status",
	.arguments = "[DISPATCH]",
	.most = 1,
	.need = NEED_NEWSROOM_ANYHOW,
	.summary = "show what is running, waiting and done, and the newest dispatch",
	.run = run,
};
