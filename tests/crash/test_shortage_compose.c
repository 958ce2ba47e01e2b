/*
 * What reads releases, pages, templates and letters, without memory: it gives up, or
 * says so, and never misreads.
 */
#include "crash/shortage.h"

#include "base/asset.h"
#include "base/file.h"
#include "base/mem.h"
#include "compose/filetype.h"
#include "compose/frontmatter.h"
#include "compose/htmlsafe.h"
#include "compose/markdown.h"
#include "compose/pastedpage.h"
#include "compose/picture.h"
#include "compose/releasecheck.h"
#include "compose/releasewrite.h"
#include "compose/template.h"
#include "compose/words.h"
#include "support/dkimcase.h"
#include "support/sampleletter.h"
#include "support/samplepicture.h"
#include "support/test.h"

static const char fund[] =
	"---\n"
	"title: Coastal towns agree a fund\n"
	"language: en\n"
	"dateline: Marseille\n"
	"embargo: 2026-11-11 10:00 Europe/Brussels\n"
	"contacts:\n"
	"  - name: Amara Roy\n"
	"    email: amara.roy@harbour.example\n"
	"    phones: [\"+41 22 555 01 00\"]\n"
	"extra:\n"
	"  tone: calm\n"
	"---\n"
	"Twelve towns pay for *sea rescue* together.\n"
	"\n"
	"- one [link](https://harbour.example/fund)\n"
	"- two\n"
	"\n"
	"> A quote, at some length, so that it has to be wrapped where a line of a mail ends, and more.\n";

static void see_value(const struct value *value)
{
	shortage_see_number(value_kind(value));
	shortage_see(value_text(value));
	for (size_t i = 0; i < value_count(value); i++) {
		if (value_kind(value) == VALUE_MAP)
			shortage_see(value_key_at(value, i));
		see_value(value_at(value, i));
	}
}

static enum status read_front_matter(void *prepared, struct err *err)
{
	struct value *value = NULL;
	struct span body = {0};
	size_t line = 0;
	enum status status = frontmatter_parse("fund.md", span_of(fund), &value, &body, &line, err);

	(void)prepared;
	if (status != OK)
		return status;
	see_value(value);
	shortage_see(body);
	value_free(value);
	return OK;
}

static void see_check(void *context, enum check_level level, const char *path, size_t line, const char *words)
{
	(void)context;
	(void)path;
	shortage_see_number(level);
	shortage_see_number((int64_t)line);
	shortage_see_text(words);
}

static void see_release(const struct release *release)
{
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	release_write(release, &out);
	shortage_see(str_span(&out));
	shortage_see_number(release->embargo_ms);
	str_clear(&out);
}

static enum status read_release(void *prepared, struct err *err)
{
	struct release *release = NULL;
	enum status status = release_parse("fund.md", span_of(fund), NULL, &release, err);

	(void)prepared;
	if (status != OK)
		return status;
	see_release(release);
	release_free(release);
	return OK;
}

static void *some_release(void)
{
	return sampleletter_release("fund.md", span_of(fund));
}

static enum status check_release(void *prepared, struct err *err)
{
	(void)err;
	release_check(prepared, "/nonexistent", INT64_C(1794000000000), see_check, NULL);
	shortage_see_number(1);
	return OK;
}

static enum status write_html(void *prepared, struct err *err)
{
	struct str out;
	enum status status;

	(void)prepared;
	str_init(&out, STR_MAX_LARGE);
	status = markdown_html(span_of(strstr(fund, "\n---\n") + 5), &out, err);
	shortage_see(str_span(&out));
	str_clear(&out);
	return status;
}

static enum status write_text(void *prepared, struct err *err)
{
	struct markdown_notes *notes = markdown_notes_new();
	struct str out;
	enum status status;

	(void)prepared;
	str_init(&out, STR_MAX_LARGE);
	status = markdown_text(span_of(strstr(fund, "\n---\n") + 5), 72, notes, &out, err);
	markdown_text_footnotes(notes, &out);
	shortage_see(str_span(&out));
	str_clear(&out);
	markdown_notes_free(notes);
	return status;
}

static void see_remark(void *context, bool is_error, size_t line, const char *words)
{
	(void)context;
	shortage_see_number((int64_t)line + is_error);
	shortage_see_text(words);
}

