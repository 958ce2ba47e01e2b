/*
 * Names, roles and places in the words before a contact's phone. The words are
 * cut into pieces at line breaks, sentences and colons; the piece most like a person's
 * name is the name, what stands before it is a heading, what follows its details.
 */
#include "compose/contactname.h"

#include "base/utf8.h"
#include "compose/contactmark.h"
#include "compose/pagewords.h"

#include <stdint.h>

#define PIECES_MAX 16u
#define NAME_WORDS_MAX 5u
#define STEM_MIN 5u   /* shorter ones are whole words: "head", but not "headquarters" */
#define TEXT_MAX 600u /* words before a phone; what is farther away is another matter */

void contactname_init(struct contactname *name)
{
	str_init(&name->name, STR_MAX_SMALL);
	str_init(&name->role, STR_MAX_SMALL);
	str_init(&name->place, STR_MAX_SMALL);
	str_init(&name->heading, STR_MAX_SMALL);
	name->is_certain = false;
}

void contactname_clear(struct contactname *name)
{
	str_clear(&name->name);
	str_clear(&name->role);
	str_clear(&name->place);
	str_clear(&name->heading);
}

static void fold(struct span text, struct str *out)
{
	str_empty(out);
	if (utf8_fold(text, out, NULL))
		str_empty(out);
}

static bool is_word_of(enum page_words set, struct span word)
{
	struct str folded;
	bool is_in;

	str_init(&folded, STR_MAX_SMALL);
	fold(word, &folded);
	is_in = folded.len && page_word_is(set, str_span(&folded));
	str_clear(&folded);
	return is_in;
}

static bool is_role_word(struct span word)
{
	struct str folded;
	size_t stem;
	bool is_in;

	str_init(&folded, STR_MAX_SMALL);
	fold(word, &folded);
	stem = page_stem_starts(PAGE_WORDS_ROLE, str_span(&folded));
	is_in = stem >= STEM_MIN || (stem && stem == folded.len);
	str_clear(&folded);
	return is_in;
}

static bool has_role_word(struct span text)
{
	struct span word;

	while (span_split(&text, ' ', &word)) {
		if (is_role_word(word))
			return true;
	}
	return false;
}

/* "IOM": two to six capitals and nothing else. */
static bool is_acronym(struct span word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] < 'A' || word.ptr[i] > 'Z')
			return false;
	}
	return word.len >= 2 && word.len <= 6;
}

/* A full stop or colon that ends a piece: not an initial's, not "Dr." */
static bool ends_piece(struct span text, size_t i)
{
	size_t start = i;
	char next = i + 1 < text.len ? text.ptr[i + 1] : '\n';

	if (next != ' ' && next != '\n')
		return false;
	if (text.ptr[i] == ':')
		return true;
	while (start && text.ptr[start - 1] != ' ' && text.ptr[start - 1] != '\n')
		start--;
	return i - start > 1 &&
	       !is_word_of(PAGE_WORDS_HONORIFIC, span_first(span_from(text, start), i - start)) &&
	       span_find_char(span_first(span_from(text, start), i - start), '.', 0) == SIZE_MAX;
}

struct piece {
	struct span text;
	bool is_line; /* starts one; else follows another piece on the same line */
};

static size_t cut_pieces(struct span text, struct piece *pieces)
{
	size_t count = 0;
	size_t start = 0;
	bool is_line = true;

	for (size_t i = 0; i <= text.len; i++) {
		bool is_line_end = i == text.len || text.ptr[i] == '\n';
		struct span piece;

		if (!is_line_end && !((text.ptr[i] == '.' || text.ptr[i] == ':') && ends_piece(text, i)))
			continue;
		piece = contactmark_trim(span_first(span_from(text, start), i - start));
		start = i + 1;
		if (piece.len) {
			if (count == PIECES_MAX) {
				memmove(pieces, pieces + 1, (PIECES_MAX - 1) * sizeof(*pieces));
				count--;
			}
			pieces[count++] = (struct piece){piece, is_line};
			is_line = false;
		}
		is_line = is_line || is_line_end;
	}
	return count;
}

/* Offset behind the last word of `set` in the text, as whole word; 0 if there's none. */
static size_t behind_last(enum page_words set, struct span text)
{
	size_t behind = 0;
	struct span rest = text;
	struct span word;

	while (span_split(&rest, ' ', &word)) {
		while (word.len && strchr(",:;", word.ptr[word.len - 1]))
			word.len--;
		if (is_word_of(set, word))
			behind = (size_t)(word.ptr - text.ptr) + word.len;
	}
	return behind;
}

