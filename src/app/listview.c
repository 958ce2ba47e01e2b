/*
 * Lists to look at.
 */
#include "app/listview.h"

#include "app/attributes.h"
#include "app/lists.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "list/segment.h"
#include "store/suppressions.h"

#include <stdlib.h>

struct view {
	struct store *store;
	union {
		listview_list_fn *list;
		listview_member_fn *member;
		listview_membership_fn *membership;
	} fn;
	void *context;
	struct segment *segment;
};

static enum status show_list(void *context, const struct medialist *list, struct err *err)
{
	const struct view *view = context;
	struct list_counts counts;
	enum status status = store_count_list(view->store, list->id, &counts, err);

	return status == OK ? view->fn.list(view->context, list, &counts, err) : status;
}

enum status listview_each(struct store *store, listview_list_fn *fn, void *context, struct err *err)
{
	struct view view = {.store = store, .fn.list = fn, .context = context};
	enum status status = store_begin_read(store, err);

	return status == OK ? store_end(store, store_each_list(store, show_list, &view, err), err) : status;
}

enum status listview_one(
	struct store *store, const char *list, listview_list_fn *fn, void *context, struct err *err)
{
	struct view view = {.store = store, .fn.list = fn, .context = context};
	struct medialist found;
	enum status status = lists_find(store, list, &found, err);

	if (status != OK)
		return status;
	status = show_list(&view, &found, err);
	medialist_clear(&found);
	return status;
}

enum status listview_parse_where(const char *where, struct segment **out, struct err *err)
{
	*out = NULL;
	return where ? segment_parse(span_of(where), out, err) : OK;
}

static enum status show_member(void *context, const struct member *member, struct err *err)
{
	const struct view *view = context;
	struct suppression suppression;
	enum status status;

	if (!segment_matches(view->segment, member))
		return OK;
	status = store_find_suppression(view->store, member->address_key, &suppression, err);
	if (status != OK && status != E_NOTFOUND)
		return status;
	if (status == OK)
		suppression_clear(&suppression);
	return view->fn.member(view->context, member, status == OK, err);
}

enum status listview_each_member(struct store *store, const char *list,
	const struct listview_options *options, listview_member_fn *fn, void *context, struct err *err)
{
	struct view view = {.store = store, .fn.member = fn, .context = context};
	struct medialist found = {0};
	int state = options->is_all ? STORE_ANY_STATE : MEMBER_ACTIVE;
	enum status status = listview_parse_where(options->where, &view.segment, err);

	if (status == OK)
		status = store_begin_read(store, err);
	if (status == OK) {
		status = lists_find(store, list, &found, err);
		if (status == OK)
			status = store_each_member(store, found.id, state, show_member, &view, err);
		status = store_end(store, status, err);
	}
	segment_free(view.segment);
	medialist_clear(&found);
	return status;
}

/* Those that every member has, besides what the list's files brought. */
static void add_own_fields(struct attributes *known)
{
	static const char *const own[] = {"address", "name", "salutation", "outlet", "role", "language"};
	struct member member = {0};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		fields_set(&member.attributes, own[i], SPAN("-"));
	attributes_add(known, &member);
	member_clear(&member);
}

enum status listview_check_fields(struct store *store, const char *list, const char *where,
	listview_field_fn *fn, void *context, struct err *err)
{
	struct segment *segment = NULL;
	struct medialist found = {0};
	struct attributes known = {0};
	const char *field;
	enum status status = listview_parse_where(where, &segment, err);

	if (status == OK)
		status = lists_find(store, list, &found, err);
	if (status == OK)
		status = store_each_member(store, found.id, MEMBER_ACTIVE, attributes_note, &known, err);
	add_own_fields(&known);
	for (size_t i = 0; status == OK && segment && (field = segment_field(segment, i)); i++) {
		if (!attributes_has(&known, field))
			fn(context, field,
				suggest_nearest(field, (const char *const *)known.names, known.count));
	}
	attributes_clear(&known);
	medialist_clear(&found);
	segment_free(segment);
	return status;
}

static enum status show_membership(void *context, const struct member *member, struct err *err)
{
	const struct view *view = context;
	struct medialist list;
	enum status status = store_get_list(view->store, member->list_id, &list, err);

	if (status != OK)
		return status;
	status = view->fn.membership(view->context, list.name, member, err);
	medialist_clear(&list);
	return status;
}

enum status listview_each_membership(
	struct store *store, const char *address, listview_membership_fn *fn, void *context, struct err *err)
{
	struct view view = {.store = store, .fn.membership = fn, .context = context};
	struct str key;
	enum status status;

	str_init(&key, STR_MAX_SMALL);
	status = lists_read_address(address, &key, NULL, err);
	if (status == OK)
		status = store_each_membership(store, key.ptr, show_membership, &view, err);
	str_clear(&key);
	return status;
}
