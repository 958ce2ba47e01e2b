/*
 * The settings' tables and the file they are read from.
 */
#include "app/settings.h"

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "deliver/link.h"
#include "mail/addr.h"

#include <libconfig.h>
#include <stdlib.h>
#include <strings.h>

static const char *const tls_choices[] = {"none", "opportunistic", "required", NULL};
static const char *const unknown_choices[] = {"resend", "hold", NULL};
static const char *const sync_choices[] = {"warn", "required", NULL};
static const char *const level_choices[] = {"error", "warning", "info", "debug", NULL};

_Static_assert(LOG_LEVEL_ERROR == 0 && LOG_LEVEL_WARNING == 1 && LOG_LEVEL_INFO == 2 && LOG_LEVEL_DEBUG == 3,
	"the choices stand in the order of the levels");

#define NEWSROOM(field) offsetof(struct newsroom_settings, field)
static const struct setting newsroom_table[] = {
	{"name", SETTING_TEXT, NEWSROOM(name), "", settingcheck_needed, 0, 0, NULL},
	{"domain", SETTING_TEXT, NEWSROOM(domain), "", settingcheck_domain, 0, 0, NULL},
	{"language", SETTING_TEXT, NEWSROOM(language), "en", settingcheck_language, 0, 0, NULL},
	{"zone", SETTING_TEXT, NEWSROOM(zone), "UTC", settingcheck_zone, 0, 0, NULL},
	{"postal_address", SETTING_TEXT, NEWSROOM(postal_address), "", settingcheck_line, 0, 0, NULL},
	{"boilerplate", SETTING_TEXT, NEWSROOM(boilerplate), "", settingcheck_markdown, 0, 0, NULL},
	{0},
};

#define SENDER(field) offsetof(struct sender_settings, field)
static const struct setting sender_table[] = {
	{"from", SETTING_TEXT, SENDER(from), "", settingcheck_sender, 0, 0, NULL},
	{"reply_to", SETTING_TEXT, SENDER(reply_to), "", settingcheck_reply_to_or_none, 0, 0, NULL},
	{"bounce_address", SETTING_TEXT, SENDER(bounce_address), "", settingcheck_bounce_address, 0, 0, NULL},
	{"unsubscribe_url", SETTING_TEXT, SENDER(unsubscribe_url), "", settingcheck_unsubscribe_url_or_none,
		0, 0, NULL},
	{"copies", SETTING_TEXTS, SENDER(copies), "", settingcheck_address, 0, 0, NULL},
	{"testers", SETTING_TEXTS, SENDER(testers), "", settingcheck_address, 0, 0, NULL},
	{0},
};

#define TIMEOUT_MAX_MS 3600000
#define PAUSE_LEAST_MS 100
#define PAUSE_MAX_MS 600000
#define RELAY(field) offsetof(struct relay_settings, field)
static const struct setting relay_table[] = {
	{"url", SETTING_TEXT, RELAY(url), "", settingcheck_relay_url, 0, 0, NULL},
	{"order", SETTING_INT, RELAY(order), "1", NULL, 1, 100, NULL},
	{"weight", SETTING_INT, RELAY(weight), "0", NULL, 0, 100, NULL},
	{"tls", SETTING_CHOICE, RELAY(tls), "required", NULL, 0, 0, tls_choices},
	{"ca_file", SETTING_TEXT, RELAY(ca_file), "", settingcheck_line, 0, 0, NULL},
	{"user", SETTING_TEXT, RELAY(user), "", settingcheck_line, 0, 0, NULL},
	{"password_file", SETTING_TEXT, RELAY(password_file), "", settingcheck_line, 0, 0, NULL},
	{"password_variable", SETTING_TEXT, RELAY(password_variable), "", settingcheck_line, 0, 0, NULL},
	{"connections", SETTING_INT, RELAY(connections), "4", NULL, 1, 1000, NULL},
	{"messages_per_connection", SETTING_INT, RELAY(messages_per_connection), "0", NULL, 0, 1000000, NULL},
	{"connect_timeout", SETTING_DURATION, RELAY(connect_timeout_ms), "30s", NULL, 1000, TIMEOUT_MAX_MS,
		NULL},
	{"command_timeout", SETTING_DURATION, RELAY(command_timeout_ms), "5m", NULL, 1000, TIMEOUT_MAX_MS,
		NULL},
	{"data_timeout", SETTING_DURATION, RELAY(data_timeout_ms), "2m", NULL, 1000, TIMEOUT_MAX_MS, NULL},
	{"dot_timeout", SETTING_DURATION, RELAY(dot_timeout_ms), "10m", NULL, 1000, TIMEOUT_MAX_MS, NULL},
	{"pause_first", SETTING_DURATION, RELAY(pause_first_ms), "1s", NULL, PAUSE_LEAST_MS, PAUSE_MAX_MS,
		NULL},
	{"pause_most", SETTING_DURATION, RELAY(pause_most_ms), "1m", NULL, PAUSE_LEAST_MS, PAUSE_MAX_MS,
		NULL},
	{"rates", SETTING_RATES, RELAY(rates), "", NULL, 0, 0, NULL},
	{0},
};

