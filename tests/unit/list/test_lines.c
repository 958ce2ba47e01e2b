/*
 * Physical lines through a window that is much smaller than the file.
 */
#include "list/lines.h"

#include "support/test.h"

#include <sys/mman.h>
#include <unistd.h>

#define LINE_MAX_HERE 32u

static struct lines *open_lines(struct span content)
{
	struct lines *lines = NULL;
	struct err err;
	char path[64];
	int fd = memfd_create("lines", MFD_CLOEXEC);

	assert_int_equal(write(fd, content.ptr, content.len), content.len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (lines_open(path, LINE_MAX_HERE, &lines, &err) != OK)
		fail_msg("%s", err.text);
	close(fd);
	return lines;
}

static void assert_next(struct lines *lines, size_t number, const char *text)
{
	struct line line;
	struct err err;

	assert_int_equal(lines_next(lines, &line, &err), OK);
	assert_int_equal(line.number, number);
	assert_int_equal(line.text.len, strlen(text));
	assert_memory_equal(line.text.ptr, text, line.text.len);
	assert_false(line.is_too_long);
}

static void assert_end(struct lines *lines)
{
	struct line line;

	assert_int_equal(lines_next(lines, &line, NULL), E_NOTFOUND);
	assert_int_equal(lines_next(lines, &line, NULL), E_NOTFOUND);
}

static void lines_come_without_their_ends(void **state)
{
	struct lines *lines = open_lines(SPAN("a\r\n\nb\r\r\nc"));

	(void)state;
	assert_next(lines, 1, "a");
	assert_next(lines, 2, "");
	assert_next(lines, 3, "b\r");
	assert_next(lines, 4, "c");
	assert_end(lines);
	lines_close(lines);
}

static void a_lone_cr_ends_lines_where_there_is_no_lf(void **state)
{
	struct lines *lines = open_lines(SPAN("a\r\rb\r"));

	(void)state;
	assert_next(lines, 1, "a");
	assert_next(lines, 2, "");
	assert_next(lines, 3, "b");
	assert_end(lines);
	lines_close(lines);
}

static void reading_goes_back_to_the_mark_or_the_line_after_it(void **state)
{
	struct lines *lines = open_lines(SPAN("a\nb\nc\nd\n"));

	(void)state;
	assert_next(lines, 1, "a");
	lines_mark(lines);
	assert_next(lines, 2, "b");
	assert_next(lines, 3, "c");
	assert_true(span_equals(lines_since_mark(lines), SPAN("b\nc")));
	lines_back(lines);
	assert_next(lines, 3, "c");
	assert_next(lines, 4, "d");
	lines_again(lines);
	assert_next(lines, 2, "b");
	lines_close(lines);
}

static void add_line(struct str *text, size_t number, bool is_utf16)
{
	char line[32];

	snprintf(line, sizeof(line), "line %zu\n", number);
	for (const char *p = line; *p; p++) {
		str_add_char(text, *p);
		if (is_utf16)
			str_add_char(text, '\0');
	}
}

static void read_through(bool is_utf16)
{
	const size_t count = 100000;
	struct lines *lines;
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, is_utf16 ? "\xff\xfe" : "");
	for (size_t i = 1; i <= count; i++)
		add_line(&text, i, is_utf16);
	lines = open_lines(str_span(&text));
	assert_int_equal(lines_encoding(lines), is_utf16 ? ENCODING_UTF16LE : ENCODING_UTF8);
	for (size_t i = 1; i <= count; i++) {
		char expected[32];

		snprintf(expected, sizeof(expected), "line %zu", i);
		lines_mark(lines);
		assert_next(lines, i, expected);
	}
	assert_end(lines);
	assert_int_equal(lines_bytes_total(lines), text.len);
	assert_int_equal(lines_bytes_done(lines) + (is_utf16 ? 2 : 0), text.len);
	lines_close(lines);
	str_clear(&text);
}

static void a_large_file_is_read_through_a_small_window(void **state)
{
	(void)state;
	read_through(false);
	read_through(true);
}

static void a_line_that_is_too_long_is_passed_over(void **state)
{
	struct line line;
	struct lines *lines;
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, "a\nstart of it ");
	str_add_repeat(&text, 'x', 1000000);
	str_add_text(&text, "\nb\n");
	lines = open_lines(str_span(&text));
	assert_next(lines, 1, "a");
	lines_mark(lines);
	assert_int_equal(lines_next(lines, &line, NULL), OK);
	assert_true(line.is_too_long);
	assert_int_equal(line.number, 2);
	assert_true(span_equals(line.text, SPAN("start of it xxxxxxxxxxxxxxxxxxxx")));
	lines_mark(lines);
	assert_next(lines, 3, "b");
	assert_end(lines);
	lines_close(lines);
	str_clear(&text);
}

static void a_line_that_is_too_long_in_a_row_comes_again(void **state)
{
	struct line line;
	struct lines *lines;
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, "a\n");
	str_add_repeat(&text, 'x', 1000000);
	str_add_text(&text, "\nb\n");
	lines = open_lines(str_span(&text));
	assert_next(lines, 1, "a");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(lines_next(lines, &line, NULL), OK);
		assert_true(line.is_too_long);
		assert_int_equal(line.number, 2);
		lines_back(lines);
		lines_mark(lines);
	}
	assert_next(lines, 3, "b");
	lines_close(lines);
	str_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_without_their_ends),
		cmocka_unit_test(a_lone_cr_ends_lines_where_there_is_no_lf),
		cmocka_unit_test(reading_goes_back_to_the_mark_or_the_line_after_it),
		cmocka_unit_test(a_large_file_is_read_through_a_small_window),
		cmocka_unit_test(a_line_that_is_too_long_is_passed_over),
		cmocka_unit_test(a_line_that_is_too_long_in_a_row_comes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
