/*
 * Front matter: the small, strict part of YAML that people write at the top of
 * a release, read by libyaml's events. Aliases, anchors and tags are refused,
 * so that a few bytes can't stand for many.
 */
#include "compose/frontmatter.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <yaml.h>

struct reader {
	yaml_parser_t yaml;
	const char *path;
	struct span text;
	size_t line_offset; /* lines of the file before the YAML */
	size_t nodes;
	struct err *err;
};

/* A mapping or sequence whose end hasn't come yet. */
struct level {
	struct value *value; /* owned by the level above, or by the caller for the first */
	char *key;           /* MAP: the key whose value comes next */
};

struct tree {
	struct value *root;
	struct level levels[FRONTMATTER_DEPTH_MAX];
	size_t depth;
};

static size_t file_line(const struct reader *reader, yaml_mark_t mark)
{
	return reader->line_offset + mark.line + 1;
}

static size_t line_at(struct span text, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset && i < text.len; i++)
		line += text.ptr[i] == '\n';
	return line;
}

/* libyaml's words, and what they mostly mean to the person who typed the file. */
static enum status yaml_failed(struct reader *reader)
{
	const yaml_parser_t *yaml = &reader->yaml;
	const char *problem = yaml->problem ? yaml->problem : "broken YAML";
	const char *hint = "";

	if (yaml->error == YAML_READER_ERROR)
		return err_set(reader->err, E_SYNTAX, "%s:%zu: %s: remove the character", reader->path,
			reader->line_offset + line_at(reader->text, yaml->problem_offset), problem);
	if (strstr(problem, "mapping values are not allowed"))
		hint = ": put a text that has a colon in quotes";
	else if (strstr(problem, "cannot start any token"))
		hint = ": indent with spaces, and put a text that starts with a sign in quotes";
	else if (strstr(problem, "could not find expected ':'"))
		hint = ": a line here is neither \"key: text\" nor indented under one";
	else if (strstr(problem, "unexpected end of stream"))
		hint = ": a closing quote or bracket is missing";
	return err_set(reader->err, E_SYNTAX, "%s:%zu: %s%s", reader->path,
		file_line(reader, yaml->problem_mark), problem, hint);
}

static enum status refuse(struct reader *reader, const yaml_event_t *event, const char *words)
{
	return err_set(reader->err, E_SYNTAX, "%s:%zu: %s", reader->path,
		file_line(reader, event->start_mark), words);
}

static enum status next_event(struct reader *reader, yaml_event_t *event)
{
	if (!yaml_parser_parse(&reader->yaml, event))
		return yaml_failed(reader);
	return OK;
}

/* What an event says beyond its content: nothing is accepted. */
static enum status check_plain(struct reader *reader, const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL;
	const yaml_char_t *tag = NULL;

	if (event->type == YAML_ALIAS_EVENT)
		return refuse(reader, event, "YAML aliases (*name) aren't allowed: write the text again");
	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	}
	if (anchor)
		return refuse(reader, event, "YAML anchors (&name) aren't allowed: remove it");
	if (tag)
		return refuse(reader, event, "YAML tags (!name) aren't allowed: put the text in quotes");
	return OK;
}

static bool is_null(const yaml_event_t *event)
{
	struct span text = span_bytes((const char *)event->data.scalar.value, event->data.scalar.length);

	if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	return !text.len || span_equals(text, SPAN("~")) || span_equals(text, SPAN("null"));
}

static enum status new_scalar(struct reader *reader, const yaml_event_t *event, struct value **out)
{
	struct span text = span_bytes((const char *)event->data.scalar.value, event->data.scalar.length);

	if (span_find_char(text, '\0', 0) != SIZE_MAX)
		return refuse(reader, event, "a NUL character isn't allowed in a text");
	*out = is_null(event) ? value_new_null() : value_new_text(text);
	return OK;
}

static enum status take_key(struct reader *reader, struct level *level, const yaml_event_t *event)
{
	struct span key;

