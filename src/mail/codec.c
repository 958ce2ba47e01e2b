/*
 * Transfer encodings: base64 and quoted-printable (RFC 2045), and base32
 * (RFC 4648) for names. Quoted-printable runs once per recipient and slot, so
 * harmless bytes are found by a table and copied in runs.
 */
#include "mail/codec.h"

#include "base/utf8.h"

#include <stdint.h>

/* Room on a base64 line: 19 groups of three. */
#define BASE64_LINE_BYTES (CODEC_LINE_MAX / 4 * 3)
/* A soft break needs the last octet of a line for its '='. */
#define QP_LINE_ROOM (CODEC_LINE_MAX - 1)
#define CHARACTER_MAX 4u

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void add_base64_group(const unsigned char *in, size_t len, struct str *out)
{
	uint32_t bits = (uint32_t)in[0] << 16;
	char group[4];

	if (len > 1)
		bits |= (uint32_t)in[1] << 8;
	if (len > 2)
		bits |= in[2];
	group[0] = base64_alphabet[bits >> 18];
	group[1] = base64_alphabet[bits >> 12 & 63];
	group[2] = len > 1 ? base64_alphabet[bits >> 6 & 63] : '=';
	group[3] = len > 2 ? base64_alphabet[bits & 63] : '=';
	str_add(out, span_bytes(group, sizeof(group)));
}

void codec_base64_token(struct span bytes, struct str *out)
{
	const unsigned char *in = (const unsigned char *)bytes.ptr;

	for (size_t i = 0; i < bytes.len; i += 3)
		add_base64_group(in + i, bytes.len - i < 3 ? bytes.len - i : 3, out);
}

void codec_base64(struct span bytes, struct str *out)
{
	while (bytes.len) {
		codec_base64_token(span_first(bytes, BASE64_LINE_BYTES), out);
		str_add(out, SPAN("\r\n"));
		bytes = span_from(bytes, BASE64_LINE_BYTES);
	}
}

size_t codec_base64_size(struct span bytes)
{
	size_t lines = (bytes.len + BASE64_LINE_BYTES - 1) / BASE64_LINE_BYTES;

	return (bytes.len + 2) / 3 * 4 + lines * 2;
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum status bad_base64(struct err *err, size_t at, char c)
{
	if (c > ' ' && c < 0x7f)
		return err_set(err, E_SYNTAX, "'%c' at byte %zu isn't base64", c, at + 1);
	return err_set(err, E_SYNTAX, "the byte 0x%02x, at byte %zu, isn't base64",
		(unsigned)(unsigned char)c, at + 1);
}

enum status codec_base64_decode(struct span text, struct str *out, struct err *err)
{
	size_t digits = 0;
	size_t padding = 0;
	uint32_t bits = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		int value = base64_value(c);

		if (is_white(c))
			continue;
		if (c == '=' && (digits + padding) % 4 >= 2) {
			padding++;
			continue;
		}
		if (value < 0 || padding)
			return bad_base64(err, i, c);
		bits = bits << 6 | (uint32_t)value;
		if (++digits % 4 == 0) {
			char group[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};

			str_add(out, span_bytes(group, 3));
		}
	}
	if ((digits + padding) % 4)
		return err_set(err, E_SYNTAX, "the base64 text ends in the middle of a group of four");
	if (padding == 2)
		str_add_char(out, (char)(bits >> 4));
	if (padding == 1) {
		str_add_char(out, (char)(bits >> 10));
		str_add_char(out, (char)(bits >> 2));
	}
	return OK;
}

enum qp_class {
	QP_ENCODE, /* what the table doesn't name */
	QP_PLAIN,
	QP_WHITE, /* plain, but not at the end of a line */
	QP_BREAK  /* LF, and CR where an LF follows */
};

