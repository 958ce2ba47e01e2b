/*
 * A tree of values, shared by front matter (which fills it) and templates
 * (which read it).
 */
#include "compose/value.h"

#include "base/mem.h"

#include <stdlib.h>

struct value {
	enum value_kind kind;
	bool truth;
	size_t line;
	char *text; /* TEXT, and a SLOT's field */
	size_t text_len;
	struct value **items; /* LIST and MAP */
	char **keys;          /* MAP: beside items */
	size_t count;
	size_t item_capacity;
	size_t key_capacity;
	value_lambda_fn *lambda;
	void *context;
};

static struct value *new_of_kind(enum value_kind kind)
{
	struct value *value = mem_alloc(sizeof(*value));

	value->kind = kind;
	return value;
}

static struct value *new_with_text(enum value_kind kind, struct span text)
{
	struct value *value = new_of_kind(kind);

	value->text = span_copy(text);
	value->text_len = text.len;
	return value;
}

struct value *value_new_null(void)
{
	return new_of_kind(VALUE_NULL);
}

struct value *value_new_bool(bool truth)
{
	struct value *value = new_of_kind(VALUE_BOOL);

	value->truth = truth;
	return value;
}

struct value *value_new_text(struct span text)
{
	return new_with_text(VALUE_TEXT, text);
}

struct value *value_new_list(void)
{
	return new_of_kind(VALUE_LIST);
}

struct value *value_new_map(void)
{
	return new_of_kind(VALUE_MAP);
}

struct value *value_new_lambda(value_lambda_fn *fn, void *context)
{
	struct value *value = new_of_kind(VALUE_LAMBDA);

	value->lambda = fn;
	value->context = context;
	return value;
}

struct value *value_new_slot(struct span field)
{
	return new_with_text(VALUE_SLOT, field);
}

void value_free(struct value *value)
{
	if (!value)
		return;
	for (size_t i = 0; i < value->count; i++) {
		value_free(value->items[i]);
		if (value->keys)
			free(value->keys[i]);
	}
	free(value->items);
	free(value->keys);
	free(value->text);
	free(value);
}

struct value *value_copy(const struct value *value)
{
	struct value *copy = new_with_text(value->kind, value_text(value));

	copy->truth = value->truth;
	copy->line = value->line;
	copy->lambda = value->lambda;
	copy->context = value->context;
	for (size_t i = 0; i < value->count; i++) {
		if (value->keys)
			value_set(copy, span_of(value->keys[i]), value_copy(value->items[i]));
		else
			value_add(copy, value_copy(value->items[i]));
	}
	return copy;
}

void value_add(struct value *list, struct value *item)
{
	list->items = mem_grow(list->items, list->count, &list->item_capacity, sizeof(*list->items));
	list->items[list->count++] = item;
}

static size_t find_key(const struct value *map, struct span key)
{
	for (size_t i = 0; i < map->count; i++) {
		if (span_equals(span_of(map->keys[i]), key))
			return i;
	}
	return map->count;
}

struct value *value_set(struct value *map, struct span key, struct value *item)
{
	size_t at = find_key(map, key);

	if (at < map->count) {
		value_free(map->items[at]);
		map->items[at] = item;
		return item;
	}
	map->keys = mem_grow(map->keys, map->count, &map->key_capacity, sizeof(*map->keys));
	map->keys[map->count] = span_copy(key);
	value_add(map, item);
	return item;
}

struct value *value_set_text(struct value *map, const char *key, struct span text)
{
	return value_set(map, span_of(key), value_new_text(text));
}

enum value_kind value_kind(const struct value *value)
{
	return value->kind;
}

struct span value_text(const struct value *value)
{
	return span_bytes(value->text, value->text_len);
}

bool value_truth(const struct value *value)
{
	return value->truth;
}

size_t value_count(const struct value *value)
{
	return value->count;
}

const struct value *value_at(const struct value *list, size_t index)
{
	return list->items[index];
}

struct span value_key_at(const struct value *map, size_t index)
{
	return span_of(map->keys[index]);
}

const struct value *value_get(const struct value *map, struct span key)
{
	size_t at;

	if (map->kind != VALUE_MAP)
		return NULL;
	at = find_key(map, key);
	return at < map->count ? map->items[at] : NULL;
}

struct span value_get_text(const struct value *map, const char *key)
{
	const struct value *value = value_get(map, span_of(key));

	return value ? value_text(value) : SPAN("");
}

void value_call(const struct value *lambda, struct span source, struct str *out)
{
	lambda->lambda(lambda->context, source, out);
}

void value_set_line(struct value *value, size_t line)
{
	value->line = line;
}

size_t value_line(const struct value *value)
{
	return value->line;
}
