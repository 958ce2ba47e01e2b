/*
 * Which encoding a spreadsheet's file is in, and making UTF-8 of it.
 */
#include "list/encoding.h"

#include "base/mem.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCAN_BYTES (64u * 1024u)
#define NOT_UTF8 '\xff'

static const char *const names[] = {
	[ENCODING_UTF8] = "UTF-8",
	[ENCODING_UTF16LE] = "UTF-16LE",
	[ENCODING_UTF16BE] = "UTF-16BE",
	[ENCODING_WINDOWS_1252] = "Windows-1252",
};

const char *encoding_name(enum encoding encoding)
{
	return names[encoding];
}

/* Lines of a file by what their bytes beyond ASCII are. */
struct tally {
	size_t utf8_lines;
	size_t other_lines;
	bool has_utf8;  /* this line so far */
	bool has_other; /* this line so far */
	unsigned need;  /* bytes still missing from the character */
	unsigned char low, high;
};

static void end_line(struct tally *tally)
{
	if (tally->need || tally->has_other)
		tally->other_lines++;
	else if (tally->has_utf8)
		tally->utf8_lines++;
	tally->need = 0;
	tally->has_utf8 = false;
	tally->has_other = false;
}

/* What may follow a character's first byte (the Unicode Standard, table 3-7). */
static void start_character(struct tally *tally, unsigned char c)
{
	tally->low = 0x80;
	tally->high = 0xbf;
	if (c >= 0xc2 && c <= 0xdf) {
		tally->need = 1;
	} else if (c >= 0xe0 && c <= 0xef) {
		tally->need = 2;
		if (c == 0xe0)
			tally->low = 0xa0;
		if (c == 0xed)
			tally->high = 0x9f;
	} else if (c >= 0xf0 && c <= 0xf4) {
		tally->need = 3;
		if (c == 0xf0)
			tally->low = 0x90;
		if (c == 0xf4)
			tally->high = 0x8f;
	} else {
		tally->has_other = true;
	}
}

static void tally_byte(struct tally *tally, unsigned char c)
{
	if (tally->need) {
		if (c >= tally->low && c <= tally->high) {
			tally->low = 0x80;
			tally->high = 0xbf;
			if (--tally->need == 0)
				tally->has_utf8 = true;
			return;
		}
		tally->has_other = true;
		tally->need = 0;
	}
	if (c >= 0x80)
		start_character(tally, c);
	else if (c == '\n' || c == '\r')
		end_line(tally);
}

static bool is_between_characters(const struct tally *tally)
{
	return !tally->need && !tally->has_utf8 && !tally->has_other;
}

static void tally_bytes(struct tally *tally, const char *bytes, size_t length)
{
	size_t i = 0;

	while (i < length) {
		uint64_t word;

		if (is_between_characters(tally) && length - i >= sizeof(word)) {
			memcpy(&word, bytes + i, sizeof(word));
			if (!(word & UINT64_C(0x8080808080808080))) {
				i += sizeof(word);
				continue;
			}
		}
		tally_byte(tally, (unsigned char)bytes[i++]);
	}
}

static enum status read_some(int fd, const char *path, char *buffer, size_t *length, struct err *err)
{
	ssize_t got;

	do {
		got = read(fd, buffer, SCAN_BYTES);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_system(err, errno, "%s: can't read", path);
	*length = (size_t)got;
	return OK;
}

static enum status scan(
	int fd, const char *path, char *buffer, size_t length, enum encoding *encoding, struct err *err)
{
	struct tally tally = {0};

	while (length) {
		enum status status;

		tally_bytes(&tally, buffer, length);
		status = read_some(fd, path, buffer, &length, err);
		if (status)
			return status;
	}
	end_line(&tally);
	*encoding = tally.utf8_lines >= tally.other_lines ? ENCODING_UTF8 : ENCODING_WINDOWS_1252;
	return OK;
}

static const struct {
	const char *start;
	enum encoding encoding;
} marks[] = {
	{"\xef\xbb\xbf", ENCODING_UTF8},
	{"\xff\xfe", ENCODING_UTF16LE},
	{"\xfe\xff", ENCODING_UTF16BE},
};

/* The length of the mark, or SIZE_MAX if there's none. */
static size_t find_mark(struct span start, enum encoding *encoding)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (span_starts(start, span_of(marks[i].start))) {
			*encoding = marks[i].encoding;
			return strlen(marks[i].start);
		}
	}
	/* A header row starts with a letter, and nothing else puts a NUL beside one. */
	if (start.len >= 2 && !start.ptr[0] != !start.ptr[1]) {
		*encoding = start.ptr[0] ? ENCODING_UTF16LE : ENCODING_UTF16BE;
		return 0;
	}
	return SIZE_MAX;
}

enum status encoding_detect(int fd, const char *path, enum encoding *encoding, struct err *err)
{
	char *buffer = mem_alloc(SCAN_BYTES);
	size_t length = 0;
	size_t mark;
	enum status status = read_some(fd, path, buffer, &length, err);

	if (status)
		goto done;
	if (span_starts(span_bytes(buffer, length), SPAN("\xff\xfe\0\0")) ||
		span_starts(span_bytes(buffer, length), SPAN("\0\0\xfe\xff"))) {
		status = err_set(err, E_UNSUPPORTED, "'%s' is in UTF-32; save it as UTF-8", path);
		goto done;
	}
	mark = find_mark(span_bytes(buffer, length), encoding);
	if (mark == SIZE_MAX) {
		status = scan(fd, path, buffer, length, encoding, err);
		mark = 0;
	}
	if (!status && lseek(fd, (off_t)mark, SEEK_SET) < 0)
		status = err_system(err, errno, "%s: can't read from its start", path);
done:
	free(buffer);
	return status;
}

struct decoder {
	iconv_t iconv;
	size_t unit; /* bytes of the smallest thing it can read */
};

struct decoder *decoder_new(enum encoding encoding)
{
	struct decoder *decoder = mem_alloc(sizeof(*decoder));

	decoder->unit = encoding == ENCODING_WINDOWS_1252 ? 1 : 2;
	decoder->iconv = iconv_open("UTF-8", encoding_name(encoding));
	/* (iconv_t)-1: glibc's converters are missing. Every unit then counts as meaningless. */
	return decoder;
}

void decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return;
	if (decoder->iconv != (iconv_t)-1)
		iconv_close(decoder->iconv);
	free(decoder);
}

/* errno of the conversion, 0 if it used all of its input. */
static int convert(struct decoder *decoder, struct span *in, char **out, size_t *room)
{
	char *from = (char *)(uintptr_t)in->ptr;
	size_t converted;

	if (decoder->iconv == (iconv_t)-1)
		return in->len ? EILSEQ : 0;
	converted = iconv(decoder->iconv, &from, &in->len, out, room);
	in->ptr = from;
	return converted == (size_t)-1 ? errno : 0;
}

size_t decoder_stream(struct decoder *decoder, struct span *in, char *out, size_t capacity)
{
	char *to = out;
	size_t room = capacity;

	while (convert(decoder, in, &to, &room) == EILSEQ && room) {
		*to++ = NOT_UTF8;
		room--;
		*in = span_from(*in, decoder->unit);
	}
	return capacity - room;
}

size_t decoder_text(struct decoder *decoder, struct span in, char *out, size_t capacity)
{
	char *to = out;
	size_t room = capacity;

	return convert(decoder, &in, &to, &room) ? SIZE_MAX : capacity - room;
}
