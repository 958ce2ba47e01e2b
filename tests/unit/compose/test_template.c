/*
 * What Mustache's suite doesn't say: recipients' slots, missing variables,
 * and faults with their file and line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compose/template.h"

#include <stdlib.h>

/* Operations as text: "a[IF f]b[END]". */
static void note_text(void *context, struct span text)
{
	str_add(context, text);
}

static void note_slot(void *context, struct span field, enum template_escape escape)
{
	str_addf(context, "[%s %.*s]", escape == TEMPLATE_ESCAPE_HTML ? "HTML" : "RAW", SPAN_ARG(field));
}

static void note_begin(void *context, struct span field, bool negated)
{
	str_addf(context, "[%s %.*s]", negated ? "UNLESS" : "IF", SPAN_ARG(field));
}

static void note_end(void *context)
{
	str_add_text(context, "[END]");
}

static enum status find_partial(
	void *context, struct span name, struct str *source, struct str *path, struct err *err)
{
	const struct value *partials = context;
	const struct value *found = value_get(partials, name);

	if (!found)
		return err_set(err, E_NOTFOUND, "none");
	str_add(source, value_text(found));
	str_addf(path, "%.*s.mustache", SPAN_ARG(name));
	return OK;
}

static struct value *some_data(void)
{
	struct value *data = value_new_map();
	struct value *list = value_set(data, SPAN("contacts"), value_new_list());
	struct value *contact = value_new_map();

	value_set_text(data, "title", SPAN("Fund & harbour"));
	value_set_text(data, "empty", SPAN(""));
	value_set(data, SPAN("subscriber"), value_new_slot(SPAN("subscriber.")));
	value_set_text(contact, "name", SPAN("Roy"));
	value_add(list, contact);
	return data;
}

static enum status render(const char *source, struct value *partials, struct str *out, struct err *err)
{
	struct template_output output = {out, note_text, note_slot, note_begin, note_end};
	struct value *data = some_data();
	struct template *template = NULL;
	enum status status = template_compile(
		"main.mustache", span_of(source), partials ? find_partial : NULL, partials, &template, err);

	if (status == OK)
		status = template_render(
			template, data, TEMPLATE_ESCAPE_HTML, TEMPLATE_MISSING_ERROR, &output, err);
	template_free(template);
	value_free(data);
	return status;
}

static void assert_renders(const char *source, const char *expected)
{
	struct err err = {0};
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	if (render(source, NULL, &out, &err) != OK)
		fail_msg("%s: %s", source, err.text);
	assert_string_equal(out.ptr, expected);
	str_clear(&out);
}

static void assert_fails(const char *source, enum status status, const char *words)
{
	struct err err = {0};
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	assert_int_equal(render(source, NULL, &out, &err), status);
	assert_string_equal(err.text, words);
	str_clear(&out);
}

static void a_recipients_field_becomes_a_slot(void **state)
{
	(void)state;
	assert_renders("{{title}}: {{subscriber.name}} {{{subscriber.beat}}}",
		"Fund &amp; harbour: [HTML subscriber.name] [RAW subscriber.beat]");
}

static void a_section_over_a_field_becomes_a_condition(void **state)
{
	(void)state;
	assert_renders("{{#subscriber.outlet}}at {{subscriber.outlet}}{{/subscriber.outlet}}"
		       "{{^subscriber.outlet}}freelance{{/subscriber.outlet}}",
		"[IF subscriber.outlet]at [HTML subscriber.outlet][END][UNLESS "
		"subscriber.outlet]freelance[END]");
}

static void a_loop_over_known_data_may_hold_slots(void **state)
{
	(void)state;
	assert_renders("{{#contacts}}{{name}} for {{subscriber.name}}{{/contacts}}",
		"Roy for [HTML subscriber.name]");
}

static void a_loop_over_recipient_data_is_refused(void **state)
{
	(void)state;
	assert_fails("x\n{{#subscriber.beats}}{{.}}{{/subscriber.beats}}", E_UNSUPPORTED,
		"main.mustache:2: \".\" would loop over a recipient's field, which is one text: write the "
		"field's name");
	assert_fails("{{#subscriber}}{{name}}{{/subscriber}}", E_UNSUPPORTED,
		"main.mustache:1: \"subscriber\" would loop over a recipient's data: name one field, such as "
		"subscriber.outlet");
	assert_fails("{{subscriber}}", E_UNSUPPORTED,
		"main.mustache:1: \"subscriber\" is a recipient's: name one field of it");
}

