/*
 * Where on a page its story is. The story's start is the paragraph with a
 * dateline that most text follows, or else the start of the longest run of paragraphs; the headline
 * is the last short line before it.
 */
#include "compose/pagestory.h"

#include "compose/contactline.h"
#include "compose/pagedateline.h"
#include "compose/pageshape.h"

#include <stdint.h>
#include <string.h>

#define HEADLINE_REACH 12u /* blocks looked at above the story */
#define HEADLINE_COLUMNS 250u
#define HEADLINE_WORDS 3u /* a line with fewer may be a button in a language we don't know */
#define SUBTITLE_COLUMNS 220u
#define CONTACT_GAP 3u      /* lines between two contacts that are still one list */
#define CONTACT_NAMES 5u    /* lines of names above the first phone */
#define CONTACT_COLUMNS 70u /* the width of such a line */
#define STORY_PARAGRAPHS 2u /* after so many, a phone number was a part of the story */

static bool is_story(const struct page_block *block)
{
	return pageshape_is_prose(block) || block->kind == PAGE_QUOTE;
}

static bool has_dateline(const struct page_block *block)
{
	struct pagedateline dateline;

	return pageshape_is_prose(block) && pagedateline_parse(span_of(block->text), &dateline) &&
	       dateline.place.len;
}

/* The best start at or after `from`; PAGE_NONE if no block is prose. */
static size_t find_start(const struct page *page, size_t from)
{
	size_t best = PAGE_NONE;
	size_t best_size = 0;
	size_t size = 0; /* of the run of paragraphs from here on */
	bool best_has_dateline = false;

	for (size_t i = page->count; i-- > from;) {
		const struct page_block *block = &page->blocks[i];
		bool is_first = i == from || !is_story(block - 1);
		bool dated = has_dateline(block);

		size = is_story(block) || block->kind == PAGE_ITEM ? size + strlen(block->text) : 0;
		if (!is_story(block) || (!is_first && !dated) || pageshape_is_contact(block) ||
			pageshape_is_footer(block))
			continue;
		if (best == PAGE_NONE || (dated && !best_has_dateline) ||
			(dated == best_has_dateline && size >= best_size)) {
			best = i;
			best_size = size;
			best_has_dateline = dated;
		}
	}
	return best;
}

/* Of a saved page, the heading of level 1 that the page's title names, or the first, with prose after it. */
static size_t find_main_heading(const struct page *page)
{
	size_t best = PAGE_NONE;
	size_t last_story = page->count;

	while (last_story && !is_story(&page->blocks[last_story - 1]))
		last_story--;
	for (size_t i = 0; i + 1 < last_story; i++) {
		const struct page_block *block = &page->blocks[i];

		if (block->kind != PAGE_HEADING || block->level != 1)
			continue;
		if (*page->title && strstr(page->title, block->text))
			return i;
		if (best == PAGE_NONE)
			best = i;
	}
	return best;
}

static bool may_be_headline(const struct page_block *block)
{
	return block->width <= HEADLINE_COLUMNS && !pageshape_is_around_headline(block);
}

/* The nearest block above `from` that may be a headline. */
static size_t headline_above(const struct page *page, size_t from, size_t reach)
{
	for (size_t i = from; i > 0 && from - i < reach; i--) {
		const struct page_block *block = &page->blocks[i - 1];

		if (may_be_headline(block) && !is_story(block))
			return i - 1;
	}
	return PAGE_NONE;
}

static bool is_full_line(const struct page_block *block)
{
	return block->words >= HEADLINE_WORDS || block->width >= 30;
}

/* True if what is above the block can't be a menu: what surrounds headlines, or the page's top, close by. */
static bool starts_its_part(const struct page *page, size_t i)
{
	if (i == 0)
		return !page->blocks[1].has_gap;
	return pageshape_is_release_top(&page->blocks[i - 1]);
}

