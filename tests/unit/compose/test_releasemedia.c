/* Links to media: what may stand under them, and on which line it is said. */
#include "compose/release.h"

#include "support/test.h"

static void assert_refused(const char *item, const char *expected)
{
	struct release *release = NULL;
	struct err err = {0};
	char text[4096];

	snprintf(text, sizeof(text), "---\ntitle: A\nmedia:\n%s---\nB.\n", item);
	assert_int_equal(release_parse("fund.md", span_of(text), NULL, &release, &err), E_SYNTAX);
	if (!strstr(err.text, expected))
		fail_msg("no \"%s\" in \"%s\"", expected, err.text);
}

static void assert_url(const char *url, const char *fault)
{
	struct release *release = NULL;
	struct err err = {0};
	char item[3000], text[3200];

	snprintf(item, sizeof(item), "  - kind: photo\n    url: \"%s\"\n", url);
	if (fault) {
		assert_refused(item, fault);
		return;
	}
	snprintf(text, sizeof(text), "---\ntitle: A\nmedia:\n%s---\nB.\n", item);
	if (release_parse("fund.md", span_of(text), NULL, &release, &err) != OK)
		fail_msg("%s", err.text);
	assert_string_equal(release->media[0].url, url);
	release_free(release);
}

static void each_kind_is_known_and_has_its_name(void **state)
{
	struct release *release = NULL;

	(void)state;
	assert_int_equal(release_parse("fund.md",
				 SPAN("---\ntitle: A\nmedia:\n"
				      "  - {url: \"https://a.example\", kind: photo}\n"
				      "  - {url: \"https://b.example\", kind: footage}\n"
				      "  - {url: \"https://c.example\", kind: b-roll}\n---\nB.\n"),
				 NULL, &release, NULL),
		OK);
	assert_int_equal(release->media_count, 3);
	assert_string_equal(media_kind_name(release->media[0].kind), "photo");
	assert_string_equal(media_kind_name(release->media[1].kind), "footage");
	assert_string_equal(media_kind_name(release->media[2].kind), "b-roll");
	assert_int_equal(release->media[2].line, 6);
	release_free(release);
}

static void an_unknown_kind_names_the_near_one_or_all(void **state)
{
	(void)state;
	assert_refused("  - url: https://a.example\n    kind: fotage\n",
		"fund.md:5: unknown kind \"fotage\": did you mean \"footage\"?");
	assert_refused("  - url: https://a.example\n    kind: broll\n", "did you mean \"b-roll\"?");
	assert_refused("  - url: https://a.example\n    kind: sculpture\n", "write photo, footage or b-roll");
	assert_refused("  - url: https://a.example\n    kind:\n", "fund.md:5: unknown kind \"\"");
}

static void a_link_needs_its_address_and_its_kind(void **state)
{
	(void)state;
	assert_refused("  - kind: photo\n", "fund.md:4: a media link without \"url: ");
	assert_refused("  - url: https://a.example\n", "fund.md:4: a media link without \"kind:\"");
	assert_refused("  - https://a.example\n", "fund.md:4: a media link has lines");
	assert_refused("  url: https://a.example\n", "\"media\" must be a list");
	assert_refused("  - link: https://a.example\n", "fund.md:4: unknown key \"link\"");
	assert_refused("  - {url: \"https://a.example\", kind: photo, credit: [b]}\n",
		"fund.md:4: \"credit\" must be a text");
}

static void an_address_must_be_one_that_a_mail_can_open(void **state)
{
	char url[2100] = "https://a.example/";

	(void)state;
	memset(url + strlen(url), 'x', 2050);
	assert_url(url, "it is too long");
	assert_url("https://a.example/b?c=d&e=f#g", NULL);
	assert_url("HTTPS://a.example:8443", NULL);
	assert_url("http://a.example/%20", NULL);
	assert_url("https://a.example/mail@b", NULL);
	assert_url("a.example/b",
		"fund.md:5: url: \"a.example/b\" can't be followed from a mail: start it with https://");
	assert_url("ftp://a.example", "start it with https://");
	assert_url("javascript:alert(1)", "start it with https://");
	assert_url("https://a.example/b c", "write spaces");
	assert_url("https://a.example/<b>", "write spaces");
	assert_url("https://user:word@a.example/", "leave the user's name");
	assert_url("https:///b", "it names no server");
	assert_url("https://", "it names no server");
	assert_url("https://a.example/\\nBcc: b", "must be one line");
	assert_url("https://a.example/\\tb", "control character");
}

static void more_links_than_anybody_reads_are_refused(void **state)
{
	struct release *release = NULL;
	struct err err = {0};
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, "---\ntitle: A\nmedia:\n");
	for (int i = 0; i < 101; i++)
		str_add_text(&text, "  - {url: \"https://a.example\", kind: photo}\n");
	str_add_text(&text, "---\nB.\n");
	assert_int_equal(release_parse("fund.md", str_span(&text), NULL, &release, &err), E_RANGE);
	assert_non_null(strstr(err.text, "fund.md:4: \"media\" has more than 100 items"));
	str_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_known_and_has_its_name),
		cmocka_unit_test(an_unknown_kind_names_the_near_one_or_all),
		cmocka_unit_test(a_link_needs_its_address_and_its_kind),
		cmocka_unit_test(an_address_must_be_one_that_a_mail_can_open),
		cmocka_unit_test(more_links_than_anybody_reads_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
