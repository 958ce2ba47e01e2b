/*
 * A saved HTML page as a row of blocks. The tree is walked without recursion,
 * since a page may nest as deep as it likes.
 */
#include "compose/pagehtml.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "compose/releasename.h"

#include <libxml/HTMLparser.h>
#include <stdint.h>
#include <stdlib.h>

#define PROSE_PARAGRAPHS 4u /* a part with this many paragraphs is no menu, whatever its class says */
#define URL_MAX 2000u
#define ANCESTORS_MAX 64u             /* looked at for what a block is */
#define LOOK_INSIDE_MAX 2000000u      /* nodes looked at for what parts hold, over the whole page */
#define LINKED_TEXT_MAX (64u * 1024u) /* in a longer block, links are left out */
#define LINKS_MAX 200u

struct walk {
	struct page *page;
	struct str text; /* of the open block, not yet cleaned */
	struct page_link *links;
	size_t link_count, link_capacity;
	size_t line;
	int number;   /* items so far in the innermost ordered list */
	size_t looks; /* of LOOK_INSIDE_MAX, used */
};

static struct span name_of(const xmlNode *node)
{
	return node->type == XML_ELEMENT_NODE ? span_of((const char *)node->name) : SPAN("");
}

static bool is_one_of(struct span name, const char *const *names)
{
	for (; *names; names++) {
		if (span_equals_nocase(name, span_of(*names)))
			return true;
	}
	return false;
}

/* An attribute's value on the heap, or NULL. xmlFree() it. */
static char *attribute(const xmlNode *node, const char *name)
{
	return (char *)xmlGetProp(node, (const xmlChar *)name);
}

static bool attribute_is_one_of(const xmlNode *node, const char *name, const char *const *values)
{
	char *value = attribute(node, name);
	bool is_in = value && is_one_of(span_trim(span_of(value)), values);

	xmlFree(value);
	return is_in;
}

/* Any of the words among those of a class or id: "post-share-buttons" has "share". */
static bool attribute_has_word(const xmlNode *node, const char *name, const char *const *words)
{
	char *value = attribute(node, name);
	bool has_word = false;

	for (const char *at = value; at && *at && !has_word;) {
		size_t length = strcspn(at, " -_\t\r\n:.");

		has_word = length && is_one_of(span_bytes(at, length), words);
		at += length;
		at += strspn(at, " -_\t\r\n:.");
	}
	xmlFree(value);
	return has_word;
}

/* The next node in document order inside `top`; `is_deep` false skips what is below `node`. */
static xmlNode *next_node(const xmlNode *top, xmlNode *node, bool is_deep)
{
	if (is_deep && node->children)
		return node->children;
	while (node != top && !node->next)
		node = node->parent;
	return node == top ? NULL : node->next;
}

/* Does the part hold what speaks for keeping it: a headline, several paragraphs? */
static bool holds_story(struct walk *walk, xmlNode *part)
{
	size_t paragraphs = 0;

	for (xmlNode *node = part; node; node = next_node(part, node, true)) {
		if (span_equals_nocase(name_of(node), SPAN("h1")) || ++walk->looks > LOOK_INSIDE_MAX)
			return true;
		paragraphs += span_equals_nocase(name_of(node), SPAN("p"));
		if (paragraphs == PROSE_PARAGRAPHS)
			return true;
	}
	return false;
}

static bool holds_address(struct walk *walk, xmlNode *part)
{
	for (xmlNode *node = part; node; node = next_node(part, node, true)) {
		if (++walk->looks > LOOK_INSIDE_MAX)
			return true;
		if (node->type == XML_TEXT_NODE && node->content && strchr((char *)node->content, '@'))
			return true;
	}
	return false;
}

static bool is_hidden(const xmlNode *node)
{
	static const char *const yes[] = {"true", NULL};
	char *hidden = attribute(node, "hidden");
	char *style = attribute(node, "style");
	bool is_so = hidden || attribute_is_one_of(node, "aria-hidden", yes) ||
		     (style && (strstr(style, "display:none") || strstr(style, "display: none")));

	xmlFree(hidden);
	xmlFree(style);
	return is_so;
}

