#ifndef APP_RELEASEFILES_H
#define APP_RELEASEFILES_H

#include "app/releases.h"
#include "base/err.h"
#include "compose/pastedpage.h"
#include "compose/releasecheck.h"

/* Making and checking the files of releases: what `release new`, `import` and `check` do. */

/* True for a name a release, or a language, may have. */
bool releasefiles_slug_is_valid(const char *slug);
bool releasefiles_language_is_valid(const char *language);

/*
 * Begin SLUG.md, or SLUG.LANGUAGE.md (`language` not NULL), in the folder, which
 * is made if need be. *path is on the heap. E_RANGE for a slug or language that
 * is none; E_EXISTS if the file is there.
 */
enum status releasefiles_begin(
	const char *folder, const char *slug, const char *language, char **path, struct err *err);

/* A page's release, not yet saved; free with release_free. Errors as file_load and pastedpage_parse. */
enum status releasefiles_import(
	const char *page, pastedpage_doubt_fn *doubt, void *context, struct release **out, struct err *err);

/* Its file's bytes. Appends. */
void releasefiles_format(const struct release *release, struct str *out);

/* Save under a path whose name gives the slug, if it can; never over a file (E_EXISTS). */
enum status releasefiles_save(struct release *release, const char *path, struct err *err);

/* Save as SLUG.md in the folder, which is made if need be. *path is on the heap, also on E_EXISTS. */
enum status releasefiles_save_in(struct release *release, const char *folder, char **path, struct err *err);

/* What is missing or suspicious, file by file and over all its languages. */
void releasefiles_check(const struct release_set *set, int64_t now_ms, release_check_fn *say, void *context);

#endif
