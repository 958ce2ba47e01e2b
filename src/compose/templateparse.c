/*
 * Reading a Mustache source into nodes: tags, delimiters, standalone lines,
 * and the white space that partials and blocks are indented by.
 */
#include "base/mem.h"
#include "compose/templatetree.h"

struct parser {
	struct unit *unit;
	struct span source;
	size_t at;                       /* what is before is done */
	size_t line;                     /* of `counted` */
	size_t counted;                  /* where lines were counted to */
	bool line_start;                 /* nothing of the current line is a node yet */
	struct delimiters now;           /* in force */
	size_t open[TEMPLATE_DEPTH_MAX]; /* nodes not closed yet, outermost first */
	size_t depth;
	struct err *err;
};

struct tag {
	char sigil;   /* one of # ^ / > < $ ! = & { or 'v' for a plain variable */
	size_t start; /* of its opening delimiter */
	size_t end;   /* behind its closing delimiter */
	size_t line;
	struct span name; /* between, trimmed; without the '*' of a dynamic name */
	bool is_dynamic;
	bool is_first;    /* only white space before it on its line */
	bool is_last;     /* only white space after it on its line */
	size_t line_from; /* where its line starts */
	size_t next_line; /* where the next line starts */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct slice slice_of(size_t start, size_t end)
{
	return (struct slice){(uint32_t)start, (uint32_t)(end - start)};
}

static struct slice slice_at(const struct parser *p, struct span span)
{
	size_t start = (size_t)(span.ptr - p->source.ptr);

	return slice_of(start, start + span.len);
}

static struct node *add_node(struct parser *p, enum node_kind kind, size_t line, struct slice text)
{
	struct unit *unit = p->unit;
	struct node *node;

	unit->nodes = mem_grow(unit->nodes, unit->count, &unit->capacity, sizeof(*unit->nodes));
	node = &unit->nodes[unit->count++];
	*node = (struct node){.kind = kind, .line = (uint32_t)line, .text = text};
	node->end = (uint32_t)unit->count;
	node->delimiters = (uint32_t)(unit->delimiter_count - 1);
	node->starts_line = p->line_start;
	p->line_start = false;
	return node;
}

static struct node *innermost(const struct parser *p)
{
	return p->depth ? &p->unit->nodes[p->open[p->depth - 1]] : NULL;
}

static bool is_in_parent(const struct parser *p)
{
	const struct node *node = innermost(p);

	return node && node->kind == NODE_PARENT;
}

static size_t line_of(struct parser *p, size_t at)
{
	for (; p->counted < at; p->counted++)
		p->line += p->source.ptr[p->counted] == '\n';
	/* A text is added when the tag behind it has been read. */
	while (p->counted > at)
		p->line -= p->source.ptr[--p->counted] == '\n';
	return p->line;
}

/* One node a line. Text directly inside a parent says nothing (spec). */
static void add_text(struct parser *p, size_t from, size_t to)
{
	if (is_in_parent(p))
		return;
	while (from < to) {
		size_t end = span_find_char(span_first(p->source, to), '\n', from);

		end = end == SIZE_MAX ? to : end + 1;
		add_node(p, NODE_TEXT, line_of(p, from), slice_of(from, end));
		p->line_start = p->source.ptr[end - 1] == '\n';
		from = end;
	}
}

static enum status refuse(struct parser *p, size_t line, const char *words, struct span name)
{
	return err_set(p->err, E_SYNTAX, "%s:%zu: %s \"%.*s\"", p->unit->path, line, words,
		SPAN_ARG(span_first(name, 60)));
}

static void look_around(const struct parser *p, struct tag *tag)
{
	size_t i = tag->start;

	while (i > 0 && is_blank(p->source.ptr[i - 1]))
		i--;
	tag->is_first = i == 0 || p->source.ptr[i - 1] == '\n';
	tag->line_from = tag->is_first ? i : tag->start;
	i = tag->end;
	while (i < p->source.len && is_blank(p->source.ptr[i]))
		i++;
	if (i + 1 < p->source.len && p->source.ptr[i] == '\r' && p->source.ptr[i + 1] == '\n')
		i++;
	tag->is_last = i >= p->source.len || p->source.ptr[i] == '\n';
	tag->next_line = i < p->source.len ? i + 1 : i;
}

static bool has_white(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (span_trim(span_bytes(text.ptr + i, 1)).len == 0)
			return true;
	}
	return false;
}

static enum status check_name(struct parser *p, struct tag *tag)
{
	if (tag->sigil == '!' || tag->sigil == '=')
		return OK;
	if (tag->name.len && tag->name.ptr[0] == '*' && strchr("></", tag->sigil)) {
		tag->is_dynamic = true;
		tag->name = span_trim(span_from(tag->name, 1));
	}
	if (!tag->name.len)
		return err_set(p->err, E_SYNTAX, "%s:%zu: a tag without a name", p->unit->path, tag->line);
	if (has_white(tag->name))
		return refuse(p, tag->line, "white space in the name", tag->name);
	return OK;
}

