/*
 * Header fields as they go on the wire: short lines, 7-bit, and nothing in a
 * value that could end a field or begin another.
 *
 * Everything is laid down by add_unit(), the one place that folds. Text is
 * encoded (RFC 2047) from its first word that can't stand plain to its last,
 * so that no white space falls between plain text and an encoded word but the
 * single space that every reader keeps.
 */
#include "mail/header.h"

#include "base/utf8.h"
#include "mail/codec.h"

#include <stdint.h>
#include <stdio.h>

#define LINE_WANTED 78u  /* RFC 5322 2.1.1 */
#define LINE_ENCODED 76u /* the same for a line with an encoded word (RFC 2047 2) */
#define LINE_LIMIT 998u
#define UNIT_WANTED (LINE_WANTED - 2) /* fits on a line of its own, a comma behind it */

/* RFC 5321 4.5.3.1.3: a path, with its brackets, has 256 octets. */
#define ADDRESS_MAX 254u

#define WORD_FRAME 12u /* "=?utf-8?Q?" and "?=" */
#define WORD_ROOM 63u  /* what an encoded word of 75 octets holds */
/* With less room than this an encoded word isn't begun on the line: it would hold a letter or two. */
#define WORD_ROOM_WORTH 16u

/* The output line being written. */
struct line {
	struct str *out;
	size_t column;
	size_t limit;
	bool has_space_next; /* the next unit has a space before it */
	bool may_fold;
};

/*
 * Readers of text differ on whether a fold right behind the name leaves a
 * space: with `is_structured` it may be folded there.
 */
static void line_start(struct line *line, struct str *out, const char *name, bool is_structured)
{
	str_add_text(out, name);
	str_add_char(out, ':');
	*line = (struct line){out, strlen(name) + 1, LINE_WANTED, true, is_structured};
}

static void line_fold(struct line *line)
{
	str_add(line->out, SPAN("\r\n "));
	line->column = 1;
	line->limit = LINE_WANTED;
	line->has_space_next = false;
	line->may_fold = false;
}

/*
 * `size` bytes that stay together come next: on this line if they fit, else on the
 * next. The caller adds them.
 */
static void begin_unit(struct line *line, size_t size)
{
	if (line->may_fold && line->column + line->has_space_next + size > line->limit)
		line_fold(line);
	if (line->has_space_next)
		str_add_char(line->out, ' ');
	line->column += line->has_space_next + size;
	line->has_space_next = true;
	line->may_fold = true;
}

static void add_unit(struct line *line, struct span unit)
{
	begin_unit(line, unit.len);
	str_add(line->out, unit);
}

static size_t room_left(const struct line *line)
{
	size_t used = line->column + line->has_space_next;

	return used < line->limit ? line->limit - used : 0;
}

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool is_printable(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < ' ' || text.ptr[i] > '~')
			return false;
	}
	return true;
}

/* A reader would take this for an encoded word, or part of one. */
static bool looks_encoded(struct span text)
{
	return span_find(text, SPAN("=?"), 0) != SIZE_MAX;
}

static bool is_forbidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

static void name_character(uint32_t c, char *name, size_t size)
{
	if (c == '\r' || c == '\n' || c == 0x2028 || c == 0x2029 || c == 0x85)
		snprintf(name, size, "a line break");
	else if (c == '\t')
		snprintf(name, size, "a tab");
	else if (c == 0)
		snprintf(name, size, "a NUL");
	else
		snprintf(name, size, "a control character (U+%04X)", (unsigned)c);
}

/* As much of a value as an error quotes. */
static struct span start_of(struct span value)
{
	return utf8_first_columns(span_first(value, utf8_first_invalid(value)), 60);
}

enum status header_check(const char *what, struct span value, struct err *err)
{
	struct span rest = value;
	size_t position = 0;
	size_t invalid;
	uint32_t c;

