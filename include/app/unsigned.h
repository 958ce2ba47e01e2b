#ifndef APP_UNSIGNED_H
#define APP_UNSIGNED_H

#include "app/newsroom.h"
#include "app/plan.h"
#include "base/err.h"
#include "base/str.h"

/*
 * The domains of a plan's senders that no DKIM key signs for, joined by ", ";
 * nothing where all are signed. Appends. Failures of the keys.
 */
enum status unsigned_domains(
	struct newsroom *newsroom, const struct plan *plan, struct str *out, struct err *err);

#endif
