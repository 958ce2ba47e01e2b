/*
 * Lists' files as people make them, good and bad.
 */
#include "list/listfile.h"

#include "base/asset.h"
#include "support/listcase.h"
#include "support/test.h"

#include <unistd.h>

#define HEADER "address,name,outlet\n"

static void assert_unreadable(struct span content, enum status status, const char *words)
{
	struct listcase listcase;

	listcase_read(&listcase, content);
	assert_int_equal(listcase.status, status);
	assert_contains(listcase.err.text, words);
	assert_int_equal(listcase.count, 0);
	listcase_clear(&listcase);
}

static void columns_come_in_any_order_and_case(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l,
		SPAN("Publication,E-Mail,LANG,Full Name,Phone No.,Salutation,Position\n"
		     "The Lantern,Ana@Paper.Example,FR,Ana Pérez,+44 20 7946 0001,Dear Ana,editor\n"),
		1);
	listcase_assert_member(&l, 0, "address", "Ana@Paper.Example");
	assert_string_equal(l.members[0].address_key, "ana@paper.example");
	listcase_assert_member(&l, 0, "name", "Ana Pérez");
	listcase_assert_member(&l, 0, "outlet", "The Lantern");
	listcase_assert_member(&l, 0, "language", "fr");
	listcase_assert_member(&l, 0, "role", "editor");
	listcase_assert_member(&l, 0, "salutation", "Dear Ana");
	listcase_assert_member(&l, 0, "phone_no", "+44 20 7946 0001");
	assert_int_equal(l.lines[0], 2);
	listcase_clear(&l);
}

static void first_and_last_name_make_the_name(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(
		&l, SPAN("Courriel;Prénom;Nom\na@paper.example;Zoé;Martin\nb@paper.example;;Martin\n"), 2);
	listcase_assert_member(&l, 0, "name", "Zoé Martin");
	listcase_assert_member(&l, 0, "first_name", "Zoé");
	listcase_assert_member(&l, 0, "last_name", "Martin");
	listcase_assert_member(&l, 1, "name", "Martin");
	assert_int_equal(l.summary.separator, ';');
	listcase_clear(&l);
}

static void a_column_of_full_names_wins_over_first_and_last(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l, SPAN("email,name,first name,last name\na@paper.example,,Zoé,Martin\n"), 1);
	listcase_assert_member(&l, 0, "name", "");
	listcase_assert_member(&l, 0, "first_name", "Zoé");
	listcase_clear(&l);
}

static void empty_cells_are_empty_and_empty_attributes_left_out(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l, SPAN("address,name,beat\na@paper.example,,\nb@paper.example,  ,\" \"\n"), 2);
	listcase_assert_member(&l, 0, "name", "");
	assert_int_equal(l.members[0].attributes.count, 0);
	assert_int_equal(l.members[1].attributes.count, 0);
	listcase_assert_member(&l, 1, "name", "");
	listcase_clear(&l);
}

static void the_separator_is_the_one_the_header_has_most_of(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l, SPAN("address\tname\toutlet\na@paper.example\tAna, Dr.\tNews; Views\n"), 1);
	assert_int_equal(l.summary.separator, '\t');
	listcase_assert_member(&l, 0, "name", "Ana, Dr.");
	listcase_assert_member(&l, 0, "outlet", "News; Views");
	listcase_clear(&l);
	listcase_read_good(
		&l, SPAN("\"address\";\"name, or title, or rank\"\na@paper.example;\"x, y\"\n"), 1);
	assert_int_equal(l.summary.separator, ';');
	listcase_clear(&l);
	listcase_read_good(&l, SPAN("address\na@paper.example\n"), 1);
	assert_int_equal(l.summary.separator, ',');
	listcase_clear(&l);
}

static void excels_separator_line_decides(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l, SPAN("sep=;\r\naddress;name, full\r\na@paper.example;Ana\r\n"), 1);
	assert_int_equal(l.summary.separator, ';');
	listcase_assert_member(&l, 0, "name_full", "Ana");
	assert_int_equal(l.lines[0], 3);
	listcase_clear(&l);
}

static void spaces_around_values_are_taken_off(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l, SPAN(HEADER " a@paper.example\xc2\xa0,\"  Ana \t\",\xc2\xa0 x y \n"), 1);
	listcase_assert_member(&l, 0, "address", "a@paper.example");
	listcase_assert_member(&l, 0, "name", "Ana");
	listcase_assert_member(&l, 0, "outlet", "x y");
	listcase_clear(&l);
}

