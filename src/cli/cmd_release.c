/*
 * `release new`, `import`, `check` and `show`: the files that are sent.
 */
#include "app/preview.h"
#include "app/releasefiles.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/terminal.h"

#include <stdlib.h>

static enum status run_new(struct call *call, struct err *err)
{
	const char *slug = call->arguments[0];
	const char *language = call_option(call, "language");
	char *path = NULL;
	enum status status;

	if (!releasefiles_slug_is_valid(slug))
		return call_usage(call, err, "the slug \"%s\" may have a-z, 0-9 and \"-\" only", slug);
	if (language && !releasefiles_language_is_valid(language))
		return call_usage(
			call, err, "\"%s\" is no language: write \"en\", \"fr\", \"pt-BR\"", language);
	status = releasefiles_begin(newsroom_releases(call->newsroom), slug, language, &path, err);
	if (status != OK)
		return status;
	if (call->json)
		json_print_line(json_pack("{s:s,s:o}", "slug", slug, "path", json_text(span_of(path))));
	else
		terminal_printf("%s: write it, then \"dateline release check %s\"\n", path, slug);
	free(path);
	return OK;
}

static const struct command_option new_options[] = {
	{"language", 'l', "L", "a translation: SLUG.L.md"},
	{NULL, 0, NULL, NULL},
};

const struct command cmd_release_new = {
	.name = "release new",
	.arguments = "SLUG",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM,
	.options = new_options,
	.summary = "begin a release: releases/SLUG.md",
	.run = run_new,
};

struct importing {
	const char *page;
	json_t *doubts; /* with --json, else NULL */
};

static void take_doubt(void *context, size_t line, const char *words)
{
	struct importing *importing = context;

	if (importing->doubts)
		json_array_append_new(importing->doubts,
			json_pack("{s:I,s:o}", "line", (json_int_t)line, "words", json_text(span_of(words))));
	if (line)
		fprintf(stderr, "%s:%zu: %s\n", importing->page, line, words);
	else
		fprintf(stderr, "%s: %s\n", importing->page, words);
}

static void print_import(
	const struct call *call, const struct release *release, const char *path, json_t *doubts)
{
	if (call->json)
		json_print_line(json_pack("{s:s,s:o,s:o,s:I,s:O}", "slug", release->slug, "path",
			json_text(span_of(path)), "title", json_text(span_of(release->title)), "contacts",
			(json_int_t)release->contact_count, "doubts", doubts));
	else
		terminal_printf(
			"%s: \"%s\", %zu contact%s\nnext: read it, then \"dateline release check %s\"\n",
			path, release->title, release->contact_count, release->contact_count == 1 ? "" : "s",
			release->slug);
}

/* Into the newsroom's folder, which only this needs. */
static enum status save_in_newsroom(struct call *call, struct release *release, char **path, struct err *err)
{
	struct newsroom *newsroom = NULL;
	enum status status = newsroom_open(call->newsroom_folder, &newsroom, err);

	if (status != OK)
		return status;
	status = releasefiles_save_in(release, newsroom_releases(newsroom), path, err);
	newsroom_close(newsroom);
	return status;
}

static void print_file(const struct release *release)
{
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	releasefiles_format(release, &text);
	terminal_print(&text);
	str_clear(&text);
}

static enum status save_import(struct call *call, struct release *release, json_t *doubts, struct err *err)
{
	const char *output = call_option(call, "output");
	const char *where;
	char *path = NULL;
	enum status status = OK;

	if (!output)
		status = save_in_newsroom(call, release, &path, err);
	else if (strcmp(output, "-") != 0)
		status = releasefiles_save(release, output, err);
	else
		print_file(release);
	where = path ? path : output;
	if (status == OK && where && strcmp(where, "-") != 0)
		print_import(call, release, where, doubts);
	free(path);
	return status;
}

static enum status run_import(struct call *call, struct err *err)
{
	struct importing importing = {.page = call->arguments[0], .doubts = call->json ? json_array() : NULL};
	struct release *release = NULL;
	enum status status = releasefiles_import(importing.page, take_doubt, &importing, &release, err);

	if (status == OK)
		status = save_import(call, release, importing.doubts, err);
	release_free(release);
	json_decref(importing.doubts);
	return status;
}

static const struct command_option import_options[] = {
	{"output", 'o', "FILE", "write there instead of releases/SLUG.md; - for standard output"},
	{NULL, 0, NULL, NULL},
};

