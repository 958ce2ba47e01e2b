/*
 * Compiling a letter: headers, the MIME tree with a mark where each text part
 * belongs, and the templates rendered into the program at those marks.
 */
#include "compose/letter.h"

#include "base/asset.h"
#include "base/file.h"
#include "compose/lettercontext.h"
#include "compose/letterfile.h"
#include "compose/letterhead.h"
#include "compose/letterprogram.h"
#include "compose/template.h"
#include "compose/templatesafe.h"
#include "compose/textdirection.h"
#include "mail/codec.h"
#include "mail/mime.h"

#include <stdlib.h>

/* Stand for the parts in the written tree. No base64, boundary or header of ours holds an '@' in front. */
#define TEXT_MARK "@text@\r\n"
#define HTML_MARK "@html@\r\n"

/* One template's output on its way into the program. */
struct part_writer {
	struct letter *letter;
	enum slot_place place;
	bool is_marked;                    /* text that runs from right to left */
	bool is_inside_line;               /* where `pending` begins; for the marks */
	struct str pending;                /* text not encoded yet: a soft break only where a slot is */
	enum mime_encoding encoding;       /* of it all */
	size_t begins[TEMPLATE_DEPTH_MAX]; /* open ifs */
	size_t depth;
	char raw_name[TEMPLATE_FIELD_MAX +
		      1]; /* a recipient's field that the HTML template does not escape */
};

_Static_assert(TEMPLATE_FIELD_MAX <= LETTER_FIELD_NAME_MAX, "a letter keeps any field that a template names");

/* What templates are found with. */
struct sources {
	const char *folder;
	const struct words *words;
};

/* What isn't encoded yet, as its reader gets it. Appends. */
static void take_text(struct part_writer *writer, struct str *out)
{
	if (writer->is_marked)
		textdirection_mark(str_span(&writer->pending), &writer->is_inside_line, out);
	else
		str_add(out, str_span(&writer->pending));
	str_empty(&writer->pending);
}

static void add_quoted_printable(struct part_writer *writer, struct span text)
{
	struct str encoded;
	size_t column = 0;

	str_init(&encoded, LETTER_MAX);
	codec_qp(text, &column, &encoded);
	codec_qp_soft_break(&column, &encoded);
	letter_add_run(writer->letter, str_span(&encoded));
	str_clear(&encoded);
}

static void flush(struct part_writer *writer)
{
	struct str text;

	str_init(&text, LETTER_MAX);
	take_text(writer, &text);
	add_quoted_printable(writer, str_span(&text));
	str_clear(&text);
}

static void on_text(void *context, struct span text)
{
	struct part_writer *writer = context;

	str_add(&writer->pending, text);
}

static void on_slot(void *context, struct span field, enum template_escape escape)
{
	struct part_writer *writer = context;

	if (writer->place == PLACE_HTML && escape != TEMPLATE_ESCAPE_HTML && !writer->raw_name[0])
		memcpy(writer->raw_name, field.ptr, field.len);
	flush(writer);
	writer->is_inside_line = true;
	letter_add_op(writer->letter, OP_SLOT, writer->place, letter_add_field(writer->letter, field), 0);
}

static void on_begin(void *context, struct span field, bool negated)
{
	struct part_writer *writer = context;

	flush(writer);
	writer->begins[writer->depth++] = letter_add_begin(writer->letter, field, negated);
}

static void on_end(void *context)
{
	struct part_writer *writer = context;

	flush(writer);
	letter_add_end(writer->letter, writer->begins[--writer->depth]);
}

/* "release.html", never a path out of the folder. */
static bool is_template_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
				c == '-' || c == '_' || (c == '.' && i);

		if (!is_plain)
			return false;
	}
	return name.len && name.len <= 100;
}

static enum status load_phrase(
	const struct words *words, struct span name, struct str *source, struct str *path, struct err *err)
{
	const struct value *phrase = value_get(words_values(words), name);

	if (!phrase || value_kind(phrase) != VALUE_TEXT)
		return err_set(err, E_NOTFOUND, "no phrase \"%.*s\"", SPAN_ARG(name));
	str_add(source, value_text(phrase));
	str_addf(path, "%s (\"%.*s\")", words_path(words), SPAN_ARG(name));
	return OK;
}