static void empty_lines_are_no_rows(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l, SPAN("\n\n" HEADER "\n,,\n  \na@paper.example,,\n\"\",\"\",\n\n"), 1);
	assert_int_equal(l.lines[0], 7);
	listcase_clear(&l);
}

static void every_kind_of_line_end_is_understood(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l, SPAN("address,name\r\na@paper.example,Ana\r\nb@paper.example,Bo\r\n"), 2);
	listcase_assert_member(&l, 1, "name", "Bo");
	listcase_clear(&l);
	listcase_read_good(&l, SPAN("address,name\ra@paper.example,Ana\rb@paper.example,Bo"), 2);
	listcase_assert_member(&l, 1, "name", "Bo");
	assert_int_equal(l.lines[1], 3);
	listcase_clear(&l);
	listcase_read_good(&l, SPAN("address,name\na@paper.example,Ana"), 1);
	listcase_clear(&l);
}

static void a_byte_order_mark_is_no_part_of_the_first_column(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l, SPAN("\xef\xbb\xbf" HEADER "a@paper.example,Zoé,x\n"), 1);
	assert_string_equal(l.summary.encoding, "UTF-8");
	listcase_assert_member(&l, 0, "name", "Zoé");
	listcase_clear(&l);
}

/* ASCII and Latin-1 only, which is what the tests below need of UTF-16. */
static void add_utf16(struct str *out, const char *latin1, bool is_big)
{
	for (; *latin1; latin1++) {
		if (is_big)
			str_add_char(out, '\0');
		str_add_char(out, *latin1);
		if (!is_big)
			str_add_char(out, '\0');
	}
}

static void utf16_is_read_with_and_without_its_mark(void **state)
{
	static const char *const marks[] = {"\xff\xfe", "\xfe\xff", "", ""};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct listcase l;
		struct str text;

		str_init(&text, STR_MAX_SMALL);
		str_add_text(&text, marks[i]);
		add_utf16(&text, "address;name\r\na@paper.example;Zo\xe9\r\n", i % 2);
		listcase_read_good(&l, str_span(&text), 1);
		assert_string_equal(l.summary.encoding, i % 2 ? "UTF-16BE" : "UTF-16LE");
		listcase_assert_member(&l, 0, "name", "Zoé");
		assert_int_equal(l.lines[0], 2);
		listcase_clear(&l);
		str_clear(&text);
	}
}

static void a_broken_character_in_utf16_costs_its_row_only(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_SMALL);
	str_add_text(&text, "\xff\xfe");
	add_utf16(&text, "address,name\na@paper.example,", false);
	str_add(&text, SPAN("\x00\xd8")); /* half a surrogate pair */
	add_utf16(&text, "\nb@paper.example,Bo\nc@paper.example,", false);
	str_add_char(&text, 'x'); /* half a unit */
	listcase_assert_rejects(str_span(&text), 1,
		"2:2 column 2 'name' has bytes that aren't UTF-8 in a file that otherwise is; save the file "
		"as UTF-8\n"
		"4:2 column 2 'name' has bytes that aren't UTF-8 in a file that otherwise is; save the file "
		"as UTF-8\n");
	str_clear(&text);
}

static void windows_1252_is_found_out(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l,
		SPAN("e-mail;pr\xe9nom;nom;m\xe9"
		     "dia\n"
		     "a@paper.example;Zo\xe9;L\x92H\xf4pital;Le \x80uro\n"),
		1);
	assert_string_equal(l.summary.encoding, "Windows-1252");
	listcase_assert_member(&l, 0, "name", "Zoé L’Hôpital");
	listcase_assert_member(&l, 0, "outlet", "Le €uro");
	listcase_clear(&l);
}

static void utf32_is_refused(void **state)
{
	(void)state;
	assert_unreadable(SPAN("\xff\xfe\0\0a\0\0\0"), E_UNSUPPORTED, "is in UTF-32; save it as UTF-8");
}

static void an_address_is_shown_as_typed_and_compared_folded(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l, SPAN("mail\nUte.Groß@BÜCHER.example\n"), 1);
	listcase_assert_member(&l, 0, "address", "Ute.Groß@BÜCHER.example");
	assert_string_equal(l.members[0].address_key, "ute.gross@xn--bcher-kva.example");
	listcase_clear(&l);
}

