/*
 * Judging replies: tables say what they mean, this looks it up. It works on what
 * strangers write, so it is bounded: a reply's text has a ceiling, and each rule
 * walks over it once.
 */
#include "deliver/verdict.h"

#include "deliver/verdictrules.h"

#include <stdint.h>

/* As "5.7.1" or, as qmail says it at the end of its text, "(#5.7.1)". */
struct enhanced {
	int subject; /* 0: there's none */
	int detail;
};

/* A reply's words, as verdictrules.h describes them. */
struct words {
	char bytes[REPLY_TEXT_MAX + 2];
	size_t len;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t read_number(struct span text, size_t at, int *out)
{
	*out = 0;
	for (int digits = 0; digits < 3 && at < text.len && is_digit(text.ptr[at]); digits++)
		*out = *out * 10 + (text.ptr[at++] - '0');
	return at;
}

static struct enhanced parse_enhanced(struct span text)
{
	struct enhanced out = {0};
	size_t dot = read_number(text, 2, &out.subject);

	if (dot + 1 < text.len && text.ptr[dot] == '.' && is_digit(text.ptr[dot + 1]))
		read_number(text, dot + 1, &out.detail);
	else
		out.subject = 0;
	return out;
}

static struct enhanced find_enhanced(const struct reply *reply)
{
	struct span text = str_span(&reply->text);
	const char mark[] = {'#', (char)('0' + reply->code / 100), '.'};
	size_t at;

	if (reply->enhanced[0])
		return parse_enhanced(span_of(reply->enhanced));
	at = span_find(text, span_bytes(mark, sizeof(mark)), 0);
	if (at == SIZE_MAX)
		return (struct enhanced){0};
	return parse_enhanced(span_from(text, at + 1));
}

static bool is_soft(char c)
{
	return c == '.' || c == '-' || c == '_' || c == '+' || c == '#' || c == '\'' || c == '%';
}

static char letter_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return (c >= 'a' && c <= 'z') || is_digit(c) || (unsigned char)c >= 0x80 ? c : '\0';
}

/* Whether a domain goes on at `at`: sendmail says "ana@paper.example...User unknown". */
static bool is_of_domain(struct span text, size_t at)
{
	if (at >= text.len || (text.ptr[at] == '.' && at + 1 < text.len && text.ptr[at + 1] == '.'))
		return false;
	return letter_of(text.ptr[at]) || is_soft(text.ptr[at]);
}

static void add_space(struct words *words)
{
	if (words->bytes[words->len - 1] != ' ')
		words->bytes[words->len++] = ' ';
}

/* Addresses are left out: what somebody is called, or where, is no reason. */
static void fold(struct span text, struct words *words)
{
	size_t start = 1; /* of what may become an address, in the words */

	words->bytes[0] = ' ';
	words->len = 1;
	for (size_t i = 0; i < text.len && words->len + 1 < sizeof(words->bytes); i++) {
		char c = text.ptr[i];
		char letter = letter_of(c);

		if (letter) {
			words->bytes[words->len++] = letter;
		} else if (c == '@' && words->len > start && is_of_domain(text, i + 1)) {
			words->len = start;
			while (is_of_domain(text, i + 1))
				i++;
		} else if (c != '\'') {
			add_space(words);
		}
		if (!letter && !is_soft(c))
			start = words->len;
	}
	add_space(words);
}

/* With a gap: some first part, and the second one not far behind it. */
static bool occurs(struct span text, struct span pattern)
{
	size_t star = span_find_char(pattern, '*', 0);
	struct span first = span_first(pattern, star);
	struct span second = span_from(pattern, star + 1);
	size_t at = span_find(text, first, 0);

	if (star == SIZE_MAX)
		return at != SIZE_MAX;
	for (; at != SIZE_MAX; at = span_find(text, first, at + first.len)) {
		struct span near = span_from(text, at + first.len);

		if (span_find(span_first(near, VERDICT_GAP_MAX + second.len), second, 0) != SIZE_MAX)
			return true;
	}
	return false;
}

static bool fits_code(int wanted, int code)
{
	return wanted == 0 || wanted == code || wanted == code / 100;
}

static const struct verdict_code_rule *rule_of_codes(enum attempt_phase phase, const struct reply *reply)
{
	const struct enhanced enhanced = find_enhanced(reply);
	const struct verdict_code_rule *rule = verdict_code_rules;

	for (size_t i = 0; i + 1 < verdict_code_rule_count; i++, rule++) {
		if ((rule->phase == PHASE_NONE || rule->phase == phase) &&
			fits_code(rule->code, reply->code) &&
			(rule->subject == 0 ||
				(rule->subject == enhanced.subject && rule->first <= enhanced.detail &&
					enhanced.detail <= rule->last)))
			break;
	}
	return rule;
}

static bool is_about_one(enum verdict_meaning meaning)
{
	enum attempt_cause cause = verdict_meanings[meaning].verdict.cause;

	return cause == CAUSE_RECIPIENT || cause == CAUSE_MESSAGE;
}

/* What the text means, or the codes, if no rule fits. A text may quote what another server said to ours. */
static enum verdict_meaning meaning_of_text(const struct reply *reply, const struct verdict_code_rule *codes)
{
	bool names_one = codes->subject && is_about_one(codes->meaning);
	struct words words;

	fold(str_span(&reply->text), &words);
	for (size_t i = 0; i < verdict_text_rule_count; i++) {
		const struct verdict_text_rule *rule = &verdict_text_rules[i];

		if ((reply->code == 421 && is_about_one(rule->meaning)) ||
			(names_one && rule->meaning == MEANS_OUT_OF_STEP))
			continue;
		if (fits_code(rule->code, reply->code) &&
			occurs(span_bytes(words.bytes, words.len), span_of(rule->text)))
			return rule->meaning;
	}
	return codes->meaning;
}

struct verdict verdict_of(enum attempt_phase phase, const struct reply *reply)
{
	const struct verdict_code_rule *codes = rule_of_codes(phase, reply);
	enum verdict_meaning meaning = codes->meaning;
	int class = reply->code / 100;
	struct verdict verdict;

	if (class == 4 || class == 5)
		meaning = meaning_of_text(reply, codes);
	while (phase < verdict_meanings[meaning].from)
		meaning = verdict_meanings[meaning].before;
	verdict = verdict_meanings[meaning].verdict;
	if (class == 4 && verdict.outcome == DELIVERY_FAILED)
		verdict.outcome = DELIVERY_DEFERRED;
	if (phase >= PHASE_RCPT && verdict.suspends_relay)
		verdict.slows_site = true;
	if (class == 4 && phase >= PHASE_RCPT && verdict.cause == CAUSE_POLICY)
		verdict.strains_site = !verdict.slows_site;
	return verdict;
}
