/*
 * `list import`: a file's people into a list.
 */
#include "app/actor.h"
#include "app/listimport.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/terminal.h"

/* How many of the rejected, and of those who'd be removed, are shown. */
#define SHOWN_MAX 10u

struct shown {
	const struct call *call;
	const struct listimport_job *job;
	const struct listimport_summary *summary;
	struct progress progress;
	size_t rejects;
	size_t missing;
};

static void draw_progress(void *context, bool is_merging, size_t done)
{
	struct shown *shown = context;
	const struct listfile_summary *file = &shown->summary->file;
	uint64_t total = is_merging ? file->good : file->bytes_total;
	struct str text;

	if (!progress_is_due(&shown->progress))
		return;
	str_init(&text, STR_MAX_SMALL);
	str_addf(&text, "%s  %s [", shown->job->list, is_merging ? "merging" : "reading");
	progress_bar(&text, 30, is_merging ? done : file->bytes_done, total);
	str_addf(&text, "]  %zu rows  Ctrl-C changes nothing", done);
	progress_draw(&shown->progress, &text);
	str_clear(&text);
}

static void show_reject(void *context, const struct listfile_reject *reject)
{
	struct shown *shown = context;

	if (++shown->rejects > SHOWN_MAX)
		return;
	progress_end(&shown->progress);
	if (reject->column)
		fprintf(stderr, "%s:%zu:%zu: %s\n", shown->job->path, reject->line, reject->column,
			reject->reason);
	else
		fprintf(stderr, "%s:%zu: %s\n", shown->job->path, reject->line, reject->reason);
}

static enum status show_missing(void *context, const struct member *member, struct err *err)
{
	struct shown *shown = context;

	(void)err;
	if (++shown->missing == 1) {
		progress_end(&shown->progress);
		fprintf(stderr, "Not in %s:\n", shown->job->path);
	}
	if (shown->missing <= SHOWN_MAX)
		fprintf(stderr, "  %s%s%s\n", member->address, *member->name ? "  " : "", member->name);
	return OK;
}

static enum status ask(void *context, size_t missing, struct err *err)
{
	struct shown *shown = context;
	struct str question;
	struct str word;
	enum status status;

	if (missing > SHOWN_MAX)
		fprintf(stderr, "  and %zu more\n", missing - SHOWN_MAX);
	if (shown->call->yes)
		return OK;
	str_init(&question, STR_MAX_SMALL);
	str_init(&word, STR_MAX_SMALL);
	str_addf(&question,
		"Type %zu to remove them from %s (\"dateline list undo %s\" brings them back): ", missing,
		shown->job->list, shown->job->list);
	str_addf(&word, "%zu", missing);
	status = terminal_confirm(question.ptr, word.ptr, err);
	str_clear(&question);
	str_clear(&word);
	progress_start(&shown->progress);
	return status;
}

