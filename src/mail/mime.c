/*
 * MIME trees over libetpan. Its tree holds the parts and its writers lay down
 * Content-Type, Content-Transfer-Encoding and Content-ID. The rest is written
 * here: its own writer leaves out the root's Content-Type, knows nothing of
 * RFC 2231, and lets a line break in a value through.
 */
#include "mail/mime.h"

#include "base/mem.h"
#include "mail/header.h"

#include <libetpan/libetpan.h>
#include <stdint.h>
#include <stdlib.h>

#define LINE_LIMIT 998u
#define BOUNDARY_MAX 70u
#define CONTENT_ID_MAX 400u /* the longest domain has 253, and names come before it */

/* `struct mime_part` is libetpan's node under a name that keeps libetpan out of our header. */
static struct mailmime *node_of(struct mime_part *part)
{
	return (struct mailmime *)part;
}

static const struct mailmime *const_node_of(const struct mime_part *part)
{
	return (const struct mailmime *)part;
}

/* libetpan answers NULL only when memory is out, where we give up (base/mem.h). */
static void *got(void *made)
{
	if (!made)
		mem_give_up();
	return made;
}

static void append(clist *list, void *item)
{
	if (clist_append(list, item) < 0)
		mem_give_up();
}

static struct mailmime_type *new_discrete_type(struct span name)
{
	static const struct {
		const char *name;
		int type;
	} known[] = {
		{"text", MAILMIME_DISCRETE_TYPE_TEXT},
		{"image", MAILMIME_DISCRETE_TYPE_IMAGE},
		{"audio", MAILMIME_DISCRETE_TYPE_AUDIO},
		{"video", MAILMIME_DISCRETE_TYPE_VIDEO},
		{"application", MAILMIME_DISCRETE_TYPE_APPLICATION},
	};
	int type = MAILMIME_DISCRETE_TYPE_EXTENSION;
	char *extension;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (span_equals_nocase(name, span_of(known[i].name)))
			type = known[i].type;
	}
	extension = type == MAILMIME_DISCRETE_TYPE_EXTENSION ? span_copy(name) : NULL;
	return got(mailmime_type_new(
		MAILMIME_TYPE_DISCRETE_TYPE, got(mailmime_discrete_type_new(type, extension)), NULL));
}

static void add_parameter(struct mailmime_content *content, const char *name, const char *value)
{
	append(content->ct_parameters,
		got(mailmime_parameter_new(mem_copy_text(name), mem_copy_text(value))));
}

static void add_encoding(struct mailmime_fields *fields, enum mime_encoding encoding)
{
	static const int mechanisms[] = {
		[MIME_7BIT] = MAILMIME_MECHANISM_7BIT,
		[MIME_QP] = MAILMIME_MECHANISM_QUOTED_PRINTABLE,
		[MIME_BASE64] = MAILMIME_MECHANISM_BASE64,
	};

	append(fields->fld_list, got(mailmime_field_new(MAILMIME_FIELD_TRANSFER_ENCODING, NULL,
					 got(mailmime_mechanism_new(mechanisms[encoding], NULL)), NULL, NULL,
					 0, NULL, NULL, NULL)));
}

struct mime_part *mime_new_leaf(const char *type, enum mime_encoding encoding, struct span encoded)
{
	struct span subtype = span_of(type);
	struct span main_type = subtype;
	struct mailmime_content *content;
	struct mailmime_fields *fields = got(mailmime_fields_new_empty());
	struct mailmime_data *data;

	span_split(&subtype, '/', &main_type);
	content =
		got(mailmime_content_new(new_discrete_type(main_type), span_copy(subtype), got(clist_new())));
	add_encoding(fields, encoding);
	/* libetpan borrows the bytes: mime_free frees them. */
	data = got(mailmime_data_new(MAILMIME_DATA_TEXT, MAILMIME_MECHANISM_7BIT, 1,
		mem_copy_bytes(encoded.ptr, encoded.len), encoded.len, NULL));
	return got(
		mailmime_new(MAILMIME_SINGLE, NULL, 0, fields, content, data, NULL, NULL, NULL, NULL, NULL));
}

struct mime_part *mime_new_text(const char *subtype, enum mime_encoding encoding, struct span encoded)
{
	struct str type;
	struct mime_part *part;

