#ifndef LIST_LISTFILE_H
#define LIST_LISTFILE_H

#include "base/str.h"
#include "record/member.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Journalists as CSV (RFC 4180 and what spreadsheets make of it): `,` `;` or tab,
 * UTF-8 with or without BOM, UTF-16 with one, Windows-1252. Read in a stream:
 * memory doesn't grow with the file.
 */
#define LISTFILE_LINE_MAX (64u * 1024u) /* bytes of one row */
#define LISTFILE_COLUMNS_MAX 200u
#define LISTFILE_FIELD_MAX 1000u /* bytes of one value */

/* A row that can't be used. `line` counts from 1 in the file as it is; column 0 means the whole row. */
struct listfile_reject {
	size_t line;
	size_t column;
	const char *reason; /* borrowed for the call */
	struct span row;    /* the row's own bytes as UTF-8, borrowed, cut at LISTFILE_LINE_MAX */
};

struct listfile_reader_fns {
	/* A good row; `member` is borrowed for the call. Absent and empty cells are "". Not OK stops the
	 * reading. */
	enum status (*member)(void *context, size_t line, const struct member *member, struct err *err);
	enum status (*reject)(void *context, const struct listfile_reject *reject, struct err *err);
};

struct listfile_summary {
	size_t rows; /* data rows seen, empty lines not counted */
	size_t good;
	size_t rejected;
	char separator;
	const char *encoding; /* "UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252"; static */
};

/*
 * Read a file. The header row names columns in any order and case, with the
 * usual synonyms; unknown ones become attributes under their name in lower case
 * with `_` for what isn't a letter or digit. Every value is checked: no control
 * characters, valid UTF-8, at most LISTFILE_FIELD_MAX. E_SYNTAX (with file and
 * line) if there's no header row or no address column; E_NOTFOUND, E_IO.
 * `hook` failures are returned as they are.
 */
enum status listfile_read(const char *path, const struct listfile_reader_fns *fns, void *context,
	struct listfile_summary *summary, struct err *err);

/*
 * Writing, so that reading it again is the identity: a header row of the fixed
 * columns and the union of `attribute_names`, then a row a member.
 */
void listfile_write_header(struct str *out, const char *const *attribute_names, size_t count);
void listfile_write_member(
	struct str *out, const struct member *member, const char *const *attribute_names, size_t count);

#endif
