/*
 * What a mail can't carry out of a Markdown text, or a reader would stumble over.
 */
#include "compose/markdown.h"
#include "compose/markdowntree.h"

#include <stdint.h>
#include <stdio.h>

struct check {
	markdown_check_fn *say;
	void *context;
	int heading_level; /* of the last heading */
	size_t line;       /* of the block around, for inlines that don't know theirs */
};

static void say(struct check *check, bool is_error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct check *check, bool is_error, const char *format, ...)
{
	char words[512];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	check->say(check->context, is_error, check->line, words);
}

/* HTML that runs or loads something, rather than marking words up. */
static bool is_dangerous(struct span html)
{
	static const char *const names[] = {
		"script", "iframe", "object", "embed", "form", "style", "link", "meta", "base", "svg"};
	size_t at = 0;

	while ((at = span_find_char(html, '<', at)) != SIZE_MAX) {
		at++;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (span_starts_nocase(span_from(html, at), span_of(names[i])))
				return true;
		}
	}
	return false;
}

static void check_html(struct check *check, cmark_node *node)
{
	struct span html = span_trim(markdown_literal(node));
	struct span line = span_first(html, span_find_char(html, '\n', 0));

	if (span_starts(html, SPAN("<!--")) || span_starts(html, SPAN("</")))
		return;
	say(check, is_dangerous(html), "raw HTML \"%.*s\" is left out of mails: write it as Markdown",
		SPAN_ARG(span_first(line, 60)));
}

static void check_link(struct check *check, cmark_node *node)
{
	struct span url = markdown_url(node);

	switch (markdown_link(url)) {
	case MARKDOWN_LINK_GOOD:
		break;
	case MARKDOWN_LINK_RELATIVE:
		say(check, true, "the link \"%.*s\" leads nowhere from a mail: start it with https://",
			SPAN_ARG(span_first(url, 200)));
		break;
	case MARKDOWN_LINK_OTHER:
		say(check, true, "the link \"%.*s\" may be http, https or mailto only",
			SPAN_ARG(span_first(url, 200)));
		break;
	}
}

static void check_heading(struct check *check, cmark_node *node)
{
	int level = cmark_node_get_heading_level(node);
	int above = check->heading_level ? check->heading_level : 1;

	if (level == 1)
		say(check, false, "a heading of level 1 is the title's: start it with \"##\"");
	else if (level > above + 1)
		say(check, false, "a heading level is skipped: %d follows %d", level, above);
	check->heading_level = level;
}

static void check_node(struct check *check, cmark_node *node)
{
	int line = cmark_node_get_start_line(node);

	if (line > 0)
		check->line = (size_t)line;
	switch ((int)cmark_node_get_type(node)) {
	case CMARK_NODE_HTML_BLOCK:
	case CMARK_NODE_HTML_INLINE:
		check_html(check, node);
		break;
	case CMARK_NODE_LINK:
		check_link(check, node);
		break;
	case CMARK_NODE_IMAGE:
		say(check, false,
			"an image in the text is left out of mails: list it under \"images:\" instead");
		break;
	case CMARK_NODE_HEADING:
		check_heading(check, node);
		break;
	default:
		break;
	}
}

void markdown_check(struct span source, markdown_check_fn *say_fn, void *context)
{
	struct check check = {.say = say_fn, .context = context, .line = 1};
	cmark_node *document;
	cmark_iter *iter;
	cmark_event_type event;
	struct err err;

	if (markdown_tree(source, &document, &err)) {
		say(&check, true, "%s", err.text);
		return;
	}
	iter = cmark_iter_new(document);
	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		if (event == CMARK_EVENT_ENTER)
			check_node(&check, cmark_iter_get_node(iter));
	}
	cmark_iter_free(iter);
	cmark_node_free(document);
}
