#ifndef COMPOSE_CONTACTMARK_H
#define COMPOSE_CONTACTMARK_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* A phone number or an address in a text. */
struct contactmark {
	bool is_email;
	bool is_labelled; /* "Tel:" stands before it */
	bool is_fax;
	size_t start, end;
};

/* The first mark at or after `from`; false if there's none. */
bool contactmark_next(struct span text, size_t from, struct contactmark *out);

/* A phone as it is kept: dots become spaces, "+ " closes up. Appends. */
void contactmark_phone(struct span text, struct str *out);

/* True if the text has nothing but labels ("Tel:", "or"), signs and spaces. */
bool contactmark_is_glue(struct span text);

/* The text without labels and signs at its end, connectors and signs at its start. */
struct span contactmark_trim(struct span text);

#endif
