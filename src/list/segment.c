/*
 * Expressions that narrow lists: read by descent into a small tree, whose
 * literals are folded once so that evaluating it folds only what isn't ASCII.
 */
#include "list/segment.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "list/columns.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A longer expression is shown around its fault. */
#define SHOWN_COLUMNS 72u
#define SHOWN_BYTES 600u

enum node_kind {
	NODE_OR,
	NODE_AND,
	NODE_NOT,
	NODE_IS_ONE_OF,
	NODE_IS_EMPTY
};

/* OR and AND have many children, NOT has one; the others compare a field. */
struct node {
	enum node_kind kind;
	struct node *children;
	struct node *next; /* among its parent's children */
	const char *field; /* borrowed from the segment's */
	char **values;     /* folded */
	size_t value_count;
	size_t value_capacity;
};

struct segment {
	struct node *root;
	char **fields;
	size_t field_count;
	size_t field_capacity;
};

struct parser {
	struct span text;
	size_t at;
	size_t depth;
	struct segment *segment;
	struct err *err;
};

static void node_free(struct node *node)
{
	while (node) {
		struct node *next = node->next;

		node_free(node->children);
		for (size_t i = 0; i < node->value_count; i++)
			free(node->values[i]);
		free(node->values);
		free(node);
		node = next;
	}
}

static struct node *node_new(enum node_kind kind)
{
	struct node *node = mem_alloc(sizeof(*node));

	node->kind = kind;
	return node;
}

/* The part of the text around `at` that fits a terminal and an error's text, and where it starts. */
static struct span shown_part(struct span text, size_t at, size_t *start)
{
	struct span before = span_first(text, at);
	size_t width = utf8_width(before);
	struct span part;

	*start = width > SHOWN_COLUMNS / 2 ? utf8_first_columns(before, width - SHOWN_COLUMNS / 2).len : 0;
	part = utf8_first_columns(span_from(text, *start), SHOWN_COLUMNS);
	if (part.len > SHOWN_BYTES)
		part = span_first(part, utf8_first_invalid(span_first(part, SHOWN_BYTES)));
	return span_first(part, SHOWN_BYTES);
}

/*
 * What is wrong at `at`, the expression, and a mark under the place. Laid down
 * without err_set, which lets no line break through; the expression was found
 * to have no controls.
 */
static enum status fault(struct parser *parser, size_t at, const char *what)
{
	size_t start;
	struct span part = shown_part(parser->text, at, &start);
	struct span before = span_first(parser->text, at);
	struct span word = span_first(span_from(parser->text, start), at - start);
	size_t indent = utf8_width(word) + (start > 0);
	bool is_cut = start + part.len < parser->text.len;
	struct err *err = parser->err;
	size_t column = 1;
	uint32_t c;

	if (!err)
		return E_SYNTAX;
	while (utf8_next(&before, &c))
		column++;
	err->status = E_SYNTAX;
	snprintf(err->text, sizeof(err->text), "%s, at column %zu of\n  %s%.*s%s\n  %*s^", what, column,
		start ? "…" : "", SPAN_ARG(part), is_cut ? "…" : "", (int)indent, "");
	return E_SYNTAX;
}

static void skip_space(struct parser *parser)
{
	while (parser->at < parser->text.len && parser->text.ptr[parser->at] == ' ')
		parser->at++;
}

static bool is_word_byte(char c)
{
	return !strchr(" ()=!,\"'", c);
}

/* The word that comes next, not taken; empty if it isn't a word. */
static struct span next_word(struct parser *parser)
{
	size_t length = 0;
	struct span rest;

	skip_space(parser);
	rest = span_from(parser->text, parser->at);
	while (length < rest.len && is_word_byte(rest.ptr[length]))
		length++;
	return span_first(rest, length);
}

static bool take_keyword(struct parser *parser, const char *keyword)
{
	struct span word = next_word(parser);

	if (!span_equals_nocase(word, span_of(keyword)))
		return false;
	parser->at += word.len;
	return true;
}

static bool take_sign(struct parser *parser, const char *sign)
{
	skip_space(parser);
	if (!span_starts(span_from(parser->text, parser->at), span_of(sign)))
		return false;
	parser->at += strlen(sign);
	return true;
}

static bool is_keyword(struct span word)
{
	static const char *const keywords[] = {"and", "or", "not", "in", "is", "empty"};

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (span_equals_nocase(word, span_of(keywords[i])))
			return true;
	}
	return false;
}

static const char *keep_field(struct segment *segment, char *name)
{
	for (size_t i = 0; i < segment->field_count; i++) {
		if (strcmp(segment->fields[i], name) == 0) {
			free(name);
			return segment->fields[i];
		}
	}
	segment->fields = mem_grow(
		segment->fields, segment->field_count, &segment->field_capacity, sizeof(*segment->fields));
	segment->fields[segment->field_count++] = name;
	return name;
}

