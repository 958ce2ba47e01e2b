/*
 * What was done to a list, and undoing it.
 */
#include "app/listhistory.h"

#include "app/lists.h"

enum status listhistory_each(
	struct store *store, const char *list, store_change_fn *fn, void *context, struct err *err)
{
	struct medialist found;
	enum status status = lists_find(store, list, &found, err);

	if (status != OK)
		return status;
	status = store_each_change(store, found.id, fn, context, err);
	medialist_clear(&found);
	return status;
}

static enum status find_undoable(
	struct store *store, const struct medialist *list, struct change *out, struct err *err)
{
	enum status status = store_find_undoable(store, list->id, out, err);

	if (status == E_NOTFOUND)
		return err_set(err, status, "nothing on \"%s\" is left to undo", list->name);
	return status;
}

static enum status say_blocked(struct store *store, const struct undo_summary *summary, struct err *err)
{
	struct change later = {0};
	struct medialist list = {0};
	enum status status = store_get_change(store, summary->blocked_by, &later, err);

	if (status == OK)
		status = store_get_list(store, later.list_id, &list, err);
	if (status == OK)
		status = err_set(err, E_CONFLICT,
			"a later change on \"%s\" (%s %s) touched the same people: undo that first, with "
			"\"dateline list undo %s\"",
			list.name, change_kind_name(later.kind), later.detail, list.name);
	medialist_clear(&list);
	change_clear(&later);
	return status;
}

static enum status undo(struct store *store, const struct medialist *list, const char *who,
	struct change *undone, struct undo_summary *summary, struct err *err)
{
	struct str detail;
	int64_t undo_id = 0;
	enum status status = find_undoable(store, list, undone, err);

	if (status != OK)
		return status;
	str_init(&detail, STR_MAX_SMALL);
	str_addf(&detail, "%s %s", change_kind_name(undone->kind), undone->detail);
	status = lists_add_change(store, list, NULL, CHANGE_UNDO, who, detail.ptr, &undo_id, err);
	str_clear(&detail);
	if (status == OK)
		status = store_undo_change(store, undone->id, undo_id, summary, err);
	if (status == OK && summary->blocked_by && !summary->restored && !summary->settings)
		status = say_blocked(store, summary, err);
	if (status == OK)
		status = store_count_change(store, undo_id, 0, summary->restored + summary->settings, 0, err);
	return status;
}

enum status listhistory_undo(struct store *store, const char *list, const char *who, struct change *undone,
	struct undo_summary *summary, struct err *err)
{
	struct medialist found = {0};
	enum status status = store_begin(store, err);

	*undone = (struct change){0};
	*summary = (struct undo_summary){0};
	if (status != OK)
		return status;
	status = lists_find(store, list, &found, err);
	if (status == OK)
		status = undo(store, &found, who, undone, summary, err);
	medialist_clear(&found);
	status = store_end(store, status, err);
	if (status != OK)
		change_clear(undone);
	return status;
}
