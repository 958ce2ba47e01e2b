/* Markdown as mail HTML, as text, as findings; and plain words as Markdown. */
#include "compose/markdown.h"

#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_html(const char *source, const char *expected)
{
	struct str out;
	struct err err = {0};

	str_init(&out, STR_MAX_LARGE);
	if (markdown_html(span_of(source), &out, &err))
		fail_msg("%s", err.text);
	if (!strstr(out.ptr, expected))
		fail_msg("no \"%s\" in:\n%s", expected, out.ptr);
	str_clear(&out);
}

static void assert_no_html(const char *source, const char *unwanted)
{
	struct str out;
	struct err err = {0};

	str_init(&out, STR_MAX_LARGE);
	assert_int_equal(markdown_html(span_of(source), &out, &err), OK);
	if (strstr(out.ptr, unwanted))
		fail_msg("\"%s\" in:\n%s", unwanted, out.ptr);
	str_clear(&out);
}

static void assert_text(const char *source, size_t columns, const char *expected)
{
	struct markdown_notes *notes = markdown_notes_new();
	struct str out;
	struct err err = {0};

	str_init(&out, STR_MAX_LARGE);
	if (markdown_text(span_of(source), columns, notes, &out, &err))
		fail_msg("%s", err.text);
	assert_string_equal(out.ptr, expected);
	str_clear(&out);
	markdown_notes_free(notes);
}

static void raw_html_never_reaches_a_mail(void **state)
{
	(void)state;
	assert_no_html("a <script>alert(1)</script> b", "<script");
	assert_no_html("<script>alert(1)</script>\n\nb", "alert");
	assert_no_html("a <b onclick=x>c</b>", "onclick");
	assert_text("a <b>c</b>\n\n<div>\nx\n</div>\n", 72, "a c\n");
}

static void characters_of_html_are_escaped(void **state)
{
	(void)state;
	assert_html("R&D \\<b\\> \"x\"", "R&amp;D &lt;b&gt; &quot;x&quot;");
	assert_html("`<b>`", "&lt;b&gt;</code>");
	assert_html("[x](https://a.example/?a=1&b=\"2)", "https://a.example/?a=1&amp;b=&quot;2\"");
}

static void quotes_and_lists_are_marked_where_their_lines_begin(void **state)
{
	struct str out;

	(void)state;
	assert_html("> a", "<blockquote style=\"margin:0 0 16px;padding-left:20px;border-left:3px ");
	assert_html("- a", "<ul style=\"margin:0 0 16px 24px;padding:0\">");
	str_init(&out, STR_MAX_LARGE);
	assert_int_equal(markdown_html_right_to_left(SPAN("> a\n\n1. a\n\n- a"), &out, NULL), OK);
	assert_non_null(strstr(out.ptr, "padding-right:20px;border-right:3px "));
	assert_non_null(strstr(out.ptr, "<ol style=\"margin:0 24px 16px 0;padding:0\">"));
	assert_non_null(strstr(out.ptr, "<ul style=\"margin:0 24px 16px 0;padding:0\">"));
	assert_null(strstr(out.ptr, "left"));
	str_clear(&out);
}

static void only_web_and_mail_links_are_links(void **state)
{
	(void)state;
	assert_html("[x](https://a.example/)", "<a href=\"https://a.example/\"");
	assert_html("[x](mailto:a@b.example)", "<a href=\"mailto:a@b.example\"");
	assert_no_html("[x](javascript:alert(1))", "href");
	assert_no_html("[x](/about)", "href");
	assert_no_html("[x](data:text/html,1)", "href");
	assert_html("[words](/about)", "words");
}

static void headings_start_below_the_title(void **state)
{
	(void)state;
	assert_html("# A", "<h2 style");
	assert_html("## A", "<h2 style");
	assert_html("### A", "<h3 style");
}

static void an_image_gives_way_to_its_description(void **state)
{
	(void)state;
	assert_no_html("![A boat](boat.jpg)", "<img");
	assert_html("![A boat](boat.jpg)", "A boat");
}

static void every_paragraph_carries_its_style(void **state)
{
	(void)state;
	assert_html("a\n\nb", "<p style=\"margin:0 0 16px\">a</p>\n<p style=");
	assert_html("3. a\n4. b", "<ol start=\"3\" style=");
	assert_html("- a\n- b", "<li style=\"margin:0 0 8px\">a</li>");
}

