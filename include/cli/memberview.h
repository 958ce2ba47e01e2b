#ifndef CLI_MEMBERVIEW_H
#define CLI_MEMBERVIEW_H

#include "app/listview.h"
#include "cli/command.h"

/* A list's members, as a table or as JSON lines. */
enum status memberview_print(struct call *call, struct store *store, const char *list,
	const struct listview_options *options, struct err *err);

/*
 * Before anything of a list is shown: fields that `where` asks for and nobody has are warned of on
 * standard error. E_NOTFOUND, E_SYNTAX, E_RANGE as listview_each_member.
 */
enum status memberview_warn(struct store *store, const char *list, const char *where, struct err *err);

#endif
