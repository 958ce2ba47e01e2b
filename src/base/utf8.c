/*
 * UTF-8 as people see it: characters, graphemes, columns. libunistring knows
 * Unicode; here are our spans around it.
 */
#include "base/utf8.h"

#include "base/mem.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <unilbrk.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

/* A longer one (marks piled on marks) counts as several. */
#define GRAPHEME_MAX 512u
/* A character that is cut off at the end of what is looked at may belong to what is before it. */
#define CHARACTER_MAX 4u

static const uint8_t *bytes_of(struct span text)
{
	return (const uint8_t *)text.ptr;
}

size_t utf8_first_invalid(struct span text)
{
	const uint8_t *bad = text.len ? u8_check(bytes_of(text), text.len) : NULL;

	return bad ? (size_t)(bad - bytes_of(text)) : SIZE_MAX;
}

bool utf8_is_valid(struct span text)
{
	return utf8_first_invalid(text) == SIZE_MAX;
}

bool utf8_is_ascii(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	}
	return true;
}

bool utf8_next(struct span *rest, uint32_t *character)
{
	ucs4_t found;
	int length;

	if (!rest->len)
		return false;
	if ((unsigned char)rest->ptr[0] < 0x80) {
		*character = (unsigned char)rest->ptr[0];
		*rest = (struct span){rest->ptr + 1, rest->len - 1};
		return true;
	}
	length = u8_mbtoucr(&found, bytes_of(*rest), rest->len);
	*character = length > 0 ? found : UTF8_REPLACEMENT;
	*rest = span_from(*rest, length > 0 ? (size_t)length : 1);
	return true;
}

void utf8_add(struct str *s, uint32_t character)
{
	uint8_t bytes[6];
	int length = u8_uctomb(bytes, character, sizeof(bytes));

	if (length < 0)
		length = u8_uctomb(bytes, UTF8_REPLACEMENT, sizeof(bytes));
	str_add(s, span_bytes(bytes, (size_t)length));
}

static bool is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

bool utf8_has_control(struct span text, const char *allowed)
{
	uint32_t c;

	while (utf8_next(&text, &c)) {
		/* strchr would find the end of `allowed` for NUL. */
		if (is_control(c) && (c == 0 || c >= 0x80 || !strchr(allowed, (int)c)))
			return true;
	}
	return false;
}

void utf8_add_shown(struct str *s, struct span text, char by)
{
	uint32_t c;

	while (utf8_next(&text, &c))
		utf8_add(s, is_control(c) ? (uint32_t)by : c);
}

/*
 * The joiners U+200C and U+200D and the marks U+200E and U+200F are not among
 * these: Persian, Hindi and Arabic names are written with them.
 */
static bool is_invisible(uint32_t character)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x200b, 0x200b},   /* zero width space */
		{0x2028, 0x202e},   /* line and paragraph separators, embeddings, overrides */
		{0x2060, 0x2064},   /* word joiner, invisible operators */
		{0x2066, 0x206f},   /* isolates, deprecated format characters */
		{0xfeff, 0xfeff},   /* byte order mark */
		{0xfff9, 0xfffb},   /* interlinear annotation */
		{0xe0000, 0xe007f}, /* tags */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (character >= ranges[i].first && character <= ranges[i].last)
			return true;
	}
	return false;
}

/* Behind a black flag, tags spell whose it is: England's, Scotland's, Wales's. */
#define FLAG 0x1f3f4u
#define TAG_FIRST 0xe0020u
#define TAG_LAST 0xe007fu

bool utf8_has_invisible(struct span text)
{
	bool is_flag = false;
	uint32_t c;

	while (utf8_next(&text, &c)) {
		is_flag = c == FLAG || (is_flag && c >= TAG_FIRST && c <= TAG_LAST);
		if (is_control(c) || (is_invisible(c) && !is_flag))
			return true;
	}
	return false;
}

void utf8_count_cases(struct span text, size_t *capitals, size_t *smalls)
{
	uint32_t c;

	*capitals = 0;
	*smalls = 0;
	while (utf8_next(&text, &c)) {
		*capitals += uc_is_property_uppercase(c);
		*smalls += uc_is_property_lowercase(c);
	}
}

enum utf8_direction utf8_next_direction(struct span *rest)
{
	uint32_t c;

	while (utf8_next(rest, &c)) {
		int class = uc_bidi_category(c);

		if (class == UC_BIDI_L)
			return UTF8_LEFT_TO_RIGHT;
		if (class == UC_BIDI_R || class == UC_BIDI_AL)
			return UTF8_RIGHT_TO_LEFT;
	}
	return UTF8_NEUTRAL;
}

size_t utf8_width(struct span text)
{
	size_t width = 0;
	uint32_t c;

	while (utf8_next(&text, &c)) {
		int columns = uc_width(c, "UTF-8");

		width += columns > 0 ? (size_t)columns : 0;
	}
	return width;
}

struct span utf8_first_columns(struct span text, size_t columns)
{
	size_t end = 0;

	while (end < text.len) {
		struct span rest = span_from(text, end);
		struct span cluster = span_first(rest, utf8_grapheme(rest));
		size_t width = utf8_width(cluster);

		if (width > columns)
			break;
		columns -= width;
		end += cluster.len;
	}
	return span_first(text, end);
}