/* A partial: "words.because" is a phrase, any other a file NAME.mustache or the built-in one. */
static enum status load_source(
	void *context, struct span name, struct str *source, struct str *path, struct err *err)
{
	const struct sources *sources = context;
	const struct asset *asset;
	struct str file;
	enum status status = E_NOTFOUND;

	if (span_starts(name, SPAN("words.")))
		return load_phrase(sources->words, span_from(name, 6), source, path, err);
	if (!is_template_name(name))
		return err_set(
			err, E_NOTFOUND, "\"%.*s\" is no template's name", SPAN_ARG(span_first(name, 60)));
	str_init(&file, STR_MAX_SMALL);
	str_addf(&file, "templates/%.*s.mustache", SPAN_ARG(name));
	asset = asset_find(file.ptr);
	str_add_text(path, file.ptr);
	if (sources->folder) {
		char *own = file_join(sources->folder, file.ptr + strlen("templates/"));

		status = file_load(own, source, err);
		if (status == OK) {
			str_empty(path);
			str_add_text(path, own);
		}
		free(own);
	}
	if (status == E_NOTFOUND && asset) {
		str_add(source, asset->content);
		status = OK;
	}
	str_clear(&file);
	return status;
}

static enum status open_template(
	const struct sources *sources, const char *name, struct template **out, struct err *err)
{
	struct str source, path;
	enum status status;

	str_init(&source, TEMPLATE_MAX);
	str_init(&path, STR_MAX_SMALL);
	status = load_source((void *)(uintptr_t)sources, span_of(name), &source, &path, err);
	if (status == OK)
		status = template_compile(
			path.ptr, str_span(&source), load_source, (void *)(uintptr_t)sources, out, err);
	str_clear(&source);
	str_clear(&path);
	return status;
}

/* Render into the letter; HTML is looked at on its way. */
static enum status render_part(struct part_writer *writer, struct template *template,
	const struct value *data, const struct release *release, struct err *err)
{
	bool is_html = writer->place == PLACE_HTML;
	struct template_output output = {writer, on_text, on_slot, on_begin, on_end};
	struct templatesafe *safe = is_html ? templatesafe_new(template, &output) : NULL;
	enum status status = templatesafe_check(template, is_html, err);

	if (status == OK)
		status =
			template_render(template, data, is_html ? TEMPLATE_ESCAPE_HTML : TEMPLATE_ESCAPE_NONE,
				TEMPLATE_MISSING_ERROR, is_html ? templatesafe_output(safe) : &output, err);
	if (status == OK && is_html)
		status = templatesafe_finish(safe, release->path, release->front_matter, err);
	templatesafe_free(safe);
	return status;
}

/* A text that shows nothing of its recipient, in the shorter of the two encodings. */
static void add_whole_part(struct part_writer *writer)
{
	struct str text, lines, encoded;
	struct span rest, line;

	str_init(&text, LETTER_MAX);
	str_init(&lines, LETTER_MAX);
	take_text(writer, &text);
	rest = str_span(&text);
	while (span_line(&rest, &line)) {
		str_add(&lines, line);
		str_add(&lines, SPAN("\r\n"));
	}
	if (codec_base64_size(str_span(&lines)) < codec_qp_size(str_span(&lines))) {
		str_init(&encoded, LETTER_MAX);
		codec_base64(str_span(&lines), &encoded);
		letter_add_run(writer->letter, str_span(&encoded));
		str_clear(&encoded);
		writer->encoding = MIME_BASE64;
	} else {
		add_quoted_printable(writer, str_span(&text));
	}
	str_clear(&text);
	str_clear(&lines);
}

static void end_part(struct part_writer *writer)
{
	const struct str *pending = &writer->pending;

	/* A file's last line is a line. */
	if (!pending->len || pending->ptr[pending->len - 1] != '\n')
		str_add_char(&writer->pending, '\n');
	if (writer->letter->op_count)
		flush(writer);
	else
		add_whole_part(writer);
}

/* What a letter is made of, and its two parts once they're compiled. */
struct material {
	const struct release *release;
	const struct letter_frame *frame;
	struct words *words;
	struct releaseparts *parts;
	struct part {
		struct letter *program;
		enum mime_encoding encoding;
	} text, html;
};