static void a_recipients_field_names_no_partial(void **state)
{
	(void)state;
	assert_fails("{{>*subscriber.beat}}", E_UNSUPPORTED,
		"main.mustache:1: \"subscriber.beat\" is a recipient's: it can't name a partial");
}

static void rendering_to_bytes_refuses_a_slot(void **state)
{
	struct value *data = some_data();
	struct template *template;
	struct err err;
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_LARGE);
	assert_int_equal(template_compile("t", SPAN("{{subscriber.name}}"), NULL, NULL, &template, &err), OK);
	assert_int_equal(template_render_text(
				 template, data, TEMPLATE_ESCAPE_HTML, TEMPLATE_MISSING_ERROR, &out, &err),
		E_UNSUPPORTED);
	template_free(template);
	value_free(data);
	str_clear(&out);
}

static void a_missing_variable_is_named_with_its_line_and_the_near_name(void **state)
{
	(void)state;
	assert_fails("a\nb {{titel}}", E_NOTFOUND,
		"main.mustache:2: nothing is called \"titel\"; did you mean \"title\"?");
	assert_fails("{{weather}}", E_NOTFOUND,
		"main.mustache:1: nothing is called \"weather\"; where it may be missing, write "
		"{{#weather}}…{{/weather}}");
	assert_fails("\n\n{{#contacts}}{{nmae}}{{/contacts}}", E_NOTFOUND,
		"main.mustache:3: nothing is called \"nmae\"; did you mean \"name\"?");
}

static void a_variable_may_be_missing_where_the_template_asks_for_it(void **state)
{
	(void)state;
	assert_renders("[{{#weather}}{{weather}}{{/weather}}]", "[]");
	assert_renders("[{{weather}}{{^weather}}no weather{{/weather}}]", "[no weather]");
	assert_renders("[{{empty}}]", "[]");
}

static void a_list_where_a_text_belongs_is_refused(void **state)
{
	(void)state;
	assert_fails("{{contacts}}", E_UNSUPPORTED,
		"main.mustache:1: \"contacts\" isn't one text: use a section of it");
}

static void a_missing_partial_is_an_error_where_variables_are(void **state)
{
	(void)state;
	assert_fails("a\n{{>foot}}", E_NOTFOUND, "main.mustache:2: there's no partial \"foot\"");
}

static void faults_in_a_source_name_their_line(void **state)
{
	(void)state;
	assert_fails("\n{{#a}}\n", E_SYNTAX, "main.mustache:2: nothing closes \"a\"");
	assert_fails("{{/a}}", E_SYNTAX, "main.mustache:1: nothing is open that could be closed by \"a\"");
	assert_fails("{{#a}}\n\n{{/b}}", E_SYNTAX,
		"main.mustache:3: \"b\" is closed, but \"a\" of line 1 is open");
	assert_fails("\n\n{{a", E_SYNTAX, "main.mustache:3: a tag that never ends: \"{{a\"");
	assert_fails("{{{a}}", E_SYNTAX, "main.mustache:1: a tag that never ends: \"{{{a}}\"");
	assert_fails("{{ }}", E_SYNTAX, "main.mustache:1: a tag without a name");
	assert_fails("{{a b}}", E_SYNTAX, "main.mustache:1: white space in the name \"a b\"");
	assert_fails(
		"{{=a=}}", E_SYNTAX, "main.mustache:1: two delimiters belong between = and =, not \"a\"");
}

static void a_fault_in_a_partial_names_the_partials_file(void **state)
{
	struct value *partials = value_new_map();
	struct err err;
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_LARGE);
	value_set_text(partials, "foot", SPAN("ok\n{{#x}}"));
	assert_int_equal(render("{{>foot}}", partials, &out, &err), E_SYNTAX);
	assert_string_equal(err.text, "foot.mustache:2: nothing closes \"x\"");
	value_free(partials);
	str_clear(&out);
}

static void a_template_that_includes_itself_ends_with_its_file_and_line(void **state)
{
	struct value *partials = value_new_map();
	struct err err;
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_LARGE);
	value_set_text(partials, "foot", SPAN("x\n{{>foot}}{{>foot}}\n"));
	assert_int_equal(render("{{>foot}}", partials, &out, &err), E_RANGE);
	assert_string_equal(
		err.text, "foot.mustache:2: \"foot\" lies too many templates deep; does one include itself?");
	value_free(partials);
	str_clear(&out);
}

