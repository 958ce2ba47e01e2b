/*
 * What a letter's templates know: the release, the newsroom, the fixed phrases,
 * and slots for what only a recipient has.
 */
#include "compose/lettercontext.h"

#include "base/utf8.h"
#include "compose/letterparts.h"
#include "compose/markdown.h"
#include "compose/unsubscribe.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * Text is wrapped here, not left to the reader's program (format=flowed, RFC 3676):
 * Gmail, Outlook and Apple Mail don't reflow it, those that do need stuffed and trailing
 * spaces that survive no copying, and a story is copied out of a press mail before
 * anything else. 72 columns leave room for two levels of quoting.
 */
#define TEXT_COLUMNS 72u
#define LEFT_TO_RIGHT_MARK 0x200eu
#define PREVIEW_COLUMNS 110u /* what a mail program shows beside the subject, and no more */

struct context {
	const struct release *release;
	const struct letter_frame *frame;
	const struct releaseparts *parts;
	const struct words *words;
	bool is_html;
	struct markdown_notes *notes; /* the text part's footnotes */
	struct value *map;
	struct err *err;
};

static void set(struct value *map, const char *key, const char *text)
{
	value_set_text(map, key, span_of(text));
}

/* Markdown as the part has it. */
static enum status set_prose(struct context *c, const char *key, struct span markdown)
{
	struct str out;
	enum status status;

	str_init(&out, STR_MAX_LARGE);
	if (!c->is_html)
		status = markdown_text(markdown, TEXT_COLUMNS, c->notes, &out, c->err);
	else if (words_are_right_to_left(c->words))
		status = markdown_html_right_to_left(markdown, &out, c->err);
	else
		status = markdown_html(markdown, &out, c->err);
	if (status == OK)
		value_set_text(c->map, key, span_trim(str_span(&out)));
	str_clear(&out);
	return status;
}

/* In text, a heading is underlined as far as its widest line. */
static void underline(struct span text, char c, struct str *out)
{
	struct span rest = text, line;
	size_t width = 0;

	while (span_line(&rest, &line))
		width = utf8_width(line) > width ? utf8_width(line) : width;
	str_add(out, text);
	str_add_char(out, '\n');
	str_add_repeat(out, c, width < TEXT_COLUMNS ? width : TEXT_COLUMNS);
}

/* Words that aren't Markdown: as they are, or wrapped; with `rule`, underlined by it in text. */
static enum status set_words(
	struct context *c, struct value *map, const char *key, struct span words, char rule)
{
	struct str markdown, out, underlined;
	enum status status = OK;

	if (c->is_html || !words.len) {
		value_set_text(map, key, words);
		return OK;
	}
	str_init(&markdown, STR_MAX_LARGE);
	str_init(&out, STR_MAX_LARGE);
	markdown_escape(words, &markdown);
	str_init(&underlined, STR_MAX_LARGE);
	status = markdown_text(str_span(&markdown), TEXT_COLUMNS, c->notes, &out, c->err);
	if (rule)
		underline(span_trim(str_span(&out)), rule, &underlined);
	if (status == OK)
		value_set_text(map, key, rule ? str_span(&underlined) : span_trim(str_span(&out)));
	str_clear(&markdown);
	str_clear(&out);
	str_clear(&underlined);
	return status;
}

static bool is_rule(struct span line, char c)
{
	line = span_trim(line);
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] != c)
			return false;
	}
	return line.len > 0;
}

static bool starts_list(struct span line)
{
	size_t i = 0;

	if (strchr("-+*", line.ptr[0]))
		return line.len == 1 || line.ptr[1] == ' ' || line.ptr[1] == '\t' ||
		       is_rule(line, line.ptr[0]);
	while (i < line.len && line.ptr[i] >= '0' && line.ptr[i] <= '9')
		i++;
	return i && i + 1 < line.len && strchr(".)", line.ptr[i]) && line.ptr[i + 1] == ' ';
}