/* A second line under the headline, told by the page's shape; moves the headline up. */
static void split_subtitle(const struct page *page, struct pagestory *story)
{
	size_t near = story->headline;
	const struct page_block *above;

	if (!near || near == PAGE_NONE)
		return;
	above = &page->blocks[near - 1];
	if (!may_be_headline(above) || is_story(above) || above->kind == PAGE_ITEM || !is_full_line(above) ||
		!is_full_line(&page->blocks[near]))
		return;
	story->is_headline_certain = false;
	if (!starts_its_part(page, near - 1))
		return;
	story->headline = near - 1;
	story->subtitle = near;
	story->is_headline_certain = true;
}

/*
 * A sentence right above the dated paragraph: "Is the summit enough?" is a
 * headline, "Twelve towns sign a fund of two million." a subtitle if a full line is
 * above it. False if there's no such sentence.
 */
static bool take_sentence_above(const struct page *page, struct pagestory *story)
{
	const struct page_block *before = &page->blocks[story->start - 1];
	bool is_statement = span_ends(span_of(before->text), SPAN("."));
	const struct page_block *above = story->start > 1 ? before - 1 : NULL;

	if (!is_story(before) || before->width > SUBTITLE_COLUMNS || !may_be_headline(before) ||
		!has_dateline(&page->blocks[story->start]))
		return false;
	story->headline = story->start - 1;
	story->is_headline_certain = false;
	if (is_statement && above && above->kind != PAGE_ITEM && is_full_line(above) && !is_story(above) &&
		may_be_headline(above)) {
		story->headline = story->start - 2;
		story->subtitle = story->start - 1;
	}
	return true;
}

static void find_headline_in_text(const struct page *page, struct pagestory *story)
{
	size_t near;

	if (story->start && take_sentence_above(page, story))
		return;
	near = headline_above(page, story->start, HEADLINE_REACH);
	story->headline = near;
	if (near == PAGE_NONE || is_full_line(&page->blocks[near])) {
		split_subtitle(page, story);
		return;
	}
	story->is_headline_certain = false;
	if (page->blocks[near].words == 1) {
		size_t above = headline_above(page, near, 3);

		if (above != PAGE_NONE && page->blocks[above].words > HEADLINE_WORDS)
			story->headline = above;
	}
}

/* Between a page's main heading and its story, the first full line is a subtitle. */
static void find_html_subtitle(const struct page *page, struct pagestory *story)
{
	for (size_t i = story->headline + 1; i < story->start; i++) {
		const struct page_block *block = &page->blocks[i];

		if (is_full_line(block) && block->width <= SUBTITLE_COLUMNS &&
			!pageshape_is_around_headline(block)) {
			story->subtitle = i;
			return;
		}
	}
}

/* A short paragraph under the main heading, with a dated one after it, is the subtitle. */
static void skip_standfirst(const struct page *page, struct pagestory *story)
{
	for (size_t i = story->start + 1; i < page->count && i <= story->start + 2; i++) {
		if (has_dateline(&page->blocks[i]) && !has_dateline(&page->blocks[story->start])) {
			story->start = i;
			return;
		}
	}
}

static bool find_headline(const struct page *page, struct pagestory *story)
{
	size_t heading = page->is_html ? find_main_heading(page) : PAGE_NONE;

	story->headline = heading;
	story->subtitle = PAGE_NONE;
	story->is_headline_certain = true;
	if (heading != PAGE_NONE) {
		story->start = find_start(page, heading + 1);
		if (story->start == PAGE_NONE)
			return false;
		skip_standfirst(page, story);
		find_html_subtitle(page, story);
		return true;
	}
	story->start = find_start(page, 0);
	if (story->start == PAGE_NONE)
		return false;
	find_headline_in_text(page, story);
	return story->headline != PAGE_NONE;
}

/* What ends a story, whatever comes after. */
static bool is_terminator(const struct page_block *block)
{
	return pageshape_is_end_mark(block) || pageshape_is_related(block);
}

static bool heads_a_part(const struct page_block *block)
{
	return is_terminator(block) || pageshape_is_about(block) || pageshape_is_notes(block);
}

