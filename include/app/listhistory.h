#ifndef APP_LISTHISTORY_H
#define APP_LISTHISTORY_H

#include "record/change.h"
#include "store/changes.h"

/* What was done to a list, and undoing it. */

/* The newest first; E_NOTFOUND as lists_find. */
enum status listhistory_each(
	struct store *store, const char *list, store_change_fn *fn, void *context, struct err *err);

/*
 * Undo the newest change that isn't undone yet; again, and it's the one before.
 * Nobody comes back whose address is suppressed or who unsubscribed; who was
 * touched by a later change on another list stays: `summary` counts them.
 * E_NOTFOUND if there's nothing to undo; E_CONFLICT, naming what is to be
 * undone first, if nothing could be put back before that. change_clear
 * `undone` afterwards.
 */
enum status listhistory_undo(struct store *store, const char *list, const char *who, struct change *undone,
	struct undo_summary *summary, struct err *err);

#endif
