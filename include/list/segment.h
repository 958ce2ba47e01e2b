#ifndef LIST_SEGMENT_H
#define LIST_SEGMENT_H

#include "base/str.h"
#include "record/member.h"

#include <stdbool.h>

/*
 * An expression that narrows lists:
 *
 *     or-expr   = and-expr *( "or" and-expr )
 *     and-expr  = not-expr *( "and" not-expr )
 *     not-expr  = [ "not" ] ( "(" or-expr ")" / comparison )
 *     comparison = field ( "=" / "!=" ) value
 *                / field [ "not" ] "in" "(" value *( "," value ) ")"
 *                / field "is" [ "not" ] "empty"
 *     value     = word / "quoted, with \" and \\" / 'quoted'
 *
 * Fields are those of member_field, also by the names that columns go by
 * (list/columns.h: `publication` is `outlet`). Comparisons fold case. A field that
 * holds several values ("health; migration", separated by `;` or `,`) equals each
 * of them and the whole. A word is anything without spaces or ( ) = ! , " ';
 * where a value belongs, a keyword is one too (`country in (is, in)`).
 * Keywords in any case. Parsed once, evaluated often.
 */
#define SEGMENT_MAX 4096u     /* bytes of an expression */
#define SEGMENT_DEPTH_MAX 64u /* nested parentheses and nots */

struct segment;

/*
 * E_SYNTAX shows the expression, on a line of its own, with a mark under the
 * column on the next: three lines, so don't wrap it into one. E_RANGE over a ceiling.
 */
enum status segment_parse(struct span text, struct segment **out, struct err *err);
void segment_free(struct segment *segment);                                       /* NULL is fine */
bool segment_matches(const struct segment *segment, const struct member *member); /* NULL matches all */

/* The i-th field name it reads, or NULL past the last: to warn of names no member has. */
const char *segment_field(const struct segment *segment, size_t index);

#endif