static void a_stray_quote_costs_one_line(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read(&l, SPAN(HEADER "a@paper.example,\"Ana,x\n"
				      "b@paper.example,Bo,y\n"
				      "c@paper.example,\"Cy, Jr\",z\n"
				      "d@paper.example,Di \"Dee\" D,z\n"
				      "e@paper.example,\"E\" e,z\n"
				      "f@paper.example,Fo,z\n"));
	assert_string_equal(l.rejects.ptr,
		"2:2 the quote that opens on line 2 is never closed; a quote inside a quoted value is "
		"written "
		"twice\n"
		"5:2 a quote where none may be; a value with quotes in it stands between quotes, and each of "
		"them is written twice\n"
		"6:2 a quote where none may be; a value with quotes in it stands between quotes, and each of "
		"them is written twice\n");
	assert_string_equal(l.rows.ptr,
		"a@paper.example,\"Ana,x\nd@paper.example,Di \"Dee\" D,z\ne@paper.example,\"E\" e,z\n");
	assert_int_equal(l.count, 3);
	assert_int_equal(l.lines[0], 3);
	assert_int_equal(l.lines[2], 7);
	listcase_clear(&l);
}

static void a_quote_that_is_never_closed_costs_one_line_of_a_large_file(void **state)
{
	struct listcase l;
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, HEADER "a@paper.example,\"Ana,x\n");
	for (int i = 0; i < 20000; i++)
		str_addf(&text, "p%d@paper.example,Name,Outlet\n", i);
	listcase_read(&l, str_span(&text));
	assert_int_equal(l.count, 20000);
	assert_int_equal(l.lines[0], 3);
	assert_int_equal(l.lines[19999], 20002);
	assert_int_equal(l.summary.rejected, 1);
	listcase_clear(&l);
	str_clear(&text);
}

static void a_header_of_a_thousand_columns_is_refused(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, "address");
	for (int i = 1; i < 1000; i++)
		str_addf(&text, ",c%d", i);
	assert_unreadable(str_span(&text), E_RANGE, ":1: 1000 columns; there may be 200");
	str_clear(&text);
}

static void attributes_leave_room_for_the_fixed_columns(void **state)
{
	struct listcase l;
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, "address");
	for (unsigned i = 0; i < LISTFILE_ATTRIBUTES_MAX; i++)
		str_addf(&text, ",c%u", i);
	listcase_read_good(&l, str_span(&text), 0);
	listcase_clear(&l);
	str_add_text(&text, ",more");
	assert_unreadable(
		str_span(&text), E_RANGE, ":1: 195 columns besides the usual ones; there may be 194");
	str_clear(&text);
}

static void a_file_that_is_no_list_is_refused_with_its_line(void **state)
{
	(void)state;
	assert_unreadable(SPAN(""), E_SYNTAX, "is empty; its first row must name the columns");
	assert_unreadable(SPAN("\n\n  \n"), E_SYNTAX, "is empty");
	assert_unreadable(SPAN("\nname,outlet\n"), E_SYNTAX,
		":2: no column is the address (the first of 2 is 'name'); name one 'address' or 'email'");
	assert_unreadable(SPAN("ana@paper.example,Ana\n"), E_SYNTAX, ":1: there's no header row");
	assert_unreadable(SPAN("sep=,\n"), E_SYNTAX, "has no header row");
	assert_unreadable(SPAN("address,\"name\na@paper.example,Ana\n"), E_SYNTAX,
		":1: the header row can't be read: the quote that opens on line 1 is never closed");
	assert_unreadable(SPAN("email,e-mail\n"), E_CONFLICT,
		":1: columns 1 'email' and 2 'e-mail' are both 'address'");
	assert_unreadable(SPAN("address,notes,Notes\n"), E_CONFLICT,
		":1: columns 2 'notes' and 3 'Notes' are both 'notes'; rename or remove one");
}

static void a_header_without_rows_is_an_empty_list(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_good(&l, SPAN(HEADER), 0);
	listcase_clear(&l);
	listcase_read_good(&l, SPAN("address,name"), 0);
	listcase_clear(&l);
}

static void what_is_no_file_is_refused(void **state)
{
	struct listcase l;

	(void)state;
	listcase_read_file(&l, "/nowhere/list.csv");
	assert_int_equal(l.status, E_NOTFOUND);
	assert_contains(l.err.text, "'/nowhere/list.csv'");
	listcase_clear(&l);
	listcase_read_file(&l, "/");
	assert_int_equal(l.status, E_UNSUPPORTED);
	listcase_clear(&l);
	listcase_read_file(&l, "/dev/zero");
	assert_int_equal(l.status, E_UNSUPPORTED);
	listcase_clear(&l);
}

