/*
 * Links to photos and films in a release's front matter.
 */
#include "compose/releasemedia.h"

#include "base/mem.h"
#include "base/suggest.h"

#include <stddef.h>
#include <stdlib.h>

#define MEDIA_URL_MAX 2000u /* what browsers and mail programs take for sure */

void releasemedia_free(struct release_media *media, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(media[i].url);
		free(media[i].title);
		free(media[i].alt);
		free(media[i].caption);
		free(media[i].credit);
		free(media[i].usage);
	}
	free(media);
}

static const char *const media_kinds[] = {
	[MEDIA_PHOTO] = "photo",
	[MEDIA_FOOTAGE] = "footage",
	[MEDIA_BROLL] = "b-roll",
};
#define MEDIA_KINDS (sizeof(media_kinds) / sizeof(media_kinds[0]))

const char *media_kind_name(enum media_kind kind)
{
	return media_kinds[kind];
}

/* The link being read is the release's last. */
static struct release_media *last_media(struct release_reading *reading)
{
	return &reading->release->media[reading->release->media_count - 1];
}

static enum status read_media_kind(
	struct release_reading *reading, const struct value *value, const char *key)
{
	const char *near;
	char *word = NULL;
	enum status status = releasekey_into(reading, value, key, TEXT_LINE, &word);

	for (size_t i = 0; !status && word && i < MEDIA_KINDS; i++) {
		if (strcmp(word, media_kinds[i]) == 0) {
			last_media(reading)->kind = (enum media_kind)i;
			free(word);
			return OK;
		}
	}
	near = word ? suggest_nearest(word, media_kinds, MEDIA_KINDS) : NULL;
	if (!status && near)
		status = err_set(reading->err, E_SYNTAX, "%s:%zu: unknown kind \"%s\": did you mean \"%s\"?",
			reading->release->path, value_line(value), word, near);
	else if (!status)
		status = err_set(reading->err, E_SYNTAX,
			"%s:%zu: unknown kind \"%s\": write photo, footage or b-roll", reading->release->path,
			value_line(value), word);
	free(word);
	return status;
}

/* What a mail program makes a link of: a scheme it opens, a host, nothing that would end it early. */
static const char *url_fault(struct span url)
{
	struct span rest;
	size_t scheme = 0;

	if (span_starts_nocase(url, SPAN("https://")))
		scheme = strlen("https://");
	else if (span_starts_nocase(url, SPAN("http://")))
		scheme = strlen("http://");
	else
		return "start it with https://";
	rest = span_from(url, scheme);
	for (size_t i = 0; i < rest.len; i++) {
		if ((unsigned char)rest.ptr[i] <= ' ' || strchr("<>\"\\^`{|}", rest.ptr[i]))
			return "write spaces and such marks as %20, %22";
	}
	for (size_t i = 0; i < rest.len && !strchr("/?#", rest.ptr[i]); i++) {
		if (rest.ptr[i] == '@')
			return "leave the user's name and password out";
	}
	if (!rest.len || strchr("/?#:.", rest.ptr[0]))
		return "it names no server";
	return url.len > MEDIA_URL_MAX ? "it is too long" : NULL;
}

static enum status read_media_url(struct release_reading *reading, const struct value *value, const char *key)
{
	struct release_media *media = last_media(reading);
	enum status status = releasekey_into(reading, value, key, TEXT_LINE, &media->url);
	const char *fault;

	if (status || !*media->url)
		return status;
	fault = url_fault(span_of(media->url));
	if (!fault)
		return OK;
	return err_set(reading->err, E_SYNTAX, "%s:%zu: url: \"%.200s\" can't be followed from a mail: %s",
		reading->release->path, value_line(value), media->url, fault);
}

static const struct release_key media_keys[] = {
	{"url", TEXT_LINE, 0, read_media_url},
	{"kind", TEXT_LINE, 0, read_media_kind},
	{"title", TEXT_LINE, offsetof(struct release_media, title), NULL},
	{"alt", TEXT_LINE, offsetof(struct release_media, alt), NULL},
	{"caption", TEXT_LINE, offsetof(struct release_media, caption), NULL},
	{"credit", TEXT_LINE, offsetof(struct release_media, credit), NULL},
	{"usage", TEXT_LINE, offsetof(struct release_media, usage), NULL},
};

static enum status read_media_item(struct release_reading *reading, const struct value *item)
{
	struct release *release = reading->release;
	struct release_media *media = &release->media[release->media_count++];
	enum status status;

	*media = (struct release_media){.url = mem_copy_text(""),
		.title = mem_copy_text(""),
		.alt = mem_copy_text(""),
		.caption = mem_copy_text(""),
		.credit = mem_copy_text(""),
		.usage = mem_copy_text(""),
		.line = value_line(item)};
	if (value_kind(item) != VALUE_MAP)
		return releasekey_fail(
			reading, item, "a media link has lines such as \"url: …\" and \"kind: photo\"");
	status = releasekey_map(reading, item, media_keys, sizeof(media_keys) / sizeof(media_keys[0]), media);
	if (status)
		return status;
	if (!*media->url)
		return releasekey_fail(reading, item, "a media link without \"url: https://…\"");
	if (!value_get(item, SPAN("kind")))
		return releasekey_fail(
			reading, item, "a media link without \"kind:\": write photo, footage or b-roll");
	return OK;
}

enum status releasemedia_read(struct release_reading *reading, const struct value *value, const char *key)
{
	enum status status;

	if (value_kind(value) == VALUE_NULL)
		return OK;
	status = releasekey_list(reading, value, key);
	if (status)
		return status;
	reading->release->media = mem_alloc((value_count(value) + 1) * sizeof(*reading->release->media));
	for (size_t i = 0; !status && i < value_count(value); i++)
		status = read_media_item(reading, value_at(value, i));
	return status;
}
