#ifndef COMPOSE_PAGEDECODE_H
#define COMPOSE_PAGEDECODE_H

#include "base/str.h"

#include <stdbool.h>

/*
 * A pasted text's bytes as UTF-8: UTF-8 as it is, UTF-16 by its mark, anything
 * else as Windows-1252; *is_guess is true for that. Appends. E_SYNTAX if it's no text.
 */
enum status pagedecode_text(
	const char *path, struct span bytes, struct str *out, bool *is_guess, struct err *err);

/* True if the bytes start as HTML does. */
bool pagedecode_is_html(struct span bytes);

#endif
