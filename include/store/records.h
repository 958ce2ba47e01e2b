#ifndef STORE_RECORDS_H
#define STORE_RECORDS_H

#include "record/member.h"
#include "store/lists.h"
#include "store/sqlite.h"

/*
 * Rows of src/store's queries as records, and back.
 */

/* The columns that records_get_member reads, of `membership AS m` joined to `subscriber AS s`. */
#define RECORDS_MEMBER_COLUMNS                                                                               \
	"s.id, m.list_id, m.state, s.address, s.address_key, s.name, s.salutation, m.outlet, m.role,"        \
	" m.language, m.attributes"
#define RECORDS_MEMBER_COLUMN_COUNT 11

/* `out` is filled with copies; member_clear. E_IO if the attributes aren't what we wrote. */
enum status records_get_member(const struct sqlite_rows *rows, struct member *out, struct err *err);

/*
 * The same without copying: texts are borrowed until the rows' next step. Only
 * the attributes are the caller's to fields_clear; they're left out unless `with_attributes`.
 */
enum status records_borrow_member(
	const struct sqlite_rows *rows, bool with_attributes, struct member *out, struct err *err);

/* Give each row to `fn` as a member, and end the rows. */
enum status records_each_member(
	struct sqlite_rows *rows, store_member_fn *fn, void *context, struct err *err);

/* The text of a column, copied. */
char *records_copy_text(const struct sqlite_rows *rows, int column);

/* Named texts as a JSON object with its keys sorted, so that equal ones are equal texts. */
void records_format_fields(const struct fields *fields, struct str *out);
/* E_SYNTAX if `text` isn't such an object. */
enum status records_parse_fields(const char *text, struct fields *out, struct err *err);

#endif
