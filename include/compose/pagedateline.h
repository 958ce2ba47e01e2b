#ifndef COMPOSE_PAGEDATELINE_H
#define COMPOSE_PAGEDATELINE_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The dateline before a release's first paragraph: "Switzerland - ",
 * "Geneva, 10 November 2015 – ", "NEW YORK (Nov. 10) – ", "PARIS, le 3 mars 2026 — ".
 */
struct pagedateline {
	struct span place; /* borrowed from the text; empty if only a date stands there */
	struct span date;  /* what was left out with it: a date, an agency; may be empty */
	size_t length;     /* of the whole with its dash, to the first byte of the story */
};

/* True if the text starts with a dateline and goes on. */
bool pagedateline_parse(struct span text, struct pagedateline *out);

/* True if the whole text is a place and a date: "Geneva, 10 November 2015". */
bool pagedateline_is_alone(struct span text, struct pagedateline *out);

/* True if the text says nothing but a date: "Posted: 11/10/15", "Tuesday, 10 November 2015". */
bool pagedateline_is_date(struct span text);

#endif
