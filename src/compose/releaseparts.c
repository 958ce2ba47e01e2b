/*
 * Images, attachments and media links, looked at before they go out: by
 * `release check`, and by every letter that takes them along.
 */
#include "compose/releaseparts.h"

#include "base/file.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define MB (1024.0 * 1024.0)
#define TOTAL_LARGE (3u * 1024u * 1024u) /* from here on mailboxes and phones suffer */
#define IMAGE_LARGE (1024u * 1024u)
#define SIDE_MIN 16u    /* less is a pixel that tracks readers, to spam filters */
#define SIDE_MAX 10000u /* more is refused or scaled to nothing by mail programs */
#define WIDTH_LARGE 1600u
#define WIDTH_ENOUGH 1040u /* the column's 520, for screens with twice the dots */

struct looking {
	const struct release *release;
	const char *folder;
	releaseparts_say_fn *say;
	void *context;
	struct filetypes *types; /* opened for the first file */
	size_t total;
	bool is_over; /* said once */
};

static void say(struct looking *looking, enum status status, size_t line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void say(struct looking *looking, enum status status, size_t line, const char *format, ...)
{
	char words[640];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	looking->say(looking->context, status, line ? line : 1, words);
}

/* The bytes that come with this file make it too much, or much, just now. */
static bool fits(struct looking *looking, const struct release_file *file, size_t size)
{
	size_t before = looking->total;

	looking->total += size;
	if (looking->total > RELEASEPARTS_SIZE_MAX) {
		if (!looking->is_over)
			say(looking, E_RANGE, file->line,
				"\"%s\": images and attachments are larger than %u MB together, "
				"which Gmail and others refuse: link to the large ones under \"media:\"",
				file->path, RELEASEPARTS_SIZE_MAX / 1024 / 1024);
		looking->is_over = true;
		return false;
	}
	if (before <= TOTAL_LARGE && looking->total > TOTAL_LARGE)
		say(looking, OK, file->line,
			"\"%s\": with it, images and attachments are %.1f MB together: "
			"link to the large ones under \"media:\" instead",
			file->path, (double)looking->total / MB);
	return true;
}

static enum status read_bytes(
	struct looking *looking, const char *path, const struct release_file *file, struct str *bytes)
{
	struct err err = {0};
	uint64_t size = 0;
	enum status status = file_size(path, &size, &err);

	if (status == E_NOTFOUND)
		say(looking, status, file->line, "the file \"%s\" isn't in the release's folder", file->path);
	else if (status != OK)
		say(looking, status, file->line, "\"%s\" is no file that can be read", file->path);
	else if (size == 0)
		say(looking, status = E_RANGE, file->line, "\"%s\" is empty", file->path);
	else if (!fits(looking, file,
			 size > RELEASEPARTS_SIZE_MAX ? RELEASEPARTS_SIZE_MAX + 1 : (size_t)size))
		status = E_RANGE;
	if (status != OK)
		return status;
	status = file_load(path, bytes, &err);
	if (status != OK)
		say(looking, status, file->line, "%s", err.text);
	return status;
}

/* The file's bytes and what they are. Says why if not. */
static enum status read_file(
	struct looking *looking, const struct release_file *file, struct release_part *part)
{
	char *path = file_join(looking->folder, file->path);
	struct err err = {0};
	enum status status;

	str_init(&part->bytes, RELEASEPARTS_SIZE_MAX);
	status = read_bytes(looking, path, file, &part->bytes);
	free(path);
	if (status != OK)
		return status;
	if (!looking->types)
		status = filetypes_open(&looking->types, &err);
	if (status == OK)
		status = filetype_detect(looking->types, str_span(&part->bytes), &part->type, &err);
	if (status != OK)
		say(looking, status, file->line, "%s", err.text);
	return status;
}

static bool is_shown(const struct filetype *type)
{
	static const char *const shown[] = {"image/jpeg", "image/png", "image/gif", "image/webp"};

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		if (strcmp(type->type, shown[i]) == 0)
			return true;
	}
	return false;
}

static void check_size(
	struct looking *looking, const struct release_file *file, const struct release_part *part)
{
	const struct picture *picture = &part->picture;
	bool is_large = part->bytes.len > IMAGE_LARGE;

	if (picture->width < SIDE_MIN || picture->height < SIDE_MIN)
		say(looking, E_RANGE, file->line,
			"\"%s\" is %u × %u pixels: less than %u on a side is taken for a tracking pixel",
			file->path, picture->width, picture->height, SIDE_MIN);
	else if (picture->width > SIDE_MAX || picture->height > SIDE_MAX)
		say(looking, E_RANGE, file->line,
			"\"%s\" is %u × %u pixels: more than %u on a side isn't shown; %u wide are enough",
			file->path, picture->width, picture->height, SIDE_MAX, WIDTH_ENOUGH);
	else if (picture->width > WIDTH_LARGE || is_large)
		say(looking, OK, file->line,
			"\"%s\" is %u × %u pixels and %.1f MB: %u pixels wide are enough, "
			"and the original can be linked under \"media:\"",
			file->path, picture->width, picture->height, (double)part->bytes.len / MB,
			WIDTH_ENOUGH);
}

/* What some mail programs show differently. */
static void check_showing(
	struct looking *looking, const struct release_file *file, const struct release_part *part)
{
	const char *promised = filetype_of_name(file->path);

	if (strcmp(promised, part->type.type) != 0)
		say(looking, OK, file->line, "\"%s\" is %s: name it so", file->path,
			filetype_words(&part->type));
	if (strcmp(part->type.type, "image/webp") == 0)
		say(looking, OK, file->line, "\"%s\" is a WebP, which Outlook doesn't show: use JPEG or PNG",
			file->path);
	if (part->picture.is_cmyk)
		say(looking, OK, file->line,
			"\"%s\" has the colours of print (CMYK), which some show wrongly: save it as RGB",
			file->path);
	if (part->picture.is_turned)
		say(looking, OK, file->line,
			"\"%s\" is stored lying on its side, as Outlook shows it: turn it and save it anew",
			file->path);
}

