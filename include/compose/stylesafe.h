#ifndef COMPOSE_STYLESAFE_H
#define COMPOSE_STYLESAFE_H

#include "base/str.h"
#include "compose/htmlsafe.h"

/*
 * What in a style sheet, or in a style attribute's value, loads something from elsewhere or runs:
 * a static text such as "url()" or "a recipient's value"; NULL if nothing does. Escapes and comments are
 * seen through (CSS Syntax 4.3). The marks and stages are those of htmlsafe.h.
 */
const char *stylesafe_find_fault(struct span css, enum htmlsafe_stage stage);

#endif