/* "For further information please contact IOM in Geneva" without what comes before the name. */
static struct span strip_lead(struct span piece)
{
	struct str folded;
	size_t lead;
	bool is_whole;
	struct span word;

	str_init(&folded, STR_MAX_SMALL);
	fold(span_first(piece, TEXT_MAX), &folded);
	lead = page_word_starts(PAGE_WORDS_CONTACT_LEAD, str_span(&folded));
	is_whole = lead == folded.len;
	str_clear(&folded);
	if (!lead)
		return piece;
	if (is_whole && !has_role_word(piece))
		return span_first(piece, 0);
	piece = span_from(piece, behind_last(PAGE_WORDS_CONTACT_VERB, piece));
	for (;;) {
		struct span rest;

		piece = contactmark_trim(piece);
		rest = piece;
		if (!piece.len || !span_split(&rest, ' ', &word))
			return piece;
		/* "Press Officer" is a role; "Press:" is only a lead. */
		if (!is_word_of(PAGE_WORDS_CONTACT_FILLER, word) ||
			(is_role_word(word) && rest.len && has_role_word(rest)))
			return piece;
		piece = span_from(piece, word.len);
	}
}

/* True if a word of three letters or more is part of the mailbox: "Doyle" in "ldoyle". */
static bool resembles(struct span name, struct span mailbox)
{
	struct str folded;
	struct str box;
	struct span rest;
	struct span word;
	bool is_alike = false;

	str_init(&folded, STR_MAX_SMALL);
	str_init(&box, STR_MAX_SMALL);
	fold(name, &folded);
	fold(mailbox, &box);
	rest = str_span(&folded);
	while (!is_alike && span_split(&rest, ' ', &word))
		is_alike = word.len >= 3 && !is_role_word(word) &&
			   span_find(str_span(&box), word, 0) != SIZE_MAX;
	str_clear(&folded);
	str_clear(&box);
	return is_alike;
}

/* Two to five capitalised words without roles: 2; 1 if in capitals only, as acronyms are; else 0. */
static int looks_like_person(struct span name)
{
	struct span word;
	size_t words = 0;
	size_t acronyms = 0;

	while (span_split(&name, ' ', &word)) {
		if (!word.len || is_word_of(PAGE_WORDS_PARTICLE, word))
			continue;
		if (!page_word_is_name(word) || is_role_word(word))
			return 0;
		acronyms += is_acronym(word);
		words++;
	}
	if (words < 2 || words > NAME_WORDS_MAX || (acronyms && acronyms < words))
		return 0;
	return acronyms ? 1 : 2;
}

static void add_part(struct str *to, struct span part)
{
	part = contactmark_trim(part);
	if (!part.len)
		return;
	if (to->len)
		str_add_text(to, ", ");
	str_add(to, part);
}

/* The first " at ", " in " and the like: its start and length; SIZE_MAX if there's none. */
static size_t find_preposition(struct span text, size_t *length)
{
	struct span rest = text;
	struct span word;

	while (span_split(&rest, ' ', &word)) {
		size_t at = (size_t)(word.ptr - text.ptr);

		if (at && rest.len && is_word_of(PAGE_WORDS_PLACE, word)) {
			*length = word.len;
			return at;
		}
	}
	return SIZE_MAX;
}

/* What isn't the name: a role if it names one, else a place. "Press officer in Geneva" is both. */
static void add_detail(struct contactname *out, struct span part)
{
	size_t length = 0;
	size_t at;

	part = contactmark_trim(part);
	if (!has_role_word(part)) {
		add_part(&out->place, part);
		return;
	}
	at = find_preposition(part, &length);
	add_part(&out->role, span_first(part, at));
	if (at != SIZE_MAX)
		add_part(&out->place, span_from(part, at + length));
}

/* The end of the role at the name's start: "UNHCR spokesperson Ana Roy". 0 if there's none. */
static size_t role_prefix(struct span text)
{
	struct span rest = text;
	struct span word;
	size_t end = 0;

	while (span_split(&rest, ' ', &word)) {
		if (is_role_word(word))
			end = (size_t)(word.ptr - text.ptr) + word.len;
	}
	return end && looks_like_person(span_trim(span_from(text, end))) > 0 ? end : 0;
}

