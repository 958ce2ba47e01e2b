#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/str.h"
#include "mail/token.h"

#include <stdint.h>

/*
 * What a newsroom keeps: one database, opened by whoever needs it and used by
 * one thread at a time. This header is the store itself; what is in it is
 * read and written through store/lists.h and store/dispatches.h.
 *
 * Failures that any call below, and any call of those headers, can return:
 * E_BUSY if another process kept it locked for longer than STORE_WAIT_MS; E_IO
 * for a full disk, a read-only or damaged file; all name the file and say what
 * to do. A failed call inside a transaction leaves nothing to keep: roll back.
 */
#define STORE_WAIT_MS 30000

struct store;

/*
 * Make `path` (0600) and, where missing, its folder (0700; its parent must be
 * there), with today's tables in it. E_EXISTS if the file is there already.
 */
enum status store_create(const char *path, struct store **out, struct err *err);

/*
 * Open what store_create made, bringing its tables up to date. E_NOTFOUND if
 * there's no such file, E_CONFLICT if it's another program's, E_UNSUPPORTED if
 * a newer dateline wrote it.
 */
enum status store_open(const char *path, struct store **out, struct err *err);
void store_close(struct store *store); /* rolls back what is open; NULL is fine */

/* It is the calling thread's alone, until that gives it back: calls of others are E_INTERNAL. */
void store_own(struct store *store);
void store_disown(struct store *store);

const char *store_path(const struct store *store); /* borrowed from the store */

/* Read every page: E_IO, with the first thing that is wrong, if the file is damaged. Slow on a large one. */
enum status store_check(struct store *store, struct err *err);

/*
 * A transaction: all of what is written in between or nothing. store_begin
 * waits its turn to write; store_begin_read gives several reads one view and
 * writes nothing. They don't nest (E_INTERNAL). After a failed commit nothing
 * was kept, and the transaction is over. Outside of one, each call is its own.
 */
enum status store_begin(struct store *store, struct err *err);
enum status store_begin_read(struct store *store, struct err *err);
enum status store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store); /* does nothing where none is open */

/* End it by how its work went: commit after OK, else roll back and return `status`. */
enum status store_end(struct store *store, enum status status, struct err *err);

/* Run `work` in a transaction: committed if it returns OK, else rolled back. */
typedef enum status store_work_fn(void *context, struct err *err);
enum status store_transaction(struct store *store, store_work_fn *work, void *context, struct err *err);

/* Single values by name. E_NOTFOUND if it was never set. */
enum status store_get_meta(struct store *store, const char *name, struct str *value, struct err *err);
enum status store_set_meta(struct store *store, const char *name, struct span value, struct err *err);

/* The newsroom's secret. E_NOTFOUND if none was set; E_CONFLICT if what is there isn't one. */
enum status store_get_epoch(struct store *store, struct token_epoch *epoch, struct err *err);
enum status store_set_epoch(struct store *store, const struct token_epoch *epoch, struct err *err);

#endif
