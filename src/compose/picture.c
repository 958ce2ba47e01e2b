/*
 * Pictures' headers, and whether the file is whole.
 */
#include "compose/picture.h"

#include <stddef.h>

/* libmagic's descriptions hold sizes, too, but none for lossless WebP, and a comment in a JPEG can forge one.
 */

static enum status broken(struct err *err, const char *how)
{
	return err_set(err, E_SYNTAX, "%s", how);
}

static enum status ends_early(struct err *err)
{
	return broken(err, "the file ends before the picture does");
}

static unsigned char byte_at(struct span bytes, size_t at)
{
	return (unsigned char)bytes.ptr[at];
}

static uint32_t big(struct span bytes, size_t at, size_t count)
{
	uint32_t number = 0;

	for (size_t i = 0; i < count; i++)
		number = number << 8 | byte_at(bytes, at + i);
	return number;
}

static uint32_t little(struct span bytes, size_t at, size_t count)
{
	uint32_t number = 0;

	for (size_t i = count; i > 0; i--)
		number = number << 8 | byte_at(bytes, at + i - 1);
	return number;
}

/* Chunks of length, name, content and checksum (RFC 2083 section 3.2), up to IEND. */
static enum status parse_png(struct span bytes, struct picture *out, struct err *err)
{
	bool has_pixels = false;

	if (!span_starts(bytes, SPAN("\x89PNG\r\n\x1a\n")) || bytes.len < 33 ||
		!span_equals(span_first(span_from(bytes, 12), 4), SPAN("IHDR")))
		return broken(err, "the head of a PNG is missing");
	out->width = big(bytes, 16, 4);
	out->height = big(bytes, 20, 4);
	for (size_t at = 8; bytes.len - at >= 12;) {
		size_t length = big(bytes, at, 4);
		struct span name = span_first(span_from(bytes, at + 4), 4);

		if (length > bytes.len - at - 12)
			return ends_early(err);
		if (span_equals(name, SPAN("IEND")))
			return has_pixels ? OK : broken(err, "it has no pixels");
		has_pixels = has_pixels || span_equals(name, SPAN("IDAT"));
		at += length + 12;
	}
	return ends_early(err);
}

/* Behind a GIF's sub-blocks, each with its length before it, up to one of none; SIZE_MAX if they don't end.
 */
static size_t skip_blocks(struct span bytes, size_t at)
{
	while (at < bytes.len) {
		size_t length = byte_at(bytes, at);

		at += length + 1;
		if (!length)
			return at;
	}
	return SIZE_MAX;
}