#define SITE(field) offsetof(struct site_settings, field)
static const struct setting site_table[] = {
	{"domain", SETTING_TEXT, SITE(domain), "", settingcheck_site_domain, 0, 0, NULL},
	{"connections", SETTING_INT, SITE(connections), "0", NULL, 0, 1000, NULL},
	{"rates", SETTING_RATES, SITE(rates), "", NULL, 0, 0, NULL},
	{0},
};

#define RETRY(field) offsetof(struct retry_settings, field)
static const struct setting retry_table[] = {
	{"after", SETTING_DURATIONS, RETRY(after), "2m 5m 10m 20m 40m 1h 2h 4h", NULL, 0, 0, NULL},
	{"jitter", SETTING_NUMBER, RETRY(jitter), "0.2", NULL, 0, 0.9, NULL},
	{"expire", SETTING_DURATION, RETRY(expire_ms), "48h", NULL, 0, 0, NULL},
	{"relay_tries", SETTING_INT, RETRY(relay_tries), "5", NULL, 1, 1000, NULL},
	{0},
};

#define LOG(field) offsetof(struct log_settings, field)
static const struct setting log_table[] = {
	{"file", SETTING_TEXT, LOG(file), "", settingcheck_line, 0, 0, NULL},
	{"level", SETTING_CHOICE, LOG(level), "warning", NULL, 0, 0, level_choices},
	{0},
};

static const struct setting plain_table[] = {
	{"unknown", SETTING_CHOICE, offsetof(struct settings, unknown), "resend", NULL, 0, 0,
		unknown_choices},
	{"clock_sync", SETTING_CHOICE, offsetof(struct settings, clock_sync), "warn", NULL, 0, 0,
		sync_choices},
	{0},
};

/* The file's groups. `relays` and `sites`, lists of groups, are read apart. */
static const struct {
	const char *name;
	const struct setting *table;
	size_t offset;
} groups[] = {
	{"newsroom", newsroom_table, offsetof(struct settings, newsroom)},
	{"sender", sender_table, offsetof(struct settings, sender)},
	{"retry", retry_table, offsetof(struct settings, retry)},
	{"log", log_table, offsetof(struct settings, log)},
};

#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

/* Relative paths are taken from the settings' folder. On the heap. */
static char *beside(const char *settings_path, const char *name)
{
	char *folder = mem_copy_bytes(settings_path, (size_t)(file_name(settings_path) - settings_path));
	char *path = file_join(*folder ? folder : ".", name);

	free(folder);
	return path;
}

static enum status load_secret(
	const char *settings_path, const char *name, struct str *secret, struct err *err)
{
	char *path = beside(settings_path, name);
	enum status status = file_load_private(path, secret, err);

	free(path);
	return status;
}

static void take_password(struct setting_faults *faults, struct relay_settings *relay, int line)
{
	struct str secret;
	struct err fault;
	const char *value;

	str_init_secret(&secret, STR_MAX_SMALL);
	if (!*relay->user) {
		/* nothing to prove */
	} else if (*relay->password_file) {
		if (load_secret(faults->path, relay->password_file, &secret, &fault) != OK)
			settingtable_fault(faults, line, fault.status, "\"password_file\": %s", fault.text);
	} else if (*relay->password_variable) {
		value = getenv(relay->password_variable);
		if (value)
			str_add_text(&secret, value);
		else
			settingtable_fault(faults, line, E_NOTFOUND,
				"\"password_variable\": the environment has no \"%s\"; set it",
				relay->password_variable);
	} else {
		settingtable_fault(faults, line, E_NOTFOUND,
			"\"user\" is set but no password; name a file that holds it in \"password_file\"");
	}
	relay->password = span_copy(span_trim(str_span(&secret)));
	str_wipe(&secret);
}

/* Of the first of two settings that is in the file; else the group's. */
static int line_of_either(const config_setting_t *group, const char *name, const char *other)
{
	const config_setting_t *found = config_setting_get_member(group, name);

	if (!found)
		found = config_setting_get_member(group, other);
	return (int)config_setting_source_line(found ? found : group);
}

