#ifndef COMPOSE_LETTERFILE_H
#define COMPOSE_LETTERFILE_H

/*
 * A letter's MIME tree, with the release's images and attachments read from
 * its folder. Private to the letter module.
 */
#include "compose/letter.h"
#include "mail/mime.h"

/*
 * multipart/alternative of `text` and `html` (already encoded; quoted-printable); the
 * HTML in a multipart/related with its images, all in a multipart/mixed with
 * its attachments, where there are any. mime_free(*out). E_NOTFOUND, E_IO with
 * file:line for a file that can't be read; E_RANGE over LETTER_FILES_MAX; E_UNSUPPORTED for an
 * image that no mail program shows.
 */
enum status letterfile_tree(const struct release *release, const struct letter_frame *frame, struct span text,
	struct span html, struct mime_part **out, struct err *err);

#endif