	if (value.len > HEADER_VALUE_MAX)
		return err_set(err, E_RANGE, "%s \"%.*s...\": %zu bytes, and at most %u are allowed", what,
			SPAN_ARG(start_of(value)), value.len, HEADER_VALUE_MAX);
	if (is_printable(value))
		return OK;
	invalid = utf8_first_invalid(value);
	if (invalid != SIZE_MAX)
		return err_set(err, E_SYNTAX, "%s \"%.*s\": not UTF-8 from byte %zu on", what,
			SPAN_ARG(start_of(span_first(value, invalid))), invalid + 1);
	while (utf8_next(&rest, &c)) {
		char name[48];

		position++;
		if (!is_forbidden(c))
			continue;
		name_character(c, name, sizeof(name));
		return err_set(err, E_SYNTAX, "%s \"%.*s\": %s at character %zu; take it out", what,
			SPAN_ARG(start_of(value)), name, position);
	}
	return OK;
}

/* The narrowest set, that of a phrase (RFC 2047 5 (3)), does for every place. */
static bool is_q_plain(char c)
{
	return is_alphanumeric(c) || is_one_of(c, "!*+-/");
}

static size_t q_size(struct span text)
{
	size_t size = 0;

	for (size_t i = 0; i < text.len; i++)
		size += is_q_plain(text.ptr[i]) || text.ptr[i] == ' ' ? 1 : 3;
	return size;
}

static size_t b_size(struct span text)
{
	return (text.len + 2) / 3 * 4;
}

static void add_hex(struct str *out, char mark, char c)
{
	static const char digits[] = "0123456789ABCDEF";
	char code[3] = {mark, digits[(unsigned char)c >> 4], digits[c & 15]};

	str_add(out, span_bytes(code, sizeof(code)));
}

static void add_q(struct str *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == ' ')
			str_add_char(out, '_');
		else if (is_q_plain(text.ptr[i]))
			str_add_char(out, text.ptr[i]);
		else
			add_hex(out, '=', text.ptr[i]);
	}
}

struct word_encoding {
	const char *open;
	size_t (*size)(struct span text);
	void (*add)(struct str *out, struct span text);
	size_t octets; /* a text of a multiple of so many is encoded without padding */
};

static void add_b(struct str *out, struct span text)
{
	codec_base64_token(text, out);
}

static const struct word_encoding word_q = {"=?utf-8?Q?", q_size, add_q, 1};
static const struct word_encoding word_b = {"=?utf-8?B?", b_size, add_b, 3};

static size_t character_length(struct span text)
{
	struct span rest = text;
	uint32_t character;

	return utf8_next(&rest, &character) ? text.len - rest.len : 0;
}

static bool is_padded(const struct word_encoding *encoding, struct span word)
{
	return word.len % encoding->octets != 0;
}

/*
 * The longest start of `text`, in steps of `step`, whose encoding fits into `room`. With more words behind
 * it, rather a shorter one without padding: readers that join words of one encoding before they decode
 * them (GMime up to 3.2.13, by which notmuch shows mail) stop at padding and lose the rest.
 */
static struct span fitting(
	const struct word_encoding *encoding, struct span text, size_t room, size_t (*step)(struct span))
{
	size_t end = 0, unpadded = 0;

	while (end < text.len) {
		size_t next = end + step(span_from(text, end));

		if (encoding->size(span_first(text, next)) > room)
			break;
		end = next;
		if (end % encoding->octets == 0)
			unpadded = end;
	}
	return span_first(text, end < text.len && unpadded ? unpadded : end);
}

static size_t word_room(const struct line *line)
{
	size_t used = line->column + line->has_space_next + WORD_FRAME;
	size_t room = used < LINE_ENCODED ? LINE_ENCODED - used : 0;

	return room < WORD_ROOM ? room : WORD_ROOM;
}

/* A grapheme, and in the scripts of India the whole conjunct: readers that decode word by word would show
 * its halves. */
static size_t letter_length(struct span text)
{
	size_t length = 0;
	bool is_joined = true;

	while (is_joined && length < text.len) {
		struct span cluster = span_from(text, length);

		cluster = span_first(cluster, utf8_grapheme(cluster));
		length += cluster.len;
		is_joined = utf8_ends_joined(cluster);
	}
	return length;
}

/* The next encoded word's text: whole letters, unless a single one is longer than a line. */
static struct span next_word(struct line *line, const struct word_encoding *encoding, struct span text)
{
	struct span word = fitting(encoding, text, word_room(line), letter_length);
	/* One word rather than two where one does: some readers leave a space between them in a name. */
	bool is_poor = !word.len || is_padded(encoding, word) || word_room(line) < WORD_ROOM_WORTH ||
		       encoding->size(text) <= WORD_ROOM;

