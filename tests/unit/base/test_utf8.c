/*
 * UTF-8: what is valid, what may not stand in a name, what people see.
 */
#include "support/test.h"

#include "base/utf8.h"

static void text_with_a_bad_byte_is_not_valid_and_the_byte_is_found(void **state)
{
	static const struct {
		const char *text;
		size_t bad;
	} cases[] = {
		{"", SIZE_MAX},
		{"Zoë", SIZE_MAX},
		{"\xf0\x9f\x9a\xa2", SIZE_MAX},
		{"a\xff", 1},
		{"ab\xc3", 2},
		{"\xc0\xaf", 0},           /* overlong '/' */
		{"x\xed\xa0\x80", 1},      /* a surrogate */
		{"xy\xf4\x90\x80\x80", 2}, /* above U+10FFFF */
		{"\x80", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(utf8_first_invalid(span_of(cases[i].text)), cases[i].bad);
		assert_int_equal(utf8_is_valid(span_of(cases[i].text)), cases[i].bad == SIZE_MAX);
	}
}

static void ascii_is_told_from_the_rest(void **state)
{
	(void)state;
	assert_true(utf8_is_ascii(SPAN("Zoe")));
	assert_true(utf8_is_ascii(SPAN("")));
	assert_false(utf8_is_ascii(SPAN("Zo\xc3\xab")));
}

static void characters_come_one_by_one_and_a_bad_byte_is_replaced(void **state)
{
	static const uint32_t expected[] = {
		'a', 0xeb, UTF8_REPLACEMENT, UTF8_REPLACEMENT, 0x1f6a2, 0, UTF8_REPLACEMENT};
	struct span rest = SPAN("a\xc3\xab\xff\xe2\xf0\x9f\x9a\xa2\0\xc3");
	uint32_t c;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_true(utf8_next(&rest, &c));
		assert_int_equal(c, expected[i]);
	}
	assert_false(utf8_next(&rest, &c));
}

static void characters_are_added_and_impossible_ones_replaced(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_SMALL);
	utf8_add(&text, 'a');
	utf8_add(&text, 0xe9);
	utf8_add(&text, 0x1f6a2);
	utf8_add(&text, 0xd800);
	utf8_add(&text, 0x110000);
	assert_string_equal(text.ptr, "aé\xf0\x9f\x9a\xa2\xef\xbf\xbd\xef\xbf\xbd");
	str_clear(&text);
}

static void controls_are_found_unless_allowed(void **state)
{
	(void)state;
	assert_false(utf8_has_control(SPAN("Łukasz"), ""));
	assert_true(utf8_has_control(SPAN("a\nb"), ""));
	assert_false(utf8_has_control(SPAN("a\n\tb"), "\t\n"));
	assert_true(utf8_has_control(SPAN("a\rb"), "\t\n"));
	assert_true(utf8_has_control(SPAN("a\0b"), "\t\n"));
	assert_true(utf8_has_control(SPAN("a\x7f"), ""));
	assert_true(utf8_has_control(SPAN("a\xc2\x85"), ""));
}

static void what_hides_or_turns_text_round_may_not_stand_in_a_name(void **state)
{
	static const char *const bad[] = {"a\xe2\x80\xa8z", "a\xe2\x80\xa9z", "a\xe2\x80\xaez",
		"a\xe2\x81\xa7z", "\xef\xbb\xbfz", "a\xe2\x80\x8bz", "a\rz", "a\U000e0067z",
		"\U0001f3f4 \U000e0067"};
	static const char *const good[] = {"Ana", "محمد", "می\xe2\x80\x8cخواهم",
		"\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7", "Łukasz Żak", "李小龍",
		"\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f England"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(utf8_has_invisible(span_of(bad[i])));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_false(utf8_has_invisible(span_of(good[i])));
}

static void width_counts_columns_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(utf8_width(SPAN("")), 0);
	assert_int_equal(utf8_width(SPAN("Zoë")), 3);
	assert_int_equal(utf8_width(SPAN("Zoe\xcc\x88")), 3);
	assert_int_equal(utf8_width(SPAN("李小龍")), 6);
	assert_int_equal(utf8_width(SPAN("محمد")), 4);
	assert_int_equal(utf8_width(SPAN("\x1b")), 0);
}

static void a_prefix_by_columns_never_splits_a_grapheme(void **state)
{
	struct span composed = SPAN("Zoe\xcc\x88!");

	(void)state;
	assert_int_equal(utf8_first_columns(composed, 3).len, 5);
	assert_int_equal(utf8_first_columns(composed, 2).len, 2);
	assert_int_equal(utf8_first_columns(SPAN("李小龍"), 5).len, 6);
	assert_int_equal(utf8_first_columns(SPAN("abc"), 0).len, 0);
	assert_int_equal(utf8_first_columns(SPAN("abc"), 9).len, 3);
}

static void a_family_of_emoji_and_a_flag_are_one_grapheme(void **state)
{
	static const char family[] =
		"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7";
	static const char flags[] = "\xf0\x9f\x87\xab\xf0\x9f\x87\xb7\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa";

	(void)state;
	assert_int_equal(utf8_grapheme(span_of(family)), 18);
	assert_int_equal(utf8_grapheme(span_of(flags)), 8);
}

