/*
 * Datelines, told by their shape: a few capitalised words, perhaps a date, and
 * a dash before the story.
 */
#include "compose/pagedateline.h"

#include "base/utf8.h"
#include "compose/pagewords.h"

#include <stdint.h>

#define PREFIX_COLUMNS 80u
#define PLACE_COLUMNS 48u
#define PLACE_WORDS 7u

/* A word as its letters alone, folded. */
static void fold_word(struct span word, struct str *out)
{
	while (word.len && strchr("(),.:;[]", word.ptr[0]))
		word = span_from(word, 1);
	while (word.len && strchr("(),.:;[]", word.ptr[word.len - 1]))
		word.len--;
	str_empty(out);
	if (utf8_fold(word, out, NULL))
		str_empty(out);
}

static bool has_digit(struct span word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] >= '0' && word.ptr[i] <= '9')
			return true;
	}
	return false;
}

/* "10", "10th", "11/10/15", "10.11.2015": a number as dates have them. "3,000" is none. */
static bool is_date_number(struct span folded)
{
	size_t i = 0;

	while (i < folded.len && strchr("0123456789/.-:", folded.ptr[i]))
		i++;
	return i && i <= 10 && has_digit(folded) &&
	       (i == folded.len || page_word_is(PAGE_WORDS_DAY, span_from(folded, i)));
}

enum word_kind {
	WORD_NAME,   /* may stand in a place */
	WORD_SMALL,  /* a particle */
	WORD_DATE,   /* a month, a number */
	WORD_AROUND, /* stands around dates: a weekday, "le" */
	WORD_OTHER
};

static enum word_kind kind_of(struct span word)
{
	enum word_kind kind = WORD_OTHER;
	struct str folded;

	str_init(&folded, STR_MAX_SMALL);
	fold_word(word, &folded);
	if (page_month(str_span(&folded)) || is_date_number(str_span(&folded)))
		kind = WORD_DATE;
	else if (page_word_is(PAGE_WORDS_DAY, str_span(&folded)))
		kind = WORD_AROUND;
	else if (page_word_is_name(word))
		kind = WORD_NAME;
	else if (page_word_is(PAGE_WORDS_PARTICLE, str_span(&folded)) || span_equals(word, SPAN("&")))
		kind = WORD_SMALL;
	str_clear(&folded);
	return kind;
}

/* A full stop inside a place belongs to an abbreviation: "St.", "D.C.". */
static bool ends_a_sentence(struct span word, struct span rest)
{
	return word.len > 4 && word.ptr[word.len - 1] == '.' && rest.len &&
	       span_find_char(span_first(word, word.len - 1), '.', 0) == SIZE_MAX;
}

/* Spaces that don't break count as spaces. */
static struct span trim_wide_space(struct span text)
{
	while (span_starts(text, SPAN("\xc2\xa0")))
		text = span_from(text, 2);
	while (span_ends(text, SPAN("\xc2\xa0")))
		text.len -= 2;
	return text;
}

static struct span trim_marks(struct span text)
{
	text = trim_wide_space(text);
	while (text.len && strchr(" ,;:/|", text.ptr[text.len - 1]))
		text.len--;
	while (text.len && strchr(" ,;:/|", text.ptr[0]))
		text = span_from(text, 1);
	return text;
}

/* What follows a place is a date, and an agency's name in brackets. */
static bool is_date_or_agency(struct span text)
{
	bool is_bracketed = false;
	struct span word;

	while (span_split(&text, ' ', &word)) {
		is_bracketed = is_bracketed || (word.len && word.ptr[0] == '(');
		if (word.len && !is_bracketed) {
			enum word_kind kind = kind_of(word);

			if (kind != WORD_DATE && kind != WORD_AROUND)
				return false;
		}
		if (span_find_char(word, ')', 0) != SIZE_MAX)
			is_bracketed = false;
	}
	return true;
}

/*
 * Where the place ends and a date, or a bracket, begins; prefix.len if nothing
 * follows it. False if it is no place.
 */
static bool find_place_end(struct span prefix, size_t *end)
{
	struct span rest = prefix;
	struct span word;
	size_t words = 0;

	*end = prefix.len;
	while (span_split(&rest, ' ', &word)) {
		size_t at = (size_t)(word.ptr - prefix.ptr);
		bool opens = word.len && word.ptr[0] == '(';
		enum word_kind kind = word.len ? kind_of(word) : WORD_SMALL;
		bool is_date = kind == WORD_DATE || (kind == WORD_AROUND && words);

		/* "(Nov. 10)", "(ILO)": from the bracket on, it is no place; "Mar del Plata" is one. */
		if ((opens && at) || (is_date && is_date_or_agency(span_from(prefix, at)))) {
			*end = at;
			break;
		}
		if (kind == WORD_OTHER || (kind == WORD_DATE && has_digit(word)) ||
			ends_a_sentence(word, rest))
			return false;
		words += word.len > 0;
	}
	return words <= PLACE_WORDS;
}

/* The dateline's words: the place, and what comes after it. False if they are none. */
static bool split(struct span prefix, struct span *place, struct span *date)
{
	size_t end;

	if (!find_place_end(prefix, &end) || !is_date_or_agency(span_from(prefix, end)))
		return false;
	*place = trim_marks(span_first(prefix, end));
	*date = trim_marks(span_from(prefix, end));
	if (place->len > 2 && place->ptr[0] == '(' && place->ptr[place->len - 1] == ')')
		*place = span_first(span_from(*place, 1), place->len - 2);
	return utf8_width(*place) <= PLACE_COLUMNS && (!place->len || page_word_is_name(*place));
}

/* The first dash that may end a dateline: its start and its length with the spaces. */
static size_t find_dash(struct span text, size_t *length)
{
	static const char *const dashes[] = {
		" - ", " – ", " — ", " -- ", " ‒ ", " ― ", "– ", "— ", " –", " —", "—"};
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < sizeof(dashes) / sizeof(dashes[0]); i++) {
		size_t at = span_find(text, span_of(dashes[i]), 0);

		if (at < best) {
			best = at;
			*length = strlen(dashes[i]);
		}
	}
	return best;
}

bool pagedateline_parse(struct span text, struct pagedateline *out)
{
	size_t dash_length = 0;
	struct span head = span_first(text, PREFIX_COLUMNS * 4);
	size_t dash = find_dash(head, &dash_length);
	struct span prefix;

	if (dash == SIZE_MAX || !dash || dash + dash_length >= text.len)
		return false;
	prefix = span_first(text, dash);
	if (utf8_width(prefix) > PREFIX_COLUMNS || !split(prefix, &out->place, &out->date))
		return false;
	out->length = dash + dash_length;
	while (out->length < text.len && text.ptr[out->length] == ' ')
		out->length++;
	return out->length < text.len && (out->place.len || out->date.len);
}

bool pagedateline_is_alone(struct span text, struct pagedateline *out)
{
	text = trim_marks(span_trim(text));
	if (utf8_width(text) > PREFIX_COLUMNS || !split(text, &out->place, &out->date))
		return false;
	out->length = text.len;
	return out->place.len && has_digit(out->date);
}

bool pagedateline_is_date(struct span text)
{
	bool has_date = false;
	struct span word;

	if (text.len > PREFIX_COLUMNS)
		return false;
	while (span_split(&text, ' ', &word)) {
		enum word_kind kind;

		if (!word.len || (word.len == 1 && strchr("-|/,.", word.ptr[0])))
			continue;
		kind = kind_of(word);
		if (kind != WORD_DATE && kind != WORD_AROUND)
			return false;
		has_date = has_date || has_digit(word);
	}
	return has_date;
}
