#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/str.h"
#include "cli/terminal.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Aligned columns, measured in terminal columns (wide scripts and combining
 * marks fit). Elastic ones are cut with "…" where the table would be wider than the
 * terminal.
 */
struct table;

struct table_column {
	const char *title;
	bool is_right;  /* numbers */
	size_t elastic; /* gives way where there's no room for all, down to this (8 or more); 0: never */
};

struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *table);
/* The next cell, row by row; controls become "?". */
void table_add(struct table *table, struct span text);
void table_add_toned(struct table *table, enum terminal_tone tone, struct span text);
__attribute__((format(printf, 2, 3))) void table_addf(struct table *table, const char *format, ...);
size_t table_rows(const struct table *table);
/* Header and rows, at most `columns` wide; no trailing blanks. */
void table_format(const struct table *table, size_t columns, struct str *out);
/* On standard output, as wide as the terminal; `otherwise` where there's no row. */
void table_print(const struct table *table, const char *otherwise);

#endif
