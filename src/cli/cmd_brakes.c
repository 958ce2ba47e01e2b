/*
 * `hold`, `resume`, `cancel`, `resolve`: the brakes, and letting them go.
 */
#include "app/actor.h"
#include "app/brakes.h"
#include "app/dispatches.h"
#include "cli/carry.h"
#include "cli/commands.h"
#include "cli/dispatchnumber.h"
#include "cli/json.h"
#include "cli/terminal.h"

#include <inttypes.h>
#include <stdlib.h>

static enum status run_hold(struct call *call, struct err *err)
{
	struct store *store;
	int64_t number = 0;
	size_t count = 0;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status == OK && call->argument_count)
		status = dispatchnumber_parse(call, call->arguments[0], &number, err);
	if (status == OK)
		status = brakes_hold(store, number, actor_name(), &count, err);
	if (status != OK)
		return status;
	if (call->json)
		json_print_line(json_pack("{s:s,s:I}", "event", "hold", "held", (json_int_t)count));
	else if (number)
		terminal_printf("Dispatch %" PRId64 " is held. \"dateline resume %" PRId64 "\" goes on.\n",
			number, number);
	else
		terminal_printf("%zu dispatch%s held. \"dateline resume NUMBER\" goes on with one.\n", count,
			count == 1 ? " is" : "es are");
	return OK;
}

const struct command cmd_hold = {
	.name = "hold",
	.arguments = "[DISPATCH]",
	.most = 1,
	.need = NEED_NEWSROOM_ANYHOW,
	.summary = "stop a dispatch, or everything",
	.help = "A sender that is running stops after the messages in flight. What was held stays\n"
		"held until \"dateline resume NUMBER\".",
	.run = run_hold,
};

static const struct command_option resume_options[] = {
	{"wait", 0, "TIME", "stay for retries at most this far away (to the end without a number)"},
	{0},
};

/* Bare: everything that was interrupted, to the end; a deliberate hold needs its number. */
#define TO_THE_END_MS (INT64_C(366) * 86400000)

static enum status run_resume(struct call *call, struct err *err)
{
	int64_t *numbers = NULL;
	size_t count = 0;
	struct store *store;
	int64_t wait_ms = 0;
	int64_t number = 0;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status == OK)
		status = carry_wait(call, &wait_ms, err);
	if (status == OK && call->argument_count) {
		status = dispatchnumber_parse(call, call->arguments[0], &number, err);
		if (status == OK)
			status = brakes_resume(store, number, err);
		if (status == OK)
			status = carry_dispatches(call, &number, 1, wait_ms, err);
		return status;
	}
	if (status == OK)
		status = dispatches_list_interrupted(store, &numbers, &count, err);
	if (status == OK && count)
		status = carry_dispatches(
			call, numbers, count, call_has(call, "wait") ? wait_ms : TO_THE_END_MS, err);
	else if (status == OK && !call->json)
		terminal_printf("Nothing was interrupted. \"dateline status\" shows what is held.\n");
	free(numbers);
	return status;
}

const struct command cmd_resume = {
	.name = "resume",
	.arguments = "[DISPATCH]",
	.most = 1,
	.need = NEED_NEWSROOM,
	.keeps_log = true,
	.options = resume_options,
	.summary = "go on with a dispatch, or with all that were interrupted",
	.help = "With a number, a held dispatch goes on. Without one, everything that was\n"
		"interrupted goes on to its end, retries included; what somebody holds stays held.",
	.run = run_resume,
};

static enum status confirm_cancel(struct call *call, const struct dispatch_view *view, struct err *err)
{
	const int64_t *n = view->counts.by_state;
	int64_t open = n[DELIVERY_QUEUED] + n[DELIVERY_CLAIMED] + n[DELIVERY_DEFERRED];
	char question[160];
	char word[32];

	/* What has ended is told as an error, without a question before it. */
	if (call->yes || (view->dispatch.finished_ms && !open))
		return OK;
	snprintf(word, sizeof(word), "%" PRId64, open);
	snprintf(question, sizeof(question),
		"%s of dispatch %" PRId64 " will never be sent. Type %s to cancel them: ", word,
		view->dispatch.id, word);
	return terminal_confirm(question, word, err);
}

static enum status run_cancel(struct call *call, struct err *err)
{
	struct dispatch_view view = {0};
	struct store *store;
	int64_t number;
	size_t count = 0;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status == OK)
		status = dispatchnumber_find(call, &view, err);
	if (status == OK)
		status = confirm_cancel(call, &view, err);
	number = view.dispatch.id;
	dispatch_clear(&view.dispatch);
	if (status == OK)
		status = brakes_cancel(store, number, &count, err);
	if (status != OK)
		return status;
	if (call->json)
		json_print_line(json_pack("{s:s,s:I,s:I}", "event", "cancel", "dispatch", (json_int_t)number,
			"cancelled", (json_int_t)count));
	else
		terminal_printf("Dispatch %" PRId64
				" is cancelled: %zu will not be sent (but for what is in flight).\n",
			number, count);
	return OK;
}

const struct command cmd_cancel = {
	.name = "cancel",
	.arguments = "DISPATCH",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM_ANYHOW,
	.summary = "never send what is still open of a dispatch",
	.run = run_cancel,
};

static const struct command_option resolve_options[] = {
	{"accepted", 0, NULL, "it arrived"},
	{"resend", 0, NULL, "send it once more, marked as a possible duplicate"},
	{0},
};

static enum status run_resolve(struct call *call, struct err *err)
{
	bool is_accepted = call_has(call, "accepted");
	struct store *store;
	int64_t number = 0;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (is_accepted == call_has(call, "resend"))
		return call_usage(call, err, "say either --accepted or --resend");
	if (status == OK)
		status = dispatchnumber_parse(call, call->arguments[0], &number, err);
	if (status == OK)
		status = brakes_resolve(store, number, call->arguments[1],
			is_accepted ? RESOLVE_ACCEPTED : RESOLVE_RESEND, err);
	if (status != OK)
		return status;
	if (call->json)
		json_print_line(json_pack("{s:s,s:I,s:s}", "event", "resolve", "dispatch", (json_int_t)number,
			"as", is_accepted ? "accepted" : "resend"));
	else if (is_accepted)
		terminal_printf("Recorded as accepted.\n");
	else
		terminal_printf("Queued once more. \"dateline resume %" PRId64 "\" sends it.\n", number);
	return OK;
}

const struct command cmd_resolve = {
	.name = "resolve",
	.arguments = "DISPATCH ADDRESS",
	.least = 2,
	.most = 2,
	.need = NEED_NEWSROOM,
	.options = resolve_options,
	.summary = "say what became of an unknown delivery",
	.help = "Between a message's end and the server's reply nobody knows whether it was taken.\n"
		"A person who asked the journalist, or looked into the server's log, does.",
	.run = run_resolve,
};
