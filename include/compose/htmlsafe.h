#ifndef COMPOSE_HTMLSAFE_H
#define COMPOSE_HTMLSAFE_H

#include "base/str.h"

#include <stdbool.h>

/*
 * HTML that may go into a mail: it marks words up. What runs, asks, or loads
 * anything that isn't in the message itself makes mail programs block and servers
 * refuse it, and tells strangers who reads what.
 *
 * Read as a browser reads it (WHATWG HTML 13.2.5), from each '<' anew, so that what hides
 * in comments, which Outlook reads, or in attributes is found too. It is no
 * cleaner: the first fault is told, and nothing is changed.
 *
 * Two bytes, which no UTF-8 holds, stand for what isn't known yet.
 */
#define HTMLSAFE_VALUE '\xff'  /* a value, escaped for HTML */
#define HTMLSAFE_SWITCH '\xfe' /* begin and end of what is for some recipients only */
#define HTMLSAFE_TAG_MAX 4096u /* bytes of a tag; a longer one is a fault */

enum htmlsafe_stage {
	HTMLSAFE_SOURCE, /* a template's: values are the letter's, seen at the next stage */
	HTMLSAFE_LETTER  /* a letter's: values are a recipient's, so they may decide nothing */
};

struct htmlsafe_fault {
	size_t at, len;  /* the bytes that are to blame */
	char words[400]; /* "<script> can't go into a mail: …" */
};

/* False if there's nothing to blame. */
bool htmlsafe_find_fault(struct span html, enum htmlsafe_stage stage, struct htmlsafe_fault *fault);

#endif
