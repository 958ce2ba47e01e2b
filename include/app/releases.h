#ifndef APP_RELEASES_H
#define APP_RELEASES_H

#include "base/err.h"
#include "base/str.h"
#include "base/zone.h"
#include "compose/release.h"
#include "compose/releasecheck.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A release in all its languages: `fund.md`, `fund.fr.md`, … in one folder. The
 * first is the one whose name has no language, else the first by name: what
 * readers of other languages get.
 */
#define RELEASES_LANGUAGES_MAX 50u

struct release_set {
	char *slug;
	char *folder;           /* where the files are: for images and attachments */
	struct release **items; /* each with a language */
	struct str *sources;    /* the files' bytes, beside items */
	size_t count;           /* at least 1 */
};

/*
 * Load by slug (from `folder`, the newsroom's releases/) or by the path of any of
 * its files. `language` is for files that name none, `zone` for embargoes
 * without one. E_NOTFOUND suggests the nearest slug; E_CONFLICT for two files in
 * one language, or with different slugs or embargoes; E_SYNTAX with file and line.
 */
enum status release_set_load(const char *folder, const char *what, const char *language,
	const struct zone *zone, struct release_set **out, struct err *err);
void release_set_free(struct release_set *set); /* NULL is fine */

/*
 * The item for a reader's language (BCP 47): the same tag, else the language alone ("fr" for
 * "fr-CH"), else the first of another country ("fr-CA"). False if there's none; *index is then 0, the
 * fallback.
 */
bool release_set_find(const struct release_set *set, const char *language, size_t *index);

/* release_check over all its languages. */
void release_set_check(const struct release_set *set, int64_t now_ms, release_check_fn *say, void *context);

#endif