#define PLAIN_4(c) [c] = QP_PLAIN, [(c) + 1] = QP_PLAIN, [(c) + 2] = QP_PLAIN, [(c) + 3] = QP_PLAIN
#define PLAIN_16(c) PLAIN_4(c), PLAIN_4((c) + 4), PLAIN_4((c) + 8), PLAIN_4((c) + 12)

static const unsigned char qp_class[256] = {
	['\t'] = QP_WHITE,
	['\n'] = QP_BREAK,
	['\r'] = QP_BREAK,
	[' '] = QP_WHITE,
	['!'] = QP_PLAIN,
	['"'] = QP_PLAIN,
	['#'] = QP_PLAIN,
	PLAIN_4(0x24),
	PLAIN_4(0x28),
	PLAIN_4(0x2c),
	PLAIN_4(0x30),
	PLAIN_4(0x34),
	PLAIN_4(0x38),
	['<'] = QP_PLAIN,
	['>'] = QP_PLAIN,
	['?'] = QP_PLAIN,
	PLAIN_16(0x40),
	PLAIN_16(0x50),
	PLAIN_16(0x60),
	PLAIN_4(0x70),
	PLAIN_4(0x74),
	PLAIN_4(0x78),
	['|'] = QP_PLAIN,
	['}'] = QP_PLAIN,
	['~'] = QP_PLAIN,
};

static enum qp_class class_of(struct span text)
{
	return (enum qp_class)qp_class[(unsigned char)text.ptr[0]];
}

/* Length of the line break at the start of `text`, 0 if there's none. */
static size_t break_length(struct span text)
{
	if (span_starts(text, SPAN("\r\n")))
		return 2;
	return text.len && text.ptr[0] == '\n' ? 1 : 0;
}

/* How many bytes at the start of `text` can be copied as they are onto a line with `room` left. */
static size_t plain_run(struct span text, size_t room)
{
	size_t limit = text.len < room ? text.len : room;
	size_t run = 0;
	bool ends_line;

	while (run < limit && (qp_class[(unsigned char)text.ptr[run]] == QP_PLAIN ||
				      qp_class[(unsigned char)text.ptr[run]] == QP_WHITE))
		run++;
	/* What follows the end of this piece isn't known: it may be a line break. */
	ends_line = run == text.len || break_length(span_from(text, run));
	if (run && ends_line && class_of(span_from(text, run - 1)) == QP_WHITE)
		run--;
	return run;
}

/*
 * A dot would be stuffed, and "From " gets a '>' from an mbox. The piece may
 * end inside "From ", so its beginnings count too.
 */
static bool is_touched_at_line_start(struct span text)
{
	static const struct span from = {"From ", 5};

	return text.ptr[0] == '.' || span_starts(from, span_first(text, from.len));
}

/* The bytes that are encoded together, so that no soft break splits a character. */
static size_t character_length(struct span text)
{
	struct span rest = text;
	uint32_t character;

	if (!utf8_next(&rest, &character))
		return 0;
	return text.len - rest.len;
}

static void add_encoded(struct span character, size_t *column, struct str *out)
{
	static const char digits[] = "0123456789ABCDEF";
	char codes[3 * CHARACTER_MAX];
	size_t size = 0;

	for (size_t i = 0; i < character.len; i++) {
		unsigned char byte = (unsigned char)character.ptr[i];

		codes[size++] = '=';
		codes[size++] = digits[byte >> 4];
		codes[size++] = digits[byte & 15];
	}
	if (*column + size > QP_LINE_ROOM)
		codec_qp_soft_break(column, out);
	str_add(out, span_bytes(codes, size));
	*column += size;
}

void codec_qp(struct span text, size_t *column, struct str *out)
{
	while (text.len) {
		size_t taken = break_length(text);

		if (taken) {
			str_add(out, SPAN("\r\n"));
			*column = 0;
			text = span_from(text, taken);
			continue;
		}
		if (*column >= QP_LINE_ROOM)
			codec_qp_soft_break(column, out);
		if (*column || !is_touched_at_line_start(text))
			taken = plain_run(text, QP_LINE_ROOM - *column);
		if (taken) {
			str_add(out, span_first(text, taken));
			*column += taken;
		} else {
			taken = character_length(text);
			add_encoded(span_first(text, taken), column, out);
		}
		text = span_from(text, taken);
	}
}

