/*
 * `log`: who got what, when, and what their server said.
 */
#include "app/deliverylog.h"
#include "app/dispatches.h"
#include "base/clock.h"
#include "base/idmap.h"
#include "cli/commands.h"
#include "cli/dispatchnumber.h"
#include "cli/json.h"
#include "cli/logview.h"
#include "cli/outcomeview.h"
#include "cli/terminal.h"

static const struct command_option options[] = {
	{"state", 0, "STATE[,…]",
		"queued, accepted, deferred, failed, unknown, expired, suppressed, cancelled"},
	{"list", 0, "NAME", "those on this list, whichever list they got it by"},
	{"domain", 0, "DOMAIN", "those at this domain"},
	{"address", 0, "ADDR", "one person: every dispatch, every try"},
	{"since", 0, "TIME", "settled since: an instant, or \"2h\" for the last two hours"},
	{"count-by", 0, "WHAT", "counts instead of lines: by state, list, domain, reply or cause"},
	{"follow", 'f', NULL, "go on as tries come in, until the dispatch ends"},
	{0},
};

struct logging {
	struct call *call;
	struct deliverylog_query query;
	struct logview *view;
	struct idmap seen; /* with --follow: tries that were shown */
};

static enum status read_query(struct logging *logging, struct err *err)
{
	struct call *call = logging->call;
	struct deliverylog_words words = {
		.states = call_option(call, "state"),
		.list = call_option(call, "list"),
		.domain = call_option(call, "domain"),
		.address = call_option(call, "address"),
		.since = call_option(call, "since"),
	};
	enum status status = OK;

	if (call->argument_count)
		status = dispatchnumber_parse(call, call->arguments[0], &words.dispatch, err);
	return status == OK ? deliverylog_init(call->newsroom, &words, &logging->query, err) : status;
}

static enum status show_line(void *context, const struct delivery_line *line, struct err *err)
{
	struct logging *logging = context;

	(void)err;
	logview_add(logging->view, line);
	return OK;
}

static uint64_t key_of_try(const struct delivery_line *line)
{
	const struct delivery *delivery = line->delivery;
	int64_t key[] = {delivery->dispatch, delivery->position, delivery->tries};

	return idmap_hash(key, sizeof(key));
}

static enum status show_new_line(void *context, const struct delivery_line *line, struct err *err)
{
	struct logging *logging = context;
	size_t index;

	(void)err;
	if (line->attempt_count && !idmap_find_or_add(&logging->seen, key_of_try(line), 0, &index))
		logview_print(logging->view, line);
	return OK;
}

static enum status has_ended(const struct logging *logging, bool *ended, struct err *err)
{
	struct dispatch_view view = {0};
	struct store *store;
	enum status status = newsroom_store(logging->call->newsroom, &store, err);

	*ended = false;
	if (status == OK && logging->query.filter.dispatch) {
		status = dispatches_find(store, logging->query.filter.dispatch, &view, err);
		*ended = view.dispatch.finished_ms != 0;
		dispatch_clear(&view.dispatch);
	}
	return status;
}

#define FOLLOW_EVERY_MS 500

static enum status follow(struct logging *logging, struct err *err)
{
	bool ended = false;
	enum status status = OK;

	while (status == OK && !ended) {
		status = has_ended(logging, &ended, err);
		if (status == OK)
			status = deliverylog_each(
				logging->call->newsroom, &logging->query, show_new_line, logging, err);
		fflush(stdout);
		if (status == OK && !ended)
			clock_pause_ms(FOLLOW_EVERY_MS);
	}
	idmap_clear(&logging->seen);
	return status;
}

static enum status run_filtered(struct logging *logging, struct err *err)
{
	struct call *call = logging->call;
	enum logview_kind kind = LOGVIEW_TABLE;
	enum status status;

	if (call->json)
		kind = LOGVIEW_JSON;
	status = logview_new(kind, newsroom_zone(call->newsroom), call_option(call, "count-by"),
		logging->query.filter.address_key != NULL, &logging->view, err);
	if (status == E_NOTFOUND)
		call->exit_status = EXIT_USAGE;
	if (status != OK)
		return status;
	if (call_has(call, "follow")) {
		status = follow(logging, err);
	} else {
		status = deliverylog_each(call->newsroom, &logging->query, show_line, logging, err);
		if (status == OK)
			logview_finish(logging->view);
	}
	logview_free(logging->view);
	return status;
}

static enum status run(struct call *call, struct err *err)
{
	struct logging logging = {.call = call};
	enum status status = read_query(&logging, err);

	if (status == OK)
		status = run_filtered(&logging, err);
	deliverylog_clear(&logging.query);
	return status;
}

const struct command cmd_log = {
	.name = "log",
	.arguments = "[DISPATCH]",
	.most = 1,
	.need = NEED_NEWSROOM,
	.options = options,
	.summary = "the delivery log: who got it, when, what their server said",
	.help = "Without a number, the newest dispatch; with --address, all of them. Filters combine.\n"
		"With --json one line a delivery, its tries nested, without a limit.",
	.run = run,
};
