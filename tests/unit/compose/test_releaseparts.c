/* Images, attachments and media links: what goes along, what is warned about, what is refused. */
#include "compose/releaseparts.h"

#include "base/file.h"
#include "support/samplepicture.h"
#include "support/test.h"

#define WORDS "    alt: A boat\n    caption: At sea\n    credit: A. Roy\n"

struct fixture {
	char *folder;
	struct str said;
	struct str bytes; /* of the file to put next */
	struct err err;
};

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	f->folder = test_folder_new();
	str_init(&f->said, STR_MAX_LARGE);
	str_init(&f->bytes, STR_MAX_LARGE);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	test_folder_remove(f->folder);
	str_clear(&f->said);
	str_clear(&f->bytes);
	test_free(f);
	return 0;
}

/* What `f->bytes` hold becomes the file. */
static void put(struct fixture *f, const char *name)
{
	char *path = file_join(f->folder, name);

	assert_int_equal(file_save(path, str_span(&f->bytes), 0644, NULL), OK);
	str_empty(&f->bytes);
	free(path);
}

static void put_text(struct fixture *f, const char *name, const char *text)
{
	str_add_text(&f->bytes, text);
	put(f, name);
}

static void remember(void *context, enum status status, size_t line, const char *words)
{
	str_addf(context, "%s %zu %s\n", status == OK ? "warning" : status_name(status), line, words);
}

static struct release *parsed(const char *front_matter)
{
	struct release *release = NULL;
	struct err err = {0};
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	str_addf(&text, "---\ntitle: A\n%s---\nB.\n", front_matter);
	if (release_parse("fund.md", str_span(&text), NULL, &release, &err) != OK)
		fail_msg("%s", err.text);
	str_clear(&text);
	return release;
}

static void check(struct fixture *f, const char *front_matter)
{
	struct release *release = parsed(front_matter);

	str_empty(&f->said);
	releaseparts_check(release, f->folder, remember, &f->said);
	release_free(release);
}

/* One image called a.png with all its words, on line 4. */
static void assert_image(struct fixture *f, const char *expected)
{
	put(f, "a.png");
	check(f, "images:\n  - path: a.png\n" WORDS);
	if (*expected)
		assert_contains(f->said.ptr, expected);
	else
		assert_string_equal(f->said.ptr, "");
}

static void a_sound_picture_is_taken_with_its_size(void **state)
{
	struct fixture *f = *state;
	struct release *release = parsed("images:\n  - path: a.png\n" WORDS);
	struct releaseparts *parts = NULL;

	samplepicture_png(800, 600, &f->bytes);
	put(f, "a.png");
	assert_int_equal(releaseparts_load(release, f->folder, &parts, &f->err), OK);
	assert_int_equal(parts->image_count, 1);
	assert_string_equal(parts->images[0].type.type, "image/png");
	assert_int_equal(parts->images[0].picture.width, 800);
	assert_int_equal(parts->images[0].picture.height, 600);
	assert_true(span_starts(str_span(&parts->images[0].bytes), SPAN("\x89PNG")));
	releaseparts_free(parts);
	release_free(release);
}

static void an_image_without_alt_or_credit_is_an_error(void **state)
{
	struct fixture *f = *state;

	samplepicture_png(800, 600, &f->bytes);
	put(f, "a.png");
	check(f, "images:\n  - path: a.png\n    caption: C\n    credit: D\n");
	assert_string_equal(
		f->said.ptr, "syntax 4 photo without \"alt\": those who can't see it get nothing\n");
	check(f, "images:\n  - path: a.png\n    caption: C\n    alt: D\n");
	assert_string_equal(f->said.ptr, "syntax 4 photo without credit: say whose it is\n");
	check(f, "images:\n  - path: a.png\n    alt: C\n    credit: D\n");
	assert_string_equal(f->said.ptr, "warning 4 photo without caption\n");
}

static void a_media_link_without_alt_or_credit_is_an_error(void **state)
{
	struct fixture *f = *state;

	check(f, "media:\n  - {url: \"https://a.example\", kind: photo}\n");
	assert_string_equal(f->said.ptr,
		"syntax 4 media link without credit: say whose it is\n"
		"syntax 4 media link without \"alt\": those who can't see it get nothing\n");
	check(f, "media:\n  - {url: \"https://a.example\", kind: photo, alt: B, credit: C}\n");
	assert_string_equal(f->said.ptr, "");
}

