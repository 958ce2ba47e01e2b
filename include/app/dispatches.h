#ifndef APP_DISPATCHES_H
#define APP_DISPATCHES_H

#include "base/err.h"
#include "record/deliveryline.h"
#include "record/dispatch.h"

#include <stddef.h>
#include <stdint.h>

struct store;

/* Dispatches as people look at them: with how far they are. */

struct dispatch_view {
	struct dispatch dispatch;
	struct delivery_counts counts;
	int64_t left_out[LEFTOUT_REASON_COUNT];
};

/* By number, or the newest with 0. E_NOTFOUND says what to do. dispatch_clear(&out->dispatch) afterwards. */
enum status dispatches_find(struct store *store, int64_t id, struct dispatch_view *out, struct err *err);

/* The number that the next one gets. */
enum status dispatches_next_number(struct store *store, int64_t *number, struct err *err);

/* Newest first; `view` is borrowed for the call, its left_out isn't filled. Not OK stops and is returned. */
typedef enum status dispatches_fn(void *context, const struct dispatch_view *view, struct err *err);
enum status dispatches_each(struct store *store, dispatches_fn *fn, void *context, struct err *err);

/* Those that were being sent and aren't finished, oldest first: *ids is a heap array. Held ones aren't among
 * them. */
enum status dispatches_list_interrupted(struct store *store, int64_t **ids, size_t *count, struct err *err);

/* What servers said of what wasn't accepted, the most frequent first; the domain that is worst off. */
typedef enum status dispatches_reply_fn(void *context, const struct reply_group *group, struct err *err);
enum status dispatches_each_reply(
	struct store *store, int64_t id, dispatches_reply_fn *fn, void *context, struct err *err);
enum status dispatches_worst_domain(
	struct store *store, int64_t id, struct worst_domain *out, struct err *err);

/* Something of it may still go out. */
bool dispatch_is_open(const struct delivery_counts *counts);

#endif
