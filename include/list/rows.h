#ifndef LIST_ROWS_H
#define LIST_ROWS_H

#include "base/err.h"
#include "base/str.h"
#include "list/lines.h"

#include <stddef.h>

/*
 * The rows of a CSV file (RFC 4180, strictly, by libcsv), each good or at fault
 * on its own. A row at fault costs no other: after a stray quote, or one that
 * isn't closed within `line_max` bytes, reading goes on with the very next
 * physical line.
 */
struct rows;

/* NUL-terminated and the reader's to change in place; may also hold NULs. */
struct cell {
	char *ptr;
	size_t len;
};

struct row {
	size_t line;         /* the physical line it starts on, from 1 */
	struct span text;    /* its bytes as they stand in the file, several lines if a cell holds some */
	struct cell *cells;  /* the first `columns_max` of them */
	size_t cell_count;   /* may be more than are kept */
	const char *fault;   /* why it can't be used, or NULL; then there are no cells */
	size_t fault_column; /* from 1; 0 for the whole row */
};

/* As lines_open. Every row and cell is borrowed until the next call. */
enum status rows_open(
	const char *path, size_t line_max, size_t columns_max, struct rows **out, struct err *err);
void rows_close(struct rows *rows); /* NULL is fine */

/* What separates cells from now on; `,` to begin with. */
void rows_set_separator(struct rows *rows, char separator);

/*
 * The next physical line that isn't blank, without taking it: for a look at the
 * separators of the header row. E_NOTFOUND at the end; E_IO.
 */
enum status rows_peek(struct rows *rows, struct line *out, struct err *err);
/* Pass over the line that rows_peek gave. */
enum status rows_skip_line(struct rows *rows, struct err *err);

/* Lines with nothing but separators and spaces are passed over. E_NOTFOUND after the last row; E_IO. */
enum status rows_next(struct rows *rows, struct row *out, struct err *err);

/* Borrowed; for its encoding and byte counts. */
const struct lines *rows_lines(const struct rows *rows);

#endif