	str_init(&type, STR_MAX_SMALL);
	str_addf(&type, "text/%s", subtype);
	part = mime_new_leaf(type.ptr, encoding, encoded);
	add_parameter(node_of(part)->mm_content_type, "charset", "utf-8");
	str_clear(&type);
	return part;
}

struct mime_part *mime_new_multipart(const char *subtype, const char *boundary)
{
	struct mailmime_composite_type *composite =
		got(mailmime_composite_type_new(MAILMIME_COMPOSITE_TYPE_MULTIPART, NULL));
	struct mailmime_content *content = got(
		mailmime_content_new(got(mailmime_type_new(MAILMIME_TYPE_COMPOSITE_TYPE, NULL, composite)),
			mem_copy_text(subtype), got(clist_new())));

	add_parameter(content, "boundary", boundary);
	return got(mailmime_new(MAILMIME_MULTIPLE, NULL, 0, got(mailmime_fields_new_empty()), content, NULL,
		NULL, NULL, got(clist_new()), NULL, NULL));
}

struct mime_part *mime_new_related(const char *root_type, const char *boundary)
{
	struct mime_part *part = mime_new_multipart("related", boundary);

	add_parameter(node_of(part)->mm_content_type, "type", root_type);
	return part;
}

void mime_add(struct mime_part *multipart, struct mime_part *part)
{
	if (mailmime_add_part(node_of(multipart), node_of(part)) != MAILIMF_NO_ERROR)
		mem_give_up();
}

enum status mime_set_disposition(
	struct mime_part *part, const char *disposition, struct span file_name, struct err *err)
{
	bool is_inline = strcmp(disposition, "inline") == 0;
	struct mailmime_disposition *made;
	enum status status = header_check("file name", file_name, err);

	if (status != OK)
		return status;
	if (!is_inline && strcmp(disposition, "attachment") != 0)
		return err_set(
			err, E_SYNTAX, "disposition \"%s\": neither attachment nor inline", disposition);
	made = got(mailmime_disposition_new_with_data(
		is_inline ? MAILMIME_DISPOSITION_TYPE_INLINE : MAILMIME_DISPOSITION_TYPE_ATTACHMENT,
		file_name.len ? span_copy(file_name) : NULL, NULL, NULL, NULL, (size_t)-1));
	append(node_of(part)->mm_mime_fields->fld_list,
		got(mailmime_field_new(
			MAILMIME_FIELD_DISPOSITION, NULL, NULL, NULL, NULL, 0, made, NULL, NULL)));
	return OK;
}

void mime_set_content_id(struct mime_part *part, const char *id)
{
	append(node_of(part)->mm_mime_fields->fld_list,
		got(mailmime_field_new(
			MAILMIME_FIELD_ID, NULL, NULL, mem_copy_text(id), NULL, 0, NULL, NULL, NULL)));
}

/* For every child, in order; NULL after the last. Start with *cursor NULL. */
static struct mailmime *next_child(const struct mailmime *node, clistiter **cursor)
{
	if (node->mm_type != MAILMIME_MULTIPLE)
		return NULL;
	*cursor = *cursor ? clist_next(*cursor) : clist_begin(node->mm_data.mm_multipart.mm_mp_list);
	return *cursor ? clist_content(*cursor) : NULL;
}

static void free_bodies(struct mailmime *node)
{
	clistiter *cursor = NULL;
	struct mailmime *child;

	if (node->mm_type == MAILMIME_SINGLE)
		free((char *)(uintptr_t)node->mm_data.mm_single->dt_data.dt_text.dt_data);
	while ((child = next_child(node, &cursor)))
		free_bodies(child);
}

void mime_free(struct mime_part *part)
{
	if (!part)
		return;
	free_bodies(node_of(part));
	mailmime_free(node_of(part));
}

static struct span body_of(const struct mailmime *node)
{
	const struct mailmime_data *data = node->mm_data.mm_single;

	return span_bytes(data->dt_data.dt_text.dt_data, data->dt_data.dt_text.dt_length);
}

static struct span boundary_of(const struct mailmime *multipart)
{
	struct mailmime_parameter *first =
		clist_content(clist_begin(multipart->mm_content_type->ct_parameters));

	return span_of(first->pa_value);
}