static enum status check_markdown(void *prepared, struct err *err)
{
	(void)prepared;
	(void)err;
	markdown_check(SPAN("# One\n\n### Three\n\n<b>raw</b> [nowhere]() ![](x.png)\n"), see_remark, NULL);
	shortage_see_number(1);
	return OK;
}

static void *load(const char *name)
{
	char *path = mem_format("tests/unit/compose/pages/%s", name);
	struct str *page = mem_alloc(sizeof(*page));

	str_init(page, STR_MAX_LARGE);
	if (file_load(path, page, NULL) != OK)
		abort();
	free(path);
	return page;
}

static void *saved_page(void)
{
	return load("saved.html");
}

static void *pasted_page(void)
{
	return load("us-wire.txt");
}

static void see_doubt(void *context, size_t line, const char *words)
{
	(void)context;
	shortage_see_number((int64_t)line);
	shortage_see_text(words);
}

static enum status read_page(void *prepared, struct err *err)
{
	struct release *release = NULL;
	enum status status = pastedpage_parse("page", str_span(prepared), &release, see_doubt, NULL, err);

	if (status != OK)
		return status;
	see_release(release);
	release_free(release);
	return OK;
}

static enum status judge_html(void *prepared, struct err *err)
{
	static const char *const texts[] = {
		"<p style=\"color:red\">fine <a href=\"https://x.example\">x</a></p>",
		"<p onclick=\"x()\">not fine</p>", "<!--[if mso]><script>x</script><![endif]-->"};

	(void)prepared;
	(void)err;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct htmlsafe_fault fault = {0};

		shortage_see_number(htmlsafe_find_fault(span_of(texts[i]), HTMLSAFE_SOURCE, &fault));
		shortage_see_text(fault.words);
	}
	return OK;
}

static void *some_picture(void)
{
	struct str *picture = mem_alloc(sizeof(*picture));

	str_init(picture, STR_MAX_LARGE);
	samplepicture_jpeg(640, 480, 4, 6, picture);
	return picture;
}

static enum status read_picture(void *prepared, struct err *err)
{
	struct picture picture = {0};
	enum status status = picture_parse("image/jpeg", str_span(prepared), &picture, err);

	shortage_see_number(picture.width);
	shortage_see_number(picture.height);
	shortage_see_number(picture.is_cmyk + 2 * picture.is_turned);
	return status;
}

static enum status detect_type(void *prepared, struct err *err)
{
	struct filetypes *types = NULL;
	struct filetype type = {0};
	enum status status = filetypes_open(&types, err);

	if (status == OK)
		status = filetype_detect(types, str_span(prepared), &type, err);
	shortage_see_text(type.type);
	filetypes_close(types);
	return status;
}

static enum status load_partial(
	void *context, struct span name, struct str *source, struct str *path, struct err *err)
{
	(void)context;
	(void)path;
	if (!span_equals(name, SPAN("p")))
		return err_set(err, E_NOTFOUND, "none");
	str_add_text(source, "<{{t}}>\n");
	return OK;
}

static struct value *some_data(void)
{
	struct value *data = value_new_map();
	struct value *list = value_set(data, SPAN("l"), value_new_list());

	value_set_text(data, "t", SPAN("<p>"));
	value_add(list, value_new_text(SPAN("1")));
	value_add(list, value_new_text(SPAN("2")));
	return data;
}

static enum status render(void *prepared, struct err *err)
{
	struct template *template = NULL;
	struct value *data = some_data();
	struct str out;
	enum status status = template_compile("t.mustache",
		SPAN("{{! words }}{{#l}}{{.}}, {{/l}}{{^x}}{{{t}}}{{/x}}\n  {{>p}}\n{{=<% %>=}}<%t%>\n"),
		load_partial, NULL, &template, err);

	(void)prepared;
	str_init(&out, STR_MAX_LARGE);
	if (status == OK)
		status = template_render_text(
			template, data, TEMPLATE_ESCAPE_HTML, TEMPLATE_MISSING_EMPTY, &out, err);
	shortage_see(str_span(&out));
	str_clear(&out);
	template_free(template);
	value_free(data);
	return status;
}

static enum status read_words(void *prepared, struct err *err)
{
	struct words *words = NULL;
	enum status status = words_load(NULL, SPAN("fr-CH"), &words, err);
	struct str out;

	(void)prepared;
	if (status != OK)
		return status;
	str_init(&out, STR_MAX_SMALL);
	status = words_greeting(words, SPAN(""), SPAN("Ana Pérez"), false, &out, err);
	see_value(words_values(words));
	shortage_see(str_span(&out));
	str_clear(&out);
	words_free(words);
	return status;
}

