#ifndef COMPOSE_LETTERFILE_H
#define COMPOSE_LETTERFILE_H

/*
 * A letter's MIME tree, with the release's images and attachments. Private to the
 * letter module.
 */
#include "compose/letter.h"
#include "compose/releaseparts.h"
#include "mail/mime.h"

/* A text part, already encoded. */
struct letterfile_text {
	struct span encoded;
	enum mime_encoding encoding;
};

/*
 * multipart/alternative of `text` and `html`; the
 * HTML in a multipart/related with its images, all in a multipart/mixed with
 * its attachments, where there are any. `parts` are the release's. mime_free(*out).
 * E_SYNTAX with file:line for a file's name that may not stand in a header.
 */
enum status letterfile_tree(const struct release *release, const struct letter_frame *frame,
	const struct releaseparts *parts, const struct letterfile_text *text,
	const struct letterfile_text *html, struct mime_part **out, struct err *err);

#endif
