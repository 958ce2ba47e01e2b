/*
 * Rows at fault in lists' files: each costs itself, and no other.
 */
#include "list/listfile.h"

#include "support/listcase.h"
#include "support/test.h"

#define HEADER "address,name,outlet\n"

static void in_a_utf8_file_a_row_in_another_encoding_is_rejected(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read(
		&l, SPAN(HEADER "a@paper.example,Zoé,x\nb@paper.example,Zo\xe9,y\nc@paper.example,Bo,z\n"));
	assert_string_equal(l.summary.encoding, "UTF-8");
	assert_string_equal(l.rejects.ptr,
		"3:2 column 2 'name' has bytes that aren't UTF-8 in a file that otherwise is; save the file "
		"as UTF-8\n");
	assert_string_equal(l.rows.ptr, "b@paper.example,Zo\xef\xbf\xbd,y\n");
	assert_int_equal(l.count, 2);
	listcase_clear(&l);
}

static void in_a_windows_1252_file_a_row_in_utf8_is_rejected(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read(&l, SPAN(HEADER "a@paper.example,Zo\xe9,x\nb@paper.example,No\xebl,x\n"
				      "c@paper.example,Zoé,y\nd@paper.example,\x81,y\n"));
	assert_string_equal(l.summary.encoding, "Windows-1252");
	assert_string_equal(l.rejects.ptr,
		"4:2 column 2 'name' has UTF-8 in a file that is otherwise Windows-1252; save the file as "
		"UTF-8\n"
		"5:2 column 2 'name' has a byte that is nothing in Windows-1252; save the file as UTF-8\n");
	assert_string_equal(l.rows.ptr, "c@paper.example,Zoé,y\nd@paper.example,\xef\xbf\xbd,y\n");
	assert_int_equal(l.count, 2);
	listcase_clear(&l);
}

static void line_breaks_nuls_and_controls_are_rejected_in_every_column(void **state)
{
	(void)state;
	listcase_assert_rejects(SPAN(HEADER "a@paper.example,\"Ana\r\nBcc: x@paper.example\",x\n"
					    "b@paper.example,Bo,x\n"
					    "\"c@paper.example\nd@paper.example\",Cy,x\n"
					    "e@paper.example,Eve,a\0b\n"
					    "f@paper.example,Fi\rB,x\n"
					    "g@paper.example,G,\x1b[31m\n"
					    "h\x7f@paper.example,H,x\n"
					    "i@paper.example,I,\xc2\x85\n"
					    "j@paper.example,J\tJ,x\n"
					    "k@paper.example,\xe2\x80\xaegnp,x\n"
					    "l@paper.example,Lo,x\n"),
		2,
		"2:2 column 2 'name' has a line break\n"
		"5:1 column 1 'address' has a line break\n"
		"7:3 column 3 'outlet' has a control character\n"
		"8:2 column 2 'name' has a line break\n"
		"9:3 column 3 'outlet' has a control character\n"
		"10:1 column 1 'address' has a control character\n"
		"11:3 column 3 'outlet' has a control character\n"
		"12:2 column 2 'name' has a control character\n"
		"13:2 column 2 'name' has an invisible character\n");
}

static void an_address_that_is_none_is_rejected(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read(&l, SPAN(HEADER "ana.paper.example,Ana,x\n,Bo,y\nc@paper.example,Cy,z\n"));
	assert_int_equal(l.count, 1);
	assert_int_equal(l.summary.rejected, 2);
	assert_contains(l.rejects.ptr, "2:1 ");
	assert_contains(l.rejects.ptr, "ana.paper.example");
	assert_contains(l.rejects.ptr, "3:1 no address in the row\n");
	listcase_clear(&l);
}