static enum status read_tag(struct parser *p, size_t start, struct tag *tag)
{
	size_t inside = start + p->now.open.len;
	struct span rest = p->source;
	char closing[2] = "";
	size_t end;

	*tag = (struct tag){.sigil = 'v', .start = start, .line = line_of(p, start)};
	while (inside < rest.len && is_blank(rest.ptr[inside]))
		inside++;
	if (inside < rest.len && strchr("#^/><$!=&{", rest.ptr[inside]) && rest.ptr[inside])
		tag->sigil = rest.ptr[inside++];
	if (tag->sigil == '{' || tag->sigil == '=')
		closing[0] = tag->sigil == '{' ? '}' : '=';
	end = inside;
	for (;;) {
		end = span_find(rest, p->now.close, end);
		if (end == SIZE_MAX)
			return refuse(p, tag->line,
				"a tag that never ends:", span_first(span_from(rest, start), 20));
		tag->end = end + p->now.close.len;
		if (!closing[0])
			break;
		/* "{{{x}}}": the brace comes first, then the closing delimiter. */
		if (end > inside && rest.ptr[end - 1] == closing[0]) {
			end--;
			break;
		}
		end++;
	}
	tag->name = span_trim(span_bytes(rest.ptr + inside, end - inside));
	look_around(p, tag);
	return check_name(p, tag);
}

static void keep_delimiters(struct parser *p)
{
	struct unit *unit = p->unit;

	unit->delimiters = mem_grow(unit->delimiters, unit->delimiter_count, &unit->delimiter_capacity,
		sizeof(*unit->delimiters));
	unit->delimiters[unit->delimiter_count++] = p->now;
}

static enum status set_delimiters(struct parser *p, const struct tag *tag)
{
	size_t gap = 0;
	struct span open, close;

	while (gap < tag->name.len && !has_white(span_bytes(tag->name.ptr + gap, 1)))
		gap++;
	open = span_first(tag->name, gap);
	close = span_trim(span_from(tag->name, gap));
	if (!open.len || !close.len || has_white(close) || memchr(open.ptr, '=', open.len) ||
		memchr(close.ptr, '=', close.len))
		return refuse(p, tag->line, "two delimiters belong between = and =, not", tag->name);
	p->now = (struct delimiters){open, close};
	keep_delimiters(p);
	return OK;
}

static enum status open_node(struct parser *p, enum node_kind kind, const struct tag *tag)
{
	struct node *node;

	if (p->depth >= TEMPLATE_DEPTH_MAX)
		return err_set(p->err, E_RANGE, "%s:%zu: more than %u sections within each other",
			p->unit->path, tag->line, TEMPLATE_DEPTH_MAX);
	node = add_node(p, kind, tag->line, slice_at(p, tag->name));
	node->is_dynamic = tag->is_dynamic;
	node->inside.start = (uint32_t)tag->end;
	if (tag->is_first)
		node->indent = slice_of(tag->line_from, tag->start);
	p->open[p->depth++] = p->unit->count - 1;
	return OK;
}

/* Go on behind the tag, or behind its line where that holds nothing else. */
static void pass(struct parser *p, const struct tag *tag, bool with_line)
{
	p->at = with_line ? tag->next_line : tag->end;
	if (with_line)
		p->line_start = true;
}

static enum status open_section(struct parser *p, const struct tag *tag)
{
	bool is_alone = tag->is_first && tag->is_last;
	enum status status;

	add_text(p, p->at, is_alone ? tag->line_from : tag->start);
	if (is_alone)
		p->line_start = false;
	status = open_node(p, tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED, tag);
	pass(p, tag, is_alone);
	return status;
}

/* How far white space reaches from `at`. */
static size_t skip_blank(const struct parser *p, size_t at)
{
	while (at < p->source.len && is_blank(p->source.ptr[at]))
		at++;
	return at;
}

static enum status open_block(struct parser *p, const struct tag *tag)
{
	/* In a parent nothing but blocks counts, so what stands before one on its line doesn't. */
	bool is_argument = is_in_parent(p);
	bool is_alone = tag->is_last && (tag->is_first || is_argument);
	enum status status;
	struct node *node;

	add_text(p, p->at, is_alone ? tag->line_from : tag->start);
	if (is_alone || is_argument)
		p->line_start = false;
	status = open_node(p, NODE_BLOCK, tag);
	if (status != OK)
		return status;
	node = innermost(p);
	node->is_standalone = is_alone;
	if (is_alone)
		node->intrinsic = slice_of(tag->next_line, skip_blank(p, tag->next_line));
	pass(p, tag, is_alone);
	return OK;
}

