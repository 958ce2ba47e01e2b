/*
 * SMTP replies out of bytes that come in any pieces. Lenient where servers are
 * sloppy and it can't mislead (a bare line feed, no space after the code),
 * strict where a wrong guess would lose or double a message.
 */
#include "deliver/reply.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>

#define INPUT_MAX (4u * REPLY_SIZE_MAX)

struct reply_reader {
	struct str in;
	size_t head;     /* where the next line starts in `in` */
	size_t scanned;  /* no line feed between head and here */
	size_t size;     /* bytes of the reply so far, over all its lines */
	bool is_started; /* a first line of the reply has been read */
	bool is_bad;
	bool is_flooded; /* more came than fits; the replies before that are still good */
	int code;
	char enhanced[16];
	struct str text;
};

struct reply_reader *reply_reader_new(void)
{
	struct reply_reader *reader = mem_alloc(sizeof(*reader));

	str_init(&reader->in, INPUT_MAX);
	str_init(&reader->text, REPLY_TEXT_MAX);
	return reader;
}

void reply_reader_free(struct reply_reader *reader)
{
	if (!reader)
		return;
	str_clear(&reader->in);
	str_clear(&reader->text);
	free(reader);
}

void reply_reader_push(struct reply_reader *reader, struct span bytes)
{
	struct str *in = &reader->in;

	if (reader->is_flooded)
		return;
	if (reader->head) {
		memmove(in->ptr, in->ptr + reader->head, in->len - reader->head);
		str_cut(in, in->len - reader->head);
		reader->scanned -= reader->head;
		reader->head = 0;
	}
	reader->is_flooded = bytes.len > in->max - in->len;
	str_add(in, span_first(bytes, in->max - in->len));
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "250 text", "250-text", "250": false if it isn't that. */
static bool parse_line(struct span line, int *code, bool *is_last, struct span *text)
{
	if (line.len < 3 || line.ptr[0] < '2' || line.ptr[0] > '5' || !is_digit(line.ptr[1]) ||
		!is_digit(line.ptr[2]))
		return false;
	if (line.len > 3 && line.ptr[3] != ' ' && line.ptr[3] != '-')
		return false;
	*code = (line.ptr[0] - '0') * 100 + (line.ptr[1] - '0') * 10 + (line.ptr[2] - '0');
	*is_last = line.len == 3 || line.ptr[3] == ' ';
	*text = span_from(line, 4);
	return true;
}

/* Length of "5.1.1" (RFC 3463 section 2) at the start of `text`, 0 if there's none of the code's class. */
static size_t enhanced_length(struct span text, int code)
{
	size_t at = 0;

	if (code / 100 == 3 || !text.len || text.ptr[0] - '0' != code / 100)
		return 0;
	for (int part = 0; part < 3; part++) {
		size_t start = at;

		while (at < text.len && is_digit(text.ptr[at]))
			at++;
		if (at == start || at - start > (part ? 3u : 1u))
			return 0;
		if (part < 2 && (at >= text.len || text.ptr[at++] != '.'))
			return 0;
	}
	return at == text.len || text.ptr[at] == ' ' ? at : 0;
}

static void add_text(struct str *out, struct span text)
{
	uint32_t character;

	if (out->len && text.len && out->len < out->max)
		str_add_char(out, ' ');
	while (utf8_next(&text, &character)) {
		if (character == '\t')
			character = ' ';
		if (character < 0x20 || (character >= 0x7f && character < 0xa0))
			continue;
		if (out->len + 4 > out->max)
			return;
		utf8_add(out, character);
	}
}

static bool add_line(struct reply_reader *reader, struct span line, bool *is_last)
{
	struct span text;
	size_t enhanced;

	if (!parse_line(line, &reader->code, is_last, &text))
		return false;
	enhanced = enhanced_length(text, reader->code);
	if (!reader->is_started) {
		str_empty(&reader->text);
		reader->enhanced[0] = '\0';
		reader->is_started = true;
	}
	if (enhanced && enhanced < sizeof(reader->enhanced)) {
		memcpy(reader->enhanced, text.ptr, enhanced);
		reader->enhanced[enhanced] = '\0';
		text = span_from(text, enhanced + 1);
	}
	add_text(&reader->text, span_trim(span_first(text, REPLY_LINE_MAX)));
	return true;
}

/* The next whole line of the input; false if there's none yet. */
static bool next_line(struct reply_reader *reader, struct span *line)
{
	struct span in = str_span(&reader->in);
	size_t end = span_find_char(in, '\n', reader->scanned);
	struct span rest;

	if (end == SIZE_MAX) {
		reader->scanned = in.len;
		return false;
	}
	rest = span_bytes(in.ptr + reader->head, end + 1 - reader->head);
	reader->size += rest.len;
	reader->head = end + 1;
	reader->scanned = end + 1;
	return span_line(&rest, line);
}

static enum status too_long(struct reply_reader *reader, struct err *err)
{
	reader->is_bad = true;
	return err_set(err, E_SYNTAX, "a reply of more than %u bytes", REPLY_SIZE_MAX);
}

static enum status no_reply(struct reply_reader *reader, struct span line, struct err *err)
{
	enum status status;
	struct str shown;

	reader->is_bad = true;
	str_init(&shown, STR_MAX_SMALL);
	utf8_add_shown(&shown, span_first(line, 120), '?');
	status = err_set(err, E_SYNTAX, "not an SMTP reply: \"%s\"", shown.ptr);
	str_clear(&shown);
	return status;
}

/*
 * The last line's code is the reply's, as RFC 5321 4.2.1 describes the simple
 * client: servers that mix codes mean the last.
 */
enum status reply_reader_take(struct reply_reader *reader, struct reply *out, struct err *err)
{
	struct span line;
	bool is_last = false;

	while (!reader->is_bad && next_line(reader, &line)) {
		if (reader->size > REPLY_SIZE_MAX)
			return too_long(reader, err);
		if (!add_line(reader, line, &is_last))
			return no_reply(reader, line, err);
		if (!is_last)
			continue;
		out->code = reader->code;
		memcpy(out->enhanced, reader->enhanced, sizeof(out->enhanced));
		out->text = reader->text;
		reader->size = 0;
		reader->is_started = false;
		return OK;
	}
	if (reader->is_bad || reader->is_flooded ||
		reader->size + (reader->in.len - reader->head) > REPLY_SIZE_MAX)
		return too_long(reader, err);
	return E_NOTFOUND;
}

void reply_reader_clear(struct reply_reader *reader)
{
	str_empty(&reader->in);
	str_empty(&reader->text);
	reader->head = 0;
	reader->scanned = 0;
	reader->size = 0;
	reader->is_started = false;
	reader->is_bad = false;
	reader->is_flooded = false;
}

void reply_copy_text(char *to, size_t size, struct span text)
{
	size_t length = text.len < size ? text.len : size - 1;

	while (length < text.len && length && ((unsigned char)text.ptr[length] & 0xc0) == 0x80)
		length--;
	if (length)
		memcpy(to, text.ptr, length);
	to[length] = '\0';
}
