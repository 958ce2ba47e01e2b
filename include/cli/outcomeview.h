#ifndef CLI_OUTCOMEVIEW_H
#define CLI_OUTCOMEVIEW_H

#include "app/courier.h"
#include "app/dispatches.h"
#include "app/newsroom.h"

#include <stdint.h>

/* How sending looks: while it goes on, and when it has ended. */

/* "7 europe,mena", or "7, 8" for several. */
enum status outcomeview_label(
	struct store *store, const int64_t *dispatches, size_t count, struct str *out, struct err *err);

/* The bar, the counts, the domain that is worst off. For a terminal. */
void outcomeview_progress(struct newsroom *newsroom, const char *label, int64_t dispatch,
	const struct courier_progress *progress, struct str *out);
/* One plain line, for a pipe. */
void outcomeview_line(
	const struct zone *zone, const char *label, const struct courier_progress *progress, struct str *out);

/* The end: counts, failures and deferrals grouped by what the servers said, what to do next. */
enum status outcomeview_summary(
	struct newsroom *newsroom, const struct dispatch_view *view, struct str *out, struct err *err);
void outcomeview_print_json(const struct newsroom *newsroom, const struct dispatch_view *view);

/* It isn't held and hasn't ended, but no sender carries it: a person says that it goes on. */
bool outcomeview_is_interrupted(const struct newsroom *newsroom, const struct dispatch *dispatch);
/* The state's name, or "interrupted". Static. */
const char *outcomeview_state(const struct newsroom *newsroom, const struct dispatch *dispatch);

/* "283 accepted, 2 deferred (next 10:02:00), 3 failed": the states that have any. */
void outcomeview_counts(const struct zone *zone, const struct delivery_counts *counts, struct str *out);

/* "24 Nov", or "24 Nov 2025" if it's of another year. */
void outcomeview_day(const struct zone *zone, int64_t instant_ms, struct str *out);
/* "10:00". */
void outcomeview_minute(const struct zone *zone, int64_t instant_ms, struct str *out);

/* "3 s", "2 h 14 min". */
void outcomeview_duration(int64_t ms, struct str *out);

#endif
