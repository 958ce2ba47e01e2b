/*
 * What HTML may not go into a mail, however it is written.
 */
#include "support/test.h"

#include "compose/htmlsafe.h"

#define VALUE "\xff"
#define SWITCH "\xfe"

static bool is_refused(const char *html, enum htmlsafe_stage stage, struct htmlsafe_fault *fault)
{
	struct htmlsafe_fault own = {0};

	return htmlsafe_find_fault(span_of(html), stage, fault ? fault : &own);
}

static void assert_each(const char *const *htmls, enum htmlsafe_stage stage, bool wanted)
{
	for (; *htmls; htmls++) {
		struct htmlsafe_fault fault = {0};

		if (is_refused(*htmls, stage, &fault) != wanted)
			fail_msg("%s: %s", *htmls, wanted ? "nothing found" : fault.words);
		if (wanted && (fault.at + fault.len > strlen(*htmls) || !fault.words[0]))
			fail_msg("%s: blames %zu+%zu: %s", *htmls, fault.at, fault.len, fault.words);
	}
}

static void what_a_mail_is_made_of_passes(void **state)
{
	static const char *const htmls[] = {
		"",
		"a < b, 1<2, <3, < script>",
		"<!DOCTYPE html><html lang=\"en\" dir=ltr><head><meta charset=\"utf-8\"></head>",
		"<title>t</title>",
		"<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">",
		"<!--[if mso]><table role=\"presentation\"><tr><td><![endif]-->",
		"<style>@media (max-width: 620px) { .a > b { color: #fff !important } }</style>",
		"<img src=\"cid:image1.abc@harbour.example\" alt=\"a &lt; b\" width=520>",
		"<td background='cid:x' style=\"background:url(cid:x) no-repeat; font-family:'Segoe UI'\">",
		"<a href=\"https://harbour.example/?a=1&amp;b=2\">x</a> <a href=HTTP://x.example>",
		"<a href=\"mailto:a@b.example?subject=x\"><a href='tel:+412200'><a href=\"#top\">",
		"<p class=\"on\" data-on=\"x\">only on Monday</p>",
		"<br/><hr / ><wbr>",
		"</script></form>",
		"<scripture>and <linking>",
		NULL,
	};

	(void)state;
	assert_each(htmls, HTMLSAFE_SOURCE, false);
	assert_each(htmls, HTMLSAFE_LETTER, false);
}

static void what_runs_asks_embeds_or_loads_is_refused(void **state)
{
	static const char *const htmls[] = {
		"<script>alert(1)</script>",
		"<SCRIPT\nsrc=x>",
		"<script",
		"<script/x>",
		"<svg:script>",
		"<!-- <script> -->",
		"<!--[if mso]><script></script><![endif]-->",
		"<!-- <a title=\" --><script>\"",
		"<p title='<script>'>",
		"<noscript><template><canvas><applet>",
		"<iframe src=\"https://x.example\"></iframe>",
		"<object data=x>",
		"<embed>",
		"<video>",
		"<form action=\"https://x.example\">",
		"<input type=text>",
		"<button>",
		"<select>",
		"<textarea>",
		"<link rel=stylesheet href=\"https://x.example/a.css\">",
		"<base href=\"https://x.example\">",
		"<svg onload=alert(1)>",
		"<math>",
		"<plaintext>",
		"<meta http-equiv=\"refresh\" content=\"0;url=https://x.example\">",
		"<meta http-equiv=re&#102;resh>",
		"<p onclick=\"x()\">",
		"<p/ONCLICK=x>",
		"<img src=\"cid:x\" onerror\n=\n'x'>",
		"<p a=\"1\"onmouseover=x>",
		"<p =x onclick=y>",
		NULL,
	};

	(void)state;
	assert_each(htmls, HTMLSAFE_SOURCE, true);
	assert_each(htmls, HTMLSAFE_LETTER, true);
}

static void links_that_lead_nowhere_or_run_are_refused(void **state)
{
	static const char *const htmls[] = {
		"<a href=\"javascript:alert(1)\">",
		"<a href=' JaVaScRiPt:alert(1)'>",
		"<a href=\"java\tscript:alert(1)\">",
		"<a href=\"&#106;avascript:alert(1)\">",
		"<a href=\"&#x6A;avascript&colon;alert(1)\">",
		"<a href=\"java&Tab;script:alert(1)\">",
		"<a href=\"\x01javascript:alert(1)\">",
		"<a href=vbscript:x>",
		"<a href=\"data:text/html,<b>\">",
		"<a href=\"file:///etc/passwd\">",
		"<a href=\"/about\">",
		"<a href=\"//x.example\">",
		"<a href=\"about.html\">",
		"<a href=\"\">",
		"<area href=javascript:x>",
		"<v:roundrect href=\"javascript:x\">",
		NULL,
	};

	(void)state;
	assert_each(htmls, HTMLSAFE_SOURCE, true);
	assert_each(htmls, HTMLSAFE_LETTER, true);
}

