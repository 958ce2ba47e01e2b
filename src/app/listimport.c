/*
 * A file's people into a list: read and staged without holding the store, then
 * merged in one transaction.
 */
#include "app/listimport.h"

#include "app/lists.h"
#include "app/listsettings.h"
#include "app/rejects.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/changes.h"

#include <stdlib.h>

/* Rows between two calls of `progress`. */
#define PROGRESS_EVERY 1024u

/* Whom a replacing import removes: to see whether it's still the same people after asking. */
struct missing {
	const struct listimport_job *job;
	size_t count;
	int64_t sum;
};

struct import {
	struct store *store;
	const struct listimport_job *job;
	struct listimport_summary *summary;
	struct rejects *rejects; /* NULL: they are only counted */
	size_t rows;
	struct medialist list;
	struct missing missing;
};

static void tell_progress(struct import *import)
{
	if (++import->rows % PROGRESS_EVERY == 0 && import->job->progress)
		import->job->progress(import->job->context, false, import->rows);
}

static enum status take_member(void *context, size_t line, const struct member *member, struct err *err)
{
	struct import *import = context;

	tell_progress(import);
	return staging_add(import->store, line, member, err);
}

static enum status take_reject(void *context, const struct listfile_reject *reject, struct err *err)
{
	struct import *import = context;
	struct span keys = reject->address_keys;
	struct span key;
	enum status status = OK;

	tell_progress(import);
	if (import->job->reject)
		import->job->reject(import->job->context, reject);
	while (status == OK && import->job->is_replace && span_split(&keys, '\n', &key)) {
		if (key.len)
			status = staging_spare(import->store, key, err);
	}
	if (status == OK && import->rejects)
		status = rejects_add(import->rejects, reject, err);
	return status;
}

static struct rejects *new_rejects(const struct listimport_job *job)
{
	struct str path;
	struct rejects *rejects = NULL;

	str_init(&path, STR_MAX_SMALL);
	if (job->rejects_path)
		str_add_text(&path, job->rejects_path);
	else if (!job->is_dry_run)
		str_addf(&path, "%s" LISTIMPORT_REJECTS_SUFFIX, job->path);
	if (path.len)
		rejects = rejects_new(path.ptr);
	str_clear(&path);
	return rejects;
}

static enum status read_file(struct import *import, struct err *err)
{
	static const struct listfile_reader_fns fns = {.member = take_member, .reject = take_reject};
	struct listimport_summary *summary = import->summary;
	enum status status = staging_begin(import->store, err);
	enum status ended = OK;

	if (status != OK)
		return status;
	import->rejects = new_rejects(import->job);
	status = listfile_read(import->job->path, &fns, import, &summary->file, err);
	if (import->rejects) {
		free(summary->rejects_path);
		ended = rejects_end(import->rejects, &summary->rejects_path, status == OK ? err : NULL);
	}
	if (status == OK)
		status = ended;
	return status == OK ? staging_end(import->store, &summary->duplicates, err) : status;
}

static enum status note_missing(void *context, const struct member *member, struct err *err)
{
	struct missing *missing = context;

	(void)err;
	missing->count++;
	missing->sum += member->subscriber_id;
	return OK;
}

static enum status tell_missing(void *context, const struct member *member, struct err *err)
{
	struct missing *missing = context;
	enum status status = note_missing(missing, member, err);

	if (status == OK && missing->job->missing)
		status = missing->job->missing(missing->job->context, member, err);
	return status;
}

/* The list as it is now; for one that isn't there yet, an id that no list has. */
static enum status find_list(struct import *import, struct err *err)
{
	enum status status;

	medialist_clear(&import->list);
	status = store_find_list(import->store, import->job->list, &import->list, err);
	import->summary->is_new_list = status == E_NOTFOUND;
	if (status == E_NOTFOUND)
		status = listsettings_init(&import->list, import->job->list, err);
	return status;
}

/* A file where nothing can be read is the wrong one, not a wish for an empty list. */
static enum status check_replaceable(const struct import *import, struct err *err)
{
	const struct listimport_summary *summary = import->summary;

