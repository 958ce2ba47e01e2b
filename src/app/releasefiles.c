/*
 * Making and checking the files of releases.
 */
#include "app/releasefiles.h"

#include "base/file.h"
#include "base/mem.h"
#include "compose/releasename.h"
#include "compose/releasewrite.h"

#include <stdio.h>
#include <stdlib.h>

#define FILE_MODE 0644

static const char *const blank_release = "---\n"
					 "title: \"\"\n"
					 "# subtitle: \"\"\n"
					 "dateline: \"\"        # the place: Geneva\n"
					 "# embargo: 2026-11-11 10:00 Europe/Zurich\n"
					 "contacts:\n"
					 "  - name: \"\"\n"
					 "    role: \"\"\n"
					 "    phones: []\n"
					 "    email: \"\"\n"
					 "# notes: |\n"
					 "#   Interviews on request.\n"
					 "# images:\n"
					 "#   - path: boat.jpg\n"
					 "#     alt: what it shows, for those who can't see it\n"
					 "#     caption: \"\"\n"
					 "#     credit: \"\"\n"
					 "#     usage: \"\"        # what editors may do with it\n"
					 "# media:                # to fetch: what is too large to go along\n"
					 "#   - url: https://…\n"
					 "#     kind: footage       # photo, footage or b-roll\n"
					 "#     title: \"\"\n"
					 "#     alt: \"\"\n"
					 "#     caption: \"\"\n"
					 "#     credit: \"\"\n"
					 "#     usage: \"\"\n"
					 "---\n"
					 "\n";

bool releasefiles_slug_is_valid(const char *slug)
{
	return release_slug_is_valid(span_of(slug));
}

bool releasefiles_language_is_valid(const char *language)
{
	return release_language_is_valid(span_of(language));
}

static enum status check_names(const char *slug, const char *language, struct err *err)
{
	if (!releasefiles_slug_is_valid(slug))
		return err_set(err, E_RANGE, "the slug \"%s\" may have a-z, 0-9 and \"-\" only, %u at most",
			slug, RELEASE_SLUG_MAX);
	if (language && !releasefiles_language_is_valid(language))
		return err_set(
			err, E_RANGE, "\"%s\" is no language: write \"en\", \"fr\", \"pt-BR\"", language);
	return OK;
}

/* "folder/slug.md", "folder/slug.fr.md"; heap. */
static char *path_in(const char *folder, const char *slug, const char *language)
{
	struct str name;
	char *path;

	str_init(&name, STR_MAX_SMALL);
	str_addf(&name, "%s%s%s.md", slug, language ? "." : "", language ? language : "");
	path = file_join(folder, name.ptr);
	str_clear(&name);
	return path;
}

enum status releasefiles_begin(
	const char *folder, const char *slug, const char *language, char **path, struct err *err)
{
	char *made;
	enum status status = check_names(slug, language, err);

	if (status == OK)
		status = file_make_folder(folder, err);
	if (status != OK)
		return status;
	made = path_in(folder, slug, language);
	status = file_create(made, span_of(blank_release), FILE_MODE, err);
	if (status != OK) {
		free(made);
		return status;
	}
	*path = made;
	return OK;
}

enum status releasefiles_import(
	const char *page, pastedpage_doubt_fn *doubt, void *context, struct release **out, struct err *err)
{
	struct str bytes;
	enum status status;

	str_init(&bytes, PASTEDPAGE_MAX);
	status = file_load(page, &bytes, err);
	if (status == OK)
		status = pastedpage_parse(page, str_span(&bytes), out, doubt, context, err);
	str_clear(&bytes);
	return status;
}

void releasefiles_format(const struct release *release, struct str *out)
{
	release_write(release, out);
}

enum status releasefiles_save(struct release *release, const char *path, struct err *err)
{
	struct span slug;
	struct span language;
	struct str text;
	enum status status;

	release_name_parts(path, &slug, &language);
	if (release_slug_is_valid(slug))
		release_set(&release->slug, slug);
	str_init(&text, STR_MAX_LARGE);
	release_write(release, &text);
	status = str_status(&text, "the release", err);
	if (status == OK)
		status = file_create(path, str_span(&text), FILE_MODE, err);
	str_clear(&text);
	return status;
}

enum status releasefiles_save_in(struct release *release, const char *folder, char **path, struct err *err)
{
	enum status status = file_make_folder(folder, err);

	if (status != OK)
		return status;
	*path = path_in(folder, release->slug, NULL);
	return releasefiles_save(release, *path, err);
}

static size_t line_of(const struct release *release, const char *key)
{
	const struct value *value = value_get(release->front_matter, span_of(key));

	return value && value_line(value) ? value_line(value) : 1;
}

/* What one language has and another hasn't. */
static void check_against_first(
	const struct release *first, const struct release *other, release_check_fn *say, void *context)
{
	char words[256];

	if (strcmp(first->title, other->title) == 0)
		say(context, CHECK_WARNING, other->path, line_of(other, "title"),
			"the title is the same in two languages: is it translated?");
	if (first->image_count != other->image_count) {
		snprintf(words, sizeof(words), "%zu images, but %zu in \"%s\"", other->image_count,
			first->image_count, first->language);
		say(context, CHECK_WARNING, other->path, line_of(other, "images"), words);
	}
	if (*first->notes && !*other->notes)
		say(context, CHECK_WARNING, other->path, 1, "no notes, which the first language has");
}

void releasefiles_check(const struct release_set *set, int64_t now_ms, release_check_fn *say, void *context)
{
	for (size_t i = 0; i < set->count; i++) {
		release_check(set->items[i], set->folder, now_ms, say, context);
		if (i)
			check_against_first(set->items[0], set->items[i], say, context);
	}
}