const struct command cmd_release_import = {
	.name = "release import",
	.arguments = "PAGE",
	.least = 1,
	.most = 1,
	.need = NEED_NOTHING,
	.options = import_options,
	.summary = "make a release of a web page, pasted as text or saved as HTML",
	.help = "Menus, banners and footers are dropped; headline, dateline, paragraphs and\n"
		"contacts are kept. What it was unsure of goes to standard error, with the\n"
		"page's lines. It asks nothing and overwrites nothing.",
	.run = run_import,
};

struct tally {
	bool json;
	size_t errors, warnings;
};

static void print_finding(
	void *context, enum check_level level, const char *path, size_t line, const char *words)
{
	struct tally *tally = context;
	bool is_error = level == CHECK_ERROR;
	struct str text;

	if (is_error)
		tally->errors++;
	else
		tally->warnings++;
	if (tally->json) {
		json_print_line(json_pack("{s:s,s:o,s:I,s:o}", "level", is_error ? "error" : "warning",
			"path", json_text(span_of(path)), "line", (json_int_t)line, "words",
			json_text(span_of(words))));
		return;
	}
	str_init(&text, STR_MAX_SMALL);
	str_addf(&text, "%s:%zu: ", path, line);
	terminal_add(&text, is_error ? TONE_BAD : TONE_CAREFUL, is_error ? SPAN("error") : SPAN("warning"));
	str_addf(&text, ": %s\n", words);
	terminal_print(&text);
	str_clear(&text);
}

static enum status load_set(struct call *call, struct release_set **set, struct err *err)
{
	return release_set_load(newsroom_releases(call->newsroom), call->arguments[0],
		newsroom_settings(call->newsroom)->newsroom.language, newsroom_zone(call->newsroom), set,
		err);
}

/* The letters are built only of a release without errors: else they'd be told twice. */
static void print_letter_finding(void *context, enum check_level level, const char *path, const char *words)
{
	struct tally *tally = context;
	bool is_error = level == CHECK_ERROR;
	struct str text;

	if (is_error)
		tally->errors++;
	else
		tally->warnings++;
	if (tally->json) {
		json_print_line(json_pack("{s:s,s:o,s:n,s:o}", "level", is_error ? "error" : "warning",
			"path", json_text(span_of(path)), "line", "words", json_text(span_of(words))));
		return;
	}
	str_init(&text, STR_MAX_SMALL);
	terminal_add(&text, is_error ? TONE_BAD : TONE_CAREFUL, is_error ? SPAN("error") : SPAN("warning"));
	str_addf(&text, ": %s\n", words);
	terminal_print(&text);
	str_clear(&text);
}

static enum status run_check(struct call *call, struct err *err)
{
	struct tally tally = {.json = call->json};
	struct release_set *set = NULL;
	enum status status = load_set(call, &set, err);

	if (status != OK)
		return status;
	releasefiles_check(set, clock_now_ms(), print_finding, &tally);
	if (!tally.errors)
		preview_check(call->newsroom, set, print_letter_finding, &tally);
	if (!call->json)
		terminal_printf("%s: %zu language%s, %zu error%s, %zu warning%s\n", set->slug, set->count,
			set->count == 1 ? "" : "s", tally.errors, tally.errors == 1 ? "" : "s",
			tally.warnings, tally.warnings == 1 ? "" : "s");
	if (tally.errors)
		call->exit_status = EXIT_FAILED;
	release_set_free(set);
	return OK;
}

const struct command cmd_release_check = {
	.name = "release check",
	.arguments = "RELEASE",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM,
	.summary = "say what is missing or suspicious, with file and line",
	.help = "RELEASE is a slug or any of its files, and means all its languages. Errors end\n"
		"with 1; warnings with 0, and don't stop a sending.",
	.run = run_check,
};

static void add_row(struct str *out, const char *name, const char *text)
{
	if (*text)
		str_addf(out, "%-10s %s\n", name, text);
}

static void add_contact(struct str *out, const struct contact *contact, bool is_first)
{
	const char *const texts[] = {contact->name, contact->role, contact->place};
	bool has_text = false;

	str_addf(out, "%-10s ", is_first ? "Contacts" : "");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (*texts[i])
			str_addf(out, "%s%s", has_text ? ", " : "", texts[i]);
		has_text = has_text || *texts[i];
	}
	for (size_t i = 0; i < contact->phone_count; i++)
		str_addf(out, "  %s", contact->phones[i]);
	if (*contact->email)
		str_addf(out, "  %s", contact->email);
	str_add_char(out, '\n');
}

static void add_embargo(struct str *out, const struct release *release)
{
	str_addf(out, "%-10s ", "Embargo");
	zone_format(release->embargo_zone, release->embargo_ms, out);
	str_addf(out, " %s = ", zone_city(release->embargo_zone));
	zone_format_utc(release->embargo_ms, out);
	str_add_char(out, '\n');
}