static void text_is_wrapped_at_the_columns(void **state)
{
	(void)state;
	assert_text("one two three four five six seven", 20, "one two three four\nfive six seven\n");
	assert_text("one  \ntwo", 20, "one\ntwo\n");
	assert_text("a\nb", 20, "a b\n");
}

static void a_long_address_stays_whole(void **state)
{
	(void)state;
	assert_text("see https://a.example/a/very/long/path/indeed now", 20,
		"see\nhttps://a.example/a/very/long/path/indeed\nnow\n");
}

static void scripts_without_spaces_are_cut_between_characters(void **state)
{
	(void)state;
	assert_text("日本語の文章は空白がないので折り返す", 20, "日本語の文章は空白が\nないので折り返す\n");
	/* No line starts with a closing mark or ends with an opening one. */
	assert_text("日本語の文章は空白が。ないので", 20, "日本語の文章は空白\nが。ないので\n");
	assert_text("日本語の文章は空白「が」ない", 20, "日本語の文章は空白\n「が」ない\n");
	/* Foreign words in it stay whole, and fill the line as far as they fit. */
	assert_text("日本語の2026年11月にGenevaで開く会議", 20, "日本語の2026年11月に\nGenevaで開く会議\n");
	assert_text("请看https://harbour.example/fund页面", 20, "请看\nhttps://harbour.example/fund\n页面\n");
}

static void thai_is_wrapped_at_its_spaces_only(void **state)
{
	(void)state;
	/* 21 columns, as marks have no width, and then a word that is longer than a line. */
	assert_text("ที่ประชุมสุดยอด ว่าด้วยการย้ายถิ่นฐาน เปิดขึ้นที่กรุงเทพมหานคร", 21,
		"ที่ประชุมสุดยอด\nว่าด้วยการย้ายถิ่นฐาน\nเปิดขึ้นที่กรุงเทพมหานคร\n");
}

static void quotes_are_indented_and_lists_keep_their_marks(void **state)
{
	(void)state;
	assert_text("> one two three four five six\n>\n> seven", 20,
		"    one two three four\n    five six\n\n    seven\n");
	assert_text("- one two three four five\n- six", 20, "- one two three four\n  five\n- six\n");
	assert_text("9. a\n10. b\n\n    c", 20, "9. a\n\n10. b\n\n    c\n");
	assert_text("- a\n  - b\n  - c\n- d\n\ne", 20, "- a\n  - b\n  - c\n- d\n\ne\n");
	assert_text("a\n\n- > q\n\nb", 20, "a\n\n-     q\n\nb\n");
}

static void headings_are_underlined(void **state)
{
	(void)state;
	assert_text("a\n\n## Next steps\n\nb", 72, "a\n\nNext steps\n----------\n\nb\n");
	assert_text("## 見出し\n", 72, "見出し\n------\n");
}

static void links_are_numbered_once_over_several_texts(void **state)
{
	struct markdown_notes *notes = markdown_notes_new();
	struct str out;
	struct err err = {0};

	(void)state;
	str_init(&out, STR_MAX_LARGE);
	assert_int_equal(
		markdown_text(SPAN("[a](https://a.example) [b](https://b.example)"), 72, notes, &out, &err),
		OK);
	assert_int_equal(
		markdown_text(SPAN("[c](https://a.example) [d](mailto:d@d.example)"), 72, notes, &out, &err),
		OK);
	assert_string_equal(out.ptr, "a [1] b [2]\nc [1] d [3]\n");
	str_empty(&out);
	markdown_text_footnotes(notes, &out);
	assert_string_equal(out.ptr, "[1] https://a.example\n[2] https://b.example\n[3] d@d.example\n");
	str_clear(&out);
	markdown_notes_free(notes);
}

static void a_link_that_shows_its_address_needs_no_footnote(void **state)
{
	(void)state;
	assert_text("<https://a.example/x> <press@a.example>", 72, "https://a.example/x press@a.example\n");
}

struct said {
	struct str words;
};

static void remember(void *context, bool is_error, size_t line, const char *words)
{
	struct said *said = context;

	str_addf(&said->words, "%s %zu %s\n", is_error ? "error" : "warning", line, words);
}

static void assert_check(const char *source, const char *expected)
{
	struct said said;

	str_init(&said.words, STR_MAX_LARGE);
	markdown_check(span_of(source), remember, &said);
	if (!*expected)
		assert_string_equal(said.words.ptr, "");
	else if (!strstr(said.words.ptr, expected))
		fail_msg("no \"%s\" in:\n%s", expected, said.words.ptr);
	str_clear(&said.words);
}

