/*
 * What a block of a page is, judged by its shape.
 */
#include "compose/pageshape.h"

#include "base/letter.h"
#include "base/utf8.h"
#include "compose/contactline.h"
#include "compose/embargoline.h"
#include "compose/pagedateline.h"
#include "compose/pagewords.h"

#include <stdint.h>

#define HEAD_COLUMNS 80u     /* a line that heads a part is no longer */
#define PROSE_COLUMNS 140u   /* so long a line is a paragraph, however it ends */
#define PROSE_WORDS 4u       /* a sentence has as many */
#define UNSPACED_COLUMNS 24u /* … or is as long, where words have no spaces between them */

static struct span folded_of(const struct page_block *block)
{
	return span_of(block->folded);
}

/* One of the marks at the text's end; its length, or 0. */
static size_t mark_at_end(struct span text, const char *const *marks)
{
	for (; *marks; marks++) {
		if (span_ends(text, span_of(*marks)))
			return strlen(*marks);
	}
	return 0;
}

bool pageshape_ends_sentence(struct span text)
{
	static const char *const closers[] = {
		"\"", "'", ")", "]", "”", "’", "»", "›", "“", "」", "』", "）", "\xc2\xa0", " ", NULL};
	static const char *const ends[] = {
		".", "!", "?", ":", ";", "…", "。", "！", "？", "：", "؟", "؛", "।", "။", NULL};
	size_t length;

	while ((length = mark_at_end(text, closers)) > 0)
		text.len -= length;
	return mark_at_end(text, ends) > 0;
}

bool pageshape_is_prose(const struct page_block *block)
{
	struct span text = span_of(block->text);

	if (block->kind == PAGE_HEADING)
		return false;
	if (block->width >= PROSE_COLUMNS)
		return true;
	return pageshape_ends_sentence(text) &&
	       (block->words >= PROSE_WORDS || (block->width >= UNSPACED_COLUMNS && !utf8_is_ascii(text)));
}

bool pageshape_is_end_mark(const struct page_block *block)
{
	return block->width <= 12 && page_word_is(PAGE_WORDS_END, folded_of(block));
}

static bool is_head(const struct page_block *block)
{
	struct span text = span_of(block->text);

	return block->width <= HEAD_COLUMNS && (!pageshape_ends_sentence(text) || span_ends(text, SPAN(":")));
}

/* The folded text without a colon at its end. */
static struct span head_words(const struct page_block *block)
{
	struct span words = folded_of(block);

	while (words.len && strchr(": ", words.ptr[words.len - 1]))
		words.len--;
	return words;
}

bool pageshape_is_about(const struct page_block *block)
{
	size_t length = page_word_starts(PAGE_WORDS_ABOUT, folded_of(block));
	struct span rest = span_trim(span_from(folded_of(block), length));

	/* "About 300 people", "About half of them" is no head. */
	return length && is_head(block) && block->words <= 10 &&
	       !(rest.len && rest.ptr[0] >= '0' && rest.ptr[0] <= '9');
}

bool pageshape_is_notes(const struct page_block *block)
{
	return is_head(block) && page_word_is(PAGE_WORDS_NOTES, head_words(block));
}

bool pageshape_is_related(const struct page_block *block)
{
	struct span words = head_words(block);

	return is_head(block) &&
	       (page_word_is(PAGE_WORDS_RELATED, words) ||
		       (block->kind == PAGE_HEADING && page_word_starts(PAGE_WORDS_RELATED, words)));
}

bool pageshape_is_footer(const struct page_block *block)
{
	struct span words = folded_of(block);

	if (block->width > 2 * PROSE_COLUMNS)
		return false;
	return page_stem_starts(PAGE_WORDS_FOOTER, words) > 0 || span_find(words, SPAN("©"), 0) != SIZE_MAX ||
	       span_find(words, SPAN("all rights reserved"), 0) != SIZE_MAX;
}