static void check_image(struct looking *looking, const struct release_file *file, struct release_part *part)
{
	struct err err = {0};
	enum status status;

	if (!span_starts(span_of(part->type.type), SPAN("image/"))) {
		say(looking, E_UNSUPPORTED, file->line, "\"%s\" is no picture: it is %s", file->path,
			filetype_words(&part->type));
		return;
	}
	if (!is_shown(&part->type)) {
		say(looking, E_UNSUPPORTED, file->line,
			"\"%s\" is %s: mail programs show JPEG, PNG, GIF and WebP; attach this one instead",
			file->path, filetype_words(&part->type));
		return;
	}
	status = picture_parse(part->type.type, str_span(&part->bytes), &part->picture, &err);
	if (status != OK) {
		say(looking, status, file->line, "\"%s\" is a broken picture: %s", file->path, err.text);
		return;
	}
	check_size(looking, file, part);
	check_showing(looking, file, part);
}

static void check_words(
	struct looking *looking, size_t line, const char *what, const char *alt, const char *credit)
{
	if (!*credit)
		say(looking, E_SYNTAX, line, "%s without credit: say whose it is", what);
	if (!*alt)
		say(looking, E_SYNTAX, line, "%s without \"alt\": those who can't see it get nothing", what);
}

static void look_at_images(struct looking *looking, struct releaseparts *parts)
{
	const struct release *release = looking->release;

	for (size_t i = 0; i < release->image_count; i++) {
		const struct release_file *file = &release->images[i];

		check_words(looking, file->line, "photo", file->alt, file->credit);
		if (!*file->caption)
			say(looking, OK, file->line, "photo without caption");
		if (read_file(looking, file, &parts->images[i]) == OK)
			check_image(looking, file, &parts->images[i]);
	}
}

static void check_attachment(
	struct looking *looking, const struct release_file *file, struct release_part *part)
{
	struct filetype detected = part->type;
	struct err err = {0};
	enum status status = filetype_judge(file->path, str_span(&part->bytes), &detected, &part->type, &err);

	if (status != OK)
		say(looking, status, file->line, "%s", err.text);
	else if (part->type.is_other_text)
		say(looking, OK, file->line,
			"\"%s\" isn't UTF-8: some will see wrong letters; save it as UTF-8", file->path);
}

static void check_name(struct looking *looking, size_t index)
{
	const struct release_file *files = looking->release->attachments;
	const char *name = file_name(files[index].path);

	for (size_t i = 0; i < index; i++) {
		if (!span_equals_nocase(span_of(file_name(files[i].path)), span_of(name)))
			continue;
		say(looking, E_CONFLICT, files[index].line,
			"two attachments are called \"%s\": give one another name", name);
		return;
	}
}

static void look_at_attachments(struct looking *looking, struct releaseparts *parts)
{
	const struct release *release = looking->release;

	for (size_t i = 0; i < release->attachment_count; i++) {
		const struct release_file *file = &release->attachments[i];

		check_name(looking, i);
		if (read_file(looking, file, &parts->attachments[i]) == OK)
			check_attachment(looking, file, &parts->attachments[i]);
	}
}

static void look_at_media(struct looking *looking)
{
	const struct release *release = looking->release;

	for (size_t i = 0; i < release->media_count; i++) {
		const struct release_media *media = &release->media[i];

		check_words(looking, media->line, "media link", media->alt, media->credit);
	}
}

static struct releaseparts *look(
	const struct release *release, const char *folder, releaseparts_say_fn *say_fn, void *context)
{
	struct looking looking = {
		.release = release, .folder = folder ? folder : ".", .say = say_fn, .context = context};
	struct releaseparts *parts = mem_alloc(sizeof(*parts));

	parts->image_count = release->image_count;
	parts->attachment_count = release->attachment_count;
	parts->images = mem_alloc((release->image_count + 1) * sizeof(*parts->images));
	parts->attachments = mem_alloc((release->attachment_count + 1) * sizeof(*parts->attachments));
	look_at_images(&looking, parts);
	look_at_media(&looking);
	look_at_attachments(&looking, parts);
	filetypes_close(looking.types);
	return parts;
}

void releaseparts_check(
	const struct release *release, const char *folder, releaseparts_say_fn *say_fn, void *context)
{
	releaseparts_free(look(release, folder, say_fn, context));
}

struct first_error {
	const char *path;
	enum status status;
	struct err *err;
};

static void keep_first(void *context, enum status status, size_t line, const char *words)
{
	struct first_error *first = context;

	if (status != OK && first->status == OK)
		first->status = err_set(first->err, status, "%s:%zu: %s", first->path, line, words);
}

enum status releaseparts_load(
	const struct release *release, const char *folder, struct releaseparts **out, struct err *err)
{
	struct first_error first = {.path = release->path, .err = err};
	struct releaseparts *parts = look(release, folder, keep_first, &first);

	if (first.status != OK) {
		releaseparts_free(parts);
		return first.status;
	}
	*out = parts;
	return OK;
}

void releaseparts_free(struct releaseparts *parts)
{
	if (!parts)
		return;
	for (size_t i = 0; i < parts->image_count; i++)
		str_clear(&parts->images[i].bytes);
	for (size_t i = 0; i < parts->attachment_count; i++)
		str_clear(&parts->attachments[i].bytes);
	free(parts->images);
	free(parts->attachments);
	free(parts);
}
