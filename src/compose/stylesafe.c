/*
 * What a style sheet may not do in a mail.
 */
#include "compose/stylesafe.h"

#include "base/utf8.h"
#include "mail/codec.h"

#include <stdint.h>

#define STYLE_MAX (1024u * 1024u)
#define ESCAPE_DIGITS 6u /* CSS Syntax 4.3.7 */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static void add_lower(char c, struct str *out)
{
	str_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
}

/* What stands behind a backslash: "75 " is "u". Returns how many bytes it took. */
static size_t add_escaped(struct span css, struct str *out)
{
	uint32_t character = 0;
	size_t length = 0;

	while (length < css.len && length < ESCAPE_DIGITS && codec_hex_digit(css.ptr[length]) >= 0)
		character = character * 16 + (uint32_t)codec_hex_digit(css.ptr[length++]);
	if (!length) {
		if (css.len && !is_blank(css.ptr[0]))
			add_lower(css.ptr[0], out);
		return css.len ? 1 : 0;
	}
	if (length < css.len && is_blank(css.ptr[length]))
		length++;
	if (character < 0x80)
		add_lower((char)character, out);
	else
		utf8_add(out, character);
	return length;
}

static size_t skip_comment(struct span css, size_t at)
{
	size_t end = span_find(css, SPAN("*/"), at + 2);

	return end == SIZE_MAX ? css.len : end + 2;
}

/* Lower case, without escapes and white space, so that nothing can hide. */
static void flatten(struct span css, bool with_comments, struct str *out)
{
	for (size_t i = 0; i < css.len;) {
		char c = css.ptr[i];

		if (!with_comments && span_starts(span_from(css, i), SPAN("/*"))) {
			i = skip_comment(css, i);
		} else if (c == '\\') {
			i += 1 + add_escaped(span_from(css, i + 1), out);
		} else {
			if (!is_blank(c))
				add_lower(c, out);
			i++;
		}
	}
}

static bool is_in_message(struct span url)
{
	while (url.len && (url.ptr[0] == '"' || url.ptr[0] == '\''))
		url = span_from(url, 1);
	return span_starts(url, SPAN("cid:"));
}

static bool loads_from_elsewhere(struct span css, enum htmlsafe_stage stage)
{
	size_t at = 0;

	while ((at = span_find(css, SPAN("url("), at)) != SIZE_MAX) {
		struct span url = span_from(css, at + strlen("url("));
		bool is_unknown = stage == HTMLSAFE_SOURCE && url.len && url.ptr[0] == HTMLSAFE_VALUE;

		if (!is_unknown && !is_in_message(url))
			return true;
		at++;
	}
	return false;
}

static const char *find_in_flat(struct span css, enum htmlsafe_stage stage)
{
	static const char *const words[] = {"@import", "image-set(", "image(", "expression(",
		"behavior:", "-moz-binding", "javascript:", "vbscript:"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_find(css, span_of(words[i]), 0) != SIZE_MAX)
			return words[i];
	}
	return loads_from_elsewhere(css, stage) ? "url()" : NULL;
}

const char *stylesafe_find_fault(struct span css, enum htmlsafe_stage stage)
{
	const char *fault = NULL;
	struct str flat;

	if (stage == HTMLSAFE_LETTER && (span_find_char(css, HTMLSAFE_VALUE, 0) != SIZE_MAX ||
						span_find_char(css, HTMLSAFE_SWITCH, 0) != SIZE_MAX))
		return "a recipient's value";
	str_init(&flat, STYLE_MAX);
	/* Both ways, since what looks like a comment may be a string, and old readers join what one parts. */
	for (int with_comments = 0; with_comments < 2 && !fault; with_comments++) {
		str_empty(&flat);
		flatten(css, with_comments, &flat);
		fault = find_in_flat(str_span(&flat), stage);
		if (!fault && flat.is_over)
			fault = "more bytes than are looked at";
	}
	str_clear(&flat);
	return fault;
}
