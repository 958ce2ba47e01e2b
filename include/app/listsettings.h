#ifndef APP_LISTSETTINGS_H
#define APP_LISTSETTINGS_H

#include "record/member.h"

/* A list's settings, by the names people type, each checked. */

/* What a list called `name` is to begin with. E_SYNTAX, E_RANGE for a name that can't be. */
enum status listsettings_init(struct medialist *list, const char *name, struct err *err);

/* E_NOTFOUND suggests the nearest setting; E_SYNTAX, E_RANGE, E_NOTFOUND for the value. */
enum status listsettings_apply(struct medialist *list, const struct fields *settings, struct err *err);

#endif
