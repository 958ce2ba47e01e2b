/*
 * The list manager: single people, put on lists and taken off them.
 */
#include "app/listpeople.h"

#include "app/attributes.h"
#include "app/lists.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "list/columns.h"
#include "list/language.h"
#include "list/listfile.h"
#include "store/changes.h"
#include "store/staging.h"
#include "store/suppressions.h"

#include <stdlib.h>

static enum status check_value(const char *name, struct span value, struct err *err)
{
	if (value.len > LISTFILE_FIELD_MAX)
		return err_set(err, E_RANGE, "\"%s\" has more than %u bytes", name, LISTFILE_FIELD_MAX);
	if (!utf8_is_valid(value))
		return err_set(err, E_SYNTAX, "\"%s\" isn't UTF-8", name);
	if (utf8_has_control(value, "") || utf8_has_invisible(value))
		return err_set(err, E_SYNTAX, "\"%s\" has a control or invisible character in it", name);
	return OK;
}

static enum status set_value(struct member *member, const struct field *field, struct err *err)
{
	struct str name;
	struct str value;
	enum status status;

	str_init(&name, STR_MAX_SMALL);
	str_init(&value, STR_MAX_SMALL);
	status = columns_field_name(span_of(field->name), &name, err);
	if (status == OK)
		status = check_value(name.ptr, span_of(field->value), err);
	if (status == OK && strcmp(name.ptr, "language") == 0 && *field->value)
		status = language_parse(span_of(field->value), &value, err);
	else
		str_add_text(&value, field->value);
	if (status == OK && !member_set_field(member, name.ptr, str_span(&value)))
		status = err_set(err, E_SYNTAX,
			"an address can't be changed: remove the person, and add the new address");
	str_clear(&name);
	str_clear(&value);
	return status;
}

static enum status read_member(
	const char *address, const struct fields *values, struct member *out, struct err *err)
{
	struct str key;
	enum status status;

	*out = (struct member){
		.address = mem_copy_text(address),
		.name = mem_copy_text(""),
		.salutation = mem_copy_text(""),
		.outlet = mem_copy_text(""),
		.role = mem_copy_text(""),
		.language = mem_copy_text(""),
	};
	str_init(&key, STR_MAX_SMALL);
	status = lists_read_address(address, &key, NULL, err);
	out->address_key = mem_copy_text(key.ptr);
	str_clear(&key);
	for (size_t i = 0; i < values->count && status == OK; i++)
		status = set_value(out, &values->items[i], err);
	if (status != OK)
		member_clear(out);
	return status;
}

/* The field that `name` is probably meant to be; NULL if it is one, or near none. */
static const char *mistaken_for(const char *name)
{
	static const char *const fields[] = {
		"name", "salutation", "outlet", "role", "language", "first_name", "last_name", "address"};
	const char *near = suggest_nearest(name, fields, sizeof(fields) / sizeof(fields[0]));

	return near && strcmp(near, name) != 0 ? near : NULL;
}

/* Not an attribute made by a slip: one whose name is near a field's must be there already. */
static enum status check_name(
	struct store *store, const struct medialist *list, const char *typed, struct err *err)
{
	struct attributes known = {0};
	struct str name;
	const char *near = NULL;
	enum status status;

	str_init(&name, STR_MAX_SMALL);
	status = columns_field_name(span_of(typed), &name, err);
	if (status == OK)
		near = mistaken_for(name.ptr);
	if (near)
		status = store_each_member(store, list->id, STORE_ANY_STATE, attributes_note, &known, err);
	if (status == OK && near && !attributes_has(&known, name.ptr))
		status = err_set(err, E_SYNTAX,
			"nobody on \"%s\" has \"%s\": did you mean \"%s\"? (a new attribute called so can "
			"only come with an imported file)",
			list->name, name.ptr, near);
	attributes_clear(&known);
	str_clear(&name);
	return status;
}

static enum status check_names(
	struct store *store, const char *list, const struct fields *values, struct err *err)
{
	struct medialist found;
	enum status status = lists_find(store, list, &found, err);

