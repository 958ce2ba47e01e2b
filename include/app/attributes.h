#ifndef APP_ATTRIBUTES_H
#define APP_ATTRIBUTES_H

#include "record/member.h"

#include <stdbool.h>
#include <stddef.h>

/* The names of the attributes that any of several members has, each once. Start from `{0}`. */
struct attributes {
	char **names; /* sorted by bytes after attributes_sort */
	size_t count;
	size_t capacity;
};

void attributes_add(struct attributes *attributes, const struct member *member);
bool attributes_has(const struct attributes *attributes, const char *name);
void attributes_sort(struct attributes *attributes);
void attributes_clear(struct attributes *attributes);

#endif
