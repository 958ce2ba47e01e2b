/*
 * Mustache templates: a source and its partials, parsed once and kept.
 * templateparse.c reads a source, templaterender.c walks it.
 */
#include "compose/template.h"

#include "base/mem.h"
#include "compose/templatetree.h"

#include <stdlib.h>

/* Load what is named outright, so that a fault in a partial shows when compiling. */
static enum status load_named(struct template *template, struct err *err)
{
	for (size_t i = 0; i < template->count; i++) {
		for (size_t n = 0; n < template->units[i]->count; n++) {
			struct unit *unit = template->units[i];
			const struct node *node = &unit->nodes[n];
			struct unit *found;
			enum status status;

			if ((node->kind != NODE_PARTIAL && node->kind != NODE_PARENT) || node->is_dynamic)
				continue;
			status = template_unit(template, unit_span(unit, node->text), &found, err);
			if (status != OK)
				return status;
		}
	}
	return OK;
}

enum status template_compile(const char *path, struct span source, template_load_fn *load, void *context,
	struct template **out, struct err *err)
{
	struct template *template;
	struct unit *unit;
	enum status status;

	if (source.len > TEMPLATE_MAX)
		return err_set(err, E_RANGE, "%s: the template is larger than %u bytes", path, TEMPLATE_MAX);
	template = mem_alloc(sizeof(*template));
	template->load = load;
	template->context = context;
	unit = unit_new(SPAN(""), path);
	str_add(&unit->source, source);
	template->units = mem_grow(NULL, 0, &template->capacity, sizeof(*template->units));
	template->units[template->count++] = unit;
	status = unit_parse(unit, NULL, err);
	if (status == OK)
		status = load_named(template, err);
	if (status != OK) {
		template_free(template);
		return status;
	}
	*out = template;
	return OK;
}

void template_free(struct template *template)
{
	if (!template)
		return;
	for (size_t i = 0; i < template->count; i++)
		unit_free(template->units[i]);
	free(template->units);
	free(template);
}

void template_escape_html(struct span text, struct str *out)
{
	size_t from = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *safe;

		switch (text.ptr[i]) {
		case '&':
			safe = "&amp;";
			break;
		case '<':
			safe = "&lt;";
			break;
		case '>':
			safe = "&gt;";
			break;
		case '"':
			safe = "&quot;";
			break;
		case '\'':
			safe = "&#39;";
			break;
		default:
			continue;
		}
		str_add(out, span_bytes(text.ptr + from, i - from));
		str_add_text(out, safe);
		from = i + 1;
	}
	str_add(out, span_from(text, from));
}
