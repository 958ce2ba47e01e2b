/*
 * A web page's press release as a release: what pagestory found is put where it
 * belongs, and everything that was guessed or left out is said.
 */
#include "compose/pastedpage.h"

#include "base/utf8.h"
#include "compose/contactline.h"
#include "compose/contactname.h"
#include "compose/embargoline.h"
#include "compose/pageblock.h"
#include "compose/pagedateline.h"
#include "compose/pagedecode.h"
#include "compose/pagehtml.h"
#include "compose/pagemarkdown.h"
#include "compose/pageshape.h"
#include "compose/pagestory.h"
#include "compose/releasename.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define DOUBTS_MAX 50u
#define QUOTE_COLUMNS 50u
#define QUOTE_MAX 512u

struct import {
	struct page page;
	struct pagestory story;
	struct release *release;
	pastedpage_doubt_fn *doubt;
	void *context;
	size_t doubts;
	size_t unlinked;
	size_t line; /* for doubts about contacts */
};

static void say(struct import *import, size_t line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct import *import, size_t line, const char *format, ...)
{
	char words[512];
	va_list args;

	if (import->doubts++ >= DOUBTS_MAX)
		return;
	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	import->doubt(import->context, line, words);
}

/* The start of a block's text, for quoting, into `quote`, which is returned. */
static const char *quote_of(const struct page_block *block, char quote[QUOTE_MAX])
{
	struct span text = span_of(block->text);
	struct span start = utf8_first_columns(text, QUOTE_COLUMNS);

	if (start.len > QUOTE_MAX - 8)
		start.len = 0;
	snprintf(quote, QUOTE_MAX, "%.*s%s", SPAN_ARG(start), start.len < text.len ? "…" : "");
	return quote;
}

/* What a part of a page's text goes to. */
enum part {
	PART_BODY,
	PART_NOTES,
	PART_BOILERPLATE,
	PART_NONE
};

struct parts {
	enum part now;
	struct str texts[PART_NONE];
	enum page_kind kinds[PART_NONE]; /* of the last block of each */
};

static void add_block(struct import *import, struct parts *parts, const struct page_block *block)
{
	pagemarkdown_add(block, parts->kinds[parts->now], &parts->texts[parts->now], &import->unlinked);
	parts->kinds[parts->now] = block->kind;
}

static bool is_story(const struct page_block *block)
{
	return pageshape_is_prose(block) || block->kind == PAGE_QUOTE;
}

/* True if more of the story follows before its end: a short line is then a part of it. */
static bool is_followed(const struct import *import, size_t i)
{
	for (size_t k = i + 1; k < import->story.end; k++) {
		const struct page_block *block = &import->page.blocks[k];

		if (pageshape_is_about(block) || pageshape_is_notes(block))
			return false;
		if (is_story(block))
			return true;
	}
	return false;
}

/* A list that the story leads up to: "They agreed:". */
static bool is_announced(const struct import *import, size_t i)
{
	const struct page_block *blocks = import->page.blocks;

	while (i > import->story.start && blocks[i].kind == PAGE_ITEM)
		i--;
	return span_ends(span_of(blocks[i].text), SPAN(":"));
}

/* Without its dateline, the first paragraph may look like less than one. */
static bool belongs_to_story(const struct import *import, size_t i)
{
	const struct page_block *block = &import->page.blocks[i];

	return i == import->story.start || is_story(block) ||
	       (block->kind == PAGE_ITEM && (is_announced(import, i) || is_followed(import, i)));
}

static void take_body_block(struct import *import, struct parts *parts, size_t i)
{
	struct page_block *block = &import->page.blocks[i];
	char quote[QUOTE_MAX];

	if (pageshape_is_button(block) || pageshape_is_footer(block))
		return;
	if (belongs_to_story(import, i)) {
		add_block(import, parts, block);
		return;
	}
	if (!is_followed(import, i)) {
		say(import, block->line, "left out \"%s\", which ends no sentence", quote_of(block, quote));
		return;
	}
	if (block->kind == PAGE_TEXT && block->width <= 60 && is_story(block + 1) &&
		!pageshape_ends_sentence(span_of(block->text))) {
		say(import, block->line, "took \"%s\" for a heading", quote_of(block, quote));
		block->kind = PAGE_HEADING;
		block->level = 2;
	}
	add_block(import, parts, block);
}

/* Notes and boilerplate go on while they read like text. */
static void take_other_block(struct import *import, struct parts *parts, const struct page_block *block)
{
	if (pageshape_is_footer(block) || pageshape_is_button(block))
		return;
	if (is_story(block) || (parts->now == PART_NOTES && block->kind == PAGE_ITEM))
		add_block(import, parts, block);
	else
		parts->now = PART_NONE;
}