static enum status parse_field(struct parser *parser, const char **field)
{
	struct span word = next_word(parser);
	size_t start = parser->at;
	struct str name;
	enum status status;

	if (!word.len)
		return fault(parser, start, "a field's name is missing");
	if (is_keyword(word))
		return fault(parser, start, "a field's name is missing before this word");
	str_init(&name, STR_MAX_SMALL);
	status = columns_field_name(word, &name, NULL);
	if (status)
		status = fault(parser, start, "this can't be a field's name");
	else
		*field = keep_field(parser->segment, str_take(&name));
	str_clear(&name);
	parser->at += word.len;
	return status;
}

/* A quoted value's text; the quote is still ahead. */
static enum status parse_quoted(struct parser *parser, struct str *value)
{
	size_t start = parser->at;
	char quote = parser->text.ptr[parser->at++];

	for (; parser->at < parser->text.len; parser->at++) {
		char c = parser->text.ptr[parser->at];

		if (c == quote) {
			parser->at++;
			return OK;
		}
		if (c == '\\' && parser->at + 1 < parser->text.len)
			c = parser->text.ptr[++parser->at];
		str_add_char(value, c);
	}
	return fault(parser, start, "this quote is never closed");
}

static enum status parse_value(struct parser *parser, struct node *node)
{
	struct span word = next_word(parser);
	size_t start = parser->at;
	struct str value;
	struct str folded;
	enum status status = OK;

	str_init(&value, SEGMENT_MAX);
	str_init(&folded, 8 * SEGMENT_MAX);
	/* A keyword too: `in`, `is` and `or` are India, Iceland and Odia. */
	if (word.len)
		str_add(&value, word);
	else if (start < parser->text.len && strchr("\"'", parser->text.ptr[start]))
		status = parse_quoted(parser, &value);
	else
		status = fault(parser, start, "a value is missing");
	parser->at += word.len;
	if (!status && utf8_fold(str_span(&value), &folded, NULL))
		status = fault(parser, start, "this value can't be compared");
	if (!status) {
		node->values = mem_grow(
			node->values, node->value_count, &node->value_capacity, sizeof(*node->values));
		node->values[node->value_count++] = str_take(&folded);
	}
	str_clear(&value);
	str_clear(&folded);
	return status;
}

static enum status parse_values(struct parser *parser, struct node *node)
{
	if (!take_sign(parser, "("))
		return fault(parser, parser->at, "'(' is missing after 'in'");
	do {
		enum status status = parse_value(parser, node);

		if (status)
			return status;
	} while (take_sign(parser, ","));
	if (!take_sign(parser, ")"))
		return fault(parser, parser->at, "',' or ')' is missing");
	return OK;
}

/* `node` under a NOT of its own if it is negated. */
static struct node *negate(struct node *node, bool is_negated)
{
	struct node *parent;

	if (!is_negated)
		return node;
	parent = node_new(NODE_NOT);
	parent->children = node;
	return parent;
}

static enum status parse_comparison(struct parser *parser, struct node **out)
{
	const char *field = NULL;
	struct node *node;
	bool is_negated = false;
	enum status status = parse_field(parser, &field);

	if (status)
		return status;
	node = node_new(NODE_IS_ONE_OF);
	node->field = field;
	if (take_sign(parser, "!=")) {
		is_negated = true;
		status = parse_value(parser, node);
	} else if (take_sign(parser, "=")) {
		status = parse_value(parser, node);
	} else if (take_keyword(parser, "is")) {
		is_negated = take_keyword(parser, "not");
		node->kind = NODE_IS_EMPTY;
		if (!take_keyword(parser, "empty"))
			status = fault(parser, parser->at, "'empty' or 'not empty' is missing after 'is'");
	} else {
		is_negated = take_keyword(parser, "not");
		if (take_keyword(parser, "in"))
			status = parse_values(parser, node);
		else
			status = fault(parser, parser->at,
				is_negated ? "'in' is missing after 'not'"
					   : "'=', '!=', 'in', 'not in' or 'is' is missing after the field");
	}
	*out = negate(node, is_negated);
	return status;
}

static enum status parse_or(struct parser *parser, struct node **out);

static enum status parse_not(struct parser *parser, struct node **out)
{
	size_t start;
	bool is_negated;
	enum status status;

	skip_space(parser);
	start = parser->at;
	is_negated = take_keyword(parser, "not");
	if (!is_negated && !take_sign(parser, "("))
		return parse_comparison(parser, out);
	if (++parser->depth > SEGMENT_DEPTH_MAX) {
		status = fault(parser, start, "too many parentheses and 'not's inside each other");
		return parser->err ? (parser->err->status = E_RANGE) : status;
	}
	if (is_negated) {
		status = parse_not(parser, out);
		*out = negate(*out, true);
	} else {
		status = parse_or(parser, out);
		if (!status && !take_sign(parser, ")"))
			status = fault(parser, parser->at, "'and', 'or' or ')' is missing");
	}
	parser->depth--;
	return status;
}

