#ifndef APP_LISTIMPORT_H
#define APP_LISTIMPORT_H

#include "list/listfile.h"
#include "record/member.h"
#include "store/staging.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A file's people into a list, in one transaction: whatever stops it, the list
 * is as it was. A list that isn't there is made.
 */
#define LISTIMPORT_REJECTS_SUFFIX ".rejects.csv"

struct listimport_job {
	const char *list;
	const char *path;
	const char *rejects_path; /* NULL: the file's own with LISTIMPORT_REJECTS_SUFFIX, not in a dry run */
	const char *who;
	bool is_dry_run; /* count only */
	bool is_replace; /* then remove whoever isn't in the file, not even in a rejected row */
	bool is_revive;  /* bring removed people back; suppressed and unsubscribed ones never */

	/* Each may be NULL. */
	void *context;
	/* `done` rows of the file are read, or are merged. */
	void (*progress)(void *context, bool is_merging, size_t done);
	/* A row that can't be used; all are in the rejects file, too. */
	void (*reject)(void *context, const struct listfile_reject *reject);
	/* Somebody whom a replacing import would remove… */
	enum status (*missing)(void *context, const struct member *member, struct err *err);
	/* …and how many they are, if any: not OK stops. Not called in a dry run. */
	enum status (*confirm)(void *context, size_t missing, struct err *err);
};

/* rows = rejected + duplicates + the merge's counts but `written`. */
struct listimport_summary {
	struct listfile_summary file;
	struct staging_summary merge;
	int64_t duplicates;
	int64_t removed;    /* by a replacing import; would be, in a dry run */
	int64_t spared;     /* not removed by a replacing import, because a rejected row seems to be theirs */
	bool is_new_list;   /* made; would be, in a dry run */
	char *near_name;    /* of a list that a new one was perhaps mistaken for, or ""; heap */
	char *rejects_path; /* where the rejected rows are, "" if nowhere; heap */
};

/*
 * E_SYNTAX, E_NOTFOUND, E_IO for the file as listfile_read; E_IO if the
 * rejects can't be written; E_RANGE for replacing by a file without any good
 * row; E_CONFLICT if the list was changed while `confirm` asked.
 * listimport_summary_clear afterwards, whatever it returned.
 */
enum status listimport_run(struct store *store, const struct listimport_job *job,
	struct listimport_summary *summary, struct err *err);
void listimport_summary_clear(struct listimport_summary *summary);

#endif
