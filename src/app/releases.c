/*
 * Finding a release's files, and putting its languages together.
 */
#include "app/releases.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/suggest.h"

#include <stdlib.h>

#define SUFFIX ".md"

/* What is being loaded, and how. */
struct loading {
	const char *language;
	const struct zone *zone;
	struct release_set *set;
};

/* The part of a file's name before its first dot: what the files of a release share. Heap. */
static char *stem_of(const char *path)
{
	const char *name = file_name(path);

	return mem_copy_bytes(name, strcspn(name, "."));
}

static enum status add_file(struct loading *loading, const char *path, struct err *err)
{
	struct release_set *set = loading->set;
	struct release *release = NULL;
	struct str source;
	enum status status;

	str_init(&source, RELEASE_FILE_MAX);
	status = file_load(path, &source, err);
	if (status == OK)
		status = release_parse(path, str_span(&source), loading->zone, &release, err);
	if (status == OK && set->count == RELEASES_LANGUAGES_MAX)
		status = err_set(err, E_RANGE, "\"%s\" is one of more than %u languages", path,
			RELEASES_LANGUAGES_MAX);
	if (status != OK) {
		release_free(release);
		str_clear(&source);
		return status;
	}
	if (!*release->language) {
		free(release->language);
		release->language = mem_copy_text(loading->language);
	}
	set->items = mem_resize(set->items, (set->count + 1) * sizeof(struct release *));
	set->sources = mem_resize(set->sources, (set->count + 1) * sizeof(*set->sources));
	set->items[set->count] = release;
	set->sources[set->count++] = source;
	return OK;
}

/* "fund.md" before "fund.fr.md". */
static bool has_no_language(const char *name)
{
	return strcmp(name + strcspn(name, "."), SUFFIX) == 0;
}

static enum status add_stem(
	struct loading *loading, char *const *names, size_t count, const char *stem, struct err *err)
{
	size_t length = strlen(stem);
	enum status status = OK;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < count && status == OK; i++) {
			char *path;

			if (strncmp(names[i], stem, length) != 0 || names[i][length] != '.' ||
				has_no_language(names[i]) != (pass == 0))
				continue;
			path = file_join(loading->set->folder, names[i]);
			status = add_file(loading, path, err);
			free(path);
		}
	}
	return status;
}

/* A slug of its own in the front matter: look into every file, past those that are broken. */
static char *find_stem_by_slug(
	const struct loading *loading, char *const *names, size_t count, const char *slug)
{
	char *found = NULL;

	for (size_t i = 0; i < count && !found; i++) {
		char *path = file_join(loading->set->folder, names[i]);
		struct release *release = NULL;
		struct str source;

		str_init(&source, RELEASE_FILE_MAX);
		if (file_load(path, &source, NULL) == OK &&
			release_parse(path, str_span(&source), loading->zone, &release, NULL) == OK &&
			strcmp(release->slug, slug) == 0)
			found = stem_of(path);
		release_free(release);
		str_clear(&source);
		free(path);
	}
	return found;
}

static enum status unknown_release(
	const char *folder, char *const *names, size_t count, const char *what, struct err *err)
{
	const char **stems = mem_alloc((count + 1) * sizeof(*stems));
	const char *near;
	enum status status;

	for (size_t i = 0; i < count; i++)
		stems[i] = stem_of(names[i]);
	near = suggest_nearest(what, stems, count);
	if (near)
		status = err_set(
			err, E_NOTFOUND, "there is no release \"%s\"; did you mean \"%s\"?", what, near);
	else
		status = err_set(err, E_NOTFOUND,
			"there is no release \"%s\" in \"%s\"; make it with \"dateline release new %s\"",
			what, folder, what);
	for (size_t i = 0; i < count; i++)
		free((char *)(uintptr_t)stems[i]);
	free(stems);
	return status;
}

