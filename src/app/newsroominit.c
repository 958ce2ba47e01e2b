/*
 * Making a newsroom from the files that are part of the program.
 */
#include "app/newsroominit.h"

#include "app/lists.h"
#include "app/newsroom.h"
#include "app/secret.h"
#include "app/settings.h"
#include "base/asset.h"
#include "base/file.h"
#include "base/mem.h"
#include "compose/template.h"
#include "compose/value.h"
#include "mail/token.h"
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SETTINGS_ASSET "templates/dateline.cfg.mustache"
#define SAMPLE_PREFIX "templates/sample/"

/* The lists of a newsroom that has just begun; lists_make knows their titles. */
static const struct {
	const char *name, *language, *zone;
} regions[] = {
	{"africa", "en", "Africa/Nairobi"},
	{"americas", "en", "America/New_York"},
	{"asia-pacific", "en", "Asia/Singapore"},
	{"europe", "en", "Europe/Brussels"},
	{"mena", "ar", "Africa/Cairo"},
};

static const struct {
	const char *name;
	mode_t mode;
} folders[] = {
	{"lists", 0777},
	{"templates", 0777},
	{"releases", 0777},
	{"keys", 0700},
	{"state", 0700},
};

static enum status check_is_free(const char *folder, struct err *err)
{
	char **names = NULL;
	size_t count = 0;
	enum status status;

	if (!file_is_there(folder))
		return OK;
	if (!file_is_folder(folder))
		return err_set(err, E_EXISTS, "\"%s\" is there and is no folder; name another one", folder);
	status = file_list_folder(folder, "", &names, &count, err);
	if (status == OK && count)
		status = err_set(err, E_EXISTS, "\"%s\" isn't empty (it has \"%s\"); name a new folder",
			folder, names[0]);
	file_free_names(names, count);
	return status;
}

static enum status make_folders(const char *folder, struct err *err)
{
	enum status status = file_make_folder(folder, err);

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && status == OK; i++) {
		char *path = file_join(folder, folders[i].name);

		if (mkdir(path, folders[i].mode) != 0 && errno != EEXIST)
			status = err_system(err, errno, "can't make the folder \"%s\"", path);
		free(path);
	}
	return status;
}

/* Where an asset belongs in a newsroom; NULL if nowhere. Heap. */
static char *place_of(const char *folder, const char *name)
{
	struct str path;
	char *place;

	if (strcmp(name, SETTINGS_ASSET) == 0)
		return NULL;
	str_init(&path, STR_MAX_SMALL);
	if (span_starts(span_of(name), SPAN(SAMPLE_PREFIX)))
		str_addf(&path, "%s/releases/%s", folder, name + strlen(SAMPLE_PREFIX));
	else if (span_starts(span_of(name), SPAN("templates/")) || span_starts(span_of(name), SPAN("lists/")))
		str_addf(&path, "%s/%s", folder, name);
	place = path.len ? str_take(&path) : NULL;
	str_clear(&path);
	return place;
}

static enum status copy_asset(const char *path, struct span content, struct err *err)
{
	char *folder = mem_copy_bytes(path, (size_t)(file_name(path) - path - 1));
	enum status status = file_make_folder(folder, err);

	if (status == OK)
		status = file_create(path, content, 0644, err);
	free(folder);
	return status;
}

static enum status copy_assets(const char *folder, struct err *err)
{
	const struct asset *asset;
	enum status status = OK;

	for (size_t i = 0; status == OK && (asset = asset_at(i)); i++) {
		char *path = place_of(folder, asset->name);

		if (path)
			status = copy_asset(path, asset->content, err);
		free(path);
	}
	return status;
}

/* As libconfig reads it in quotes. */
static void set_quoted(struct value *map, const char *key, const char *text)
{
	struct str quoted;

	str_init(&quoted, STR_MAX_LARGE);
	settingtable_quote(&quoted, text);
	value_set_text(map, key, str_span(&quoted));
	str_clear(&quoted);
}

