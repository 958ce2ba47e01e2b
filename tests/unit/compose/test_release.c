/* A release's file: what it may say, and what is refused on which line. */
#include "compose/release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct release *parsed_at(const char *path, const char *text)
{
	struct release *release = NULL;
	struct err err = {0};

	if (release_parse(path, span_of(text), NULL, &release, &err))
		fail_msg("%s", err.text);
	return release;
}

static struct release *parsed(const char *text)
{
	return parsed_at("releases/fund.md", text);
}

static void assert_bytes_refused(struct span text, enum status expected, const char *words)
{
	struct release *release = NULL;
	struct err err = {0};

	assert_int_equal(release_parse("releases/fund.md", text, NULL, &release, &err), expected);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" doesn't say \"%s\"", err.text, words);
}

static void assert_refused(const char *text, const char *words)
{
	assert_bytes_refused(span_of(text), E_SYNTAX, words);
}

static void every_key_arrives_where_it_belongs(void **state)
{
	struct release *release = parsed("---\n"
					 "title: Coastal Towns Agree Joint Rescue Fund\n"
					 "subtitle: Twelve towns, one fund\n"
					 "slug: rescue-fund\n"
					 "dateline: Geneva\n"
					 "date: 2026-11-10\n"
					 "language: en\n"
					 "embargo: 2026-11-11 10:00 Europe/Brussels\n"
					 "contacts:\n"
					 "  - name: Ana Roy\n"
					 "    role: Spokesperson\n"
					 "    place: Geneva headquarters\n"
					 "    phones: [\"+41 22 555 01 00\", \"+41 79 555 01 00\"]\n"
					 "    email: roy@harbour.example\n"
					 "  - name: Li\n"
					 "    phone: \"+32 2 555 01 00\"\n"
					 "boilerplate: |\n"
					 "  Harbour Relief is *made up*.\n"
					 "notes: Pictures on request.\n"
					 "end_mark: ENDS\n"
					 "attachments: [annex.pdf]\n"
					 "images:\n"
					 "  - path: boat.jpg\n"
					 "    alt: A boat\n"
					 "    caption: The boat\n"
					 "    credit: A. Roy\n"
					 "    usage: Editorial use\n"
					 "media:\n"
					 "  - url: https://media.harbour.example/drill?id=1\n"
					 "    kind: b-roll\n"
					 "    title: The drill\n"
					 "extra:\n"
					 "  hashtag: \"#fund\"\n"
					 "---\n"
					 "Body.\n");

	(void)state;
	assert_string_equal(release->title, "Coastal Towns Agree Joint Rescue Fund");
	assert_string_equal(release->subtitle, "Twelve towns, one fund");
	assert_string_equal(release->slug, "rescue-fund");
	assert_string_equal(release->dateline, "Geneva");
	assert_string_equal(release->date, "2026-11-10");
	assert_string_equal(release->language, "en");
	assert_true(release->has_embargo);
	assert_true(release->embargo_ms == INT64_C(1794387600000));
	assert_string_equal(zone_name(release->embargo_zone), "Europe/Brussels");
	assert_int_equal(release->contact_count, 2);
	assert_string_equal(release->contacts[0].role, "Spokesperson");
	assert_string_equal(release->contacts[0].place, "Geneva headquarters");
	assert_int_equal(release->contacts[0].phone_count, 2);
	assert_string_equal(release->contacts[0].phones[1], "+41 79 555 01 00");
	assert_string_equal(release->contacts[0].email, "roy@harbour.example");
	assert_int_equal(release->contacts[0].line, 10);
	assert_string_equal(release->contacts[1].phones[0], "+32 2 555 01 00");
	assert_string_equal(release->contacts[1].email, "");
	assert_string_equal(release->boilerplate, "Harbour Relief is *made up*.");
	assert_string_equal(release->notes, "Pictures on request.");
	assert_string_equal(release->end_mark, "ENDS");
	assert_string_equal(release->attachments[0].path, "annex.pdf");
	assert_string_equal(release->images[0].credit, "A. Roy");
	assert_string_equal(release->images[0].usage, "Editorial use");
	assert_int_equal(release->images[0].line, 23);
	assert_int_equal(release->media_count, 1);
	assert_string_equal(release->media[0].url, "https://media.harbour.example/drill?id=1");
	assert_int_equal(release->media[0].kind, MEDIA_BROLL);
	assert_string_equal(release->media[0].title, "The drill");
	assert_string_equal(release->media[0].credit, "");
	assert_int_equal(release->media[0].line, 29);
	assert_string_equal(
		value_get_text(value_get(release->front_matter, SPAN("extra")), "hashtag").ptr, "#fund");
	assert_string_equal(release->body, "Body.\n");
	assert_int_equal(release->body_line, 35);
	release_free(release);
}

static void the_file_name_gives_slug_and_language(void **state)
{
	struct release *release = parsed_at("releases/valletta.fr.md", "---\ntitle: A\n---\n");

	(void)state;
	assert_string_equal(release->slug, "valletta");
	assert_string_equal(release->language, "fr");
	assert_string_equal(release->end_mark, "###");
	assert_string_equal(release->body, "");
	release_free(release);
	release = parsed_at("valletta.md", "---\ntitle: A\n---\n");
	assert_string_equal(release->language, "");
	release_free(release);
}

