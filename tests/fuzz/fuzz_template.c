/*
 * Templates from anywhere. The input's first line is a partial "p" (its "\n" is
 * written "|"), the rest the template; the data has one of each kind.
 */
#include "compose/template.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void repeat(void *context, struct span source, struct str *out)
{
	(void)context;
	str_add(out, source);
	str_add_text(out, "{{t}}");
}

static enum status find_partial(
	void *context, struct span name, struct str *source, struct str *path, struct err *err)
{
	const struct span *partial = context;

	(void)path;
	if (!span_equals(name, SPAN("p")))
		return err_set(err, E_NOTFOUND, "none");
	for (size_t i = 0; i < partial->len; i++)
		str_add_char(source, partial->ptr[i] == '|' ? '\n' : partial->ptr[i]);
	return OK;
}

/* Every begin has its end, or the letter's program would be wrong. */
struct balance {
	long depth;
	size_t bytes;
};

static void on_text(void *context, struct span text)
{
	struct balance *balance = context;

	balance->bytes += text.len;
}

static void on_slot(void *context, struct span field, enum template_escape escape)
{
	(void)context;
	(void)escape;
	if (!field.len)
		abort();
}

static void on_begin(void *context, struct span field, bool negated)
{
	struct balance *balance = context;

	(void)negated;
	if (!field.len)
		abort();
	balance->depth++;
}

static void on_end(void *context)
{
	struct balance *balance = context;

	if (--balance->depth < 0)
		abort();
}

static struct value *some_data(void)
{
	struct value *data = value_new_map();
	struct value *list = value_set(data, SPAN("l"), value_new_list());

	value_set_text(data, "t", SPAN("<p>\n"));
	value_set_text(data, "d", SPAN("p"));
	value_set(data, SPAN("f"), value_new_lambda(repeat, NULL));
	value_set(data, SPAN("s"), value_new_slot(SPAN("s.")));
	value_set_text(value_set(data, SPAN("m"), value_new_map()), "t", SPAN("x"));
	value_add(list, value_new_text(SPAN("1")));
	value_add(list, value_new_text(SPAN("2")));
	return data;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct span rest = span_bytes(bytes, size);
	struct balance balance = {0};
	struct template_output output = {&balance, on_text, on_slot, on_begin, on_end};
	struct template *template;
	struct span partial = {0};
	struct value *data;
	struct err err;

	if (size > 4096 || !span_line(&rest, &partial))
		return 0;
	if (template_compile("fuzz", rest, find_partial, &partial, &template, &err) != OK)
		return 0;
	data = some_data();
	for (int strict = 0; strict < 2; strict++) {
		balance.depth = 0;
		if (template_render(template, data, TEMPLATE_ESCAPE_HTML,
			    strict ? TEMPLATE_MISSING_ERROR : TEMPLATE_MISSING_EMPTY, &output, &err) == OK &&
			balance.depth != 0)
			abort();
	}
	value_free(data);
	template_free(template);
	return 0;
}
