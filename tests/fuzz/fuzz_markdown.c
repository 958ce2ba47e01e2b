/*
 * Markdown from arbitrary bytes: no script comes through, and words that were
 * escaped read as they were.
 */
#include "base/utf8.h"
#include "compose/markdown.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void ignore(void *context, bool is_error, size_t line, const char *words)
{
	(void)context;
	(void)is_error;
	(void)words;
	require(line > 0);
}

/* Escaped words hold no markup: as text they are themselves, spaces aside. */
static void check_escape(struct span words)
{
	struct str markdown, text, expected;
	struct markdown_notes *notes = markdown_notes_new();
	struct span word;

	str_init(&markdown, STR_MAX_LARGE);
	str_init(&text, STR_MAX_LARGE);
	str_init(&expected, STR_MAX_LARGE);
	while (span_split(&words, ' ', &word)) {
		if (word.len && expected.len)
			str_add_char(&expected, ' ');
		str_add(&expected, word);
	}
	markdown_escape(str_span(&expected), &markdown);
	require(markdown_text(str_span(&markdown), 1u << 24, notes, &text, NULL) == OK);
	if (expected.len)
		str_add_char(&expected, '\n');
	require(span_equals(str_span(&text), str_span(&expected)));
	str_clear(&markdown);
	str_clear(&text);
	str_clear(&expected);
	markdown_notes_free(notes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span source = span_bytes((const char *)data, size);
	struct markdown_notes *notes = markdown_notes_new();
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	if (markdown_html(source, &out, NULL) == OK) {
		require(span_find(str_span(&out), SPAN("<script"), 0) == SIZE_MAX);
		require(span_find(str_span(&out), SPAN("href=\"javascript"), 0) == SIZE_MAX);
	}
	str_empty(&out);
	if (markdown_text(source, 72, notes, &out, NULL) == OK)
		markdown_text_footnotes(notes, &out);
	markdown_check(source, ignore, NULL);
	str_clear(&out);
	markdown_notes_free(notes);
	if (size < 4096 && utf8_is_valid(source) && !utf8_has_control(source, ""))
		check_escape(source);
	return 0;
}
