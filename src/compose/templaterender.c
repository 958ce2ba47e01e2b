/*
 * Walking a template's nodes with data: what is known becomes text, what only
 * a recipient has becomes operations.
 */
#include "compose/templatetree.h"

#define NO_NODE SIZE_MAX

/* The blocks of a {{<parent}} under way. The outermost that has a block decides. */
struct frame {
	const struct unit *unit;
	size_t parent; /* index of the node */
	const struct frame *outer;
};

/* Where a run of nodes is rendered. */
struct scope {
	struct unit *unit;
	const struct frame *frames;
	struct span indent; /* goes before each line */
	size_t strip;       /* white space taken off each line first */
	size_t muted;       /* this node's line has its indentation already; NO_NODE */
	bool is_result;     /* what a lambda gave back */
};

struct render {
	struct template *template;
	struct contexts contexts;
	size_t depth;
	size_t steps;
	enum template_escape escape;
	enum template_missing missing;
	const struct template_output *output;
	struct str scratch; /* escaped text on its way out */
	struct err *err;
};

static enum status render_nodes(struct render *r, const struct scope *scope, size_t from, size_t to);

static struct span name_of(const struct scope *scope, const struct node *node)
{
	return unit_span(scope->unit, node->text);
}

static enum status fail(struct render *r, const struct scope *scope, const struct node *node,
	enum status status, const char *words)
{
	return err_set(r->err, status, "%s:%u: \"%.*s\" %s", scope->unit->path, node->line,
		SPAN_ARG(span_first(name_of(scope, node), 60)), words);
}

static struct span strip_blank(struct span text, size_t count)
{
	while (count-- && text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
		text = span_from(text, 1);
	return text;
}

static void put(struct render *r, struct span text)
{
	if (text.len)
		r->output->text(r->output->context, text);
}

static enum status name_missing(
	struct render *r, const struct scope *scope, const struct node *node, const struct found *found)
{
	struct span name = name_of(scope, node);
	struct str hint;
	enum status status;

	str_init(&hint, STR_MAX_SMALL);
	lookup_suggest(&r->contexts, name, found, &hint);
	status = err_set(r->err, E_NOTFOUND, "%s:%u: nothing is called \"%.*s\"; %s", scope->unit->path,
		node->line, SPAN_ARG(name), hint.ptr);
	str_clear(&hint);
	return status;
}

/* True if the file has a section of that name: its author thought of the value missing. */
static bool is_asked_for(const struct unit *unit, struct span name)
{
	for (size_t i = 0; i < unit->count; i++) {
		const struct node *node = &unit->nodes[i];

		if ((node->kind == NODE_SECTION || node->kind == NODE_INVERTED) &&
			span_equals(unit_span(unit, node->text), name))
			return true;
	}
	return false;
}

static void put_escaped(struct render *r, struct span text, bool is_raw)
{
	if (is_raw || r->escape == TEMPLATE_ESCAPE_NONE) {
		put(r, text);
		return;
	}
	str_empty(&r->scratch);
	template_escape_html(text, &r->scratch);
	put(r, str_span(&r->scratch));
}

static void add_to_str(void *context, struct span text)
{
	str_add(context, text);
}

/* Parse and render what a lambda gave back, in the scope's place. */
static enum status render_result(struct render *r, const struct scope *scope, const struct node *node,
	struct str *result, const struct delimiters *delimiters)
{
	struct unit *unit = unit_new(SPAN(""), scope->unit->path);
	struct scope inner = {.unit = unit, .frames = scope->frames, .muted = NO_NODE, .is_result = true};
	enum status status = str_status(result, "what a lambda gave back", r->err);

	str_add(&unit->source, str_span(result));
	if (status == OK)
		status = unit_parse(unit, delimiters, r->err);
	if (status == OK)
		status = render_nodes(r, &inner, 0, unit->count);
	else if (r->err)
		status = err_wrap(
			r->err, "%s:%u: in what the lambda gave back", scope->unit->path, node->line);
	unit_free(unit);
	return status;
}

static enum status render_lambda_text(
	struct render *r, const struct scope *scope, const struct node *node, const struct value *lambda)
{
	struct str result, text;
	struct template_output output = {.context = &text, .text = add_to_str};
	const struct template_output *outer = r->output;
	enum status status;

