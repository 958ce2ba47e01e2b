/*
 * Heads and ends of pictures, byte by byte.
 */
#include "support/samplepicture.h"

static void add_big(struct str *out, uint32_t number, int count)
{
	for (int i = count - 1; i >= 0; i--)
		str_add_char(out, (char)(number >> (8 * i) & 0xff));
}

static void add_little(struct str *out, uint32_t number, int count)
{
	for (int i = 0; i < count; i++)
		str_add_char(out, (char)(number >> (8 * i) & 0xff));
}

static void add_chunk(struct str *out, const char *name, struct span content)
{
	add_big(out, (uint32_t)content.len, 4);
	str_add_text(out, name);
	str_add(out, content);
	add_big(out, 0, 4);
}

void samplepicture_png(uint32_t width, uint32_t height, struct str *out)
{
	struct str head;

	str_init(&head, STR_MAX_SMALL);
	add_big(&head, width, 4);
	add_big(&head, height, 4);
	str_add(&head, SPAN("\x08\x02\0\0\0"));
	str_add(out, SPAN("\x89PNG\r\n\x1a\n"));
	add_chunk(out, "IHDR", str_span(&head));
	add_chunk(out, "IDAT", SPAN("made up"));
	add_chunk(out, "IEND", SPAN(""));
	str_clear(&head);
}

void samplepicture_gif(uint16_t width, uint16_t height, struct str *out)
{
	str_add(out, SPAN("GIF89a"));
	add_little(out, width, 2);
	add_little(out, height, 2);
	str_add(out, SPAN("\x80\0\0"
			  "abcdef"));              /* two colours */
	str_add(out, SPAN("!\xf9\x04\0\0\0\0\0")); /* a delay */
	str_add(out, SPAN(",\0\0\0\0\x01\0\x01\0\0"
			  "\x02\x02xy\0;"));
}

static void add_exif(struct str *out, int orientation)
{
	str_add(out, SPAN("\xff\xe1"));
	add_big(out, 2 + 6 + 8 + 2 + 12 + 4, 2);
	str_add(out, SPAN("Exif\0\0II*\0\x08\0\0\0\x01\0"));
	str_add(out, SPAN("\x12\x01\x03\0\x01\0\0\0"));
	add_little(out, (uint32_t)orientation, 4);
	add_little(out, 0, 4);
}

void samplepicture_jpeg(uint16_t width, uint16_t height, int components, int orientation, struct str *out)
{
	str_add(out, SPAN("\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"));
	if (orientation)
		add_exif(out, orientation);
	/* A comment that lies, and filling before the next marker. */
	str_add(out, SPAN("\xff\xfe\0\x14precision 8, 7x7,\xff"));
	str_add(out, SPAN("\xff\xc2"));
	add_big(out, 8 + 3 * (uint32_t)components, 2);
	add_big(out, 8, 1);
	add_big(out, height, 2);
	add_big(out, width, 2);
	add_big(out, (uint32_t)components, 1);
	str_add_repeat(out, '\1', 3 * (size_t)components);
	str_add(out, SPAN("\xff\xda\0\x08\1\1\0\0\x3f\0pixels\xff\xd9"));
}

void samplepicture_webp(const char *kind, uint32_t width, uint32_t height, struct str *out)
{
	str_add(out, SPAN("RIFF"));
	add_little(out, 4 + 8 + 10, 4);
	str_add_text(out, "WEBP");
	str_add_text(out, kind);
	add_little(out, 10, 4);
	if (kind[3] == 'L') {
		str_add_char(out, 0x2f);
		add_little(out, (width - 1) | (height - 1) << 14, 4);
		str_add_repeat(out, 'p', 5);
	} else if (kind[3] == 'X') {
		str_add_repeat(out, '\0', 4);
		add_little(out, width - 1, 3);
		add_little(out, height - 1, 3);
	} else {
		str_add(out, SPAN("\x30\1\0\x9d\x01\x2a"));
		add_little(out, width, 2);
		add_little(out, height, 2);
	}
}
