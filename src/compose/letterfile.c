/*
 * The MIME tree of a letter, and the files that go with it.
 */
#include "compose/letterfile.h"

#include "base/file.h"
#include "compose/letterparts.h"
#include "mail/codec.h"

#include <stdlib.h>

/* Several boundaries in one letter: see token_boundary. */
enum boundary {
	BOUNDARY_ALTERNATIVE,
	BOUNDARY_RELATED,
	BOUNDARY_MIXED
};

/*
 * Text in quoted-printable where that is shorter and gives every byte back: it
 * makes all line breaks CR LF. Base64 else.
 */
static enum mime_encoding encode(const struct release_part *part, struct str *encoded)
{
	struct span bytes = str_span(&part->bytes);
	size_t column = 0;
	struct str again;
	bool is_same;

	if (part->type.is_text && codec_qp_size(bytes) < codec_base64_size(bytes)) {
		str_init(&again, bytes.len + 2);
		codec_qp(bytes, &column, encoded);
		is_same = codec_qp_decode(str_span(encoded), &again, NULL) == OK &&
			  span_equals(str_span(&again), bytes);
		str_clear(&again);
		if (is_same)
			return MIME_QP;
		str_empty(encoded);
	}
	codec_base64(bytes, encoded);
	return MIME_BASE64;
}

/* A charset that nobody knows is no text to a mail program. */
static struct mime_part *new_leaf(
	const struct release_part *part, enum mime_encoding encoding, struct span encoded)
{
	const char *type = part->type.type;

	if (!span_starts(span_of(type), SPAN("text/")))
		return mime_new_leaf(type, encoding, encoded);
	if (part->type.is_text)
		return mime_new_text(type + strlen("text/"), encoding, encoded);
	return mime_new_leaf("application/octet-stream", encoding, encoded);
}

static enum status new_file_part(const struct release *release, const struct release_file *file,
	const struct release_part *part, bool is_inline, struct mime_part **out, struct err *err)
{
	struct str encoded;
	enum mime_encoding encoding;
	enum status status;

	str_init(&encoded, LETTER_MAX);
	encoding = encode(part, &encoded);
	*out = new_leaf(part, encoding, str_span(&encoded));
	status = mime_set_disposition(
		*out, is_inline ? "inline" : "attachment", span_of(file_name(file->path)), err);
	if (status != OK) {
		mime_free(*out);
		if (err)
			status = err_wrap(err, "%s:%zu", release->path, file->line);
	}
	str_clear(&encoded);
	return status;
}

static struct mime_part *new_multipart(const struct letter_frame *frame, enum boundary which)
{
	static const char *const subtypes[] = {
		[BOUNDARY_ALTERNATIVE] = "alternative", [BOUNDARY_MIXED] = "mixed"};
	struct str boundary;
	struct mime_part *part;

	str_init(&boundary, STR_MAX_SMALL);
	token_boundary(frame->epoch, frame->dispatch, frame->language, (int)which, &boundary);
	part = which == BOUNDARY_RELATED ? mime_new_related("text/html", boundary.ptr)
					 : mime_new_multipart(subtypes[which], boundary.ptr);
	str_clear(&boundary);
	return part;
}

static enum status add_images(const struct release *release, const struct letter_frame *frame,
	const struct releaseparts *parts, struct mime_part *related, struct err *err)
{
	for (size_t i = 0; i < release->image_count; i++) {
		struct mime_part *part = NULL;
		struct str id;
		enum status status =
			new_file_part(release, &release->images[i], &parts->images[i], true, &part, err);

		if (status != OK)
			return status;
		str_init(&id, STR_MAX_SMALL);
		letterparts_content_id(frame, i, &id);
		mime_set_content_id(part, id.ptr);
		mime_add(related, part);
		str_clear(&id);
	}
	return OK;
}

static enum status add_attachments(const struct release *release, const struct releaseparts *parts,
	struct mime_part *mixed, struct err *err)
{
	for (size_t i = 0; i < release->attachment_count; i++) {
		struct mime_part *part = NULL;
		enum status status = new_file_part(
			release, &release->attachments[i], &parts->attachments[i], false, &part, err);

		if (status != OK)
			return status;
		mime_add(mixed, part);
	}
	return OK;
}

enum status letterfile_tree(const struct release *release, const struct letter_frame *frame,
	const struct releaseparts *parts, const struct letterfile_text *text,
	const struct letterfile_text *html, struct mime_part **out, struct err *err)
{
	struct mime_part *alternative = new_multipart(frame, BOUNDARY_ALTERNATIVE);
	struct mime_part *root = alternative;
	struct mime_part *html_part = mime_new_text("html", html->encoding, html->encoded);
	enum status status = OK;

	mime_add(alternative, mime_new_text("plain", text->encoding, text->encoded));
	if (release->image_count) {
		struct mime_part *related = new_multipart(frame, BOUNDARY_RELATED);

		mime_add(related, html_part);
		html_part = related;
		status = add_images(release, frame, parts, related, err);
	}
	mime_add(alternative, html_part);
	if (release->attachment_count && status == OK) {
		root = new_multipart(frame, BOUNDARY_MIXED);
		mime_add(root, alternative);
		status = add_attachments(release, parts, root, err);
	}
	if (status != OK) {
		mime_free(root);
		return status;
	}
	*out = root;
	return OK;
}