/* Whether words put before the body would become part of its first paragraph. */
static bool starts_with_paragraph(struct span body)
{
	struct span line = {0}, next = {0};

	if (!span_line(&body, &line) || !line.len || span_starts(line, SPAN("    ")) || line.ptr[0] == '\t')
		return false;
	span_line(&body, &next);
	line = span_trim(line);
	if (!line.len || strchr("#><|", line.ptr[0]) || starts_list(line))
		return false;
	if (span_starts(line, SPAN("```")) || span_starts(line, SPAN("~~~")) || span_starts(line, SPAN("![")))
		return false;
	if (line.ptr[0] == '[' && span_find(line, SPAN("]:"), 0) != SIZE_MAX)
		return false;
	return !is_rule(next, '=') && !is_rule(next, '-');
}

/* The release's day for its reader: as it's written there, else the day it is sent. */
static enum status add_date(struct context *c, struct str *out)
{
	struct civil day = zone_civil(c->frame->zone, c->frame->date_ms);
	const char *written = c->release->date;
	int end = 0;

	if (*written && sscanf(written, "%4d-%2d-%2d%n", &day.year, &day.month, &day.day, &end) < 3) {
		str_add_text(out, written);
		return OK;
	}
	if (*written && (written[end] || day.month < 1 || day.month > 12)) {
		str_add_text(out, written);
		return OK;
	}
	return words_date(c->words, &day, out, c->err);
}

/* "Geneva, 10 November 2026 –", in bold, before the first paragraph's words: as news is written. */
static enum status add_dateline(struct context *c, struct span date, struct str *markdown)
{
	struct value *data = value_new_map();
	struct str phrase;
	enum status status = OK;

	str_init(&phrase, STR_MAX_SMALL);
	set(data, "place", c->release->dateline);
	value_set_text(data, "date", date);
	if (*c->release->dateline)
		status = words_fill(c->words, "dateline", data, &phrase, c->err);
	else
		str_addf(&phrase, "%.*s –", SPAN_ARG(date));
	str_add_text(markdown, "**");
	markdown_escape(str_span(&phrase), markdown);
	str_add_text(markdown, "**");
	value_free(data);
	str_clear(&phrase);
	return status;
}

static enum status set_body(struct context *c)
{
	struct span body = span_of(c->release->body);
	struct str date, markdown;
	enum status status;

	while (body.len && (body.ptr[0] == '\n' || body.ptr[0] == '\r'))
		body = span_from(body, 1);
	str_init(&date, STR_MAX_SMALL);
	str_init(&markdown, STR_MAX_LARGE);
	status = add_date(c, &date);
	if (status == OK)
		status = add_dateline(c, str_span(&date), &markdown);
	str_add_text(&markdown, starts_with_paragraph(body) ? " " : "\n\n");
	str_add(&markdown, body);
	if (status == OK)
		status = set_prose(c, "body", str_span(&markdown));
	value_set_text(c->map, "date", str_span(&date));
	set(c->map, "place", c->release->dateline);
	str_clear(&date);
	str_clear(&markdown);
	return status;
}

/* What a mail program shows beside the subject. */
static enum status set_preview(struct context *c)
{
	struct markdown_notes *notes;
	struct str text;
	enum status status;

	if (*c->release->subtitle) {
		set(c->map, "preview", c->release->subtitle);
		return OK;
	}
	notes = markdown_notes_new();
	str_init(&text, STR_MAX_LARGE);
	status = markdown_text(span_of(c->release->body), PREVIEW_COLUMNS, notes, &text, c->err);
	if (status == OK)
		value_set_text(c->map, "preview",
			span_first(str_span(&text), span_find_char(str_span(&text), '\n', 0)));
	str_clear(&text);
	markdown_notes_free(notes);
	return status;
}

static struct value *phone_value(const struct context *c, const char *phone)
{
	struct value *map = value_new_map();
	struct str link, number;