typedef enum status parse_fn(struct parser *parser, struct node **out);

/* Operands between the same keyword, under one node if there are several. */
static enum status parse_chain(
	struct parser *parser, const char *keyword, enum node_kind kind, parse_fn *operand, struct node **out)
{
	struct node **end;
	enum status status = operand(parser, out);

	if (status || !take_keyword(parser, keyword))
		return status;
	end = &(*out)->next;
	do {
		status = operand(parser, end);
		if (*end)
			end = &(*end)->next;
	} while (!status && take_keyword(parser, keyword));
	*out = negate(*out, true);
	(*out)->kind = kind;
	return status;
}

static enum status parse_and(struct parser *parser, struct node **out)
{
	return parse_chain(parser, "and", NODE_AND, parse_not, out);
}

static enum status parse_or(struct parser *parser, struct node **out)
{
	return parse_chain(parser, "or", NODE_OR, parse_and, out);
}

static enum status check_text(struct span text, struct err *err)
{
	if (text.len > SEGMENT_MAX)
		return err_set(err, E_RANGE, "the expression is longer than %u bytes", SEGMENT_MAX);
	if (!utf8_is_valid(text))
		return err_set(err, E_SYNTAX, "the expression is not UTF-8 at byte %zu",
			utf8_first_invalid(text) + 1);
	if (utf8_has_control(text, ""))
		return err_set(err, E_SYNTAX,
			"the expression has a line break or another control character in it; write spaces "
			"instead");
	return OK;
}

enum status segment_parse(struct span text, struct segment **out, struct err *err)
{
	struct parser parser = {.text = text, .err = err};
	enum status status = check_text(text, err);

	if (status)
		return status;
	parser.segment = mem_alloc(sizeof(*parser.segment));
	status = parse_or(&parser, &parser.segment->root);
	skip_space(&parser);
	if (!status && parser.at < text.len)
		status = fault(&parser, parser.at, "'and', 'or' or the end is missing before this");
	if (status)
		segment_free(parser.segment);
	else
		*out = parser.segment;
	return status;
}

void segment_free(struct segment *segment)
{
	if (!segment)
		return;
	node_free(segment->root);
	for (size_t i = 0; i < segment->field_count; i++)
		free(segment->fields[i]);
	free(segment->fields);
	free(segment);
}

static bool is_one_of(const struct node *node, struct span folded)
{
	for (size_t i = 0; i < node->value_count; i++) {
		if (span_equals_nocase(folded, span_of(node->values[i])))
			return true;
	}
	return false;
}

static bool is_separator(char c)
{
	return c == ';' || c == ',';
}

/* The whole, or one of its parts: an outlet may well have a comma in its name. */
static bool has_one_of(const struct node *node, struct span folded)
{
	size_t start = 0;

	if (is_one_of(node, folded))
		return true;
	for (size_t i = 0; i <= folded.len; i++) {
		struct span part;

		if (i < folded.len && !is_separator(folded.ptr[i]))
			continue;
		part = span_trim(span_first(span_from(folded, start), i - start));
		if (part.len && is_one_of(node, part))
			return true;
		start = i + 1;
	}
	return false;
}

static bool compare(const struct node *node, const char *value)
{
	struct str folded;
	bool is_equal;

	/* Literals are folded; the rest is done by comparing without case. */
	if (utf8_is_ascii(span_of(value)))
		return has_one_of(node, span_of(value));
	str_init(&folded, 16 * strlen(value));
	is_equal = utf8_fold(span_of(value), &folded, NULL) == OK && has_one_of(node, str_span(&folded));
	str_clear(&folded);
	return is_equal;
}

static bool matches(const struct node *node, const struct member *member)
{
	const struct node *child = node->children;

	switch (node->kind) {
	case NODE_OR:
		while (child && !matches(child, member))
			child = child->next;
		return child;
	case NODE_AND:
		while (child && matches(child, member))
			child = child->next;
		return !child;
	case NODE_NOT:
		return !matches(child, member);
	case NODE_IS_ONE_OF:
		return compare(node, member_field(member, node->field));
	case NODE_IS_EMPTY:
		return !*member_field(member, node->field);
	}
	return false;
}

bool segment_matches(const struct segment *segment, const struct member *member)
{
	return !segment || matches(segment->root, member);
}

const char *segment_field(const struct segment *segment, size_t index)
{
	return segment && index < segment->field_count ? segment->fields[index] : NULL;
}