static enum status compile_part(const struct material *m, bool is_html, struct part *part, struct err *err)
{
	struct sources sources = {m->frame->template_folder, m->words};
	struct part_writer writer = {.letter = part->program,
		.place = is_html ? PLACE_HTML : PLACE_TEXT,
		.is_marked = !is_html && words_are_right_to_left(m->words),
		.encoding = MIME_QP};
	struct template *template = NULL;
	struct value *data = NULL;
	enum status status = lettercontext_new(m->release, m->frame, m->parts, m->words, is_html, &data, err);

	str_init(&writer.pending, LETTER_MAX);
	if (status == OK)
		status = open_template(&sources, is_html ? "release.html" : "release.txt", &template, err);
	if (status == OK)
		status = render_part(&writer, template, data, m->release, err);
	if (status == OK && writer.raw_name[0])
		status = err_set(err, E_UNSUPPORTED,
			"release.html.mustache: \"%s\" is a recipient's and must be escaped: write {{%s}}",
			writer.raw_name, writer.raw_name);
	if (status == OK)
		end_part(&writer);
	part->encoding = writer.encoding;
	template_free(template);
	value_free(data);
	str_clear(&writer.pending);
	return status;
}

/* The tree written, with marks where the parts belong. */
static enum status write_tree(const struct material *m, struct str *tree, struct err *err)
{
	struct letterfile_text text = {SPAN(TEXT_MARK), m->text.encoding};
	struct letterfile_text html = {SPAN(HTML_MARK), m->html.encoding};
	struct mime_part *root = NULL;
	enum status status = letterfile_tree(m->release, m->frame, m->parts, &text, &html, &root, err);

	if (status == OK)
		status = mime_write(root, tree, err);
	mime_free(root);
	return status;
}

/* The written tree, its marks replaced by the parts' programs. */
static enum status add_tree(
	struct letter *letter, const struct material *m, struct span tree, struct err *err)
{
	size_t body = span_find(tree, SPAN("\r\n\r\n"), 0);
	size_t text = span_find(tree, SPAN(TEXT_MARK), 0);
	size_t html = span_find(tree, SPAN(HTML_MARK), 0);
	size_t after_text = text + strlen(TEXT_MARK);

	if (text == SIZE_MAX || html == SIZE_MAX || body > text || text > html)
		return err_set(err, E_INTERNAL, "%s: the message lost one of its parts", m->release->path);
	letter_add_run(letter, span_first(tree, body + 2));
	letter_add_body(letter);
	letter_add_run(letter, span_bytes(tree.ptr + body + 4, text - body - 4));
	letter_add_letter(letter, m->text.program);
	letter_add_run(letter, span_bytes(tree.ptr + after_text, html - after_text));
	letter_add_letter(letter, m->html.program);
	letter_add_run(letter, span_from(tree, html + strlen(HTML_MARK)));
	return OK;
}

static enum status compile(struct letter *letter, struct material *m, struct err *err)
{
	struct str tree;
	enum status status = words_load(m->frame->template_folder, m->frame->language, &m->words, err);

	str_init(&tree, LETTER_MAX);
	if (status == OK)
		status = letterhead_add(letter, m->release, m->frame, err);
	if (status == OK)
		status = releaseparts_load(m->release, m->frame->release_folder, &m->parts, err);
	if (status == OK)
		status = compile_part(m, false, &m->text, err);
	if (status == OK)
		status = compile_part(m, true, &m->html, err);
	if (status == OK)
		status = write_tree(m, &tree, err);
	if (status == OK)
		status = add_tree(letter, m, str_span(&tree), err);
	if (status == OK)
		status = letter_finish(letter, err);
	if (status == OK)
		status = letterseal_sign_with(letter, m->frame, err);
	str_clear(&tree);
	return status;
}

enum status letter_compile(
	const struct release *release, const struct letter_frame *frame, struct letter **out, struct err *err)
{
	struct material material = {.release = release,
		.frame = frame,
		.text = {letter_new(), MIME_QP},
		.html = {letter_new(), MIME_QP}};
	struct letter *letter = letter_new();
	enum status status;

	letter->secret_number = frame->secret_number;
	memcpy(letter->secret_check, frame->secret_check, TOKEN_CHECK_SIZE);
	status = compile(letter, &material, err);
	letter_free(material.text.program);
	letter_free(material.html.program);
	releaseparts_free(material.parts);
	words_free(material.words);
	if (status != OK) {
		letter_free(letter);
		return status;
	}
	*out = letter;
	return OK;
}