static void check_pauses(
	struct setting_faults *faults, const struct relay_settings *relay, const config_setting_t *entry)
{
	if (relay->pause_most_ms < relay->pause_first_ms)
		settingtable_fault(faults, line_of_either(entry, "pause_most", "pause_first"), E_RANGE,
			"\"pause_most\" is shorter than \"pause_first\"; set it to as much or more");
}

static void name_relay(struct relay_settings *relay)
{
	char name[256] = "";

	/* What is wrong with a url has been said. */
	if (link_check_url(relay->url, name, sizeof(name), NULL) != OK)
		name[0] = '\0';
	relay->name = mem_copy_text(name);
}

/* Host names are the same in upper and lower case. */
static void refuse_twin(struct setting_faults *faults, const struct settings *settings)
{
	const struct relay_settings *relay = &settings->relays[settings->relay_count - 1];

	for (const struct relay_settings *other = settings->relays; other < relay && *relay->name; other++) {
		if (strcasecmp(other->name, relay->name) != 0 || strcmp(other->user, relay->user) != 0)
			continue;
		settingtable_fault(faults, relay->line, E_CONFLICT,
			"\"%s\"%s%s is the relay of line %d already; keep one of them", relay->name,
			*relay->user ? " as user " : "", relay->user, other->line);
		return;
	}
}

static void read_relay(
	struct setting_faults *faults, struct settings *settings, const config_setting_t *entry)
{
	struct relay_settings *relay;
	int line = (int)config_setting_source_line(entry);

	if (config_setting_type(entry) != CONFIG_TYPE_GROUP) {
		settingtable_fault(
			faults, line, E_SYNTAX, "a relay must be a group: { url = \"smtp://…\"; }");
		return;
	}
	relay = &settings->relays[settings->relay_count++];
	settingtable_init(relay_table, relay);
	settingtable_read_group(faults, "a relay", relay_table, entry, relay);
	settingtable_require(faults, "a relay", relay_table, entry);
	take_password(faults, relay, line);
	check_pauses(faults, relay, entry);
	relay->line = line;
	name_relay(relay);
	refuse_twin(faults, settings);
}

static void read_relays(
	struct setting_faults *faults, struct settings *settings, const config_setting_t *found)
{
	int count = found ? config_setting_length(found) : 0;

	if (!found) {
		settingtable_fault(faults, 0, E_NOTFOUND,
			"there is no \"relays\"; name at least one SMTP server to send through");
		return;
	}
	if (config_setting_type(found) != CONFIG_TYPE_LIST || count < 1 ||
		(size_t)count > SETTINGS_RELAYS_MAX) {
		settingtable_fault(faults, (int)config_setting_source_line(found), E_RANGE,
			"\"relays\" must be a list of 1 to %u groups: ( { url = \"smtp://…\"; } )",
			SETTINGS_RELAYS_MAX);
		return;
	}
	settings->relays = mem_alloc((size_t)count * sizeof(*settings->relays));
	for (int i = 0; i < count; i++)
		read_relay(faults, settings, config_setting_get_elem(found, (unsigned)i));
}

/* As A-labels: what it goes into, and is compared with, holds nothing else. */
static void fold_domain(char **domain)
{
	struct str folded;

	str_init(&folded, STR_MAX_SMALL);
	if (settingcheck_read_domain(span_of(*domain), &folded, NULL) == OK) {
		free(*domain);
		*domain = str_take(&folded);
	}
	str_clear(&folded);
}

static void read_site(struct setting_faults *faults, struct settings *settings, const config_setting_t *entry)
{
	struct site_settings *site;
	int line = (int)config_setting_source_line(entry);

	if (config_setting_type(entry) != CONFIG_TYPE_GROUP) {
		settingtable_fault(
			faults, line, E_SYNTAX, "a site must be a group: { domain = \"paper.example\"; }");
		return;
	}
	site = &settings->sites[settings->site_count++];
	settingtable_init(site_table, site);
	settingtable_read_group(faults, "a site", site_table, entry, site);
	settingtable_require(faults, "a site", site_table, entry);
	fold_domain(&site->domain);
	for (size_t i = 0; i + 1 < settings->site_count && *site->domain; i++) {
		if (strcmp(settings->sites[i].domain, site->domain) == 0)
			settingtable_fault(faults, line, E_CONFLICT,
				"\"domain\": \"%s\" has a group before this one; keep one of them",
				site->domain);
	}
}

static void read_sites(
	struct setting_faults *faults, struct settings *settings, const config_setting_t *found)
{
	int count = found ? config_setting_length(found) : 0;