static enum status check_pair(const struct release *first, const struct release *other, struct err *err)
{
	if (strcmp(first->slug, other->slug) != 0)
		return err_set(err, E_CONFLICT,
			"%s and %s are one release but have the slugs \"%s\" and \"%s\"; make them one",
			first->path, other->path, first->slug, other->slug);
	if (span_equals_nocase(span_of(first->language), span_of(other->language)))
		return err_set(err, E_CONFLICT,
			"%s and %s are both in \"%s\"; say which is which with \"language:\"", first->path,
			other->path, first->language);
	if (first->has_embargo != other->has_embargo || first->embargo_ms != other->embargo_ms)
		return err_set(err, E_CONFLICT, "%s and %s have different embargoes; make them one",
			first->path, other->path);
	return OK;
}

static enum status check_set(const struct release_set *set, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < set->count && status == OK; i++) {
		for (size_t k = i + 1; k < set->count && status == OK; k++)
			status = check_pair(set->items[i], set->items[k], err);
	}
	return status;
}

static bool is_path(const char *what)
{
	return strchr(what, '/') || span_ends(span_of(what), SPAN(SUFFIX));
}

static char *folder_of(const char *path)
{
	const char *name = file_name(path);

	return name == path ? mem_copy_text(".") : mem_copy_bytes(path, (size_t)(name - path));
}

static enum status load_files(struct loading *loading, const char *what, struct err *err)
{
	struct release_set *set = loading->set;
	char *stem = is_path(what) ? stem_of(what) : mem_copy_text(what);
	char **names = NULL;
	size_t count = 0;
	enum status status = file_list_folder(set->folder, SUFFIX, &names, &count, err);

	if (status == OK && is_path(what) && !file_is_there(what))
		status = err_set(err, E_NOTFOUND, "there is no file \"%s\"", what);
	if (status == OK)
		status = add_stem(loading, names, count, stem, err);
	if (status == OK && !set->count) {
		free(stem);
		stem = find_stem_by_slug(loading, names, count, what);
		if (stem)
			status = add_stem(loading, names, count, stem, err);
		else
			status = unknown_release(set->folder, names, count, what, err);
	}
	file_free_names(names, count);
	free(stem);
	return status;
}

enum status release_set_load(const char *folder, const char *what, const char *language,
	const struct zone *zone, struct release_set **out, struct err *err)
{
	struct loading loading = {language, zone, mem_alloc(sizeof(struct release_set))};
	struct release_set *set = loading.set;
	enum status status;

	set->folder = is_path(what) ? folder_of(what) : mem_copy_text(folder);
	status = load_files(&loading, what, err);
	if (status == OK)
		status = check_set(set, err);
	if (status == OK) {
		set->slug = mem_copy_text(set->items[0]->slug);
		*out = set;
	} else {
		release_set_free(set);
	}
	return status;
}

void release_set_free(struct release_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++) {
		release_free(set->items[i]);
		str_clear(&set->sources[i]);
	}
	free(set->items);
	free(set->sources);
	free(set->folder);
	free(set->slug);
	free(set);
}

/* RFC 4647 3.4 looks "fr-CH" up as "fr"; where that isn't there, another country's French is better than
 * none. */
enum language_match {
	LANGUAGE_OTHER,
	LANGUAGE_ELSEWHERE,
	LANGUAGE_PRIMARY,
	LANGUAGE_EXACT
};

static enum language_match match_language(struct span own, struct span wanted)
{
	struct span primary = span_first(wanted, span_find_char(wanted, '-', 0));

	if (span_equals_nocase(own, wanted))
		return LANGUAGE_EXACT;
	if (span_equals_nocase(own, primary))
		return LANGUAGE_PRIMARY;
	own = span_first(own, span_find_char(own, '-', 0));
	return span_equals_nocase(own, primary) ? LANGUAGE_ELSEWHERE : LANGUAGE_OTHER;
}

bool release_set_find(const struct release_set *set, const char *language, size_t *index)
{
	enum language_match best = LANGUAGE_OTHER;

	*index = 0;
	for (size_t i = 0; i < set->count; i++) {
		enum language_match match =
			match_language(span_of(set->items[i]->language), span_of(language));

		if (match > best) {
			best = match;
			*index = i;
		}
	}
	return best != LANGUAGE_OTHER;
}

void release_set_check(const struct release_set *set, int64_t now_ms, release_check_fn *say, void *context)
{
	for (size_t i = 0; i < set->count; i++)
		release_check(set->items[i], set->folder, now_ms, say, context);
}
