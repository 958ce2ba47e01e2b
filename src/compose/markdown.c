/*
 * Markdown as HTML for mail: styles stand in each element, since mail readers
 * drop style sheets. Colours that a dark screen must turn are the template's.
 */
#include "compose/markdown.h"

#include "compose/markdowntree.h"

#include <stdint.h>

struct element {
	cmark_node_type type;
	const char *open, *close;
};

static const struct element elements[] = {
	{CMARK_NODE_PARAGRAPH, "<p style=\"margin:0 0 16px\">", "</p>\n"},
	{CMARK_NODE_ITEM, "<li style=\"margin:0 0 8px\">", "</li>\n"},
	{CMARK_NODE_EMPH, "<em>", "</em>"},
	{CMARK_NODE_STRONG, "<strong>", "</strong>"},
};

/*
 * What stands at a line's beginning, for text from left to right and from right to
 * left: Gmail and Outlook know no "start" of a line. Outlook puts a list's marks into
 * its margin and never into its padding.
 */
static const char *const quote_styles[] = {
	"margin:0 0 16px;padding-left:20px;border-left:3px solid #0b4f8a;font-size:19px",
	"margin:0 0 16px;padding-right:20px;border-right:3px solid #0b4f8a;font-size:19px",
};
static const char *const list_styles[] = {
	"margin:0 0 16px 24px;padding:0",
	"margin:0 24px 16px 0;padding:0",
};
static const char *const link_style = "color:#0b4f8a";
static const char *const code_style = "font-family:Menlo,Consolas,monospace;font-size:16px";
static const char *const code_block_style =
	"margin:0 0 16px;font-family:Menlo,Consolas,monospace;font-size:16px;white-space:pre-wrap";
static const char *const rule_style = "margin:28px 0;border:0;border-top:1px solid #8a94a6";

/* By level; mails have their <h1> in the title. */
static const char *const heading_styles[] = {
	[2] = "margin:28px 0 12px;font-size:21px;line-height:1.35",
	[3] = "margin:24px 0 8px;font-size:18px;line-height:1.4",
	[4] = "margin:20px 0 8px;font-size:17px;line-height:1.4",
	[5] = "margin:20px 0 8px;font-size:17px;line-height:1.4;font-style:italic",
	[6] = "margin:20px 0 8px;font-size:16px;line-height:1.4;font-style:italic",
};

static void add_escaped(struct str *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		switch (text.ptr[i]) {
		case '&':
			str_add_text(out, "&amp;");
			break;
		case '<':
			str_add_text(out, "&lt;");
			break;
		case '>':
			str_add_text(out, "&gt;");
			break;
		case '"':
			str_add_text(out, "&quot;");
			break;
		default:
			str_add_char(out, text.ptr[i]);
		}
	}
}

static void add_heading(struct str *out, cmark_node *node, bool is_open)
{
	int level = cmark_node_get_heading_level(node);

	if (level < 2)
		level = 2;
	if (is_open)
		str_addf(out, "<h%d style=\"%s\">", level, heading_styles[level]);
	else
		str_addf(out, "</h%d>\n", level);
}

static void add_list(struct str *out, cmark_node *node, bool is_open, bool is_right_to_left)
{
	const char *style = list_styles[is_right_to_left];
	bool is_ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
	int start = cmark_node_get_list_start(node);

	if (!is_open)
		str_add_text(out, is_ordered ? "</ol>\n" : "</ul>\n");
	else if (is_ordered && start != 1)
		str_addf(out, "<ol start=\"%d\" style=\"%s\">\n", start, style);
	else
		str_addf(out, "<%s style=\"%s\">\n", is_ordered ? "ol" : "ul", style);
}

static void add_link(struct str *out, cmark_node *node, bool is_open)
{
	if (markdown_link(markdown_url(node)) != MARKDOWN_LINK_GOOD)
		return;
	if (!is_open) {
		str_add_text(out, "</a>");
		return;
	}
	str_add_text(out, "<a href=\"");
	add_escaped(out, markdown_url(node));
	str_addf(out, "\" style=\"%s\">", link_style);
}

static void add_quote(struct str *out, bool is_open, bool is_right_to_left)
{
	if (is_open)
		str_addf(out, "<blockquote style=\"%s\">\n", quote_styles[is_right_to_left]);
	else
		str_add_text(out, "</blockquote>\n");
}

/* A tight list's items hold their words without paragraphs around them. */
static bool is_in_tight_list(cmark_node *node)
{
	cmark_node *item = cmark_node_parent(node);

	return item && cmark_node_get_type(item) == CMARK_NODE_ITEM &&
	       cmark_node_get_list_tight(cmark_node_parent(item));
}

static void add_element(struct str *out, cmark_node *node, bool is_open)
{
	cmark_node_type type = cmark_node_get_type(node);

	if (type == CMARK_NODE_PARAGRAPH && is_in_tight_list(node)) {
		if (!is_open && cmark_node_next(node))
			str_add_char(out, '\n');
		return;
	}
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		if (elements[i].type == type)
			str_add_text(out, is_open ? elements[i].open : elements[i].close);
	}
}

static void add_code_block(struct str *out, cmark_node *node)
{
	str_addf(out, "<pre style=\"%s\">", code_block_style);
	add_escaped(out, markdown_literal(node));
	str_add_text(out, "</pre>\n");
}

static void add_code(struct str *out, cmark_node *node)
{
	str_addf(out, "<code style=\"%s\">", code_style);
	add_escaped(out, markdown_literal(node));
	str_add_text(out, "</code>");
}

static void add_node(struct str *out, cmark_node *node, bool is_open, bool is_right_to_left)
{
	switch ((int)cmark_node_get_type(node)) {
	case CMARK_NODE_HEADING:
		add_heading(out, node, is_open);
		break;
	case CMARK_NODE_LIST:
		add_list(out, node, is_open, is_right_to_left);
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		add_quote(out, is_open, is_right_to_left);
		break;
	case CMARK_NODE_LINK:
		add_link(out, node, is_open);
		break;
	case CMARK_NODE_CODE_BLOCK:
		add_code_block(out, node);
		break;
	case CMARK_NODE_CODE:
		add_code(out, node);
		break;
	case CMARK_NODE_TEXT:
		add_escaped(out, markdown_literal(node));
		break;
	case CMARK_NODE_SOFTBREAK:
		str_add_char(out, '\n');
		break;
	case CMARK_NODE_LINEBREAK:
		str_add_text(out, "<br>\n");
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		str_addf(out, "<hr style=\"%s\">\n", rule_style);
		break;
	default:
		add_element(out, node, is_open);
	}
}

static enum status write_html(struct span source, bool is_right_to_left, struct str *out, struct err *err)
{
	cmark_node *document;
	cmark_iter *iter;
	cmark_event_type event;
	enum status status = markdown_tree(source, &document, err);

	if (status)
		return status;
	iter = cmark_iter_new(document);
	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
		add_node(out, cmark_iter_get_node(iter), event == CMARK_EVENT_ENTER, is_right_to_left);
	cmark_iter_free(iter);
	cmark_node_free(document);
	return str_status(out, "the text as HTML", err);
}

enum status markdown_html(struct span source, struct str *out, struct err *err)
{
	return write_html(source, false, out, err);
}

enum status markdown_html_right_to_left(struct span source, struct str *out, struct err *err)
{
	return write_html(source, true, out, err);
}
