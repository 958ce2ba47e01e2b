/*
 * Markdown as plain text that reads like a wire story. Inlines are flattened
 * to words first; blocks then wrap them behind their prefixes.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "compose/markdown.h"
#include "compose/markdowntree.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define NOTES_MAX 10000u
#define COLUMNS_MIN 20u

struct markdown_notes {
	char **urls;
	size_t count, capacity;
};

/* A quote or list item around the text: what it puts before its first line, and before the others. */
struct frame {
	const struct frame *outer;
	const char *first, *rest;
	bool *is_begun;
	size_t width;
};

struct writer {
	struct str *out;
	const struct frame *frame; /* the innermost, NULL outside all */
	size_t columns;
	bool needs_gap; /* a blank line before the next block */
	struct markdown_notes *notes;
};

struct markdown_notes *markdown_notes_new(void)
{
	return mem_alloc(sizeof(struct markdown_notes));
}

void markdown_notes_free(struct markdown_notes *notes)
{
	if (!notes)
		return;
	for (size_t i = 0; i < notes->count; i++)
		free(notes->urls[i]);
	free(notes->urls);
	free(notes);
}

/* The footnote's number, from 1; 0 if there are too many. The same address keeps its number. */
static size_t note_for(struct markdown_notes *notes, struct span url)
{
	for (size_t i = 0; i < notes->count; i++) {
		if (span_equals(span_of(notes->urls[i]), url))
			return i + 1;
	}
	if (notes->count == NOTES_MAX)
		return 0;
	notes->urls = mem_grow(notes->urls, notes->count, &notes->capacity, sizeof(*notes->urls));
	notes->urls[notes->count++] = span_copy(url);
	return notes->count;
}

void markdown_text_footnotes(const struct markdown_notes *notes, struct str *out)
{
	for (size_t i = 0; i < notes->count; i++)
		str_addf(out, "[%zu] %s\n", i + 1, notes->urls[i]);
}

static void flatten(struct writer *writer, cmark_node *parent, struct str *words);

/* A link whose words are its address needs no footnote. */
static void flatten_link(struct writer *writer, cmark_node *node, struct str *words)
{
	struct span url = markdown_url(node);
	struct span shown = span_starts_nocase(url, SPAN("mailto:")) ? span_from(url, 7) : url;
	size_t start = words->len;
	size_t note;

	flatten(writer, node, words);
	if (markdown_link(url) != MARKDOWN_LINK_GOOD || span_equals(span_from(str_span(words), start), shown))
		return;
	note = note_for(writer->notes, shown);
	if (note)
		str_addf(words, " [%zu]", note);
}

/* A paragraph's inlines as words; a hard line break is '\n', everything else wraps. */
static void flatten(struct writer *writer, cmark_node *parent, struct str *words)
{
	for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
		switch ((int)cmark_node_get_type(node)) {
		case CMARK_NODE_TEXT:
		case CMARK_NODE_CODE:
			str_add(words, markdown_literal(node));
			break;
		case CMARK_NODE_SOFTBREAK:
			str_add_char(words, ' ');
			break;
		case CMARK_NODE_LINEBREAK:
			str_add_char(words, '\n');
			break;
		case CMARK_NODE_LINK:
			flatten_link(writer, node, words);
			break;
		case CMARK_NODE_HTML_INLINE:
			break;
		default:
			flatten(writer, node, words);
		}
	}
}

static void add_prefix(struct str *out, const struct frame *frame)
{
	if (!frame)
		return;
	add_prefix(out, frame->outer);
	str_add_text(out, *frame->is_begun ? frame->rest : frame->first);
	*frame->is_begun = true;
}

static void end_line(struct writer *writer)
{
	struct str *out = writer->out;

	while (out->len && out->ptr[out->len - 1] == ' ')
		str_cut(out, out->len - 1);
	str_add_char(out, '\n');
}

/* Only what already has a line of its own stands before a gap. */
static void add_begun_prefix(struct str *out, const struct frame *frame)
{
	if (!frame)
		return;
	add_begun_prefix(out, frame->outer);
	if (*frame->is_begun)
		str_add_text(out, frame->rest);
}

static void begin_block(struct writer *writer)
{
	if (writer->needs_gap) {
		add_begun_prefix(writer->out, writer->frame);
		end_line(writer);
	}
	writer->needs_gap = true;
}

static size_t room(const struct writer *writer)
{
	size_t used = writer->frame ? writer->frame->width : 0;

	return writer->columns > used + COLUMNS_MIN ? writer->columns - used : COLUMNS_MIN;
}