/* Parts of a page that are no part of the story. */
static bool is_left_out(struct walk *walk, xmlNode *node)
{
	static const char *const names[] = {"head", "script", "style", "noscript", "template", "nav",
		"footer", "form", "button", "select", "svg", "iframe", "object", "embed", "video", "audio",
		"canvas", "dialog", "menu", "figure", NULL};
	static const char *const roles[] = {"navigation", "contentinfo", "search", "complementary", "dialog",
		"alertdialog", "menu", "menubar", "toolbar", NULL};
	static const char *const never[] = {"html", "body", "main", "article", NULL};
	static const char *const classes[] = {"nav", "navbar", "navigation", "menu", "breadcrumb",
		"breadcrumbs", "cookie", "cookies", "consent", "share", "sharing", "social", "related",
		"sidebar", "newsletter", "subscribe", "comments", "advert", "ads", "promo", "skip", "sr",
		"screen", "footer", "tags", "pagination", NULL};
	struct span name = name_of(node);

	if (is_one_of(name, names) || is_hidden(node))
		return true;
	if (is_one_of(name, never))
		return false;
	if (span_equals_nocase(name, SPAN("aside")))
		return !holds_address(walk, node) && !holds_story(walk, node);
	return (attribute_is_one_of(node, "role", roles) || attribute_has_word(node, "class", classes) ||
		       attribute_has_word(node, "id", classes)) &&
	       !holds_story(walk, node);
}

static bool is_block(struct span name)
{
	static const char *const names[] = {"address", "article", "aside", "blockquote", "body", "br",
		"caption", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "h1", "h2",
		"h3", "h4", "h5", "h6", "header", "hgroup", "hr", "li", "main", "ol", "p", "pre", "section",
		"summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", NULL};

	return is_one_of(name, names);
}

/* What the open block is, by the elements around it. */
static enum page_kind kind_of(const xmlNode *node, int *level, bool *is_numbered)
{
	for (size_t i = 0; i < ANCESTORS_MAX && node; i++) {
		struct span name = name_of(node);

		if (name.len == 2 && (name.ptr[0] == 'h' || name.ptr[0] == 'H') && name.ptr[1] >= '1' &&
			name.ptr[1] <= '6') {
			*level = name.ptr[1] - '0';
			return PAGE_HEADING;
		}
		if (span_equals_nocase(name, SPAN("li"))) {
			*is_numbered = node->parent && span_equals_nocase(name_of(node->parent), SPAN("ol"));
			return PAGE_ITEM;
		}
		if (span_equals_nocase(name, SPAN("blockquote")))
			return PAGE_QUOTE;
		node = node->parent;
	}
	return PAGE_TEXT;
}

/* Move the links, whose offsets are into the raw text, onto the cleaned block. */
static void place_links(struct walk *walk, struct page_block *block)
{
	struct str clean;

	str_init(&clean, STR_MAX_LARGE);
	for (size_t i = 0; i < walk->link_count; i++) {
		struct page_link link = walk->links[i];
		struct span words =
			span_first(span_from(str_span(&walk->text), link.start), link.end - link.start);
		size_t start;

		/* A mark before and after keeps the spaces beside the link out of its words. */
		str_empty(&clean);
		page_clean(span_first(str_span(&walk->text), link.start), &clean);
		start = clean.len;
		str_empty(&clean);
		page_clean(words, &clean);
		start = span_find(span_of(block->text), str_span(&clean), start);
		if (!clean.len || start == SIZE_MAX) {
			free(link.url);
			continue;
		}
		block->links = mem_grow(
			block->links, block->link_count, &block->link_capacity, sizeof(*block->links));
		block->links[block->link_count++] =
			(struct page_link){.start = start, .end = start + clean.len, .url = link.url};
	}
	walk->link_count = 0;
	str_clear(&clean);
}

static void drop_links(struct walk *walk)
{
	for (size_t i = 0; i < walk->link_count; i++)
		free(walk->links[i].url);
	walk->link_count = 0;
}

/* End the open block; `inside` is an element that its words stood in. */
static void close_block(struct walk *walk, const xmlNode *inside)
{
	int level = 0;
	bool is_numbered = false;
	enum page_kind kind = PAGE_TEXT;

	if (walk->text.len)
		kind = kind_of(inside, &level, &is_numbered);
	if (page_add(walk->page, kind, str_span(&walk->text), walk->line)) {
		struct page_block *block = &walk->page->blocks[walk->page->count - 1];

		block->has_gap = true;
		block->level = level;
		if (is_numbered)
			block->number = ++walk->number;
		if (walk->text.len <= LINKED_TEXT_MAX)
			place_links(walk, block);
	}
	drop_links(walk);
	str_empty(&walk->text);
	walk->line = 0;
}

