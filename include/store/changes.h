#ifndef STORE_CHANGES_H
#define STORE_CHANGES_H

#include "record/change.h"
#include "store/store.h"

#include <stdint.h>

/*
 * The history of the lists. A change is added first; what is then done under
 * its id keeps what it replaces, in the same transaction, so that the change
 * can be undone. Failures that every call can return are told in store/store.h.
 */

/* `change->id` is given; the counts come later, by store_count_change. */
enum status store_add_change(struct store *store, struct change *change, struct err *err);
enum status store_count_change(struct store *store, int64_t change_id, int64_t added, int64_t updated,
	int64_t removed, struct err *err);

/* E_NOTFOUND, naming the number. change_clear `out` afterwards. */
enum status store_get_change(struct store *store, int64_t id, struct change *out, struct err *err);

/* A list's changes, the newest first. What `fn` is given is borrowed for the call; not OK stops. */
typedef enum status store_change_fn(void *context, const struct change *change, struct err *err);
enum status store_each_change(
	struct store *store, int64_t list_id, store_change_fn *fn, void *context, struct err *err);

/*
 * The newest change of a list that can be undone and hasn't been: neither the
 * list's making nor an undo. E_NOTFOUND, without words. change_clear `out` afterwards.
 */
enum status store_find_undoable(struct store *store, int64_t list_id, struct change *out, struct err *err);

/* What an undo did, in people; and whom it left alone, because… */
struct undo_summary {
	int64_t restored;
	int64_t kept_changed;      /* a later change touched them */
	int64_t kept_suppressed;   /* they'd be active again, and their address is suppressed */
	int64_t kept_unsubscribed; /* they took themselves off since */
	int64_t names_kept;        /* names and salutations that a later change on another list replaced */
	int64_t settings;          /* 1 if the list's settings were restored */
	int64_t blocked_by;        /* of kept_changed: a later change that isn't undone itself, or 0 */
};

/*
 * Put back what `change_id` replaced. A person on two lists (a move) is put
 * back on both or on neither. `undo_id` is the change that does it.
 */
enum status store_undo_change(struct store *store, int64_t change_id, int64_t undo_id,
	struct undo_summary *summary, struct err *err);

#endif
