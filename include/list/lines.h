#ifndef LIST_LINES_H
#define LIST_LINES_H

#include "base/err.h"
#include "base/str.h"
#include "list/encoding.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The physical lines of a list's file, with a place to come back to: a row whose
 * quote is never closed is given up, and reading goes on with the line after its
 * first. Lines end in LF or CR LF; in CR where the file's start has no LF.
 * UTF-16 comes out as UTF-8, Windows-1252 as it is. Memory is a few times
 * `line_max`.
 */
struct lines;

struct line {
	size_t number;    /* from 1 */
	struct span text; /* without its end; borrowed until the next call */
	bool is_too_long; /* `text` is then its first `line_max` bytes */
};

/* E_NOTFOUND, E_IO; E_UNSUPPORTED for what is no regular file or in UTF-32. */
enum status lines_open(const char *path, size_t line_max, struct lines **out, struct err *err);
void lines_close(struct lines *lines); /* NULL is fine */

/*
 * E_NOTFOUND after the last line; E_IO. A line that is too long is passed over
 * if it is the first after the mark; otherwise it comes again after lines_back.
 */
enum status lines_next(struct lines *lines, struct line *out, struct err *err);

/* The next line starts a row. */
void lines_mark(struct lines *lines);
/* Everything since the mark as it stands in the file, without the last end. Borrowed until the next call. */
struct span lines_since_mark(const struct lines *lines);
/* Go back to the mark: the line comes again. Not after one that was too long and passed over. */
void lines_again(struct lines *lines);
/* Go back to the second line after the mark. */
void lines_back(struct lines *lines);

enum encoding lines_encoding(const struct lines *lines);
/* Bytes of the file, and how many of them have been read: for a progress line. */
uint64_t lines_bytes_total(const struct lines *lines);
uint64_t lines_bytes_done(const struct lines *lines);

#endif
