/*
 * Templates looked at for what mails must not have: which file and line is named.
 */
#include "support/test.h"

#include "compose/templatesafe.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* A template with its partial "p", and what came of it. */
struct fixture {
	struct span partial;
	struct template *template;
	struct value *data;
	struct str out;
	struct err err;
};

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	str_init(&f->out, STR_MAX_LARGE);
	f->data = value_new_map();
	value_set(f->data, SPAN("subscriber"), value_new_slot(SPAN("subscriber.")));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	template_free(f->template);
	value_free(f->data);
	str_clear(&f->out);
	test_free(f);
	return 0;
}

static enum status find_partial(
	void *context, struct span name, struct str *source, struct str *path, struct err *err)
{
	const struct fixture *f = context;

	if (!span_equals(name, SPAN("p")))
		return err_set(err, E_NOTFOUND, "none");
	str_add(source, f->partial);
	str_add_text(path, "p.mustache");
	return OK;
}

static void assert_starts_with(const char *text, const char *start)
{
	if (strncmp(text, start, strlen(start)) != 0)
		fail_msg("\"%s\" doesn't start with \"%s\"", text, start);
}

static void compile(struct fixture *f, const char *source)
{
	template_free(f->template);
	f->template = NULL;
	assert_int_equal(
		template_compile("t.mustache", span_of(source), find_partial, f, &f->template, &f->err), OK);
}

static void on_text(void *context, struct span text)
{
	str_add(context, text);
}

static void on_slot(void *context, struct span field, enum template_escape escape)
{
	(void)escape;
	str_addf(context, "[%.*s]", SPAN_ARG(field));
}

static void on_begin(void *context, struct span field, bool negated)
{
	str_addf(context, "(%s%.*s", negated ? "!" : "", SPAN_ARG(field));
}

static void on_end(void *context)
{
	str_add_char(context, ')');
}

static enum status render(struct fixture *f, const char *source, const struct value *front_matter)
{
	struct template_output output = {&f->out, on_text, on_slot, on_begin, on_end};
	struct templatesafe *safe;
	enum status status;

	compile(f, source);
	safe = templatesafe_new(f->template, &output);
	assert_int_equal(template_render(f->template, f->data, TEMPLATE_ESCAPE_HTML, TEMPLATE_MISSING_EMPTY,
				 templatesafe_output(safe), &f->err),
		OK);
	status = templatesafe_finish(safe, "fund.md", front_matter ? front_matter : f->data, &f->err);
	templatesafe_free(safe);
	return status;
}

static void a_source_is_refused_by_file_and_line_even_where_a_letter_leaves_it_out(void **state)
{
	struct fixture *f = *state;

	compile(f, "<p>\n{{#x}}\n<b>\n<form>\n{{/x}}\n");
	assert_int_equal(templatesafe_check(f->template, true, &f->err), E_SYNTAX);
	assert_starts_with(f->err.text, "t.mustache:4: <form>");
	compile(f, "{{#a}}{{#b}}<scr{{/b}}{{/a}}ipt>");
	assert_int_equal(templatesafe_check(f->template, true, &f->err), E_SYNTAX);
}

static void a_partial_is_refused_by_its_own_file_and_line(void **state)
{
	struct fixture *f = *state;

	f->partial = SPAN("<b>x</b>\n\n<p onclick=\"x()\">");
	compile(f, "<p>\n{{>p}}\n");
	assert_int_equal(templatesafe_check(f->template, true, &f->err), E_SYNTAX);
	assert_starts_with(f->err.text, "p.mustache:3: \"onclick\" of <p>");
}

static void comments_of_the_template_and_values_are_no_markup(void **state)
{
	struct fixture *f = *state;

	compile(f, "{{! <script> }}<a href=\"{{url}}\" style=\"{{>p}}\"><img src=\"cid:{{id}}\">{{{body}}}");
	assert_int_equal(templatesafe_check(f->template, true, &f->err), OK);
}

