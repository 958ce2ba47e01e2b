#ifndef APP_PREVIEW_H
#define APP_PREVIEW_H

#include "app/newsroom.h"
#include "app/releases.h"
#include "app/screenshot.h"
#include "base/err.h"

/*
 * A release's letters as files to look at: for each language
 * SLUG.LANGUAGE.html, .txt and the whole message .eml, for an invented reader, and
 * SLUG.LANGUAGE.VIEW.png for each of screenshot_views. A field that the
 * templates read and only a list knows stands there by its name in brackets. The
 * HTML file has its images in it, so that it can be moved and mailed.
 */

/* A file that was written. `kind` is "html", "text", "message" or "picture". */
typedef void preview_file_fn(void *context, const char *language, const char *kind, const char *path);

struct preview_options {
	const char *language;          /* NULL for every one, else E_NOTFOUND if the release isn't in it */
	const char *folder;            /* NULL for state/preview/SLUG/; made if it isn't there */
	struct screenshot *screenshot; /* borrowed; NULL for no pictures */
	preview_file_fn *said;
	void *context;
};

/*
 * Files from an earlier preview are replaced. The templates' and the release's
 * faults are those of letter_compile, the pictures' those of screenshot_take. E_IO
 * names the path.
 */
enum status preview_write(struct newsroom *newsroom, const struct release_set *set,
	const struct preview_options *options, struct err *err);

/* `words` begin with the file and line of the fault; `path` is the release's in
 * that language. */
typedef void preview_say_fn(void *context, enum check_level level, const char *path, const char *words);

/*
 * Build the letters without writing them, and tell what stands in the way: a
 * template's missing variable, a loop over recipients' data, a file that isn't
 * there. A warning: HTML so long that Gmail will hide its end.
 */
void preview_check(
	struct newsroom *newsroom, const struct release_set *set, preview_say_fn *say, void *context);

#endif