static void loops_within_loops_end(void **state)
{
	struct value *data = value_new_map();
	struct value *list = value_set(data, SPAN("l"), value_new_list());
	struct template *template;
	struct err err;
	struct str source, out;

	(void)state;
	str_init(&source, TEMPLATE_MAX);
	str_init(&out, STR_MAX_LARGE);
	for (int i = 0; i < 10; i++)
		value_add(list, value_new_text(SPAN("x")));
	for (int i = 0; i < 20; i++)
		str_add_text(&source, "{{#l}}");
	for (int i = 0; i < 20; i++)
		str_add_text(&source, "{{/l}}");
	assert_int_equal(template_compile("t", str_span(&source), NULL, NULL, &template, &err), OK);
	assert_int_equal(template_render_text(
				 template, data, TEMPLATE_ESCAPE_NONE, TEMPLATE_MISSING_ERROR, &out, &err),
		E_RANGE);
	template_free(template);
	value_free(data);
	str_clear(&source);
	str_clear(&out);
}

static void a_template_of_ten_megabytes_is_refused(void **state)
{
	struct template *template;
	struct str source;
	struct err err;

	(void)state;
	str_init(&source, STR_MAX_LARGE);
	str_add_repeat(&source, '{', 10u * 1024u * 1024u);
	assert_int_equal(template_compile("t", str_span(&source), NULL, NULL, &template, &err), E_RANGE);
	assert_string_equal(err.text, "t: the template is larger than 262144 bytes");
	str_clear(&source);
}

/* Nodes move as their array grows: whatever is added last before a section closes may be what moves them. */
static void a_section_closes_however_many_nodes_came_before(void **state)
{
	(void)state;
	for (size_t count = 1; count < 70; count++) {
		struct str source, expected;

		str_init(&source, TEMPLATE_MAX);
		str_init(&expected, TEMPLATE_MAX);
		str_add_text(&source, "{{#title}}");
		str_add_repeat(&source, '\n', count);
		str_add_repeat(&expected, '\n', count - 1);
		str_add_text(&source, "{{/title}}.");
		str_add_text(&expected, ".");
		assert_renders(source.ptr, expected.ptr);
		str_clear(&source);
		str_clear(&expected);
	}
}

static void sections_nest_fifty_deep_and_no_deeper(void **state)
{
	struct str source;
	struct err err;
	struct str out;

	(void)state;
	str_init(&source, TEMPLATE_MAX);
	str_init(&out, STR_MAX_LARGE);
	str_add_text(&source, "\n");
	for (int i = 0; i < 51; i++)
		str_add_text(&source, "{{#title}}");
	assert_int_equal(render(source.ptr, NULL, &out, &err), E_RANGE);
	assert_string_equal(err.text, "main.mustache:2: more than 50 sections within each other");
	str_clear(&source);
	str_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recipients_field_becomes_a_slot),
		cmocka_unit_test(a_section_over_a_field_becomes_a_condition),
		cmocka_unit_test(a_loop_over_known_data_may_hold_slots),
		cmocka_unit_test(a_loop_over_recipient_data_is_refused),
		cmocka_unit_test(a_recipients_field_names_no_partial),
		cmocka_unit_test(rendering_to_bytes_refuses_a_slot),
		cmocka_unit_test(a_missing_variable_is_named_with_its_line_and_the_near_name),
		cmocka_unit_test(a_variable_may_be_missing_where_the_template_asks_for_it),
		cmocka_unit_test(a_list_where_a_text_belongs_is_refused),
		cmocka_unit_test(a_missing_partial_is_an_error_where_variables_are),
		cmocka_unit_test(faults_in_a_source_name_their_line),
		cmocka_unit_test(a_fault_in_a_partial_names_the_partials_file),
		cmocka_unit_test(a_template_that_includes_itself_ends_with_its_file_and_line),
		cmocka_unit_test(loops_within_loops_end),
		cmocka_unit_test(a_template_of_ten_megabytes_is_refused),
		cmocka_unit_test(a_section_closes_however_many_nodes_came_before),
		cmocka_unit_test(sections_nest_fifty_deep_and_no_deeper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