	if (event->type != YAML_SCALAR_EVENT)
		return refuse(reader, event, "a key must be one word before a colon");
	key = span_bytes((const char *)event->data.scalar.value, event->data.scalar.length);
	if (!key.len || utf8_has_control(key, ""))
		return refuse(reader, event, "a key is empty or has a control character");
	if (value_get(level->value, key))
		return err_set(reader->err, E_SYNTAX, "%s:%zu: the key \"%.*s\" is there twice: remove one",
			reader->path, file_line(reader, event->start_mark), SPAN_ARG(key));
	level->key = span_copy(key);
	return OK;
}

static void attach(struct tree *tree, struct value *value)
{
	struct level *top;

	if (!tree->depth) {
		tree->root = value;
		return;
	}
	top = &tree->levels[tree->depth - 1];
	if (value_kind(top->value) == VALUE_LIST) {
		value_add(top->value, value);
		return;
	}
	value_set(top->value, span_of(top->key), value);
	free(top->key);
	top->key = NULL;
}

/* A block of text is found where its first line is, not where its "|" stands. */
static size_t node_line(const struct reader *reader, const yaml_event_t *event)
{
	bool is_block = event->type == YAML_SCALAR_EVENT &&
			(event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
				event->data.scalar.style == YAML_FOLDED_SCALAR_STYLE);

	return file_line(reader, event->start_mark) + (is_block ? 1 : 0);
}

static enum status take_node(struct reader *reader, struct tree *tree, const yaml_event_t *event)
{
	struct value *value = NULL;
	enum status status;

	if (++reader->nodes > FRONTMATTER_NODES_MAX)
		return err_set(reader->err, E_RANGE, "%s:%zu: more than %u values", reader->path,
			file_line(reader, event->start_mark), FRONTMATTER_NODES_MAX);
	status = check_plain(reader, event);
	if (status)
		return status;
	if (event->type == YAML_SCALAR_EVENT) {
		status = new_scalar(reader, event, &value);
		if (status)
			return status;
	} else if (tree->depth == FRONTMATTER_DEPTH_MAX) {
		return err_set(reader->err, E_RANGE, "%s:%zu: lists and mappings more than %u deep",
			reader->path, file_line(reader, event->start_mark), FRONTMATTER_DEPTH_MAX);
	} else {
		value = event->type == YAML_SEQUENCE_START_EVENT ? value_new_list() : value_new_map();
	}
	value_set_line(value, node_line(reader, event));
	attach(tree, value);
	if (event->type != YAML_SCALAR_EVENT)
		tree->levels[tree->depth++] = (struct level){.value = value};
	return OK;
}

/* One event inside the document. */
static enum status take_event(struct reader *reader, struct tree *tree, const yaml_event_t *event)
{
	struct level *top = tree->depth ? &tree->levels[tree->depth - 1] : NULL;
	enum status status;

	if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT) {
		tree->depth--;
		return OK;
	}
	if (top && value_kind(top->value) == VALUE_MAP && !top->key) {
		status = check_plain(reader, event);
		return status ? status : take_key(reader, top, event);
	}
	return take_node(reader, tree, event);
}

/* Events up to the document's end; an empty document leaves tree->root NULL. */
static enum status read_document(struct reader *reader, struct tree *tree)
{
	bool is_done = false;
	size_t documents = 0;

	while (!is_done) {
		yaml_event_t event;
		enum status status = next_event(reader, &event);

		if (status)
			return status;
		if (event.type == YAML_DOCUMENT_START_EVENT) {
			if (++documents > 1)
				status = refuse(reader, &event, "a second YAML document isn't allowed");
		} else if (event.type == YAML_STREAM_END_EVENT) {
			is_done = true;
		} else if (event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_END_EVENT) {
			status = take_event(reader, tree, &event);
		}
		yaml_event_delete(&event);
		if (status)
			return status;
	}
	return OK;
}

