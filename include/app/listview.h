#ifndef APP_LISTVIEW_H
#define APP_LISTVIEW_H

#include "record/member.h"
#include "store/lists.h"

#include <stdbool.h>

struct segment;

/* Lists to look at. */

/* Every list by name, with its counts. What `fn` is given is borrowed for the call; not OK stops. */
typedef enum status listview_list_fn(
	void *context, const struct medialist *list, const struct list_counts *counts, struct err *err);
enum status listview_each(struct store *store, listview_list_fn *fn, void *context, struct err *err);
/* One of them. E_NOTFOUND as lists_find. */
enum status listview_one(
	struct store *store, const char *list, listview_list_fn *fn, void *context, struct err *err);

struct listview_options {
	const char *where; /* an expression (list/segment.h), or NULL for everybody */
	bool is_all;       /* the removed and the unsubscribed, too */
};

/*
 * The members of a list by address. What `fn` is given is borrowed for the call; not OK stops.
 * E_NOTFOUND as lists_find; E_SYNTAX, E_RANGE for `where` as segment_parse.
 */
typedef enum status listview_member_fn(
	void *context, const struct member *member, bool is_suppressed, struct err *err);
enum status listview_each_member(struct store *store, const char *list,
	const struct listview_options *options, listview_member_fn *fn, void *context, struct err *err);

/* Fields that `where` asks for and nobody on the list has: probably mistyped. `near` may be NULL. */
typedef void listview_field_fn(void *context, const char *field, const char *near);
enum status listview_check_fields(struct store *store, const char *list, const char *where,
	listview_field_fn *fn, void *context, struct err *err);

/* Read `where`; NULL gives NULL, which matches all. segment_free. */
enum status listview_parse_where(const char *where, struct segment **out, struct err *err);

/* One person on every list, with the list's name. What `fn` is given is borrowed for the call. */
typedef enum status listview_membership_fn(
	void *context, const char *list, const struct member *member, struct err *err);
enum status listview_each_membership(
	struct store *store, const char *address, listview_membership_fn *fn, void *context, struct err *err);

#endif
