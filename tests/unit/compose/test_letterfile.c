/*
 * Images, attachments and media that go with a letter.
 */
#include "compose/letterfile.h"

#include "base/file.h"
#include "support/lettercase.h"
#include "support/samplepicture.h"
#include "support/test.h"

static void a_missing_attachment_names_the_release_and_line(void **state)
{
	struct lettercase *f = *state;

	f->sample.frame.release_folder = "/nonexistent";
	assert_int_equal(
		lettercase_compile(f, "---\ntitle: Fund\nattachments:\n  - path: a.pdf\n---\nWords.\n"),
		E_NOTFOUND);
	assert_true(span_starts(span_of(f->err.text), SPAN("fund.md:4: ")));
}

/* What `f->out` holds becomes the file. */
static void put(struct lettercase *f, const char *folder, const char *name)
{
	char *path = file_join(folder, name);

	assert_int_equal(file_save(path, str_span(&f->out), 0644, &f->err), OK);
	str_empty(&f->out);
	free(path);
}

static void an_image_has_an_id_whatever_the_domains_length(void **state)
{
	struct lettercase *f = *state;
	char *folder = test_folder_new();
	struct str domain, id;

	str_init(&domain, STR_MAX_SMALL);
	str_init(&id, STR_MAX_SMALL);
	for (size_t i = 0; i < 3; i++)
		str_addf(
			&domain, "%.*s.", 60, "harbour-relief-harbour-relief-harbour-relief-harbour-relief-");
	str_add_text(&domain, "harbour-relief-harbour-relief-harbour-relief.example");
	f->sample.frame.newsroom_domain = str_span(&domain);
	f->sample.frame.release_folder = folder;
	samplepicture_png(80, 60, &f->out);
	put(f, folder, "a.png");
	assert_int_equal(
		lettercase_compile(f, "---\ntitle: Fund\nimages:\n  - path: a.png\n    alt: A boat\n    "
				      "credit: A. Roy\n---\nWords.\n"),
		OK);
	test_folder_remove(folder);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	str_addf(&id, "@%s>\r\n", domain.ptr);
	assert_int_equal(lettercase_count(f, id.ptr), 2); /* Message-ID's and the image's */
	str_clear(&id);
	str_clear(&domain);
}

static void images_attachments_and_media_go_with_the_message(void **state)
{
	struct lettercase *f = *state;
	char *folder = test_folder_new();

	f->sample.frame.release_folder = folder;
	samplepicture_png(800, 601, &f->out);
	put(f, folder, "a.png");
	str_add_text(&f->out, "Town,Boats\r\nCadiz,3\r\n");
	put(f, folder, "b.csv");
	assert_int_equal(lettercase_compile(f,
				 "---\ntitle: Fund\nimages:\n  - path: a.png\n    alt: A boat\n    "
				 "caption: The boat.\n    credit: A. Roy\n    usage: Editorial\n"
				 "media:\n  - url: https://media.harbour.example/?a=1&b=2\n    kind: b-roll\n"
				 "    title: The drill\n    alt: Two boats\n    credit: J. Lind\n"
				 "attachments:\n  - a.png\n  - b.csv\n---\nWords.\n"),
		OK);
	test_folder_remove(folder);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	assert_true(lettercase_has(f, "Content-Type: multipart/mixed;"));
	assert_true(lettercase_has(f, "Content-Type: multipart/related; boundary=\"=_"));
	assert_true(lettercase_has(f, "\r\n type=\"text/html\"\r\n"));
	assert_true(lettercase_has(f, "Content-Type: multipart/alternative;"));
	assert_true(lettercase_has(f, "Content-ID: <image1."));
	assert_int_equal(lettercase_count(f, "Content-Type: image/png"), 2);
	assert_int_equal(lettercase_count(f, "\r\n\r\niVBORw0KGgo"), 2);
	assert_true(lettercase_has(f, "Content-Type: text/csv;"));
	assert_true(lettercase_has(f, "\r\n\r\nTown,Boats\r\nCadiz,3\r\n\r\n--"));
	lettercase_assert_part(f, "text/html", "<img src=\"cid:image1.");
	lettercase_assert_part(f, "text/html", "width=\"520\" height=\"391\"");
	lettercase_assert_part(
		f, "text/plain", "Photo: A boat\r\nThe boat.\r\nCredit: A. Roy\r\nUsage: Editorial\r\n");
	lettercase_assert_part(f, "text/html", "href=\"https://media.harbour.example/?a=1&amp;b=2\"");
	lettercase_assert_part(f, "text/plain",
		"B-roll: The drill\r\nhttps://media.harbour.example/?a=1&b=2\r\nTwo boats\r\nCredit: J. "
		"Lind\r\n");
}

static void a_photo_without_credit_makes_no_message(void **state)
{
	struct lettercase *f = *state;

	assert_int_equal(lettercase_compile(f,
				 "---\ntitle: Fund\nmedia:\n  - url: https://a.example\n    kind: photo\n"
				 "    alt: A boat\n---\nWords.\n"),
		E_SYNTAX);
	assert_string_equal(f->err.text, "fund.md:4: media link without credit: say whose it is");
}

static void a_usage_is_wrapped_with_room_for_its_label(void **state)
{
	struct lettercase *f = *state;

	assert_int_equal(
		lettercase_compile(f,
			"---\ntitle: Fund\nmedia:\n  - url: https://a.example\n    kind: photo\n"
			"    alt: A boat\n    credit: A. Roy\n    usage: Free for editorial use until "
			"the end of 2027 with this exact credit, no archive\n---\nWords.\n"),
		OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	lettercase_assert_part(f, "text/plain",
		"Usage: Free for editorial use until the end of 2027 with this exact\r\ncredit, no "
		"archive\r\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lettercase_set_up, lettercase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_image_has_an_id_whatever_the_domains_length),
		TEST(a_missing_attachment_names_the_release_and_line),
		TEST(images_attachments_and_media_go_with_the_message),
		TEST(a_photo_without_credit_makes_no_message),
		TEST(a_usage_is_wrapped_with_room_for_its_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
