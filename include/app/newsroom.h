#ifndef APP_NEWSROOM_H
#define APP_NEWSROOM_H

#include "app/settings.h"
#include "base/err.h"
#include "base/zone.h"

/*
 * A newsroom: the folder with `dateline.cfg`, `lists/`, `templates/`,
 * `releases/`, `keys/` and `state/`.
 */
struct newsroom;
struct store;
struct keys;
struct token_secrets;

#define NEWSROOM_SETTINGS_NAME "dateline.cfg"
#define NEWSROOM_STORE_NAME "dateline.db" /* in state/ */

/*
 * Find and open it: `folder` if not NULL, else $DATELINE_NEWSROOM, else the
 * current folder or the nearest parent that has a dateline.cfg. Reads the
 * settings; the store is opened when first asked for. E_NOTFOUND says how to
 * make one; settings' faults as settings_load.
 */
enum status newsroom_open(const char *folder, struct newsroom **out, struct err *err);
/*
 * The same for what must work with any settings: if they have faults, the defaults hold, there is no relay,
 * and *fault says the first one. It isn't touched otherwise.
 */
enum status newsroom_open_anyhow(
	const char *folder, struct newsroom **out, struct err *fault, struct err *err);
/*
 * Another handle on the same newsroom, for another thread: with a store, keys and secrets of its own.
 * Settings and zone are borrowed from `newsroom`, which must be closed later.
 */
enum status newsroom_open_again(const struct newsroom *newsroom, struct newsroom **out, struct err *err);
void newsroom_close(struct newsroom *newsroom); /* NULL is fine */

/*
 * Read the settings again, and have notes go where they say now. What newsroom_settings and newsroom_zone
 * gave before is gone then, and no handle made by newsroom_open_again may be left. Faulty settings, and a
 * log that can't be opened, are told in the log: the former ones stay.
 */
void newsroom_reload(struct newsroom *newsroom);

/*
 * Whether newsroom_reload would change anything. That they are the same, and what is wrong with faulty ones,
 * is told in the log.
 */
bool newsroom_has_new_settings(const struct newsroom *newsroom);

/* The path of its dateline.cfg, without reading it: heap, free() it. Looks as newsroom_open does. */
enum status newsroom_find_settings(const char *folder, char **path, struct err *err);

/* Borrowed until newsroom_close; settings and zone until newsroom_reload. */
const char *newsroom_folder(const struct newsroom *newsroom);
const struct settings *newsroom_settings(const struct newsroom *newsroom);
const struct zone *newsroom_zone(const struct newsroom *newsroom);
const char *newsroom_releases(const struct newsroom *newsroom); /* the folder's path */
const char *newsroom_templates(const struct newsroom *newsroom);
const char *newsroom_state(const struct newsroom *newsroom);

/* Its DKIM keys, each loaded when first asked for. */
struct keys *newsroom_keys(const struct newsroom *newsroom);
/* What its tokens are signed with, read on the first call. Failures as secret_load. */
enum status newsroom_secrets(struct newsroom *newsroom, const struct token_secrets **out, struct err *err);

/* Have notes go where the settings say, from the level on that they say. Failures as log_open. */
enum status newsroom_open_log(const struct newsroom *newsroom, struct err *err);

/* The store, opened on the first call; what is in a copy is held then (app/home.h). */
enum status newsroom_store(struct newsroom *newsroom, struct store **out, struct err *err);
/* The same once more, to read in while another thread has that one. */
enum status newsroom_store_to_watch(struct newsroom *newsroom, struct store **out, struct err *err);

#endif