	if (status != OK)
		return status;
	for (size_t i = 0; i < values->count && status == OK; i++)
		status = check_name(store, &found, values->items[i].name, err);
	medialist_clear(&found);
	return status;
}

static enum status stage_one(struct store *store, const struct member *member, struct err *err)
{
	int64_t duplicates;
	enum status status = staging_begin(store, err);

	if (status == OK)
		status = staging_add(store, 1, member, err);
	if (status == OK)
		status = staging_end(store, &duplicates, err);
	if (status != OK)
		staging_clear(store);
	return status;
}

/* Whether a person may (again) be on a list because somebody here says so. */
static enum status check_may_join(struct store *store, const struct medialist *list, const char *address,
	const char *key, struct listpeople_result *result, struct err *err)
{
	struct member member;
	struct suppression suppression;
	enum member_state state = MEMBER_ACTIVE;
	enum status status = store_find_member(store, list->id, key, &member, err);

	if (status == OK) {
		state = member.state;
		member_clear(&member);
	}
	if (status != OK && status != E_NOTFOUND)
		return status;
	if (state == MEMBER_UNSUBSCRIBED)
		return err_set(err, E_DENIED,
			"\"%s\" unsubscribed from \"%s\": nobody but they can bring them back", address,
			list->name);
	status = store_find_suppression(store, key, &suppression, err);
	if (status == E_NOTFOUND)
		return OK;
	if (status != OK)
		return status;
	result->is_suppressed = true;
	suppression_clear(&suppression);
	if (state == MEMBER_REMOVED)
		return err_set(err, E_DENIED,
			"\"%s\" was removed from \"%s\" and is suppressed: "
			"\"dateline suppress why %s\" tells why",
			address, list->name, address);
	return OK;
}

static enum status merge_one(struct store *store, const struct medialist *list, int64_t change_id,
	struct listpeople_result *result, struct err *err)
{
	struct staging_options options = {.is_revive = true};
	struct staging_summary done;
	enum status status = staging_merge(store, list->id, change_id, &options, &done, err);

	if (status != OK)
		return status;
	result->addition = LISTPEOPLE_UNCHANGED;
	if (done.revived)
		result->addition = LISTPEOPLE_REVIVED;
	else if (done.updated)
		result->addition = LISTPEOPLE_UPDATED;
	else if (done.written)
		result->addition = LISTPEOPLE_ADDED;
	return OK;
}

static enum status add_staged(struct store *store, const char *name, const struct member *member,
	const char *who, struct listpeople_result *result, struct err *err)
{
	struct medialist list = {0};
	int64_t change_id = 0;
	enum status status = lists_find(store, name, &list, err);

	if (status == OK)
		status = check_may_join(store, &list, member->address, member->address_key, result, err);
	if (status == OK)
		status = lists_add_change(
			store, &list, NULL, CHANGE_ADD, who, member->address, &change_id, err);
	if (status == OK)
		status = merge_one(store, &list, change_id, result, err);
	if (status == OK)
		status = store_count_change(store, change_id,
			result->addition == LISTPEOPLE_ADDED || result->addition == LISTPEOPLE_REVIVED,
			result->addition == LISTPEOPLE_UPDATED, 0, err);
	medialist_clear(&list);
	return status;
}

enum status listpeople_add(struct store *store, const char *name, const char *address,
	const struct fields *values, const char *who, struct listpeople_result *result, struct err *err)
{
	struct member member;
	enum status status = read_member(address, values, &member, err);

	*result = (struct listpeople_result){0};
	if (status != OK)
		return status;
	status = check_names(store, name, values, err);
	if (status == OK)
		status = stage_one(store, &member, err);
	if (status == OK)
		status = store_begin(store, err);
	if (status == OK) {
		status = add_staged(store, name, &member, who, result, err);
		if (status == OK && result->addition == LISTPEOPLE_UNCHANGED)
			store_rollback(store);
		else
			status = store_end(store, status, err);
	}
	staging_clear(store);
	member_clear(&member);
	return status;
}

/* An active member; E_NOTFOUND says why they aren't one. */
static enum status find_active(struct store *store, const struct medialist *list, const char *address,
	struct member *out, struct err *err)
{
	struct str key;
	enum status status;