/* Where a word is added: on the open line, whose width so far is *used. Addresses stay whole however long. */
static void add_word(struct writer *writer, struct span word, size_t *used)
{
	size_t columns = room(writer);

	while (word.len) {
		size_t gap = *used ? 1 : 0;
		size_t left = columns > *used + gap ? columns - *used - gap : 0;
		struct span piece = utf8_first_line(word, left);
		size_t width = utf8_width(piece);

		if (width > left && *used) {
			end_line(writer);
			add_prefix(writer->out, writer->frame);
			*used = 0;
			continue;
		}
		if (gap)
			str_add_char(writer->out, ' ');
		str_add(writer->out, piece);
		*used += gap + width;
		word = span_from(word, piece.len);
		if (word.len) {
			end_line(writer);
			add_prefix(writer->out, writer->frame);
			*used = 0;
		}
	}
}

static void wrap(struct writer *writer, struct span words)
{
	struct span line;

	while (span_split(&words, '\n', &line)) {
		struct span word;
		size_t used = 0;

		add_prefix(writer->out, writer->frame);
		while (span_split(&line, ' ', &word))
			add_word(writer, word, &used);
		end_line(writer);
	}
}

static void add_paragraph(struct writer *writer, cmark_node *node)
{
	struct str words;

	str_init(&words, STR_MAX_LARGE);
	flatten(writer, node, &words);
	if (words.len) {
		begin_block(writer);
		wrap(writer, str_span(&words));
	}
	str_clear(&words);
}

static void add_heading(struct writer *writer, cmark_node *node)
{
	struct str words;
	size_t width;

	str_init(&words, STR_MAX_LARGE);
	flatten(writer, node, &words);
	width = utf8_width(str_span(&words));
	if (words.len) {
		begin_block(writer);
		wrap(writer, str_span(&words));
		add_prefix(writer->out, writer->frame);
		str_add_repeat(writer->out, '-', width < room(writer) ? width : room(writer));
		end_line(writer);
	}
	str_clear(&words);
}

static void add_code_block(struct writer *writer, cmark_node *node)
{
	struct span rest = markdown_literal(node);
	struct span line;

	begin_block(writer);
	while (span_line(&rest, &line)) {
		add_prefix(writer->out, writer->frame);
		str_add_text(writer->out, "    ");
		str_add(writer->out, line);
		end_line(writer);
	}
}

static void add_blocks(struct writer *writer, cmark_node *parent, bool is_tight);

/* Write a container's blocks behind its marks. */
static void add_framed(
	struct writer *writer, cmark_node *node, const char *first, const char *rest, bool is_tight)
{
	bool is_begun = false;
	struct frame frame = {.outer = writer->frame,
		.first = first,
		.rest = rest,
		.is_begun = &is_begun,
		.width = (writer->frame ? writer->frame->width : 0) + strlen(rest)};

	writer->frame = &frame;
	add_blocks(writer, node, is_tight);
	writer->frame = frame.outer;
}

static void add_list(struct writer *writer, cmark_node *list)
{
	bool is_ordered = cmark_node_get_list_type(list) == CMARK_ORDERED_LIST;
	bool is_tight = cmark_node_get_list_tight(list);
	long number = cmark_node_get_list_start(list);

	for (cmark_node *item = cmark_node_first_child(list); item; item = cmark_node_next(item)) {
		char first[32] = "- ";
		char rest[32];

		if (is_ordered)
			snprintf(first, sizeof(first), "%ld. ", number++);
		snprintf(rest, sizeof(rest), "%*s", (int)strlen(first), "");
		if (is_tight && cmark_node_previous(item))
			writer->needs_gap = false;
		add_framed(writer, item, first, rest, is_tight);
	}
}

static void add_block(struct writer *writer, cmark_node *node)
{
	switch ((int)cmark_node_get_type(node)) {
	case CMARK_NODE_PARAGRAPH:
		add_paragraph(writer, node);
		break;
	case CMARK_NODE_HEADING:
		add_heading(writer, node);
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		/* Not behind "> ": mail programs fold that away as somebody's earlier words. */
		add_framed(writer, node, "    ", "    ", false);
		break;
	case CMARK_NODE_LIST:
		add_list(writer, node);
		break;
	case CMARK_NODE_CODE_BLOCK:
		add_code_block(writer, node);
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		begin_block(writer);
		wrap(writer, SPAN("* * *"));
		break;
	default:
		break;
	}
}

static void add_blocks(struct writer *writer, cmark_node *parent, bool is_tight)
{
	for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
		if (is_tight && cmark_node_previous(node))
			writer->needs_gap = false;
		add_block(writer, node);
	}
}

enum status markdown_text(
	struct span source, size_t columns, struct markdown_notes *notes, struct str *out, struct err *err)
{
	struct writer writer = {.out = out, .columns = columns, .notes = notes};
	cmark_node *document;
	enum status status = markdown_tree(source, &document, err);

	if (status)
		return status;
	add_blocks(&writer, document, false);
	cmark_node_free(document);
	return str_status(out, "the text", err);
}
