#ifndef COMPOSE_TITLECHECK_H
#define COMPOSE_TITLECHECK_H

#include "base/str.h"

#include <stdbool.h>

/*
 * What a title would do as a subject line: pretend to be an answer or a forwarded mail (an error: nobody
 * wrote to us first, and readers and filters take it for a trick; a warning where only mail programs of
 * other languages than the title's would write so: "PD: …" is a headline in English), or shout (a warning).
 */
typedef void titlecheck_fn(void *context, bool is_error, const char *words);
void titlecheck_run(struct span title, struct span language, titlecheck_fn *say, void *context);

#endif
