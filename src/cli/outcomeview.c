/*
 * How sending looks.
 */
#include "cli/outcomeview.h"

#include "app/sender.h"
#include "base/clock.h"
#include "cli/json.h"
#include "cli/terminal.h"

#include <inttypes.h>

#define BAR_WIDTH 30u
#define PAUSE_SHOWN_MS 2000

enum status outcomeview_label(
	struct store *store, const int64_t *dispatches, size_t count, struct str *out, struct err *err)
{
	struct dispatch_view view;
	enum status status;

	for (size_t i = 0; i < count; i++)
		str_addf(out, "%s%" PRId64, i ? ", " : "", dispatches[i]);
	if (count != 1)
		return OK;
	status = dispatches_find(store, dispatches[0], &view, err);
	if (status != OK)
		return status;
	if (*view.dispatch.lists) {
		str_add_char(out, ' ');
		terminal_add_cut(out, span_of(view.dispatch.lists), 24);
	}
	dispatch_clear(&view.dispatch);
	return OK;
}

void outcomeview_duration(int64_t ms, struct str *out)
{
	int64_t seconds = (ms + 999) / 1000;

	if (seconds < 120)
		str_addf(out, "%" PRId64 " s", seconds);
	else if (seconds < 7200)
		str_addf(out, "%" PRId64 " min", seconds / 60);
	else
		str_addf(out, "%" PRId64 " h %" PRId64 " min", seconds / 3600, seconds / 60 % 60);
}

void outcomeview_day(const struct zone *zone, int64_t instant_ms, struct str *out)
{
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct civil then = zone_civil(zone, instant_ms);

	str_addf(out, "%d %s", then.day, months[then.month - 1]);
	if (then.year != zone_civil(zone, clock_now_ms()).year)
		str_addf(out, " %d", then.year);
}

void outcomeview_minute(const struct zone *zone, int64_t instant_ms, struct str *out)
{
	struct civil then = zone_civil(zone, instant_ms);

	str_addf(out, "%02d:%02d", then.hour, then.minute);
}

/* "10:00:00". */
static void add_second(const struct zone *zone, int64_t instant_ms, struct str *out)
{
	zone_format_time(zone, instant_ms, out);
	str_cut(out, out->len - strlen(".000"));
}

/* What needs nothing more now, deferred ones left out: they come again. */
static int64_t done_of(const struct courier_progress *progress)
{
	const int64_t *n = progress->by_state;

	return progress->total - n[DELIVERY_QUEUED] - n[DELIVERY_CLAIMED] - n[DELIVERY_DEFERRED];
}

static double rate_of(const struct courier_progress *progress)
{
	int64_t elapsed_ms = clock_steady_ms() - progress->started_ms;

	return elapsed_ms > 0 ? (double)progress->settled_here * 1000.0 / (double)elapsed_ms : 0;
}

static bool is_pausing(const struct courier_progress *progress)
{
	return progress->rests_until_ms >= clock_now_ms() + PAUSE_SHOWN_MS;
}

static void add_eta(const struct courier_progress *progress, double rate, struct str *out)
{
	int64_t left = progress->by_state[DELIVERY_QUEUED] + progress->by_state[DELIVERY_CLAIMED];

	if (!left || rate <= 0 || is_pausing(progress))
		return;
	str_add_text(out, "  ETA ");
	outcomeview_duration((int64_t)((double)left / rate * 1000.0), out);
}

static void add_rate(double rate, struct str *out)
{
	if (rate >= 10 || rate == 0)
		str_addf(out, "  %.0f/s", rate);
	else
		str_addf(out, "  %.1f/s", rate);
}

/* The reply gets what room the rest of the line leaves. */
static void add_worst(struct newsroom *newsroom, int64_t dispatch, struct str *out)
{
	struct store *store;
	struct worst_domain worst;
	size_t start = out->len;
	size_t used;

	if (newsroom_store_to_watch(newsroom, &store, NULL) != OK ||
		dispatches_worst_domain(store, dispatch, &worst, NULL) != OK || !worst.deferred)
		return;
	str_addf(out, "\n  worst  %s  %" PRId64 " deferred  ", worst.domain, worst.deferred);
	used = out->len - start + strlen("  next try 10:02:00");
	if (used < terminal_columns())
		terminal_add_cut(out, span_of(worst.reply), terminal_columns() - used);
	str_add_text(out, "  next try ");
	add_second(newsroom_zone(newsroom), worst.next_ms, out);
}