/* A contact that the story mentions in passing has more of the story after it. */
static bool is_in_passing(const struct page *page, size_t i)
{
	size_t paragraphs = 0;

	if (pageshape_is_contact_lead(&page->blocks[i]) || !is_story(&page->blocks[i]))
		return false;
	for (size_t k = i + 1; k < page->count && !heads_a_part(&page->blocks[k]); k++) {
		const struct page_block *block = &page->blocks[k];

		paragraphs += is_story(block) && !pageshape_is_contact(block) && !pageshape_is_footer(block);
		if (paragraphs == STORY_PARAGRAPHS)
			return true;
	}
	return false;
}

/* The names and the lead above the first phone or address. */
static size_t contacts_top(const struct page *page, size_t first, size_t floor)
{
	size_t top = first;

	for (size_t i = first; i > floor && first - i < CONTACT_NAMES; i--) {
		const struct page_block *block = &page->blocks[i - 1];

		if (pageshape_is_contact_lead(block))
			return i - 1;
		if (is_story(block) || block->width > CONTACT_COLUMNS || heads_a_part(block) ||
			pageshape_is_button(block) || block->kind == PAGE_ITEM)
			break;
		top = i - 1;
	}
	return top;
}

/* Behind the last contact of the list that starts at `first`. */
static size_t contacts_bottom(const struct page *page, size_t first, size_t ceiling)
{
	size_t bottom = first + 1;

	for (size_t i = bottom; i < ceiling && i - bottom < CONTACT_GAP + 1; i++) {
		const struct page_block *block = &page->blocks[i];

		if (heads_a_part(block) || pageshape_is_footer(block))
			break;
		if (pageshape_is_contact(block))
			bottom = i + 1;
		else if (is_story(block) && block->width > CONTACT_COLUMNS)
			break;
	}
	return bottom;
}

static bool find_contacts(const struct page *page, size_t from, size_t to, struct pagestory *story)
{
	for (size_t i = from; i < to; i++) {
		if (!pageshape_is_contact(&page->blocks[i]) || pageshape_is_footer(&page->blocks[i]) ||
			is_in_passing(page, i))
			continue;
		story->contacts_start = contacts_top(page, i, from);
		story->contacts_end = contacts_bottom(page, i, to);
		return true;
	}
	return false;
}

/* A page's further news start with two short lines; a story's own subheads stand alone. */
static void cut_other_news(const struct page *page, struct pagestory *story)
{
	size_t before = 0;
	size_t after = 0;
	size_t i = story->start;

	for (; i + 1 < story->end; i++) {
		const struct page_block *block = &page->blocks[i];

		if (!is_story(block) && !is_story(block + 1) && block->kind != PAGE_ITEM &&
			block[1].kind != PAGE_ITEM)
			break;
		before += strlen(block->text);
	}
	if (i + 1 >= story->end)
		return;
	for (size_t k = i; k < story->end; k++)
		after += is_story(&page->blocks[k]) ? strlen(page->blocks[k].text) : 0;
	if (after * 2 > before)
		return;
	story->is_end_early = after > 0;
	story->end = i;
}

static void find_end(const struct page *page, struct pagestory *story)
{
	size_t end = story->start + 1;

	while (end < page->count && !is_terminator(&page->blocks[end]))
		end++;
	story->end = end;
	if (find_contacts(page, story->start + 1, page->count, story)) {
		if (story->contacts_start < end)
			story->end = story->contacts_start;
	} else {
		size_t from = story->headline > HEADLINE_REACH ? story->headline - HEADLINE_REACH : 0;

		story->contacts_start = story->contacts_end = 0;
		(void)find_contacts(page, from, story->headline, story);
	}
	cut_other_news(page, story);
}

bool pagestory_find(const struct page *page, struct pagestory *out)
{
	*out = (struct pagestory){0};
	if (!find_headline(page, out))
		return false;
	find_end(page, out);
	return true;
}