	str_init(&link, STR_MAX_SMALL);
	str_init(&number, STR_MAX_SMALL);
	/* After Arabic letters the groups of a number would be laid out from right to left. */
	if (!c->is_html && words_are_right_to_left(c->words))
		utf8_add(&number, LEFT_TO_RIGHT_MARK);
	str_add_text(&number, phone);
	for (const char *p = phone; *p; p++) {
		if ((*p >= '0' && *p <= '9') || (*p == '+' && !link.len))
			str_add_char(&link, *p);
	}
	value_set_text(map, "number", str_span(&number));
	value_set_text(map, "dial", str_span(&link));
	str_clear(&number);
	str_clear(&link);
	return map;
}

/* Both sides of the '@', between which a long address may be broken. */
static void set_email_parts(struct value *map, struct span email)
{
	size_t at = email.len;

	while (at && email.ptr[at - 1] != '@')
		at--;
	value_set_text(map, "email_local", span_first(email, at ? at - 1 : 0));
	value_set_text(map, "email_domain", span_from(email, at));
}

static enum status set_contact(struct context *c, const struct contact *contact, struct value *map)
{
	struct value *phones = value_set(map, SPAN("phones"), value_new_list());
	enum status status = set_words(c, map, "name", span_of(contact->name), 0);

	if (status == OK)
		status = set_words(c, map, "role", span_of(contact->role), 0);
	if (status == OK)
		status = set_words(c, map, "place", span_of(contact->place), 0);
	set(map, "email", contact->email);
	set_email_parts(map, span_of(contact->email));
	for (size_t i = 0; i < contact->phone_count; i++)
		value_add(phones, phone_value(c, contact->phones[i]));
	return status;
}

static enum status set_contacts(struct context *c)
{
	struct value *list = value_set(c->map, SPAN("contacts"), value_new_list());
	enum status status = OK;

	value_set(c->map, SPAN("has_contacts"), value_new_bool(c->release->contact_count > 0));
	for (size_t i = 0; i < c->release->contact_count && status == OK; i++) {
		struct value *map = value_new_map();

		value_add(list, map);
		status = set_contact(c, &c->release->contacts[i], map);
	}
	return status;
}

static enum status set_headings(struct context *c)
{
	static const char *const names[] = {"about", "notes", "contacts", "media"};
	struct value *headings = value_set(c->map, SPAN("headings"), value_new_map());
	enum status status = OK;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && status == OK; i++) {
		struct str words;

		str_init(&words, STR_MAX_SMALL);
		status = words_fill(c->words, names[i], c->map, &words, c->err);
		if (status == OK)
			status = set_words(c, headings, names[i], str_span(&words), '-');
		str_clear(&words);
	}
	return status;
}

static bool fits(struct span lines)
{
	struct span line;

	while (span_line(&lines, &line)) {
		if (utf8_width(line) > TEXT_COLUMNS)
			return false;
	}
	return true;
}

static enum status set_newsroom(struct context *c)
{
	const struct letter_frame *frame = c->frame;
	struct value *newsroom = value_set(c->map, SPAN("newsroom"), value_new_map());

	value_set_text(newsroom, "name", frame->newsroom_name);
	value_set_text(newsroom, "domain", frame->newsroom_domain);
	value_set_text(newsroom, "postal_address", frame->postal_address);
	/* An address' own lines stay unless they are too long. */
	if (fits(frame->postal_address))
		return OK;
	return set_words(c, newsroom, "postal_address", frame->postal_address, 0);
}

/* A template writes the token between `mail_before` and `mail_after`, or behind `url`. */
static enum status set_unsubscribe(struct context *c)
{
	struct str before, after;
	struct value *map;
	enum status status;

	if (!c->frame->unsubscribe_mail.len) {
		set(c->map, "unsubscribe", "");
		return OK;
	}
	str_init(&before, STR_MAX_SMALL);
	str_init(&after, STR_MAX_SMALL);
	status = unsubscribe_mail(c->frame, c->is_html, &before, &after, c->err);
	map = value_set(c->map, SPAN("unsubscribe"), value_new_map());
	value_set_text(map, "url", c->frame->unsubscribe_url);
	value_set(map, SPAN("token"), value_new_slot(SPAN("unsubscribe_token")));
	value_set_text(map, "mail_before", str_span(&before));
	value_set_text(map, "mail_after", str_span(&after));
	str_clear(&before);
	str_clear(&after);
	return status;
}

