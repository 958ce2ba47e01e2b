#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/*
 * The nearest of `names` to a mistyped `word` (edit distance with swaps at most
 * 2, and less than half the word's length), or NULL. Case is ignored in ASCII.
 */
const char *suggest_nearest(const char *word, const char *const *names, size_t count);

#endif
