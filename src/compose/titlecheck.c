/*
 * Titles as subject lines.
 */
#include "compose/titlecheck.h"

#include "base/utf8.h"

#include <stdint.h>
#include <stdio.h>

#define CAPITALS_MIN 12u /* shorter titles may well be a name: "UNHCR, NATO" */

/*
 * What mail programs put before a subject, case folded, without the colon: for an
 * answer and for a forwarded mail, in the languages of the world's larger ones.
 */
static const struct mark {
	const char *text;
	const char *languages; /* whose programs write it, a space between; "" for all */
} marks[] = {
	{"re", ""},
	{"fw", ""},
	{"fwd", ""},
	{"res", "pt"},
	{"r", "it"},
	{"rép", "fr"},
	{"rif", "it"},
	{"aw", "de"},
	{"antw", "de nl"},
	{"antwort", "de"},
	{"sv", "da nb no sv"},
	{"vs", "da fi nb no"},
	{"vast", "fi"},
	{"svar", "da nb no sv"},
	{"odp", "cs pl sk"},
	{"vá", "hu"},
	{"ynt", "tr"},
	{"bls", "id"},
	{"atb", "cy"},
	{"απ", "el"},
	{"σχετ", "el"},
	{"отв", "bg ru"},
	{"відп", "uk"},
	{"השב", "he"},
	{"רד", "yi"},
	{"رد", "ar"},
	{"پاسخ", "fa"},
	{"ตอบ", "th"},
	{"回复", "zh"},
	{"回覆", "zh"},
	{"答复", "zh"},
	{"答覆", "zh"},
	{"返信", "ja"},
	{"답장", "ko"},
	{"회신", "ko"},
	{"wg", "de"},
	{"tr", "fr"},
	{"rv", "es"},
	{"enc", "pt"},
	{"vb", "sv"},
	{"vl", "fi"},
	{"doorst", "nl"},
	{"pd", "pl"},
	{"tov", "hu"},
	{"i̇lt", "tr"},
	{"ilt", "tr"},
	{"πρθ", "el"},
	{"пересл", "ru uk"},
	{"הועבר", "he"},
	{"إعادة توجيه", "ar"},
	{"ส่งต่อ", "th"},
	{"转发", "zh"},
	{"轉寄", "zh"},
	{"轉發", "zh"},
	{"転送", "ja"},
	{"전달", "ko"},
};

/* How many bytes of a space, or a mark that nobody sees, the text begins with. */
static size_t space_length(struct span text)
{
	static const char *const spaces[] = {" ", "\u00a0", "\u202f", "\u3000", "\u200e", "\u200f"};

	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		if (span_starts(text, span_of(spaces[i])))
			return strlen(spaces[i]);
	}
	return 0;
}

static struct span skip_spaces(struct span text)
{
	size_t length;

	while ((length = space_length(text)))
		text = span_from(text, length);
	return text;
}

/* "[2]", "(2)", "^2": how often it went to and fro. */
static struct span skip_count(struct span text)
{
	size_t i = 1;

	if (!text.len || !strchr("[(^", text.ptr[0]) || !text.ptr[0])
		return text;
	while (i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9')
		i++;
	if (i < text.len && (text.ptr[i] == ']' || text.ptr[i] == ')'))
		i++;
	return span_from(text, i);
}

static bool follows_colon(struct span text)
{
	text = skip_spaces(skip_count(skip_spaces(text)));
	return span_starts(text, SPAN(":")) || span_starts(text, SPAN("：")) || span_starts(text, SPAN("∶"));
}

/* The mark that the folded title begins with, or NULL. */
static const struct mark *find_mark(struct span folded)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		struct span mark = span_of(marks[i].text);

		if (span_starts(folded, mark) && follows_colon(span_from(folded, mark.len)))
			return &marks[i];
	}
	return NULL;
}

/* Readers of "pt-BR" know what Portuguese programs write. */
static bool is_known_to(const struct mark *mark, struct span language)
{
	struct span rest = span_of(mark->languages), word;
	struct span main_language = span_first(language, span_find_char(language, '-', 0));

	if (!rest.len)
		return true;
	while (span_split(&rest, ' ', &word)) {
		if (word.len && span_equals_nocase(word, main_language))
			return true;
	}
	return false;
}

static void say_pretence(const struct mark *mark, bool is_error, titlecheck_fn *say, void *context)
{
	char words[240];

	if (is_error)
		snprintf(words, sizeof(words),
			"the title begins with \"%s:\" as if it answered or passed on a mail: take that away",
			mark->text);
	else
		snprintf(words, sizeof(words),
			"the title begins with \"%s:\", which mail programs of another language put before "
			"what they answer or pass on: readers there may take it for that",
			mark->text);
	say(context, is_error, words);
}

static void check_pretence(struct span title, struct span language, titlecheck_fn *say, void *context)
{
	const struct mark *mark = NULL;
	struct str folded;
	struct span rest;

	str_init(&folded, STR_MAX_LARGE);
	if (utf8_fold(title, &folded, NULL) == OK) {
		rest = skip_spaces(str_span(&folded));
		/* "[Re: …]" pretends as well. */
		if (span_starts(rest, SPAN("[")) || span_starts(rest, SPAN("(")))
			rest = skip_spaces(span_from(rest, 1));
		mark = find_mark(rest);
	}
	if (mark)
		say_pretence(mark, is_known_to(mark, language), say, context);
	str_clear(&folded);
}

static size_t count_calls(struct span title)
{
	size_t count = 0;
	uint32_t c;

	while (utf8_next(&title, &c))
		count += c == '!' || c == 0xff01 || c == 0x203c ? 1 + (c == 0x203c) : 0;
	return count;
}

void titlecheck_run(struct span title, struct span language, titlecheck_fn *say, void *context)
{
	size_t capitals, smalls;

	check_pretence(title, language, say, context);
	utf8_count_cases(title, &capitals, &smalls);
	if (capitals >= CAPITALS_MIN && !smalls)
		say(context, false,
			"the title is in capitals throughout: readers and filters take it for shouting");
	if (count_calls(title) > 1)
		say(context, false, "the title has more than one \"!\": filters take it for advertising");
}
