/*
 * Language codes, and the names people write instead of them.
 */
#include "list/language.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

#define CODE_MAX 35u /* BCP 47 (RFC 5646) section 4.4.1 */

/* The names in English and their own, folded; ISO 639-2's codes where there's a shorter one. */
static const struct {
	const char *name;
	const char *code;
} names[] = {
	{"amharic", "am"},
	{"አማርኛ", "am"},
	{"amh", "am"},
	{"arabic", "ar"},
	{"العربية", "ar"},
	{"عربي", "ar"},
	{"ara", "ar"},
	{"bengali", "bn"},
	{"বাংলা", "bn"},
	{"ben", "bn"},
	{"chinese", "zh"},
	{"中文", "zh"},
	{"zho", "zh"},
	{"chi", "zh"},
	{"dutch", "nl"},
	{"nederlands", "nl"},
	{"nld", "nl"},
	{"dut", "nl"},
	{"english", "en"},
	{"eng", "en"},
	{"french", "fr"},
	{"français", "fr"},
	{"francais", "fr"},
	{"fra", "fr"},
	{"fre", "fr"},
	{"german", "de"},
	{"deutsch", "de"},
	{"deu", "de"},
	{"ger", "de"},
	{"greek", "el"},
	{"ελληνικα", "el"},
	{"ελληνικά", "el"},
	{"ell", "el"},
	{"gre", "el"},
	{"hebrew", "he"},
	{"עברית", "he"},
	{"heb", "he"},
	{"hindi", "hi"},
	{"हिन्दी", "hi"},
	{"hin", "hi"},
	{"indonesian", "id"},
	{"bahasa indonesia", "id"},
	{"ind", "id"},
	{"italian", "it"},
	{"italiano", "it"},
	{"ita", "it"},
	{"japanese", "ja"},
	{"日本語", "ja"},
	{"jpn", "ja"},
	{"korean", "ko"},
	{"한국어", "ko"},
	{"kor", "ko"},
	{"persian", "fa"},
	{"farsi", "fa"},
	{"فارسی", "fa"},
	{"fas", "fa"},
	{"per", "fa"},
	{"polish", "pl"},
	{"polski", "pl"},
	{"pol", "pl"},
	{"portuguese", "pt"},
	{"português", "pt"},
	{"portugues", "pt"},
	{"por", "pt"},
	{"russian", "ru"},
	{"русский", "ru"},
	{"rus", "ru"},
	{"spanish", "es"},
	{"español", "es"},
	{"espanol", "es"},
	{"castellano", "es"},
	{"spa", "es"},
	{"swahili", "sw"},
	{"kiswahili", "sw"},
	{"swa", "sw"},
	{"swedish", "sv"},
	{"svenska", "sv"},
	{"swe", "sv"},
	{"thai", "th"},
	{"ไทย", "th"},
	{"tha", "th"},
	{"turkish", "tr"},
	{"türkçe", "tr"},
	{"turkce", "tr"},
	{"tur", "tr"},
	{"ukrainian", "uk"},
	{"українська", "uk"},
	{"ukr", "uk"},
	{"vietnamese", "vi"},
	{"tiếng việt", "vi"},
	{"vie", "vi"},
};

static bool find_name(struct span typed, struct str *out)
{
	struct str folded;
	bool is_found = false;

	str_init(&folded, STR_MAX_SMALL);
	if (utf8_fold(typed, &folded, NULL) == OK) {
		for (size_t i = 0; !is_found && i < sizeof(names) / sizeof(names[0]); i++) {
			is_found = span_equals(str_span(&folded), span_of(names[i].name));
			if (is_found)
				str_add_text(out, names[i].code);
		}
	}
	str_clear(&folded);
	return is_found;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_code(struct span typed)
{
	size_t subtag = 0;
	bool is_first = true;

	for (size_t i = 0; i <= typed.len; i++) {
		char c = i < typed.len ? typed.ptr[i] : '-';

		if (c == '-' || c == '_') {
			if (subtag < (is_first ? 2 : 1) || subtag > (is_first ? 3 : 8))
				return false;
			is_first = false;
			subtag = 0;
		} else if (is_letter(c) || (!is_first && c >= '0' && c <= '9')) {
			subtag++;
		} else {
			return false;
		}
	}
	return typed.len <= CODE_MAX;
}

/* RFC 5646 section 2.1.1: a region in capitals, a script with one, all else small. */
static void set_case(char *code, size_t start, size_t length)
{
	bool is_after_singleton = start >= 3 && code[start - 3] == '-';

	for (size_t i = start; i < start + length; i++) {
		bool is_capital =
			start && !is_after_singleton && (length == 2 || (length == 4 && i == start));

		if (is_letter(code[i]))
			code[i] = (char)(is_capital ? code[i] & ~0x20 : code[i] | 0x20);
	}
}

static void add_code(struct span typed, struct str *out)
{
	char code[CODE_MAX + 1];
	size_t start = 0;

	memcpy(code, typed.ptr, typed.len);
	code[typed.len] = '-';
	for (size_t i = 0; i <= typed.len; i++) {
		if (code[i] == '_')
			code[i] = '-';
		if (code[i] == '-') {
			set_case(code, start, i - start);
			start = i + 1;
		}
	}
	str_add(out, span_bytes(code, typed.len));
}

enum status language_parse(struct span typed, struct str *out, struct err *err)
{
	/* What nearly every row has. */
	if (typed.len == 2 && typed.ptr[0] >= 'a' && typed.ptr[0] <= 'z' && typed.ptr[1] >= 'a' &&
		typed.ptr[1] <= 'z') {
		str_add(out, typed);
		return OK;
	}
	if (find_name(typed, out))
		return OK;
	if (!is_code(typed))
		return err_set(err, E_SYNTAX, "'%.*s' is no language; write its code, such as 'fr'",
			SPAN_ARG(utf8_first_columns(typed, 40)));
	add_code(typed, out);
	return OK;
}
