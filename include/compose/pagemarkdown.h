#ifndef COMPOSE_PAGEMARKDOWN_H
#define COMPOSE_PAGEMARKDOWN_H

#include "compose/pageblock.h"

/*
 * Add a page's block to a Markdown text as a paragraph, heading, item or quote,
 * apart from what is there already. Web and mail links stay; *unlinked counts those
 * that lead nowhere without the page, whose words stay.
 */
void pagemarkdown_add(
	const struct page_block *block, enum page_kind kind_before, struct str *out, size_t *unlinked);

#endif