static enum status check_root(struct reader *reader, struct tree *tree)
{
	if (!tree->root || value_kind(tree->root) == VALUE_NULL) {
		value_free(tree->root);
		tree->root = value_new_map();
		value_set_line(tree->root, reader->line_offset + 1);
	}
	if (value_kind(tree->root) != VALUE_MAP)
		return err_set(reader->err, E_SYNTAX, "%s:%zu: expected lines of \"key: text\"", reader->path,
			value_line(tree->root));
	return OK;
}

static enum status parse_yaml(
	const char *path, struct span text, size_t line_offset, struct value **out, struct err *err)
{
	struct reader reader = {.path = path, .text = text, .line_offset = line_offset, .err = err};
	struct tree tree = {0};
	enum status status;

	if (!yaml_parser_initialize(&reader.yaml))
		return err_set(err, E_INTERNAL, "%s: out of memory for the YAML parser", path);
	yaml_parser_set_encoding(&reader.yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.yaml, (const unsigned char *)text.ptr, text.len);
	status = read_document(&reader, &tree);
	if (!status)
		status = check_root(&reader, &tree);
	yaml_parser_delete(&reader.yaml);
	for (size_t i = 0; i < FRONTMATTER_DEPTH_MAX; i++)
		free(tree.levels[i].key);
	if (status) {
		value_free(tree.root);
		return status;
	}
	*out = tree.root;
	return OK;
}

static enum status check_bytes(const char *path, struct span text, struct err *err)
{
	size_t bad = utf8_first_invalid(text);

	if (bad != SIZE_MAX)
		return err_set(
			err, E_SYNTAX, "%s:%zu: not UTF-8: save the file as UTF-8", path, line_at(text, bad));
	bad = span_find_char(text, '\0', 0);
	if (bad != SIZE_MAX)
		return err_set(err, E_SYNTAX, "%s:%zu: a NUL character: this is no text file", path,
			line_at(text, bad));
	return OK;
}

static struct span without_mark(struct span text)
{
	return span_starts(text, SPAN("\xef\xbb\xbf")) ? span_from(text, 3) : text;
}

static bool is_fence(struct span line)
{
	while (line.len && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t'))
		line.len--;
	return span_equals(line, SPAN("---"));
}

enum status frontmatter_parse(const char *path, struct span text, struct value **out, struct span *body,
	size_t *body_line, struct err *err)
{
	struct span rest = without_mark(text);
	struct span line;
	struct span yaml;
	size_t count = 1;
	enum status status = check_bytes(path, text, err);

	if (status)
		return status;
	if (!span_line(&rest, &line) || !is_fence(line))
		return err_set(err, E_SYNTAX,
			"%s:1: no front matter: the file starts with a line \"---\", then \"title: …\"",
			path);
	yaml = rest;
	for (;;) {
		const char *start = rest.ptr;

		if (!span_line(&rest, &line))
			return err_set(err, E_SYNTAX,
				"%s:%zu: the front matter has no end: put a line \"---\" after it", path,
				count);
		count++;
		if (!is_fence(line))
			continue;
		yaml.len = (size_t)(start - yaml.ptr);
		break;
	}
	if (yaml.len > FRONTMATTER_MAX)
		return err_set(err, E_RANGE, "%s:1: the front matter is larger than %u bytes", path,
			FRONTMATTER_MAX);
	*body = rest;
	*body_line = count + 1;
	return parse_yaml(path, yaml, 1, out, err);
}

enum status frontmatter_parse_yaml(const char *path, struct span text, struct value **out, struct err *err)
{
	enum status status = check_bytes(path, text, err);

	if (status)
		return status;
	if (text.len > FRONTMATTER_MAX)
		return err_set(err, E_RANGE, "%s:1: larger than %u bytes", path, FRONTMATTER_MAX);
	return parse_yaml(path, without_mark(text), 0, out, err);
}