	if (!found)
		return;
	if (config_setting_type(found) != CONFIG_TYPE_LIST || (size_t)count > SETTINGS_SITES_MAX) {
		settingtable_fault(faults, (int)config_setting_source_line(found), E_RANGE,
			"\"sites\" must be a list of at most %u groups: ( { domain = \"paper.example\"; } )",
			SETTINGS_SITES_MAX);
		return;
	}
	settings->sites = mem_alloc(((size_t)count + 1) * sizeof(*settings->sites));
	for (int i = 0; i < count; i++)
		read_site(faults, settings, config_setting_get_elem(found, (unsigned)i));
}

static void read_groups(struct setting_faults *faults, struct settings *settings, config_setting_t *root)
{
	for (size_t i = 0; i < GROUP_COUNT; i++) {
		const config_setting_t *found = config_setting_get_member(root, groups[i].name);
		int line = found ? (int)config_setting_source_line(found) : 0;
		void *group = (char *)settings + groups[i].offset;

		if (found && config_setting_type(found) != CONFIG_TYPE_GROUP) {
			settingtable_fault(faults, line, E_SYNTAX, "\"%s\" must be a group: %s = { … };",
				groups[i].name, groups[i].name);
			continue;
		}
		if (found)
			settingtable_read_group(faults, groups[i].name, groups[i].table, found, group);
		settingtable_require(faults, groups[i].name, groups[i].table, found);
	}
	read_relays(faults, settings, config_setting_get_member(root, "relays"));
	read_sites(faults, settings, config_setting_get_member(root, "sites"));
}

/* What isn't in a group: plain settings, and names that are none of ours. */
static void read_plain(struct setting_faults *faults, struct settings *settings, const config_setting_t *root)
{
	static const char *const names[] = {
		"newsroom", "sender", "retry", "log", "relays", "sites", "unknown", "clock_sync"};
	static const size_t group_names = 6;
	int length = config_setting_length(root);

	for (int i = 0; i < length; i++) {
		const config_setting_t *entry = config_setting_get_elem(root, (unsigned)i);
		size_t at = 0;

		while (at < sizeof(names) / sizeof(names[0]) &&
			strcmp(names[at], config_setting_name(entry)) != 0)
			at++;
		if (at == sizeof(names) / sizeof(names[0]))
			settingtable_unknown(faults, NULL, entry, names, at);
		else if (at >= group_names)
			settingtable_read_value(faults, &plain_table[at - group_names], entry, settings);
	}
}

/* libconfig would open the files that "@include" names, and stop at a NUL as if the text ended there. */
static enum status load_text(const char *path, struct str *text, struct err *err)
{
	enum status status = file_load(path, text, err);
	struct span rest = str_span(text);
	struct span line;

	if (status != OK)
		return status;
	if (strlen(text->ptr) != text->len)
		return err_set(err, E_SYNTAX, "%s: there is a NUL byte in it; it must be text", path);
	for (size_t number = 1; span_line(&rest, &line); number++) {
		if (span_starts(span_trim(line), SPAN("@include")))
			return err_set(err, E_UNSUPPORTED,
				"%s:%zu: \"@include\" isn't supported; write it all into one file", path,
				number);
	}
	return OK;
}

struct settings *settings_new(const char *path)
{
	struct settings *settings = mem_alloc(sizeof(*settings));

	settings->path = mem_copy_text(path);
	for (size_t i = 0; i < GROUP_COUNT; i++)
		settingtable_init(groups[i].table, (char *)settings + groups[i].offset);
	settingtable_init(plain_table, settings);
	return settings;
}

/* As it goes on the wire: return paths are made of it. */
static void fold_bounce_address(struct sender_settings *sender)
{
	struct str wire;
	struct addr addr;

	if (addr_parse(span_of(sender->bounce_address), &addr, NULL) != OK)
		return;
	str_init(&wire, STR_MAX_SMALL);
	addr_format(&addr, &wire);
	free(sender->bounce_address);
	sender->bounce_address = str_take(&wire);
	str_clear(&wire);
	addr_clear(&addr);
}

