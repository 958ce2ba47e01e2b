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

static const struct {
	const char *suffix;
	const char *type;
} types[] = {
	{".pdf", "application/pdf"},
	{".jpg", "image/jpeg"},
	{".jpeg", "image/jpeg"},
	{".png", "image/png"},
	{".gif", "image/gif"},
	{".webp", "image/webp"},
	{".svg", "image/svg+xml"},
	{".tif", "image/tiff"},
	{".tiff", "image/tiff"},
	{".mp3", "audio/mpeg"},
	{".mp4", "video/mp4"},
	{".zip", "application/zip"},
	{".doc", "application/msword"},
	{".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{".xls", "application/vnd.ms-excel"},
	{".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{".ppt", "application/vnd.ms-powerpoint"},
	{".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{".odt", "application/vnd.oasis.opendocument.text"},
	{".ods", "application/vnd.oasis.opendocument.spreadsheet"},
};

static const char *type_of(const char *path)
{
	struct span name = span_of(path);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct span suffix = span_of(types[i].suffix);

		if (name.len > suffix.len &&
			span_equals_nocase(span_from(name, name.len - suffix.len), suffix))
			return types[i].type;
	}
	return "application/octet-stream";
}

/* Every mail program shows these; SVG and TIFF none. */
static bool is_shown(const char *type)
{
	return span_starts(span_of(type), SPAN("image/")) && strcmp(type, "image/svg+xml") != 0 &&
	       strcmp(type, "image/tiff") != 0;
}

static enum status new_file_part(const struct release *release, const struct letter_frame *frame,
	const struct release_file *file, bool is_inline, size_t *total, struct mime_part **out,
	struct err *err)
{
	char *path = file_join(frame->release_folder ? frame->release_folder : ".", file->path);
	const char *type = type_of(file->path);
	struct str bytes, encoded;
	enum status status;

	str_init(&bytes, LETTER_FILES_MAX - *total);
	str_init(&encoded, LETTER_MAX);
	status = file_load(path, &bytes, err);
	*total += bytes.len;
	if (status == E_RANGE)
		status =
			err_set(err, E_RANGE, "\"%s\": images and attachments are larger than %u MB together",
				file->path, LETTER_FILES_MAX / 1024 / 1024);
	if (status == OK && is_inline && !is_shown(type))
		status = err_set(err, E_UNSUPPORTED,
			"\"%s\": mail programs show JPEG, PNG, GIF and WebP; attach this one instead",
			file->path);
	if (status == OK) {
		codec_base64(str_span(&bytes), &encoded);
		*out = mime_new_leaf(type, MIME_BASE64, str_span(&encoded));
		status = mime_set_disposition(
			*out, is_inline ? "inline" : "attachment", span_of(file_name(file->path)), err);
		if (status != OK)
			mime_free(*out);
	}
	if (status != OK && err)
		status = err_wrap(err, "%s:%zu", release->path, file->line);
	str_clear(&bytes);
	str_clear(&encoded);
	free(path);
	return status;
}

static struct mime_part *new_multipart(
	const struct letter_frame *frame, const char *subtype, enum boundary which)
{
	struct str boundary;
	struct mime_part *part;

	str_init(&boundary, STR_MAX_SMALL);
	token_boundary(frame->epoch, frame->dispatch, frame->language, (int)which, &boundary);
	part = mime_new_multipart(subtype, boundary.ptr);
	str_clear(&boundary);
	return part;
}

static enum status add_images(const struct release *release, const struct letter_frame *frame,
	struct mime_part *related, size_t *total, struct err *err)
{
	for (size_t i = 0; i < release->image_count; i++) {
		struct mime_part *part = NULL;
		struct str id;
		enum status status =
			new_file_part(release, frame, &release->images[i], true, total, &part, err);

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

static enum status add_attachments(const struct release *release, const struct letter_frame *frame,
	struct mime_part *mixed, size_t *total, struct err *err)
{
	for (size_t i = 0; i < release->attachment_count; i++) {
		struct mime_part *part = NULL;
		enum status status =
			new_file_part(release, frame, &release->attachments[i], false, total, &part, err);

		if (status != OK)
			return status;
		mime_add(mixed, part);
	}
	return OK;
}

enum status letterfile_tree(const struct release *release, const struct letter_frame *frame, struct span text,
	struct span html, struct mime_part **out, struct err *err)
{
	struct mime_part *alternative = new_multipart(frame, "alternative", BOUNDARY_ALTERNATIVE);
	struct mime_part *root = alternative;
	struct mime_part *html_part = mime_new_text("html", MIME_QP, html);
	size_t total = 0;
	enum status status = OK;

	mime_add(alternative, mime_new_text("plain", MIME_QP, text));
	if (release->image_count) {
		struct mime_part *related = new_multipart(frame, "related", BOUNDARY_RELATED);

		mime_add(related, html_part);
		html_part = related;
		status = add_images(release, frame, related, &total, err);
	}
	mime_add(alternative, html_part);
	if (release->attachment_count && status == OK) {
		root = new_multipart(frame, "mixed", BOUNDARY_MIXED);
		mime_add(root, alternative);
		status = add_attachments(release, frame, root, &total, err);
	}
	if (status != OK) {
		mime_free(root);
		return status;
	}
	*out = root;
	return OK;
}
