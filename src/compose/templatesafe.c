/*
 * Looking at templates for what mails must not have. The sources' tags are taken out first; a letter's
 * slots become marks.
 */
#include "compose/templatesafe.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "compose/htmlsafe.h"
#include "compose/templatetree.h"

#include <stdint.h>
#include <stdlib.h>

/* Shorter texts of a front matter stand in a tag by chance. */
#define BLAME_MIN 4u

/* From where on, up to the next piece, a text comes from a line of a template. */
struct piece {
	size_t at;
	const char *path;
	size_t line;
};

struct pieces {
	struct piece *items;
	size_t count, capacity;
};

struct templatesafe {
	const struct template *template;
	const struct template_output *inner;
	struct template_output output;
	struct str html;
	struct pieces pieces;
};

static void add_piece(struct pieces *pieces, size_t at, const char *path, size_t line)
{
	const struct piece *last = pieces->count ? &pieces->items[pieces->count - 1] : NULL;

	if (last && last->path == path && last->line == line)
		return;
	pieces->items = mem_grow(pieces->items, pieces->count, &pieces->capacity, sizeof(*pieces->items));
	pieces->items[pieces->count++] = (struct piece){at, path, line};
}

static const struct piece *find_piece(const struct pieces *pieces, size_t at)
{
	size_t low = 0, high = pieces->count;

	while (low + 1 < high) {
		size_t middle = (low + high) / 2;

		if (pieces->items[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return &pieces->items[low];
}

static size_t count_lines(struct span text)
{
	size_t lines = 0;

	for (size_t i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n';
	return lines;
}

static enum status check_encoding(const struct unit *unit, struct err *err)
{
	struct span source = str_span(&unit->source);
	size_t bad = utf8_first_invalid(source);

	if (bad == SIZE_MAX)
		return OK;
	return err_set(err, E_SYNTAX, "%s:%zu: not UTF-8: save the file as UTF-8", unit->path,
		1 + count_lines(span_first(source, bad)));
}

/* What a source's tags leave: its texts, and marks for values. */
static void add_skeleton(const struct unit *unit, struct str *html, struct pieces *pieces)
{
	for (size_t i = 0; i < unit->count; i++) {
		const struct node *node = &unit->nodes[i];

		add_piece(pieces, html->len, unit->path, node->line);
		if (node->kind == NODE_TEXT)
			str_add(html, unit_span(unit, node->text));
		else if (node->kind == NODE_VARIABLE || node->kind == NODE_PARTIAL)
			str_add_char(html, HTMLSAFE_VALUE);
	}
}

/* `lines_before` are those of the file that the source is a part of. */
static enum status check_source(const struct unit *unit, size_t lines_before, struct err *err)
{
	struct htmlsafe_fault fault;
	struct pieces pieces = {0};
	struct str html;
	enum status status = OK;

	str_init(&html, TEMPLATE_MAX);
	add_skeleton(unit, &html, &pieces);
	if (htmlsafe_find_fault(str_span(&html), HTMLSAFE_SOURCE, &fault))
		status = err_set(err, E_SYNTAX, "%s:%zu: %s", unit->path,
			lines_before + find_piece(&pieces, fault.at)->line, fault.words);
	free(pieces.items);
	str_clear(&html);
	return status;
}

enum status templatesafe_check(const struct template *template, bool is_html, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < template->count && status == OK; i++) {
		status = check_encoding(template->units[i], err);
		if (status == OK && is_html)
			status = check_source(template->units[i], 0, err);
	}
	return status;
}

enum status templatesafe_check_phrase(const char *path, size_t line, struct span phrase, struct err *err)
{
	struct unit *unit = unit_new(SPAN(""), path);
	enum status status;

	str_add(&unit->source, phrase);
	status = unit_parse(unit, NULL, err);
	if (status == OK)
		status = check_source(unit, line ? line - 1 : 0, err);
	unit_free(unit);
	return status;
}

static void note_place(struct templatesafe *safe)
{
	add_piece(&safe->pieces, safe->html.len, safe->template->at_path, safe->template->at_line);
}

static void on_text(void *context, struct span text)
{
	struct templatesafe *safe = context;

	note_place(safe);
	str_add(&safe->html, text);
	safe->inner->text(safe->inner->context, text);
}

static void on_slot(void *context, struct span field, enum template_escape escape)
{
	struct templatesafe *safe = context;

	note_place(safe);
	str_add_char(&safe->html, HTMLSAFE_VALUE);
	safe->inner->slot(safe->inner->context, field, escape);
}

static void on_begin(void *context, struct span field, bool negated)
{
	struct templatesafe *safe = context;

	note_place(safe);
	str_add_char(&safe->html, HTMLSAFE_SWITCH);
	safe->inner->begin(safe->inner->context, field, negated);
}

static void on_end(void *context)
{
	struct templatesafe *safe = context;

	note_place(safe);
	str_add_char(&safe->html, HTMLSAFE_SWITCH);
	safe->inner->end(safe->inner->context);
}

struct templatesafe *templatesafe_new(const struct template *template, const struct template_output *inner)
{
	struct templatesafe *safe = mem_alloc(sizeof(*safe));

	safe->template = template;
	safe->inner = inner;
	safe->output = (struct template_output){safe, on_text, on_slot, on_begin, on_end};
	str_init(&safe->html, STR_MAX_LARGE);
	return safe;
}

void templatesafe_free(struct templatesafe *safe)
{
	if (!safe)
		return;
	str_clear(&safe->html);
	free(safe->pieces.items);
	free(safe);
}

const struct template_output *templatesafe_output(const struct templatesafe *safe)
{
	return &safe->output;
}

static bool share_words(struct span text, struct span blamed)
{
	if (text.len >= BLAME_MIN && span_find(blamed, text, 0) != SIZE_MAX)
		return true;
	return blamed.len >= BLAME_MIN && span_find(text, blamed, 0) != SIZE_MAX;
}

/* The text of a front matter that has the blamed bytes in it, as it is or escaped; NULL if none has. */
static const struct value *find_origin(const struct value *value, struct span blamed)
{
	struct str escaped;
	bool is_it;

	if (value_kind(value) != VALUE_TEXT) {
		const struct value *found = NULL;

		for (size_t i = 0; i < value_count(value) && !found; i++)
			found = find_origin(value_at(value, i), blamed);
		return found;
	}
	str_init(&escaped, STR_MAX_LARGE);
	template_escape_html(value_text(value), &escaped);
	is_it = share_words(value_text(value), blamed) || share_words(str_span(&escaped), blamed);
	str_clear(&escaped);
	return is_it ? value : NULL;
}

enum status templatesafe_finish(
	const struct templatesafe *safe, const char *path, const struct value *front_matter, struct err *err)
{
	struct span html = str_span(&safe->html);
	const struct value *origin;
	const struct piece *piece;
	struct htmlsafe_fault fault;
	enum status status = str_status(&safe->html, "the letter's HTML", err);

	if (status != OK || !htmlsafe_find_fault(html, HTMLSAFE_LETTER, &fault))
		return status;
	piece = find_piece(&safe->pieces, fault.at);
	origin = find_origin(front_matter, span_first(span_from(html, fault.at), fault.len));
	if (origin)
		return err_set(err, E_SYNTAX, "%s:%zu: %s (it gets into the letter by %s:%zu)", path,
			value_line(origin), fault.words, piece->path, piece->line);
	return err_set(err, E_SYNTAX, "%s:%zu: %s", piece->path, piece->line, fault.words);
}
