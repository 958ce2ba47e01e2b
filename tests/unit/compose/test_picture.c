/* What pictures say of themselves, and files that are no whole picture. */
#include "compose/picture.h"

#include "support/samplepicture.h"
#include "support/test.h"

static void assert_parsed(const char *type, const struct str *bytes, uint32_t width, uint32_t height)
{
	struct picture picture;
	struct err err = {0};

	if (picture_parse(type, str_span(bytes), &picture, &err) != OK)
		fail_msg("%s: %s", type, err.text);
	assert_int_equal(picture.width, width);
	assert_int_equal(picture.height, height);
}

static void assert_refused(const char *type, struct span bytes, const char *expected)
{
	struct picture picture;
	struct err err = {0};

	assert_int_equal(picture_parse(type, bytes, &picture, &err), E_SYNTAX);
	assert_contains(err.text, expected);
}

static void each_kind_says_its_size(void **state)
{
	static const uint32_t sizes[][2] = {{1, 1}, {520, 347}, {16383, 2}, {300, 16383}};
	static const char *const webps[] = {"VP8 ", "VP8L", "VP8X"};
	struct str bytes;

	(void)state;
	str_init(&bytes, STR_MAX_SMALL);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint32_t width = sizes[i][0], height = sizes[i][1];

		str_empty(&bytes);
		samplepicture_png(width, height, &bytes);
		assert_parsed("image/png", &bytes, width, height);
		str_empty(&bytes);
		samplepicture_gif((uint16_t)width, (uint16_t)height, &bytes);
		assert_parsed("image/gif", &bytes, width, height);
		str_empty(&bytes);
		samplepicture_jpeg((uint16_t)width, (uint16_t)height, 3, 6, &bytes);
		assert_parsed("image/jpeg", &bytes, width, height);
		for (size_t k = 0; k < 3; k++) {
			str_empty(&bytes);
			samplepicture_webp(webps[k], width, height, &bytes);
			assert_parsed("image/webp", &bytes, width, height);
		}
	}
	str_clear(&bytes);
}

/* A GIF's last two bytes are an empty block and the end, which nobody needs. */
static void every_cut_of_a_picture_is_refused(void **state)
{
	static const char *const types[] = {"image/png", "image/gif", "image/jpeg", "image/webp"};
	struct str bytes[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		str_init(&bytes[i], STR_MAX_SMALL);
	samplepicture_png(600, 400, &bytes[0]);
	samplepicture_gif(600, 400, &bytes[1]);
	samplepicture_jpeg(600, 400, 3, 1, &bytes[2]);
	samplepicture_webp("VP8L", 600, 400, &bytes[3]);
	for (size_t i = 0; i < 4; i++) {
		size_t whole = bytes[i].len - (i == 1 ? 1 : 0);

		for (size_t length = 0; length < whole; length++)
			assert_refused(types[i], span_first(str_span(&bytes[i]), length), "");
		str_clear(&bytes[i]);
	}
}

static void a_cut_and_a_wrong_head_are_told_apart(void **state)
{
	struct str bytes;

	(void)state;
	str_init(&bytes, STR_MAX_SMALL);
	samplepicture_png(600, 400, &bytes);
	assert_refused("image/png", span_first(str_span(&bytes), bytes.len - 5), "ends before the picture");
	assert_refused("image/jpeg", str_span(&bytes), "the head of a JPEG is missing");
	assert_refused("image/gif", str_span(&bytes), "the head of a GIF is missing");
	assert_refused("image/webp", str_span(&bytes), "the head of a WebP is missing");
	str_clear(&bytes);
}

static void a_picture_of_no_size_is_refused(void **state)
{
	struct str bytes;

	(void)state;
	str_init(&bytes, STR_MAX_SMALL);
	samplepicture_png(600, 0, &bytes);
	assert_refused("image/png", str_span(&bytes), "0 pixels");
	str_clear(&bytes);
}

static void turned_and_printed_jpegs_are_known(void **state)
{
	static const bool turned[] = {false, false, false, true, true, true, true, true, true, false};
	struct picture picture;
	struct str bytes;

	(void)state;
	str_init(&bytes, STR_MAX_SMALL);
	for (int orientation = 0; orientation < 10; orientation++) {
		str_empty(&bytes);
		samplepicture_jpeg(60, 40, 3, orientation, &bytes);
		assert_int_equal(picture_parse("image/jpeg", str_span(&bytes), &picture, NULL), OK);
		assert_int_equal(picture.is_turned, turned[orientation]);
		assert_false(picture.is_cmyk);
	}
	str_empty(&bytes);
	samplepicture_jpeg(60, 40, 4, 0, &bytes);
	assert_int_equal(picture_parse("image/jpeg", str_span(&bytes), &picture, NULL), OK);
	assert_true(picture.is_cmyk);
	str_clear(&bytes);
}

static void other_kinds_are_not_read(void **state)
{
	struct picture picture;

	(void)state;
	assert_int_equal(picture_parse("image/tiff", SPAN("II*"), &picture, NULL), E_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_says_its_size),
		cmocka_unit_test(every_cut_of_a_picture_is_refused),
		cmocka_unit_test(a_cut_and_a_wrong_head_are_told_apart),
		cmocka_unit_test(a_picture_of_no_size_is_refused),
		cmocka_unit_test(turned_and_printed_jpegs_are_known),
		cmocka_unit_test(other_kinds_are_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
