#ifndef APP_FRAME_H
#define APP_FRAME_H

#include "app/newsroom.h"
#include "base/err.h"
#include "compose/letter.h"
#include "mail/addr.h"
#include "mail/token.h"
#include "record/dispatch.h"

#include <stdint.h>

/* What a newsroom's settings say of every letter, in the form that letter_compile takes. */
struct frame {
	struct letter_frame letter; /* borrows from the rest, the newsroom and the options */
	struct mailbox from;
	struct str from_address;
	struct str unsubscribe_url; /* the token follows directly */
	struct token_epoch epoch;
	struct dkim_signer signers[DKIM_SIGNERS_MAX];
};

/* Borrowed for the frame's life. */
struct frame_options {
	const char *from;     /* a list's own From mailbox; "" for the newsroom's */
	const char *language; /* the letter's */
	enum dispatch_kind kind;
	int64_t dispatch; /* 0 for a preview, which isn't signed */
	int64_t date_ms;
};

/*
 * E_SYNTAX for a From that is no mailbox; failures of the store, the secret and the
 * keys. frame_clear afterwards.
 */
enum status frame_init(
	struct frame *frame, struct newsroom *newsroom, const struct frame_options *options, struct err *err);
void frame_clear(struct frame *frame);

#endif