static bool is_contact_index(const struct import *import, size_t i)
{
	return i >= import->story.contacts_start && i < import->story.contacts_end;
}

static void take_block(struct import *import, struct parts *parts, size_t i)
{
	const struct page_block *block = &import->page.blocks[i];

	if (pageshape_is_end_mark(block) || pageshape_is_related(block) || is_contact_index(import, i))
		parts->now = PART_NONE;
	else if (pageshape_is_notes(block))
		parts->now = PART_NOTES;
	else if (pageshape_is_about(block))
		parts->now = PART_BOILERPLATE;
	else if (parts->now == PART_BODY && i < import->story.end)
		take_body_block(import, parts, i);
	else if (parts->now == PART_NOTES || parts->now == PART_BOILERPLATE)
		take_other_block(import, parts, block);
}

static void take_parts(struct import *import)
{
	struct release *release = import->release;
	struct parts parts = {.now = PART_BODY};
	char **into[PART_NONE] = {
		[PART_BODY] = &release->body,
		[PART_NOTES] = &release->notes,
		[PART_BOILERPLATE] = &release->boilerplate,
	};

	for (int i = 0; i < PART_NONE; i++)
		str_init(&parts.texts[i], STR_MAX_LARGE);
	for (size_t i = import->story.start; i < import->page.count; i++)
		take_block(import, &parts, i);
	str_add_char(&parts.texts[PART_BODY], '\n');
	for (int i = 0; i < PART_NONE; i++) {
		release_set(into[i], str_span(&parts.texts[i]));
		str_clear(&parts.texts[i]);
	}
	if (import->unlinked)
		say(import, 0, "left out %zu link%s that lead%s nowhere without the page; the words stay",
			import->unlinked, import->unlinked == 1 ? "" : "s", import->unlinked == 1 ? "s" : "");
	if (*release->boilerplate)
		say(import, 0,
			"took the part \"About …\" for the boilerplate: it stands instead of the newsroom's");
}

static void take_dateline(struct import *import)
{
	struct page_block *block = &import->page.blocks[import->story.start];
	struct pagedateline dateline;

	if (pagedateline_parse(span_of(block->text), &dateline)) {
		release_set(&import->release->dateline, dateline.place);
		if (dateline.date.len)
			say(import, block->line,
				"left out \"%.*s\" of the dateline: the day it is sent is filled in",
				SPAN_ARG(dateline.date));
		page_block_cut(block, dateline.length);
		return;
	}
	for (size_t i = import->story.headline + 1; i < import->story.start; i++) {
		const struct page_block *between = &import->page.blocks[i];

		if (pagedateline_is_alone(span_of(between->text), &dateline)) {
			release_set(&import->release->dateline, dateline.place);
			say(import, between->line, "took \"%.*s\" for the dateline",
				SPAN_ARG(dateline.place));
			return;
		}
	}
	say(import, block->line, "no dateline: add the place, \"dateline: …\"");
}

static void take_embargo(struct import *import)
{
	struct str embargo;

	str_init(&embargo, STR_MAX_SMALL);
	for (size_t i = 0; i < import->story.start; i++) {
		const struct page_block *block = &import->page.blocks[i];
		enum embargoline found;

		str_empty(&embargo);
		found = embargoline_parse(span_of(block->text), &embargo);
		if (found == EMBARGOLINE_NONE)
			continue;
		release_set(&import->release->embargo, str_span(&embargo));
		if (found == EMBARGOLINE_UNCLEAR)
			say(import, block->line,
				"an embargo that can't be read: write \"embargo: 2026-11-11 10:00 "
				"Europe/Brussels\"; until then the release is refused");
		else if (found == EMBARGOLINE_LOCAL)
			say(import, block->line,
				"the embargo names no zone: the newsroom's is taken for \"%s\"", embargo.ptr);
		else
			say(import, block->line, "took the embargo for \"%s\"", embargo.ptr);
		break;
	}
	str_clear(&embargo);
}

static void say_contact(void *context, const char *words)
{
	struct import *import = context;

	say(import, import->line, "%s", words);
}

/* The address behind a link whose words don't show it; empty if there's none. */
static struct span hidden_address(const struct page_link *link, struct span words)
{
	struct span url = span_of(link->url);

	if (!span_starts_nocase(url, SPAN("mailto:")) || span_find_char(words, '@', 0) != SIZE_MAX)
		return SPAN("");
	url = span_from(url, 7);
	return span_first(url, span_find_char(url, '?', 0));
}

