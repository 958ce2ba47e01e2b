#ifndef COMPOSE_PAGEHTML_H
#define COMPOSE_PAGEHTML_H

#include "compose/pageblock.h"

/* Read a saved HTML page: menus, scripts, forms and what is hidden are left out. E_SYNTAX if it's none. */
enum status page_read_html(struct page *page, struct span html, struct err *err);

#endif
