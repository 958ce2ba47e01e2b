#ifndef COMPOSE_LETTER_H
#define COMPOSE_LETTER_H

#include "base/str.h"
#include "compose/release.h"
#include "compose/value.h"
#include "mail/dkim.h"
#include "mail/token.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A release in one language, compiled to a short program: RUN (finished bytes),
 * SLOT(field, escape), IF, UNLESS, END. Compiled once per dispatch and language,
 * kept with the dispatch, built per recipient by copying runs and encoding slots.
 *
 * The fields a letter may ask for:
 *   subscriber.address, subscriber.name   To
 *   subscriber.greeting                   words_greeting() in the letter's language
 *   subscriber.<x>                        member_field(member, "<x>"), whatever templates use
 *   list.name, list.title                 only where the frame names no list; without a
 *                                         name the message isn't a list's: no List- headers
 *   message_id                            token_message_id()
 *   unsubscribe_token                     token_make(), TOKEN_UNSUBSCRIBE
 *
 * From is the frame's: where lists have senders of their own, compile a letter
 * for each (language, sender).
 */
#define LETTER_MAX (40u * 1024u * 1024u)
#define LETTER_VALUE_MAX 4096u /* of one recipient's field */

/* What a newsroom says of itself in every letter. Borrowed for the compile. */
struct letter_frame {
	struct span from_name, from_address;
	struct span reply_to; /* an address; only used where the release's contacts have none */
	struct span newsroom_name;
	struct span newsroom_domain; /* A-labels */
	struct span postal_address;
	struct span boilerplate;      /* Markdown, where the release has none */
	struct span unsubscribe_mail; /* token_address() takes it; empty: no line and no List-Unsubscribe */
	struct span unsubscribe_url; /* "https://…/leave/": the token follows directly; empty: by mail only */
	struct span list_name, list_title; /* List-Id: "Title" <name.domain>; slots where both are empty */
	struct span subject_mark;          /* "[TEST] " or empty, before the title */
	struct span language;              /* the letter's: BCP 47 */
	const struct zone *zone;           /* for dates the reader sees */
	int64_t date_ms;                   /* Date: and the dateline's day where the release gives none */
	int64_t dispatch;
	struct span kind; /* the dispatch's: "public", "test"; empty: "public" */
	const struct token_epoch *epoch;
	unsigned char secret_number; /* of the secret that the letter's tokens are made with */
	unsigned char secret_check[TOKEN_CHECK_SIZE]; /* token_secret_check() of it */
	const struct dkim_signer *signers;            /* who signs; their keys outlive the letter */
	size_t signer_count; /* DKIM_SIGNERS_MAX at most; 0: the letter isn't signed */
	const char
		*template_folder;   /* the newsroom's templates/; NULL or a file missing: the built-in ones */
	const char *release_folder; /* for images and attachments */
};

struct letter;

/*
 * E_NOTFOUND/E_SYNTAX with file:line for a template's faults (a missing
 * variable, a loop over recipient data: E_UNSUPPORTED), a file that isn't there; E_RANGE
 * over a ceiling.
 */
enum status letter_compile(const struct release *release, const struct letter_frame *frame,
	struct letter **out, struct err *err);
void letter_free(struct letter *letter); /* NULL is fine */

/* The recipient fields that the letter's slots and ifs read, in value order. Borrowed. */
size_t letter_field_count(const struct letter *letter);
const char *letter_field(const struct letter *letter, size_t index);
/* True if the letter can't do without the field: an empty value is an error at the freeze. */
bool letter_field_is_needed(const struct letter *letter, size_t index);

/* The secret that the letter's tokens are made with. */
unsigned char letter_secret_number(const struct letter *letter);
const unsigned char *letter_secret_check(const struct letter *letter); /* TOKEN_CHECK_SIZE octets, borrowed */

/* A signature that the letter's messages carry. Borrowed. */
struct letter_signature {
	struct span domain, selector;
	enum dkim_algorithm algorithm;
	unsigned char fingerprint[DKIM_DIGEST_SIZE]; /* of its key */
};

size_t letter_signature_count(const struct letter *letter); /* 0: it isn't signed */
const struct letter_signature *letter_signature(const struct letter *letter, size_t index);
/*
 * Give a loaded letter its keys, one per letter_signature, in order; they
 * outlive it. A compiled one has them. E_CONFLICT, naming domain and selector, for
 * another key than the one it was compiled with.
 */
enum status letter_set_keys(struct letter *letter, const struct dkim_key *const *keys, struct err *err);

/*
 * For the store: all but the keys. Loading checks every offset: E_SYNTAX for bytes
 * that aren't a letter.
 */
void letter_save(const struct letter *letter, struct str *out);
enum status letter_load(struct span bytes, struct letter **out, struct err *err);

/*
 * One recipient's message: canonical CR LF, 7-bit but for an address that needs
 * SMTPUTF8, not dot-stuffed, ends in CR LF. `values` holds one text per letter_field. Appends
 * to `out`, which is as it was after a failure. The same values give the same bytes. E_SYNTAX, naming
 * the field, if a value has a control character or isn't UTF-8; E_RANGE over a ceiling;
 * E_NOTFOUND if the letter is to be signed and has no keys. One letter is built by one thread at a time.
 */
enum status letter_build(
	const struct letter *letter, const struct span *values, struct str *out, struct err *err);

/* A part of a message that letter_build made, as it goes out: the message itself first, each in its order. */
struct letter_part {
	struct span head, body;
};

/* The next part; start with *rest the whole message. It borrows from there. False after the last. */
bool letter_next_part(struct span *rest, struct letter_part *part);
/* A field of its head, without parameters: "text/html"; empty if it isn't there. For fields of one line. */
struct span letter_part_field(const struct letter_part *part, const char *name);

/*
 * The text of a part ("text/plain", "text/html") of a message that letter_build
 * made, decoded: for showing. Appends. E_NOTFOUND if it has no such part.
 */
enum status letter_read_part(struct span message, const char *type, struct str *out, struct err *err);

#endif