/* What a letter is made of, and its bytes. */
struct letters {
	struct sampleletter sample;
	struct release *release;
	struct dkim_signer signer;
	struct str saved;
};

static void *before_letters(void)
{
	struct letters *letters = mem_alloc(sizeof(*letters));

	sampleletter_init(&letters->sample);
	letters->release = some_release();
	letters->signer =
		(struct dkim_signer){SPAN("harbour.example"), SPAN("e"), dkimcase_key(dkimcase_ed25519_pem)};
	letters->sample.frame.signers = &letters->signer;
	letters->sample.frame.signer_count = 1;
	return letters;
}

static enum status compile(void *prepared, struct err *err)
{
	struct letters *letters = prepared;
	struct letter *letter = NULL;
	enum status status = letter_compile(letters->release, &letters->sample.frame, &letter, err);
	struct str out;

	if (status != OK)
		return status;
	str_init(&out, STR_MAX_LARGE);
	letter_save(letter, &out);
	shortage_see(str_span(&out));
	str_clear(&out);
	letter_free(letter);
	return OK;
}

static void *saved_letter(void)
{
	struct letters *letters = before_letters();
	struct letter *letter = NULL;

	str_init(&letters->saved, STR_MAX_LARGE);
	if (letter_compile(letters->release, &letters->sample.frame, &letter, NULL) != OK)
		abort();
	letter_save(letter, &letters->saved);
	letter_free(letter);
	return letters;
}

/* A message for Ana, and what its parts say. */
static enum status build_message(const struct letter *letter, struct err *err)
{
	struct span *values = sampleletter_values(letter, sampleletter_ana);
	struct str message, part;
	enum status status;

	str_init(&message, STR_MAX_LARGE);
	str_init(&part, STR_MAX_LARGE);
	status = letter_build(letter, values, &message, err);
	if (status == OK)
		status = letter_read_part(str_span(&message), "text/plain", &part, err);
	shortage_see(str_span(&message));
	shortage_see(str_span(&part));
	str_clear(&message);
	str_clear(&part);
	free(values);
	return status;
}

static enum status build(void *prepared, struct err *err)
{
	struct letters *letters = prepared;
	struct letter *letter = NULL;
	enum status status = letter_load(str_span(&letters->saved), &letter, err);

	if (status != OK)
		return status;
	status = letter_set_keys(letter, &letters->signer.key, err);
	if (status == OK)
		status = build_message(letter, err);
	letter_free(letter);
	return status;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHORTAGE_TEST("front_matter_is_read_whole_or_not_at_all", .run = read_front_matter),
		SHORTAGE_TEST("a_release_is_read_whole_or_not_at_all", .run = read_release),
		SHORTAGE_TEST("a_release_is_checked_whole_or_not_at_all", .prepare = some_release,
			.run = check_release),
		SHORTAGE_TEST("markdown_becomes_html_whole_or_not_at_all", .run = write_html),
		SHORTAGE_TEST("markdown_becomes_text_whole_or_not_at_all", .run = write_text),
		SHORTAGE_TEST("markdown_is_checked_whole_or_not_at_all", .run = check_markdown),
		SHORTAGE_TEST("a_saved_page_is_taken_apart_whole_or_not_at_all", .prepare = saved_page,
			.run = read_page),
		SHORTAGE_TEST("a_pasted_page_is_taken_apart_whole_or_not_at_all", .prepare = pasted_page,
			.run = read_page),
		SHORTAGE_TEST("html_is_found_safe_only_when_it_is", .run = judge_html),
		SHORTAGE_TEST("a_picture_is_read_whole_or_not_at_all", .prepare = some_picture,
			.run = read_picture),
		SHORTAGE_TEST(
			"a_file_is_what_it_is_or_it_is_said", .prepare = some_picture, .run = detect_type),
		SHORTAGE_TEST("a_template_is_rendered_whole_or_not_at_all", .run = render),
		SHORTAGE_TEST("words_are_read_whole_or_not_at_all", .run = read_words),
		SHORTAGE_TEST("a_letter_is_compiled_whole_or_not_at_all", .prepare = before_letters,
			.run = compile),
		SHORTAGE_TEST("a_letter_is_loaded_and_built_whole_or_not_at_all", .prepare = saved_letter,
			.run = build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
