/*
 * A newsroom's own templates in a letter: what they may read, and their faults.
 */
#include "compose/letter.h"

#include "base/file.h"
#include "support/lettercase.h"
#include "support/test.h"

#include <unistd.h>

/* A folder of a test's own with one template in it. */
static void use_template(struct lettercase *f, const char *name, const char *source, char *folder)
{
	char *path;

	assert_non_null(mkdtemp(folder));
	path = file_join(folder, name);
	assert_int_equal(file_save(path, span_of(source), 0644, &f->err), OK);
	free(path);
	f->sample.frame.template_folder = folder;
}

static void drop_template(const char *name, const char *folder)
{
	char *path = file_join(folder, name);

	unlink(path);
	rmdir(folder);
	free(path);
}

static void assert_template_fails(
	struct lettercase *f, const char *name, const char *source, enum status status, const char *words)
{
	char folder[] = "/tmp/dateline-letter-XXXXXX";

	use_template(f, name, source, folder);
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), status);
	if (!span_ends(span_of(f->err.text), span_of(words)) || !strstr(f->err.text, folder))
		fail_msg("\"%s\" doesn't end in \"%s\" or lacks its folder", f->err.text, words);
	drop_template(name, folder);
}

static void a_templates_faults_name_file_and_line(void **state)
{
	struct lettercase *f = *state;

	assert_template_fails(f, "release.txt.mustache", "a\n{{titel}}\n", E_NOTFOUND,
		"release.txt.mustache:2: nothing is called \"titel\"; did you mean \"title\"?");
	assert_template_fails(f, "release.txt.mustache", "{{#subscriber.beats}}{{.}}{{/subscriber.beats}}",
		E_UNSUPPORTED,
		"release.txt.mustache:1: \".\" would loop over a recipient's field, which is one text: write "
		"the field's name");
	assert_template_fails(f, "release.html.mustache", "\n{{#title}}", E_SYNTAX,
		"release.html.mustache:2: nothing closes \"title\"");
	assert_template_fails(f, "release.html.mustache", "{{>release.html}}", E_RANGE,
		"release.html.mustache:1: \"release.html\" lies too many templates deep; does one include "
		"itself?");
}

static void an_unescaped_value_in_html_is_refused(void **state)
{
	char folder[] = "/tmp/dateline-letter-XXXXXX";
	struct lettercase *f = *state;

	use_template(f, "release.html.mustache", "{{{subscriber.name}}}", folder);
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), E_UNSUPPORTED);
	drop_template("release.html.mustache", folder);
}

static void an_attribute_of_the_journalist_is_a_field_and_needed_unless_asked_about(void **state)
{
	char folder[] = "/tmp/dateline-letter-XXXXXX";
	struct lettercase *f = *state;
	size_t seen = 0;

	use_template(f, "release.txt.mustache",
		"{{subscriber.beat}} {{#subscriber.outlet}}at {{subscriber.outlet}}{{/subscriber.outlet}}"
		"{{^subscriber.outlet}}alone{{/subscriber.outlet}}.\n",
		folder);
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	drop_template("release.txt.mustache", folder);
	for (size_t i = 0; i < letter_field_count(f->letter); i++) {
		if (strcmp(letter_field(f->letter, i), "subscriber.beat") == 0) {
			assert_true(letter_field_is_needed(f->letter, i));
			seen++;
		}
		if (strcmp(letter_field(f->letter, i), "subscriber.outlet") == 0) {
			assert_false(letter_field_is_needed(f->letter, i));
			seen++;
		}
	}
	assert_int_equal(seen, 2);
	assert_int_equal(lettercase_build_with(f, "subscriber.beat=sea"), OK);
	lettercase_assert_part(f, "text/plain", "sea at El Puerto.");
	str_empty(&f->out);
	assert_int_equal(lettercase_build_with(f, "subscriber.outlet="), OK);
	lettercase_assert_part(f, "text/plain", " alone.");
}

/* The text part's encoding and text, of a template that is all of it. */
static void assert_encoded(struct lettercase *f, const char *source, const char *encoding, const char *text)
{
	char folder[] = "/tmp/dateline-letter-XXXXXX";
	struct str head;

	str_init(&head, STR_MAX_SMALL);
	str_empty(&f->out);
	use_template(f, "release.txt.mustache", source, folder);
	assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	drop_template("release.txt.mustache", folder);
	assert_int_equal(lettercase_build(f, sampleletter_ana), OK);
	str_addf(&head,
		"Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: %s\r\n\r\n",
		encoding);
	assert_contains(f->out.ptr, head.ptr);
	lettercase_assert_part(f, "text/plain", text);
	str_clear(&head);
}

static void a_part_that_shows_nothing_of_its_reader_takes_the_shorter_encoding(void **state)
{
	struct lettercase *f = *state;

	assert_encoded(f, "Plain words.\nMore.", "quoted-printable", "Plain words.\r\nMore.");
	assert_encoded(f, "للنشر الفوري\nتوقيع\n", "base64", "للنشر الفوري\r\nتوقيع\r\n");
	assert_encoded(f, "للنشر الفوري {{subscriber.name}}\n", "quoted-printable", "للنشر الفوري Ana Pérez");
	assert_encoded(f, "للنشر{{#subscriber.outlet}} الفوري{{/subscriber.outlet}}\n", "quoted-printable",
		"للنشر الفوري");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lettercase_set_up, lettercase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_templates_faults_name_file_and_line),
		TEST(an_unescaped_value_in_html_is_refused),
		TEST(an_attribute_of_the_journalist_is_a_field_and_needed_unless_asked_about),
		TEST(a_part_that_shows_nothing_of_its_reader_takes_the_shorter_encoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
