#ifndef COMPOSE_CONTACTLINE_H
#define COMPOSE_CONTACTLINE_H

#include "base/str.h"
#include "compose/release.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Press contacts as pages write them, run together or line by line: names, what
 * people do and where, phones, addresses.
 */

/* What a stretch of text holds. */
struct contactline_signs {
	size_t phones; /* with a country code, a leading zero or bracket, or a label before them */
	size_t emails;
};
struct contactline_signs contactline_look(struct span text);

/* Something the reader wasn't sure of. */
typedef void contactline_doubt_fn(void *context, const char *words);

/*
 * Take `text` apart and add its contacts to the release. Lines are kept apart
 * by line breaks. Each phone and address goes to the name before it; a place that heads
 * several contacts ("HQ in Geneva. …") goes to each. A phone is written with spaces
 * for dots, and closed up behind its "+". Fax numbers are left out.
 */
void contactline_parse(struct span text, struct release *release, contactline_doubt_fn *doubt, void *context);

#endif
