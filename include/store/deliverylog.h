#ifndef STORE_DELIVERYLOG_H
#define STORE_DELIVERYLOG_H

#include "base/err.h"
#include "record/deliveryline.h"
#include "store/store.h"

/* Deliveries as people look at them. Failures: see store/store.h. */

/* The log: deliveries that pass the filter, by dispatch and position. */
typedef enum status store_line_fn(void *context, const struct delivery_line *line, struct err *err);
enum status store_each_line(struct store *store, const struct delivery_filter *filter, store_line_fn *fn,
	void *context, struct err *err);

/* What servers said of the deliveries that weren't accepted, the most frequent first. */
typedef enum status store_group_fn(void *context, const struct reply_group *group, struct err *err);
enum status store_each_reply_group(
	struct store *store, int64_t dispatch, store_group_fn *fn, void *context, struct err *err);

/*
 * Tries that ended from `since_ms` to `until_ms`, the last ones first, of dispatches that haven't ended
 * for longer than a day before.
 */
typedef enum status store_try_fn(void *context, const struct recent_try *recent, struct err *err);
enum status store_each_recent_try(struct store *store, int64_t since_ms, int64_t until_ms, store_try_fn *fn,
	void *context, struct err *err);

enum status store_find_worst_domain(
	struct store *store, int64_t dispatch, struct worst_domain *out, struct err *err);

#endif
