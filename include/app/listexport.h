#ifndef APP_LISTEXPORT_H
#define APP_LISTEXPORT_H

#include "base/str.h"
#include "store/store.h"

/* A list's active members as CSV, so that importing it again changes nothing. */

/* Takes the next bytes of the file; not OK stops and is returned. */
typedef enum status listexport_fn(void *context, struct span bytes, struct err *err);

/*
 * `where` is an expression (list/segment.h), or NULL for all. *count: members
 * written. E_NOTFOUND as lists_find; E_SYNTAX, E_RANGE for `where` as segment_parse.
 */
enum status listexport_write(struct store *store, const char *list, const char *where, listexport_fn *fn,
	void *context, size_t *count, struct err *err);

/* The same into a file, which a reader sees whole or as it was; readable by its owner alone. */
enum status listexport_save(struct store *store, const char *list, const char *where, const char *path,
	size_t *count, struct err *err);

#endif
