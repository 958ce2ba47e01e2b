/*
 * Sending in the foreground.
 */
#include "cli/carry.h"

#include "app/dispatches.h"
#include "app/sender.h"
#include "app/settingtable.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/outcomeview.h"
#include "cli/terminal.h"

#include <signal.h>
#include <unistd.h>

#define PIPE_FIRST_MS 1000
#define PIPE_LINE_EVERY_MS 5000

struct carrying {
	struct call *call;
	struct store *store;
	struct progress progress;
	const char *label;
	int64_t first; /* the dispatch that the progress line looks into */
	int64_t piped_ms;
};

static volatile sig_atomic_t outlives_terminal; /* as nohup has it */
static volatile sig_atomic_t has_hung_up;

static void on_signal(int number)
{
	static const char drains[] = "\nfinishing the messages in flight; once more to drop them\n";
	/* Whether the other dateline goes on is said after it has been looked up. */
	static const char leaves[] = "\nno longer watching\n";
	enum sender_stopping stopping = sender_stop();

	(void)number;
	if (stopping == SENDER_DRAINS)
		(void)!write(STDERR_FILENO, drains, sizeof(drains) - 1);
	else if (stopping == SENDER_LEAVES)
		(void)!write(STDERR_FILENO, leaves, sizeof(leaves) - 1);
}

/*
 * Asked for by an administrator, or the terminal has gone away: the system says that itself, a shell passes
 * it on. Both may come; somebody who has left stops it once.
 */
static void on_hangup(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	if (outlives_terminal || (info->si_code != SI_KERNEL && !terminal_is_gone())) {
		sender_reload();
	} else if (!has_hung_up) {
		has_hung_up = 1;
		sender_stop();
	}
}

/* Until the process ends: a Ctrl-C too many must not take the summary away. */
static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	struct sigaction hangup = {.sa_sigaction = on_hangup, .sa_flags = SA_SIGINFO};
	struct sigaction before;

	/* Each waits for the other: they count. */
	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, SIGINT);
	sigaddset(&action.sa_mask, SIGTERM);
	sigaddset(&action.sa_mask, SIGHUP);
	hangup.sa_mask = action.sa_mask;
	terminal_remember();
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &hangup, &before);
	outlives_terminal = before.sa_handler == SIG_IGN;
}

static void draw(struct carrying *carrying, const struct courier_progress *progress)
{
	struct str text;

	str_init(&text, STR_MAX_SMALL);
	outcomeview_progress(carrying->call->newsroom, carrying->label, carrying->first, progress, &text);
	log_pause();
	progress_draw(&carrying->progress, &text);
	log_resume();
	str_clear(&text);
}

/* On a pipe: a plain line every few seconds. */
static void write_line(struct carrying *carrying, const struct courier_progress *progress)
{
	int64_t now_ms = clock_steady_ms();
	struct str text;

	if (now_ms - carrying->piped_ms < PIPE_LINE_EVERY_MS)
		return;
	carrying->piped_ms = now_ms;
	str_init(&text, STR_MAX_SMALL);
	outcomeview_line(newsroom_zone(carrying->call->newsroom), carrying->label, progress, &text);
	fprintf(stderr, "%s\n", text.ptr);
	str_clear(&text);
}

static void show_progress(void *context, const struct courier_progress *progress)
{
	struct carrying *carrying = context;

	if (progress_is_due(&carrying->progress))
		draw(carrying, progress);
	else if (!isatty(STDERR_FILENO))
		write_line(carrying, progress);
}

/* A warning in the middle of what is drawn over would garble both. From any thread, but never while one
 * draws. */
static void make_room(void *context)
{
	progress_end(context);
}

static void say_following(void *context)
{
	(void)context;
	fprintf(stderr, "Another dateline is sending in this newsroom: it takes this over.\n");
}

