/*
 * Plain words as Markdown. Whether a text needs escaping at all is asked of the
 * parser itself: most don't, and stay as they were written.
 */
#include "compose/markdown.h"
#include "compose/markdowntree.h"

#include <stdint.h>

/* True if `markdown` is one paragraph of plain words, exactly `words`. */
static bool reads_as(struct span markdown, struct span words)
{
	cmark_node *document;
	cmark_node *paragraph;
	bool is_same;

	if (markdown_tree(markdown, &document, NULL))
		return false;
	paragraph = cmark_node_first_child(document);
	is_same = paragraph && cmark_node_get_type(paragraph) == CMARK_NODE_PARAGRAPH &&
		  !cmark_node_next(paragraph);
	for (cmark_node *node = is_same ? cmark_node_first_child(paragraph) : NULL; node && is_same;
		node = cmark_node_next(node)) {
		struct span literal = markdown_literal(node);

		is_same = cmark_node_get_type(node) == CMARK_NODE_TEXT && span_starts(words, literal);
		words = span_from(words, literal.len);
	}
	cmark_node_free(document);
	return is_same && !words.len;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Where the mark of an ordered list would end: "12." or "12)"; SIZE_MAX if there's none. */
static size_t number_mark(struct span words)
{
	size_t i = 0;

	while (i < words.len && is_digit(words.ptr[i]))
		i++;
	if (!i || i == words.len || (words.ptr[i] != '.' && words.ptr[i] != ')'))
		return SIZE_MAX;
	return i;
}

void markdown_escape_part(struct span words, bool is_first, struct str *out)
{
	size_t mark = is_first ? number_mark(words) : SIZE_MAX;

	for (size_t i = 0; i < words.len; i++) {
		char c = words.ptr[i];

		if (strchr("\\`*_[]<>&!", c) || i == mark || (is_first && !i && strchr("#+-=~:|", c)))
			str_add_char(out, '\\');
		str_add_char(out, c);
	}
}

void markdown_escape(struct span words, struct str *out)
{
	struct str line;

	str_init(&line, words.len + 1);
	words = span_trim(words);
	for (size_t i = 0; i < words.len; i++)
		str_add_char(&line, words.ptr[i] == '\n' || words.ptr[i] == '\r' ? ' ' : words.ptr[i]);
	if (reads_as(str_span(&line), str_span(&line)))
		str_add(out, str_span(&line));
	else
		markdown_escape_part(str_span(&line), true, out);
	str_clear(&line);
}
