#ifndef COMPOSE_LETTERPARTS_H
#define COMPOSE_LETTERPARTS_H

/*
 * What a letter's templates know of pictures and of links to media. Private to
 * the letter module.
 */
#include "compose/letter.h"
#include "compose/releaseparts.h"
#include "compose/words.h"

/*
 * Set `images`, `has_images`, `media` and `has_media` in `map`; templates/README.md
 * says what they hold. `parts` are the release's. In the text part, words that follow a label are wrapped
 * with room for it. E_RANGE from texts over their ceilings.
 */
enum status letterparts_set(struct value *map, const struct release *release,
	const struct letter_frame *frame, const struct releaseparts *parts, const struct words *words,
	bool is_html, struct err *err);

/* The Content-ID of the index-th image, without brackets. Appends. */
void letterparts_content_id(const struct letter_frame *frame, size_t index, struct str *out);

#endif