static void check_finds_what_a_mail_cannot_carry(void **state)
{
	(void)state;
	assert_check("a\n\n<script>x</script>\n", "error 3 raw HTML \"<script>x</script>\"");
	assert_check("a\n\nb <b>c</b>\n", "warning 3 raw HTML \"<b>\"");
	assert_check("a\n\nb [c](/d)\n", "error 3 the link \"/d\"");
	assert_check("[c](www.a.example)\n", "error 1 the link \"www.a.example\"");
	assert_check("[c](ftp://a.example)\n", "error 1 the link \"ftp://a.example\" may be");
	assert_check("![c](d.png)\n", "warning 1 an image");
}

static void check_finds_skipped_heading_levels(void **state)
{
	(void)state;
	assert_check("## a\n\n#### b\n", "warning 3 a heading level is skipped: 4 follows 2");
	assert_check("### a\n", "warning 1 a heading level is skipped: 3 follows 1");
	assert_check("# a\n", "warning 1 a heading of level 1");
	assert_check("## a\n\n### b\n\n## c\n\n[d](https://e.example)\n", "");
}

static void nesting_has_a_ceiling(void **state)
{
	struct str source;
	struct str out;
	struct err err = {0};
	struct markdown_notes *notes = markdown_notes_new();

	(void)state;
	str_init(&source, STR_MAX_LARGE);
	str_init(&out, STR_MAX_LARGE);
	str_add_repeat(&source, '>', 100000);
	str_add_text(&source, " a\n");
	assert_int_equal(markdown_html(str_span(&source), &out, &err), E_RANGE);
	assert_int_equal(markdown_text(str_span(&source), 72, notes, &out, &err), E_RANGE);
	assert_check(source.ptr, "error 1 quotes, lists or emphasis more than 100 deep");
	str_clear(&source);
	str_clear(&out);
	markdown_notes_free(notes);
}

static void assert_escaped(const char *words, const char *expected)
{
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	markdown_escape(span_of(words), &out);
	assert_string_equal(out.ptr, expected);
	str_clear(&out);
}

static void ordinary_words_stay_as_they_are(void **state)
{
	(void)state;
	assert_escaped("He said [sic]: “5 * 3 is 15” & so on, at snake_case_1.",
		"He said [sic]: “5 * 3 is 15” & so on, at snake_case_1.");
}

static void words_that_markdown_would_take_for_its_own_are_escaped(void **state)
{
	(void)state;
	assert_escaped("a *b* c", "a \\*b\\* c");
	assert_escaped("- a", "\\- a");
	assert_escaped("12. a", "12\\. a");
	assert_escaped("# a", "\\# a");
	assert_escaped("R&amp;D", "R\\&amp;D");
	assert_escaped("<b>", "\\<b\\>");
	assert_escaped("two\nlines", "two lines");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw_html_never_reaches_a_mail),
		cmocka_unit_test(characters_of_html_are_escaped),
		cmocka_unit_test(quotes_and_lists_are_marked_where_their_lines_begin),
		cmocka_unit_test(only_web_and_mail_links_are_links),
		cmocka_unit_test(headings_start_below_the_title),
		cmocka_unit_test(an_image_gives_way_to_its_description),
		cmocka_unit_test(every_paragraph_carries_its_style),
		cmocka_unit_test(text_is_wrapped_at_the_columns),
		cmocka_unit_test(a_long_address_stays_whole),
		cmocka_unit_test(scripts_without_spaces_are_cut_between_characters),
		cmocka_unit_test(thai_is_wrapped_at_its_spaces_only),
		cmocka_unit_test(quotes_are_indented_and_lists_keep_their_marks),
		cmocka_unit_test(headings_are_underlined),
		cmocka_unit_test(links_are_numbered_once_over_several_texts),
		cmocka_unit_test(a_link_that_shows_its_address_needs_no_footnote),
		cmocka_unit_test(check_finds_what_a_mail_cannot_carry),
		cmocka_unit_test(check_finds_skipped_heading_levels),
		cmocka_unit_test(nesting_has_a_ceiling),
		cmocka_unit_test(ordinary_words_stay_as_they_are),
		cmocka_unit_test(words_that_markdown_would_take_for_its_own_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
