/*
 * Named texts, few enough that a walk beats a hash.
 */
#include "record/fields.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static struct field *find(const struct fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++) {
		if (strcmp(fields->items[i].name, name) == 0)
			return &fields->items[i];
	}
	return NULL;
}

void fields_clear(struct fields *fields)
{
	for (size_t i = 0; i < fields->count; i++) {
		free(fields->items[i].name);
		free(fields->items[i].value);
	}
	free(fields->items);
	*fields = (struct fields){0};
}

const char *fields_get(const struct fields *fields, const char *name)
{
	const struct field *field = find(fields, name);

	return field ? field->value : NULL;
}

void fields_set(struct fields *fields, const char *name, struct span value)
{
	struct field *field = find(fields, name);

	if (field) {
		char *copy = span_copy(value);

		free(field->value);
		field->value = copy;
		return;
	}
	fields->items = mem_grow(fields->items, fields->count, &fields->capacity, sizeof(*fields->items));
	field = &fields->items[fields->count++];
	field->name = mem_copy_text(name);
	field->value = span_copy(value);
}

void fields_remove(struct fields *fields, const char *name)
{
	struct field *field = find(fields, name);
	size_t index;

	if (!field)
		return;
	free(field->name);
	free(field->value);
	index = (size_t)(field - fields->items);
	memmove(field, field + 1, (fields->count - index - 1) * sizeof(*field));
	fields->count--;
}

void fields_copy(struct fields *to, const struct fields *from)
{
	for (size_t i = 0; i < from->count; i++)
		fields_set(to, from->items[i].name, span_of(from->items[i].value));
}

bool fields_equal(const struct fields *a, const struct fields *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const char *other = fields_get(b, a->items[i].name);

		if (!other || strcmp(other, a->items[i].value) != 0)
			return false;
	}
	return true;
}
