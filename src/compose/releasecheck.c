/*
 * What a duty editor would ask about a release before it goes out.
 */
#include "compose/releasecheck.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "compose/markdown.h"
#include "compose/releaseparts.h"
#include "compose/titlecheck.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define TITLE_COLUMNS 120u
#define PARAGRAPH_BYTES 60u /* shorter ones may well come twice */

struct checking {
	const struct release *release;
	const char *folder;
	release_check_fn *say;
	void *context;
	size_t line_offset; /* of the Markdown being checked */
};

static void say(const struct checking *checking, enum check_level level, size_t line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void say(const struct checking *checking, enum check_level level, size_t line, const char *format, ...)
{
	char words[640];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	checking->say(checking->context, level, checking->release->path, line ? line : 1, words);
}

/* The line on which the front matter has the key; 1 if it hasn't. */
static size_t line_of(const struct checking *checking, const char *key)
{
	const struct value *value = value_get(checking->release->front_matter, span_of(key));

	return value && value_line(value) ? value_line(value) : 1;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool is_digits(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	}
	return text.len > 0;
}

static bool is_date(struct span text)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month, day;

	if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' || !is_digits(span_first(text, 4)) ||
		!is_digits(span_first(span_from(text, 5), 2)) || !is_digits(span_from(text, 8)))
		return false;
	year = (int)strtol(text.ptr, NULL, 10);
	month = (int)strtol(text.ptr + 5, NULL, 10);
	day = (int)strtol(text.ptr + 8, NULL, 10);
	return month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (month == 2 && is_leap(year));
}

static void say_title(void *context, bool is_error, const char *words)
{
	const struct checking *checking = context;

	say(checking, is_error ? CHECK_ERROR : CHECK_WARNING, line_of(checking, "title"), "%s", words);
}

static void check_heads(const struct checking *checking, int64_t now_ms)
{
	const struct release *release = checking->release;

	if (utf8_width(span_of(release->title)) > TITLE_COLUMNS)
		say(checking, CHECK_WARNING, line_of(checking, "title"),
			"the title is longer than %u columns: subject lines will be cut", TITLE_COLUMNS);
	titlecheck_run(
		span_of(release->title), span_of(release->language), say_title, (void *)(uintptr_t)checking);
	if (!*release->dateline)
		say(checking, CHECK_WARNING, 1, "no dateline: add a line such as \"dateline: Geneva\"");
	if (*release->date && !is_date(span_of(release->date)))
		say(checking, CHECK_ERROR, line_of(checking, "date"),
			"the date \"%s\" is none: write 2026-11-10, or leave it out for the day it is sent",
			release->date);
	if (release->has_embargo && release->embargo_ms <= now_ms)
		say(checking, CHECK_WARNING, line_of(checking, "embargo"),
			"the embargo \"%s\" is in the past: it holds nothing back", release->embargo);
}

static size_t count_digits(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text >= '0' && *text <= '9';
	return count;
}

static void check_contact(const struct checking *checking, const struct contact *contact)
{
	const char *name = *contact->name ? contact->name : contact->email;

	if (!*contact->name)
		say(checking, CHECK_WARNING, contact->line, "a contact without a name");
	if (!*contact->email && !contact->phone_count)
		say(checking, CHECK_WARNING, contact->line,
			"the contact \"%s\" has neither a phone nor an email", name);
	for (size_t i = 0; i < contact->phone_count; i++) {
		if (count_digits(contact->phones[i]) < 5)
			say(checking, CHECK_WARNING, contact->line, "the phone \"%s\" of \"%s\" is none",
				contact->phones[i], name);
		else if (contact->phones[i][0] != '+')
			say(checking, CHECK_WARNING, contact->line,
				"the phone \"%s\" has no country code: start it with +", contact->phones[i]);
	}
}

static void check_contacts(const struct checking *checking)
{
	const struct release *release = checking->release;

	if (!release->contact_count)
		say(checking, CHECK_WARNING, line_of(checking, "contacts"),
			"no contact: journalists have nobody to ask");
	for (size_t i = 0; i < release->contact_count; i++)
		check_contact(checking, &release->contacts[i]);
}