	if (word.len < text.len && is_poor && line->may_fold) {
		line_fold(line);
		word = fitting(encoding, text, word_room(line), letter_length);
	}
	if (!word.len)
		word = fitting(encoding, text, word_room(line), character_length);
	if (!word.len) {
		line_fold(line);
		word = fitting(encoding, text, word_room(line), character_length);
	}
	return word;
}

static void add_encoded_words(struct line *line, struct span text)
{
	const struct word_encoding *shorter = q_size(text) <= b_size(text) ? &word_q : &word_b;

	while (text.len) {
		const struct word_encoding *encoding = shorter;
		struct span word = next_word(line, encoding, text);

		if (is_padded(encoding, word) && word.len < text.len) {
			struct span other = fitting(&word_q, text, word_room(line), letter_length);

			encoding = other.len ? &word_q : encoding;
			word = other.len ? other : word;
		}
		line->limit = LINE_ENCODED;
		begin_unit(line, WORD_FRAME + encoding->size(word));
		str_add_text(line->out, encoding->open);
		encoding->add(line->out, word);
		str_add(line->out, SPAN("?="));
		line->limit = LINE_ENCODED;
		text = span_from(text, word.len);
		if (text.len)
			line_fold(line);
	}
}

/* White space that a reader may fold away: at an end of the text, or more than one space. */
static bool touches_odd_space(struct span text, size_t start, size_t end)
{
	bool before = start > 0 && (start == 1 || text.ptr[start - 2] == ' ');
	bool behind = end < text.len && (end + 1 == text.len || text.ptr[end + 1] == ' ');

	return before || behind;
}

/* `first_room` is what the line that begins with the field's name holds. */
static bool is_plain_word(struct span text, struct span word, size_t first_room)
{
	size_t start = (size_t)(word.ptr - text.ptr);

	return word.len && word.len <= (start ? UNIT_WANTED : first_room) && is_printable(word) &&
	       !looks_encoded(word) && !touches_odd_space(text, start, start + word.len);
}

/* From the first word that needs encoding to the last; empty, at the end, if none does. */
static struct span encoded_region(struct span text, size_t first_room)
{
	struct span region = span_from(text, text.len);
	struct span rest = text;
	struct span word;
	bool is_found = false;

	while (span_split(&rest, ' ', &word)) {
		if (is_plain_word(text, word, first_room))
			continue;
		/* The first one may be empty. */
		if (!is_found)
			region.ptr = word.ptr;
		is_found = true;
		region.len = (size_t)(word.ptr + word.len - region.ptr);
	}
	return region;
}

static void add_plain_words(struct line *line, struct span text)
{
	struct span word;

	while (span_split(&text, ' ', &word)) {
		if (word.len)
			add_unit(line, word);
	}
}

enum status header_add_text(struct str *out, const char *name, struct span value, struct err *err)
{
	enum status status = header_check(name, value, err);
	struct line line;
	struct span region;

	if (status != OK)
		return status;
	line_start(&line, out, name, false);
	if (value.len) {
		region = encoded_region(value, room_left(&line));
		add_plain_words(&line, span_first(value, (size_t)(region.ptr - value.ptr)));
		add_encoded_words(&line, region);
		add_plain_words(&line, span_from(value, (size_t)(region.ptr - value.ptr) + region.len));
	}
	str_add(out, SPAN("\r\n"));
	return OK;
}

/* Up to a single space between two words: only there does folding lose nothing. */
static struct span next_raw_unit(struct span text)
{
	size_t at = 0;

	while ((at = span_find_char(text, ' ', at)) != SIZE_MAX) {
		bool is_single =
			at > 0 && at + 1 < text.len && text.ptr[at - 1] != ' ' && text.ptr[at + 1] != ' ';

		if (is_single)
			return span_first(text, at);
		at++;
	}
	return text;
}

enum status header_add_raw(struct str *out, const char *name, struct span value, struct err *err)
{
	enum status status = header_check(name, value, err);
	size_t start = out->len;
	struct line line;

