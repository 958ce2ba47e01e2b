/*
 * Letters for an invented reader, as files to look at before anything is sent.
 */
#include "app/preview.h"

#include "app/letters.h"
#include "app/previewimages.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

/* It may hold what is under embargo. */
#define FILE_MODE 0600
/* Gmail's clip counts the decoded HTML; links of a reader's own and a longer greeting take some room. */
#define GMAIL_CLIP_KB 102u
#define HTML_LARGE (95u * 1024u)
#define READER_NAME "Ana Pérez"

struct preview {
	const struct preview_options *options;
	const char *folder;
	const char *slug;
	const char *language;
};

static const struct {
	const char *field;
	const char *value;
} known_values[] = {
	{"subscriber.address", "ana.perez@example.com"},
	{"subscriber.name", READER_NAME},
	{"message_id", "preview"},
	{"unsubscribe_token", "preview"},
	{"list.name", "preview"},
	{"list.title", "Preview"},
};

/* Each value NUL-ended, in the order of the letter's fields. */
static enum status add_value(const struct words *words, struct span field, struct str *out, struct err *err)
{
	for (size_t i = 0; i < sizeof(known_values) / sizeof(known_values[0]); i++) {
		if (span_equals(field, span_of(known_values[i].field))) {
			str_add_text(out, known_values[i].value);
			return OK;
		}
	}
	if (span_equals(field, SPAN("subscriber.greeting")))
		return words_greeting(words, SPAN(""), SPAN(READER_NAME), false, out, err);
	if (span_starts(field, SPAN("subscriber.")))
		field = span_from(field, strlen("subscriber."));
	str_addf(out, "[%.*s]", SPAN_ARG(field));
	return OK;
}

static enum status build(
	const struct letter *letter, const struct words *words, struct str *message, struct err *err)
{
	size_t count = letter_field_count(letter);
	struct span *values = mem_alloc((count + 1) * sizeof(*values));
	struct str *texts = mem_alloc((count + 1) * sizeof(*texts));
	enum status status = OK;

	for (size_t i = 0; i < count; i++) {
		str_init(&texts[i], LETTER_VALUE_MAX);
		if (status == OK)
			status = add_value(words, span_of(letter_field(letter, i)), &texts[i], err);
		values[i] = str_span(&texts[i]);
	}
	if (status == OK)
		status = letter_build(letter, values, message, err);
	for (size_t i = 0; i < count; i++)
		str_clear(&texts[i]);
	free(texts);
	free(values);
	return status;
}

static enum status save(const struct preview *preview, const char *kind, const char *suffix,
	struct span content, struct err *err)
{
	struct str name;
	char *path;
	enum status status;

	str_init(&name, STR_MAX_SMALL);
	str_addf(&name, "%s.%s.%s", preview->slug, preview->language, suffix);
	path = file_join(preview->folder, name.ptr);
	status = file_save(path, content, FILE_MODE, err);
	if (status == OK)
		preview->options->said(preview->options->context, preview->language, kind, path);
	free(path);
	str_clear(&name);
	return status;
}

static enum status save_text(const struct preview *preview, struct span message, struct err *err)
{
	struct str text;
	enum status status;

	str_init(&text, LETTER_MAX);
	status = letter_read_part(message, "text/plain", &text, err);
	if (status == OK)
		status = save(preview, "text", "txt", str_span(&text), err);
	str_clear(&text);
	return status;
}

static enum status save_pictures(const struct preview *preview, struct span html, struct err *err)
{
	enum status status = OK;

	if (!preview->options->screenshot)
		return OK;
	for (size_t i = 0; i < screenshot_view_count && status == OK; i++) {
		const struct screenshot_view *view = &screenshot_views[i];
		struct str name, png;

		str_init(&name, STR_MAX_SMALL);
		str_init(&png, STR_MAX_LARGE);
		str_addf(&name, "%s.png", view->name);
		status = screenshot_take(preview->options->screenshot, html, view, &png, err);
		if (status == OK)
			status = save(preview, "picture", name.ptr, str_span(&png), err);
		str_clear(&name);
		str_clear(&png);
	}
	return status;
}

static enum status read_html(struct span message, struct str *out, struct err *err)
{
	struct str html;
	enum status status;

