/*
 * Mustache templates: a source and its partials, parsed once and kept.
 * templateparse.c reads a source, templaterender.c walks it.
 */
#include "compose/template.h"

#include "base/mem.h"
#include "compose/templatetree.h"

#include <stdlib.h>

/* Data can name partials (dynamic names), so their number has a ceiling of its own. */
#define UNITS_MAX 200u

struct unit *unit_new(struct span name, const char *path)
{
	struct unit *unit = mem_alloc(sizeof(*unit));

	unit->name = span_copy(name);
	unit->path = mem_copy_text(path);
	str_init(&unit->source, TEMPLATE_MAX);
	return unit;
}

void unit_free(struct unit *unit)
{
	if (!unit)
		return;
	free(unit->name);
	free(unit->path);
	str_clear(&unit->source);
	free(unit->nodes);
	free(unit->delimiters);
	free(unit);
}

static enum status load_unit(struct template *template, struct unit *unit, struct err *err)
{
	struct err ignored;
	struct str path;
	enum status status = E_NOTFOUND;

	str_init(&path, STR_MAX_SMALL);
	if (template->load)
		status = template->load(
			template->context, span_of(unit->name), &unit->source, &path, err ? err : &ignored);
	if (status == OK && path.len) {
		free(unit->path);
		unit->path = str_take(&path);
	}
	str_clear(&path);
	if (status == E_NOTFOUND) {
		unit->is_absent = true;
		return OK;
	}
	if (status == OK)
		status = str_status(&unit->source, unit->path, err);
	return status == OK ? unit_parse(unit, NULL, err) : status;
}

enum status template_unit(struct template *template, struct span name, struct unit **out, struct err *err)
{
	struct unit *unit;
	enum status status;

	/* The first unit is the template itself: its path is no name. */
	for (size_t i = 1; i < template->count; i++) {
		if (span_equals(span_of(template->units[i]->name), name)) {
			*out = template->units[i];
			return OK;
		}
	}
	if (template->count >= UNITS_MAX)
		return err_set(
			err, E_RANGE, "%s: more than %u partials", template->units[0]->path, UNITS_MAX);
	unit = unit_new(name, "");
	free(unit->path);
	unit->path = span_copy(name);
	status = load_unit(template, unit, err);
	if (status != OK) {
		unit_free(unit);
		return status;
	}
	template->units =
		mem_grow(template->units, template->count, &template->capacity, sizeof(*template->units));
	template->units[template->count++] = unit;
	*out = unit;
	return OK;
}

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