static enum status open_parent(struct parser *p, const struct tag *tag)
{
	enum status status;

	/* Whether the white space before it is text shows at its end: see close_tag. */
	add_text(p, p->at, tag->line_from);
	status = open_node(p, NODE_PARENT, tag);
	if (status == OK)
		innermost(p)->is_standalone = tag->is_first;
	pass(p, tag, false);
	return status;
}

static enum status add_partial(struct parser *p, const struct tag *tag)
{
	bool is_alone = tag->is_first && tag->is_last;
	struct node *node;

	add_text(p, p->at, is_alone ? tag->line_from : tag->start);
	if (is_alone)
		p->line_start = false;
	node = add_node(p, NODE_PARTIAL, tag->line, slice_at(p, tag->name));
	node->is_dynamic = tag->is_dynamic;
	node->is_standalone = is_alone;
	if (is_alone)
		node->indent = slice_of(tag->line_from, tag->start);
	pass(p, tag, is_alone);
	return OK;
}

static enum status close_tag(struct parser *p, const struct tag *tag)
{
	bool is_alone = tag->is_first && tag->is_last;
	struct node *node = innermost(p);
	bool is_argument, is_parent;

	if (!node)
		return refuse(p, tag->line, "nothing is open that could be closed by", tag->name);
	if (!span_equals(unit_span(p->unit, node->text), tag->name))
		return err_set(p->err, E_SYNTAX,
			"%s:%zu: \"%.*s\" is closed, but \"%.*s\" of line %u is open", p->unit->path,
			tag->line, SPAN_ARG(span_first(tag->name, 60)),
			SPAN_ARG(span_first(unit_span(p->unit, node->text), 60)), node->line);
	is_parent = node->kind == NODE_PARENT;
	is_argument = node->kind == NODE_BLOCK && p->depth >= 2 &&
		      p->unit->nodes[p->open[p->depth - 2]].kind == NODE_PARENT;
	add_text(p, p->at, is_alone || (is_argument && tag->is_first) ? tag->line_from : tag->start);
	if (p->line_start && !is_alone && !is_argument && !is_parent)
		add_node(p, NODE_TEXT, tag->line, slice_of(tag->start, tag->start));
	/* Adding may have moved the nodes. */
	node = innermost(p);
	node->end = (uint32_t)p->unit->count;
	node->inside.len = (uint32_t)tag->start - node->inside.start;
	p->depth--;
	if (is_parent) {
		/* Opening and closing tag may stand on different lines (spec: "Standalone parent"). */
		node->is_standalone = node->is_standalone && tag->is_last;
		p->line_start = false;
		is_alone = node->is_standalone;
	}
	pass(p, tag, is_alone);
	return OK;
}

static enum status take_silent(struct parser *p, const struct tag *tag)
{
	bool is_alone = tag->is_first && tag->is_last;

	add_text(p, p->at, is_alone ? tag->line_from : tag->start);
	pass(p, tag, is_alone);
	return tag->sigil == '=' ? set_delimiters(p, tag) : OK;
}

static enum status take_tag(struct parser *p, const struct tag *tag)
{
	switch (tag->sigil) {
	case '#':
	case '^':
		return open_section(p, tag);
	case '$':
		return open_block(p, tag);
	case '<':
		return open_parent(p, tag);
	case '>':
		return add_partial(p, tag);
	case '/':
		return close_tag(p, tag);
	case '!':
	case '=':
		return take_silent(p, tag);
	default:
		add_text(p, p->at, tag->start);
		add_node(p, NODE_VARIABLE, tag->line, slice_at(p, tag->name))->is_raw = tag->sigil != 'v';
		pass(p, tag, false);
		return OK;
	}
}

enum status unit_parse(struct unit *unit, const struct delimiters *delimiters, struct err *err)
{
	struct parser p = {.unit = unit, .source = str_span(&unit->source), .line = 1, .line_start = true};

	p.err = err;
	p.now = delimiters ? *delimiters : (struct delimiters){SPAN("{{"), SPAN("}}")};
	keep_delimiters(&p);
	while (p.at < p.source.len) {
		size_t start = span_find(p.source, p.now.open, p.at);
		struct tag tag;
		enum status status;

		if (start == SIZE_MAX)
			break;
		status = read_tag(&p, start, &tag);
		if (status == OK)
			status = take_tag(&p, &tag);
		if (status != OK)
			return status;
	}
	add_text(&p, p.at, p.source.len);
	if (p.depth)
		return refuse(
			&p, innermost(&p)->line, "nothing closes", unit_span(unit, innermost(&p)->text));
	return OK;
}
