/*
 * cmark's tree within bounds, and what its readers here all ask of a node.
 */
#include "compose/markdowntree.h"

#include "compose/markdown.h"

/* Nodes that the iterator enters but never leaves. */
static bool is_leaf(cmark_node *node)
{
	switch ((int)cmark_node_get_type(node)) {
	case CMARK_NODE_HTML_BLOCK:
	case CMARK_NODE_THEMATIC_BREAK:
	case CMARK_NODE_CODE_BLOCK:
	case CMARK_NODE_TEXT:
	case CMARK_NODE_SOFTBREAK:
	case CMARK_NODE_LINEBREAK:
	case CMARK_NODE_CODE:
	case CMARK_NODE_HTML_INLINE:
		return true;
	default:
		return false;
	}
}

/* cmark itself nests without end and without recursion; those who walk the tree recurse. */
static enum status check_depth(cmark_node *document, struct err *err)
{
	cmark_iter *iter = cmark_iter_new(document);
	cmark_event_type event;
	size_t depth = 0;
	size_t deepest = 0;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		if (event == CMARK_EVENT_EXIT)
			depth--;
		else if (!is_leaf(cmark_iter_get_node(iter)))
			depth++;
		if (depth > deepest)
			deepest = depth;
	}
	cmark_iter_free(iter);
	if (deepest > MARKDOWN_DEPTH_MAX)
		return err_set(
			err, E_RANGE, "quotes, lists or emphasis more than %u deep", MARKDOWN_DEPTH_MAX);
	return OK;
}

enum status markdown_tree(struct span source, cmark_node **out, struct err *err)
{
	cmark_node *document;
	enum status status;

	if (source.len > MARKDOWN_MAX)
		return err_set(err, E_RANGE, "the text is larger than %u bytes", MARKDOWN_MAX);
	document = cmark_parse_document(source.ptr ? source.ptr : "", source.len, CMARK_OPT_VALIDATE_UTF8);
	status = check_depth(document, err);
	if (status) {
		cmark_node_free(document);
		return status;
	}
	*out = document;
	return OK;
}

struct span markdown_literal(cmark_node *node)
{
	return span_of(cmark_node_get_literal(node));
}

struct span markdown_url(cmark_node *node)
{
	return span_of(cmark_node_get_url(node));
}

/* The scheme's length (RFC 3986 section 3.1), 0 if there's none. */
static size_t scheme_length(struct span url)
{
	for (size_t i = 0; i < url.len; i++) {
		char c = url.ptr[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (c == ':')
			return i;
		if (!is_letter && (!i || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
			return 0;
	}
	return 0;
}

enum markdown_link markdown_link(struct span url)
{
	size_t length = scheme_length(url);
	struct span scheme = span_first(url, length);

	if (!length)
		return MARKDOWN_LINK_RELATIVE;
	if (span_equals_nocase(scheme, SPAN("mailto")))
		return url.len > length + 1 ? MARKDOWN_LINK_GOOD : MARKDOWN_LINK_RELATIVE;
	if (!span_equals_nocase(scheme, SPAN("http")) && !span_equals_nocase(scheme, SPAN("https")))
		return MARKDOWN_LINK_OTHER;
	return url.len > length + 3 && span_starts(span_from(url, length), SPAN("://"))
		       ? MARKDOWN_LINK_GOOD
		       : MARKDOWN_LINK_RELATIVE;
}
