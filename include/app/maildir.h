#ifndef APP_MAILDIR_H
#define APP_MAILDIR_H

#include "app/newsroom.h"
#include "app/plan.h"
#include "base/err.h"

#include <stddef.h>

/*
 * `--dry-run`: the messages of a plan, as they'd go out, into a Maildir (made if
 * need be), named by the order of sending. Unread ones of an earlier dry run go. Nothing is kept in the
 * store. *count is how many were written. Failures as freeze_plan's; E_EXISTS for a folder that is no
 * Maildir.
 */
enum status maildir_write_plan(
	struct newsroom *newsroom, struct plan *plan, const char *folder, size_t *count, struct err *err);

#endif
