#ifndef LIST_LANGUAGE_H
#define LIST_LANGUAGE_H

#include "base/err.h"
#include "base/str.h"

/*
 * A language as people put it into a list, as its code (BCP 47) in the usual
 * case: "FR" and "français" are "fr", "pt_br" is "pt-BR". E_SYNTAX for what is
 * neither shaped like a code nor one of the names we know.
 */
enum status language_parse(struct span typed, struct str *out, struct err *err);

#endif