static void a_rejected_row_tells_whom_it_may_be_about(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read(&l, SPAN("language,address,name\n"
			       "klingon, Ana@Paper.example ,a@other.example\n"
			       "en,\"b@paper.example; c@paper.example\",Bo\n"
			       "en,Dee <d@paper.example>,Dee\n"
			       "en,e@paper.example,Ed,too much\n"
			       "en,Fry, Fi,f@paper.example\n"
			       "en,g@paper.example,\"Gil\n"
			       "en,nobody,No\n"
			       "en,h@@paper.example,Hi\n"));
	assert_int_equal(l.summary.rejected, 8);
	assert_string_equal(l.address_keys.ptr,
		"2 ana@paper.example\n3 b@paper.example\n3 c@paper.example\n4 d@paper.example\n"
		"5 e@paper.example\n6 f@paper.example\n7 g@paper.example\n");
	listcase_clear(&l);
}

static void in_a_windows_1252_file_a_rejected_row_tells_its_address(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read(&l, SPAN("name,address\nZo\xe9,a@paper.example\nNo\xebl,b@b\xfc"
			       "cher.example,x\n"));
	assert_string_equal(l.summary.encoding, "Windows-1252");
	assert_string_equal(l.address_keys.ptr, "3 b@xn--bcher-kva.example\n");
	listcase_clear(&l);
}

static void a_language_becomes_its_code(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l,
		SPAN("mail,langue\na@paper.example,Français\nb@paper.example,pt_br\n"
		     "c@paper.example,\nd@paper.example,ZH-hant-TW\n"),
		4);
	listcase_assert_member(&l, 0, "language", "fr");
	listcase_assert_member(&l, 1, "language", "pt-BR");
	listcase_assert_member(&l, 2, "language", "");
	listcase_assert_member(&l, 3, "language", "zh-Hant-TW");
	listcase_clear(&l);
	listcase_assert_rejects(SPAN("mail,langue\na@paper.example,Klingonese\n"), 0,
		"2:2 'Klingonese' is no language; write its code, such as 'fr'\n");
}

static void a_quote_that_opens_on_a_later_line_of_its_row_is_named_there(void **state)
{
	(void)state;
	listcase_assert_rejects(SPAN(HEADER "a@paper.example,\"Ana\nB\",\"x\nb@paper.example,Bo,y\n"), 1,
		"2:3 the quote that opens on line 3 is never closed; a quote inside a quoted value is "
		"written "
		"twice\n"
		"3:1 a quote where none may be; a value with quotes in it stands between quotes, and each of "
		"them is written twice\n");
}

static void lines_are_counted_as_they_are_in_the_file(void **state)
{
	(void)state;
	listcase_assert_rejects(
		SPAN(HEADER "a@paper.example,\"Ana\nB\nC\",x\n\nb@paper.example,Bo,y\nnone,Cy,\n"), 1,
		"2:2 column 2 'name' has a line break\n"
		"7:1 address \"none\": no @ in it; write name@domain\n");
}

static void a_line_of_ten_megabytes_is_rejected_and_passed_over(void **state)
{
	struct listcase l;
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, HEADER "a@paper.example,Ana,x\nb@paper.example,");
	str_add_repeat(&text, 'x', 10 * 1024 * 1024);
	str_add_text(&text, ",y\nc@paper.example,Cy,z\nd@paper.example,\"");
	str_add_repeat(&text, 'x', 10 * 1024 * 1024);
	listcase_read(&l, str_span(&text));
	assert_int_equal(l.status, OK);
	assert_string_equal(l.rejects.ptr,
		"3:0 the line is longer than 65536 bytes\n5:0 the line is longer than 65536 bytes\n");
	assert_int_equal(l.count, 2);
	assert_int_equal(l.lines[1], 4);
	assert_int_equal(l.rows.len, 2 * (LISTFILE_LINE_MAX + 1));
	assert_int_equal(l.summary.bytes_done, text.len);
	assert_int_equal(l.summary.bytes_total, text.len);
	listcase_clear(&l);
	str_clear(&text);
}

