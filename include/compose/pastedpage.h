#ifndef COMPOSE_PASTEDPAGE_H
#define COMPOSE_PASTEDPAGE_H

#include "base/str.h"
#include "compose/release.h"

/*
 * A web page's press release, pasted as text or saved as HTML (libxml2, network
 * off), taken apart: navigation dropped, headline, dateline, paragraphs, contacts.
 */
#define PASTEDPAGE_MAX (8u * 1024u * 1024u)

/* Something it was unsure of, for stderr; `line` is in the page, 0 for the whole. */
typedef void pastedpage_doubt_fn(void *context, size_t line, const char *words);

/*
 * `path` is for messages and for the slug. The release has no date and no
 * boilerplate: sending fills them in. E_SYNTAX if no headline or no body can be
 * found; E_RANGE over the ceiling.
 */
enum status pastedpage_parse(const char *path, struct span page, struct release **out,
	pastedpage_doubt_fn *doubt, void *context, struct err *err);

#endif
