#ifndef APP_ATTRIBUTES_H
#define APP_ATTRIBUTES_H

#include "base/err.h"
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
/* The same for each member that store_each_member finds; `context` is the struct attributes. */
enum status attributes_note(void *context, const struct member *member, struct err *err);
bool attributes_has(const struct attributes *attributes, const char *name);
void attributes_sort(struct attributes *attributes);
void attributes_clear(struct attributes *attributes);

#endif
