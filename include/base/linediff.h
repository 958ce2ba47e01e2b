#ifndef BASE_LINEDIFF_H
#define BASE_LINEDIFF_H

#include "base/str.h"

/*
 * What differs between two texts, line by line: "- " lines of `before`, "+ "
 * lines of `after`, in order, those in common left out. Lines in the middle of
 * texts with more than LINEDIFF_MAX differing lines are told as replaced whole.
 */
#define LINEDIFF_MAX 2000u

void linediff(struct span before, struct span after, struct str *out);

#endif
