#ifndef COMPOSE_UNSUBSCRIBE_H
#define COMPOSE_UNSUBSCRIBE_H

/* How readers get off a list: by a link and by mail, with a token in each. Private to the letter module. */
#include "compose/letterprogram.h"

/*
 * What stands before and behind the token in "bounce+TOKEN@harbour.example";
 * with `is_uri` escaped for a mailto: URI (RFC 6068). Appends. E_SYNTAX for an address that is
 * none or whose local part needs quotes, E_RANGE for one with no room for a
 * token (RFC 5321 4.5.3.1.1).
 */
enum status unsubscribe_mail(const struct letter_frame *frame, bool is_uri, struct str *before,
	struct str *behind, struct err *err);

/*
 * List-Unsubscribe (RFC 2369) and, where there's a link and the letter is signed,
 * List-Unsubscribe-Post (RFC 8058). Adds nothing where the frame has no address.
 * E_SYNTAX, E_RANGE for an address that can't be used; the link was checked with the settings.
 */
enum status unsubscribe_add_fields(struct letter *letter, const struct letter_frame *frame, struct err *err);

#endif
