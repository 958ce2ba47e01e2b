/*
 * Finding a newsroom, and what belongs to it.
 */
#include "app/newsroom.h"

#include "app/home.h"
#include "app/keys.h"
#include "app/secret.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct newsroom {
	char *folder;
	char *releases;
	char *templates;
	char *key_folder;
	char *state;
	struct settings *settings;
	struct zone *zone;
	bool is_again; /* settings and zone are another handle's */
	struct keys *keys;
	struct token_secrets secrets;         /* none until asked for */
	struct store *store, *store_to_watch; /* NULL until asked for */
};

/* The nearest folder upwards from the current one that has settings; NULL if there's none. */
static char *find_upwards(void)
{
	char *folder = getcwd(NULL, 0);

	while (folder) {
		char *settings = file_join(folder, NEWSROOM_SETTINGS_NAME);
		bool is_found = file_is_there(settings);
		char *slash = strrchr(folder, '/');

		free(settings);
		if (is_found)
			return folder;
		if (!slash || slash == folder)
			break;
		*slash = '\0';
	}
	free(folder);
	return NULL;
}

static enum status find_folder(const char *folder, char **out, struct err *err)
{
	const char *named = folder ? folder : getenv("DATELINE_NEWSROOM");
	char *settings;
	bool is_found;

	if (!named || !*named) {
		*out = find_upwards();
		if (*out)
			return OK;
		return err_set(err, E_NOTFOUND,
			"there is no newsroom here; go to one, name one with --newsroom DIR, or make one: "
			"dateline init DIR");
	}
	settings = file_join(named, NEWSROOM_SETTINGS_NAME);
	is_found = file_is_there(settings);
	free(settings);
	if (!is_found)
		return err_set(err, E_NOTFOUND,
			"\"%s\" is no newsroom (it has no %s); make one: dateline init %s", named,
			NEWSROOM_SETTINGS_NAME, named);
	*out = realpath(named, NULL);
	return *out ? OK : err_system(err, errno, "%s", named);
}

enum status newsroom_find_settings(const char *folder, char **path, struct err *err)
{
	char *found = NULL;
	enum status status = find_folder(folder, &found, err);

	if (status == OK)
		*path = file_join(found, NEWSROOM_SETTINGS_NAME);
	free(found);
	return status;
}

static void name_places(struct newsroom *newsroom)
{
	newsroom->releases = file_join(newsroom->folder, "releases");
	newsroom->templates = file_join(newsroom->folder, "templates");
	newsroom->key_folder = file_join(newsroom->folder, "keys");
	newsroom->keys = keys_open(newsroom->key_folder);
	newsroom->state = file_join(newsroom->folder, "state");
}

/* `fault` is NULL where faulty settings are a failure. */
static enum status load_settings(struct newsroom *newsroom, struct err *fault, struct err *err)
{
	char *path = file_join(newsroom->folder, NEWSROOM_SETTINGS_NAME);
	enum status status = settings_load(path, NULL, NULL, &newsroom->settings, fault ? fault : err);

	if (status != OK && fault) {
		newsroom->settings = settings_new(path);
		status = OK;
	}
	free(path);
	return status;
}

static enum status open_newsroom(
	const char *folder, struct newsroom **out, struct err *fault, struct err *err)
{
	struct newsroom *newsroom = mem_alloc(sizeof(*newsroom));
	enum status status = find_folder(folder, &newsroom->folder, err);

	if (status == OK) {
		name_places(newsroom);
		status = load_settings(newsroom, fault, err);
	}
	if (status == OK)
		status = zone_new(newsroom->settings->newsroom.zone, &newsroom->zone, err);
	if (status == OK)
		*out = newsroom;
	else
		newsroom_close(newsroom);
	return status;
}

enum status newsroom_open(const char *folder, struct newsroom **out, struct err *err)
{
	return open_newsroom(folder, out, NULL, err);
}

enum status newsroom_open_anyhow(
	const char *folder, struct newsroom **out, struct err *fault, struct err *err)
{
	return open_newsroom(folder, out, fault, err);
}

enum status newsroom_open_again(const struct newsroom *newsroom, struct newsroom **out, struct err *err)
{
	struct newsroom *again = mem_alloc(sizeof(*again));
	const struct token_secrets *secrets;
	struct store *store;
	enum status status;

	again->folder = mem_copy_text(newsroom->folder);
	again->settings = newsroom->settings;
	again->zone = newsroom->zone;
	again->is_again = true;
	name_places(again);
	status = newsroom_store(again, &store, err);
	if (status == OK)
		status = newsroom_secrets(again, &secrets, err);
	if (status == OK)
		*out = again;
	else
		newsroom_close(again);
	return status;
}