static void begin_link(struct walk *walk, const xmlNode *node)
{
	char *url = attribute(node, "href");

	if (url && walk->link_count < LINKS_MAX && strlen(url) <= URL_MAX && utf8_is_valid(span_of(url)) &&
		!utf8_has_control(span_of(url), "")) {
		walk->links =
			mem_grow(walk->links, walk->link_count, &walk->link_capacity, sizeof(*walk->links));
		walk->links[walk->link_count++] = (struct page_link){
			.start = walk->text.len, .end = SIZE_MAX, .url = span_copy(span_trim(span_of(url)))};
	}
	xmlFree(url);
}

static void end_link(struct walk *walk)
{
	if (walk->link_count && walk->links[walk->link_count - 1].end == SIZE_MAX)
		walk->links[walk->link_count - 1].end = walk->text.len;
}

static void enter(struct walk *walk, xmlNode *node)
{
	struct span name = name_of(node);

	if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
		if (!walk->line)
			walk->line = (size_t)xmlGetLineNo(node->parent);
		str_add_text(&walk->text, node->content ? (const char *)node->content : "");
	} else if (is_block(name)) {
		end_link(walk);
		close_block(walk, node->parent);
		if (span_equals_nocase(name, SPAN("ol")))
			walk->number = 0;
	} else if (span_equals_nocase(name, SPAN("a"))) {
		end_link(walk);
		begin_link(walk, node);
	}
}

static void leave(struct walk *walk, const xmlNode *node)
{
	struct span name = name_of(node);

	if (is_block(name)) {
		end_link(walk);
		close_block(walk, node);
	} else if (span_equals_nocase(name, SPAN("a"))) {
		end_link(walk);
	}
}

static void walk_tree(struct walk *walk, xmlNode *root)
{
	xmlNode *node = root;

	while (node) {
		bool is_out = node->type == XML_ELEMENT_NODE && is_left_out(walk, node);

		if (!is_out)
			enter(walk, node);
		if (!is_out && node->type == XML_ELEMENT_NODE && node->children) {
			node = node->children;
			continue;
		}
		if (!is_out)
			leave(walk, node);
		while (node != root && !node->next) {
			node = node->parent;
			leave(walk, node);
		}
		node = node == root ? NULL : node->next;
	}
	close_block(walk, NULL);
}

static void read_head(struct page *page, xmlNode *root)
{
	char *language = attribute(root, "lang");
	struct str clean;

	if (language && release_language_is_valid(span_trim(span_of(language)))) {
		free(page->language);
		page->language = span_copy(span_trim(span_of(language)));
	}
	xmlFree(language);
	for (xmlNode *node = root; node; node = next_node(root, node, true)) {
		char *title;

		if (!span_equals_nocase(name_of(node), SPAN("title")))
			continue;
		title = (char *)xmlNodeGetContent(node);
		str_init(&clean, STR_MAX_LARGE);
		page_clean(span_of(title), &clean);
		free(page->title);
		page->title = str_take(&clean);
		str_clear(&clean);
		xmlFree(title);
		return;
	}
}

/* Valid UTF-8 is UTF-8, whatever a page says; else what it says, else what browsers assume. */
static htmlDocPtr parse(struct span html)
{
	int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
		      HTML_PARSE_COMPACT;
	htmlDocPtr document;

	if (utf8_is_valid(html))
		return htmlReadMemory(html.ptr, (int)html.len, NULL, "UTF-8", options);
	document = htmlReadMemory(html.ptr, (int)html.len, NULL, NULL, options);
	if (document && document->encoding)
		return document;
	xmlFreeDoc(document);
	return htmlReadMemory(html.ptr, (int)html.len, NULL, "windows-1252", options);
}

enum status page_read_html(struct page *page, struct span html, struct err *err)
{
	struct walk walk = {.page = page};
	htmlDocPtr document;
	xmlNode *root;

	if (html.len > INT32_MAX)
		return err_set(err, E_RANGE, "%s: too large", page->path);
	document = parse(html);
	root = document ? xmlDocGetRootElement(document) : NULL;
	if (!root) {
		xmlFreeDoc(document);
		return err_set(err, E_SYNTAX, "%s: no HTML that can be read", page->path);
	}
	page->is_html = true;
	read_head(page, root);
	str_init(&walk.text, STR_MAX_LARGE);
	walk_tree(&walk, root);
	str_clear(&walk.text);
	free(walk.links);
	xmlFreeDoc(document);
	return OK;
}
