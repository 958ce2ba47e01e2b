/*
 * Phone numbers and addresses in running text.
 */
#include "compose/contactmark.h"

#include "base/utf8.h"
#include "compose/pagewords.h"

#include <stdint.h>

#define PHONE_DIGITS_MIN 7u
#define PHONE_DIGITS_MAX 15u
#define EMAIL_MAX 254u

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
	return is_digit(c) || is_alpha(c) || (unsigned char)c >= 0x80;
}

static bool is_ascii_alnum(char c)
{
	return is_alnum(c) && (unsigned char)c < 0x80;
}

static char at(struct span text, size_t i)
{
	return i < text.len ? text.ptr[i] : '\0';
}

static bool is_local(char c)
{
	return is_ascii_alnum(c) || (c && strchr("._%+-'", c));
}

static bool is_domain(char c)
{
	return is_ascii_alnum(c) || c == '.' || c == '-';
}

/* The address around the '@' at `sign`; false if it is none. */
static bool email_around(struct span text, size_t sign, size_t from, struct contactmark *out)
{
	size_t start = sign;
	size_t end = sign + 1;
	struct span domain;

	while (start > from && is_local(text.ptr[start - 1]))
		start--;
	while (end < text.len && is_domain(text.ptr[end]))
		end++;
	while (end > sign + 1 && !is_ascii_alnum(text.ptr[end - 1]))
		end--;
	while (start < sign && !is_ascii_alnum(text.ptr[start]))
		start++;
	domain = span_first(span_from(text, sign + 1), end - sign - 1);
	if (start == sign || span_find_char(domain, '.', 0) == SIZE_MAX || end - start > EMAIL_MAX)
		return false;
	*out = (struct contactmark){.is_email = true, .start = start, .end = end};
	return true;
}

/* Spaces and dashes of more than one byte that stand inside phone numbers. */
static size_t wide_gap(struct span text)
{
	static const char *const gaps[] = {
		"\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x91", "\xe2\x80\x93", "\xe2\x80\x89"};

	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		if (span_starts(text, span_of(gaps[i])))
			return strlen(gaps[i]);
	}
	return 0;
}

/* The length of a sign that may stand inside a number at `i`; 0 if it ends there. */
static size_t phone_sign(struct span text, size_t start, size_t i)
{
	char c = text.ptr[i];
	char before = i ? text.ptr[i - 1] : '\0';

	if (c == '/')
		return is_digit(before) && is_digit(at(text, i + 1)) ? 1 : 0;
	/* " - " stands between a phone and what follows it. */
	if (c == '-' && before == ' ')
		return 0;
	if (strchr(" .-()", c) || (c == '+' && i == start))
		return 1;
	return wide_gap(span_from(text, i));
}

/* Where a number's run of digits and signs ends: behind its last digit. */
static size_t phone_end(struct span text, size_t start, size_t *digits)
{
	size_t end = start;
	size_t signs = 0;

	*digits = 0;
	for (size_t i = start; i < text.len && *digits <= PHONE_DIGITS_MAX;) {
		size_t length;

		if (is_digit(text.ptr[i])) {
			++*digits;
			signs = 0;
			end = ++i;
			continue;
		}
		length = text.ptr[i] ? phone_sign(text, start, i) : 0;
		if (!length || ++signs > 3)
			break;
		i += length;
	}
	return end;
}

/* Dates and ranges of years have as many digits as phones. */
static bool is_date_like(struct span text)
{
	static const char *const shapes[] = {"dddd-dd-dd", "dd.dd.dddd", "dd-dd-dddd", "dd/dd/dddd",
		"dddd-dddd", "dddd/dddd", "d.dd.dddd", "dd.d.dddd", "dddd.dd.dd"};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		bool is_same = strlen(shapes[i]) == text.len;

		for (size_t k = 0; is_same && k < text.len; k++)
			is_same = shapes[i][k] == 'd' ? is_digit(text.ptr[k]) : text.ptr[k] == shapes[i][k];
		if (is_same)
			return true;
	}
	return false;
}

