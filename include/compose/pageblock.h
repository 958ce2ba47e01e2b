#ifndef COMPOSE_PAGEBLOCK_H
#define COMPOSE_PAGEBLOCK_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A page as a row of blocks, however it was saved: what pastedpage looks at.
 * Texts are UTF-8, one line, single-spaced at the ends, without controls.
 */
#define PAGE_BLOCKS_MAX 50000u

enum page_kind {
	PAGE_TEXT,
	PAGE_HEADING,
	PAGE_ITEM,
	PAGE_QUOTE
};

/* A stretch of a block's text that is linked; offsets into the text. */
struct page_link {
	size_t start, end;
	char *url;
};

struct page_block {
	enum page_kind kind;
	int level;    /* of a heading, 1 to 6 */
	int number;   /* of an ordered list's item, from 1; else 0 */
	size_t line;  /* in the page */
	bool has_gap; /* white space stands before it */
	char *text;   /* never empty */
	char *folded; /* `text` for comparing words */
	size_t width; /* terminal columns */
	size_t words;
	struct page_link *links;
	size_t link_count, link_capacity;
};

struct page {
	const char *path;
	char *title;    /* of an HTML page's head; "" else */
	char *language; /* of an HTML page; "" else */
	bool is_html;
	struct page_block *blocks;
	size_t count, capacity;
};

void page_init(struct page *page, const char *path);
void page_clear(struct page *page);

/*
 * Add a block of that text, cleaned; nothing if nothing is left. False if
 * nothing was added. Past PAGE_BLOCKS_MAX, nothing is.
 */
bool page_add(struct page *page, enum page_kind kind, struct span text, size_t line);

/* The text without its first `length` bytes and the spaces after them. */
void page_block_cut(struct page_block *block, size_t length);

/* Clean a text: controls and invisible characters out, runs of white space to one space. Appends. */
void page_clean(struct span text, struct str *out);

/* Read a pasted text, UTF-8, line by line. Lines of a wrapped text are joined to paragraphs. */
void page_read_text(struct page *page, struct span text);

#endif