static size_t colours(unsigned char flags)
{
	return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

static enum status parse_gif(struct span bytes, struct picture *out, struct err *err)
{
	bool has_pixels = false;
	size_t at;

	if (!span_starts(bytes, SPAN("GIF8")) || bytes.len < 13)
		return broken(err, "the head of a GIF is missing");
	out->width = little(bytes, 6, 2);
	out->height = little(bytes, 8, 2);
	for (at = 13 + colours(byte_at(bytes, 10)); at < bytes.len && byte_at(bytes, at) != ';';) {
		unsigned char kind = byte_at(bytes, at);

		if (kind == '!')
			at += 2;
		else if (kind == ',' && bytes.len - at > 10)
			at += 11 + colours(byte_at(bytes, at + 9));
		else
			return kind == ',' ? ends_early(err)
					   : broken(err, "a block of no known kind is in it");
		at = skip_blocks(bytes, at);
		if (at == SIZE_MAX)
			return ends_early(err);
		has_pixels = has_pixels || kind == ',';
	}
	/* Its last byte may be missing: everybody shows it. */
	return has_pixels ? OK : at < bytes.len ? broken(err, "it has no pixels") : ends_early(err);
}

/* The tag for a turned camera in a TIFF head: 1 is upright, 2 mirrored, from 3 on turned. */
#define EXIF_ORIENTATION 0x0112u

static bool exif_is_turned(struct span tiff)
{
	bool is_big = span_starts(tiff, SPAN("MM"));
	uint32_t (*number)(struct span, size_t, size_t) = is_big ? big : little;
	size_t at, count;

	if (tiff.len < 8 || (!is_big && !span_starts(tiff, SPAN("II"))))
		return false;
	at = number(tiff, 4, 4);
	if (at > tiff.len || tiff.len - at < 2)
		return false;
	count = number(tiff, at, 2);
	at += 2;
	for (size_t i = 0; i < count && tiff.len - at >= 12; i++, at += 12) {
		if (number(tiff, at, 2) == EXIF_ORIENTATION)
			return number(tiff, at + 8, 2) > 2 && number(tiff, at + 8, 2) <= 8;
	}
	return false;
}

/* SOF0 to SOF15 but for the tables and the extension among them (ITU-T T.81, table B.1). */
static bool is_frame(unsigned char marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static enum status take_segment(
	unsigned char marker, struct span content, struct picture *out, struct err *err)
{
	if (is_frame(marker)) {
		if (content.len < 6)
			return broken(err, "the head of a JPEG is too short");
		out->height = big(content, 1, 2);
		out->width = big(content, 3, 2);
		out->is_cmyk = byte_at(content, 5) == 4;
	}
	if (marker == 0xe1 && span_starts(content, SPAN("Exif\0\0")))
		out->is_turned = exif_is_turned(span_from(content, 6));
	return OK;
}

/* What follows the first scan is entropy-coded, with scans of its own: it's whole if its end is there. */
static enum status check_scan(struct span bytes, size_t at, const struct picture *picture, struct err *err)
{
	if (!picture->width)
		return broken(err, "it has pixels before a head");
	return span_find(bytes, SPAN("\xff\xd9"), at) == SIZE_MAX ? ends_early(err) : OK;
}

static enum status parse_jpeg(struct span bytes, struct picture *out, struct err *err)
{
	size_t at = 2;
	enum status status = OK;

	if (!span_starts(bytes, SPAN("\xff\xd8")))
		return broken(err, "the head of a JPEG is missing");
	while (status == OK) {
		unsigned char marker;
		size_t length;

		if (bytes.len < at || bytes.len - at < 4)
			return ends_early(err);
		marker = byte_at(bytes, at + 1);
		if (byte_at(bytes, at) != 0xff)
			return broken(err, "no segment begins where one should");
		if (marker == 0xff) { /* filling */
			at++;
			continue;
		}
		length = big(bytes, at + 2, 2);
		if (length < 2)
			return broken(err, "a segment is shorter than its own length");
		if (length + 2 > bytes.len - at)
			return ends_early(err);
		if (marker == 0xda)
			return check_scan(bytes, at + 2 + length, out, err);
		status = take_segment(marker, span_first(span_from(bytes, at + 4), length - 2), out, err);
		at += 2 + length;
	}
	return status;
}

/* RFC 9649 section 2: a lossy, a lossless or an extended file, by its first chunk. */
static enum status parse_webp(struct span bytes, struct picture *out, struct err *err)
{
	struct span chunk = span_first(span_from(bytes, 12), 4);

	if (!span_starts(bytes, SPAN("RIFF")) || bytes.len < 30 ||
		!span_equals(span_first(span_from(bytes, 8), 4), SPAN("WEBP")))
		return broken(err, "the head of a WebP is missing");
	if (little(bytes, 4, 4) > bytes.len - 8)
		return ends_early(err);
	if (span_equals(chunk, SPAN("VP8X"))) {
		out->width = little(bytes, 24, 3) + 1;
		out->height = little(bytes, 27, 3) + 1;
	} else if (span_equals(chunk, SPAN("VP8L")) && byte_at(bytes, 20) == 0x2f) {
		out->width = (little(bytes, 21, 4) & 0x3fff) + 1;
		out->height = (little(bytes, 21, 4) >> 14 & 0x3fff) + 1;
	} else if (span_equals(chunk, SPAN("VP8 ")) &&
		   span_equals(span_first(span_from(bytes, 23), 3), SPAN("\x9d\x01\x2a"))) {
		out->width = little(bytes, 26, 2) & 0x3fff;
		out->height = little(bytes, 28, 2) & 0x3fff;
	} else {
		return broken(err, "its first chunk is no picture's");
	}
	return OK;
}

enum status picture_parse(const char *type, struct span bytes, struct picture *out, struct err *err)
{
	static const struct {
		const char *type;
		enum status (*parse)(struct span bytes, struct picture *out, struct err *err);
	} parsers[] = {
		{"image/png", parse_png},
		{"image/jpeg", parse_jpeg},
		{"image/gif", parse_gif},
		{"image/webp", parse_webp},
	};

	*out = (struct picture){0};
	for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++) {
		enum status status;

		if (strcmp(type, parsers[i].type) != 0)
			continue;
		status = parsers[i].parse(bytes, out, err);
		if (status == OK && (!out->width || !out->height))
			status = broken(err, "it says that it is 0 pixels wide or high");
		return status;
	}
	return err_set(err, E_UNSUPPORTED, "\"%s\" is no JPEG, PNG, GIF or WebP", type);
}
