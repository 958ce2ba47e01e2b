/*
 * `send`: plan, show, ask, freeze, deliver.
 */
#include "app/dispatches.h"
#include "app/freeze.h"
#include "app/maildir.h"
#include "app/plan.h"
#include "app/unfinished.h"
#include "app/unsigned.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/carry.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/memberview.h"
#include "cli/planview.h"
#include "cli/terminal.h"

#include <inttypes.h>
#include <stdlib.h>

static const struct command_option options[] = {
	{"to", 0, "LIST[,LIST…]", "whom: one or more lists, the first one counts for those on several"},
	{"where", 0, "SEGMENT", "only members that match: 'language = fr and beat = migration'"},
	{"language", 0, "L", "only readers of this language"},
	{"again", 0, "ADDR[,ADDR…]", "these people once more, though they have it"},
	{"test", 0, NULL, "to the testers of the settings only"},
	{"dry-run", 0, NULL, "write the messages to a Maildir instead of sending them"},
	{"output", 'o', "DIR", "with --dry-run: the Maildir (else state/dry-run/SLUG)"},
	{"wait", 0, "TIME", "stay for retries at most this far away (60s)"},
	{0},
};

/* One call of `send`, from plan to end. */
struct sending {
	struct call *call;
	struct release_set *set;
	struct plan *plan;
	struct store *store;
	int64_t wait_ms;
	struct planview view;
	struct str first_fault;
	struct err *err;
};

static void note_fault(
	void *context, enum check_level level, const char *path, size_t line, const char *words)
{
	struct sending *sending = context;

	if (level == CHECK_ERROR)
		sending->view.errors++;
	else
		sending->view.warnings++;
	if (sending->first_fault.len && (level != CHECK_ERROR || sending->view.errors > 1))
		return;
	str_empty(&sending->first_fault);
	str_addf(&sending->first_fault, "%s:%zu %s", file_name(path), line, words);
}

static enum status check_release(struct sending *sending, struct err *err)
{
	release_set_check(sending->set, clock_now_ms(), note_fault, sending);
	if (sending->first_fault.len)
		sending->view.first_fault = sending->first_fault.ptr;
	if (sending->view.errors)
		return err_set(err, E_SYNTAX, "%s; \"dateline release check %s\" lists all",
			sending->first_fault.ptr, sending->set->slug);
	return OK;
}

static enum status check_options(struct call *call, struct err *err)
{
	if (!call_has(call, "to") && !call_has(call, "test"))
		return call_usage(call, err, "\"send\" needs --to LIST; \"dateline list show\" lists them");
	if (call_has(call, "test") && call_has(call, "dry-run"))
		return call_usage(call, err, "give --test or --dry-run, not both");
	if (call_has(call, "output") && !call_has(call, "dry-run"))
		return call_usage(call, err, "--output goes with --dry-run");
	return OK;
}

static size_t count_copies(const struct sending *sending)
{
	const struct settings *settings = newsroom_settings(sending->call->newsroom);
	size_t languages = 0;

	if (call_has(sending->call, "test"))
		return settings->sender.testers.count * sending->set->count;
	for (size_t k = 0; k < sending->set->count; k++) {
		bool is_used = false;

		for (size_t i = 0; i < sending->plan->list_count; i++)
			is_used = is_used || sending->plan->lists[i].goes_in[k];
		languages += is_used;
	}
	return settings->sender.copies.count * languages;
}

/* A field that nobody has is probably mistyped. */
static enum status warn_of_fields(const struct sending *sending, struct err *err)
{
	const struct plan *plan = sending->plan;
	enum status status = OK;

	for (size_t i = 0; i < plan->list_count && status == OK; i++)
		status =
			memberview_warn(sending->store, plan->lists[i].list.name, plan->request.segment, err);
	return status;
}

static enum status show_plan(struct sending *sending, struct err *err)
{
	struct str text;
	enum status status = dispatches_next_number(sending->store, &sending->view.number, err);

