#ifndef CLI_LOGVIEW_H
#define CLI_LOGVIEW_H

#include "base/err.h"
#include "base/zone.h"
#include "record/deliveryline.h"

#include <stdbool.h>

/* The delivery log for people (a table, or counts) and for programs (JSON lines). */
enum logview_kind {
	LOGVIEW_TABLE,
	LOGVIEW_JSON
};

/* Rows of a table; more are only counted. */
#define LOGVIEW_ROWS_MAX 10000u

struct logview;

/*
 * `count_by` is "state", "list", "domain", "reply" or "cause", or NULL for lines.
 * `all_tries`: a line for each try instead of the last one. E_NOTFOUND for another `count_by`.
 */
enum status logview_new(enum logview_kind kind, const struct zone *zone, const char *count_by, bool all_tries,
	struct logview **out, struct err *err);
void logview_free(struct logview *view);

void logview_add(struct logview *view, const struct delivery_line *line);
/* The table, or the counts, and the line below them. */
void logview_finish(struct logview *view);
/* At once, for --follow: not part of the table. */
void logview_print(struct logview *view, const struct delivery_line *line);

#endif