/* Combining diaereses. */
static void add_marks(char *text, size_t size)
{
	for (size_t i = 0; i + 1 < size; i += 2) {
		text[i] = '\xcc';
		text[i + 1] = '\x88';
	}
}

/* No byte behind the text is looked at: the copy has none, not even a NUL. */
static void a_grapheme_of_any_length_ends_with_its_text(void **state)
{
	(void)state;
	for (size_t size = 3; size < 600; size += 2) {
		char *text = malloc(size);

		text[0] = 'e';
		add_marks(text + 1, size - 1);
		if (size <= 512)
			assert_int_equal(utf8_grapheme(span_bytes(text, size)), size);
		free(text);
	}
	for (size_t marks = 2; marks <= 600; marks += 2) {
		char *text = malloc(marks);

		add_marks(text, marks);
		assert_true(utf8_grapheme(span_bytes(text, marks)) <= marks);
		free(text);
	}
}

static void marks_without_end_are_cut_between_characters(void **state)
{
	struct str text;
	struct span rest;

	(void)state;
	str_init(&text, STR_MAX_SMALL);
	str_add_text(&text, "e");
	for (int i = 0; i < 1000; i++)
		str_add_text(&text, "\xcc\x88");
	for (rest = str_span(&text); rest.len; rest = span_from(rest, utf8_grapheme(rest)))
		assert_true(utf8_is_valid(span_first(rest, utf8_grapheme(rest))));
	str_clear(&text);
}

static void a_grapheme_is_a_character_with_its_marks(void **state)
{
	(void)state;
	assert_int_equal(utf8_grapheme(SPAN("")), 0);
	assert_int_equal(utf8_grapheme(SPAN("ab")), 1);
	assert_int_equal(utf8_grapheme(SPAN("e\xcc\x88x")), 3);
	assert_int_equal(utf8_grapheme(SPAN("\xffz")), 1);
}

static void assert_folds(const char *text, const char *expected)
{
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	assert_int_equal(utf8_fold(span_of(text), &out, NULL), OK);
	assert_string_equal(out.ptr, expected);
	str_clear(&out);
}

static void lower_case_is_still_to_be_read(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	assert_int_equal(utf8_lower(SPAN("GRÖ\xe1\xba\x9e"
					 "E STRASSE ΣΊΣΥΦΟΣ E\xcc\x81"),
				 &out, NULL),
		OK);
	assert_string_equal(out.ptr, "größe strasse σίσυφος é");
	assert_int_equal(utf8_lower(SPAN("\xff"), &out, NULL), E_SYNTAX);
	str_clear(&out);
}

static void names_that_are_one_to_a_person_fold_to_one(void **state)
{
	(void)state;
	assert_folds("", "");
	assert_folds("ZOË", "zoë");
	assert_folds("Zoe\xcc\x88", "zoë");
	assert_folds("STRASSE", "strasse");
	assert_folds("straße", "strasse");
	assert_folds("ΣΊΣΥΦΟΣ", "σίσυφοσ");
	assert_folds("σίσυφος", "σίσυφοσ");
}

static void normal_form_composes_and_keeps_the_case(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	assert_int_equal(utf8_normalise(SPAN("Zoe\xcc\x88"), &out, NULL), OK);
	assert_string_equal(out.ptr, "Zoë");
	str_clear(&out);
}

static void what_is_not_utf8_is_neither_folded_nor_normalised(void **state)
{
	struct err err = {0};
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	assert_int_equal(utf8_fold(SPAN("a\xff"), &out, &err), E_SYNTAX);
	assert_contains(err.text, "not UTF-8");
	assert_int_equal(utf8_normalise(SPAN("a\xff"), &out, &err), E_SYNTAX);
	assert_int_equal(out.len, 0);
	str_clear(&out);
}

static void folding_over_the_ceiling_is_refused(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, 3);
	assert_int_equal(utf8_fold(SPAN("ABCD"), &out, NULL), E_RANGE);
	str_clear(&out);
}

static void what_is_shown_has_neither_controls_nor_bad_bytes(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	utf8_add_shown(&out, SPAN("Zoë\033[m\0\x7f\xc2\x9b\xff"), '?');
	assert_string_equal(out.ptr, "Zoë?[m???\xef\xbf\xbd");
	str_clear(&out);
}

static void capitals_and_small_letters_are_counted_where_a_script_has_them(void **state)
{
	size_t capitals, smalls;

	(void)state;
	utf8_count_cases(SPAN("Łódź: ЖUN 基金 مدن 1!"), &capitals, &smalls);
	assert_int_equal(capitals, 4);
	assert_int_equal(smalls, 3);
}