	if (status == OK)
		status = warn_of_fields(sending, err);
	if (status == OK)
		status =
			unsigned_find(sending->call->newsroom, sending->plan, &sending->view.not_signed, err);
	if (status != OK)
		return status;
	sending->view.plan = sending->plan;
	sending->view.newsroom = sending->call->newsroom;
	sending->view.kind = call_has(sending->call, "test") ? "test" : "public";
	sending->view.copies = count_copies(sending);
	if (sending->call->json) {
		planview_print_json(&sending->view);
		return OK;
	}
	str_init(&text, STR_MAX_LARGE);
	planview_format(&sending->view, &text);
	terminal_print(&text);
	str_clear(&text);
	return OK;
}

static enum status confirm(struct sending *sending, struct err *err)
{
	char number[32];
	char question[128];

	if (sending->call->yes)
		return OK;
	snprintf(number, sizeof(number), "%zu", sending->plan->recipient_count);
	snprintf(question, sizeof(question), "Type %s to send: ", number);
	return terminal_confirm(question, number, err);
}

static enum status make_plan(struct sending *sending, struct err *err)
{
	const struct call *call = sending->call;
	struct plan_request request = {
		.set = sending->set,
		.lists = call_option(call, "to"),
		.segment = call_option(call, "where"),
		.language = call_option(call, "language"),
		.again = call_option(call, "again"),
	};

	return plan_make(call->newsroom, &request, &sending->plan, err);
}

static enum status send_test(struct sending *sending, struct err *err)
{
	int64_t dispatch = 0;
	enum status status = make_plan(sending, err);

	if (status == OK)
		status = freeze_test(sending->call->newsroom, sending->plan, &dispatch, err);
	if (status == OK)
		status = carry_dispatches(sending->call, &dispatch, 1, sending->wait_ms, err);
	return status;
}

static enum status write_dry_run(struct sending *sending, struct err *err)
{
	struct call *call = sending->call;
	const char *typed = call_option(call, "output");
	char *folder;
	struct str path;
	size_t count = 0;
	enum status status;

	str_init(&path, STR_MAX_SMALL);
	str_addf(&path, "dry-run/%s", sending->set->slug);
	folder = typed ? span_copy(span_of(typed)) : file_join(newsroom_state(call->newsroom), path.ptr);
	status = maildir_write_plan(call->newsroom, sending->plan, folder, &count, err);
	if (status == OK && call->json)
		json_print_line(json_pack("{s:s,s:I,s:s}", "event", "dry_run", "messages", (json_int_t)count,
			"folder", folder));
	else if (status == OK)
		terminal_printf("%zu message%s written to %s/new; nothing was sent\n", count,
			count == 1 ? "" : "s", folder);
	free(folder);
	str_clear(&path);
	return status;
}

static enum status say_nobody(struct sending *sending)
{
	const char *language = call_option(sending->call, "language");

	if (!sending->call->json && language)
		terminal_printf("Nobody is left to send it to who reads \"%s\".\n", language);
	else if (!sending->call->json)
		terminal_printf("Nobody is left to send it to.\n");
	return OK;
}

static enum status send_new(struct sending *sending, struct err *err)
{
	int64_t dispatch = 0;
	enum status status = make_plan(sending, err);

	if (status == OK)
		status = show_plan(sending, err);
	if (status == OK && !sending->plan->recipient_count)
		return say_nobody(sending);
	if (status == OK && call_has(sending->call, "dry-run"))
		return write_dry_run(sending, err);
	if (status == OK)
		status = freeze_check_embargo(sending->call->newsroom, sending->set, err);
	if (status == OK)
		status = confirm(sending, err);
	if (status == OK)
		status = freeze_plan(sending->call->newsroom, sending->plan, &dispatch, err);
	if (status == OK)
		status = carry_dispatches(sending->call, &dispatch, 1, sending->wait_ms, err);
	return status;
}

/* Whoever edited the release should know: the rest gets it as it was frozen, like everybody so far. */
static void show_changes(int64_t dispatch, const struct str *changes)
{
	if (changes->len)
		fprintf(stderr,
			"The release has changed since dispatch %" PRId64
			" was frozen (- frozen, + now):\n%sThe rest gets it as it was frozen, like everybody "
			"so far.\n",
			dispatch, changes->ptr);
}

