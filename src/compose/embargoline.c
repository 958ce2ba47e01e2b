/*
 * A page's embargo line.
 */
#include "compose/embargoline.h"

#include "base/utf8.h"
#include "compose/pagewords.h"

#include <stdint.h>

#define LINE_COLUMNS 160u

struct found {
	int year, month, day, hour, minute;
	bool has_time, is_utc, is_afternoon, is_morning, is_unclear;
	int numbers[8];
	size_t number_count;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits at the start of *text, moved past; -1 if there are none, or more than four. */
static int take_number(struct span *text, size_t *digits)
{
	int number = 0;

	for (*digits = 0; text->len && is_digit(text->ptr[0]); (*digits)++) {
		if (*digits == 4)
			return -1;
		number = number * 10 + (text->ptr[0] - '0');
		*text = span_from(*text, 1);
	}
	return *digits ? number : -1;
}

/* "2026-11-11"; false if it isn't one. */
static bool take_iso_date(struct span word, struct found *found)
{
	size_t digits;
	int year, month, day;

	year = take_number(&word, &digits);
	if (digits != 4 || !word.len || word.ptr[0] != '-')
		return false;
	word = span_from(word, 1);
	month = take_number(&word, &digits);
	if (month < 0 || !word.len || word.ptr[0] != '-')
		return false;
	word = span_from(word, 1);
	day = take_number(&word, &digits);
	if (day < 0 || word.len || found->year)
		return false;
	found->year = year;
	found->month = month;
	found->day = day;
	return true;
}

static bool take_time(struct found *found, int hour, int minute)
{
	if (found->has_time)
		return false;
	found->has_time = true;
	found->hour = hour;
	found->minute = minute;
	return true;
}

/* "am", "p.m": which half of the day. False if it's neither. */
static bool take_half(struct found *found, struct span word)
{
	if (span_equals(word, SPAN("pm")) || span_equals(word, SPAN("p.m")))
		found->is_afternoon = true;
	else if (span_equals(word, SPAN("am")) || span_equals(word, SPAN("a.m")))
		found->is_morning = true;
	else
		return false;
	return true;
}

/* "10:00", "10h30", "10.30pm": what follows the hour. */
static bool take_minutes(struct found *found, int hour, struct span tail)
{
	size_t digits;
	int minute;

	tail = span_from(tail, 1);
	minute = take_number(&tail, &digits);
	return digits == 2 && take_time(found, hour, minute) &&
	       (!tail.len || span_equals(tail, SPAN("h")) || take_half(found, tail));
}

/* What follows a number, glued to it: "10am", "11th", nothing. False if it's something else. */
static bool take_tail(struct found *found, int number, struct span tail)
{
	if (take_half(found, tail) || span_equals(tail, SPAN("h")))
		return take_time(found, number, 0);
	if (!tail.len || page_word_is(PAGE_WORDS_DAY, tail)) {
		if (found->number_count == sizeof(found->numbers) / sizeof(found->numbers[0]))
			return false;
		found->numbers[found->number_count++] = number;
		return true;
	}
	return strchr(":h.", tail.ptr[0]) && take_minutes(found, number, tail);
}

static void take_word(struct found *found, struct span word)
{
	struct span rest = word;
	size_t digits;
	int number;
	int month = page_month(word);

	if (take_iso_date(word, found))
		return;
	number = take_number(&rest, &digits);
	if (number >= 0) {
		found->is_unclear = found->is_unclear || !take_tail(found, number, rest);
		return;
	}
	if (month && !found->month) {
		found->month = month;
		return;
	}
	found->is_utc = found->is_utc || span_equals(word, SPAN("utc")) || span_equals(word, SPAN("gmt"));
	if (!take_half(found, word) && !page_word_is(PAGE_WORDS_UNTIL, word) &&
		!page_word_is(PAGE_WORDS_DAY, word))
		found->is_unclear = true;
}

/* The bare numbers are a day and a year, perhaps a time without a colon ("1000 GMT"). */
static void place_numbers(struct found *found)
{
	for (size_t i = 0; i < found->number_count; i++) {
		int number = found->numbers[i];

		/* With two of these, which is the year and which 20:26? */
		if (number >= 2000 && number < 2100) {
			found->is_unclear = found->is_unclear || found->year;
			found->year = number;
		} else if (number >= 1 && number <= 31 && !found->day) {
			found->day = number;
		} else if (!found->has_time && number >= 100 && number <= 2359) {
			found->has_time = true;
			found->hour = number / 100;
			found->minute = number % 100;
		} else {
			found->is_unclear = true;
		}
	}
}

static bool is_whole(struct found *found)
{
	if (found->is_afternoon && found->hour < 12)
		found->hour += 12;
	if (found->is_morning && found->hour == 12)
		found->hour = 0;
	return !found->is_unclear && found->has_time && found->year && found->month >= 1 &&
	       found->month <= 12 && found->day >= 1 && found->day <= 31 && found->hour <= 23 &&
	       found->minute >= 0 && found->minute <= 59;
}

static struct span trim_word(struct span word)
{
	while (word.len && strchr("(),.:;[]*-", word.ptr[0]))
		word = span_from(word, 1);
	while (word.len && strchr("(),.:;[]*-", word.ptr[word.len - 1]))
		word.len--;
	return word;
}

/* "UN lifts arms embargo" is a headline; an embargo line comes to its point. */
static bool is_embargo_line(struct span folded)
{
	static const char *const limits[] = {
		"until", "till", "before", "bis", "jusqu'au", "jusqu’au", "jusqu'à", "jusqu’à", "hasta"};
	size_t length = 0;
	bool has_limit = false;
	bool has_digit = false;

	while (folded.len && strchr("*[(- ", folded.ptr[0]))
		folded = span_from(folded, 1);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		has_limit = has_limit || span_find(folded, span_of(limits[i]), 0) != SIZE_MAX;
	for (size_t i = 0; i < folded.len; i++)
		has_digit = has_digit || is_digit(folded.ptr[i]);
	if (page_word_starts(PAGE_WORDS_EMBARGO, folded))
		return has_limit || has_digit;
	return has_limit && has_digit && page_word_find(PAGE_WORDS_EMBARGO, folded, &length) != SIZE_MAX;
}

enum embargoline embargoline_parse(struct span text, struct str *out)
{
	struct found found = {0};
	struct str folded;
	struct span rest;
	struct span word;
	bool is_embargo;

	if (utf8_width(text) > LINE_COLUMNS)
		return EMBARGOLINE_NONE;
	str_init(&folded, STR_MAX_SMALL);
	is_embargo = utf8_fold(text, &folded, NULL) == OK && is_embargo_line(str_span(&folded));
	rest = str_span(&folded);
	while (is_embargo && span_split(&rest, ' ', &word)) {
		word = trim_word(word);
		if (word.len)
			take_word(&found, word);
	}
	str_clear(&folded);
	if (!is_embargo)
		return EMBARGOLINE_NONE;
	place_numbers(&found);
	if (!is_whole(&found)) {
		str_add(out, text);
		return EMBARGOLINE_UNCLEAR;
	}
	str_addf(out, "%04d-%02d-%02d %02d:%02d%s", found.year, found.month, found.day, found.hour,
		found.minute, found.is_utc ? " UTC" : "");
	return found.is_utc ? EMBARGOLINE_INSTANT : EMBARGOLINE_LOCAL;
}
