#ifndef RECORD_FIELDS_H
#define RECORD_FIELDS_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* Named texts in the order they were first set; names are lower case. */
struct field {
	char *name;
	char *value;
};

struct fields {
	struct field *items;
	size_t count;
	size_t capacity;
};

/* Start from `(struct fields){0}`. */
void fields_clear(struct fields *fields);
/* Borrowed until the next set; NULL if there's no such field. */
const char *fields_get(const struct fields *fields, const char *name);
void fields_set(struct fields *fields, const char *name, struct span value);
void fields_remove(struct fields *fields, const char *name);
void fields_copy(struct fields *to, const struct fields *from);    /* `to` starts empty */
bool fields_equal(const struct fields *a, const struct fields *b); /* in any order */

#endif
