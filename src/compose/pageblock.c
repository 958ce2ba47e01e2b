/*
 * A page as a row of blocks, and how a pasted text becomes one.
 */
#include "compose/pageblock.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>

#define WRAPPED_COLUMNS 100u  /* no line of a wrapped text is wider */
#define FULL_LINE_COLUMNS 45u /* a line that was broken because it was full */

void page_init(struct page *page, const char *path)
{
	*page = (struct page){.path = path, .title = mem_copy_text(""), .language = mem_copy_text("")};
}

static void clear_block(struct page_block *block)
{
	for (size_t i = 0; i < block->link_count; i++)
		free(block->links[i].url);
	free(block->links);
	free(block->text);
	free(block->folded);
}

void page_clear(struct page *page)
{
	for (size_t i = 0; i < page->count; i++)
		clear_block(&page->blocks[i]);
	free(page->blocks);
	free(page->title);
	free(page->language);
	*page = (struct page){0};
}

static bool is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

void page_clean(struct span text, struct str *out)
{
	size_t start = out->len;
	bool is_gap = false;
	uint32_t c;

	while (text.len) {
		struct span before = text;
		struct span character;

		if (!utf8_next(&text, &c))
			return;
		character = span_first(before, before.len - text.len);
		if (is_space(c)) {
			is_gap = out->len > start;
			continue;
		}
		if (utf8_has_control(character, "") || utf8_has_invisible(character))
			continue;
		if (is_gap)
			str_add_char(out, ' ');
		is_gap = false;
		utf8_add(out, c);
	}
}

static char *folded(const char *text)
{
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	if (utf8_fold(span_of(text), &out, NULL)) {
		str_clear(&out);
		return mem_copy_text(text);
	}
	text = str_take(&out);
	str_clear(&out);
	return (char *)text;
}

static size_t count_words(struct span text)
{
	struct span word;
	size_t count = 0;

	while (span_split(&text, ' ', &word))
		count += word.len > 0;
	return count;
}

static void measure(struct page_block *block)
{
	free(block->folded);
	block->folded = folded(block->text);
	block->width = utf8_width(span_of(block->text));
	block->words = count_words(span_of(block->text));
}

bool page_add(struct page *page, enum page_kind kind, struct span text, size_t line)
{
	struct str clean;
	struct page_block *block;

	if (page->count == PAGE_BLOCKS_MAX)
		return false;
	str_init(&clean, STR_MAX_LARGE);
	page_clean(text, &clean);
	if (!clean.len) {
		str_clear(&clean);
		return false;
	}
	page->blocks = mem_grow(page->blocks, page->count, &page->capacity, sizeof(*page->blocks));
	block = &page->blocks[page->count++];
	*block = (struct page_block){.kind = kind, .line = line, .text = str_take(&clean)};
	str_clear(&clean);
	measure(block);
	return true;
}

void page_block_cut(struct page_block *block, size_t length)
{
	struct span rest = span_from(span_of(block->text), length);
	size_t kept = 0;
	char *text;

	while (rest.len && rest.ptr[0] == ' ')
		rest = span_from(rest, 1);
	length = strlen(block->text) - rest.len;
	for (size_t i = 0; i < block->link_count; i++) {
		struct page_link link = block->links[i];

		if (link.end <= length) {
			free(link.url);
			continue;
		}
		link.start = link.start > length ? link.start - length : 0;
		link.end -= length;
		block->links[kept++] = link;
	}
	block->link_count = kept;
	text = span_copy(rest);
	free(block->text);
	block->text = text;
	measure(block);
}

/* True for a text that was broken into lines by width, as mail programs do. */
static bool is_wrapped(struct span text)
{
	struct span line;
	size_t full = 0;
	size_t blank = 0;

	while (span_line(&text, &line)) {
		size_t width = utf8_width(span_trim(line));

		if (width > WRAPPED_COLUMNS)
			return false;
		full += width >= FULL_LINE_COLUMNS;
		blank += width == 0;
	}
	return full >= 3 && blank >= 2;
}

/* The sign of a list's item at the line's start: its length with the space, 0 if there's none. */
static size_t item_mark(struct span line)
{
	static const char *const marks[] = {"- ", "* ", "• ", "· ", "‣ ", "▪ ", "● ", "◦ "};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (span_starts(line, span_of(marks[i])))
			return strlen(marks[i]);
	}
	return 0;
}

/* "- ENDS -" is no item. */
static bool closes_itself(struct span line)
{
	return span_ends(line, SPAN(" -")) || span_ends(line, SPAN(" *"));
}

static bool has_at(struct span line)
{
	return span_find_char(line, '@', 0) != SIZE_MAX;
}

/* Adds lines until a paragraph ends, then the paragraph. */
struct gatherer {
	struct page *page;
	struct str open; /* the paragraph so far */
	enum page_kind kind;
	size_t line;
	bool has_gap;
	bool is_full; /* its last line was broken for width */
};

static void close_paragraph(struct gatherer *gatherer)
{
	if (gatherer->open.len &&
		page_add(gatherer->page, gatherer->kind, str_span(&gatherer->open), gatherer->line))
		gatherer->page->blocks[gatherer->page->count - 1].has_gap = gatherer->has_gap;
	str_empty(&gatherer->open);
	gatherer->has_gap = false;
}

static void take_line(struct gatherer *gatherer, struct span line, size_t number, bool is_wrapped_text)
{
	size_t mark = item_mark(line);

	if (!line.len) {
		close_paragraph(gatherer);
		gatherer->has_gap = true;
		return;
	}
	if (closes_itself(line))
		mark = 0;
	if (gatherer->open.len && is_wrapped_text && gatherer->is_full && !mark &&
		!(has_at(line) && has_at(str_span(&gatherer->open)))) {
		str_add_char(&gatherer->open, ' ');
	} else {
		bool has_gap = gatherer->has_gap;

		close_paragraph(gatherer);
		gatherer->has_gap = has_gap && !gatherer->open.len;
		gatherer->kind = mark ? PAGE_ITEM : PAGE_TEXT;
		gatherer->line = number;
		line = span_from(line, mark);
	}
	str_add(&gatherer->open, line);
	gatherer->is_full = utf8_width(line) >= FULL_LINE_COLUMNS;
}

void page_read_text(struct page *page, struct span text)
{
	struct gatherer gatherer = {.page = page};
	bool is_wrapped_text = is_wrapped(text);
	struct span line;
	size_t number = 1;

	str_init(&gatherer.open, STR_MAX_LARGE);
	for (; span_line(&text, &line); number++)
		take_line(&gatherer, span_trim(line), number, is_wrapped_text);
	close_paragraph(&gatherer);
	str_clear(&gatherer.open);
}
