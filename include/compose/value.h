#ifndef COMPOSE_VALUE_H
#define COMPOSE_VALUE_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A tree of values: what front matter holds and what templates read. A SLOT
 * stands for a recipient's value that isn't known while a letter is compiled.
 */
enum value_kind {
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_TEXT,
	VALUE_LIST,
	VALUE_MAP,
	VALUE_LAMBDA,
	VALUE_SLOT
};

struct value;

/*
 * A Mustache lambda: `source` is the section's unrendered text ("" for a
 * variable); what it adds to `out` is rendered as a template.
 */
typedef void value_lambda_fn(void *context, struct span source, struct str *out);

/* Each is the caller's until put into a list or map, which then owns it. */
struct value *value_new_null(void);
struct value *value_new_bool(bool truth);
struct value *value_new_text(struct span text);
struct value *value_new_list(void);
struct value *value_new_map(void);
struct value *value_new_lambda(value_lambda_fn *fn, void *context);
struct value *value_new_slot(struct span field);     /* the recipient field's name */
void value_free(struct value *value);                /* and all below; NULL is fine */
struct value *value_copy(const struct value *value); /* and all below */

void value_add(struct value *list, struct value *item);
/* Replaces an earlier value of that key. Returns `item`, borrowed. */
struct value *value_set(struct value *map, struct span key, struct value *item);
struct value *value_set_text(struct value *map, const char *key, struct span text);

enum value_kind value_kind(const struct value *value);
struct span value_text(const struct value *value); /* of TEXT, or a SLOT's field; else empty */
bool value_truth(const struct value *value);       /* of BOOL */
size_t value_count(const struct value *value);     /* of LIST or MAP; else 0 */
const struct value *value_at(const struct value *list, size_t index); /* also a MAP's index-th value */
struct span value_key_at(const struct value *map, size_t index);
/* NULL if `map` is no MAP or hasn't the key. */
const struct value *value_get(const struct value *map, struct span key);
/* The text under `key`, or empty. */
struct span value_get_text(const struct value *map, const char *key);
void value_call(const struct value *lambda, struct span source, struct str *out);

/* Where it was read, for messages: 1-based; 0 if unknown. */
void value_set_line(struct value *value, size_t line);
size_t value_line(const struct value *value);

#endif
