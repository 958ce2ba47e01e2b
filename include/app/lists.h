#ifndef APP_LISTS_H
#define APP_LISTS_H

#include "record/change.h"
#include "record/member.h"
#include "store/lists.h"

#include <stdbool.h>

/*
 * The list manager: lists and their settings; app/listpeople.h has the single
 * people. Every change is one transaction
 * and a line of the list's history, from which it can be undone
 * (app/listhistory.h). `who` is the person it is recorded for.
 */
#define LISTS_NAME_MAX 64u

/* As store_find_list; E_NOTFOUND also suggests the nearest name. medialist_clear `out` afterwards. */
enum status lists_find(struct store *store, const char *name, struct medialist *out, struct err *err);

/* The list whose name is nearest to a mistyped one, or "": heap, free() it. */
enum status lists_near(struct store *store, const char *name, char **near, struct err *err);

/*
 * Make a list. `settings` are named as people type them: title, region,
 * language, zone, trusted (yes or no), from; what isn't given follows from the
 * name, or is the newsroom's. E_EXISTS; E_SYNTAX, E_NOTFOUND or E_RANGE for a
 * name or setting that can't be.
 */
enum status lists_new(struct store *store, const char *name, const struct fields *settings, const char *who,
	struct err *err);

/* Replace the settings given; "" is the newsroom's own. Failures as lists_new; E_NOTFOUND as lists_find. */
enum status lists_set(struct store *store, const char *name, const struct fields *settings, const char *who,
	struct err *err);

/* What an import makes where there's no list of that name yet. Within the caller's transaction. */
enum status lists_make(
	struct store *store, const char *name, const char *who, struct medialist *out, struct err *err);

/* Begin a line of a list's history, or of two (`other` may be NULL). Within the caller's transaction. */
enum status lists_add_change(struct store *store, const struct medialist *list, const struct medialist *other,
	enum change_kind kind, const char *who, const char *detail, int64_t *id, struct err *err);

/* The key and the shown form of an address somebody typed; each may be NULL. */
enum status lists_read_address(const char *typed, struct str *key, struct str *shown, struct err *err);

#endif
