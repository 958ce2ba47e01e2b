/*
 * Pictures and media links as templates see them.
 */
#include "compose/letterparts.h"

#include "compose/markdown.h"

#include <stdio.h>

#define TEXT_COLUMNS 72u
#define COLUMN_PIXELS 520u /* of the HTML part's text */

struct showing {
	const struct words *words;
	bool is_html;
	enum status status; /* of the first failure */
	struct err *err;
};

static void wrap(struct showing *showing, struct span words, struct str *out)
{
	struct markdown_notes *notes = markdown_notes_new();
	struct str markdown;

	str_init(&markdown, STR_MAX_LARGE);
	markdown_escape(words, &markdown);
	if (showing->status == OK)
		showing->status = markdown_text(str_span(&markdown), TEXT_COLUMNS, notes, out, showing->err);
	str_clear(&markdown);
	markdown_notes_free(notes);
}

static struct span phrase(const struct showing *showing, const char *name)
{
	return value_get_text(words_values(showing->words), name);
}

/*
 * Words that a template writes behind a label and a colon: wrapped as if those
 * stood there, which are then taken off again.
 */
static void set_behind(
	struct showing *showing, struct value *map, const char *key, struct span label, const char *words)
{
	struct str whole, wrapped;
	struct span text;
	size_t before;

	if (showing->is_html || !*words) {
		value_set_text(map, key, span_of(words));
		return;
	}
	str_init(&whole, STR_MAX_LARGE);
	str_init(&wrapped, STR_MAX_LARGE);
	str_add(&whole, label);
	if (label.len)
		str_add(&whole, phrase(showing, "colon"));
	before = whole.len;
	str_add_text(&whole, words);
	wrap(showing, str_span(&whole), &wrapped);
	text = span_trim(str_span(&wrapped));
	if (span_starts(text, span_first(str_span(&whole), before)))
		text = span_from(text, before);
	value_set_text(map, key, text);
	str_clear(&whole);
	str_clear(&wrapped);
}

/* What pictures and links have in common. */
static void set_legend(struct showing *showing, struct value *map, const char *caption, const char *credit,
	const char *usage)
{
	set_behind(showing, map, "caption", SPAN(""), caption);
	set_behind(showing, map, "credit", phrase(showing, "credit"), credit);
	set_behind(showing, map, "usage", phrase(showing, "usage"), usage);
}

void letterparts_content_id(const struct letter_frame *frame, size_t index, struct str *out)
{
	struct str token;

	str_init(&token, STR_MAX_SMALL);
	token_boundary(frame->epoch, frame->dispatch, frame->language, (int)(100 + index), &token);
	/* Without the "=_" that marks boundaries. */
	str_addf(out, "image%zu.%.*s@%.*s", index + 1, SPAN_ARG(span_from(str_span(&token), 2)),
		SPAN_ARG(frame->newsroom_domain));
	str_clear(&token);
}

static void set_number(struct value *map, const char *key, uint32_t number)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", number);

	value_set_text(map, key, span_bytes(text, (size_t)length));
}

/* As wide as the column at most, and as high as its shape then wants. */
static void set_size(struct value *map, const struct picture *picture)
{
	uint32_t width = picture->width < COLUMN_PIXELS ? picture->width : COLUMN_PIXELS;
	uint64_t height = picture->height;

	if (picture->width)
		height = (height * width + picture->width / 2) / picture->width;
	set_number(map, "width", width);
	set_number(map, "height", height ? (uint32_t)height : 1);
}

static struct value *image_value(struct showing *showing, const struct letter_frame *frame,
	const struct release_file *image, const struct picture *picture, size_t index)
{
	struct value *map = value_new_map();
	struct str id;

	str_init(&id, STR_MAX_SMALL);
	letterparts_content_id(frame, index, &id);
	value_set_text(map, "content_id", str_span(&id));
	set_size(map, picture);
	set_behind(showing, map, "alt", phrase(showing, "photo"), image->alt);
	set_legend(showing, map, image->caption, image->credit, image->usage);
	str_clear(&id);
	return map;
}

static struct value *media_value(struct showing *showing, const struct release_media *media)
{
	static const char *const kinds[] = {
		[MEDIA_PHOTO] = "media_photo",
		[MEDIA_FOOTAGE] = "media_footage",
		[MEDIA_BROLL] = "media_broll",
	};
	struct span kind = phrase(showing, kinds[media->kind]);
	struct value *map = value_new_map();
	/* A link has words to press on. */
	bool has_title = *media->title;

	value_set_text(map, "kind", kind);
	value_set_text(map, "url", span_of(media->url));
	set_behind(showing, map, "title", kind, has_title ? media->title : media->alt);
	set_behind(showing, map, "alt", SPAN(""), has_title || showing->is_html ? media->alt : "");
	set_legend(showing, map, media->caption, media->credit, media->usage);
	return map;
}

enum status letterparts_set(struct value *map, const struct release *release,
	const struct letter_frame *frame, const struct releaseparts *parts, const struct words *words,
	bool is_html, struct err *err)
{
	struct showing showing = {.words = words, .is_html = is_html, .err = err};
	struct value *images = value_set(map, SPAN("images"), value_new_list());
	struct value *media = value_set(map, SPAN("media"), value_new_list());

	value_set(map, SPAN("has_images"), value_new_bool(release->image_count > 0));
	value_set(map, SPAN("has_media"), value_new_bool(release->media_count > 0));
	for (size_t i = 0; i < release->image_count; i++)
		value_add(images,
			image_value(&showing, frame, &release->images[i], &parts->images[i].picture, i));
	for (size_t i = 0; i < release->media_count; i++)
		value_add(media, media_value(&showing, &release->media[i]));
	return showing.status;
}