	str_init(&result, TEMPLATE_MAX);
	str_init(&text, STR_MAX_LARGE);
	value_call(lambda, SPAN(""), &result);
	/* Without a slot function, a slot is refused: see put_slot. */
	r->output = &output;
	status = render_result(r, scope, node, &result, NULL);
	r->output = outer;
	if (status == OK)
		put_escaped(r, str_span(&text), node->is_raw);
	str_clear(&result);
	str_clear(&text);
	return status;
}

static enum status put_slot(
	struct render *r, const struct scope *scope, const struct node *node, const struct found *found)
{
	if (!r->output->slot || !r->output->begin)
		return fail(r, scope, node, E_UNSUPPORTED, "is a recipient's and can't be used here");
	if (span_ends(span_of(found->field), SPAN(".")))
		return fail(r, scope, node, E_UNSUPPORTED, "is a recipient's: name one field of it");
	if (!found->field[0])
		return fail(r, scope, node, E_UNSUPPORTED,
			"would loop over a recipient's field, which is one text: write the field's name");
	r->output->slot(
		r->output->context, span_of(found->field), node->is_raw ? TEMPLATE_ESCAPE_NONE : r->escape);
	return OK;
}

static enum status render_variable(struct render *r, const struct scope *scope, const struct node *node)
{
	struct span name = name_of(scope, node);
	bool is_strict = r->missing == TEMPLATE_MISSING_ERROR;
	struct found found;

	lookup_name(&r->contexts, name, &found);
	if (!found.value) {
		if (is_strict && !is_asked_for(scope->unit, name))
			return name_missing(r, scope, node, &found);
		return OK;
	}
	switch (value_kind(found.value)) {
	case VALUE_TEXT:
		put_escaped(r, value_text(found.value), node->is_raw);
		return OK;
	case VALUE_BOOL:
		put(r, value_truth(found.value) ? SPAN("true") : SPAN("false"));
		return OK;
	case VALUE_LAMBDA:
		return render_lambda_text(r, scope, node, found.value);
	case VALUE_SLOT:
		return put_slot(r, scope, node, &found);
	case VALUE_LIST:
	case VALUE_MAP:
		if (is_strict)
			return fail(r, scope, node, E_UNSUPPORTED, "isn't one text: use a section of it");
		return OK;
	case VALUE_NULL:
		return OK;
	}
	return OK;
}

static bool is_true(const struct value *value)
{
	if (!value)
		return false;
	switch (value_kind(value)) {
	case VALUE_NULL:
		return false;
	case VALUE_BOOL:
		return value_truth(value);
	case VALUE_TEXT:
		return value_text(value).len > 0;
	case VALUE_LIST:
		return value_count(value) > 0;
	case VALUE_MAP:
	case VALUE_LAMBDA:
	case VALUE_SLOT:
		return true;
	}
	return false;
}

/* The nodes inside `at`, with `value` as the innermost context. */
static enum status render_with(
	struct render *r, const struct scope *scope, size_t at, const struct value *value)
{
	enum status status;

	/* One context a section, and the sections are counted: render_nodes. */
	r->contexts.stack[r->contexts.height++] = value;
	status = render_nodes(r, scope, at + 1, scope->unit->nodes[at].end);
	r->contexts.height--;
	return status;
}

static enum status render_slot_section(
	struct render *r, const struct scope *scope, size_t at, const struct found *found)
{
	const struct node *node = &scope->unit->nodes[at];
	enum status status;

	if (!r->output->slot || !r->output->begin)
		return fail(r, scope, node, E_UNSUPPORTED, "is a recipient's and can't be used here");
	if (!found->field[0] || span_ends(span_of(found->field), SPAN(".")))
		return fail(r, scope, node, E_UNSUPPORTED,
			"would loop over a recipient's data: name one field, such as subscriber.outlet");
	r->output->begin(r->output->context, span_of(found->field), node->kind == NODE_INVERTED);
	status = render_with(r, scope, at, found->value);
	r->output->end(r->output->context);
	return status;
}

static enum status render_lambda_section(
	struct render *r, const struct scope *scope, const struct node *node, const struct value *lambda)
{
	struct str result;
	enum status status;

	str_init(&result, TEMPLATE_MAX);
	value_call(lambda, unit_span(scope->unit, node->inside), &result);
	status = render_result(r, scope, node, &result, &scope->unit->delimiters[node->delimiters]);
	str_clear(&result);
	return status;
}

static enum status render_section(struct render *r, const struct scope *scope, size_t at)
{
	const struct node *node = &scope->unit->nodes[at];
	enum status status = OK;
	struct found found;

