#ifndef COMPOSE_LETTERSEAL_H
#define COMPOSE_LETTERSEAL_H

/*
 * The signatures of a letter's messages: what is kept of them, and what is made
 * ready for them once. Private to the letter module.
 */
#include "compose/letter.h"

/* What a letter knows of its signatures. */
struct letter_seal {
	struct letter_signature signatures[DKIM_SIGNERS_MAX]; /* their names are the seal's own */
	size_t count;
	int64_t time_s;         /* t= */
	struct letter_ink *ink; /* NULL without keys */
};

void letterseal_add(struct letter_seal *seal, const struct letter_signature *signature); /* copies */
void letterseal_clear(struct letter_seal *seal);

/* A finished letter's signatures, as its frame says, and their keys. E_RANGE, E_SYNTAX as dkim_seal_new. */
enum status letterseal_sign_with(struct letter *letter, const struct letter_frame *frame, struct err *err);

/*
 * While a message is built: nothing for a letter that isn't signed. letterseal_begin
 * makes room for the signature fields (E_NOTFOUND without keys); each op of the
 * body is told, with what it has put to `out` from `start` on; letterseal_end signs the message that starts
 * at `start`, its body at `body`.
 */
enum status letterseal_begin(const struct letter *letter, struct str *out, struct err *err);
void letterseal_add_op(const struct letter *letter, size_t op, const struct str *out, size_t start);
enum status letterseal_end(
	const struct letter *letter, struct str *out, size_t start, size_t body, struct err *err);

#endif
