#ifndef COMPOSE_RELEASENAME_H
#define COMPOSE_RELEASENAME_H

#include "base/str.h"

#include <stdbool.h>

/* How releases and their languages are called. */
#define RELEASE_SLUG_MAX 64u

/*
 * What a file's name says: "releases/valletta.fr.md" is "valletta" in "fr".
 * Both are borrowed from `path`; `language` is empty where there's none.
 */
void release_name_parts(const char *path, struct span *slug, struct span *language);
/* Of a-z, 0-9 and single "-" between them, RELEASE_SLUG_MAX at most. */
bool release_slug_is_valid(struct span slug);
/* The nearest slug to any words: "Fund Agreed!" gives "fund-agreed"; may be empty. Appends. */
void release_slug_from(struct span words, struct str *slug);
/* Looks like BCP 47: "fr", "pt-BR", "zh-Hant". */
bool release_language_is_valid(struct span language);

#endif
