#ifndef COMPOSE_MARKDOWNTREE_H
#define COMPOSE_MARKDOWNTREE_H

#include "base/str.h"

#include <cmark.h>
#include <stdbool.h>

/*
 * Read Markdown into cmark's tree; cmark_node_free() it. E_RANGE if the text is
 * larger than MARKDOWN_MAX or nests deeper than MARKDOWN_DEPTH_MAX.
 */
enum status markdown_tree(struct span source, cmark_node **out, struct err *err);

/* The node's own text (of text, code and raw HTML); empty for others. Borrowed. */
struct span markdown_literal(cmark_node *node);
/* A link's or image's address. Borrowed. */
struct span markdown_url(cmark_node *node);

/* Where a link leads, judged by its scheme. */
enum markdown_link {
	MARKDOWN_LINK_GOOD,     /* http, https, mailto */
	MARKDOWN_LINK_RELATIVE, /* no scheme: leads nowhere from a mail */
	MARKDOWN_LINK_OTHER     /* javascript:, data:, ftp:, … */
};
enum markdown_link markdown_link(struct span url);

#endif
