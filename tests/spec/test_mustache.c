/*
 * The official Mustache suite (in ../shared, or $DATELINE_SHARED) and our own
 * cases of the same form under tests/spec/templates. Each file is one test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compose/template.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The spec gives its lambdas in a dozen languages, C not among them: these are they. */
static void world(void *context, struct span source, struct str *out)
{
	(void)context;
	(void)source;
	str_add_text(out, "world");
}

static void planet(void *context, struct span source, struct str *out)
{
	(void)context;
	(void)source;
	str_add_text(out, "{{planet}}");
}

static void planet_twice(void *context, struct span source, struct str *out)
{
	(void)context;
	(void)source;
	str_add_text(out, "|planet| => {{planet}}");
}

static void count_calls(void *context, struct span source, struct str *out)
{
	(void)source;
	str_addf(out, "%d", ++*(int *)context);
}

static void greater(void *context, struct span source, struct str *out)
{
	(void)context;
	(void)source;
	str_add_text(out, ">");
}

static void is_x(void *context, struct span source, struct str *out)
{
	(void)context;
	str_add_text(out, span_equals(source, SPAN("{{x}}")) ? "yes" : "no");
}

static void around_planet(void *context, struct span source, struct str *out)
{
	(void)context;
	str_add(out, source);
	str_add_text(out, "{{planet}}");
	str_add(out, source);
}

static void around_both(void *context, struct span source, struct str *out)
{
	(void)context;
	str_add(out, source);
	str_add_text(out, "{{planet}} => |planet|");
	str_add(out, source);
}

static void underscore(void *context, struct span source, struct str *out)
{
	(void)context;
	str_addf(out, "__%.*s__", SPAN_ARG(source));
}

static void nothing(void *context, struct span source, struct str *out)
{
	(void)context;
	(void)source;
	(void)out;
}

static const struct {
	const char *name;
	value_lambda_fn *fn;
} lambdas[] = {
	{"Interpolation", world},
	{"Interpolation - Expansion", planet},
	{"Interpolation - Alternate Delimiters", planet_twice},
	{"Interpolation - Multiple Calls", count_calls},
	{"Escaping", greater},
	{"Section", is_x},
	{"Section - Expansion", around_planet},
	{"Section - Alternate Delimiters", around_both},
	{"Section - Multiple Calls", underscore},
	{"Inverted Section", nothing},
};

static int calls;

static struct value *lambda_for(const char *case_name)
{
	for (size_t i = 0; i < sizeof(lambdas) / sizeof(lambdas[0]); i++) {
		if (strcmp(lambdas[i].name, case_name) == 0)
			return value_new_lambda(lambdas[i].fn, &calls);
	}
	fail_msg("no lambda is written for the case \"%s\"", case_name);
	return NULL;
}

static struct value *number(const json_t *json)
{
	char text[64];
	int len;

	if (json_is_integer(json))
		len = snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(json));
	else
		len = snprintf(text, sizeof(text), "%.15g", json_real_value(json));
	return value_new_text(span_bytes(text, (size_t)len));
}

static struct value *to_value(const json_t *json, const char *case_name)
{
	struct value *value;
	const char *key;
	json_t *item;
	size_t i;

	switch (json_typeof(json)) {
	case JSON_OBJECT:
		if (json_object_get(json, "__tag__"))
			return lambda_for(case_name);
		value = value_new_map();
		json_object_foreach((json_t *)(uintptr_t)json, key, item)
		{
			value_set(value, span_of(key), to_value(item, case_name));
		}
		return value;
	case JSON_ARRAY:
		value = value_new_list();
		json_array_foreach(json, i, item)
		{
			value_add(value, to_value(item, case_name));
		}
		return value;
	case JSON_STRING:
		return value_new_text(span_bytes(json_string_value(json), json_string_length(json)));
	case JSON_INTEGER:
	case JSON_REAL:
		return number(json);
	case JSON_TRUE:
	case JSON_FALSE:
		return value_new_bool(json_is_true(json));
	case JSON_NULL:
	default:
		return value_new_null();
	}
}

