#ifndef COMPOSE_LETTERCONTEXT_H
#define COMPOSE_LETTERCONTEXT_H

/*
 * What a letter's templates know. Private to the letter module.
 */
#include "compose/letter.h"
#include "compose/releaseparts.h"
#include "compose/words.h"

/*
 * The values for the HTML part, or (is_html false) for the text part: the same
 * names, the prose as HTML or as wrapped text. templates/README.md lists them.
 * E_RANGE from Markdown over its ceilings.
 */
enum status lettercontext_new(const struct release *release, const struct letter_frame *frame,
	const struct releaseparts *parts, const struct words *words, bool is_html, struct value **out,
	struct err *err);

#endif
