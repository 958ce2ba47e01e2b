/* Files are known by their bytes; names help where bytes don't say. */
#include "compose/filetype.h"

#include "support/test.h"

#define ZIP_OF(name) "PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x0c\0\0\0" name

static int open_types(void **state)
{
	struct filetypes *types = NULL;
	struct err err = {0};

	if (filetypes_open(&types, &err) != OK)
		return -1;
	*state = types;
	return 0;
}

static int close_types(void **state)
{
	filetypes_close(*state);
	return 0;
}

static enum status judge(
	void **state, const char *name, struct span bytes, struct filetype *out, struct err *err)
{
	struct filetype detected;

	assert_int_equal(filetype_detect(*state, bytes, &detected, err), OK);
	return filetype_judge(name, bytes, &detected, out, err);
}

static void names_decide_where_bytes_do_not(void **state)
{
	const struct {
		const char *name;
		struct span bytes;
		const char *type;
		bool is_text;
	} rows[] = {
		{"a.csv", SPAN("name,town\r\nAna,Cadiz\r\n"), "text/csv", true},
		{"a.CSV", SPAN("\xef\xbb\xbfname;town\n"), "text/csv", true},
		{"a.txt", SPAN("Words.\n"), "text/plain", true},
		{"a.txt", SPAN("<!DOCTYPE html><html></html>"), "text/plain", true},
		{"a.md", SPAN("# Words\n"), "text/markdown", true},
		{"a.ics", SPAN("BEGIN:VCALENDAR\r\n"), "text/calendar", true},
		{"a.json", SPAN("{\"a\": 1}"), "application/json", true},
		{"a.html", SPAN("<p>Words"), "text/html", true},
		{"a.srt", SPAN("1\n00:00:00,000 --> 00:00:01,000\nWords\n"), "text/plain", true},
		{"README", SPAN("Words.\n"), "text/plain", true},
		{"a.pdf", SPAN("%PDF-1.7\n1 0 obj\n"), "application/pdf", false},
		{"a.rtf", SPAN("{\\rtf1 Words}"), "application/rtf", false},
		{"a.docx", SPAN(ZIP_OF("customXml/it")),
			"application/vnd.openxmlformats-officedocument.wordprocessingml.document", false},
		{"a.epub", SPAN(ZIP_OF("META-INF/con")), "application/epub+zip", false},
		{"a.zip", SPAN(ZIP_OF("pictures/01.")), "application/zip", false},
		{"a.doc", SPAN("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0"), "application/msword", false},
		{"a.mp3", SPAN("ID3\3\0\0\0\0\0\0\0\0"), "audio/mpeg", false},
		{"a.mp4",
			SPAN("\0\0\0\x18"
			     "ftypmp42\0\0\0\0mp42isom"),
			"video/mp4", false},
		{"a.unheard", SPAN("\1\2\3\4\0\0\xff"), "application/octet-stream", false},
		{"a.unheard", SPAN("%PDF-1.7\n1 0 obj\n"), "application/pdf", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct filetype type;
		struct err err = {0};

		if (judge(state, rows[i].name, rows[i].bytes, &type, &err) != OK)
			fail_msg("%s", err.text);
		assert_string_equal(type.type, rows[i].type);
		assert_int_equal(type.is_text, rows[i].is_text);
	}
}

/* RFC 2046 5.2.1 and 5.1: such types may go out neither in base64 nor in quoted-printable. */
static void a_mail_that_is_attached_is_a_file_like_others(void **state)
{
	const struct span mail = SPAN("Received: from a.example (a.example [192.0.2.1])\r\n"
				      "\tby b.example with ESMTP id 1;\r\n"
				      "From: Ana <ana@a.example>\r\nTo: desk@b.example\r\n"
				      "Subject: Fund\r\nMIME-Version: 1.0\r\n\r\nWords.\r\n");
	const struct filetype parts = {.type = "multipart/mixed", .is_text = true};
	struct filetype type;

	assert_int_equal(filetype_detect(*state, mail, &type, NULL), OK);
	assert_string_equal(type.type, "message/rfc822");
	assert_int_equal(judge(state, "a.eml", mail, &type, NULL), OK);
	assert_string_equal(type.type, "application/octet-stream");
	assert_int_equal(filetype_judge("a", mail, &parts, &type, NULL), OK);
	assert_string_equal(type.type, "application/octet-stream");
}

static void assert_conflict(void **state, const char *name, struct span bytes, const char *expected)
{
	struct filetype type;
	struct err err = {0};

	assert_int_equal(judge(state, name, bytes, &type, &err), E_CONFLICT);
	assert_contains(err.text, name);
	assert_contains(err.text, expected);
}

static void a_name_that_lies_is_refused(void **state)
{
	const struct span page = SPAN("<!DOCTYPE html>\n<html><title>Log in</title></html>\n");

	assert_conflict(state, "a.pdf", page, "isn't what its name says: it is a web page");
	assert_conflict(state, "a.csv", page, "it is a web page");
	assert_conflict(state, "a.docx", page, "it is a web page");
	assert_conflict(state, "a.pdf", SPAN("Words.\n"), "it is text");
	assert_conflict(state, "a.docx", SPAN("\1\2\3\4\0\0\xff"), "it is of no kind that can be told");
	assert_conflict(state, "a.txt", SPAN("%PDF-1.7\n\xff\xfe\0\0"), "it is a PDF");
	assert_conflict(state, "a.jpg", SPAN("%PDF-1.7\n1 0 obj\n"), "it is a PDF");
	assert_conflict(state, "a.docx",
		SPAN("PK\x03\x04\x0a\0\0\0\0\0\0\0!\0\0\0\0\0\x27\0\0\0\x27\0\0\0\x08\0\0\0"
		     "mimetypeapplication/vnd.oasis.opendocument.text"),
		"opendocument.text");
}

static void what_providers_refuse_is_refused_by_name_and_by_bytes(void **state)
{
	const struct {
		const char *name;
		struct span bytes;
	} rows[] = {
		{"a.exe", SPAN("Words.\n")},
		{"a.pdf.EXE", SPAN("Words.\n")},
		{"a.js.", SPAN("Words.\n")},
		{"a.vbs", SPAN("Words.\n")},
		{"a.scr", SPAN("Words.\n")},
		{"a.iso", SPAN("Words.\n")},
		{"a.jar", SPAN(ZIP_OF("META-INF/MAN"))},
		{"a", SPAN("#!/bin/sh\nrm -r /\n")},
		{"a.txt", SPAN("#!/bin/sh\nrm -r /\n")},
		{"a.pdf", SPAN("\x7f"
			       "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0\1\0\0\0\0\0\0\0\0\0\0\0")},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct filetype type;
		struct err err = {0};

		assert_int_equal(judge(state, rows[i].name, rows[i].bytes, &type, &err), E_DENIED);
		assert_contains(err.text, rows[i].name);
		assert_contains(err.text, "mail providers refuse");
	}
}

static void text_in_another_charset_is_told(void **state)
{
	struct filetype type;

	assert_int_equal(judge(state, "a.csv", SPAN("caf\xe9,1\r\n"), &type, NULL), OK);
	assert_string_equal(type.type, "text/csv");
	assert_false(type.is_text);
	assert_true(type.is_other_text);
	assert_int_equal(judge(state, "a.csv",
				 SPAN("\xff\xfe"
				      "a\0,\0b\0"),
				 &type, NULL),
		OK);
	assert_true(type.is_other_text);
}

static void names_promise_a_type(void **state)
{
	(void)state;
	assert_string_equal(filetype_of_name("b/c.JPEG"), "image/jpeg");
	assert_string_equal(filetype_of_name("c.d/e"), "");
	assert_string_equal(filetype_of_name(""), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_mail_that_is_attached_is_a_file_like_others, open_types, close_types),
		cmocka_unit_test(names_decide_where_bytes_do_not),
		cmocka_unit_test(a_name_that_lies_is_refused),
		cmocka_unit_test(what_providers_refuse_is_refused_by_name_and_by_bytes),
		cmocka_unit_test(text_in_another_charset_is_told),
		cmocka_unit_test(names_promise_a_type),
	};

	return cmocka_run_group_tests(tests, open_types, close_types);
}