/* A block's words, with addresses for "Write to us"; a name that is linked stays before its address. */
static void add_contact_text(const struct page_block *block, struct str *out)
{
	struct span text = span_of(block->text);
	size_t at = 0;

	for (size_t i = 0; i < block->link_count; i++) {
		const struct page_link *link = &block->links[i];
		struct span words = span_first(span_from(text, link->start), link->end - link->start);
		struct span address = hidden_address(link, words);

		if (!address.len || link->start < at)
			continue;
		str_add(out, span_first(span_from(text, at), link->start - at));
		if (contactname_is_person(words)) {
			str_add(out, words);
			str_add_char(out, ' ');
		}
		str_add(out, address);
		at = link->end;
	}
	str_add(out, span_from(text, at));
	str_add_char(out, '\n');
}

static void take_contacts(struct import *import)
{
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	for (size_t i = import->story.contacts_start; i < import->story.contacts_end; i++)
		add_contact_text(&import->page.blocks[i], &text);
	if (text.len)
		import->line = import->page.blocks[import->story.contacts_start].line;
	contactline_parse(str_span(&text), import->release, say_contact, import);
	if (!import->release->contact_count)
		say(import, 0, "no contact found: add \"contacts:\"");
	str_clear(&text);
}

static void take_heads(struct import *import)
{
	const struct page_block *headline = &import->page.blocks[import->story.headline];
	char quote[QUOTE_MAX];

	release_set(&import->release->title, span_of(headline->text));
	if (!import->story.is_headline_certain)
		say(import, headline->line, "is \"%s\" the headline, whole?", quote_of(headline, quote));
	if (import->story.subtitle != PAGE_NONE) {
		const struct page_block *subtitle = &import->page.blocks[import->story.subtitle];

		release_set(&import->release->subtitle, span_of(subtitle->text));
		say(import, subtitle->line, "took \"%s\" for the subtitle", quote_of(subtitle, quote));
	}
	release_set(&import->release->language, span_of(import->page.language));
	if (import->story.is_end_early)
		say(import, import->page.blocks[import->story.end].line,
			"left out what starts with \"%s\": it looked like other news",
			quote_of(&import->page.blocks[import->story.end], quote));
}

/* From the page's name, else from the title. */
static void take_slug(struct import *import)
{
	struct str slug;
	struct span name;
	struct span language;

	str_init(&slug, STR_MAX_SMALL);
	release_name_parts(import->page.path, &name, &language);
	release_slug_from(name, &slug);
	if (!slug.len)
		release_slug_from(span_of(import->release->title), &slug);
	if (!slug.len)
		str_add_text(&slug, "release");
	release_set(&import->release->slug, str_span(&slug));
	str_clear(&slug);
}

static enum status read_page(struct import *import, struct span bytes, struct err *err)
{
	const char *path = import->page.path;
	enum status status;
	bool is_guess;
	struct str text;

	if (bytes.len > PASTEDPAGE_MAX)
		return err_set(err, E_RANGE, "%s: larger than %u bytes", path, PASTEDPAGE_MAX);
	if (pagedecode_is_html(bytes)) {
		if (span_find_char(bytes, '\0', 0) != SIZE_MAX)
			return err_set(err, E_SYNTAX, "%s: a NUL character: this is no text file", path);
		return page_read_html(&import->page, bytes, err);
	}
	str_init(&text, STR_MAX_LARGE);
	status = pagedecode_text(path, bytes, &text, &is_guess, err);
	if (!status && is_guess)
		say(import, 0, "the page isn't UTF-8: it was read as Windows writes text");
	if (!status)
		page_read_text(&import->page, str_span(&text));
	str_clear(&text);
	return status;
}

static enum status run(struct import *import, struct span bytes, struct err *err)
{
	enum status status = read_page(import, bytes, err);

	if (status)
		return status;
	if (!pagestory_find(&import->page, &import->story))
		return err_set(err, E_SYNTAX,
			"%s: no headline with paragraphs under it: paste the page's text from the headline "
			"on",
			import->page.path);
	take_heads(import);
	take_embargo(import);
	take_dateline(import);
	take_parts(import);
	take_contacts(import);
	take_slug(import);
	return OK;
}

static void no_doubt(void *context, size_t line, const char *words)
{
	(void)context;
	(void)line;
	(void)words;
}

enum status pastedpage_parse(const char *path, struct span page, struct release **out,
	pastedpage_doubt_fn *doubt, void *context, struct err *err)
{
	struct import import = {
		.release = release_new(path), .doubt = doubt ? doubt : no_doubt, .context = context};
	enum status status;

	page_init(&import.page, path);
	status = run(&import, page, err);
	page_clear(&import.page);
	if (status) {
		release_free(import.release);
		return status;
	}
	*out = import.release;
	return OK;
}