/* Where scripts without spaces are parted. Hangul is as wide, but its words have spaces. */
static bool is_wide(uint32_t character)
{
	bool is_hangul = (character >= 0x1100 && character <= 0x11ff) ||
			 (character >= 0x3130 && character <= 0x318f) ||
			 (character >= 0xa960 && character <= 0xa97f) ||
			 (character >= 0xac00 && character <= 0xd7ff);

	return !is_hangul && uc_width(character, "UTF-8") == 2;
}

static bool parts(const char *breaks, size_t at, uint32_t before, uint32_t behind)
{
	return at && breaks[at] == UC_BREAK_POSSIBLE && (is_wide(before) || is_wide(behind));
}

/*
 * As utf8_first_line, looking at `window` bytes, `breaks` of which say where a line may end; 0 if
 * that isn't enough to tell.
 */
static size_t line_within(struct span word, size_t window, const char *breaks, size_t columns)
{
	struct span rest = span_first(word, window);
	size_t known = window < word.len ? window - CHARACTER_MAX : window;
	size_t width = 0, best = 0;
	uint32_t before = 0, character = 0;

	while (rest.len && window - rest.len < known && !(best && width > columns)) {
		size_t at = window - rest.len;
		struct span cluster = span_first(rest, utf8_grapheme(rest));
		struct span first = cluster;

		utf8_next(&first, &character);
		if (parts(breaks, at, before, character)) {
			best = at;
			if (width > columns)
				break;
		}
		width += utf8_width(cluster);
		before = character;
		rest = span_from(rest, cluster.len);
	}
	if (window == word.len && (width <= columns || !best))
		return window;
	return width > columns ? best : 0;
}

struct span utf8_first_line(struct span word, size_t columns)
{
	size_t length = 0;

	if (utf8_is_ascii(word) || utf8_first_columns(word, columns).len == word.len)
		return word;
	for (size_t window = columns * 16 + GRAPHEME_MAX; !length; window *= 4) {
		size_t seen = window < word.len ? window : word.len;
		char *breaks = mem_alloc(seen + 1);

		u8_possible_linebreaks(bytes_of(word), seen, "UTF-8", breaks);
		length = line_within(word, seen, breaks, columns);
		free(breaks);
	}
	return span_first(word, length);
}

/*
 * The end of the first grapheme, looking at `window` bytes; 0 if it may go on
 * behind them. u8_grapheme_next would look at two characters only and take
 * families of emoji and flags apart.
 */
static size_t grapheme_within(struct span text, size_t window)
{
	char breaks[GRAPHEME_MAX];
	size_t known = window < text.len ? window - CHARACTER_MAX : window;

	u8_grapheme_breaks(bytes_of(text), window, breaks);
	for (size_t i = 1; i < known; i++) {
		if (breaks[i])
			return i;
	}
	if (window == text.len)
		return known;
	while (((unsigned char)text.ptr[known] & 0xc0) == 0x80)
		known--;
	return window == GRAPHEME_MAX ? known : 0;
}

static bool is_plain_ascii(char c)
{
	return c >= ' ' && c <= '~';
}

size_t utf8_grapheme(struct span text)
{
	size_t end = 0;

	if (text.len < 2)
		return text.len;
	if (is_plain_ascii(text.ptr[0]) && is_plain_ascii(text.ptr[1]))
		return 1;
	for (size_t window = GRAPHEME_MAX / 16; !end; window *= 4)
		end = grapheme_within(text, window < text.len ? window : text.len);
	return end;
}

bool utf8_ends_joined(struct span cluster)
{
	uint32_t c = 0;

	while (utf8_next(&cluster, &c))
		;
	return uc_combining_class(c) == UC_CCC_VR;
}

static enum status check(struct span text, struct err *err)
{
	/* libunistring would quietly put U+FFFD for what is bad. */
	if (!utf8_is_valid(text))
		return err_set(err, E_SYNTAX, "the text is not UTF-8");
	return OK;
}

/* What libunistring made on the heap, into `out`. */
static enum status keep(uint8_t *made, size_t length, struct str *out, struct err *err)
{
	if (!made)
		return err_system(err, errno, "can't fold the text");
	str_add(out, span_bytes(made, length));
	free(made);
	return str_status(out, "the text", err);
}

static enum status fold_ascii(struct span text, struct str *out, struct err *err)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		str_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c);
	}
	return str_status(out, "the text", err);
}

enum status utf8_fold(struct span text, struct str *out, struct err *err)
{
	enum status status;
	size_t length = 0;
	uint8_t *folded;

	/* As nearly every address is: a list of a million takes a quarter less time. */
	if (utf8_is_ascii(text))
		return fold_ascii(text, out, err);
	status = check(text, err);
	if (status != OK || !text.len)
		return status;
	folded = u8_casefold(bytes_of(text), text.len, NULL, UNINORM_NFC, NULL, &length);
	return keep(folded, length, out, err);
}

enum status utf8_lower(struct span text, struct str *out, struct err *err)
{
	enum status status = check(text, err);
	size_t length = 0;
	uint8_t *lowered;

	if (status != OK || !text.len)
		return status;
	lowered = u8_tolower(bytes_of(text), text.len, NULL, UNINORM_NFC, NULL, &length);
	return keep(lowered, length, out, err);
}

enum status utf8_normalise(struct span text, struct str *out, struct err *err)
{
	enum status status = check(text, err);
	size_t length = 0;
	uint8_t *composed;

	if (status != OK || !text.len)
		return status;
	composed = u8_normalize(UNINORM_NFC, bytes_of(text), text.len, NULL, &length);
	return keep(composed, length, out, err);
}
