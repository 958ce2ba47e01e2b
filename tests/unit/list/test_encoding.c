/*
 * Which encoding a file is in, and decoding it piece by piece.
 */
#include "list/encoding.h"

#include "support/test.h"

#include <sys/mman.h>
#include <unistd.h>

/* Also: the file is left at its first character. */
static void assert_detects(struct span content, enum encoding expected, off_t start)
{
	enum encoding encoding;
	struct err err;
	int fd = memfd_create("encoding", MFD_CLOEXEC);

	assert_int_equal(write(fd, content.ptr, content.len), content.len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	if (encoding_detect(fd, "list.csv", &encoding, &err) != OK)
		fail_msg("%s", err.text);
	assert_string_equal(encoding_name(encoding), encoding_name(expected));
	assert_int_equal(lseek(fd, 0, SEEK_CUR), start);
	close(fd);
}

static void a_mark_decides(void **state)
{
	(void)state;
	assert_detects(SPAN("\xef\xbb\xbf\xe9"), ENCODING_UTF8, 3);
	assert_detects(SPAN("\xff\xfe"), ENCODING_UTF16LE, 2);
	assert_detects(SPAN("\xfe\xff\0a"), ENCODING_UTF16BE, 2);
}

static void a_nul_beside_the_first_character_means_utf16(void **state)
{
	(void)state;
	assert_detects(SPAN("a\0"), ENCODING_UTF16LE, 0);
	assert_detects(SPAN("\0a"), ENCODING_UTF16BE, 0);
	assert_detects(SPAN("\0\0"), ENCODING_UTF8, 0);
}

static void most_lines_beyond_ascii_decide(void **state)
{
	(void)state;
	assert_detects(SPAN(""), ENCODING_UTF8, 0);
	assert_detects(SPAN("plain\n"), ENCODING_UTF8, 0);
	assert_detects(SPAN("é\n"), ENCODING_UTF8, 0);
	assert_detects(SPAN("\xe9\n"), ENCODING_WINDOWS_1252, 0);
	assert_detects(SPAN("é\n\xe9\n"), ENCODING_UTF8, 0);
	assert_detects(SPAN("é\n\xe9\r\n\xe9"), ENCODING_WINDOWS_1252, 0);
	assert_detects(SPAN("é and \xe9\nplain\n"), ENCODING_WINDOWS_1252, 0);
	assert_detects(SPAN("cut: \xc3"), ENCODING_WINDOWS_1252, 0);
}

static void only_proper_utf8_counts_as_such(void **state)
{
	(void)state;
	assert_detects(SPAN("\xf0\x9f\x98\x80"), ENCODING_UTF8, 0);
	assert_detects(SPAN("\xe0\xa0\x80"), ENCODING_UTF8, 0);
	assert_detects(SPAN("\xc0\x80"), ENCODING_WINDOWS_1252, 0);         /* overlong */
	assert_detects(SPAN("\xe0\x80\x80"), ENCODING_WINDOWS_1252, 0);     /* overlong */
	assert_detects(SPAN("\xed\xa0\x80"), ENCODING_WINDOWS_1252, 0);     /* a surrogate */
	assert_detects(SPAN("\xf4\x90\x80\x80"), ENCODING_WINDOWS_1252, 0); /* beyond U+10FFFF */
	assert_detects(SPAN("\xf0\x8f\x80\x80"), ENCODING_WINDOWS_1252, 0); /* overlong */
}

/* A character across the border of the pieces in which the file is read. */
static void pieces_do_not_cut_characters(void **state)
{
	(void)state;
	for (size_t before = 64 * 1024 - 4; before < 64 * 1024 + 1; before++) {
		struct str text;

		str_init(&text, STR_MAX_LARGE);
		str_add_repeat(&text, 'x', before);
		str_add_text(&text, "😀\n");
		assert_detects(str_span(&text), ENCODING_UTF8, 0);
		str_clear(&text);
	}
}

static void a_unit_that_is_cut_waits_for_its_rest(void **state)
{
	struct decoder *decoder = decoder_new(ENCODING_UTF16LE);
	struct span in = SPAN("\x3d\xd8\x00\xde\x61");
	struct span half = span_first(in, 3);
	char out[16];

	(void)state;
	assert_int_equal(decoder_stream(decoder, &half, out, sizeof(out)), 0);
	assert_int_equal(half.len, 3);
	assert_int_equal(decoder_stream(decoder, &in, out, sizeof(out)), 4);
	assert_memory_equal(out, "😀", 4);
	assert_int_equal(in.len, 1);
	decoder_free(decoder);
}

static void what_means_nothing_becomes_a_byte_that_is_not_utf8(void **state)
{
	struct decoder *decoder = decoder_new(ENCODING_UTF16BE);
	struct span in = SPAN("\xde\x00\x00\x61");
	char out[16];

	(void)state;
	assert_int_equal(decoder_stream(decoder, &in, out, sizeof(out)), 2);
	assert_memory_equal(out,
		"\xff"
		"a",
		2);
	decoder_free(decoder);
}

static void a_text_is_decoded_whole_or_not(void **state)
{
	struct decoder *decoder = decoder_new(ENCODING_WINDOWS_1252);
	char out[8];

	(void)state;
	assert_int_equal(decoder_text(decoder, SPAN("\x80\x92"), out, sizeof(out)), 6);
	assert_memory_equal(out, "€’", 6);
	assert_int_equal(decoder_text(decoder, SPAN("a\x81"), out, sizeof(out)), SIZE_MAX);
	assert_int_equal(decoder_text(decoder, SPAN("\x80\x80\x80"), out, sizeof(out)), SIZE_MAX);
	decoder_free(decoder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mark_decides),
		cmocka_unit_test(a_nul_beside_the_first_character_means_utf16),
		cmocka_unit_test(most_lines_beyond_ascii_decide),
		cmocka_unit_test(only_proper_utf8_counts_as_such),
		cmocka_unit_test(pieces_do_not_cut_characters),
		cmocka_unit_test(a_unit_that_is_cut_waits_for_its_rest),
		cmocka_unit_test(what_means_nothing_becomes_a_byte_that_is_not_utf8),
		cmocka_unit_test(a_text_is_decoded_whole_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
