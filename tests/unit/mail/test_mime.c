/*
 * MIME trees, written: the bytes, and what is refused. That Python's email
 * package reads them without a defect is tested in tests/integration/test_headers.py.
 */
#include "support/test.h"

#include "mail/mime.h"

static char *written(struct mime_part *part)
{
	struct err err = {0};
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	if (mime_write(part, &out, &err) != OK)
		fail_msg("%s", err.text);
	mime_free(part);
	return out.ptr;
}

static void assert_refused(struct mime_part *part, enum status status, const char *says)
{
	struct err err = {0};
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	str_add_text(&out, "before");
	assert_int_equal(mime_write(part, &out, &err), status);
	assert_contains(err.text, says);
	assert_string_equal(out.ptr, "before");
	str_clear(&out);
	mime_free(part);
}

static void a_text_alone_is_its_headers_and_its_body(void **state)
{
	char *bytes = written(mime_new_text("plain", MIME_QP, SPAN("Zo=C3=AB\r\n")));

	(void)state;
	assert_string_equal(bytes, "Content-Type: text/plain; charset=\"utf-8\"\r\n"
				   "Content-Transfer-Encoding: quoted-printable\r\n"
				   "\r\n"
				   "Zo=C3=AB\r\n");
	free(bytes);
}

static void a_body_without_a_last_line_break_gets_one(void **state)
{
	char *bytes = written(mime_new_text("plain", MIME_7BIT, SPAN("end")));

	(void)state;
	assert_contains(bytes, "7bit\r\n\r\nend\r\n");
	free(bytes);
}

static void parts_stand_between_boundaries_and_end_where_their_bytes_end(void **state)
{
	struct mime_part *root = mime_new_multipart("alternative", "=_one");
	char *bytes;

	(void)state;
	mime_add(root, mime_new_text("plain", MIME_7BIT, SPAN("text")));
	mime_add(root, mime_new_text("html", MIME_7BIT, SPAN("<p>text</p>\r\n")));
	bytes = written(root);
	assert_string_equal(bytes, "Content-Type: multipart/alternative; boundary=\"=_one\"\r\n"
				   "\r\n"
				   "--=_one\r\n"
				   "Content-Type: text/plain; charset=\"utf-8\"\r\n"
				   "Content-Transfer-Encoding: 7bit\r\n"
				   "\r\n"
				   "text\r\n"
				   "--=_one\r\n"
				   "Content-Type: text/html; charset=\"utf-8\"\r\n"
				   "Content-Transfer-Encoding: 7bit\r\n"
				   "\r\n"
				   "<p>text</p>\r\n"
				   "\r\n"
				   "--=_one--\r\n");
	free(bytes);
}

static void an_attachment_and_an_inline_image_carry_their_names(void **state)
{
	struct mime_part *root = mime_new_multipart("mixed", "=_out");
	struct mime_part *related = mime_new_related("text/html", "=_in");
	struct mime_part *image = mime_new_leaf("image/png", MIME_BASE64, SPAN("iVBORw0K\r\n"));
	struct mime_part *paper = mime_new_leaf("application/pdf", MIME_BASE64, SPAN("JVBERi0=\r\n"));
	char *bytes;

	(void)state;
	mime_set_content_id(image, "map@harbour.example");
	assert_int_equal(mime_set_disposition(image, "inline", SPAN(""), NULL), OK);
	assert_int_equal(mime_set_disposition(paper, "attachment", SPAN("März.pdf"), NULL), OK);
	mime_add(related, image);
	mime_add(root, related);
	mime_add(root, paper);
	bytes = written(root);
	assert_contains(bytes,
		"--=_out\r\nContent-Type: multipart/related; boundary=\"=_in\"; type=\"text/html\"\r\n\r\n"
		"--=_in\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
		"Content-ID: <map@harbour.example>\r\nContent-Disposition: inline\r\n\r\n"
		"iVBORw0K\r\n\r\n--=_in--\r\n\r\n--=_out\r\n"
		"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
		"Content-Disposition: attachment; filename*=utf-8''M%C3%A4rz.pdf\r\n\r\n"
		"JVBERi0=\r\n\r\n--=_out--\r\n");
	free(bytes);
}

static void a_type_of_ones_own_is_written_as_given(void **state)
{
	char *bytes = written(mime_new_leaf("font/woff2", MIME_BASE64, SPAN("AAAA\r\n")));

	(void)state;
	assert_contains(bytes, "Content-Type: font/woff2\r\n");
	free(bytes);
}