	lookup_name(&r->contexts, name_of(scope, node), &found);
	if (found.value && value_kind(found.value) == VALUE_SLOT)
		return render_slot_section(r, scope, at, &found);
	if (node->kind == NODE_INVERTED)
		return is_true(found.value) ? OK : render_nodes(r, scope, at + 1, node->end);
	if (!is_true(found.value))
		return OK;
	if (value_kind(found.value) == VALUE_LAMBDA)
		return render_lambda_section(r, scope, node, found.value);
	if (value_kind(found.value) != VALUE_LIST)
		return render_with(r, scope, at, found.value);
	for (size_t i = 0; i < value_count(found.value) && status == OK; i++)
		status = render_with(r, scope, at, value_at(found.value, i));
	return status;
}

/* *out is NULL where a dynamic name names nothing. */
static enum status find_unit(
	struct render *r, const struct scope *scope, const struct node *node, struct unit **out)
{
	struct span name = name_of(scope, node);
	enum status status;

	*out = NULL;
	if (node->is_dynamic) {
		struct found found;

		lookup_name(&r->contexts, name, &found);
		if (found.value && value_kind(found.value) == VALUE_SLOT)
			return fail(
				r, scope, node, E_UNSUPPORTED, "is a recipient's: it can't name a partial");
		if (!found.value && r->missing == TEMPLATE_MISSING_ERROR)
			return name_missing(r, scope, node, &found);
		if (!found.value || value_kind(found.value) != VALUE_TEXT)
			return OK;
		name = value_text(found.value);
	}
	status = template_unit(r->template, name, out, r->err);
	if (status != OK || !(*out)->is_absent)
		return status;
	if (r->missing == TEMPLATE_MISSING_ERROR)
		return err_set(r->err, E_NOTFOUND, "%s:%u: there's no partial \"%.*s\"", scope->unit->path,
			node->line, SPAN_ARG(span_first(name, 60)));
	*out = NULL;
	return OK;
}

static enum status render_partial(struct render *r, const struct scope *scope, size_t at)
{
	const struct node *node = &scope->unit->nodes[at];
	struct frame frame = {.unit = scope->unit, .parent = at, .outer = scope->frames};
	struct scope inner = {.frames = scope->frames, .muted = NO_NODE};
	struct span own = strip_blank(unit_span(scope->unit, node->indent), scope->strip);
	struct str indent;
	enum status status = find_unit(r, scope, node, &inner.unit);

	if (status != OK || !inner.unit)
		return status;
	if (r->depth >= TEMPLATE_DEPTH_MAX)
		return fail(
			r, scope, node, E_RANGE, "lies too many templates deep; does one include itself?");
	if (node->kind == NODE_PARENT) {
		inner.frames = &frame;
		if (!node->is_standalone)
			put(r, own);
	}
	str_init(&indent, TEMPLATE_MAX);
	if (node->is_standalone) {
		str_add(&indent, scope->indent);
		str_add(&indent, own);
	}
	inner.indent = str_span(&indent);
	status = render_nodes(r, &inner, 0, inner.unit->count);
	str_clear(&indent);
	return status;
}

/* The node by which the frame replaces the block, or NO_NODE. */
static size_t replacement(const struct frame *frame, struct span name)
{
	const struct node *nodes = frame->unit->nodes;

	for (size_t i = frame->parent + 1; i < nodes[frame->parent].end; i = nodes[i].end) {
		if (nodes[i].kind == NODE_BLOCK && span_equals(unit_span(frame->unit, nodes[i].text), name))
			return i;
	}
	return NO_NODE;
}

/*
 * Lines of the replacement lose their own indentation and take that of the block
 * they replace: its first line's, or the tag's where it has no content of its own.
 */
static enum status render_replacement(struct render *r, const struct scope *scope, const struct node *block,
	const struct frame *frame, size_t at)
{
	const struct node *node = &frame->unit->nodes[at];
	bool has_content = block->is_standalone && block->end > (uint32_t)(block - scope->unit->nodes) + 1;
	struct span own = unit_span(scope->unit, has_content ? block->intrinsic : block->indent);
	struct scope inner = {.unit = (struct unit *)(uintptr_t)frame->unit, .frames = frame->outer};
	struct str indent;
	enum status status;

	str_init(&indent, TEMPLATE_MAX);
	str_add(&indent, scope->indent);
	str_add(&indent, strip_blank(own, scope->strip));
	inner.indent = str_span(&indent);
	inner.strip = node->intrinsic.len;
	inner.muted = block->is_standalone ? NO_NODE : at + 1;
	if (block->is_standalone && node->end > at + 1 && !frame->unit->nodes[at + 1].starts_line &&
		!node->is_standalone)
		put(r, inner.indent);
	status = render_nodes(r, &inner, at + 1, node->end);
	str_clear(&indent);
	return status;
}

static enum status render_block(struct render *r, const struct scope *scope, size_t at)
{
	const struct node *block = &scope->unit->nodes[at];
	const struct frame *chosen = NULL;
	size_t by = NO_NODE;

