#ifndef APP_LISTPEOPLE_H
#define APP_LISTPEOPLE_H

#include "record/fields.h"
#include "store/store.h"

#include <stdbool.h>

/* Single people, put on lists and taken off them. Names of lists as lists_find takes them. */

enum listpeople_addition {
	LISTPEOPLE_ADDED,
	LISTPEOPLE_UPDATED, /* was on the list */
	LISTPEOPLE_REVIVED, /* had been removed */
	LISTPEOPLE_UNCHANGED
};

struct listpeople_result {
	enum listpeople_addition addition;
	bool is_suppressed; /* on the list, but nothing is sent to them */
};

/*
 * Put a person on a list, or change what it knows of them. `values` are named
 * as columns of a file are. E_DENIED for somebody who unsubscribed from the
 * list, or was removed and is suppressed; E_SYNTAX, E_RANGE for an address or value that
 * can't be, and for an attribute nobody on the list has whose name is a mistyped field's.
 */
enum status listpeople_add(struct store *store, const char *name, const char *address,
	const struct fields *values, const char *who, struct listpeople_result *result, struct err *err);

/* Take a person off a list; an import won't bring them back. E_NOTFOUND if they aren't on it. */
enum status listpeople_remove(
	struct store *store, const char *name, const char *address, const char *who, struct err *err);

/* Off one list and onto another, with all that the first knows of them. As listpeople_remove and
 * listpeople_add. */
enum status listpeople_move(struct store *store, const char *address, const char *from, const char *to,
	const char *who, struct listpeople_result *result, struct err *err);

#endif
