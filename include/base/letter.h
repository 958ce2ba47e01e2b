#ifndef BASE_LETTER_H
#define BASE_LETTER_H

#include <stdbool.h>
#include <stdint.h>

/* What kind of character one is, by libunistring. */

bool letter_is(uint32_t character);

/* Starts a name: a capital, or a letter of a script that has none. */
bool letter_starts_name(uint32_t character);

/*
 * The ASCII character that stands for it in a file's name: "é" gives 'e', a
 * space or dash of any kind ' '; 0 where there's none.
 */
char letter_plain(uint32_t character);

#endif