static void a_line_of_the_greatest_length_is_read(void **state)
{
	struct str text;

	(void)state;
	for (size_t extra = 0; extra < 2; extra++) {
		str_init(&text, STR_MAX_LARGE);
		str_add_text(&text, "address,name\r\na@paper.example,Ana");
		str_add_repeat(&text, ' ', LISTFILE_LINE_MAX + extra - strlen("a@paper.example,Ana"));
		str_add_text(&text, "\r\nb@paper.example,Bo\r\n");
		listcase_assert_rejects(
			str_span(&text), 2 - extra, extra ? "2:0 the line is longer than 65536 bytes\n" : "");
		str_clear(&text);
	}
}

static void a_row_of_a_thousand_columns_is_rejected(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, HEADER "a@paper.example");
	for (int i = 0; i < 999; i++)
		str_add_text(&text, ",x");
	str_add_text(&text, "\nb@paper.example,Bo,y\n");
	listcase_assert_rejects(str_span(&text), 1, "2:0 the row has 1000 cells, the header row has 3\n");
	str_clear(&text);
}

static void a_row_needs_as_many_cells_as_the_header(void **state)
{
	(void)state;
	listcase_assert_rejects(
		SPAN(HEADER "a@paper.example,Ana\nb@paper.example,Bo,y,z\nc@paper.example,Cy,z,,\n"), 1,
		"2:0 the row has 2 cells, the header row has 3\n"
		"3:0 the row has 4 cells, the header row has 3\n");
}

static void a_value_in_a_column_without_a_name_is_rejected(void **state)
{
	(void)state;
	listcase_assert_rejects(SPAN("address,,name\na@paper.example,,Ana\nb@paper.example,lost,Bo\n"), 1,
		"3:2 column 2 '' has a value, but no name in the header row\n");
}

static void a_value_that_is_too_long_is_rejected(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, HEADER "a@paper.example,");
	str_add_repeat(&text, 'x', LISTFILE_FIELD_MAX);
	str_add_text(&text, ",x\nb@paper.example,");
	str_add_repeat(&text, 'x', LISTFILE_FIELD_MAX + 1);
	str_add_text(&text, ",x\n");
	listcase_assert_rejects(str_span(&text), 1, "3:2 column 2 'name' has more than 1000 bytes\n");
	str_clear(&text);
}

static void a_row_that_could_not_be_written_again_is_rejected(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, "address");
	for (int i = 0; i < 40; i++)
		str_addf(&text, ",c%d", i);
	str_add_text(&text, "\na@paper.example");
	for (int i = 0; i < 40; i++) {
		str_add_char(&text, ',');
		str_add_repeat(&text, 'x', 750);
	}
	listcase_assert_rejects(str_span(&text), 0, "2:0 the values have more than 30000 bytes together\n");
	str_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_a_utf8_file_a_row_in_another_encoding_is_rejected),
		cmocka_unit_test(in_a_windows_1252_file_a_row_in_utf8_is_rejected),
		cmocka_unit_test(line_breaks_nuls_and_controls_are_rejected_in_every_column),
		cmocka_unit_test(an_address_that_is_none_is_rejected),
		cmocka_unit_test(a_rejected_row_tells_whom_it_may_be_about),
		cmocka_unit_test(in_a_windows_1252_file_a_rejected_row_tells_its_address),
		cmocka_unit_test(a_language_becomes_its_code),
		cmocka_unit_test(a_quote_that_opens_on_a_later_line_of_its_row_is_named_there),
		cmocka_unit_test(lines_are_counted_as_they_are_in_the_file),
		cmocka_unit_test(a_line_of_ten_megabytes_is_rejected_and_passed_over),
		cmocka_unit_test(a_line_of_the_greatest_length_is_read),
		cmocka_unit_test(a_row_of_a_thousand_columns_is_rejected),
		cmocka_unit_test(a_row_needs_as_many_cells_as_the_header),
		cmocka_unit_test(a_value_in_a_column_without_a_name_is_rejected),
		cmocka_unit_test(a_value_that_is_too_long_is_rejected),
		cmocka_unit_test(a_row_that_could_not_be_written_again_is_rejected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