	if (summary->file.good)
		return OK;
	if (*summary->rejects_path)
		return err_set(err, E_RANGE,
			"\"%s\" has no good row to replace \"%s\" with, so nothing was changed: "
			"correct its rows (\"%s\" says what is wrong), or name another file",
			import->job->path, import->job->list, summary->rejects_path);
	return err_set(err, E_RANGE,
		"\"%s\" has no good row to replace \"%s\" with, so nothing was changed: "
		"put the people in who are to stay, or name another file",
		import->job->path, import->job->list);
}

static enum status confirm_replacing(struct import *import, struct err *err)
{
	const struct listimport_job *job = import->job;
	enum status status;

	if (!job->is_replace)
		return OK;
	import->missing = (struct missing){.job = job};
	status = check_replaceable(import, err);
	if (status == OK)
		status = staging_count_spared(import->store, import->list.id, &import->summary->spared, err);
	if (status == OK)
		status = staging_each_missing(
			import->store, import->list.id, tell_missing, &import->missing, err);
	if (status != OK || !import->missing.count || job->is_dry_run || !job->confirm)
		return status;
	return job->confirm(job->context, import->missing.count, err);
}

static void tell_merging(void *context, size_t done)
{
	const struct listimport_job *job = context;

	if (job->progress)
		job->progress(job->context, true, done);
}

static enum status merge(struct import *import, int64_t change_id, struct err *err)
{
	struct staging_options options = {
		.is_dry_run = import->job->is_dry_run,
		.is_revive = import->job->is_revive,
		.progress = tell_merging,
		.context = (void *)(uintptr_t)import->job,
	};

	return staging_merge(
		import->store, import->list.id, change_id, &options, &import->summary->merge, err);
}

static enum status remove_missing(struct import *import, int64_t change_id, struct err *err)
{
	struct missing now = {0};
	enum status status;

	if (!import->job->is_replace)
		return OK;
	status = staging_each_missing(import->store, import->list.id, note_missing, &now, err);
	if (status != OK)
		return status;
	if (now.count != import->missing.count || now.sum != import->missing.sum)
		return err_set(err, E_CONFLICT, "\"%s\" was changed in the meantime: import again",
			import->list.name);
	return staging_remove_missing(
		import->store, import->list.id, change_id, &import->summary->removed, err);
}

static enum status write_all(struct import *import, struct err *err)
{
	const struct listimport_job *job = import->job;
	const struct staging_summary *merged = &import->summary->merge;
	enum change_kind kind = job->is_replace ? CHANGE_REPLACE : CHANGE_IMPORT;
	int64_t added;
	int64_t change_id = 0;
	enum status status = find_list(import, err);

	if (status == OK && import->summary->is_new_list) {
		medialist_clear(&import->list);
		status = lists_make(import->store, job->list, job->who, &import->list, err);
	}
	if (status == OK)
		status = lists_add_change(import->store, &import->list, NULL, kind, job->who,
			file_name(job->path), &change_id, err);
	if (status == OK)
		status = remove_missing(import, change_id, err);
	if (status == OK)
		status = merge(import, change_id, err);
	added = merged->added + merged->revived;
	if (status == OK)
		status = store_count_change(import->store, change_id, added, merged->written - added,
			import->summary->removed, err);
	return status;
}

static enum status count_all(struct import *import, struct err *err)
{
	import->summary->removed = (int64_t)import->missing.count;
	return merge(import, 0, err);
}

enum status listimport_run(struct store *store, const struct listimport_job *job,
	struct listimport_summary *summary, struct err *err)
{
	struct import import = {.store = store, .job = job, .summary = summary};
	enum status status;

	*summary = (struct listimport_summary){.rejects_path = mem_copy_text("")};
	status = find_list(&import, err);
	if (status == OK && summary->is_new_list)
		status = lists_near(store, job->list, &summary->near_name, err);
	if (status == OK)
		status = read_file(&import, err);
	if (status == OK)
		status = confirm_replacing(&import, err);
	if (status == OK && job->is_dry_run) {
		status = count_all(&import, err);
	} else if (status == OK) {
		status = store_begin(store, err);
		if (status == OK)
			status = store_end(store, write_all(&import, err), err);
	}
	staging_clear(store);
	medialist_clear(&import.list);
	return status;
}

void listimport_summary_clear(struct listimport_summary *summary)
{
	free(summary->near_name);
	free(summary->rejects_path);
	*summary = (struct listimport_summary){0};
}
