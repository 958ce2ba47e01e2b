/*
 * How releases and their languages are called.
 */
#include "compose/releasename.h"

#include "base/letter.h"
#include "base/utf8.h"

#include <stdint.h>

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void release_name_parts(const char *path, struct span *slug, struct span *language)
{
	struct span name = span_of(path);
	size_t dot;

	for (size_t slash; (slash = span_find_char(name, '/', 0)) != SIZE_MAX;)
		name = span_from(name, slash + 1);
	dot = span_find_char(name, '.', 0);
	*slug = span_first(name, dot);
	*language = SPAN("");
	if (dot == SIZE_MAX)
		return;
	name = span_from(name, dot + 1);
	dot = span_find_char(name, '.', 0);
	if (dot != SIZE_MAX)
		*language = span_first(name, dot);
}

bool release_slug_is_valid(struct span slug)
{
	if (!slug.len || slug.len > RELEASE_SLUG_MAX)
		return false;
	for (size_t i = 0; i < slug.len; i++) {
		char c = slug.ptr[i];
		bool is_inner = i > 0 && i + 1 < slug.len && slug.ptr[i - 1] != '-';

		if (!(c >= 'a' && c <= 'z') && !is_digit(c) && !(c == '-' && is_inner))
			return false;
	}
	return true;
}

/* A slug's letter or digit for a character; 0 for none, '-' for a gap. */
static char slug_character(uint32_t character)
{
	char c = letter_plain(character);

	if (c >= 'A' && c <= 'Z')
		return (char)(c + 32);
	if (!c || c == '\'' || (c >= 'a' && c <= 'z') || is_digit(c))
		return c == '\'' ? 0 : c;
	return '-';
}

void release_slug_from(struct span words, struct str *slug)
{
	size_t start = slug->len;
	bool is_gap = false;
	uint32_t character;

	while (utf8_next(&words, &character)) {
		char c = slug_character(character);
		size_t more = is_gap ? 2 : 1;

		if (!c)
			continue;
		if (c == '-') {
			is_gap = slug->len > start;
			continue;
		}
		if (slug->len - start + more > RELEASE_SLUG_MAX)
			return;
		if (is_gap)
			str_add_char(slug, '-');
		is_gap = false;
		str_add_char(slug, c);
	}
}

bool release_language_is_valid(struct span language)
{
	struct span part;
	bool is_first = true;

	while (span_split(&language, '-', &part)) {
		if (!part.len || part.len > 8 || (is_first && (part.len < 2 || part.len > 3)))
			return false;
		for (size_t i = 0; i < part.len; i++) {
			if (!is_letter(part.ptr[i]) && (is_first || !is_digit(part.ptr[i])))
				return false;
		}
		is_first = false;
	}
	return !is_first;
}