static void what_is_no_picture_is_named_for_what_it_is(void **state)
{
	struct fixture *f = *state;

	str_add_text(&f->bytes, "<!DOCTYPE html><html></html>");
	assert_image(f, "unsupported 4 \"a.png\" is no picture: it is a web page\n");
	str_add_text(&f->bytes, "%PDF-1.7\n1 0 obj\n");
	assert_image(f, "unsupported 4 \"a.png\" is no picture: it is a PDF\n");
	str_add_text(&f->bytes, "PNG\n");
	assert_image(f, "unsupported 4 \"a.png\" is no picture: it is text\n");
	str_add_text(&f->bytes, "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>");
	assert_image(f, "unsupported 4 \"a.png\" is an SVG: mail programs show JPEG, PNG, GIF and WebP");
	assert_image(f, "range 4 \"a.png\" is empty\n");
}

static void a_picture_that_is_cut_short_is_an_error(void **state)
{
	struct fixture *f = *state;

	samplepicture_png(800, 600, &f->bytes);
	str_cut(&f->bytes, f->bytes.len - 20);
	assert_image(f, "syntax 4 \"a.png\" is a broken picture: the file ends before the picture does\n");
}

static void sizes_beyond_reason_are_errors_and_large_ones_warnings(void **state)
{
	static const struct {
		uint32_t width, height;
		const char *expected;
	} rows[] = {
		{15, 200, "range 4 \"a.png\" is 15 × 200 pixels: less than 16"},
		{1, 1, "range 4 \"a.png\" is 1 × 1 pixels: less than 16"},
		{16, 16, ""},
		{1600, 900, ""},
		{1601, 900, "warning 4 \"a.png\" is 1601 × 900 pixels and 0.0 MB: 1040 pixels wide"},
		{10000, 200, "warning 4"},
		{10001, 200, "range 4 \"a.png\" is 10001 × 200 pixels: more than 10000"},
		{200, 10001, "range 4 \"a.png\" is 200 × 10001 pixels: more than 10000"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		samplepicture_png(rows[i].width, rows[i].height, &f->bytes);
		assert_image(f, rows[i].expected);
	}
	samplepicture_png(800, 600, &f->bytes);
	str_add_repeat(&f->bytes, 'x', 1024 * 1024);
	assert_image(f, "warning 4 \"a.png\" is 800 × 600 pixels and 1.0 MB");
}

static void what_some_programs_show_wrongly_is_warned_about(void **state)
{
	struct fixture *f = *state;

	samplepicture_jpeg(800, 600, 3, 1, &f->bytes);
	assert_image(f, "warning 4 \"a.png\" is a JPEG: name it so\n");
	samplepicture_jpeg(800, 600, 4, 0, &f->bytes);
	assert_image(f, "warning 4 \"a.png\" has the colours of print (CMYK)");
	samplepicture_jpeg(800, 600, 3, 6, &f->bytes);
	assert_image(f, "warning 4 \"a.png\" is stored lying on its side");
	samplepicture_webp("VP8L", 800, 600, &f->bytes);
	assert_image(f, "warning 4 \"a.png\" is a WebP, which Outlook doesn't show");
}

static void attachments_are_known_by_their_bytes(void **state)
{
	struct fixture *f = *state;

	put_text(f, "a.csv", "name,town\r\nAna,Cadiz\r\n");
	put_text(f, "a.pdf", "%PDF-1.7\n1 0 obj\n");
	check(f, "attachments: [a.csv, a.pdf]\n");
	assert_string_equal(f->said.ptr, "");
	put_text(f, "b.pdf", "<!DOCTYPE html><html></html>");
	check(f, "attachments:\n  - b.pdf\n");
	assert_string_equal(f->said.ptr, "conflict 4 \"b.pdf\" isn't what its name says: it is a web page\n");
	put_text(f, "b.exe", "MZ");
	check(f, "attachments:\n  - a.csv\n  - b.exe\n");
	assert_contains(
		f->said.ptr, "denied 5 \"b.exe\" is a program or script, which mail providers refuse");
	put_text(f, "b.csv", "caf\xe9,1\r\n");
	check(f, "attachments:\n  - b.csv\n");
	assert_contains(f->said.ptr, "warning 4 \"b.csv\" isn't UTF-8");
	put_text(f, "c.txt", "");
	check(f, "attachments:\n  - c.txt\n");
	assert_string_equal(f->said.ptr, "range 4 \"c.txt\" is empty\n");
}

static void two_attachments_of_one_name_are_an_error(void **state)
{
	struct fixture *f = *state;
	char *inner = file_join(f->folder, "fr");

	assert_int_equal(file_make_folder(inner, NULL), OK);
	put_text(f, "a.txt", "Words.");
	put_text(f, "fr/A.txt", "Mots.");
	check(f, "attachments:\n  - a.txt\n  - fr/A.txt\n");
	assert_string_equal(
		f->said.ptr, "conflict 5 two attachments are called \"A.txt\": give one another name\n");
	free(inner);
}

static void what_is_not_there_is_named(void **state)
{
	struct fixture *f = *state;
	char *inner = file_join(f->folder, "a.pdf");

	check(f, "attachments:\n  - b.pdf\n");
	assert_string_equal(f->said.ptr, "notfound 4 the file \"b.pdf\" isn't in the release's folder\n");
	assert_int_equal(file_make_folder(inner, NULL), OK);
	check(f, "attachments:\n  - a.pdf\n");
	assert_string_equal(f->said.ptr, "io 4 \"a.pdf\" is no file that can be read\n");
	free(inner);
}

static void put_large(struct fixture *f, const char *name, size_t size)
{
	str_add_repeat(&f->bytes, 'x', size);
	put(f, name);
}

static void over_three_megabytes_in_all_is_warned_about_once(void **state)
{
	struct fixture *f = *state;

	put_large(f, "a.txt", 2 * 1024 * 1024);
	put_large(f, "b.txt", 1024 * 1024);
	put_large(f, "c.txt", 8);
	put_large(f, "d.txt", 8);
	check(f, "attachments:\n  - a.txt\n  - b.txt\n");
	assert_string_equal(f->said.ptr, "");
	check(f, "attachments:\n  - a.txt\n  - b.txt\n  - c.txt\n  - d.txt\n");
	assert_string_equal(f->said.ptr,
		"warning 6 \"c.txt\": with it, images and attachments are 3.0 MB together: link to the large "
		"ones under \"media:\" instead\n");
}

static void over_the_ceiling_is_an_error_with_the_first_line_over_it(void **state)
{
	struct fixture *f = *state;
	struct release *release = parsed("attachments:\n  - a.txt\n  - b.txt\n  - c.txt\n");
	struct releaseparts *parts = NULL;

	put_large(f, "a.txt", RELEASEPARTS_SIZE_MAX);
	put_large(f, "b.txt", 1);
	put_large(f, "c.txt", 1);
	assert_int_equal(releaseparts_load(release, f->folder, &parts, &f->err), E_RANGE);
	assert_contains(
		f->err.text, "fund.md:5: \"b.txt\": images and attachments are larger than 18 MB together");
	release_free(release);
}

static void the_first_error_is_that_of_loading_and_warnings_are_none(void **state)
{
	struct fixture *f = *state;
	struct release *release =
		parsed("images:\n  - {path: a.png, alt: B, credit: C}\nattachments: [x.pdf, y.pdf]\n");
	struct releaseparts *parts = NULL;

	samplepicture_png(800, 600, &f->bytes);
	put(f, "a.png");
	assert_int_equal(releaseparts_load(release, f->folder, &parts, &f->err), E_NOTFOUND);
	assert_string_equal(f->err.text, "fund.md:5: the file \"x.pdf\" isn't in the release's folder");
	release_free(release);
	release = parsed("images:\n  - {path: a.png, alt: B, credit: C}\n");
	assert_int_equal(releaseparts_load(release, f->folder, &parts, &f->err), OK);
	releaseparts_free(parts);
	release_free(release);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_sound_picture_is_taken_with_its_size),
		TEST(an_image_without_alt_or_credit_is_an_error),
		TEST(a_media_link_without_alt_or_credit_is_an_error),
		TEST(what_is_no_picture_is_named_for_what_it_is),
		TEST(a_picture_that_is_cut_short_is_an_error),
		TEST(sizes_beyond_reason_are_errors_and_large_ones_warnings),
		TEST(what_some_programs_show_wrongly_is_warned_about),
		TEST(attachments_are_known_by_their_bytes),
		TEST(two_attachments_of_one_name_are_an_error),
		TEST(what_is_not_there_is_named),
		TEST(over_three_megabytes_in_all_is_warned_about_once),
		TEST(over_the_ceiling_is_an_error_with_the_first_line_over_it),
		TEST(the_first_error_is_that_of_loading_and_warnings_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
