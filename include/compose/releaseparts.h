#ifndef COMPOSE_RELEASEPARTS_H
#define COMPOSE_RELEASEPARTS_H

#include "compose/filetype.h"
#include "compose/picture.h"
#include "compose/release.h"

/*
 * What goes with a release's text: its images and attachments, read from its folder and
 * known by their bytes, and its links to media; and whether mail can carry it.
 */

/*
 * Images and attachments together. Gmail and Microsoft take messages of 25 MB as they
 * are sent: base64 and its line breaks make 24.6 MB of 18, and the texts need room.
 */
#define RELEASEPARTS_SIZE_MAX (18u * 1024u * 1024u)

struct release_part {
	struct str bytes;
	struct filetype type;   /* to send it under */
	struct picture picture; /* images only */
};

/* In the release's order. */
struct releaseparts {
	struct release_part *images, *attachments;
	size_t image_count, attachment_count;
};

/* `status` is OK for what is only suspicious. `words` name the file, not the line. */
typedef void releaseparts_say_fn(void *context, enum status status, size_t line, const char *words);

/* All that is wrong or suspicious with them. */
void releaseparts_check(
	const struct release *release, const char *folder, releaseparts_say_fn *say, void *context);

/*
 * `folder` NULL is the current one. With file:line, the first of: E_SYNTAX for a
 * missing alt or credit, or a broken picture; E_NOTFOUND, E_IO for a file that can't be read;
 * E_UNSUPPORTED for an image that is no picture or that no mail program shows; E_CONFLICT for a file
 * that isn't what its name says, or for two of one name; E_DENIED for what providers refuse;
 * E_RANGE for an empty file, a picture's impossible size, or over RELEASEPARTS_SIZE_MAX.
 */
enum status releaseparts_load(
	const struct release *release, const char *folder, struct releaseparts **out, struct err *err);
void releaseparts_free(struct releaseparts *parts); /* NULL is fine */

#endif