static void a_body_that_is_not_canonical_is_refused(void **state)
{
	const struct {
		struct span body;
		const char *says;
	} cases[] = {
		{SPAN("a\nb"), "line 1 of a part: a line break that isn't CR LF"},
		{SPAN("a\rb"), "line 1 of a part: a line break that isn't CR LF"},
		{SPAN("a\r\nb\r"), "line 2 of a part: a line break that isn't CR LF"},
		{SPAN("a\r\n\nb"), "line 2 of a part: a line break that isn't CR LF"},
		{SPAN("a\r\r\nb"), "line 1 of a part: a line break that isn't CR LF"},
		{SPAN("a\r\nZo\xc3\xab"), "line 2 of a part: the byte 0xc3"},
		{SPAN("a\0b"), "line 1 of a part: the byte 0x00"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(mime_new_text("plain", MIME_7BIT, cases[i].body), E_SYNTAX, cases[i].says);
}

static void a_line_over_998_octets_is_refused(void **state)
{
	struct str body;
	char *bytes;

	(void)state;
	str_init(&body, STR_MAX_SMALL);
	str_add_repeat(&body, 'a', 998);
	bytes = written(mime_new_text("plain", MIME_7BIT, str_span(&body)));
	free(bytes);
	str_add_char(&body, 'a');
	assert_refused(mime_new_text("plain", MIME_7BIT, str_span(&body)), E_SYNTAX, "longer than 998");
	str_clear(&body);
}

static struct mime_part *around(const char *boundary, struct mime_part *part)
{
	struct mime_part *multipart = mime_new_multipart("mixed", boundary);

	mime_add(multipart, part);
	return multipart;
}

static void a_boundary_that_a_body_or_a_part_inside_has_is_refused(void **state)
{
	static const char *const bodies[] = {
		"--one", "a\r\n--one", "--one--", "--onemore\r\n", "--two", "--two--\r\na"};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		assert_refused(
			around("one", around("two", mime_new_text("plain", MIME_7BIT, span_of(bodies[i])))),
			E_SYNTAX, "looks like a boundary");
	assert_refused(around("one", around("one", mime_new_text("plain", MIME_7BIT, SPAN("")))), E_SYNTAX,
		"has the same");
	assert_refused(around("one", around("onetwo", mime_new_text("plain", MIME_7BIT, SPAN("")))), E_SYNTAX,
		"has the same");
}

static void a_boundary_that_is_none_is_refused(void **state)
{
	(void)state;
	assert_refused(around("", mime_new_text("plain", MIME_7BIT, SPAN(""))), E_RANGE, "boundary");
	assert_refused(
		around("a\r\nX-Evil: 1", mime_new_text("plain", MIME_7BIT, SPAN(""))), E_SYNTAX, "boundary");
	assert_refused(around("a\"b", mime_new_text("plain", MIME_7BIT, SPAN(""))), E_SYNTAX, "boundary");
	assert_refused(around("a ", mime_new_text("plain", MIME_7BIT, SPAN(""))), E_SYNTAX, "boundary");
	assert_refused(around("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			       mime_new_text("plain", MIME_7BIT, SPAN(""))),
		E_RANGE, "from 1 to 70");
}

static void a_multipart_without_parts_is_refused(void **state)
{
	(void)state;
	assert_refused(mime_new_multipart("mixed", "one"), E_SYNTAX, "no part in it");
}

static struct mime_part *with_content_id(const char *id)
{
	struct mime_part *part = mime_new_leaf("image/png", MIME_BASE64, SPAN(""));

	mime_set_content_id(part, id);
	return part;
}

static void nothing_given_gets_out_of_its_header(void **state)
{
	struct mime_part *part = mime_new_leaf("image/png", MIME_BASE64, SPAN(""));
	struct err err = {0};

	(void)state;
	assert_refused(
		mime_new_leaf("text/plain\r\nX-Evil: 1", MIME_7BIT, SPAN("")), E_SYNTAX, "content type");
	assert_refused(mime_new_leaf("te\r\nxt/plain", MIME_7BIT, SPAN("")), E_SYNTAX, "content type");
	assert_refused(mime_new_leaf("text/plain; a=b", MIME_7BIT, SPAN("")), E_SYNTAX, "content type");
	assert_refused(mime_new_leaf("text", MIME_7BIT, SPAN("")), E_SYNTAX, "content type");
	assert_refused(with_content_id("a\r\nX-Evil: 1"), E_SYNTAX, "content id");
	assert_refused(with_content_id("a> <b"), E_SYNTAX, "content id");
	assert_refused(with_content_id(""), E_RANGE, "content id");
	assert_int_equal(mime_set_disposition(part, "attachment", SPAN("a\r\nX-Evil: 1"), &err), E_SYNTAX);
	assert_contains(err.text, "file name");
	assert_int_equal(mime_set_disposition(part, "attachment", SPAN("a\0b"), &err), E_SYNTAX);
	assert_int_equal(mime_set_disposition(part, "hidden", SPAN("a"), &err), E_SYNTAX);
	mime_free(part);
}

static void a_message_over_the_ceiling_is_refused(void **state)
{
	struct mime_part *part = mime_new_text("plain", MIME_7BIT, SPAN("text"));
	struct err err = {0};
	struct str out;

	(void)state;
	str_init(&out, 50);
	assert_int_equal(mime_write(part, &out, &err), E_RANGE);
	str_clear(&out);
	mime_free(part);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_alone_is_its_headers_and_its_body),
		cmocka_unit_test(a_body_without_a_last_line_break_gets_one),
		cmocka_unit_test(parts_stand_between_boundaries_and_end_where_their_bytes_end),
		cmocka_unit_test(an_attachment_and_an_inline_image_carry_their_names),
		cmocka_unit_test(a_type_of_ones_own_is_written_as_given),
		cmocka_unit_test(a_body_that_is_not_canonical_is_refused),
		cmocka_unit_test(a_line_over_998_octets_is_refused),
		cmocka_unit_test(a_boundary_that_a_body_or_a_part_inside_has_is_refused),
		cmocka_unit_test(a_boundary_that_is_none_is_refused),
		cmocka_unit_test(a_multipart_without_parts_is_refused),
		cmocka_unit_test(nothing_given_gets_out_of_its_header),
		cmocka_unit_test(a_message_over_the_ceiling_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
