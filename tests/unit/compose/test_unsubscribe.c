/*
 * The way out that a letter offers: a link, an address, or neither.
 */
#include "compose/unsubscribe.h"

#include "support/lettercase.h"
#include "support/test.h"

static void a_list_letter_offers_a_link_and_an_address_to_unsubscribe(void **state)
{
	struct lettercase *f = *state;

	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	assert_true(lettercase_has(f,
		"\r\nList-Unsubscribe: <https://press.harbour.example/leave/" SAMPLELETTER_TOKEN
		">,\r\n <mailto:bounce+" SAMPLELETTER_TOKEN "@harbour.example?subject=unsubscribe>\r\n"));
	/* Nobody signs this one: see test_letterseal. */
	assert_false(lettercase_has(f, "List-Unsubscribe-Post"));
	lettercase_assert_part(f, "text/plain",
		"\r\nUnsubscribe:\r\nhttps://press.harbour.example/leave/" SAMPLELETTER_TOKEN "\r\n\r\n");
	lettercase_assert_part(
		f, "text/html", "href=\"https://press.harbour.example/leave/" SAMPLELETTER_TOKEN "\"");
}

static void without_a_link_people_unsubscribe_by_mail(void **state)
{
	struct lettercase *f = *state;

	f->sample.frame.unsubscribe_url = SPAN("");
	f->sample.frame.unsubscribe_mail = SPAN("press.100%@Bücher.example");
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	assert_true(lettercase_has(f, "\r\nList-Unsubscribe: <mailto:press.100%25+" SAMPLELETTER_TOKEN
				      "@xn--bcher-kva.example?subject=unsubscribe>\r\n"));
	assert_false(lettercase_has(f, "List-Unsubscribe-Post"));
	lettercase_assert_part(f, "text/plain",
		"\r\nTo unsubscribe, write to\r\npress.100%+" SAMPLELETTER_TOKEN
		"@xn--bcher-kva.example\r\n\r\n");
	lettercase_assert_part(f, "text/html",
		"href=\"mailto:press.100%25+" SAMPLELETTER_TOKEN
		"@xn--bcher-kva.example?subject=unsubscribe\"");
}

static void what_no_token_fits_into_is_refused(void **state)
{
	static const struct {
		const char *mail;
		enum status status;
	} cases[] = {
		{"harbour.example", E_SYNTAX},
		{"\"a b\"@harbour.example", E_SYNTAX},
		{"nineteen-characters@harbour.example", E_RANGE},
	};
	struct lettercase *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f->sample.frame.unsubscribe_mail = span_of(cases[i].mail);
		assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), cases[i].status);
		assert_true(strstr(f->err.text, "for unsubscribing") != NULL);
	}
}

static void no_address_to_unsubscribe_at_means_no_header_and_no_line(void **state)
{
	struct lettercase *f = *state;

	f->sample.frame.unsubscribe_mail = SPAN("");
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	assert_false(lettercase_has(f, "List-Unsubscribe"));
	assert_false(lettercase_has(f, "nsubscribe"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lettercase_set_up, lettercase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_list_letter_offers_a_link_and_an_address_to_unsubscribe),
		TEST(without_a_link_people_unsubscribe_by_mail),
		TEST(what_no_token_fits_into_is_refused),
		TEST(no_address_to_unsubscribe_at_means_no_header_and_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
