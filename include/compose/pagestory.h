#ifndef COMPOSE_PAGESTORY_H
#define COMPOSE_PAGESTORY_H

#include "compose/pageblock.h"

#include <stdbool.h>
#include <stddef.h>

/* Where on a page its story is: indices of blocks; PAGE_NONE where there's none. */
#define PAGE_NONE ((size_t)-1)

struct pagestory {
	size_t headline;
	size_t subtitle;
	size_t start;                        /* the first paragraph */
	size_t end;                          /* behind the last; also the end mark's, or the contacts' */
	size_t contacts_start, contacts_end; /* [start, end); equal if there are none */
	bool is_headline_certain;
	bool is_end_early; /* cut before more prose, which seemed to be other news */
};

/* False if no headline or no story can be found. */
bool pagestory_find(const struct page *page, struct pagestory *out);

#endif