void codec_qp_soft_break(size_t *column, struct str *out)
{
	if (!*column)
		return;
	str_add(out, SPAN("=\r\n"));
	*column = 0;
}

size_t codec_qp_size(struct span text)
{
	struct str encoded;
	size_t column = 0;
	size_t size;

	str_init(&encoded, SIZE_MAX / 2);
	codec_qp(text, &column, &encoded);
	size = encoded.len;
	str_clear(&encoded);
	return size;
}

int codec_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* White space at the end of a line was added in transit (RFC 2045 6.7 rule 3). */
static struct span trim_line_end(struct span line)
{
	while (line.len && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t'))
		line.len--;
	return line;
}

/* One line's content; *is_soft if it goes on in the next one. */
static enum status decode_qp_line(
	struct span line, size_t number, bool *is_soft, struct str *out, struct err *err)
{
	*is_soft = false;
	while (line.len) {
		size_t equals = span_find_char(line, '=', 0);

		str_add(out, span_first(line, equals));
		if (equals == SIZE_MAX)
			return OK;
		line = span_from(line, equals + 1);
		if (!line.len) {
			*is_soft = true;
			return OK;
		}
		if (line.len < 2 || codec_hex_digit(line.ptr[0]) < 0 || codec_hex_digit(line.ptr[1]) < 0)
			return err_set(err, E_SYNTAX,
				"line %zu of the quoted-printable text has a '=' without two hexadecimal "
				"digits",
				number);
		str_add_char(out, (char)(codec_hex_digit(line.ptr[0]) << 4 | codec_hex_digit(line.ptr[1])));
		line = span_from(line, 2);
	}
	return OK;
}

enum status codec_qp_decode(struct span text, struct str *out, struct err *err)
{
	struct span line;
	size_t number = 0;

	while (span_line(&text, &line)) {
		bool has_break = text.ptr != line.ptr + line.len;
		bool is_soft;
		enum status status = decode_qp_line(trim_line_end(line), ++number, &is_soft, out, err);

		if (status != OK)
			return status;
		if (has_break && !is_soft)
			str_add(out, SPAN("\r\n"));
	}
	return OK;
}

/* Five octets are eight characters. */
static size_t encode_base32(struct span bytes, char *to)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint32_t bits = 0;
	unsigned held = 0;
	size_t size = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		bits = bits << 8 | (unsigned char)bytes.ptr[i];
		for (held += 8; held >= 5; held -= 5)
			to[size++] = alphabet[bits >> (held - 5) & 31];
	}
	if (held)
		to[size++] = alphabet[bits << (5 - held) & 31];
	return size;
}

void codec_base32(struct span bytes, struct str *out)
{
	char chunk[64];
	size_t chunk_bytes = sizeof(chunk) / 8 * 5;

	for (; bytes.len; bytes = span_from(bytes, chunk_bytes))
		str_add(out, span_bytes(chunk, encode_base32(span_first(bytes, chunk_bytes), chunk)));
}

static int base32_value(char c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

enum status codec_base32_decode(struct span text, struct str *out, struct err *err)
{
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < text.len; i++) {
		int value = base32_value(text.ptr[i]);

		if (value < 0)
			return err_set(err, E_SYNTAX, "the byte 0x%02x, at byte %zu, isn't base32",
				(unsigned)(unsigned char)text.ptr[i], i + 1);
		bits = bits << 5 | (uint32_t)value;
		held += 5;
		if (held >= 8) {
			held -= 8;
			str_add_char(out, (char)(bits >> held));
		}
	}
	if (held >= 5 || (bits & ((1u << held) - 1)))
		return err_set(err, E_SYNTAX, "the base32 text ends in the middle of a byte");
	return OK;
}
