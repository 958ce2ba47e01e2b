#ifndef COMPOSE_EMBARGOLINE_H
#define COMPOSE_EMBARGOLINE_H

#include "base/str.h"

#include <stdbool.h>

/* What a page's embargo line gives. */
enum embargoline {
	EMBARGOLINE_NONE,    /* the text isn't one */
	EMBARGOLINE_INSTANT, /* date, time and UTC: certain */
	EMBARGOLINE_LOCAL,   /* date and time of a zone that isn't named */
	EMBARGOLINE_UNCLEAR  /* about an embargo, in words that can't be read for certain */
};

/*
 * "EMBARGOED UNTIL 10:00 GMT, 11 November 2026" as front matter writes it:
 * "2026-11-11 10:00 UTC". Any word it doesn't know makes the line UNCLEAR: a
 * wrong embargo is worse than none. Appends to `out` unless NONE; for UNCLEAR the text itself.
 */
enum embargoline embargoline_parse(struct span text, struct str *out);

#endif