void newsroom_close(struct newsroom *newsroom)
{
	if (!newsroom)
		return;
	store_close(newsroom->store_to_watch);
	store_close(newsroom->store);
	if (!newsroom->is_again) {
		zone_free(newsroom->zone);
		settings_free(newsroom->settings);
	}
	free(newsroom->state);
	keys_close(newsroom->keys);
	secret_clear(&newsroom->secrets);
	free(newsroom->key_folder);
	free(newsroom->templates);
	free(newsroom->releases);
	free(newsroom->folder);
	free(newsroom);
}

static enum status open_log(const struct settings *settings, struct err *err)
{
	char *path = settings_log_path(settings);
	enum status status = log_open(path, err);

	if (status == OK)
		log_set_level((enum log_level)settings->log.level);
	else if (err)
		status = err_wrap(err, "\"log\" in %s", settings->path);
	free(path);
	return status;
}

static enum status load_again(struct newsroom *newsroom, struct err *err)
{
	struct settings *settings = NULL;
	struct zone *zone = NULL;
	enum status status = settings_load(newsroom->settings->path, NULL, NULL, &settings, err);

	if (status != OK)
		return status;
	status = zone_new(settings->newsroom.zone, &zone, err);
	if (status == OK)
		status = open_log(settings, err);
	if (status != OK) {
		zone_free(zone);
		settings_free(settings);
		return status;
	}
	zone_free(newsroom->zone);
	settings_free(newsroom->settings);
	newsroom->zone = zone;
	newsroom->settings = settings;
	return OK;
}

static void refuse_reload(const struct err *err)
{
	log_error("%s; the settings from before stay in force", err->text);
}

void newsroom_reload(struct newsroom *newsroom)
{
	struct err err;

	if (load_again(newsroom, &err) == OK)
		log_info("the settings were read again");
	else
		refuse_reload(&err);
}

bool newsroom_has_new_settings(const struct newsroom *newsroom)
{
	struct settings *settings = NULL;
	struct err err;
	bool are_new;

	if (settings_load(newsroom->settings->path, NULL, NULL, &settings, &err) != OK) {
		refuse_reload(&err);
		return false;
	}
	are_new = !settings_equal(settings, newsroom->settings);
	if (!are_new)
		log_info("the settings were read again, and are the same");
	settings_free(settings);
	return are_new;
}

static enum status open_store(const struct newsroom *newsroom, struct store **out, struct err *err)
{
	char *path = file_join(newsroom->state, NEWSROOM_STORE_NAME);
	enum status status = store_open(path, out, err);

	free(path);
	return status;
}

enum status newsroom_store(struct newsroom *newsroom, struct store **out, struct err *err)
{
	enum status status = OK;

	if (!newsroom->store) {
		status = open_store(newsroom, &newsroom->store, err);
		if (status == OK)
			status = home_check(newsroom->store, err);
	}
	*out = newsroom->store;
	return status;
}

enum status newsroom_store_to_watch(struct newsroom *newsroom, struct store **out, struct err *err)
{
	enum status status = OK;

	if (!newsroom->store_to_watch)
		status = open_store(newsroom, &newsroom->store_to_watch, err);
	*out = newsroom->store_to_watch;
	return status;
}

enum status newsroom_open_log(const struct newsroom *newsroom, struct err *err)
{
	return open_log(newsroom->settings, err);
}

const char *newsroom_folder(const struct newsroom *newsroom)
{
	return newsroom->folder;
}

const struct settings *newsroom_settings(const struct newsroom *newsroom)
{
	return newsroom->settings;
}

const struct zone *newsroom_zone(const struct newsroom *newsroom)
{
	return newsroom->zone;
}

const char *newsroom_releases(const struct newsroom *newsroom)
{
	return newsroom->releases;
}

const char *newsroom_templates(const struct newsroom *newsroom)
{
	return newsroom->templates;
}

struct keys *newsroom_keys(const struct newsroom *newsroom)
{
	return newsroom->keys;
}

enum status newsroom_secrets(struct newsroom *newsroom, const struct token_secrets **out, struct err *err)
{
	*out = &newsroom->secrets;
	if (newsroom->secrets.count)
		return OK;
	return secret_load(newsroom->key_folder, &newsroom->secrets, err);
}

const char *newsroom_state(const struct newsroom *newsroom)
{
	return newsroom->state;
}
