/*
 * Tables for people, measured in terminal columns.
 */
#include "cli/table.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>

struct cell {
	char *text;
	size_t width;
	enum terminal_tone tone;
};

struct table {
	const struct table_column *columns;
	size_t column_count;
	struct cell *cells;
	size_t count;
	size_t capacity;
};

struct table *table_new(const struct table_column *columns, size_t count)
{
	struct table *table = mem_alloc(sizeof(*table));

	table->columns = columns;
	table->column_count = count;
	return table;
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table);
}

void table_add(struct table *table, struct span text)
{
	table_add_toned(table, TONE_PLAIN, text);
}

void table_add_toned(struct table *table, enum terminal_tone tone, struct span text)
{
	struct cell *cell;
	struct str shown;

	str_init(&shown, STR_MAX_LARGE);
	utf8_add_shown(&shown, text, '?');
	table->cells = mem_grow(table->cells, table->count, &table->capacity, sizeof(*table->cells));
	cell = &table->cells[table->count++];
	cell->width = utf8_width(str_span(&shown));
	cell->text = str_take(&shown);
	str_clear(&shown);
	cell->tone = tone;
}

void table_addf(struct table *table, const char *format, ...)
{
	struct str text;
	va_list args;

	str_init(&text, STR_MAX_SMALL);
	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	table_add(table, str_span(&text));
	str_clear(&text);
}

size_t table_rows(const struct table *table)
{
	return table->count / table->column_count;
}

static size_t natural_width(const struct table *table, size_t column)
{
	size_t width = utf8_width(span_of(table->columns[column].title));

	for (size_t i = column; i < table->count; i += table->column_count) {
		if (table->cells[i].width > width)
			width = table->cells[i].width;
	}
	return width;
}

#define GAP 2u
#define ELASTIC_LEAST 8u

static size_t least_of(const struct table_column *column)
{
	return column->elastic > ELASTIC_LEAST ? column->elastic : ELASTIC_LEAST;
}

/* Take what is too much from the elastic columns, the widest first. */
static void shrink(const struct table *table, size_t *widths, size_t room)
{
	size_t total = GAP * (table->column_count - 1);

	for (size_t i = 0; i < table->column_count; i++)
		total += widths[i];
	while (total > room) {
		size_t widest = SIZE_MAX;

		for (size_t i = 0; i < table->column_count; i++) {
			if (table->columns[i].elastic && widths[i] > least_of(&table->columns[i]) &&
				(widest == SIZE_MAX || widths[i] > widths[widest]))
				widest = i;
		}
		if (widest == SIZE_MAX)
			return;
		widths[widest]--;
		total--;
	}
}

static void add_cell(const struct table *table, size_t column, size_t width, enum terminal_tone tone,
	struct span text, struct str *out)
{
	size_t columns = utf8_width(text);
	bool is_last = column + 1 == table->column_count;
	bool is_cut = columns > width;

	if (is_cut) {
		text = utf8_first_columns(text, width - 1);
		columns = utf8_width(text) + 1;
	}
	if (column)
		str_add_repeat(out, ' ', GAP);
	if (table->columns[column].is_right && columns < width)
		str_add_repeat(out, ' ', width - columns);
	terminal_add(out, tone, text);
	if (is_cut)
		str_add_text(out, "…");
	if (!table->columns[column].is_right && !is_last && columns < width)
		str_add_repeat(out, ' ', width - columns);
}

static void end_row(struct str *out)
{
	while (out->len && out->ptr[out->len - 1] == ' ')
		str_cut(out, out->len - 1);
	str_add_char(out, '\n');
}

void table_format(const struct table *table, size_t columns, struct str *out)
{
	size_t *widths = mem_alloc(table->column_count * sizeof(*widths));

	for (size_t i = 0; i < table->column_count; i++)
		widths[i] = natural_width(table, i);
	shrink(table, widths, columns);
	for (size_t i = 0; i < table->column_count; i++)
		add_cell(table, i, widths[i], TONE_FAINT, span_of(table->columns[i].title), out);
	end_row(out);
	for (size_t start = 0; start + table->column_count <= table->count; start += table->column_count) {
		for (size_t i = 0; i < table->column_count; i++) {
			const struct cell *cell = &table->cells[start + i];

			add_cell(table, i, widths[i], cell->tone, span_of(cell->text), out);
		}
		end_row(out);
	}
	free(widths);
}

void table_print(const struct table *table, const char *otherwise)
{
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	if (table_rows(table))
		table_format(table, terminal_columns(), &text);
	else
		str_add_text(&text, otherwise);
	terminal_print(&text);
	str_clear(&text);
}
