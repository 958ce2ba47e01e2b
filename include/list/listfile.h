#ifndef LIST_LISTFILE_H
#define LIST_LISTFILE_H

#include "base/err.h"
#include "base/str.h"
#include "record/member.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Journalists as CSV (RFC 4180 and what spreadsheets make of it): `,` `;` or tab,
 * UTF-8 with or without BOM, UTF-16, Windows-1252. Read in a stream: memory
 * doesn't grow with the file.
 */
#define LISTFILE_LINE_MAX (64u * 1024u) /* bytes of one row */
#define LISTFILE_COLUMNS_MAX 200u
#define LISTFILE_FIELD_MAX 1000u /* bytes of one value */

/* So that what was read fits when it is written again, all fixed columns there and every quote doubled. */
#define LISTFILE_ATTRIBUTES_MAX (LISTFILE_COLUMNS_MAX - 6u)
#define LISTFILE_VALUES_MAX 30000u /* bytes of a row's values together */

/*
 * A row that can't be used. `line` counts from 1 in the file as it is; column 0 means the whole row.
 * `address_keys` tells whom it may be about: the one in its address column, or if none can be read there
 * every address that stands anywhere in it. Each ends with a line feed.
 */
struct listfile_reject {
	size_t line;
	size_t column;
	const char *reason;       /* borrowed for the call */
	struct span row;          /* the row's own bytes as UTF-8, borrowed, cut at LISTFILE_LINE_MAX */
	struct span address_keys; /* borrowed for the call */
};

struct listfile_reader_fns {
	/*
	 * A good row; `member` is borrowed for the call. Absent and empty cells are "", empty attributes
	 * are left out: member_field says "" for both. Not OK stops the reading.
	 */
	enum status (*member)(void *context, size_t line, const struct member *member, struct err *err);
	enum status (*reject)(void *context, const struct listfile_reject *reject, struct err *err);
};

/* Kept up to date while reading, so that the functions above can show how far it has come. */
struct listfile_summary {
	size_t rows; /* data rows seen, empty lines not counted */
	size_t good;
	size_t rejected;
	char separator;
	const char *encoding; /* "UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252"; static */
	uint64_t bytes_done;  /* of the file, read so far */
	uint64_t bytes_total;
};

/*
 * Read a file.
 *
 * The header row names columns in any order and case, with the usual synonyms
 * (list/columns.h); unknown ones become attributes under their name in lower
 * case with `_` for what isn't a letter or digit. First and last name make the
 * name where no column is the full one. The separator is the one that the header
 * row has most of; a line `sep=;` before it decides.
 *
 * The encoding is the byte order mark's; without one that of most lines beyond
 * ASCII (list/encoding.h). A row in the other one is rejected, never guessed at:
 * bytes that aren't UTF-8 in a UTF-8 file, proper UTF-8 in a Windows-1252 one.
 *
 * A row is rejected, with line and column, for: an address that addr_parse
 * refuses; a control character or invisible one in a value, line breaks too; a
 * value over LISTFILE_FIELD_MAX, or all of them over LISTFILE_VALUES_MAX; an impossible language; more or
 * fewer cells than the header has (empty cells too many are nothing); a row over LISTFILE_LINE_MAX; a quote
 * where none may be. Where a quote is never closed, its row's first line is rejected, saying where the quote
 * opened, and the next line is read as a row of its own: one stray quote costs one line. Spaces, tabs and
 * no-break spaces around a value are taken off, inside quotes too.
 *
 * E_SYNTAX (with file and line) if there's no header row or no address column,
 * E_CONFLICT if two columns mean the same, E_RANGE if there are too many;
 * E_NOTFOUND, E_IO; E_UNSUPPORTED for what is no regular file.
 * Failures of `fns` are returned as they are.
 */
enum status listfile_read(const char *path, const struct listfile_reader_fns *fns, void *context,
	struct listfile_summary *summary, struct err *err);

/*
 * Writing, in UTF-8 with `,`, so that reading it again is the identity for
 * members as listfile_read gives them: a header row of the fixed columns and
 * the union of `attribute_names`, then a row a member.
 */
void listfile_write_header(struct str *out, const char *const *attribute_names, size_t count);
void listfile_write_member(
	struct str *out, const struct member *member, const char *const *attribute_names, size_t count);

#endif