static void letters_say_which_way_they_run_and_digits_do_not(void **state)
{
	struct span rest = SPAN("12 «Zoë ليلى שלום, 3");

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(utf8_next_direction(&rest), UTF8_LEFT_TO_RIGHT);
	for (int i = 0; i < 8; i++)
		assert_int_equal(utf8_next_direction(&rest), UTF8_RIGHT_TO_LEFT);
	assert_int_equal(utf8_next_direction(&rest), UTF8_NEUTRAL);
	assert_int_equal(rest.len, 0);
}

static void assert_first_line(const char *word, size_t columns, const char *expected)
{
	struct span line = utf8_first_line(span_of(word), columns);

	if (!span_equals(line, span_of(expected)))
		fail_msg("\"%s\" at %zu: \"%.*s\", not \"%s\"", word, columns, SPAN_ARG(line), expected);
}

static void lines_end_between_ideographs_and_kana_but_not_before_closing_marks(void **state)
{
	(void)state;
	assert_first_line("海港救援基金", 100, "海港救援基金");
	assert_first_line("海港救援基金", 7, "海港救");
	assert_first_line("海港救援。基金", 8, "海港救");
	assert_first_line("海港「救援」基金", 6, "海港");
	assert_first_line("海港救援」基金", 8, "海港救");
	assert_first_line("海港（救援）", 7, "海港");
	assert_first_line("サーバーの名前", 4, "サー");
	assert_first_line("サーバーの名前", 6, "サー");
	assert_first_line("きゃっと", 2, "きゃっ");
	assert_first_line("在2026年11月", 3, "在");
	assert_first_line("于2026年", 6, "于2026");
	assert_first_line("访问https://harbour.example/fund页面", 10, "访问");
	assert_first_line("https://harbour.example/fund页面", 10, "https://harbour.example/fund");
}

static void words_of_other_scripts_stay_whole(void **state)
{
	static const char *const words[] = {"Donaudampfschifffahrtsgesellschaftskapitän",
		"Saint-Étienne-du-Rouvray", "достопримечательностями", "กองทุนช่วยเหลือชายฝั่งสิบสองเมือง",
		"대한민국해양구조협회연합회", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "والمستشفيات", NULL};

	(void)state;
	for (size_t i = 0; words[i]; i++)
		assert_first_line(words[i], 8, words[i]);
}

static void marks_and_joined_emoji_stay_with_what_they_belong_to(void **state)
{
	(void)state;
	assert_first_line(
		"👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 3, "👩‍👩‍👧‍👦");
	assert_first_line("か\u3099か\u3099か\u3099", 4, "か\u3099か\u3099");
	assert_first_line("👍🏽👍🏽", 3, "👍🏽");
}

static void a_word_of_many_characters_is_parted_line_by_line(void **state)
{
	struct str word;
	struct span rest;
	size_t lines = 0;

	(void)state;
	str_init(&word, STR_MAX_LARGE);
	for (size_t i = 0; i < 30000; i++)
		str_add_text(&word, "海");
	rest = str_span(&word);
	while (rest.len) {
		struct span line = utf8_first_line(rest, 72);

		assert_int_equal(line.len, rest.len < 108 ? rest.len : 108);
		rest = span_from(rest, line.len);
		lines++;
	}
	assert_int_equal(lines, 834);
	str_clear(&word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_between_ideographs_and_kana_but_not_before_closing_marks),
		cmocka_unit_test(words_of_other_scripts_stay_whole),
		cmocka_unit_test(marks_and_joined_emoji_stay_with_what_they_belong_to),
		cmocka_unit_test(a_word_of_many_characters_is_parted_line_by_line),
		cmocka_unit_test(capitals_and_small_letters_are_counted_where_a_script_has_them),
		cmocka_unit_test(text_with_a_bad_byte_is_not_valid_and_the_byte_is_found),
		cmocka_unit_test(ascii_is_told_from_the_rest),
		cmocka_unit_test(characters_come_one_by_one_and_a_bad_byte_is_replaced),
		cmocka_unit_test(characters_are_added_and_impossible_ones_replaced),
		cmocka_unit_test(controls_are_found_unless_allowed),
		cmocka_unit_test(what_is_shown_has_neither_controls_nor_bad_bytes),
		cmocka_unit_test(what_hides_or_turns_text_round_may_not_stand_in_a_name),
		cmocka_unit_test(letters_say_which_way_they_run_and_digits_do_not),
		cmocka_unit_test(width_counts_columns_not_bytes),
		cmocka_unit_test(a_prefix_by_columns_never_splits_a_grapheme),
		cmocka_unit_test(a_grapheme_is_a_character_with_its_marks),
		cmocka_unit_test(a_family_of_emoji_and_a_flag_are_one_grapheme),
		cmocka_unit_test(a_grapheme_of_any_length_ends_with_its_text),
		cmocka_unit_test(marks_without_end_are_cut_between_characters),
		cmocka_unit_test(names_that_are_one_to_a_person_fold_to_one),
		cmocka_unit_test(lower_case_is_still_to_be_read),
		cmocka_unit_test(normal_form_composes_and_keeps_the_case),
		cmocka_unit_test(what_is_not_utf8_is_neither_folded_nor_normalised),
		cmocka_unit_test(folding_over_the_ceiling_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
