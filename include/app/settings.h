#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include "app/settingtable.h"
#include "base/err.h"
#include "base/str.h"
#include "deliver/relay.h"

#include <stddef.h>
#include <stdint.h>

/*
 * What `dateline.cfg` says (libconfig), read through one table per group: every
 * key has a type, a default, a check. Unknown keys, wrong types and impossible
 * values are errors with file and line.
 */
#define SETTINGS_FILE_MAX (256u * 1024u)
#define SETTINGS_RELAYS_MAX 16u
#define SETTINGS_SITES_MAX 1000u

enum unknown_policy {
	UNKNOWN_RESEND,
	UNKNOWN_HOLD
};
enum clock_sync {
	CLOCK_SYNC_WARN,
	CLOCK_SYNC_REQUIRED
};

struct newsroom_settings {
	char *name;
	char *domain;   /* as A-labels, lower case, whatever the file says */
	char *language; /* BCP 47 */
	char *zone;     /* IANA */
	char *postal_address;
	char *boilerplate; /* Markdown: "About …" under a release that brings none */
};

struct sender_settings {
	char *from;     /* mailbox */
	char *reply_to; /* address, "" for the release's contacts */
	char *bounce_address;
	char *unsubscribe_url;
	struct text_list copies;
	struct text_list testers;
};

struct relay_settings {
	char *url;
	char *name; /* "host:port" of the url, as the engine calls it; "" if it has none */
	int line;   /* of its group in the file */
	int order;
	int weight;
	int tls; /* enum relay_tls */
	char *ca_file;
	char *user;
	char *password_file;
	char *password_variable; /* the environment's */
	int connections;
	int messages_per_connection;
	struct pace_windows rates; /* over all connections */
	int64_t connect_timeout_ms, command_timeout_ms, data_timeout_ms, dot_timeout_ms;
	int64_t pause_first_ms, pause_most_ms; /* how long it is left alone in trouble, doubling */
	char *password;                        /* from the file or the environment; "" without a user */
};

/* What a recipient domain may get. */
struct site_settings {
	char *domain;              /* as A-labels, lower case; "*" for all that aren't named */
	int connections;           /* deliveries at once, 0: no limit */
	struct pace_windows rates; /* messages */
};

struct retry_settings {
	struct duration_list after;
	double jitter;
	int64_t expire_ms;
	int relay_tries; /* failed connections in a row, to every relay, after which `send` gives up */
};

/* Where the program's notes go. */
struct log_settings {
	char *file; /* "" for stderr */
	int level;  /* enum log_level */
};

struct settings {
	char *path;
	struct newsroom_settings newsroom;
	struct sender_settings sender;
	struct relay_settings *relays;
	size_t relay_count;
	struct site_settings *sites;
	size_t site_count;
	struct retry_settings retry;
	struct log_settings log;
	int unknown;    /* enum unknown_policy */
	int clock_sync; /* enum clock_sync */
};

/* Called for each fault found, in the file's order. `words` begin with file and line. */
typedef void settings_fault_fn(void *context, const char *words);

/*
 * Read the file at `path`; relative paths in it are taken from its folder.
 * All faults go to `fault` (may be NULL); the first one is also in `err`.
 * E_NOTFOUND without a file; E_SYNTAX, E_RANGE for what it says; E_DENIED for a
 * password file that others may read.
 */
enum status settings_load(
	const char *path, settings_fault_fn *fault, void *context, struct settings **out, struct err *err);
/* What holds where the file at `path` says nothing; no relay. */
struct settings *settings_new(const char *path);
void settings_free(struct settings *settings); /* NULL is fine */

/* The effective settings as `dateline.cfg` would say them, secrets as "********". */
void settings_format(const struct settings *settings, struct str *out);

/* They say the same, passwords included. */
bool settings_equal(const struct settings *a, const struct settings *b);

/* The log's path, on the heap; NULL for stderr. */
char *settings_log_path(const struct settings *settings);

/* As an engine takes it; borrowed from `settings`. */
struct relay settings_relay(const struct settings *settings, size_t index);

#endif