/* Whoever sees it standing still is told why, if it's for longer than a moment. */
static void add_pause(
	const struct zone *zone, const struct courier_progress *progress, const char *lead, struct str *out)
{
	if (!is_pausing(progress))
		return;
	str_addf(out, "%sas fast as the rates allow: goes on ", lead);
	add_second(zone, progress->rests_until_ms, out);
}

void outcomeview_progress(struct newsroom *newsroom, const char *label, int64_t dispatch,
	const struct courier_progress *progress, struct str *out)
{
	const int64_t *n = progress->by_state;
	int64_t done = done_of(progress);
	double rate = rate_of(progress);

	str_addf(out, "%s  ", label);
	progress_bar(out, BAR_WIDTH, (uint64_t)done, (uint64_t)progress->total);
	str_addf(out, "  %" PRId64 "/%" PRId64 "  %" PRId64 "%%", done, progress->total,
		progress->total ? done * 100 / progress->total : 100);
	add_rate(rate, out);
	add_eta(progress, rate, out);
	str_addf(out,
		"\n  accepted %" PRId64 "  deferred %" PRId64 "  failed %" PRId64 "  unknown %" PRId64
		"   Ctrl-C pauses safely",
		n[DELIVERY_ACCEPTED], n[DELIVERY_DEFERRED], n[DELIVERY_FAILED] + n[DELIVERY_EXPIRED],
		n[DELIVERY_UNKNOWN]);
	if (n[DELIVERY_DEFERRED])
		add_worst(newsroom, dispatch, out);
	add_pause(newsroom_zone(newsroom), progress, "\n  ", out);
	if (*progress->trouble) {
		str_add_text(out, "\n  ");
		terminal_add_cut(out, span_of(progress->trouble), terminal_columns() - 3);
	}
}

void outcomeview_line(
	const struct zone *zone, const char *label, const struct courier_progress *progress, struct str *out)
{
	const int64_t *n = progress->by_state;
	double rate = rate_of(progress);

	str_addf(out, "%s  %" PRId64 "/%" PRId64, label, done_of(progress), progress->total);
	add_rate(rate, out);
	str_addf(out, "  accepted %" PRId64 "  deferred %" PRId64 "  failed %" PRId64 "  unknown %" PRId64,
		n[DELIVERY_ACCEPTED], n[DELIVERY_DEFERRED], n[DELIVERY_FAILED] + n[DELIVERY_EXPIRED],
		n[DELIVERY_UNKNOWN]);
	add_pause(zone, progress, "  ", out);
}

void outcomeview_counts(const struct zone *zone, const struct delivery_counts *counts, struct str *out)
{
	size_t shown = 0;

	for (size_t i = 0; i < DELIVERY_STATE_COUNT; i++) {
		if (!counts->by_state[i])
			continue;
		str_addf(out, "%s%" PRId64 " %s", shown++ ? ", " : "", counts->by_state[i],
			delivery_state_name((enum delivery_state)i));
		if (i == DELIVERY_DEFERRED && counts->next_ms) {
			str_add_text(out, " (next ");
			add_second(zone, counts->next_ms, out);
			str_add_char(out, ')');
		}
	}
	if (!shown)
		str_add_text(out, "nobody");
}

struct group_view {
	struct str *out;
	int64_t dispatch;
};

static enum status add_group(void *context, const struct reply_group *group, struct err *err)
{
	struct group_view *view = context;

	(void)err;
	str_addf(view->out, "  %" PRId64 " %s  ", group->count, delivery_state_name(group->state));
	terminal_add_cut(view->out, span_of(group->reply), 40);
	str_addf(view->out, "  %s", group->example);
	if (group->count > 1)
		str_addf(view->out, ", +%" PRId64, group->count - 1);
	str_add_char(view->out, '\n');
	return OK;
}

