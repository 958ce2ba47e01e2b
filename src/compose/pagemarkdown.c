/*
 * A page's blocks as Markdown: the words unchanged, what Markdown would take
 * for its own escaped.
 */
#include "compose/pagemarkdown.h"

#include "compose/markdown.h"
#include "compose/markdowntree.h"

#include <stdint.h>

static bool is_kept(const struct page_link *link)
{
	struct span url = span_of(link->url);

	for (size_t i = 0; i < url.len; i++) {
		if (strchr("<>\\ \n", url.ptr[i]))
			return false;
	}
	return markdown_link(url) == MARKDOWN_LINK_GOOD;
}

static struct span part(const struct page_block *block, size_t start, size_t end)
{
	return span_first(span_from(span_of(block->text), start), end - start);
}

static void add_words(const struct page_block *block, struct str *out, size_t *unlinked)
{
	size_t kept = 0;
	size_t at = 0;

	for (size_t i = 0; i < block->link_count; i++) {
		kept += is_kept(&block->links[i]);
		*unlinked += !is_kept(&block->links[i]);
	}
	if (!kept) {
		markdown_escape(span_of(block->text), out);
		return;
	}
	for (size_t i = 0; i < block->link_count; i++) {
		const struct page_link *link = &block->links[i];

		if (!is_kept(link) || link->start < at)
			continue;
		markdown_escape_part(part(block, at, link->start), at == 0, out);
		str_add_char(out, '[');
		markdown_escape_part(part(block, link->start, link->end), false, out);
		str_addf(out, strpbrk(link->url, "()") ? "](<%s>)" : "](%s)", link->url);
		at = link->end;
	}
	markdown_escape_part(span_from(span_of(block->text), at), at == 0, out);
}

void pagemarkdown_add(
	const struct page_block *block, enum page_kind kind_before, struct str *out, size_t *unlinked)
{
	if (out->len)
		str_add_text(out, block->kind == PAGE_ITEM && kind_before == PAGE_ITEM ? "\n" : "\n\n");
	if (block->kind == PAGE_HEADING)
		str_add_text(out, block->level > 2 ? "### " : "## ");
	else if (block->kind == PAGE_ITEM && block->number)
		str_addf(out, "%d. ", block->number);
	else if (block->kind == PAGE_ITEM)
		str_add_text(out, "- ");
	else if (block->kind == PAGE_QUOTE)
		str_add_text(out, "> ");
	add_words(block, out, unlinked);
}