static void a_template_of_text_may_say_what_it_likes_in_utf8(void **state)
{
	struct fixture *f = *state;

	compile(f, "Use <form> here");
	assert_int_equal(templatesafe_check(f->template, false, &f->err), OK);
	compile(f, "one\ntwo\nM\xfcller\n");
	assert_int_equal(templatesafe_check(f->template, false, &f->err), E_SYNTAX);
	assert_starts_with(f->err.text, "t.mustache:3: not UTF-8");
}

static void a_phrase_is_refused_by_the_line_of_its_file(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		templatesafe_check_phrase("en.yaml", 7, SPAN("Hello {{name}} <b>you</b>"), &f->err), OK);
	assert_int_equal(templatesafe_check_phrase("en.yaml", 7, SPAN("one\n<script>"), &f->err), E_SYNTAX);
	assert_starts_with(f->err.text, "en.yaml:8: <script>");
}

static void what_is_rendered_reaches_the_letter_unchanged(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(render(f,
				 "<p>{{subscriber.name}}{{#subscriber.outlet}}, "
				 "{{subscriber.outlet}}{{/subscriber.outlet}}",
				 NULL),
		OK);
	assert_string_equal(f->out.ptr, "<p>[subscriber.name](subscriber.outlet, [subscriber.outlet])");
}

static void a_value_that_brings_markup_is_found_where_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct value *text = value_new_text(SPAN("<iframe src=\"https://x.example\">"));

	value_set_line(text, 12);
	value_set(value_set(f->data, SPAN("extra"), value_new_map()), SPAN("x"), text);
	assert_int_equal(render(f, "<p>\n\n{{{extra.x}}}", NULL), E_SYNTAX);
	assert_starts_with(f->err.text, "fund.md:12: <iframe> ");
	assert_contains(f->err.text, "t.mustache:3");
	assert_int_equal(render(f, "{{extra.x}}", NULL), OK);
}

static void an_escaped_value_that_leads_astray_is_found_where_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct value *text = value_new_text(SPAN("javascript:alert('1')"));

	value_set_line(text, 5);
	value_set(f->data, SPAN("url"), text);
	assert_int_equal(render(f, "<a href=\"{{url}}\">", NULL), E_SYNTAX);
	assert_starts_with(f->err.text, "fund.md:5: \"href\" of <a> is \"javascript:");
}

static void a_value_from_elsewhere_is_blamed_on_the_templates_line(void **state)
{
	struct fixture *f = *state;
	struct value *front_matter = value_new_map();

	value_set_text(f->data, "name", SPAN("<script>"));
	value_set_text(front_matter, "title", SPAN("Fund"));
	assert_int_equal(render(f, "a\nb\n{{{name}}}", front_matter), E_SYNTAX);
	assert_starts_with(f->err.text, "t.mustache:3: <script>");
	value_free(front_matter);
}

static void a_recipients_value_decides_nothing(void **state)
{
	static const char *const sources[] = {"<a href=\"{{subscriber.site}}\">", "<p {{subscriber.x}}>",
		"<p style=\"color:{{subscriber.x}}\">", "<p {{#subscriber.x}}title=\"a\"{{/subscriber.x}}>",
		NULL};
	struct fixture *f = *state;

	for (size_t i = 0; sources[i]; i++) {
		assert_int_equal(render(f, sources[i], NULL), E_SYNTAX);
		assert_starts_with(f->err.text, "t.mustache:1: ");
		assert_contains(f->err.text, "recipient's value");
	}
	assert_int_equal(render(f, "<a href=\"https://x.example/?o={{subscriber.x}}\">", NULL), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_source_is_refused_by_file_and_line_even_where_a_letter_leaves_it_out),
		TEST(a_partial_is_refused_by_its_own_file_and_line),
		TEST(comments_of_the_template_and_values_are_no_markup),
		TEST(a_template_of_text_may_say_what_it_likes_in_utf8),
		TEST(a_phrase_is_refused_by_the_line_of_its_file),
		TEST(what_is_rendered_reaches_the_letter_unchanged),
		TEST(a_value_that_brings_markup_is_found_where_it_was_written),
		TEST(an_escaped_value_that_leads_astray_is_found_where_it_was_written),
		TEST(a_value_from_elsewhere_is_blamed_on_the_templates_line),
		TEST(a_recipients_value_decides_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