static void line_ends_of_windows_are_read(void **state)
{
	struct release *release = parsed("---\r\ntitle: A\r\n---\r\nOne\r\n\r\nTwo\r\n");

	(void)state;
	assert_string_equal(release->body, "One\n\nTwo\n");
	release_free(release);
}

static void an_unknown_key_names_the_near_one(void **state)
{
	(void)state;
	assert_refused("---\ntitle: A\nsubtitel: B\n---\n",
		"releases/fund.md:3: unknown key \"subtitel\": did you mean \"subtitle\"?");
	assert_refused("---\ntitle: A\ncontacts:\n  - name: B\n    emial: c@d.example\n---\n",
		"releases/fund.md:5: unknown key \"emial\": did you mean \"email\"?");
	assert_refused("---\ntitle: A\nweather: fine\n---\n", "keys of your own go under \"extra:\"");
}

static void a_title_is_needed(void **state)
{
	(void)state;
	assert_refused("---\nslug: a\n---\n", "releases/fund.md:1: no title");
	assert_refused("---\ntitle:\n---\n", "no title");
	assert_refused("---\ntitle: \"  \"\n---\n", "no title");
}

static void wrong_types_are_refused(void **state)
{
	(void)state;
	assert_refused("---\ntitle: [a]\n---\n", "fund.md:2: \"title\" must be a text, not a list");
	assert_refused("---\ntitle:\n  a: b\n---\n", "fund.md:3: \"title\" must be a text, not a mapping");
	assert_refused("---\ntitle: a\ncontacts: Ana\n---\n", "fund.md:3: \"contacts\" must be a list");
	assert_refused("---\ntitle: a\ncontacts: [Ana]\n---\n", "fund.md:3: a contact has lines");
	assert_refused("---\ntitle: a\nextra: b\n---\n", "fund.md:3: \"extra\" must hold");
	assert_refused("---\ntitle: a\nimages: b.jpg\n---\n", "fund.md:3: \"images\" must be a list");
}

static void controls_are_refused_wherever_they_hide(void **state)
{
	(void)state;
	assert_refused(
		"---\ntitle: \"a\\r\\nBcc: x@y.example\"\n---\n", "fund.md:2: \"title\" must be one line");
	assert_refused("---\ntitle: \"a\\rb\"\n---\n", "fund.md:2: \"title\" has a control character");
	assert_refused("---\ntitle: \"a\\eb\"\n---\n", "fund.md:2: \"title\" has a control character");
	assert_refused("---\ntitle: \"a\\u202Eb\"\n---\n", "fund.md:2: \"title\" has an invisible");
	assert_refused("---\ntitle: a\nnotes: \"b\\ac\"\n---\n", "fund.md:3: \"notes\" has a control");
	assert_refused("---\ntitle: a\nextra:\n  b: \"c\\ad\"\n---\n", "fund.md:4: \"extra\" has a control");
	assert_refused("---\ntitle: a\n---\nb\n\nc\x1b[2J\n", "fund.md:6: a control character");
}

static void an_address_of_a_contact_must_be_one(void **state)
{
	(void)state;
	assert_refused("---\ntitle: a\ncontacts:\n- name: b\n  email: c at d\n---\n", "fund.md:5: email: ");
}

static void a_path_may_not_leave_the_folder(void **state)
{
	(void)state;
	assert_refused("---\ntitle: a\nattachments: [../keys/k.pem]\n---\n", "fund.md:3: attachments: ");
	assert_refused("---\ntitle: a\nattachments: [/etc/passwd]\n---\n", "fund.md:3: attachments: ");
	assert_refused("---\ntitle: a\nimages:\n- alt: b\n---\n", "fund.md:4: images: ");
}

static void slug_and_language_keep_their_form(void **state)
{
	(void)state;
	assert_refused("---\ntitle: a\nslug: ../a\n---\n", "fund.md:3: the slug");
	assert_refused("---\ntitle: a\nlanguage: english\n---\n", "fund.md:3: \"english\" is no language");
}

static void an_embargo_must_be_an_instant(void **state)
{
	struct release *release;

	(void)state;
	assert_refused("---\ntitle: a\nembargo: tomorrow\n---\n", "fund.md:3: embargo: ");
	release = parsed("---\ntitle: a\nembargo: 2026-11-11 10:00\n---\n");
	assert_true(release->embargo_ms == INT64_C(1794391200000));
	assert_string_equal(release->embargo, "2026-11-11 10:00");
	release_free(release);
}

static void a_file_over_the_ceiling_is_refused(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_text(&text, "---\ntitle: a\n---\n");
	str_add_repeat(&text, 'x', 10u << 20);
	assert_bytes_refused(str_span(&text), E_RANGE, "releases/fund.md:1: larger than");
	str_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_arrives_where_it_belongs),
		cmocka_unit_test(the_file_name_gives_slug_and_language),
		cmocka_unit_test(line_ends_of_windows_are_read),
		cmocka_unit_test(an_unknown_key_names_the_near_one),
		cmocka_unit_test(a_title_is_needed),
		cmocka_unit_test(wrong_types_are_refused),
		cmocka_unit_test(controls_are_refused_wherever_they_hide),
		cmocka_unit_test(an_address_of_a_contact_must_be_one),
		cmocka_unit_test(a_path_may_not_leave_the_folder),
		cmocka_unit_test(slug_and_language_keep_their_form),
		cmocka_unit_test(an_embargo_must_be_an_instant),
		cmocka_unit_test(a_file_over_the_ceiling_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
