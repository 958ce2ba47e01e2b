#ifndef SUPPORT_NEWSTORE_H
#define SUPPORT_NEWSTORE_H

#include "base/err.h"
#include "store/store.h"

/* A store of a test's own in a folder of its own, for cmocka's set-up and tear-down. */
struct newstore {
	char *folder;
	char *path; /* of its file: <folder>/state/dateline.db */
	struct store *store;
	struct err err; /* for the test's calls */
};

int newstore_set_up(void **state);
int newstore_tear_down(void **state);

/* The first column of the only row. Fails the test otherwise. */
int64_t newstore_number(struct newstore *place, const char *sql);

#endif
