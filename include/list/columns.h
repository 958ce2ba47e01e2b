#ifndef LIST_COLUMNS_H
#define LIST_COLUMNS_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What the columns of a list's header row mean. Names are compared without case;
 * what isn't a letter or digit counts as `_`. The usual names in several
 * languages stand for ours (`e-mail`, `Publication`, `Prénom`, `Vorname`).
 */
#define COLUMNS_NAME_MAX 100u /* bytes of one name */

enum column_kind {
	COLUMN_ADDRESS,
	COLUMN_NAME,
	COLUMN_SALUTATION,
	COLUMN_OUTLET,
	COLUMN_ROLE,
	COLUMN_LANGUAGE,
	COLUMN_FIRST_NAME, /* kept as an attribute too */
	COLUMN_LAST_NAME,  /* the same */
	COLUMN_ATTRIBUTE,
	COLUMN_UNNAMED
};

struct column {
	enum column_kind kind;
	char *name; /* ours: "address", "first_name", "beat"; "" if unnamed */
};

struct columns {
	struct column *items;
	size_t count;
};

/*
 * Read a header row. Two columns of one meaning are E_CONFLICT, except that a
 * name which may mean something else gives way: beside `email`, `address` is
 * `postal_address`; beside `position`, `title` is an attribute; beside `prénom`,
 * `nom` is the last name. No address column is E_SYNTAX; E_RANGE for a long name.
 */
enum status columns_parse(const struct span *cells, size_t count, struct columns *out, struct err *err);
void columns_clear(struct columns *columns);

/*
 * The name by which members keep what somebody calls `typed`: "Publication" is
 * "outlet", "Phone no." is "phone_no". E_SYNTAX if there's no letter or digit in it.
 */
enum status columns_field_name(struct span typed, struct str *out, struct err *err);

#endif