static enum status check_token(const char *what, const char *text, struct err *err)
{
	for (const char *p = text; *p; p++) {
		if (*p <= ' ' || *p > '~' || strchr("()<>@,;:\\\"/[]?=", *p))
			return err_set(err, E_SYNTAX,
				"%s \"%s\": only letters, digits and marks may stand in it", what, text);
	}
	return *text ? OK : err_set(err, E_SYNTAX, "%s: empty", what);
}

/* RFC 2046 5.1.1. No space: allowed there, but lost on the way. */
static enum status check_boundary(struct span boundary, struct err *err)
{
	if (!boundary.len || boundary.len > BOUNDARY_MAX)
		return err_set(err, E_RANGE, "boundary \"%.*s\": from 1 to %u characters are allowed",
			SPAN_ARG(boundary), BOUNDARY_MAX);
	for (size_t i = 0; i < boundary.len; i++) {
		char c = boundary.ptr[i];
		bool is_letter_or_digit =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!is_letter_or_digit && !strchr("'()+_,-./:=?", c))
			return err_set(err, E_SYNTAX, "boundary \"%.*s\": '%c' can't stand in it",
				SPAN_ARG(boundary), c);
	}
	return OK;
}

static enum status check_line(struct span line, size_t number, struct err *err)
{
	if (line.len > LINE_LIMIT)
		return err_set(
			err, E_SYNTAX, "line %zu of a part: longer than %u octets", number, LINE_LIMIT);
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];

		if (c >= 0x80 || c == 0)
			return err_set(err, E_SYNTAX, "line %zu of a part: the byte 0x%02x isn't 7-bit text",
				number, c);
		if (c == '\r' || c == '\n')
			return err_set(
				err, E_SYNTAX, "line %zu of a part: a line break that isn't CR LF", number);
	}
	return OK;
}

/* A line that begins so would end the part for a reader, also where more follows. */
static bool is_boundary_line(const struct mailmime *leaf, struct span line)
{
	if (!span_starts(line, SPAN("--")))
		return false;
	line = span_from(line, 2);
	for (const struct mailmime *above = leaf->mm_parent; above; above = above->mm_parent) {
		if (span_starts(line, boundary_of(above)))
			return true;
	}
	return false;
}

static enum status check_body(const struct mailmime *leaf, struct err *err)
{
	struct span rest = body_of(leaf);
	enum status status = OK;

	for (size_t number = 1; status == OK && rest.len; number++) {
		size_t end = span_find(rest, SPAN("\r\n"), 0);
		struct span line = span_first(rest, end);

		status = check_line(line, number, err);
		if (status == OK && is_boundary_line(leaf, line))
			status = err_set(
				err, E_SYNTAX, "line %zu of a part: it looks like a boundary", number);
		rest = span_from(rest, end == SIZE_MAX ? rest.len : end + 2);
	}
	return status;
}

/* A boundary that begins with one above it would end the outer part. */
static enum status check_multipart(const struct mailmime *node, struct err *err)
{
	struct span boundary = boundary_of(node);
	enum status status = check_boundary(boundary, err);

	for (const struct mailmime *above = node->mm_parent; above && status == OK;
		above = above->mm_parent) {
		if (span_starts(boundary, boundary_of(above)))
			status = err_set(err, E_SYNTAX, "boundary \"%.*s\": the part around it has the same",
				SPAN_ARG(boundary));
	}
	if (status == OK && clist_isempty(node->mm_data.mm_multipart.mm_mp_list))
		status = err_set(
			err, E_SYNTAX, "multipart/%s: no part in it", node->mm_content_type->ct_subtype);
	return status;
}

static enum status check_content_id(const char *id, struct err *err)
{
	size_t length = strlen(id);

	for (size_t i = 0; i < length; i++) {
		if (id[i] <= ' ' || id[i] > '~' || strchr("<>()\"\\", id[i]))
			return err_set(
				err, E_SYNTAX, "content id \"%s\": a character that can't stand in it", id);
	}
	if (!length || length > CONTENT_ID_MAX)
		return err_set(err, E_RANGE, "content id \"%.60s\": from 1 to %u characters are allowed", id,
			CONTENT_ID_MAX);
	return OK;
}

static enum status check_types(const struct mailmime *node, struct err *err)
{
	const struct mailmime_type *type = node->mm_content_type->ct_type;
	enum status status = check_token("content type", node->mm_content_type->ct_subtype, err);

