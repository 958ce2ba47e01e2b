/*
 * Rows as records, and named texts as JSON.
 */
#include "store/records.h"

#include "base/mem.h"

#include <jansson.h>
#include <stdlib.h>

char *records_copy_text(const struct sqlite_rows *rows, int column)
{
	return mem_copy_text(sqlite_get_text(rows, column));
}

static int add_bytes(const char *bytes, size_t size, void *out)
{
	str_add(out, span_bytes(bytes, size));
	return 0;
}

void records_format_fields(const struct fields *fields, struct str *out)
{
	json_t *object;

	if (!fields->count) {
		str_add_text(out, "{}");
		return;
	}
	object = json_object();
	for (size_t i = 0; i < fields->count; i++)
		json_object_set_new(object, fields->items[i].name, json_string(fields->items[i].value));
	json_dump_callback(object, add_bytes, out, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(object);
}

enum status records_parse_fields(const char *text, struct fields *out, struct err *err)
{
	const char *name;
	json_t *object;
	json_t *value;
	enum status status = OK;

	if (strcmp(text, "{}") == 0)
		return OK;
	object = json_loads(text, 0, NULL);
	if (!json_is_object(object))
		status = E_SYNTAX;
	json_object_foreach(object, name, value)
	{
		if (json_is_string(value))
			fields_set(
				out, name, span_bytes(json_string_value(value), json_string_length(value)));
		else
			status = E_SYNTAX;
	}
	json_decref(object);
	return status == OK ? OK : err_set(err, status, "\"%s\" isn't an object of texts", text);
}

static char *borrow_text(const struct sqlite_rows *rows, int column)
{
	return (char *)(uintptr_t)sqlite_get_text(rows, column);
}

enum status records_borrow_member(
	const struct sqlite_rows *rows, bool with_attributes, struct member *out, struct err *err)
{
	*out = (struct member){
		.subscriber_id = sqlite_get_int(rows, 0),
		.list_id = sqlite_get_int(rows, 1),
		.state = (enum member_state)sqlite_get_int(rows, 2),
		.address = borrow_text(rows, 3),
		.address_key = borrow_text(rows, 4),
		.name = borrow_text(rows, 5),
		.salutation = borrow_text(rows, 6),
		.outlet = borrow_text(rows, 7),
		.role = borrow_text(rows, 8),
		.language = borrow_text(rows, 9),
	};
	if (!with_attributes || records_parse_fields(sqlite_get_text(rows, 10), &out->attributes, err) == OK)
		return OK;
	return err_set(err, E_IO, "\"%s\": the attributes of subscriber %lld are damaged: restore a backup",
		store_path(rows->store), (long long)out->subscriber_id);
}

enum status records_get_member(const struct sqlite_rows *rows, struct member *out, struct err *err)
{
	struct member borrowed;
	enum status status = records_borrow_member(rows, true, &borrowed, err);

	*out = (struct member){0};
	member_copy(out, &borrowed);
	fields_clear(&borrowed.attributes);
	return status;
}
