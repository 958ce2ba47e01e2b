/*
 * What a name in a template stands for: contexts from the inside out, dotted
 * names, recipients' fields; and the near name where nothing is called so.
 */
#include "base/suggest.h"
#include "compose/templatetree.h"

#include <stdlib.h>

#define NAMES_SUGGESTED 200u

static bool is_family(const struct value *value)
{
	return value_kind(value) == VALUE_SLOT && span_ends(value_text(value), SPAN("."));
}

/* Set found->field for a slot reached by way of a family's name and `rest`. */
static void name_field(struct found *found, struct span prefix, struct span rest)
{
	struct str field;

	str_init(&field, TEMPLATE_FIELD_MAX);
	str_add(&field, prefix);
	str_add(&field, rest);
	memcpy(found->field, field.ptr, field.len + 1);
	str_clear(&field);
}

static void follow(struct found *found, struct span rest)
{
	struct span part;

	while (rest.ptr && found->value) {
		const struct value *map = found->value;

		if (is_family(map)) {
			name_field(found, value_text(map), rest);
			return;
		}
		span_split(&rest, '.', &part);
		found->where = map;
		found->part = part;
		found->value = value_get(map, part);
	}
	if (found->value && value_kind(found->value) == VALUE_SLOT)
		name_field(found, value_text(found->value), SPAN(""));
}

/* The first part of a name is sought from the innermost context outwards, the rest below it (spec). */
void lookup_name(const struct contexts *contexts, struct span name, struct found *found)
{
	struct span rest = name, first;

	*found = (struct found){0};
	if (span_equals(name, SPAN("."))) {
		found->value = contexts->stack[contexts->height - 1];
		return;
	}
	span_split(&rest, '.', &first);
	for (size_t i = contexts->height; i-- > 0 && !found->value;)
		found->value = value_get(contexts->stack[i], first);
	follow(found, rest);
}

static void add_names(const struct value *map, char **names, size_t *count)
{
	if (value_kind(map) != VALUE_MAP)
		return;
	for (size_t i = 0; i < value_count(map) && *count < NAMES_SUGGESTED; i++)
		names[(*count)++] = span_copy(value_key_at(map, i));
}

void lookup_suggest(
	const struct contexts *contexts, struct span name, const struct found *found, struct str *hint)
{
	struct span rest = name, part = name;
	char *names[NAMES_SUGGESTED];
	const char *near;
	size_t count = 0;
	char *mistyped;

	/* In "a.b.c" it's the part that its map lacks which is mistyped. */
	if (found->where) {
		add_names(found->where, names, &count);
		part = found->part;
	} else {
		for (size_t i = contexts->height; i-- > 0;)
			add_names(contexts->stack[i], names, &count);
		span_split(&rest, '.', &part);
	}
	mistyped = span_copy(part);
	near = suggest_nearest(mistyped, (const char *const *)names, count);
	if (near)
		str_addf(hint, "did you mean \"%s\"?", near);
	else
		str_addf(hint, "where it may be missing, write {{#%.*s}}…{{/%.*s}}", SPAN_ARG(name),
			SPAN_ARG(name));
	free(mistyped);
	while (count)
		free(names[--count]);
}
