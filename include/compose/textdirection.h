#ifndef COMPOSE_TEXTDIRECTION_H
#define COMPOSE_TEXTDIRECTION_H

/* Plain text that runs from right to left. Private to the letter module. */
#include "base/str.h"

#include <stdbool.h>

/*
 * A mail program lays out each line of plain text by its first letter (Unicode's
 * UAX 9, rules P2 and P3). In a right-to-left letter a line that opens with a Latin
 * name, or that has no letter at all (a rule, an end mark), would run the other way than
 * the lines around it: such lines get a RIGHT-TO-LEFT MARK in front. A line all in
 * letters from left to right (an address, a link) is left as it is, since it is
 * copied. Appends `text` with the marks. *is_inside says whether it begins inside a
 * line (whose beginning was judged before) and is set for what follows.
 */
void textdirection_mark(struct span text, bool *is_inside, struct str *out);

#endif