static void say_part(void *context, enum status status, size_t line, const char *words)
{
	const struct checking *checking = context;

	say(checking, status == OK ? CHECK_WARNING : CHECK_ERROR, line, "%s", words);
}

static void say_markdown(void *context, bool is_error, size_t line, const char *words)
{
	const struct checking *checking = context;

	say(checking, is_error ? CHECK_ERROR : CHECK_WARNING, checking->line_offset + line, "%s", words);
}

/* Overrides show letters in another order than they are written: a link can look like another's. */
static void check_overrides(const struct checking *checking, struct span text)
{
	/* U+202D and U+202E, byte by byte: this source has no reason to hold any. */
	static const char left[] = {'\xe2', '\x80', '\xad'};
	static const char right[] = {'\xe2', '\x80', '\xae'};
	struct span line;

	for (size_t number = 1; span_line(&text, &line); number++) {
		if (span_find(line, span_bytes(left, sizeof(left)), 0) != SIZE_MAX ||
			span_find(line, span_bytes(right, sizeof(right)), 0) != SIZE_MAX)
			say(checking, CHECK_ERROR, checking->line_offset + number,
				"an invisible character (U+202D, U+202E) turns the text around: remove it");
	}
}

static void check_text(struct checking *checking, const char *key, const char *text)
{
	checking->line_offset = line_of(checking, key) - 1;
	markdown_check(span_of(text), say_markdown, checking);
	check_overrides(checking, span_of(text));
}

struct paragraph {
	struct span text;
	size_t line;
};

static int by_text(const void *a, const void *b)
{
	const struct paragraph *left = a;
	const struct paragraph *right = b;
	size_t common = left->text.len < right->text.len ? left->text.len : right->text.len;
	int order = memcmp(left->text.ptr, right->text.ptr, common);

	if (!order)
		order = (left->text.len > right->text.len) - (left->text.len < right->text.len);
	return order ? order : (left->line > right->line) - (left->line < right->line);
}

/* Long lines that come twice: a slip of pasting. */
static void check_repeats(const struct checking *checking)
{
	struct span rest = span_of(checking->release->body);
	struct span line;
	struct paragraph *paragraphs;
	size_t count = 0;
	size_t number = checking->release->body_line;

	paragraphs = mem_alloc((rest.len / PARAGRAPH_BYTES + 1) * sizeof(*paragraphs));
	while (span_line(&rest, &line)) {
		line = span_trim(line);
		if (line.len >= PARAGRAPH_BYTES)
			paragraphs[count++] = (struct paragraph){line, number};
		number++;
	}
	if (count)
		qsort(paragraphs, count, sizeof(*paragraphs), by_text);
	for (size_t i = 1; i < count; i++) {
		if (span_equals(paragraphs[i].text, paragraphs[i - 1].text))
			say(checking, CHECK_WARNING, paragraphs[i].line,
				"the same paragraph is on line %zu already", paragraphs[i - 1].line);
	}
	free(paragraphs);
}

static void check_body(struct checking *checking)
{
	const struct release *release = checking->release;

	if (!span_trim(span_of(release->body)).len) {
		say(checking, CHECK_ERROR, release->body_line,
			"the release has no text: write it under the second \"---\"");
		return;
	}
	checking->line_offset = release->body_line ? release->body_line - 1 : 0;
	markdown_check(span_of(release->body), say_markdown, checking);
	check_overrides(checking, span_of(release->body));
	check_repeats(checking);
}

void release_check(const struct release *release, const char *folder, int64_t now_ms,
	release_check_fn *say_fn, void *context)
{
	struct checking checking = {.release = release, .folder = folder, .say = say_fn, .context = context};

	check_heads(&checking, now_ms);
	check_contacts(&checking);
	releaseparts_check(release, folder, say_part, &checking);
	check_body(&checking);
	check_text(&checking, "boilerplate", release->boilerplate);
	check_text(&checking, "notes", release->notes);
}
