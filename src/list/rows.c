/*
 * Rows of cells: libcsv reads the cells, we feed it physical lines, so that we
 * know where each row stands and where to go on after a broken one.
 */
#include "list/rows.h"

#include "base/mem.h"

#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct rows {
	struct lines *lines;
	struct csv_parser csv;
	char separator;
	size_t line_max;
	size_t columns_max;

	struct cell *cells;
	size_t cell_count;
	char *text; /* of the cells */
	size_t text_len;
	bool is_row_over;
	struct str fault;
};

static int is_line_feed(unsigned char c)
{
	return c == '\n';
}

static void on_cell(void *text, size_t length, void *context)
{
	struct rows *rows = context;

	if (rows->cell_count++ >= rows->columns_max)
		return;
	rows->cells[rows->cell_count - 1] = (struct cell){rows->text + rows->text_len, length};
	if (length)
		memcpy(rows->text + rows->text_len, text, length);
	rows->text_len += length;
	rows->text[rows->text_len++] = '\0';
}

static void on_row(int end, void *context)
{
	struct rows *rows = context;

	(void)end;
	rows->is_row_over = true;
}

enum status rows_open(
	const char *path, size_t line_max, size_t columns_max, struct rows **out, struct err *err)
{
	struct rows *rows;
	struct lines *lines = NULL;
	enum status status = lines_open(path, line_max, &lines, err);

	if (status)
		return status;
	rows = mem_alloc(sizeof(*rows));
	rows->lines = lines;
	rows->line_max = line_max;
	rows->columns_max = columns_max;
	rows->separator = ',';
	csv_init(&rows->csv, CSV_STRICT);
	csv_set_realloc_func(&rows->csv, mem_resize);
	/* A lone CR doesn't end a row: it is a control character, and found as one. */
	csv_set_term_func(&rows->csv, is_line_feed);
	rows->cells = mem_alloc(columns_max * sizeof(*rows->cells));
	/* No more than what is fed of a row, and a NUL a cell. */
	rows->text = mem_alloc(line_max + columns_max);
	str_init(&rows->fault, STR_MAX_SMALL);
	*out = rows;
	return OK;
}

void rows_close(struct rows *rows)
{
	if (!rows)
		return;
	lines_close(rows->lines);
	csv_free(&rows->csv);
	str_clear(&rows->fault);
	free(rows->cells);
	free(rows->text);
	free(rows);
}

void rows_set_separator(struct rows *rows, char separator)
{
	rows->separator = separator;
	csv_set_delim(&rows->csv, (unsigned char)separator);
}

const struct lines *rows_lines(const struct rows *rows)
{
	return rows->lines;
}

static bool is_blank(const struct rows *rows, const struct line *line)
{
	if (line->is_too_long)
		return false;
	for (size_t i = 0; i < line->text.len; i++) {
		char c = line->text.ptr[i];

		if (c != ' ' && c != '\t' && c != rows->separator)
			return false;
	}
	return true;
}

/* The first line of the next row. */
static enum status first_line(struct rows *rows, struct line *line, struct err *err)
{
	enum status status;

	do {
		lines_mark(rows->lines);
		status = lines_next(rows->lines, line, err);
	} while (!status && is_blank(rows, line));
	return status;
}

enum status rows_peek(struct rows *rows, struct line *out, struct err *err)
{
	enum status status = first_line(rows, out, err);

	if (!status)
		lines_again(rows->lines);
	return status;
}

enum status rows_skip_line(struct rows *rows, struct err *err)
{
	struct line line;

	return first_line(rows, &line, err);
}

/* Forget the row in libcsv, which stays in the middle of it after an error. */
static void start_row(struct rows *rows)
{
	rows->cell_count = 0;
	rows->text_len = 0;
	rows->is_row_over = false;
	str_empty(&rows->fault);
}

static void abandon_row(struct rows *rows)
{
	csv_fini(&rows->csv, NULL, NULL, NULL);
	rows->cell_count = 0;
}

static bool feed(struct rows *rows, struct span bytes)
{
	return csv_parse(&rows->csv, bytes.ptr, bytes.len, on_cell, on_row, rows) == bytes.len;
}

static bool feed_line(struct rows *rows, struct span text)
{
	return feed(rows, text) && feed(rows, SPAN("\n"));
}

/* Give up a row that its first line broke, or that no later line ended. */
static void set_fault(struct rows *rows, struct row *out, size_t column)
{
	out->fault = rows->fault.ptr;
	out->fault_column = column;
	abandon_row(rows);
}

/*
 * Feed lines until the row is over. A quote that opened in it and isn't closed
 * eats the following lines, until one has a quote where none may be, the file
 * ends or the row gets too long.
 */
static enum status continue_row(struct rows *rows, struct row *out, struct err *err)
{
	size_t quote_line = out->line;
	size_t quote_column = rows->cell_count + 1;
	size_t first_length = out->text.len;

	while (!rows->is_row_over) {
		struct line line = {0};
		size_t cells = rows->cell_count;
		enum status status = lines_next(rows->lines, &line, err);

		if (status && status != E_NOTFOUND)
			return status;
		out->text = lines_since_mark(rows->lines);
		if (status || line.is_too_long || out->text.len > rows->line_max ||
			!feed_line(rows, line.text)) {
			str_addf(&rows->fault,
				"the quote that opens on line %zu is never closed; a quote inside a quoted "
				"value is written twice",
				quote_line);
			set_fault(rows, out, quote_column);
			lines_back(rows->lines);
			out->text = span_first(lines_since_mark(rows->lines), first_length);
			return OK;
		}
		if (rows->cell_count > cells) {
			quote_line = line.number;
			quote_column = rows->cell_count + 1;
		}
	}
	return OK;
}

enum status rows_next(struct rows *rows, struct row *out, struct err *err)
{
	struct line line = {0};
	enum status status = first_line(rows, &line, err);

	if (status)
		return status;
	start_row(rows);
	*out = (struct row){.line = line.number, .text = line.text, .cells = rows->cells};
	if (line.is_too_long) {
		str_addf(&rows->fault, "the line is longer than %zu bytes", rows->line_max);
		set_fault(rows, out, 0);
		return OK;
	}
	if (!feed_line(rows, line.text)) {
		str_add_text(&rows->fault,
			"a quote where none may be; a value with quotes in it stands between quotes, and "
			"each of them is written twice");
		set_fault(rows, out, rows->cell_count + 1);
		return OK;
	}
	status = continue_row(rows, out, err);
	out->cell_count = rows->cell_count;
	return status;
}
