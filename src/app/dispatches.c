/*
 * Looking at dispatches.
 */
#include "app/dispatches.h"

#include "base/mem.h"
#include "store/deliveries.h"
#include "store/deliverylog.h"
#include "store/dispatches.h"

enum status dispatches_find(struct store *store, int64_t id, struct dispatch_view *out, struct err *err)
{
	enum status status;

	*out = (struct dispatch_view){0};
	status = id ? store_find_dispatch(store, id, &out->dispatch, err)
		    : store_find_newest_dispatch(store, &out->dispatch, err);
	if (status == OK)
		status = store_count_deliveries(store, out->dispatch.id, &out->counts, err);
	if (status == OK)
		status = store_count_leftouts(store, out->dispatch.id, out->left_out, err);
	if (status != OK)
		dispatch_clear(&out->dispatch);
	return status;
}

enum status dispatches_next_number(struct store *store, int64_t *number, struct err *err)
{
	struct dispatch newest = {0};
	enum status status = store_find_newest_dispatch(store, &newest, err);

	*number = status == OK ? newest.id + 1 : 1;
	dispatch_clear(&newest);
	return status == E_NOTFOUND ? OK : status;
}

struct walking {
	struct store *store;
	dispatches_fn *fn;
	void *context;
};

static enum status give_view(void *context, const struct dispatch *dispatch, struct err *err)
{
	const struct walking *walking = context;
	struct dispatch_view view = {.dispatch = *dispatch};
	enum status status = store_count_deliveries(walking->store, dispatch->id, &view.counts, err);

	return status == OK ? walking->fn(walking->context, &view, err) : status;
}

enum status dispatches_each(struct store *store, dispatches_fn *fn, void *context, struct err *err)
{
	struct walking walking = {store, fn, context};

	return store_each_dispatch(store, give_view, &walking, err);
}

struct ids {
	int64_t *items;
	size_t count, capacity;
};

static enum status collect_interrupted(void *context, const struct dispatch *dispatch, struct err *err)
{
	struct ids *ids = context;

	(void)err;
	if (dispatch->state != DISPATCH_SENDING && dispatch->state != DISPATCH_SCHEDULED)
		return OK;
	ids->items = mem_grow(ids->items, ids->count, &ids->capacity, sizeof(*ids->items));
	ids->items[ids->count++] = dispatch->id;
	return OK;
}

enum status dispatches_list_interrupted(struct store *store, int64_t **ids, size_t *count, struct err *err)
{
	struct ids found = {0};
	enum status status = store_each_open_dispatch(store, NULL, collect_interrupted, &found, err);

	*ids = found.items;
	*count = found.count;
	return status;
}

enum status dispatches_each_reply(
	struct store *store, int64_t id, dispatches_reply_fn *fn, void *context, struct err *err)
{
	return store_each_reply_group(store, id, fn, context, err);
}

enum status dispatches_worst_domain(
	struct store *store, int64_t id, struct worst_domain *out, struct err *err)
{
	return store_find_worst_domain(store, id, out, err);
}

bool dispatch_is_open(const struct delivery_counts *counts)
{
	return counts->by_state[DELIVERY_QUEUED] || counts->by_state[DELIVERY_CLAIMED] ||
	       counts->by_state[DELIVERY_DEFERRED];
}