static enum status stop_at_second(void *context, size_t line, const struct member *member, struct err *err)
{
	(void)context;
	(void)member;
	return line == 3 ? err_set(err, E_CANCELLED, "enough") : OK;
}

static void a_failure_of_the_caller_stops_the_reading(void **state)
{
	const struct listfile_reader_fns fns = {.member = stop_at_second};
	char path[] = "/tmp/dateline-test-XXXXXX";
	static const char content[] = HEADER "a@paper.example,,\nb@paper.example,,\nc@paper.example,,\n";
	int fd = mkstemp(path);
	struct listfile_summary summary;
	struct err err;

	(void)state;
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
	assert_int_equal(listfile_read(path, &fns, NULL, &summary, &err), E_CANCELLED);
	assert_string_equal(err.text, "enough");
	assert_int_equal(summary.rows, 2);
	unlink(path);
}

static void what_is_written_is_quoted_where_it_must_be(void **state)
{
	static const char *const names[] = {"beat", "phone"};
	struct member member = {0};
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	member.address = span_copy(SPAN("a@paper.example"));
	(void)member_set_field(&member, "name", SPAN("Ana \"A\" Pérez"));
	(void)member_set_field(&member, "outlet", SPAN("News, Views"));
	(void)member_set_field(&member, "phone", SPAN("+44"));
	listfile_write_header(&out, names, 2);
	listfile_write_member(&out, &member, names, 2);
	assert_string_equal(out.ptr, "address,name,outlet,role,language,salutation,beat,phone\n"
				     "a@paper.example,\"Ana \"\"A\"\" Pérez\",\"News, Views\",,,,,+44\n");
	str_clear(&out);
	member_clear(&member);
}

static bool is_reserved(const char *address_key)
{
	struct span key = span_of(address_key);

	return span_ends(key, SPAN(".example")) || span_ends(key, SPAN(".example.org")) ||
	       span_ends(key, SPAN(".example.com")) || span_ends(key, SPAN(".example.net"));
}

static void the_sample_lists_are_good_and_write_to_nobody_real(void **state)
{
	static const char *const names[] = {"lists/africa.csv", "lists/americas.csv",
		"lists/asia-pacific.csv", "lists/europe.csv", "lists/mena.csv"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct asset *asset = asset_find(names[i]);
		struct listcase l;

		assert_non_null(asset);
		listcase_read(&l, asset->content);
		assert_int_equal(l.status, OK);
		assert_string_equal(l.rejects.ptr, "");
		assert_true(l.count >= 12);
		for (size_t j = 0; j < l.count; j++) {
			if (!is_reserved(l.members[j].address_key))
				fail_msg("%s may be somebody's", l.members[j].address_key);
		}
		listcase_clear(&l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_come_in_any_order_and_case),
		cmocka_unit_test(first_and_last_name_make_the_name),
		cmocka_unit_test(a_column_of_full_names_wins_over_first_and_last),
		cmocka_unit_test(empty_cells_are_empty_and_empty_attributes_left_out),
		cmocka_unit_test(the_separator_is_the_one_the_header_has_most_of),
		cmocka_unit_test(excels_separator_line_decides),
		cmocka_unit_test(spaces_around_values_are_taken_off),
		cmocka_unit_test(empty_lines_are_no_rows),
		cmocka_unit_test(every_kind_of_line_end_is_understood),
		cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_first_column),
		cmocka_unit_test(utf16_is_read_with_and_without_its_mark),
		cmocka_unit_test(a_broken_character_in_utf16_costs_its_row_only),
		cmocka_unit_test(windows_1252_is_found_out),
		cmocka_unit_test(utf32_is_refused),
		cmocka_unit_test(an_address_is_shown_as_typed_and_compared_folded),
		cmocka_unit_test(a_stray_quote_costs_one_line),
		cmocka_unit_test(a_quote_that_is_never_closed_costs_one_line_of_a_large_file),
		cmocka_unit_test(a_header_of_a_thousand_columns_is_refused),
		cmocka_unit_test(attributes_leave_room_for_the_fixed_columns),
		cmocka_unit_test(a_file_that_is_no_list_is_refused_with_its_line),
		cmocka_unit_test(a_header_without_rows_is_an_empty_list),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(a_failure_of_the_caller_stops_the_reading),
		cmocka_unit_test(what_is_written_is_quoted_where_it_must_be),
		cmocka_unit_test(the_sample_lists_are_good_and_write_to_nobody_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
