/*
 * Looking for a dispatch to go on with, and for what was edited since.
 */
#include "app/unfinished.h"

#include "base/file.h"
#include "base/linediff.h"
#include "store/deliveries.h"
#include "store/dispatches.h"

#define CHANGES_MAX (64u * 1024u)

struct looking {
	const struct release_set *set;
	const struct unfinished_query *query;
	struct unfinished *out;
	bool is_found;
	bool was_frozen[RELEASES_LANGUAGES_MAX]; /* beside the set's items */
};

/* A dispatch keeps the names joined by ',' alone. */
static bool are_same_lists(const char *typed, const char *kept)
{
	struct span a = span_of(typed);
	struct span b = span_of(kept);
	struct span x, y;

	while (span_split(&a, ',', &x)) {
		if (!span_split(&b, ',', &y) || !span_equals(span_trim(x), y))
			return false;
	}
	return !b.ptr;
}

static enum status look(void *context, const struct dispatch *dispatch, struct err *err)
{
	struct looking *looking = context;

	(void)err;
	if (looking->is_found || dispatch->kind != DISPATCH_PUBLIC ||
		!are_same_lists(looking->query->lists, dispatch->lists) ||
		strcmp(dispatch->segment, looking->query->segment) != 0 ||
		strcmp(dispatch->language, looking->query->language) != 0)
		return OK;
	looking->is_found = true;
	looking->out->dispatch = dispatch->id;
	looking->out->state = dispatch->state;
	str_add_text(&looking->out->hold_reason, dispatch->hold_reason);
	return OK;
}

static void add_changes(struct looking *looking, const char *name, struct span frozen, struct span now)
{
	if (span_equals(frozen, now))
		return;
	str_addf(&looking->out->changes, "%s\n", name);
	linediff(frozen, now, &looking->out->changes);
}

static enum status compare(void *context, const char *name, struct span frozen, struct err *err)
{
	struct looking *looking = context;
	struct span now = SPAN("");

	(void)err;
	for (size_t i = 0; i < looking->set->count; i++) {
		if (strcmp(file_name(looking->set->items[i]->path), name) == 0) {
			looking->was_frozen[i] = true;
			now = str_span(&looking->set->sources[i]);
		}
	}
	add_changes(looking, name, frozen, now);
	return OK;
}

static void add_new_files(struct looking *looking)
{
	for (size_t i = 0; i < looking->set->count; i++) {
		if (!looking->was_frozen[i])
			add_changes(looking, file_name(looking->set->items[i]->path), SPAN(""),
				str_span(&looking->set->sources[i]));
	}
}

enum status unfinished_find(
	struct store *store, const struct unfinished_query *query, struct unfinished *out, struct err *err)
{
	struct looking looking = {.set = query->set, .query = query, .out = out};
	struct delivery_counts counts;
	enum status status;

	*out = (struct unfinished){0};
	str_init(&out->hold_reason, STR_MAX_SMALL);
	str_init(&out->changes, CHANGES_MAX);
	status = store_each_open_dispatch(store, query->set->slug, look, &looking, err);
	if (status == OK && !looking.is_found)
		status = E_NOTFOUND;
	if (status == OK)
		status = store_count_deliveries(store, out->dispatch, &counts, err);
	if (status == OK)
		status = store_each_source(store, out->dispatch, compare, &looking, err);
	if (status == OK) {
		add_new_files(&looking);
		out->total = counts.total;
		out->open = counts.by_state[DELIVERY_QUEUED] + counts.by_state[DELIVERY_CLAIMED] +
			    counts.by_state[DELIVERY_DEFERRED];
	} else {
		unfinished_clear(out);
	}
	return status;
}

void unfinished_clear(struct unfinished *unfinished)
{
	str_clear(&unfinished->hold_reason);
	str_clear(&unfinished->changes);
}