bool outcomeview_is_interrupted(const struct newsroom *newsroom, const struct dispatch *dispatch)
{
	return dispatch->state == DISPATCH_SENDING && !sender_has(newsroom, dispatch);
}

const char *outcomeview_state(const struct newsroom *newsroom, const struct dispatch *dispatch)
{
	if (outcomeview_is_interrupted(newsroom, dispatch))
		return "interrupted";
	return dispatch_state_name(dispatch->state);
}

static void add_rest(const struct newsroom *newsroom, const struct dispatch *dispatch, struct str *out)
{
	if (dispatch->state == DISPATCH_CANCELLED && sender_is_at_work(newsroom))
		str_add_text(out, "Cancelled: what is in flight may still arrive, the rest won't be sent\n");
	else if (dispatch->state == DISPATCH_CANCELLED)
		str_add_text(out,
			"Cancelled: the next sender tells what became of those under way when the last "
			"one was interrupted\n");
	else if (dispatch->state == DISPATCH_HELD)
		str_addf(out, "Held: nobody sends the rest until \"dateline resume %" PRId64 "\"\n",
			dispatch->id);
	else if (sender_has(newsroom, dispatch))
		str_addf(out, "Being sent by another dateline; \"dateline hold %" PRId64 "\" stops it\n",
			dispatch->id);
	else
		str_add_text(out, "Not finished: nobody sends the rest until \"dateline resume\"\n");
}

static void add_next_step(const struct newsroom *newsroom, const struct dispatch *dispatch,
	const struct delivery_counts *counts, struct str *out)
{
	const int64_t *n = counts->by_state;

	if (n[DELIVERY_UNKNOWN])
		str_addf(out,
			"A person must say what became of the unknown: dateline resolve %" PRId64
			" ADDRESS --accepted or --resend\n",
			dispatch->id);
	if (dispatch_is_open(counts))
		add_rest(newsroom, dispatch, out);
	if (n[DELIVERY_FAILED] || n[DELIVERY_DEFERRED] || n[DELIVERY_EXPIRED])
		str_addf(
			out, "Why: dateline log %" PRId64 " --state failed,deferred,expired\n", dispatch->id);
}

enum status outcomeview_summary(
	struct newsroom *newsroom, const struct dispatch_view *view, struct str *out, struct err *err)
{
	const struct dispatch *dispatch = &view->dispatch;
	const struct delivery_counts *counts = &view->counts;
	struct group_view groups = {out, dispatch->id};
	struct store *store;
	enum status status = newsroom_store(newsroom, &store, err);

	str_addf(out, "Dispatch %" PRId64 ", %" PRId64 " message%s: ", dispatch->id, counts->total,
		counts->total == 1 ? "" : "s");
	outcomeview_counts(newsroom_zone(newsroom), counts, out);
	str_add_char(out, '\n');
	if (status == OK)
		status = dispatches_each_reply(store, dispatch->id, add_group, &groups, err);
	add_next_step(newsroom, dispatch, counts, out);
	return status;
}

void outcomeview_print_json(const struct newsroom *newsroom, const struct dispatch_view *view)
{
	const struct dispatch *dispatch = &view->dispatch;
	const struct delivery_counts *counts = &view->counts;
	json_t *line = json_pack("{s:s,s:I,s:s,s:s,s:s,s:b,s:I}", "event", "dispatch", "dispatch",
		(json_int_t)dispatch->id, "kind", dispatch_kind_name(dispatch->kind), "release",
		dispatch->release, "state", dispatch_state_name(dispatch->state), "interrupted",
		outcomeview_is_interrupted(newsroom, dispatch), "total", (json_int_t)counts->total);

	json_object_set_new(line, "title", json_text(span_of(dispatch->title)));
	for (size_t i = 0; i < DELIVERY_STATE_COUNT; i++)
		json_object_set_new(
			line, delivery_state_name((enum delivery_state)i), json_integer(counts->by_state[i]));
	json_object_set_new(line, "next_try", json_instant(counts->next_ms));
	json_object_set_new(line, "hold_reason", json_text_or_null(dispatch->hold_reason));
	json_print_line(line);
}