	if (status == OK && type->tp_type == MAILMIME_TYPE_DISCRETE_TYPE &&
		type->tp_data.tp_discrete_type->dt_extension)
		status = check_token("content type", type->tp_data.tp_discrete_type->dt_extension, err);
	return status;
}

static enum status check(const struct mailmime *node, struct err *err)
{
	clistiter *cursor = NULL;
	struct mailmime *child;
	enum status status = check_types(node, err);

	for (clistiter *at = clist_begin(node->mm_mime_fields->fld_list); at && status == OK;
		at = clist_next(at)) {
		struct mailmime_field *field = clist_content(at);

		if (field->fld_type == MAILMIME_FIELD_ID)
			status = check_content_id(field->fld_data.fld_id, err);
	}
	if (status == OK)
		status =
			node->mm_type == MAILMIME_SINGLE ? check_body(node, err) : check_multipart(node, err);
	while (status == OK && (child = next_child(node, &cursor)))
		status = check(child, err);
	return status;
}

static enum status write_disposition(
	const struct mailmime_disposition *disposition, struct str *out, struct err *err)
{
	bool is_inline = disposition->dsp_type->dsp_type == MAILMIME_DISPOSITION_TYPE_INLINE;
	clistiter *first = clist_begin(disposition->dsp_parms);
	struct mailmime_disposition_parm *parm = first ? clist_content(first) : NULL;
	struct header_param param = {"filename", span_of(parm ? parm->pa_data.pa_filename : NULL)};

	return header_add_params(
		out, "Content-Disposition", is_inline ? "inline" : "attachment", &param, parm ? 1 : 0, err);
}

static void write_by_libetpan(const struct mailmime *node, struct mailmime_field *field, struct str *out)
{
	MMAPString *text = got(mmap_string_new(""));
	int column = 0;
	int result;

	if (field) {
		struct mailmime_fields *one = got(mailmime_fields_new_empty());

		append(one->fld_list, field);
		result = mailmime_fields_write_mem(text, &column, one);
		clist_free(one->fld_list);
		free(one);
	} else {
		result = mailmime_content_write_mem(text, &column, node->mm_content_type);
	}
	if (result != MAILIMF_NO_ERROR)
		mem_give_up();
	str_add(out, span_bytes(text->str, text->len));
	mmap_string_free(text);
}

static enum status write_fields(const struct mailmime *node, struct str *out, struct err *err)
{
	enum status status = OK;

	write_by_libetpan(node, NULL, out);
	for (clistiter *at = clist_begin(node->mm_mime_fields->fld_list); at && status == OK;
		at = clist_next(at)) {
		struct mailmime_field *field = clist_content(at);

		if (field->fld_type == MAILMIME_FIELD_DISPOSITION)
			status = write_disposition(field->fld_data.fld_disposition, out, err);
		else
			write_by_libetpan(node, field, out);
	}
	return status;
}

static enum status write_part(const struct mailmime *node, struct str *out, struct err *err)
{
	enum status status = write_fields(node, out, err);
	struct span boundary;
	struct mailmime *child;
	clistiter *cursor = NULL;
	const char *before = "";

	if (status != OK)
		return status;
	str_add(out, SPAN("\r\n"));
	if (node->mm_type == MAILMIME_SINGLE) {
		str_add(out, body_of(node));
		return OK;
	}
	boundary = boundary_of(node);
	/* The line break before a boundary belongs to it (RFC 2046 5.1.1): a part ends where its bytes end.
	 */
	for (; status == OK && (child = next_child(node, &cursor)); before = "\r\n") {
		str_addf(out, "%s--%.*s\r\n", before, SPAN_ARG(boundary));
		status = write_part(child, out, err);
	}
	str_addf(out, "\r\n--%.*s--\r\n", SPAN_ARG(boundary));
	return status;
}

enum status mime_write(const struct mime_part *part, struct str *out, struct err *err)
{
	const struct mailmime *node = const_node_of(part);
	size_t start = out->len;
	enum status status = check(node, err);

	if (status != OK)
		return status;
	status = write_part(node, out, err);
	if (status == OK && out->len && out->ptr[out->len - 1] != '\n')
		str_add(out, SPAN("\r\n"));
	if (status == OK)
		status = str_status(out, "a message", err);
	if (status != OK)
		str_cut(out, start);
	return status;
}