	*out = (struct member){0};
	str_init(&key, STR_MAX_SMALL);
	status = lists_read_address(address, &key, NULL, err);
	if (status == OK) {
		status = store_find_member(store, list->id, key.ptr, out, err);
		if (status == E_NOTFOUND)
			status = err_set(err, status, "\"%s\" isn't on \"%s\"", address, list->name);
	}
	if (status == OK && out->state != MEMBER_ACTIVE) {
		status = err_set(err, E_NOTFOUND, "\"%s\" isn't on \"%s\" any more: %s", address, list->name,
			member_state_name(out->state));
		member_clear(out);
	}
	str_clear(&key);
	return status;
}

static enum status remove_one(
	struct store *store, const char *name, const char *address, const char *who, struct err *err)
{
	struct medialist list = {0};
	struct member member = {0};
	int64_t change_id = 0;
	enum status status = lists_find(store, name, &list, err);

	if (status == OK)
		status = find_active(store, &list, address, &member, err);
	if (status == OK)
		status = lists_add_change(
			store, &list, NULL, CHANGE_REMOVE, who, member.address, &change_id, err);
	if (status == OK)
		status = store_set_member_state(
			store, list.id, member.subscriber_id, MEMBER_REMOVED, change_id, err);
	if (status == OK)
		status = store_count_change(store, change_id, 0, 0, 1, err);
	member_clear(&member);
	medialist_clear(&list);
	return status;
}

enum status listpeople_remove(
	struct store *store, const char *name, const char *address, const char *who, struct err *err)
{
	enum status status = store_begin(store, err);

	return status == OK ? store_end(store, remove_one(store, name, address, who, err), err) : status;
}

struct move {
	const char *who;
	struct medialist from;
	struct medialist to;
	struct member member;
};

static enum status find_move(struct store *store, const char *address, const char *from, const char *to,
	struct move *move, struct err *err)
{
	enum status status;

	if (strcmp(from, to) == 0)
		return err_set(err, E_CONFLICT, "\"%s\" is one list: name another to move to", from);
	status = lists_find(store, from, &move->from, err);
	if (status == OK)
		status = lists_find(store, to, &move->to, err);
	if (status == OK)
		status = find_active(store, &move->from, address, &move->member, err);
	return status;
}

static enum status move_staged(
	struct store *store, const struct move *move, struct listpeople_result *result, struct err *err)
{
	struct str detail;
	int64_t change_id = 0;
	struct member member;
	enum status status = find_active(store, &move->from, move->member.address, &member, err);

	member_clear(&member);
	if (status == OK)
		status = check_may_join(
			store, &move->to, move->member.address, move->member.address_key, result, err);
	str_init(&detail, STR_MAX_SMALL);
	str_addf(&detail, "%s from %s to %s", move->member.address, move->from.name, move->to.name);
	if (status == OK)
		status = lists_add_change(
			store, &move->from, &move->to, CHANGE_MOVE, move->who, detail.ptr, &change_id, err);
	if (status == OK)
		status = merge_one(store, &move->to, change_id, result, err);
	if (status == OK)
		status = store_set_member_state(
			store, move->from.id, move->member.subscriber_id, MEMBER_REMOVED, change_id, err);
	if (status == OK)
		status = store_count_change(
			store, change_id, result->addition != LISTPEOPLE_UNCHANGED, 0, 1, err);
	str_clear(&detail);
	return status;
}

enum status listpeople_move(struct store *store, const char *address, const char *from, const char *to,
	const char *who, struct listpeople_result *result, struct err *err)
{
	struct move move = {.who = who};
	enum status status;

	*result = (struct listpeople_result){0};
	status = find_move(store, address, from, to, &move, err);
	if (status == OK)
		status = stage_one(store, &move.member, err);
	if (status == OK)
		status = store_begin(store, err);
	if (status == OK)
		status = store_end(store, move_staged(store, &move, result, err), err);
	staging_clear(store);
	member_clear(&move.member);
	medialist_clear(&move.from);
	medialist_clear(&move.to);
	return status;
}