static enum status render_settings(const struct newsroom_plan *plan, struct str *out, struct err *err)
{
	const struct asset *asset = asset_find(SETTINGS_ASSET);
	struct template *template = NULL;
	struct value *data = value_new_map();
	enum status status;

	set_quoted(data, "name", plan->name);
	set_quoted(data, "domain", plan->domain);
	set_quoted(data, "zone", plan->zone);
	set_quoted(data, "from", plan->from);
	set_quoted(data, "bounce_address", plan->bounce_address);
	set_quoted(data, "postal_address", plan->postal_address);
	set_quoted(data, "boilerplate", plan->boilerplate);
	status = template_compile(SETTINGS_ASSET, asset->content, NULL, NULL, &template, err);
	if (status == OK)
		status = template_render_text(
			template, data, TEMPLATE_ESCAPE_NONE, TEMPLATE_MISSING_ERROR, out, err);
	template_free(template);
	value_free(data);
	return status;
}

/* Written last: it's what makes the folder a newsroom. */
static enum status write_settings(const char *folder, const struct newsroom_plan *plan, struct err *err)
{
	char *path = file_join(folder, NEWSROOM_SETTINGS_NAME);
	struct str text;
	enum status status;

	str_init(&text, SETTINGS_FILE_MAX);
	status = render_settings(plan, &text, err);
	if (status == OK)
		status = file_create(path, str_span(&text), 0644, err);
	str_clear(&text);
	free(path);
	return status;
}

/* The plan's words go through the same checks as a file's: before anything is made. */
static enum status check_plan(const struct newsroom_plan *plan, struct err *err)
{
	static const struct {
		const char *option;
		size_t offset;
		settingcheck_fn *check;
	} checks[] = {
		{"--name", offsetof(struct newsroom_plan, name), settingcheck_needed},
		{"--domain", offsetof(struct newsroom_plan, domain), settingcheck_domain},
		{"--zone", offsetof(struct newsroom_plan, zone), settingcheck_zone},
		{"--from", offsetof(struct newsroom_plan, from), settingcheck_sender},
	};
	enum status status = OK;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && status == OK; i++) {
		const char *text =
			*(const char *const *)(const void *)((const char *)plan + checks[i].offset);

		status = checks[i].check(span_of(text), err);
		if (status != OK)
			status = err_wrap(err, "%s", checks[i].option);
	}
	return status;
}

static enum status fill_store(struct store *store, const char *who, struct err *err)
{
	struct token_epoch epoch;
	enum status status;

	token_epoch_new(&epoch);
	status = store_set_epoch(store, &epoch, err);
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]) && status == OK; i++) {
		struct fields settings = {0};

		fields_set(&settings, "language", span_of(regions[i].language));
		fields_set(&settings, "zone", span_of(regions[i].zone));
		status = lists_new(store, regions[i].name, &settings, who, err);
		fields_clear(&settings);
	}
	return status;
}

static enum status make_store(const char *folder, const char *who, struct err *err)
{
	char *state = file_join(folder, "state");
	char *path = file_join(state, NEWSROOM_STORE_NAME);
	struct store *store = NULL;
	enum status status = store_create(path, &store, err);

	if (status == OK)
		status = fill_store(store, who, err);
	store_close(store);
	free(path);
	free(state);
	return status;
}

static enum status make_secret(const char *folder, struct err *err)
{
	char *keys = file_join(folder, "keys");
	enum status status = secret_make(keys, err);

	free(keys);
	return status;
}

enum status newsroom_init(const char *folder, const struct newsroom_plan *plan, struct err *err)
{
	enum status status = check_plan(plan, err);

	if (status == OK)
		status = check_is_free(folder, err);
	if (status == OK)
		status = make_folders(folder, err);
	if (status == OK)
		status = copy_assets(folder, err);
	if (status == OK)
		status = make_store(folder, plan->who, err);
	if (status == OK)
		status = make_secret(folder, err);
	if (status == OK)
		status = write_settings(folder, plan, err);
	return status;
}