	if (status != OK)
		return status;
	if (!utf8_is_ascii(value))
		return err_set(
			err, E_SYNTAX, "%s \"%.*s\": only ASCII may stand here", name, SPAN_ARG(value));
	line_start(&line, out, name, false);
	while (value.len) {
		struct span unit = next_raw_unit(value);

		if (unit.len > LINE_LIMIT - 1 - strlen(name) - 1) {
			str_cut(out, start);
			return err_set(err, E_RANGE, "%s \"%.*s...\": a line would be longer than %u octets",
				name, SPAN_ARG(start_of(value)), LINE_LIMIT);
		}
		add_unit(&line, unit);
		value = span_from(value, unit.len + 1);
	}
	str_add(out, SPAN("\r\n"));
	return OK;
}

static bool is_atom(struct span word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (!is_alphanumeric(word.ptr[i]) && !is_one_of(word.ptr[i], "!#$%&'*+-/=?^_`{|}~"))
			return false;
	}
	return word.len > 0 && word.len <= UNIT_WANTED;
}

static bool is_atoms(struct span name)
{
	struct span word;

	while (span_split(&name, ' ', &word)) {
		if (!is_atom(word))
			return false;
	}
	return true;
}

static bool fits_here(const struct line *line, size_t size)
{
	return line->may_fold || size <= room_left(line);
}

/* False, and nothing written, if the name can't be a quoted string on one line. */
static bool add_quoted(struct line *line, struct span name)
{
	size_t size = name.len + strlen("\"\"");

	for (size_t i = 0; i < name.len; i++)
		size += is_one_of(name.ptr[i], "\"\\");
	if (!is_printable(name) || size > UNIT_WANTED || !fits_here(line, size))
		return false;
	begin_unit(line, size);
	str_add_char(line->out, '"');
	for (size_t i = 0; i < name.len; i++) {
		if (is_one_of(name.ptr[i], "\"\\"))
			str_add_char(line->out, '\\');
		str_add_char(line->out, name.ptr[i]);
	}
	str_add_char(line->out, '"');
	return true;
}

static void add_phrase(struct line *line, struct span name)
{
	size_t first = span_find_char(name, ' ', 0);

	if (!name.len)
		return;
	if (!looks_encoded(name) && is_atoms(name) && fits_here(line, first < name.len ? first : name.len))
		add_plain_words(line, name);
	else if (looks_encoded(name) || !add_quoted(line, name))
		add_encoded_words(line, name);
}

enum status header_phrase(struct str *out, struct span name, size_t column, struct err *err)
{
	struct line line = {out, column, LINE_WANTED, false, column > 1};
	enum status status = header_check("name", name, err);

	if (status != OK)
		return status;
	add_phrase(&line, name);
	return OK;
}

/* Whether an address is one address and nothing else: no special outside a quoted local part. */
static bool is_one_address(struct span address)
{
	bool is_quoted = false;

	for (size_t i = 0; i < address.len; i++) {
		char c = address.ptr[i];

		if (c == '"')
			is_quoted = !is_quoted;
		else if (is_quoted && c == '\\')
			i++;
		else if (!is_quoted && is_one_of(c, " <>(),;:[]\\"))
			return false;
	}
	return address.len && !is_quoted && span_find_char(address, '@', 0) != SIZE_MAX;
}

static enum status check_mailbox(const char *name, const struct header_mailbox *mailbox, struct err *err)
{
	enum status status = header_check(name, mailbox->name, err);

	if (status == OK)
		status = header_check(name, mailbox->address, err);
	if (status == OK && mailbox->address.len > ADDRESS_MAX)
		return err_set(err, E_RANGE, "%s \"%.*s...\": an address has at most %u bytes", name,
			SPAN_ARG(start_of(mailbox->address)), ADDRESS_MAX);
	if (status == OK && !is_one_address(mailbox->address))
		status = err_set(
			err, E_SYNTAX, "%s \"%.*s\": not one address", name, SPAN_ARG(mailbox->address));
	return status;
}

static void add_mailbox(struct line *line, const struct header_mailbox *mailbox, bool is_last)
{
	size_t brackets = mailbox->name.len ? strlen("<>") : 0;

	add_phrase(line, mailbox->name);
	begin_unit(line, mailbox->address.len + brackets + !is_last);
	if (brackets)
		str_add_char(line->out, '<');
	str_add(line->out, mailbox->address);
	if (brackets)
		str_add_char(line->out, '>');
	if (!is_last)
		str_add_char(line->out, ',');
}