static enum status confirm_rest(struct sending *sending, const struct unfinished *unfinished, struct err *err)
{
	char number[32];
	char question[128];

	if (!sending->call->json)
		terminal_printf("Dispatch %" PRId64 " of \"%s\" isn't finished: %" PRId64 " of %" PRId64
				" are still to get it.\n",
			unfinished->dispatch, sending->set->slug, unfinished->open, unfinished->total);
	show_changes(unfinished->dispatch, &unfinished->changes);
	if (sending->call->yes)
		return OK;
	snprintf(number, sizeof(number), "%" PRId64, unfinished->open);
	snprintf(question, sizeof(question), "Type %s to go on with it: ", number);
	return terminal_confirm(question, number, err);
}

static enum status go_on(struct sending *sending, const struct unfinished *unfinished, struct err *err)
{
	enum status status;

	if (unfinished->state == DISPATCH_HELD)
		return err_set(err, E_HELD,
			"dispatch %lld of \"%s\" is held: %s; go on with \"dateline resume %lld\"",
			(long long)unfinished->dispatch, sending->set->slug, unfinished->hold_reason.ptr,
			(long long)unfinished->dispatch);
	status = confirm_rest(sending, unfinished, err);
	if (status == OK)
		status = carry_dispatches(sending->call, &unfinished->dispatch, 1, sending->wait_ms, err);
	return status;
}

static const char *typed_or_none(const struct call *call, const char *option)
{
	const char *typed = call_option(call, option);

	return typed ? typed : "";
}

static enum status send_or_go_on(struct sending *sending, struct err *err)
{
	const struct call *call = sending->call;
	struct unfinished_query query = {
		.set = sending->set,
		.lists = typed_or_none(call, "to"),
		.segment = typed_or_none(call, "where"),
		.language = typed_or_none(call, "language"),
	};
	struct unfinished unfinished;
	enum status status;

	if (call_has(call, "dry-run") || call_has(call, "again"))
		return send_new(sending, err);
	status = unfinished_find(sending->store, &query, &unfinished, err);
	if (status == E_NOTFOUND)
		return send_new(sending, err);
	if (status != OK)
		return status;
	status = go_on(sending, &unfinished, err);
	unfinished_clear(&unfinished);
	return status;
}

static enum status run(struct call *call, struct err *err)
{
	struct sending sending = {.call = call};
	const struct settings *settings = newsroom_settings(call->newsroom);
	enum status status = check_options(call, err);

	str_init(&sending.first_fault, STR_MAX_SMALL);
	if (status == OK)
		status = carry_wait(call, &sending.wait_ms, err);
	if (status == OK)
		status = newsroom_store(call->newsroom, &sending.store, err);
	if (status == OK)
		status = release_set_load(newsroom_releases(call->newsroom), call->arguments[0],
			settings->newsroom.language, newsroom_zone(call->newsroom), &sending.set, err);
	if (status == OK)
		status = check_release(&sending, err);
	if (status == OK)
		status = call_has(call, "test") ? send_test(&sending, err) : send_or_go_on(&sending, err);
	plan_free(sending.plan);
	release_set_free(sending.set);
	str_clear(&sending.first_fault);
	unsigned_clear(&sending.view.not_signed);
	return status;
}

const struct command cmd_send = {
	.name = "send",
	.arguments = "RELEASE",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM,
	.keeps_log = true,
	.options = options,
	.summary = "send a release to the journalists of one or more lists",
	.help = "RELEASE is a slug or the path of any of its files, and means all its languages.\n"
		"The plan is shown first; then the number of recipients has to be typed. Whoever\n"
		"has the release already is left out, so sending again serves newcomers only. Where\n"
		"an earlier send to the same lists isn't finished, it goes on.\n"
		"\n"
		"Readers get the release in their own language, else the list's, else the\n"
		"newsroom's: that very file (pt-BR), else the language's (pt), else the release's\n"
		"first. Whom another language falls to stands in the plan (\"Fallback 4 de>en\").\n"
		"\n"
		"Ends with 0 if all was accepted, 3 if some failed or were cancelled, 4 if a person\n"
		"is needed, 5 if \"dateline resume\" has to go on.",
	.run = run,
};