static void set_recipient(struct context *c)
{
	const struct letter_frame *frame = c->frame;

	value_set(c->map, SPAN("subscriber"), value_new_slot(SPAN("subscriber.")));
	if (!frame->list_name.len && !frame->list_title.len) {
		value_set(c->map, SPAN("list"), value_new_slot(SPAN("list.")));
	} else {
		struct value *list = value_set(c->map, SPAN("list"), value_new_map());

		value_set_text(list, "name", frame->list_name);
		value_set_text(list, "title", frame->list_title);
	}
}

static enum status set_embargo(struct context *c)
{
	const struct release *release = c->release;
	struct str line;
	enum status status = OK;

	str_init(&line, STR_MAX_SMALL);
	if (release->has_embargo && release->embargo_ms > c->frame->date_ms)
		status = words_embargo(c->words, release->embargo_zone, release->embargo_ms, &line, c->err);
	if (status == OK)
		status = set_words(c, c->map, "embargo", str_span(&line), 0);
	str_clear(&line);
	return status;
}

static void set_language(struct context *c)
{
	bool is_rtl = words_are_right_to_left(c->words);

	value_set_text(c->map, "language", c->frame->language.len ? c->frame->language : SPAN("en"));
	set(c->map, "direction", is_rtl ? "rtl" : "ltr");
	set(c->map, "start", is_rtl ? "right" : "left");
	value_set(c->map, SPAN("is_right_to_left"), value_new_bool(is_rtl));
	value_set(c->map, SPAN("words"), value_copy(words_values(c->words)));
}

static void set_footnotes(struct context *c)
{
	struct str footnotes;

	str_init(&footnotes, STR_MAX_LARGE);
	markdown_text_footnotes(c->notes, &footnotes);
	value_set_text(c->map, "footnotes", span_trim(str_span(&footnotes)));
	str_clear(&footnotes);
}

static enum status fill(struct context *c)
{
	const struct release *release = c->release;
	struct span boilerplate = span_of(release->boilerplate);
	enum status status;

	set_language(c);
	set_recipient(c);
	value_set(c->map, SPAN("release"), value_copy(release->front_matter));
	set(c->map, "slug", release->slug);
	set(c->map, "end_mark", release->end_mark);
	status = set_newsroom(c);
	if (status == OK)
		status = set_contacts(c);
	if (status == OK)
		status = set_unsubscribe(c);
	if (status == OK)
		status = set_embargo(c);
	if (status == OK)
		status = set_headings(c);
	if (status == OK)
		status = set_words(c, c->map, "title", span_of(release->title), '-');
	if (status == OK)
		status = set_words(c, c->map, "subtitle", span_of(release->subtitle), 0);
	if (status == OK)
		status = set_body(c);
	if (status == OK)
		status = set_preview(c);
	if (status == OK)
		status = letterparts_set(c->map, release, c->frame, c->parts, c->words, c->is_html, c->err);
	if (status == OK)
		status = set_prose(c, "boilerplate", boilerplate.len ? boilerplate : c->frame->boilerplate);
	if (status == OK)
		status = set_prose(c, "notes", span_of(release->notes));
	set_footnotes(c);
	return status;
}

enum status lettercontext_new(const struct release *release, const struct letter_frame *frame,
	const struct releaseparts *parts, const struct words *words, bool is_html, struct value **out,
	struct err *err)
{
	struct context c = {
		.release = release, .frame = frame, .parts = parts, .words = words, .is_html = is_html};
	struct err own = {0};
	enum status status;

	c.err = err ? err : &own;
	c.map = value_new_map();
	c.notes = markdown_notes_new();
	status = fill(&c);
	markdown_notes_free(c.notes);
	if (status != OK) {
		value_free(c.map);
		return err_wrap(c.err, "%s", release->path);
	}
	*out = c.map;
	return OK;
}
