#ifndef COMPOSE_PAGEWORDS_H
#define COMPOSE_PAGEWORDS_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The words by which pages of press offices are told apart, in the languages
 * they are mostly written in. Texts are compared folded (see utf8_fold), so
 * callers fold first. No organisation and no site has a word here.
 */
enum page_words {
	PAGE_WORDS_CONTACT_LEAD,   /* a contact block starts with this: "for further information" */
	PAGE_WORDS_CONTACT_VERB,   /* what comes before the first name: "contact" */
	PAGE_WORDS_CONTACT_FILLER, /* single words before a name that are no part of it */
	PAGE_WORDS_LABEL,          /* before a phone or address: "tel", "e-mail" */
	PAGE_WORDS_FAX,
	PAGE_WORDS_CONNECTOR, /* between two contacts: "or" */
	PAGE_WORDS_PLACE,     /* between a name and a place: "at" */
	PAGE_WORDS_ROLE,      /* starts of words that name what somebody does */
	PAGE_WORDS_PARTICLE,  /* small words in names and places: "de" */
	PAGE_WORDS_HONORIFIC, /* abbreviations that end no sentence */
	PAGE_WORDS_MONTH,
	PAGE_WORDS_DAY,     /* of the week, and what surrounds dates: "le", "on", "posted" */
	PAGE_WORDS_SHARE,   /* buttons */
	PAGE_WORDS_RELEASE, /* "for immediate release", "press release" */
	PAGE_WORDS_EMBARGO, /* "embargo" */
	PAGE_WORDS_UNTIL,   /* what an embargo line says beside its time */
	PAGE_WORDS_END,     /* "ends", "-30-" */
	PAGE_WORDS_ABOUT,   /* "about …" before what an office says of itself */
	PAGE_WORDS_NOTES,   /* "notes to editors" */
	PAGE_WORDS_RELATED, /* lists of other news */
	PAGE_WORDS_FOOTER,  /* "all rights reserved" */
	PAGE_WORDS_SETS
};

/* True if the folded text is a word of the set. */
bool page_word_is(enum page_words set, struct span folded);
/* Length of the set's longest word that the folded text starts with, at a word's end; 0 if none. */
size_t page_word_starts(enum page_words set, struct span folded);
/* As page_word_starts, where the word may go on: stems. */
size_t page_stem_starts(enum page_words set, struct span folded);
/* Offset of a word of the set inside the folded text, whole words only; SIZE_MAX if there's none. *length is
 * its length. */
size_t page_word_find(enum page_words set, struct span folded, size_t *length);
/* Starts as names do, brackets and articles aside: "(Geneva", "d'Ivoire", "al-Hassan"; also in scripts
 * without capitals. */
bool page_word_is_name(struct span word);
/* The number of a month's name, long or short: 1 to 12; 0 if it's none. */
int page_month(struct span folded);

#endif