/* Every word of it names a button: "Share Tweet Print". */
bool pageshape_is_button(const struct page_block *block)
{
	struct span rest = head_words(block);
	struct span word;

	if (block->width > HEAD_COLUMNS)
		return false;
	if (page_word_is(PAGE_WORDS_SHARE, rest))
		return true;
	while (span_split(&rest, ' ', &word)) {
		if (word.len && !(word.len == 1 && strchr("|/-,", word.ptr[0])) &&
			!page_word_is(PAGE_WORDS_SHARE, word))
			return false;
	}
	return true;
}

static bool is_release_line(const struct page_block *block)
{
	struct span words = head_words(block);

	while (words.len && strchr("*-[( ", words.ptr[0]))
		words = span_from(words, 1);
	return block->words <= 6 && block->width <= HEAD_COLUMNS &&
	       page_word_starts(PAGE_WORDS_RELEASE, words) &&
	       (block->words <= 3 || page_word_is(PAGE_WORDS_RELEASE, words) ||
		       span_find(words, SPAN("release"), 0) != SIZE_MAX);
}

static bool is_breadcrumb(struct span text)
{
	static const char *const marks[] = {" > ", " » ", " › ", " / ", " → ", " ❯ "};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t at = 0;

		while ((at = span_find(text, span_of(marks[i]), at)) != SIZE_MAX) {
			at++;
			count++;
		}
	}
	return count >= 2 || span_starts_nocase(text, SPAN("home > ")) ||
	       span_starts_nocase(text, SPAN("home » "));
}

static bool has_letter(struct span text)
{
	uint32_t c;

	while (utf8_next(&text, &c)) {
		if (letter_is(c))
			return true;
	}
	return false;
}

static bool is_byline(const struct page_block *block)
{
	return block->words <= 5 &&
	       (span_starts(folded_of(block), SPAN("by ")) || span_starts(folded_of(block), SPAN("par "))) &&
	       is_head(block);
}

static bool is_embargo(const struct page_block *block)
{
	struct str embargo;
	bool is_so;

	str_init(&embargo, STR_MAX_SMALL);
	is_so = embargoline_parse(span_of(block->text), &embargo) != EMBARGOLINE_NONE;
	str_clear(&embargo);
	return is_so;
}

bool pageshape_is_release_top(const struct page_block *block)
{
	struct span text = span_of(block->text);
	struct pagedateline dateline;

	return is_embargo(block) || pagedateline_is_date(text) || is_release_line(block) ||
	       is_breadcrumb(text) || pagedateline_is_alone(text, &dateline);
}

bool pageshape_is_around_headline(const struct page_block *block)
{
	struct span text = span_of(block->text);

	return pageshape_is_release_top(block) || !has_letter(text) || pageshape_is_button(block) ||
	       is_byline(block) || (span_ends(text, SPAN(":")) && block->words <= 3) ||
	       pageshape_is_contact(block) || pageshape_is_contact_lead(block);
}

bool pageshape_is_contact_lead(const struct page_block *block)
{
	return is_head(block) && page_word_starts(PAGE_WORDS_CONTACT_LEAD, folded_of(block)) > 0;
}

bool pageshape_is_contact(const struct page_block *block)
{
	struct contactline_signs signs = contactline_look(span_of(block->text));

	for (size_t i = 0; i < block->link_count; i++) {
		signs.emails += span_starts_nocase(span_of(block->links[i].url), SPAN("mailto:"));
		signs.phones += span_starts_nocase(span_of(block->links[i].url), SPAN("tel:"));
	}
	if (!signs.phones && !signs.emails)
		return false;
	if (signs.phones && signs.emails)
		return true;
	return page_word_starts(PAGE_WORDS_CONTACT_LEAD, folded_of(block)) > 0 ||
	       block->width <= HEAD_COLUMNS || !pageshape_ends_sentence(span_of(block->text));
}
