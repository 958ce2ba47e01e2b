#ifndef COMPOSE_TEMPLATE_H
#define COMPOSE_TEMPLATE_H

#include "base/str.h"
#include "compose/value.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Mustache (the spec with inheritance, dynamic names and lambdas), compiled
 * once, rendered to a sequence of operations: finished text where values are
 * known, SLOT and IF where a recipient's value isn't yet.
 */
#define TEMPLATE_MAX (256u * 1024u)
#define TEMPLATE_DEPTH_MAX 50u /* sections and partials within each other */

struct template;

/* Finds a partial's source by name. E_NOTFOUND if there's none. `path` is for messages. */
typedef enum status template_load_fn(
	void *context, struct span name, struct str *source, struct str *path, struct err *err);

/*
 * Compile a source and, as needed, its partials. E_SYNTAX with file:line: an
 * unclosed tag or section, a name that doesn't match; a template that includes
 * itself without end is found when rendering (E_RANGE).
 */
enum status template_compile(const char *path, struct span source, template_load_fn *load, void *context,
	struct template **out, struct err *err);
void template_free(struct template *template);

/* How a value is made safe for its place. */
enum template_escape {
	TEMPLATE_ESCAPE_NONE,
	TEMPLATE_ESCAPE_HTML
};

/* What rendering calls, in order. `negated` is for inverted sections over a slot. */
struct template_output {
	void *context;
	void (*text)(void *context, struct span text);
	void (*slot)(void *context, struct span field, enum template_escape escape);
	void (*begin)(void *context, struct span field, bool negated);
	void (*end)(void *context);
};

enum template_missing {
	TEMPLATE_MISSING_EMPTY, /* as the Mustache spec says */
	TEMPLATE_MISSING_ERROR  /* E_NOTFOUND with file:line and the near name, unless in a section that asks
				   for it */
};

/*
 * Render with `data`. `{{x}}` is escaped by `escape`, `{{{x}}}` never. Loops
 * over a SLOT's parts are E_UNSUPPORTED (a slot is text, or empty).
 */
enum status template_render(struct template *template, const struct value *data, enum template_escape escape,
	enum template_missing missing, const struct template_output *output, struct err *err);

/* Render with no slots in `data`, to bytes. */
enum status template_render_text(struct template *template, const struct value *data,
	enum template_escape escape, enum template_missing missing, struct str *out, struct err *err);

#endif
