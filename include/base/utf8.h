#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* UTF-8, by libunistring. */

#define UTF8_REPLACEMENT 0xfffdu

bool utf8_is_valid(struct span text);
/* Offset of the first byte that isn't UTF-8, or SIZE_MAX. */
size_t utf8_first_invalid(struct span text);
bool utf8_is_ascii(struct span text);

/*
 * The character at the start of *rest, moved past; UTF8_REPLACEMENT for a bad
 * byte (one is skipped). False at the end.
 */
bool utf8_next(struct span *rest, uint32_t *character);
void utf8_add(struct str *s, uint32_t character);

/* Any control character (C0, DEL, C1), except those in `allowed` (a NUL-ended string of ASCII). */
bool utf8_has_control(struct span text, const char *allowed);
/* Appends `text` as it may be shown: each control character is `by`, each bad byte UTF8_REPLACEMENT. */
void utf8_add_shown(struct str *s, struct span text, char by);
/*
 * Also line and paragraph separators, bidirectional overrides, tags but for a flag's: what
 * may not stand in a name.
 */
bool utf8_has_invisible(struct span text);

/* How many letters are capitals and how many are small ones; scripts without the two have neither. */
void utf8_count_cases(struct span text, size_t *capitals, size_t *smalls);

/* Columns on a terminal: wide characters are 2, combining ones 0. */
size_t utf8_width(struct span text);
/* The longest prefix of at most `columns`, never splitting a grapheme. */
struct span utf8_first_columns(struct span text, size_t columns);
/*
 * The longest start of a word (no white space) of at most `columns` behind which a line may end by
 * UAX #14; where none is that short, the shortest one; the whole word if it has no such place. Only
 * ideographs, kana and emoji are parted: Korean and European words stay whole, and so do Thai ones, which are
 * told apart by dictionaries alone.
 */
struct span utf8_first_line(struct span word, size_t columns);
/* Length in bytes of the first grapheme cluster (a character with its marks). */
size_t utf8_grapheme(struct span text);

/* Which way a text runs, by the letters in it (Unicode's bidirectional classes L, and R and AL). */
enum utf8_direction {
	UTF8_NEUTRAL, /* no letter: digits, marks, blanks */
	UTF8_LEFT_TO_RIGHT,
	UTF8_RIGHT_TO_LEFT
};
/* The next letter's, with *rest moved past it; UTF8_NEUTRAL at the end. */
enum utf8_direction utf8_next_direction(struct span *rest);

/* Whether the cluster ends in a virama, which joins it with the next one into a conjunct. */
bool utf8_ends_joined(struct span cluster);

/* NFC and full case folding: equal results are one to a person. E_SYNTAX if not UTF-8. */
enum status utf8_fold(struct span text, struct str *out, struct err *err);
/* NFC and lower case: still to be read ("ß" and a final "ς" stay). E_SYNTAX if not UTF-8. */
enum status utf8_lower(struct span text, struct str *out, struct err *err);
/* NFC. */
enum status utf8_normalise(struct span text, struct str *out, struct err *err);

#endif