static size_t count_words(const char *text)
{
	size_t words = 0;

	for (;;) {
		text += strspn(text, " \t\n");
		if (!*text)
			return words;
		words++;
		text += strcspn(text, " \t\n");
	}
}

static void add_release(struct str *out, const struct release *release)
{
	str_addf(out, "%-10s ", release->language);
	terminal_add(out, TONE_STRONG, span_of(release->title));
	str_add_char(out, '\n');
	add_row(out, "", release->subtitle);
	add_row(out, "File", release->path);
	add_row(out, "Dateline", release->dateline);
	add_row(out, "Date", *release->date ? release->date : "the day it is sent");
	if (release->has_embargo)
		add_embargo(out, release);
	for (size_t i = 0; i < release->contact_count; i++)
		add_contact(out, &release->contacts[i], i == 0);
	for (size_t i = 0; i < release->image_count; i++)
		add_row(out, i ? "" : "Images", release->images[i].path);
	for (size_t i = 0; i < release->attachment_count; i++)
		add_row(out, i ? "" : "Attached", release->attachments[i].path);
	for (size_t i = 0; i < release->media_count; i++)
		add_row(out, i ? "" : "Media", release->media[i].url);
	str_addf(out, "%-10s %zu words%s%s\n\n", "Text", count_words(release->body),
		*release->notes ? ", notes to editors" : "",
		*release->boilerplate ? ", a boilerplate of its own" : "");
}

static json_t *contacts_json(const struct release *release)
{
	json_t *contacts = json_array();

	for (size_t i = 0; i < release->contact_count; i++) {
		const struct contact *contact = &release->contacts[i];
		json_t *phones = json_array();

		for (size_t k = 0; k < contact->phone_count; k++)
			json_array_append_new(phones, json_text(span_of(contact->phones[k])));
		json_array_append_new(contacts,
			json_pack("{s:o,s:o,s:o,s:o,s:o}", "name", json_text(span_of(contact->name)), "role",
				json_text_or_null(contact->role), "place", json_text_or_null(contact->place),
				"phones", phones, "email", json_text_or_null(contact->email)));
	}
	return contacts;
}

static json_t *files_json(const struct release_file *files, size_t count)
{
	json_t *paths = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(paths, json_text(span_of(files[i].path)));
	return paths;
}

static json_t *media_json(const struct release *release)
{
	json_t *links = json_array();

	for (size_t i = 0; i < release->media_count; i++) {
		const struct release_media *media = &release->media[i];

		json_array_append_new(links,
			json_pack("{s:o,s:s,s:o,s:o,s:o,s:o,s:o}", "url", json_text(span_of(media->url)),
				"kind", media_kind_name(media->kind), "title",
				json_text_or_null(media->title), "alt", json_text(span_of(media->alt)),
				"caption", json_text_or_null(media->caption), "credit",
				json_text_or_null(media->credit), "usage", json_text_or_null(media->usage)));
	}
	return links;
}

static json_t *release_json(const struct release *release)
{
	return json_pack("{s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:I}", "slug", release->slug,
		"language", release->language, "path", json_text(span_of(release->path)), "title",
		json_text(span_of(release->title)), "subtitle", json_text_or_null(release->subtitle),
		"dateline", json_text_or_null(release->dateline), "date", json_text_or_null(release->date),
		"embargo", json_instant(release->has_embargo ? release->embargo_ms : 0), "contacts",
		contacts_json(release), "images", files_json(release->images, release->image_count),
		"attachments", files_json(release->attachments, release->attachment_count), "media",
		media_json(release), "words", (json_int_t)count_words(release->body));
}

static enum status run_show(struct call *call, struct err *err)
{
	struct release_set *set = NULL;
	enum status status = load_set(call, &set, err);
	struct str text;

	if (status != OK)
		return status;
	str_init(&text, STR_MAX_LARGE);
	for (size_t i = 0; i < set->count; i++) {
		if (call->json)
			json_print_line(release_json(set->items[i]));
		else
			add_release(&text, set->items[i]);
	}
	if (text.len)
		str_cut(&text, text.len - 1);
	terminal_print(&text);
	str_clear(&text);
	release_set_free(set);
	return OK;
}

const struct command cmd_release_show = {
	.name = "release show",
	.arguments = "RELEASE",
	.least = 1,
	.most = 1,
	.need = NEED_NEWSROOM,
	.summary = "show a release in all its languages: heads, contacts, files",
	.run = run_show,
};