	for (const struct frame *frame = scope->frames; frame; frame = frame->outer) {
		size_t found = replacement(frame, name_of(scope, block));

		if (found != NO_NODE) {
			chosen = frame;
			by = found;
		}
	}
	if (chosen)
		return render_replacement(r, scope, block, chosen, by);
	return render_nodes(r, scope, at + 1, block->end);
}

/* What a lambda gave back has no place of its own: it came from where the lambda stands. */
static void note_place(struct render *r, const struct scope *scope, const struct node *node)
{
	if (scope->is_result)
		return;
	r->template->at_path = scope->unit->path;
	r->template->at_line = node->line;
}

static enum status render_node(struct render *r, const struct scope *scope, size_t at)
{
	const struct node *node = &scope->unit->nodes[at];
	struct span text;

	note_place(r, scope, node);
	if (node->starts_line && at != scope->muted && !(node->kind == NODE_PARENT && node->is_standalone))
		put(r, scope->indent);
	switch (node->kind) {
	case NODE_TEXT:
		text = unit_span(scope->unit, node->text);
		put(r, node->starts_line ? strip_blank(text, scope->strip) : text);
		return OK;
	case NODE_VARIABLE:
		return render_variable(r, scope, node);
	case NODE_SECTION:
	case NODE_INVERTED:
		return render_section(r, scope, at);
	case NODE_PARTIAL:
	case NODE_PARENT:
		return render_partial(r, scope, at);
	case NODE_BLOCK:
		return render_block(r, scope, at);
	}
	return OK;
}

static enum status render_nodes(struct render *r, const struct scope *scope, size_t from, size_t to)
{
	enum status status = OK;

	if (from < to && r->depth >= TEMPLATE_DEPTH_MAX)
		return err_set(r->err, E_RANGE,
			"%s:%u: more than %u sections and templates within each other", scope->unit->path,
			scope->unit->nodes[from].line, TEMPLATE_DEPTH_MAX);
	r->depth++;
	for (size_t at = from; at < to && status == OK; at = scope->unit->nodes[at].end) {
		if (++r->steps > TEMPLATE_STEPS_MAX)
			status = err_set(r->err, E_RANGE,
				"%s:%u: the template goes on and on; does a section repeat within itself?",
				scope->unit->path, scope->unit->nodes[at].line);
		else
			status = render_node(r, scope, at);
	}
	r->depth--;
	return status;
}

enum status template_render(struct template *template, const struct value *data, enum template_escape escape,
	enum template_missing missing, const struct template_output *output, struct err *err)
{
	struct render r = {.template = template, .escape = escape, .missing = missing, .output = output};
	struct scope scope = {.unit = template->units[0], .muted = NO_NODE};
	enum status status;

	r.err = err;
	r.contexts.stack[r.contexts.height++] = data;
	str_init(&r.scratch, STR_MAX_LARGE);
	status = render_nodes(&r, &scope, 0, scope.unit->count);
	if (status == OK)
		status = str_status(&r.scratch, template->units[0]->path, err);
	str_clear(&r.scratch);
	return status;
}

enum status template_render_text(struct template *template, const struct value *data,
	enum template_escape escape, enum template_missing missing, struct str *out, struct err *err)
{
	struct template_output output = {.context = out, .text = add_to_str};
	enum status status = template_render(template, data, escape, missing, &output, err);

	return status == OK ? str_status(out, template->units[0]->path, err) : status;
}
