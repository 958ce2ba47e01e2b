/*
 * Titles as subject lines.
 */
#include "compose/titlecheck.h"

#include "base/utf8.h"

#include <stdint.h>
#include <stdio.h>

#define CAPITALS_MIN 12u /* shorter titles may well be a name: "UNHCR, NATO" */
#define MARK_BYTES_MAX 40u

/*
 * What mail programs put before a subject, case folded, without the colon: for an
 * answer and for a forwarded mail, in the languages of the world's larger ones.
 */
static const char *const marks[] = {
	"re",
	"res",
	"r",
	"rép",
	"rif",
	"aw",
	"antw",
	"antwort",
	"sv",
	"vs",
	"vast",
	"svar",
	"odp",
	"vá",
	"ynt",
	"bls",
	"atb",
	"απ",
	"σχετ",
	"отв",
	"відп",
	"השב",
	"רד",
	"رد",
	"پاسخ",
	"ตอบ",
	"回复",
	"回覆",
	"答复",
	"答覆",
	"返信",
	"답장",
	"회신",
	"fw",
	"fwd",
	"wg",
	"tr",
	"rv",
	"enc",
	"vb",
	"vl",
	"doorst",
	"pd",
	"tov",
	"i̇lt",
	"ilt",
	"πρθ",
	"пересл",
	"הועבר",
	"إعادة توجيه",
	"ส่งต่อ",
	"转发",
	"轉寄",
	"轉發",
	"転送",
	"전달",
};

static struct span skip_spaces(struct span text)
{
	static const char *const spaces[] = {" ", "\u00a0", "\u202f", "\u3000", "\u200e", "\u200f"};

	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		if (span_starts(text, span_of(spaces[i])))
			return skip_spaces(span_from(text, strlen(spaces[i])));
	}
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

/* How many bytes of the folded title are such a mark, 0 if it doesn't begin with one. */
static size_t mark_length(struct span folded)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		struct span mark = span_of(marks[i]);

		if (span_starts(folded, mark) && follows_colon(span_from(folded, mark.len)))
			return mark.len;
	}
	return 0;
}

static void check_pretence(struct span title, titlecheck_fn *say, void *context)
{
	struct str folded;
	struct span rest;
	size_t length = 0;

	str_init(&folded, STR_MAX_LARGE);
	if (utf8_fold(title, &folded, NULL) == OK) {
		rest = skip_spaces(str_span(&folded));
		/* "[Re: …]" pretends as well. */
		if (span_starts(rest, SPAN("[")) || span_starts(rest, SPAN("(")))
			rest = skip_spaces(span_from(rest, 1));
		length = mark_length(rest);
	}
	if (length) {
		char words[200];

		snprintf(words, sizeof(words),
			"the title begins with \"%.*s:\" as if it answered or passed on a mail: take that "
			"away",
			(int)(length < MARK_BYTES_MAX ? length : MARK_BYTES_MAX), rest.ptr);
		say(context, true, words);
	}
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

void titlecheck_run(struct span title, titlecheck_fn *say, void *context)
{
	size_t capitals, smalls;

	check_pretence(title, say, context);
	utf8_count_cases(title, &capitals, &smalls);
	if (capitals >= CAPITALS_MIN && !smalls)
		say(context, false,
			"the title is in capitals throughout: readers and filters take it for shouting");
	if (count_calls(title) > 1)
		say(context, false, "the title has more than one \"!\": filters take it for advertising");
}