enum status settings_load(
	const char *path, settings_fault_fn *fault, void *context, struct settings **out, struct err *err)
{
	struct setting_faults faults = {.path = path};
	struct settings *settings = settings_new(path);
	enum status status;
	struct err unread;
	struct str text;
	config_t config;

	config_init(&config);
	str_init(&text, SETTINGS_FILE_MAX);
	status = load_text(path, &text, &unread);
	if (status != OK && err)
		*err = unread;
	if (status != OK && fault)
		fault(context, unread.text);
	if (status == OK && !config_read_string(&config, text.ptr)) {
		settingtable_fault(
			&faults, config_error_line(&config), E_SYNTAX, "%s", config_error_text(&config));
	} else if (status == OK) {
		read_groups(&faults, settings, config_root_setting(&config));
		read_plain(&faults, settings, config_root_setting(&config));
	}
	if (status == OK)
		status = settingtable_tell(&faults, fault, context, err);
	str_clear(&text);
	config_destroy(&config);
	if (status == OK) {
		fold_domain(&settings->newsroom.domain);
		fold_bounce_address(&settings->sender);
		*out = settings;
	} else {
		settings_free(settings);
	}
	return status;
}

static void clear_relay(struct relay_settings *relay)
{
	settingtable_clear(relay_table, relay);
	if (relay->password)
		explicit_bzero(relay->password, strlen(relay->password));
	free(relay->password);
	free(relay->name);
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	for (size_t i = 0; i < GROUP_COUNT; i++)
		settingtable_clear(groups[i].table, (char *)settings + groups[i].offset);
	for (size_t i = 0; i < settings->relay_count; i++)
		clear_relay(&settings->relays[i]);
	free(settings->relays);
	for (size_t i = 0; i < settings->site_count; i++)
		settingtable_clear(site_table, &settings->sites[i]);
	free(settings->sites);
	free(settings->path);
	free(settings);
}

void settings_format(const struct settings *settings, struct str *out)
{
	for (size_t i = 0; i < GROUP_COUNT; i++) {
		str_addf(out, "%s = {\n", groups[i].name);
		settingtable_format(groups[i].table, (const char *)settings + groups[i].offset, "  ", out);
		str_add_text(out, "};\n");
	}
	str_add_text(out, "relays = (");
	for (size_t i = 0; i < settings->relay_count; i++) {
		str_add_text(out, i ? ",\n  {\n" : "\n  {\n");
		settingtable_format(relay_table, &settings->relays[i], "    ", out);
		if (*settings->relays[i].password)
			str_add_text(out, "    # password = \"********\"\n");
		str_add_text(out, "  }");
	}
	str_add_text(out, "\n);\nsites = (");
	for (size_t i = 0; i < settings->site_count; i++) {
		str_add_text(out, i ? ",\n  {\n" : "\n  {\n");
		settingtable_format(site_table, &settings->sites[i], "    ", out);
		str_add_text(out, "  }");
	}
	str_add_text(out, settings->site_count ? "\n);\n" : ");\n");
	settingtable_format(plain_table, settings, "", out);
}

/* What is formatted shows no passwords. */
static bool have_same_passwords(const struct settings *a, const struct settings *b)
{
	if (a->relay_count != b->relay_count)
		return false;
	for (size_t i = 0; i < a->relay_count; i++) {
		if (strcmp(a->relays[i].password, b->relays[i].password) != 0)
			return false;
	}
	return true;
}

bool settings_equal(const struct settings *a, const struct settings *b)
{
	struct str x, y;
	bool is_same;

	str_init(&x, SETTINGS_FILE_MAX);
	str_init(&y, SETTINGS_FILE_MAX);
	settings_format(a, &x);
	settings_format(b, &y);
	is_same = str_status(&x, "settings", NULL) == OK && str_status(&y, "settings", NULL) == OK &&
		  span_equals(str_span(&x), str_span(&y)) && have_same_passwords(a, b);
	str_clear(&x);
	str_clear(&y);
	return is_same;
}

char *settings_log_path(const struct settings *settings)
{
	return *settings->log.file ? beside(settings->path, settings->log.file) : NULL;
}

struct relay settings_relay(const struct settings *settings, size_t index)
{
	const struct relay_settings *relay = &settings->relays[index];

	return (struct relay){
		.url = relay->url,
		.tls = (enum relay_tls)relay->tls,
		.ca_file = relay->ca_file,
		.user = relay->user,
		.password = relay->password,
		.hello = settings->newsroom.domain,
		.order = relay->order,
		.weight = relay->weight,
		.connections = relay->connections,
		.messages_per_connection = relay->messages_per_connection,
		.connect_timeout_ms = relay->connect_timeout_ms,
		.command_timeout_ms = relay->command_timeout_ms,
		.data_timeout_ms = relay->data_timeout_ms,
		.dot_timeout_ms = relay->dot_timeout_ms,
		.pause_first_ms = relay->pause_first_ms,
		.pause_most_ms = relay->pause_most_ms,
		.rates = relay->rates,
	};
}
