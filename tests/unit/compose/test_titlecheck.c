/*
 * Which titles would pretend or shout as subject lines.
 */
#include "support/test.h"

#include "compose/titlecheck.h"

static void remember(void *context, bool is_error, const char *words)
{
	str_addf(context, "%s %s\n", is_error ? "error" : "warning", words);
}

static void assert_says_in(const char *language, const char *title, const char *expected)
{
	struct str said;

	str_init(&said, STR_MAX_SMALL);
	titlecheck_run(span_of(title), span_of(language), remember, &said);
	if (*expected ? !strstr(said.ptr, expected) : said.len > 0)
		fail_msg("\"%s\": \"%s\", not \"%s\"", title, said.ptr, expected);
	str_clear(&said);
}

static void assert_says(const char *title, const char *expected)
{
	assert_says_in("en", title, expected);
}

static void titles_that_pretend_to_answer_or_pass_on_are_errors(void **state)
{
	static const char *const titles[] = {"Re: Fund", "RE: Fund", "re:Fund", "RE : Fonds",
		"Re\u00a0: Fonds", "Re[2]: Fund", "Re^3: Fund", "Re (4): Fund", "[Re: Fund]", "Fwd: Fund",
		"FW: Fund", "  Re: Fund", NULL};

	(void)state;
	for (size_t i = 0; titles[i]; i++) {
		assert_says_in("en", titles[i], "error the title begins with");
		assert_says_in("ja", titles[i], "error the title begins with");
	}
}

static void the_marks_of_a_titles_own_language_are_errors_and_others_warnings(void **state)
{
	static const struct {
		const char *language, *title;
	} cases[] = {{"de", "AW: Fonds"}, {"de-CH", "WG: Fonds"}, {"nl", "Antw: Fonds"}, {"sv", "SV: Fond"},
		{"it", "R: Fondo"}, {"fr", "RÉP : Fonds"}, {"fr", "TR : Fonds"}, {"pl", "Odp: Fundusz"},
		{"pl", "PD: Fundusz"}, {"pt-BR", "Res: Fundo"}, {"fi", "VS: Rahasto"},
		{"FI", "Vast: Rahasto"}, {"el", "ΑΠ: Ταμείο"}, {"zh", "回复：基金"},
		{"zh-Hant", "回复: 基金"}, {"zh", "答复：基金"}, {"zh", "转发：基金"}, {"ja", "返信：基金"},
		{"ar", "رد: صندوق"}, {"he", "השב: קרן"}, {"es", "RV: Fondo"}, {"tr", "İLT: Fon"},
		{"th", "ตอบ: กองทุน"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_says_in(cases[i].language, cases[i].title, "error the title begins with");
		assert_says_in("en", cases[i].title, "warning the title begins with");
	}
}

static void a_title_of_spaces_alone_is_no_burden(void **state)
{
	struct str title;

	(void)state;
	str_init(&title, STR_MAX_LARGE);
	str_add_repeat(&title, ' ', 4u * 1024u * 1024u);
	str_add_text(&title, "Re: Fund");
	assert_says(title.ptr, "error the title begins with");
	str_clear(&title);
}

static void titles_that_only_look_like_it_pass(void **state)
{
	static const char *const titles[] = {"Re-opening of the port: dates", "Recovery: a plan",
		"Fund agreed: twelve towns", "Response: fund grows", "Svarta havet: fund",
		"Rettung: Fonds beschlossen", "R2: a robot", "Wg. Sturm: Pause", "基金：十二个城镇",
		"Regards, and re: this", "Real: fund", "", "Re", "I said: no", NULL};

	(void)state;
	for (size_t i = 0; titles[i]; i++)
		assert_says(titles[i], "");
}

static void shouting_is_warned_of(void **state)
{
	(void)state;
	assert_says("COASTAL TOWNS AGREE JOINT RESCUE FUND", "warning the title is in capitals");
	assert_says("ПРИБРЕЖНЫЕ ГОРОДА СОЗДАЮТ ФОНД", "warning the title is in capitals");
	assert_says("UNHCR, NATO", "");
	assert_says("十二个沿海城镇同意设立联合救援基金", "");
	assert_says("مدن ساحلية تتفق على صندوق مشترك", "");
	assert_says("Fund agreed!", "");
	assert_says("Fund agreed!!", "warning the title has more than one \"!\"");
	assert_says("Fund! Now!", "warning the title has more than one \"!\"");
	assert_says("基金！现在！", "warning the title has more than one \"!\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(titles_that_pretend_to_answer_or_pass_on_are_errors),
		cmocka_unit_test(the_marks_of_a_titles_own_language_are_errors_and_others_warnings),
		cmocka_unit_test(a_title_of_spaces_alone_is_no_burden),
		cmocka_unit_test(titles_that_only_look_like_it_pass),
		cmocka_unit_test(shouting_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
