#ifndef APP_NEWSROOMINIT_H
#define APP_NEWSROOMINIT_H

#include "base/err.h"

/* What a new newsroom is told of its organisation; borrowed for the call. */
struct newsroom_plan {
	const char *name;   /* "Harbour Relief" */
	const char *domain; /* "harbour.example" */
	const char *zone;   /* IANA */
	const char *from;   /* mailbox */
	const char *bounce_address;
	const char *postal_address;
	const char *boilerplate; /* Markdown */
	const char *who;         /* for the lists' history */
};

/*
 * Make a newsroom in `folder`, which may be there if it's empty: commented
 * settings, the region lists (empty in the store, samples to import under
 * lists/), templates, a sample release, a secret of its own. E_EXISTS names what
 * is in the way; nothing is overwritten. E_SYNTAX, E_NOTFOUND with file and line
 * if the plan makes impossible settings.
 */
enum status newsroom_init(const char *folder, const struct newsroom_plan *plan, struct err *err);

#endif