/* Where the name ends and details begin: a comma, a bracket, a dash. */
static size_t find_separator(struct span text, size_t *length)
{
	static const char *const marks[] = {",", " (", " - ", " – ", " — ", " | ", ";", " / "};
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t at = span_find(text, span_of(marks[i]), 0);

		if (at < best) {
			best = at;
			*length = strlen(marks[i]);
		}
	}
	return best;
}

/* "Ryan Schroeder at IOM Europe in Brussels" */
static void take_name(struct contactname *out, struct span text)
{
	size_t length = 0;
	size_t at = find_preposition(text, &length);
	struct span name = contactmark_trim(span_first(text, at));
	size_t role = role_prefix(name);

	if (role) {
		add_part(&out->role, span_first(name, role));
		name = span_from(name, role);
	}
	add_part(&out->name, name);
	if (at != SIZE_MAX)
		add_part(&out->place, span_from(text, at + length));
}

/* "In Geneva, Ana Roy": a place that comes first heads what follows. */
static struct span take_place_first(struct contactname *out, struct span piece)
{
	struct span rest = piece;
	struct span word;
	size_t length = 0;
	size_t at;

	if (!span_split(&rest, ' ', &word) || !rest.len || !is_word_of(PAGE_WORDS_PLACE, word))
		return piece;
	at = find_separator(rest, &length);
	if (at == SIZE_MAX)
		return piece;
	str_empty(&out->heading);
	add_part(&out->heading, span_first(rest, at));
	return contactmark_trim(span_from(rest, at + length));
}

static void take_person(struct contactname *out, struct span piece)
{
	size_t length = 0;
	size_t at;

	piece = take_place_first(out, piece);
	at = find_separator(piece, &length);
	take_name(out, span_first(piece, at));
	while (at != SIZE_MAX) {
		piece = span_from(piece, at + length);
		at = find_separator(piece, &length);
		/* A bracket's content, without its end. */
		add_detail(out, span_first(piece, at));
	}
}

/* How much a piece is like a person, 0 to 5. */
static int likeness(struct span piece, struct span mailbox)
{
	struct contactname trial;
	int score;

	contactname_init(&trial);
	take_person(&trial, piece);
	score = looks_like_person(str_span(&trial.name));
	if (trial.name.len && resembles(str_span(&trial.name), mailbox))
		score += 3;
	contactname_clear(&trial);
	return score;
}

/* "Ana Roy and Li Wei", with one phone for both. */
static bool names_two(struct span name)
{
	struct span word;

	while (span_split(&name, ' ', &word)) {
		if (is_word_of(PAGE_WORDS_CONNECTOR, word))
			return true;
	}
	return false;
}

bool contactname_is_person(struct span text)
{
	return looks_like_person(text) > 0;
}

/*
 * The piece most like a person's name. Of two alike, on one line the later
 * ("Harbour Relief in Ostend. Ana Roy"), on several the earlier (name, then office).
 */
static size_t find_name(const struct piece *pieces, size_t count, struct span mailbox, int *score)
{
	size_t best = SIZE_MAX;
	bool is_same_line = false;

	*score = -1;
	for (size_t i = 0; i < count; i++) {
		int own = pieces[i].text.len ? likeness(pieces[i].text, mailbox) : -1;

		is_same_line = is_same_line && !pieces[i].is_line;
		if (own > *score || (own > 0 && own == *score && is_same_line)) {
			best = i;
			*score = own;
			is_same_line = true;
		}
	}
	return best;
}

void contactname_parse(struct span text, struct span mailbox, struct contactname *out)
{
	struct piece pieces[PIECES_MAX];
	size_t count;
	size_t best;
	int score;

	if (text.len > TEXT_MAX) {
		text = span_from(text, text.len - TEXT_MAX);
		while (text.len && ((unsigned char)text.ptr[0] & 0xc0) == 0x80)
			text = span_from(text, 1);
	}
	count = cut_pieces(text, pieces);
	for (size_t i = 0; i < count; i++)
		pieces[i].text = strip_lead(pieces[i].text);
	best = find_name(pieces, count, mailbox, &score);
	for (size_t i = 0; i < count; i++) {
		if (i == best)
			take_person(out, pieces[i].text);
		else if (i < best && !has_role_word(pieces[i].text))
			add_part(&out->heading, pieces[i].text);
		else
			add_detail(out, pieces[i].text);
	}
	out->is_certain = score > 0 && !names_two(str_span(&out->name));
}
