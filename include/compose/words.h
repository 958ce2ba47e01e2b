#ifndef COMPOSE_WORDS_H
#define COMPOSE_WORDS_H

#include "base/str.h"
#include "base/zone.h"
#include "compose/value.h"

#include <stdbool.h>

/*
 * The fixed phrases of a letter in one language: templates/words/<language>.yaml,
 * the newsroom's own or the built-in ones. What a language doesn't have is
 * English. A phrase may hold tags ({{name}}); templates/words/en.yaml says which.
 */
#define WORDS_FILE_MAX (64u * 1024u)

struct words;

/*
 * For a BCP 47 tag: "fr-CH" is sought as fr-ch, then as fr; one that is nowhere
 * is English. `folder` is the newsroom's templates/, NULL for the built-in ones alone.
 * E_SYNTAX with file:line for a file that can't be read, a phrase that
 * isn't text, or other than twelve months and seven weekdays.
 */
enum status words_load(const char *folder, struct span language, struct words **out, struct err *err);
void words_free(struct words *words); /* NULL is fine */

/* All of them by name, borrowed. */
const struct value *words_values(const struct words *words);
/* Where the phrase was read: for messages. Borrowed. */
const char *words_path(const struct words *words);
bool words_are_right_to_left(const struct words *words);

/* A phrase with its tags filled from `data`, a MAP. Appends. */
enum status words_fill(const struct words *words, const char *phrase, const struct value *data,
	struct str *out, struct err *err);

/* "10 November 2026". Appends. */
enum status words_date(const struct words *words, const struct civil *date, struct str *out, struct err *err);

/* "Embargoed until Wednesday 11 November 2026, 10:00 (Brussels time, 09:00 UTC)". Appends. */
enum status words_embargo(const struct words *words, const struct zone *zone, int64_t instant_ms,
	struct str *out, struct err *err);

/*
 * "Dear Ana Pérez," or, for an office, "Dear editors,". A salutation ("Dear
 * Ana") overrides both; the comma is added if it ends in no mark. Appends.
 * E_SYNTAX if a text has a control character or isn't UTF-8.
 */
enum status words_greeting(const struct words *words, struct span salutation, struct span name, bool is_desk,
	struct str *out, struct err *err);

#endif
