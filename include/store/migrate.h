#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "base/err.h"

struct store;

/* "Date" in ASCII: what `file` and SQLite's header call a Dateline database. */
#define MIGRATE_APPLICATION_ID 0x44617465

/* E_CONFLICT if the file is another program's, E_UNSUPPORTED if it is newer than this program. Changes
 * nothing. */
enum status migrate_check(struct store *store, struct err *err);

/*
 * Bring a checked store's tables up to date with this program: the files
 * sql/NNNN_name.sql, in order, each in a transaction of its own together with
 * the number it brings the store to. Several processes may try at once.
 */
enum status migrate_run(struct store *store, struct err *err);

/* The number of the last migration this program has. */
int migrate_latest(void);

#endif