enum status header_add_mailboxes(struct str *out, const char *name, const struct header_mailbox *mailboxes,
	size_t count, struct err *err)
{
	struct line line;

	if (!count)
		return err_set(err, E_SYNTAX, "%s: no address", name);
	for (size_t i = 0; i < count; i++) {
		enum status status = check_mailbox(name, &mailboxes[i], err);

		if (status != OK)
			return status;
	}
	/* Never folded right behind the field's name: to rspamd that is a field without a blank there. */
	line_start(&line, out, name, false);
	for (size_t i = 0; i < count; i++)
		add_mailbox(&line, &mailboxes[i], i + 1 == count);
	str_add(out, SPAN("\r\n"));
	return OK;
}

static bool is_attribute_character(char c)
{
	return is_alphanumeric(c) || is_one_of(c, "!#$&+-.^_`{|}~");
}

static size_t percent_size(struct span text)
{
	size_t size = 0;

	for (size_t i = 0; i < text.len; i++)
		size += is_attribute_character(text.ptr[i]) ? 1 : 3;
	return size;
}

static void add_percent(struct str *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (is_attribute_character(text.ptr[i]))
			str_add_char(out, text.ptr[i]);
		else
			add_hex(out, '%', text.ptr[i]);
	}
}

static const struct word_encoding param_percent = {"utf-8''", percent_size, add_percent, 1};

/* Escapes in quoted parameters are read differently by different readers: such values are encoded. */
static bool is_plain_param(const struct header_param *param)
{
	struct span value = param->value;

	return is_printable(value) && !looks_encoded(value) && span_find_char(value, '"', 0) == SIZE_MAX &&
	       span_find_char(value, '\\', 0) == SIZE_MAX &&
	       strlen(param->name) + value.len + 4 <= UNIT_WANTED;
}

static void add_param_unit(struct line *line, struct str *unit, bool is_last)
{
	if (!is_last)
		str_add_char(unit, ';');
	add_unit(line, str_span(unit));
	str_empty(unit);
}

/* name*=utf-8''..., or name*0*=utf-8''...; name*1*=... where one line doesn't hold it. */
static void add_encoded_param(
	struct line *line, const struct header_param *param, struct str *unit, bool is_last)
{
	struct span rest = param->value;
	size_t whole = strlen(param->name) + strlen("*=utf-8'';") + percent_size(rest);

	if (whole <= UNIT_WANTED) {
		str_addf(unit, "%s*=%s", param->name, param_percent.open);
		add_percent(unit, rest);
		add_param_unit(line, unit, is_last);
		return;
	}
	for (unsigned section = 0; rest.len; section++) {
		struct span part;

		str_addf(unit, "%s*%u*=%s", param->name, section, section ? "" : param_percent.open);
		part = fitting(&param_percent, rest, UNIT_WANTED - 1 - unit->len, character_length);
		add_percent(unit, part);
		rest = span_from(rest, part.len);
		add_param_unit(line, unit, is_last && !rest.len);
	}
}

static void add_param(struct line *line, const struct header_param *param, bool is_last)
{
	struct str unit;

	str_init(&unit, STR_MAX_SMALL);
	if (is_plain_param(param)) {
		str_addf(&unit, "%s=\"%.*s\"", param->name, SPAN_ARG(param->value));
		add_param_unit(line, &unit, is_last);
	} else {
		add_encoded_param(line, param, &unit, is_last);
	}
	str_clear(&unit);
}

enum status header_add_params(struct str *out, const char *name, const char *value,
	const struct header_param *params, size_t count, struct err *err)
{
	enum status status = header_check(name, span_of(value), err);
	struct line line;
	struct str unit;

	for (size_t i = 0; i < count && status == OK; i++)
		status = header_check(params[i].name, params[i].value, err);
	if (status == OK && strlen(value) > UNIT_WANTED)
		return err_set(
			err, E_RANGE, "%s \"%s\": at most %u bytes are allowed", name, value, UNIT_WANTED);
	if (status != OK)
		return status;
	line_start(&line, out, name, true);
	str_init(&unit, LINE_WANTED);
	str_add_text(&unit, value);
	add_param_unit(&line, &unit, !count);
	str_clear(&unit);
	for (size_t i = 0; i < count; i++)
		add_param(&line, &params[i], i + 1 == count);
	str_add(out, SPAN("\r\n"));
	return OK;
}