static void print_json(const struct listimport_job *job, const struct listimport_summary *summary)
{
	const struct staging_summary *merge = &summary->merge;
	json_t *object = json_pack("{s:s,s:o,s:b,s:b,s:I}", "list", job->list, "file",
		json_text(span_of(job->path)), "dry_run", job->is_dry_run, "new_list", summary->is_new_list,
		"rows", (json_int_t)summary->file.rows);
	const struct {
		const char *name;
		int64_t count;
	} counts[] = {
		{"new", merge->added},
		{"updated", merge->updated},
		{"unchanged", merge->unchanged},
		{"revived", merge->revived},
		{"removed", summary->removed},
		{"kept_rejected", summary->spared},
		{"duplicates", summary->duplicates},
		{"rejected", (int64_t)summary->file.rejected},
		{"kept_removed", merge->kept_removed},
		{"kept_suppressed", merge->kept_suppressed},
		{"kept_unsubscribed", merge->kept_unsubscribed},
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		json_object_set_new(object, counts[i].name, json_integer(counts[i].count));
	json_object_set_new(object, "rejects_file", json_text_or_null(summary->rejects_path));
	json_object_set_new(object, "encoding", json_text_or_null(summary->file.encoding));
	json_print_line(object);
}

static void add_count(struct str *out, int64_t count, const char *words)
{
	if (count)
		str_addf(out, "%8lld %s\n", (long long)count, words);
}

static void print_words(const struct listimport_job *job, const struct listimport_summary *summary)
{
	const struct staging_summary *merge = &summary->merge;
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	str_addf(&text, "%s%s: %zu row%s of %s%s\n", job->list, summary->is_new_list ? " (new list)" : "",
		summary->file.rows, summary->file.rows == 1 ? "" : "s", job->path,
		job->is_dry_run ? ", dry run: nothing was changed" : "");
	str_addf(&text, "%8lld new\n%8lld updated\n%8lld unchanged\n", (long long)merge->added,
		(long long)merge->updated, (long long)merge->unchanged);
	add_count(&text, merge->revived, "brought back");
	add_count(&text, summary->duplicates, "twice in the file: the first row counts");
	add_count(&text, merge->kept_removed, "removed before, and stay so (--revive brings them back)");
	add_count(&text, merge->kept_unsubscribed, "unsubscribed, and stay so");
	add_count(&text, merge->kept_suppressed, "suppressed, and stay so: nothing is sent to them");
	add_count(&text, (int64_t)summary->file.rejected, "rejected");
	if (*summary->rejects_path)
		str_addf(&text, "         see %s\n", summary->rejects_path);
	if (summary->removed)
		str_addf(&text, "%8lld removed: not in the file\n", (long long)summary->removed);
	add_count(&text, summary->spared, "kept: their row was rejected");
	terminal_print(&text);
	str_clear(&text);
}

static enum status run(struct call *call, struct err *err)
{
	struct listimport_summary summary;
	struct shown shown = {.call = call, .summary = &summary};
	struct listimport_job job = {
		.list = call->arguments[0],
		.path = call->arguments[1],
		.rejects_path = call_option(call, "rejects"),
		.who = actor_name(),
		.is_dry_run = call_has(call, "dry-run"),
		.is_replace = call_has(call, "replace"),
		.is_revive = call_has(call, "revive"),
		.context = &shown,
		.progress = draw_progress,
		.reject = show_reject,
		.missing = show_missing,
		.confirm = ask,
	};
	struct store *store;
	enum status status;

	if (strcmp(job.path, "-") == 0)
		return call_usage(call, err,
			"a list can't be read from standard input: save it to a file, and name that");
	status = newsroom_store(call->newsroom, &store, err);
	if (status != OK)
		return status;
	shown.job = &job;
	progress_start(&shown.progress);
	status = listimport_run(store, &job, &summary, err);
	progress_end(&shown.progress);
	if (shown.rejects > SHOWN_MAX)
		fprintf(stderr, "and %zu more rejected\n", shown.rejects - SHOWN_MAX);
	if (status == OK && summary.near_name && *summary.near_name)
		fprintf(stderr, "dateline: \"%s\" is a new list; did you mean \"%s\"?\n", job.list,
			summary.near_name);
	if (status == OK && call->json)
		print_json(&job, &summary);
	else if (status == OK)
		print_words(&job, &summary);
	if (status == OK && summary.file.rejected)
		call->exit_status = EXIT_PARTLY;
	listimport_summary_clear(&summary);
	return status;
}

static const struct command_option options[] = {
	{"dry-run", 'n', NULL, "count, and change nothing"},
	{"replace", 0, NULL, "then remove whoever isn't in the file; shows them and asks"},
	{"revive", 0, NULL, "bring back the removed; never the suppressed or unsubscribed"},
	{"rejects", 'o', "FILE", "where bad rows go, each with its reason (FILE.rejects.csv)"},
	{0},
};

const struct command cmd_list_import = {
	.name = "list import",
	.arguments = "NAME FILE",
	.least = 2,
	.most = 2,
	.need = NEED_NEWSROOM,
	.options = options,
	.summary = "put a CSV file's people on a list",
	.help = "The first row names the columns, in any order: email, name (or first name and last\n"
		"name), outlet, role, language, salutation; any other becomes an attribute that\n"
		"templates and segments can use. An empty cell never erases what is there. A list\n"
		"that isn't there is made. It's all or nothing: an import that is stopped changes\n"
		"nothing, and \"list undo\" takes back one that went through.\n\n"
		"Ends with 3 if rows were rejected; the good ones are in. With --replace, somebody\n"
		"whose row was rejected is kept, and a file without any good row is refused.",
	.run = run,
};
