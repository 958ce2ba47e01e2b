#ifndef STORE_STAGING_H
#define STORE_STAGING_H

#include "store/lists.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Members on their way into a list. They are gathered in a temporary database
 * of this process, sorted by address there, and merged into the list in one
 * short transaction; until then nobody else sees or waits for anything.
 *
 *     staging_begin, staging_add… (staging_spare…), staging_end,
 *     store_begin, staging_merge (staging_remove_missing), store_commit
 *
 * One staging a store at a time. Failures that every call can return are told
 * in store/store.h.
 */
enum status staging_begin(struct store *store, struct err *err); /* empties what was there */
/* `line` tells members apart and is larger each time; of two with one address key the first counts. */
enum status staging_add(struct store *store, size_t line, const struct member *member, struct err *err);
/* Somebody who isn't staged, but isn't missing either. */
enum status staging_spare(struct store *store, struct span address_key, struct err *err);
enum status staging_end(struct store *store, int64_t *duplicates, struct err *err);
/* Forget it all; also in the middle of the gathering. */
void staging_clear(struct store *store);

/* Each staged member is in exactly one of these counts, but for the last. */
struct staging_summary {
	int64_t added;
	int64_t updated;
	int64_t unchanged;
	int64_t revived;           /* were removed, and options said to bring them back */
	int64_t kept_removed;      /* stay removed */
	int64_t kept_unsubscribed; /* stay unsubscribed */
	int64_t kept_suppressed;   /* on the list, but nothing is sent to them */
	int64_t written;           /* besides: those for whom the store changed */
};

struct staging_options {
	bool is_dry_run; /* count only */
	bool is_revive;  /* bring removed members back; suppressed and unsubscribed ones never */
	/* Every few thousand members; may be NULL. */
	void (*progress)(void *context, size_t done);
	void *context;
};

/*
 * Merge into a list: empty values leave what is there; name and salutation
 * are the subscriber's, on every list; the rest is this membership's.
 */
enum status staging_merge(struct store *store, int64_t list_id, int64_t change_id,
	const struct staging_options *options, struct staging_summary *summary, struct err *err);

/* The active members of a list that are neither staged nor spared, by address key. */
enum status staging_each_missing(
	struct store *store, int64_t list_id, store_member_fn *fn, void *context, struct err *err);
enum status staging_remove_missing(
	struct store *store, int64_t list_id, int64_t change_id, int64_t *removed, struct err *err);
/* The active members that aren't missing only because they were spared. */
enum status staging_count_spared(struct store *store, int64_t list_id, int64_t *count, struct err *err);

#endif