static enum status run(
	struct carrying *carrying, const int64_t *dispatches, size_t count, int64_t wait_ms, struct err *err)
{
	struct sender_options options = {
		.courier = {.wait_ms = wait_ms, .progress = show_progress, .context = carrying},
		.following = say_following,
	};
	enum status status;

	progress_start(&carrying->progress);
	carrying->piped_ms = clock_steady_ms() - PIPE_LINE_EVERY_MS + PIPE_FIRST_MS;
	catch_signals();
	log_set_prelude(make_room, &carrying->progress);
	status = sender_run(carrying->call->newsroom, dispatches, count, &options, err);
	log_set_prelude(NULL, NULL);
	if (has_hung_up)
		log_keep(LOG_LEVEL_WARNING, "the terminal went away, which stopped the sender");
	progress_end(&carrying->progress);
	return status;
}

/* The gravest of what the dispatches end with. */
static int worse_of(int a, int b)
{
	static const int order[] = {EXIT_DONE, EXIT_PARTLY, EXIT_UNFINISHED, EXIT_HELD, EXIT_FAILED};

	for (size_t i = sizeof(order) / sizeof(order[0]); i-- > 0;) {
		if (a == order[i] || b == order[i])
			return order[i];
	}
	return a;
}

static int exit_of(const struct dispatch_view *view)
{
	const int64_t *n = view->counts.by_state;

	if (view->dispatch.state == DISPATCH_HELD || n[DELIVERY_UNKNOWN])
		return EXIT_HELD;
	if (dispatch_is_open(&view->counts) && view->dispatch.state != DISPATCH_CANCELLED)
		return EXIT_UNFINISHED;
	return n[DELIVERY_FAILED] || n[DELIVERY_EXPIRED] || view->dispatch.state == DISPATCH_CANCELLED
		       ? EXIT_PARTLY
		       : EXIT_DONE;
}

static enum status summarise(struct call *call, struct store *store, int64_t id, struct err *err)
{
	struct dispatch_view view;
	struct str text;
	enum status status = dispatches_find(store, id, &view, err);

	if (status != OK)
		return status;
	call->exit_status = worse_of(call->exit_status, exit_of(&view));
	str_init(&text, STR_MAX_LARGE);
	if (call->json)
		outcomeview_print_json(call->newsroom, &view);
	else
		status = outcomeview_summary(call->newsroom, &view, &text, err);
	terminal_print(&text);
	str_clear(&text);
	dispatch_clear(&view.dispatch);
	return status;
}

enum status carry_dispatches(
	struct call *call, const int64_t *dispatches, size_t count, int64_t wait_ms, struct err *err)
{
	struct carrying carrying = {.call = call, .first = dispatches[0]};
	struct err trouble = {0};
	struct str label;
	enum status status = newsroom_store(call->newsroom, &carrying.store, err);
	enum status sent;

	if (status != OK)
		return status;
	str_init(&label, STR_MAX_SMALL);
	status = outcomeview_label(carrying.store, dispatches, count, &label, err);
	carrying.label = label.ptr;
	sent = status == OK ? run(&carrying, dispatches, count, wait_ms, &trouble) : status;
	for (size_t i = 0; i < count && status == OK; i++)
		status = summarise(call, carrying.store, dispatches[i], err);
	str_clear(&label);
	if (status != OK)
		call->exit_status = EXIT_UNFINISHED; /* whatever was sent, was */
	if (status != OK || sent == OK)
		return status;
	if (call->exit_status == EXIT_DONE)
		call->exit_status = sent == E_HELD ? EXIT_HELD : EXIT_UNFINISHED;
	*err = trouble;
	return sent;
}

enum status carry_wait(struct call *call, int64_t *wait_ms, struct err *err)
{
	const char *typed = call_option(call, "wait");

	*wait_ms = CARRY_WAIT_MS;
	if (typed && settingtable_parse_duration(span_of(typed), wait_ms, err) != OK)
		return call_usage(call, err,
			"--wait: \"%s\" is no length of time; write it like \"90s\" or \"5m\"", typed);
	return OK;
}
