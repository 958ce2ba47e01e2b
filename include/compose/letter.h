#ifndef COMPOSE_LETTER_H
#define COMPOSE_LETTER_H

#include "base/str.h"
#include "compose/release.h"
#include "compose/value.h"
#include "mail/token.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A release in one language, compiled to a short program: RUN (finished bytes),
 * SLOT(field, escape), IF, UNLESS, END. Compiled once per dispatch and language,
 * kept with the dispatch, built per recipient by copying runs and encoding slots.
 */
#define LETTER_MAX (40u * 1024u * 1024u)

/* What a newsroom says of itself in every letter. Borrowed for the compile. */
struct letter_frame {
	struct span from_name, from_address;
	struct span reply_to; /* addresses separated by ", "; empty: the release's contacts with an email */
	struct span newsroom_name;
	struct span newsroom_domain;
	struct span postal_address;
	struct span boilerplate;           /* Markdown, where the release has none */
	struct span unsubscribe_mail;      /* address; the visible line and List-Unsubscribe */
	struct span list_name, list_title; /* List-Id: "Title" <name.domain>; slots where both are empty */
	struct span subject_mark;          /* "[TEST] " or empty, before the title */
	struct span language;              /* the letter's: BCP 47 */
	const struct zone *zone;           /* for dates the reader sees */
	int64_t date_ms;                   /* Date: and the dateline's day where the release gives none */
	int64_t dispatch;
	const struct token_epoch *epoch;
	const char *template_folder; /* the newsroom's templates/ */
	const char *release_folder;  /* for images and attachments */
};

struct letter;

/*
 * E_NOTFOUND/E_SYNTAX with file:line for a template's faults (a missing
 * variable, a loop over recipient data), a file that isn't there; E_RANGE.
 */
enum status letter_compile(const struct release *release, const struct letter_frame *frame,
	struct letter **out, struct err *err);
void letter_free(struct letter *letter);

/* The recipient fields that the letter's slots and ifs read, in value order. Borrowed. */
size_t letter_field_count(const struct letter *letter);
const char *letter_field(const struct letter *letter, size_t index);
/* True if the letter can't do without the field: an empty value is an error at the freeze. */
bool letter_field_is_needed(const struct letter *letter, size_t index);

/* For the store. Loading checks every offset: E_SYNTAX for bytes that aren't a letter. */
void letter_save(const struct letter *letter, struct str *out);
enum status letter_load(struct span bytes, struct letter **out, struct err *err);

/*
 * One recipient's message: canonical CR LF, 7-bit, not dot-stuffed, ends in
 * CR LF. `values` holds one text per letter_field. Appends to `out`. The field
 * "message_id" is filled by the caller from token_message_id. E_SYNTAX if a
 * value has a control character.
 */
enum status letter_build(
	const struct letter *letter, const struct span *values, struct str *out, struct err *err);

/* The greeting of the letter's language: "Dear Ana Pérez," or "Dear editors,"; a salutation overrides. */
enum status letter_greeting(const char *template_folder, struct span language, struct span salutation,
	struct span name, bool is_desk, struct str *out, struct err *err);

#endif
