#ifndef COMPOSE_PAGESHAPE_H
#define COMPOSE_PAGESHAPE_H

#include "compose/pageblock.h"

#include <stdbool.h>

/*
 * What a block of a page is, judged by its shape and by words that every press
 * office uses; never by the site's own.
 */

/* Ends as sentences end, brackets and closing quotes aside. */
bool pageshape_ends_sentence(struct span text);
/* Reads like a paragraph of a story: a sentence, or long. */
bool pageshape_is_prose(const struct page_block *block);
/* "###", "- ENDS -" */
bool pageshape_is_end_mark(const struct page_block *block);
/* "About Harbour Relief" */
bool pageshape_is_about(const struct page_block *block);
/* "Notes to editors" */
bool pageshape_is_notes(const struct page_block *block);
/* "Related news" */
bool pageshape_is_related(const struct page_block *block);
/* "© 2026", "All rights reserved." */
bool pageshape_is_footer(const struct page_block *block);
/* "Share", "Print": the buttons of a page. */
bool pageshape_is_button(const struct page_block *block);
/* Around a headline without being it: dates, "FOR IMMEDIATE RELEASE", breadcrumbs, bylines, labels. */
bool pageshape_is_around_headline(const struct page_block *block);
/* One of those that stand above a release and nowhere in a menu: a date, an embargo, "PRESS RELEASE". */
bool pageshape_is_release_top(const struct page_block *block);
/* "Media contacts:" */
bool pageshape_is_contact_lead(const struct page_block *block);
/* Holds somebody's phone or address for the press, rather than mentioning one. */
bool pageshape_is_contact(const struct page_block *block);

#endif
