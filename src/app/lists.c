/*
 * The list manager: lists and their settings.
 */
#include "app/lists.h"

#include "app/listsettings.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "mail/addr.h"
#include "store/changes.h"

#include <stdlib.h>

struct names {
	char **items;
	size_t count;
	size_t capacity;
};

static enum status add_name(void *context, const struct medialist *list, struct err *err)
{
	struct names *names = context;

	(void)err;
	names->items = mem_grow(names->items, names->count, &names->capacity, sizeof(*names->items));
	names->items[names->count++] = mem_copy_text(list->name);
	return OK;
}

enum status lists_near(struct store *store, const char *name, char **near, struct err *err)
{
	struct names names = {0};
	const char *found = NULL;
	enum status status = store_each_list(store, add_name, &names, err);

	if (status == OK)
		found = suggest_nearest(name, (const char *const *)names.items, names.count);
	*near = mem_copy_text(found ? found : "");
	for (size_t i = 0; i < names.count; i++)
		free(names.items[i]);
	free(names.items);
	return status;
}

static enum status say_no_list(struct store *store, const char *name, struct err *err)
{
	char *near;
	enum status status = lists_near(store, name, &near, err);

	if (status == OK && *near)
		status = err_set(err, E_NOTFOUND, "there's no list \"%s\": did you mean \"%s\"?", name, near);
	else if (status == OK)
		status = err_set(
			err, E_NOTFOUND, "there's no list \"%s\": \"dateline list show\" names all", name);
	free(near);
	return status;
}

enum status lists_find(struct store *store, const char *name, struct medialist *out, struct err *err)
{
	enum status status = store_find_list(store, name, out, err);

	return status == E_NOTFOUND ? say_no_list(store, name, err) : status;
}

/* "title=Europe, trusted=yes" for the history. */
static void describe(const struct fields *fields, struct str *out)
{
	for (size_t i = 0; i < fields->count; i++)
		str_addf(out, "%s%s=%s", i ? ", " : "", fields->items[i].name, fields->items[i].value);
}

enum status lists_add_change(struct store *store, const struct medialist *list, const struct medialist *other,
	enum change_kind kind, const char *who, const char *detail, int64_t *id, struct err *err)
{
	struct change change = {
		.list_id = list->id,
		.other_list_id = other ? other->id : 0,
		.kind = kind,
		.made_ms = clock_now_ms(),
		.who = mem_copy_text(who),
		.detail = mem_copy_text(detail),
	};
	enum status status = store_add_change(store, &change, err);

	*id = change.id;
	change_clear(&change);
	return status;
}

static enum status add_list(struct store *store, struct medialist *list, const struct fields *settings,
	const char *who, struct err *err)
{
	struct str detail;
	int64_t change_id;
	enum status status = store_add_list(store, list, err);

	str_init(&detail, STR_MAX_SMALL);
	describe(settings, &detail);
	if (status == OK)
		status = lists_add_change(store, list, NULL, CHANGE_NEW, who, detail.ptr, &change_id, err);
	str_clear(&detail);
	return status;
}

enum status lists_make(
	struct store *store, const char *name, const char *who, struct medialist *out, struct err *err)
{
	enum status status = listsettings_init(out, name, err);

	if (status == OK)
		status = add_list(store, out, &(struct fields){0}, who, err);
	if (status != OK)
		medialist_clear(out);
	return status;
}

enum status lists_new(struct store *store, const char *name, const struct fields *settings, const char *who,
	struct err *err)
{
	struct medialist list;
	enum status status = listsettings_init(&list, name, err);

	if (status == OK)
		status = listsettings_apply(&list, settings, err);
	if (status == OK)
		status = store_begin(store, err);
	if (status == OK)
		status = store_end(store, add_list(store, &list, settings, who, err), err);
	medialist_clear(&list);
	return status;
}

enum status lists_set(struct store *store, const char *name, const struct fields *settings, const char *who,
	struct err *err)
{
	struct medialist list = {0};
	struct str detail;
	int64_t change_id;
	enum status status = store_begin(store, err);

	if (status != OK)
		return status;
	str_init(&detail, STR_MAX_SMALL);
	describe(settings, &detail);
	status = lists_find(store, name, &list, err);
	if (status == OK)
		status = listsettings_apply(&list, settings, err);
	if (status == OK)
		status = lists_add_change(store, &list, NULL, CHANGE_SET, who, detail.ptr, &change_id, err);
	if (status == OK)
		status = store_set_list(store, &list, change_id, err);
	str_clear(&detail);
	medialist_clear(&list);
	return store_end(store, status, err);
}

enum status lists_read_address(const char *typed, struct str *key, struct str *shown, struct err *err)
{
	struct addr addr;
	enum status status = addr_parse(span_of(typed), &addr, err);

	if (status != OK)
		return status;
	if (key)
		addr_key(&addr, key);
	if (shown)
		addr_format_shown(&addr, shown);
	addr_clear(&addr);
	return OK;
}