/* " ext. 12" behind a number is part of it. */
static size_t extension_end(struct span text, size_t end)
{
	size_t i = end;

	while (at(text, i) == ' ' || at(text, i) == ',')
		i++;
	if (!span_starts_nocase(span_from(text, i), SPAN("ext")))
		return end;
	i += 3;
	while (at(text, i) == '.' || at(text, i) == ' ' || at(text, i) == ':')
		i++;
	if (!is_digit(at(text, i)))
		return end;
	while (is_digit(at(text, i)))
		i++;
	return i;
}

static bool phone_at(struct span text, size_t start, struct contactmark *out)
{
	size_t digits;
	size_t end;
	char before = start ? text.ptr[start - 1] : ' ';

	if (is_ascii_alnum(before) || strchr("@_./=-", before))
		return false;
	end = phone_end(text, start, &digits);
	if (digits < PHONE_DIGITS_MIN || digits > PHONE_DIGITS_MAX || at(text, end) == '@' ||
		is_ascii_alnum(at(text, end)) ||
		is_date_like(span_first(span_from(text, start), end - start)))
		return false;
	*out = (struct contactmark){.start = start, .end = extension_end(text, end)};
	return true;
}

/* The label that ends right before `start`, folded into `out`. */
static void label_before(struct span text, size_t start, struct str *out)
{
	size_t end = start;
	size_t begin;

	while (end && strchr(" :.,()-/\t", text.ptr[end - 1]))
		end--;
	begin = end;
	while (begin && start - begin < 40 && (is_alnum(text.ptr[begin - 1]) || text.ptr[begin - 1] == '-'))
		begin--;
	str_empty(out);
	if (utf8_fold(span_first(span_from(text, begin), end - begin), out, NULL))
		str_empty(out);
}

bool contactmark_next(struct span text, size_t from, struct contactmark *out)
{
	struct str label;

	for (size_t i = from; i < text.len; i++) {
		char c = text.ptr[i];
		bool is_found;

		if (c == '@')
			is_found = email_around(text, i, from, out);
		else
			is_found = (c == '+' || c == '(' || is_digit(c)) && phone_at(text, i, out);
		if (!is_found)
			continue;
		str_init(&label, STR_MAX_SMALL);
		label_before(text, out->start, &label);
		out->is_labelled = page_word_is(PAGE_WORDS_LABEL, str_span(&label));
		out->is_fax = !out->is_email && page_word_is(PAGE_WORDS_FAX, str_span(&label));
		str_clear(&label);
		return true;
	}
	return false;
}

void contactmark_phone(struct span text, struct str *out)
{
	bool is_gap = false;
	size_t start = out->len;

	while (text.len) {
		size_t wide = wide_gap(text);
		char c = text.ptr[0];
		/* "ext. 12" keeps its dot. */
		bool is_dot = c == '.' && !(out->len > start && is_alpha(out->ptr[out->len - 1]));
		bool is_space = c == ' ' || is_dot || (wide && wide != 3) ||
				span_starts(text, SPAN("\xe2\x80\xaf")) ||
				span_starts(text, SPAN("\xe2\x80\x89"));

		text = span_from(text, wide ? wide : 1);
		if (is_space) {
			is_gap = out->len > start && out->ptr[out->len - 1] != '+';
			continue;
		}
		if (is_gap)
			str_add_char(out, ' ');
		is_gap = false;
		str_add_char(out, wide ? '-' : c);
	}
}

/* The bytes that separate words in a contact's line. */
static bool is_sign(char c)
{
	return c && strchr(" \t\n,;:|/()[]<>-.*", c);
}

/* A dash, bullet or other sign of several bytes. */
static size_t wide_sign(struct span text)
{
	static const char *const signs[] = {
		"–", "—", "،", "、", "，", "：", "•", "·", "●", "▪", "\xc2\xa0", "|", "☎", "✉", "📞", "📧"};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (span_starts(text, span_of(signs[i])))
			return strlen(signs[i]);
	}
	return 0;
}

