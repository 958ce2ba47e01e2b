#ifndef APP_SLOTS_H
#define APP_SLOTS_H

#include "base/err.h"
#include "base/str.h"
#include "compose/letter.h"
#include "compose/words.h"
#include "record/member.h"

/* The fields that aren't frozen: the delivery has them, or they follow from it. */
#define SLOTS_ADDRESS "subscriber.address"
#define SLOTS_MESSAGE_ID "message_id"
#define SLOTS_UNSUBSCRIBE "unsubscribe_token"

/*
 * The values that a letter shows of one recipient, each NUL-ended, in the order
 * of the letter's fields; empty for those above. `list` is the one that led to
 * them (NULL for copies and tests without one). E_NOTFOUND names the person and
 * the field if the letter can't do without it; E_SYNTAX for a control character.
 */
enum status slots_fill(const struct letter *letter, const struct words *words, const struct member *member,
	const struct medialist *list, struct str *out, struct err *err);

#endif
