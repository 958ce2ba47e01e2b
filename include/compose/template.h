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
 *
 * A SLOT whose field ends in '.' is a family: with `subscriber` set to the slot
 * "subscriber.", the name subscriber.outlet is the slot "subscriber.outlet",
 * whatever follows the dot. A family is only the way to its members: to print it
 * or to make a section of it is E_UNSUPPORTED.
 *
 * What the spec's lambda module has and this hasn't: a lambda is a C function
 * (value_lambda_fn), so none can be written in a data file; as a variable its result
 * may not read slots, since it is escaped as a whole. Nothing else is left out.
 */
#define TEMPLATE_MAX (256u * 1024u)
#define TEMPLATE_DEPTH_MAX 50u     /* sections and partials within each other */
#define TEMPLATE_FIELD_MAX 200u    /* bytes of a field that is left for each recipient */
#define TEMPLATE_STEPS_MAX 2000000 /* tags and lines rendered, so that nested loops end */

struct template;

/* Finds a partial's source by name. E_NOTFOUND if there's none. `path` is for messages. */
typedef enum status template_load_fn(
	void *context, struct span name, struct str *source, struct str *path, struct err *err);

/*
 * Compile a source and the partials it names; those named by data are found
 * through `load` (may be NULL: no partials) while rendering, so `context` must live as
 * long as the template. E_SYNTAX with file:line: an unclosed tag or section, a
 * name that doesn't match. E_RANGE over a ceiling. A template that includes
 * itself without end is found when rendering.
 */
enum status template_compile(const char *path, struct span source, template_load_fn *load, void *context,
	struct template **out, struct err *err);
void template_free(struct template *template); /* NULL is fine */

/* How a value is made safe for its place. */
enum template_escape {
	TEMPLATE_ESCAPE_NONE,
	TEMPLATE_ESCAPE_HTML
};

/* `text` so that it stands in HTML, quoted attributes too, for itself. */
void template_escape_html(struct span text, struct str *out);

/*
 * What rendering calls, in order. Every begin has its end; between them is what
 * is for recipients with (negated: without) a text in that field.
 */
struct template_output {
	void *context;
	void (*text)(void *context, struct span text);
	void (*slot)(void *context, struct span field, enum template_escape escape);
	void (*begin)(void *context, struct span field, bool negated);
	void (*end)(void *context);
};

enum template_missing {
	TEMPLATE_MISSING_EMPTY, /* as the Mustache spec says */
	TEMPLATE_MISSING_ERROR  /* E_NOTFOUND with file:line and the near name: a variable nobody gave,
				   unless the same file has a section {{#x}} or {{^x}} of it; a partial that
				   isn't there; a list or map where a text belongs */
};

/*
 * Render with `data`. `{{x}}` is escaped by `escape`, `{{{x}}}` never. A false,
 * null, empty text or list is what an inverted section is for. A slot is text, or empty: a loop over
 * it (a {{.}} inside its section, or a section over a family) is E_UNSUPPORTED. E_RANGE with
 * file:line where the depth or the steps run out: most often a template that
 * includes itself. After a failure the operations given so far are worthless.
 */
enum status template_render(struct template *template, const struct value *data, enum template_escape escape,
	enum template_missing missing, const struct template_output *output, struct err *err);

/* Render with no slots in `data`, to bytes (E_RANGE over out->max). E_UNSUPPORTED if there's a slot. */
enum status template_render_text(struct template *template, const struct value *data,
	enum template_escape escape, enum template_missing missing, struct str *out, struct err *err);

#endif
