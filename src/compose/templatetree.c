/*
 * A template's sources: the units it is made of, found and parsed at their first use.
 */
#include "compose/templatetree.h"

#include "base/mem.h"

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