static struct span skip_signs(struct span text)
{
	for (;;) {
		size_t wide = wide_sign(text);

		if (!wide && !(text.len && is_sign(text.ptr[0])))
			return text;
		text = span_from(text, wide ? wide : 1);
	}
}

/* The word at the start, up to a sign. "e-mail" is one. */
static size_t word_length(struct span text)
{
	size_t i = 0;

	while (i < text.len && !wide_sign(span_from(text, i))) {
		bool is_inner = text.ptr[i] == '-' && i && is_alnum(at(text, i + 1));

		if (is_sign(text.ptr[i]) && !is_inner)
			break;
		i++;
	}
	return i;
}

static bool is_word_of(enum page_words set, struct span word)
{
	struct str folded;
	bool is_in;

	str_init(&folded, STR_MAX_SMALL);
	is_in = utf8_fold(word, &folded, NULL) == OK && page_word_is(set, str_span(&folded));
	str_clear(&folded);
	return is_in;
}

bool contactmark_is_glue(struct span text)
{
	for (text = skip_signs(text); text.len; text = skip_signs(text)) {
		size_t length = word_length(text);

		if (!length || !is_word_of(PAGE_WORDS_LABEL, span_first(text, length)))
			return false;
		text = span_from(text, length);
	}
	return true;
}

static struct span trim_end_signs(struct span text)
{
	size_t kept = 0;

	for (size_t i = 0; i < text.len;) {
		size_t wide = wide_sign(span_from(text, i));
		bool closes = text.ptr[i] == ')' && span_find_char(span_first(text, i), '(', 0) != SIZE_MAX;

		/* A full stop may be an abbreviation's, "D.C." */
		if (!wide && (!is_sign(text.ptr[i]) || closes))
			kept = i + 1;
		i += wide ? wide : 1;
	}
	if (kept < text.len && text.ptr[kept] == '.' && kept >= 2 && text.ptr[kept - 2] == '.')
		kept++;
	text.len = kept;
	return text;
}

/* The last word of the text, which ends without signs. */
static struct span last_word(struct span text)
{
	size_t start = text.len;

	while (start && !is_sign(text.ptr[start - 1]))
		start--;
	if (start >= 2 && text.ptr[start - 1] == '-' && is_alnum(text.ptr[start - 2])) {
		start--;
		while (start && is_alnum(text.ptr[start - 1]))
			start--;
	}
	return span_from(text, start);
}

/* "Press Office: +41…" is about an office, "Ana Roy, office: +41…" about a phone. */
static bool is_label_at_end(struct span text, struct span word)
{
	static const char *const names[] = {"office", "direct", "work", "home", "portable"};
	bool follows_word = word.len < text.len && text.ptr[text.len - word.len - 1] == ' ' &&
			    text.len - word.len >= 2 && is_alnum(text.ptr[text.len - word.len - 2]);

	for (size_t i = 0; follows_word && i < sizeof(names) / sizeof(names[0]); i++) {
		if (span_equals_nocase(word, span_of(names[i])))
			return false;
	}
	return word.len && word.len < text.len && is_word_of(PAGE_WORDS_LABEL, word);
}

struct span contactmark_trim(struct span text)
{
	size_t length;

	for (text = trim_end_signs(text); text.len; text = trim_end_signs(text)) {
		struct span word = last_word(text);

		if (!is_label_at_end(text, word))
			break;
		text.len -= word.len;
	}
	for (text = skip_signs(text); text.len; text = skip_signs(text)) {
		length = word_length(text);
		if (!length || length == text.len ||
			!is_word_of(PAGE_WORDS_CONNECTOR, span_first(text, length)))
			break;
		text = span_from(text, length);
	}
	return contactmark_is_glue(text) ? span_first(text, 0) : text;
}
