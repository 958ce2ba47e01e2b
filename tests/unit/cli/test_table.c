/*
 * Tables: aligned in terminal columns, never wider than asked where columns can give way.
 */
#include "support/test.h"

#include "base/utf8.h"
#include "cli/table.h"

static const struct table_column two[] = {{"NAME", false, 0}, {"COUNT", true, 0}};
static const struct table_column elastic[] = {
	{"STATE", false, 0}, {"ADDRESS", false, 12}, {"REPLY", false, 8}};

/* Cells row by row, NULL at the end. */
static void assert_table(const struct table_column *columns, size_t count, size_t width,
	const char *const *cells, const char *wanted)
{
	struct table *table = table_new(columns, count);
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	for (; *cells; cells++)
		table_add(table, span_of(*cells));
	table_format(table, width, &out);
	assert_string_equal(out.ptr, wanted);
	str_clear(&out);
	table_free(table);
}

static void columns_are_as_wide_as_their_widest_cell_or_title(void **state)
{
	static const char *const cells[] = {"europe", "7", "mena", "123456", NULL};

	(void)state;
	assert_table(two, 2, 80, cells,
		"NAME     COUNT\n"
		"europe       7\n"
		"mena    123456\n");
}

static void the_last_column_has_no_trailing_blanks(void **state)
{
	static const struct table_column columns[] = {{"A", false, 0}, {"B", false, 0}};
	static const char *const cells[] = {"1", "", "22", "long", NULL};

	(void)state;
	assert_table(columns, 2, 80, cells, "A   B\n1\n22  long\n");
}

static void wide_characters_count_as_two_columns(void **state)
{
	static const char *const cells[] = {"東京", "1", "Oslo", "22", NULL};

	(void)state;
	assert_table(two, 2, 80, cells,
		"NAME  COUNT\n"
		"東京      1\n"
		"Oslo     22\n");
}

static void combining_marks_take_no_column(void **state)
{
	static const char *const cells[] = {"Zoe\xcc\x88", "1", "Zoe", "22", NULL};

	(void)state;
	assert_table(two, 2, 80, cells,
		"NAME  COUNT\n"
		"Zoe\xcc\x88       1\n"
		"Zoe      22\n");
}

static void controls_are_shown_as_question_marks(void **state)
{
	static const char delete_after_c1[] = "b\xc2\x9b"
					      "c\x7f";
	static const char *const cells[] = {"a\033[31m\n", "1", delete_after_c1, "2", NULL};

	(void)state;
	assert_table(two, 2, 80, cells,
		"NAME     COUNT\n"
		"a?[31m?      1\n"
		"b?c?         2\n");
}

static void elastic_columns_are_cut_with_an_ellipsis_where_there_is_no_room(void **state)
{
	static const char *const cells[] = {
		"deferred", "a.very.long.address@paper.example", "451 greylisted, come back later", NULL};

	(void)state;
	assert_table(elastic, 3, 40, cells,
		"STATE     ADDRESS         REPLY\n"
		"deferred  a.very.long.a…  451 greyliste…\n");
}

static void the_widest_elastic_column_gives_way_first(void **state)
{
	static const char *const cells[] = {
		"failed", "ana@paper.example", "550 there is no such user here and never was", NULL};

	(void)state;
	assert_table(elastic, 3, 50, cells,
		"STATE   ADDRESS            REPLY\n"
		"failed  ana@paper.example  550 there is no such u…\n");
}

static void an_elastic_column_keeps_its_least_width(void **state)
{
	static const char *const cells[] = {"failed", "ana.perez@paper.example", "550 no such user", NULL};

	(void)state;
	assert_table(elastic, 3, 10, cells,
		"STATE   ADDRESS       REPLY\n"
		"failed  ana.perez@p…  550 no …\n");
}

/* Half of a wide character can't be shown: a column stays empty. */
static void a_cut_never_splits_a_wide_character(void **state)
{
	static const struct table_column columns[] = {{"A", false, 8}, {"B", true, 0}};
	static const char *const cells[] = {"東京新聞社会部", "1", NULL};

	(void)state;
	assert_table(columns, 2, 12, cells,
		"A          B\n"
		"東京新聞…  1\n");
	assert_table(columns, 2, 11, cells,
		"A         B\n"
		"東京新…   1\n");
}

static void every_line_fits_while_columns_can_give_way(void **state)
{
	struct table *table = table_new(elastic, 3);
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_LARGE);
	for (size_t i = 0; i < 20; i++) {
		table_add(table, SPAN("accepted"));
		table_addf(table, "%.*sé東@paper.example", (int)(2 * i),
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
		table_addf(table, "250 %.*s", (int)(2 * i), "東東東東東東東東東東東東東東東東東東東東");
	}
	for (size_t width = 32; width < 100; width++) {
		struct span rest;
		struct span line;

		str_empty(&out);
		table_format(table, width, &out);
		rest = str_span(&out);
		while (span_line(&rest, &line))
			assert_true(utf8_width(line) <= width);
	}
	str_clear(&out);
	table_free(table);
}

static void rows_are_counted_when_they_are_whole(void **state)
{
	struct table *table = table_new(two, 2);

	(void)state;
	assert_int_equal(table_rows(table), 0);
	table_add(table, SPAN("europe"));
	assert_int_equal(table_rows(table), 0);
	table_addf(table, "%d", 7);
	assert_int_equal(table_rows(table), 1);
	table_free(table);
}

static void a_table_without_rows_is_its_header(void **state)
{
	static const char *const cells[] = {NULL};

	(void)state;
	assert_table(two, 2, 80, cells, "NAME  COUNT\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell_or_title),
		cmocka_unit_test(the_last_column_has_no_trailing_blanks),
		cmocka_unit_test(wide_characters_count_as_two_columns),
		cmocka_unit_test(combining_marks_take_no_column),
		cmocka_unit_test(controls_are_shown_as_question_marks),
		cmocka_unit_test(elastic_columns_are_cut_with_an_ellipsis_where_there_is_no_room),
		cmocka_unit_test(the_widest_elastic_column_gives_way_first),
		cmocka_unit_test(an_elastic_column_keeps_its_least_width),
		cmocka_unit_test(a_cut_never_splits_a_wide_character),
		cmocka_unit_test(every_line_fits_while_columns_can_give_way),
		cmocka_unit_test(rows_are_counted_when_they_are_whole),
		cmocka_unit_test(a_table_without_rows_is_its_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