	str_init(&html, LETTER_MAX);
	status = letter_read_part(message, "text/html", &html, err);
	if (status == OK)
		previewimages_put(str_span(&html), message, out);
	str_clear(&html);
	return status == OK ? str_status(out, "the HTML with its images", err) : status;
}

static enum status build_language(
	struct letters *letters, size_t language, struct str *message, struct err *err)
{
	int number;
	enum status status = letters_find(letters, language, "", &number, err);

	if (status != OK)
		return status;
	return build(letters_get(letters, number), letters_words(letters, number), message, err);
}

static enum status write_language(
	struct letters *letters, size_t language, const struct preview *preview, struct err *err)
{
	struct str message, html;
	enum status status;

	str_init(&message, STR_MAX_LARGE);
	str_init(&html, STR_MAX_LARGE);
	status = build_language(letters, language, &message, err);
	if (status == OK)
		status = read_html(str_span(&message), &html, err);
	if (status == OK)
		status = save(preview, "html", "html", str_span(&html), err);
	if (status == OK)
		status = save_text(preview, str_span(&message), err);
	if (status == OK)
		status = save(preview, "message", "eml", str_span(&message), err);
	if (status == OK)
		status = save_pictures(preview, str_span(&html), err);
	str_clear(&message);
	str_clear(&html);
	return status;
}

static enum status not_in_language(const struct release_set *set, const char *language, struct err *err)
{
	struct str languages;
	enum status status;

	str_init(&languages, STR_MAX_SMALL);
	for (size_t i = 0; i < set->count; i++)
		str_addf(&languages, "%s%s", i ? ", " : "", set->items[i]->language);
	status = err_set(
		err, E_NOTFOUND, "\"%s\" isn't in \"%s\"; it is in %s", set->slug, language, languages.ptr);
	str_clear(&languages);
	return status;
}

static char *folder_for(const struct newsroom *newsroom, const struct release_set *set, const char *folder)
{
	char *previews, *own;

	if (folder)
		return mem_copy_text(folder);
	previews = file_join(newsroom_state(newsroom), "preview");
	own = file_join(previews, set->slug);
	free(previews);
	return own;
}

enum status preview_write(struct newsroom *newsroom, const struct release_set *set,
	const struct preview_options *options, struct err *err)
{
	struct letters *letters = letters_new(newsroom, set, 0, clock_now_ms(), DISPATCH_PUBLIC);
	char *path = folder_for(newsroom, set, options->folder);
	struct preview preview = {.options = options, .folder = path, .slug = set->slug};
	enum status status = file_make_folder(path, err);
	size_t only = set->count;

	if (status == OK && options->language && !release_set_find(set, options->language, &only))
		status = not_in_language(set, options->language, err);
	for (size_t i = 0; i < set->count && status == OK; i++) {
		preview.language = set->items[i]->language;
		if (!options->language || i == only)
			status = write_language(letters, i, &preview, err);
	}
	letters_free(letters);
	free(path);
	return status;
}

static void check_length(const char *path, struct span message, preview_say_fn *say, void *context)
{
	char words[512];
	struct str html;

	str_init(&html, LETTER_MAX);
	if (letter_read_part(message, "text/html", &html, NULL) == OK && html.len > HTML_LARGE) {
		snprintf(words, sizeof(words),
			"%.200s:1: its HTML has %zu kB, and Gmail hides what comes after %u kB: shorten it, "
			"or put a "
			"part of it into an attachment",
			path, html.len / 1024, GMAIL_CLIP_KB);
		say(context, CHECK_WARNING, path, words);
	}
	str_clear(&html);
}

void preview_check(
	struct newsroom *newsroom, const struct release_set *set, preview_say_fn *say, void *context)
{
	struct letters *letters = letters_new(newsroom, set, 0, clock_now_ms(), DISPATCH_PUBLIC);
	struct err last = {0};

	for (size_t i = 0; i < set->count; i++) {
		struct err err = {0};
		struct str message;

		str_init(&message, STR_MAX_LARGE);
		/* A template's fault is every language's: once is enough. */
		if (build_language(letters, i, &message, &err) == OK)
			check_length(set->items[i]->path, str_span(&message), say, context);
		else if (strcmp(err.text, last.text) != 0)
			say(context, CHECK_ERROR, set->items[i]->path, err.text);
		last = err;
		str_clear(&message);
	}
	letters_free(letters);
}