static void what_is_not_in_the_message_is_not_loaded(void **state)
{
	static const char *const htmls[] = {
		"<img src=\"https://x.example/pixel.gif\">",
		"<img src=//x.example/pixel.gif>",
		"<img src=\"logo.png\">",
		"<img src=\"data:image/png;base64,AAAA\">",
		"<img src=\"cid:x\" srcset=\"https://x.example/2x.png 2x\">",
		"<table background=\"https://x.example/a.png\">",
		"<v:fill type=tile src=\"https://x.example/a.png\">",
		"<a href=\"https://x.example\" ping=\"https://y.example\">",
		"<p style=\"background:url(https://x.example/a.png)\">",
		"<p style=\"background:URL( 'https://x.example' )\">",
		"<p style='background:\\75 rl(https://x.example)'>",
		"<p style='background:&#117;rl(https://x.example)'>",
		"<p style='content:\"/*\"; background:url(//x.example)'>",
		"<p style='width:exp/**/ression(x)'>",
		"<p style=\"behavior:url(x.htc)\">",
		"<style>@import \"https://x.example/a.css\";</style>",
		"<style>@\\69mport 'a.css'</style>",
		"<style>@font-face { src: url(https://x.example/a.woff2) }</style>",
		"<STYLE media=x>p { background: url(x.png) }",
		"<p style=\"background:image-set('a.png' 1x)\">",
		NULL,
	};

	(void)state;
	assert_each(htmls, HTMLSAFE_SOURCE, true);
	assert_each(htmls, HTMLSAFE_LETTER, true);
}

static void a_template_may_leave_to_its_letter_what_a_letter_may_not_to_a_recipient(void **state)
{
	static const char *const htmls[] = {
		"<a href=\"" VALUE "\">",
		"<a href=\"" VALUE "://x.example\">",
		"<img src=\"" VALUE "\">",
		"<p style=\"" VALUE "\">",
		"<p style=\"background:url(" VALUE ")\">",
		"<style>" VALUE "</style>",
		"<p " VALUE ">",
		"<p class=" VALUE ">",
		"<p class" VALUE "=\"x\">",
		"<" VALUE ">",
		"<h" VALUE ">",
		"<meta http-equiv=\"" VALUE "\">",
		"<a href=\"https://x.example\"",
		NULL,
	};

	(void)state;
	assert_each(htmls, HTMLSAFE_SOURCE, false);
	assert_each(htmls, HTMLSAFE_LETTER, true);
}

static void a_recipients_value_may_stand_in_texts_and_quotes(void **state)
{
	static const char *const htmls[] = {
		"<p>" VALUE "</p>",
		"<p title=\"" VALUE "\" class='a " VALUE "'>",
		"<a href=\"https://x.example/" VALUE "\">",
		"<a href=\"mailto:" VALUE "@x.example?subject=" VALUE "\">",
		"<p>" SWITCH "<b>" VALUE "</b>" SWITCH "</p>",
		NULL,
	};
	static const char *const split[] = {
		"<p " SWITCH "title=\"x\"" SWITCH ">",
		"<scr" SWITCH "ipt>",
		"<" SWITCH "script>",
		"<a href=\"" SWITCH "java" SWITCH "script:x\">",
		NULL,
	};

	(void)state;
	assert_each(htmls, HTMLSAFE_LETTER, false);
	assert_each(split, HTMLSAFE_LETTER, true);
}

static void a_tag_without_end_or_measure_is_refused(void **state)
{
	struct htmlsafe_fault fault;
	struct str html;

	(void)state;
	str_init(&html, STR_MAX_LARGE);
	str_add_text(&html, "<p title=\"");
	str_add_repeat(&html, 'a', HTMLSAFE_TAG_MAX);
	str_add_text(&html, "\" onclick=\"x()\">");
	assert_true(htmlsafe_find_fault(str_span(&html), HTMLSAFE_SOURCE, &fault));
	assert_non_null(strstr(fault.words, "4096"));
	str_clear(&html);
	assert_true(is_refused("<p title=\"", HTMLSAFE_LETTER, NULL));
}

static void a_fault_names_the_element_its_value_and_the_way_out(void **state)
{
	static const char html[] = "<p>\n<img alt=\"\" src=\"http://x.example/a.png\">";
	struct htmlsafe_fault fault;

	(void)state;
	assert_true(is_refused(html, HTMLSAFE_SOURCE, &fault));
	assert_memory_equal(html + fault.at, "http://x.example/a.png", fault.len);
	assert_non_null(strstr(fault.words, "\"src\" of <img> loads \"http://x.example/a.png\""));
	assert_non_null(strstr(fault.words, "images:"));
	assert_true(is_refused("<b><form>", HTMLSAFE_SOURCE, &fault));
	assert_int_equal(fault.at, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_mail_is_made_of_passes),
		cmocka_unit_test(what_runs_asks_embeds_or_loads_is_refused),
		cmocka_unit_test(links_that_lead_nowhere_or_run_are_refused),
		cmocka_unit_test(what_is_not_in_the_message_is_not_loaded),
		cmocka_unit_test(a_template_may_leave_to_its_letter_what_a_letter_may_not_to_a_recipient),
		cmocka_unit_test(a_recipients_value_may_stand_in_texts_and_quotes),
		cmocka_unit_test(a_tag_without_end_or_measure_is_refused),
		cmocka_unit_test(a_fault_names_the_element_its_value_and_the_way_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