static enum status find_partial(
	void *context, struct span name, struct str *source, struct str *path, struct err *err)
{
	char *key = span_copy(name);
	const json_t *found = json_object_get(context, key);

	(void)path;
	free(key);
	if (!found)
		return err_set(err, E_NOTFOUND, "no such partial");
	str_add(source, span_bytes(json_string_value(found), json_string_length(found)));
	return OK;
}

/* Renders as the case says; `out` holds what came of it, or the error's words. */
static void run_case(const json_t *test, struct str *out)
{
	const char *name = json_string_value(json_object_get(test, "name"));
	const json_t *source = json_object_get(test, "template");
	struct value *data = to_value(json_object_get(test, "data"), name);
	struct template *template = NULL;
	struct err err;
	enum status status;

	calls = 0;
	status = template_compile(name, span_bytes(json_string_value(source), json_string_length(source)),
		find_partial, json_object_get(test, "partials"), &template, &err);
	if (status == OK)
		status = template_render_text(
			template, data, TEMPLATE_ESCAPE_HTML, TEMPLATE_MISSING_EMPTY, out, &err);
	if (status != OK) {
		str_empty(out);
		str_addf(out, "%s: %s", status_name(status), err.text);
	}
	template_free(template);
	value_free(data);
}

static void run_file(const char *path)
{
	json_error_t error;
	json_t *suite = json_load_file(path, 0, &error);
	size_t failures = 0, i;
	json_t *test;

	if (!suite)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	json_array_foreach(json_object_get(suite, "tests"), i, test)
	{
		const char *expected = json_string_value(json_object_get(test, "expected"));
		struct str out;

		str_init(&out, STR_MAX_LARGE);
		run_case(test, &out);
		if (!span_equals(str_span(&out), span_of(expected))) {
			fprintf(stderr, "%s: %s\n  expected \"%s\"\n  got      \"%s\"\n", path,
				json_string_value(json_object_get(test, "name")), expected, out.ptr);
			failures++;
		}
		str_clear(&out);
	}
	assert_true(i > 0);
	json_decref(suite);
	assert_int_equal(failures, 0);
}

static void run_official(const char *name)
{
	const char *shared = getenv("DATELINE_SHARED");
	char path[4096];

	snprintf(path, sizeof(path), "%s/mustache-spec/%s.json", shared ? shared : "../shared", name);
	if (access(path, R_OK) != 0) {
		fprintf(stderr, "SKIPPED: the official suite isn't there: %s\n", path);
		skip();
	}
	run_file(path);
}

static void comments_follow_the_official_suite(void **state)
{
	(void)state;
	run_official("comments");
}

static void delimiters_follow_the_official_suite(void **state)
{
	(void)state;
	run_official("delimiters");
}

static void interpolation_follows_the_official_suite(void **state)
{
	(void)state;
	run_official("interpolation");
}

static void inverted_sections_follow_the_official_suite(void **state)
{
	(void)state;
	run_official("inverted");
}

static void partials_follow_the_official_suite(void **state)
{
	(void)state;
	run_official("partials");
}

static void sections_follow_the_official_suite(void **state)
{
	(void)state;
	run_official("sections");
}

static void dynamic_names_follow_the_official_suite(void **state)
{
	(void)state;
	run_official("~dynamic-names");
}

static void inheritance_follows_the_official_suite(void **state)
{
	(void)state;
	run_official("~inheritance");
}

static void lambdas_follow_the_official_suite(void **state)
{
	(void)state;
	run_official("~lambdas");
}

static void our_own_cases_hold(void **state)
{
	(void)state;
	run_file("tests/spec/templates/lines.json");
	run_file("tests/spec/templates/values.json");
	run_file("tests/spec/templates/blocks.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_follow_the_official_suite),
		cmocka_unit_test(delimiters_follow_the_official_suite),
		cmocka_unit_test(interpolation_follows_the_official_suite),
		cmocka_unit_test(inverted_sections_follow_the_official_suite),
		cmocka_unit_test(partials_follow_the_official_suite),
		cmocka_unit_test(sections_follow_the_official_suite),
		cmocka_unit_test(dynamic_names_follow_the_official_suite),
		cmocka_unit_test(inheritance_follows_the_official_suite),
		cmocka_unit_test(lambdas_follow_the_official_suite),
		cmocka_unit_test(our_own_cases_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
