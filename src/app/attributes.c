/*
 * Which attributes members have.
 */
#include "app/attributes.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

bool attributes_has(const struct attributes *attributes, const char *name)
{
	for (size_t i = 0; i < attributes->count; i++) {
		if (strcmp(attributes->names[i], name) == 0)
			return true;
	}
	return false;
}

void attributes_add(struct attributes *attributes, const struct member *member)
{
	for (size_t i = 0; i < member->attributes.count; i++) {
		const char *name = member->attributes.items[i].name;

		if (attributes_has(attributes, name))
			continue;
		attributes->names = mem_grow(attributes->names, attributes->count, &attributes->capacity,
			sizeof(*attributes->names));
		attributes->names[attributes->count++] = mem_copy_text(name);
	}
}

enum status attributes_note(void *context, const struct member *member, struct err *err)
{
	(void)err;
	attributes_add(context, member);
	return OK;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void attributes_sort(struct attributes *attributes)
{
	if (attributes->count)
		qsort(attributes->names, attributes->count, sizeof(*attributes->names), compare);
}

void attributes_clear(struct attributes *attributes)
{
	for (size_t i = 0; i < attributes->count; i++)
		free(attributes->names[i]);
	free(attributes->names);
	*attributes = (struct attributes){0};
}
