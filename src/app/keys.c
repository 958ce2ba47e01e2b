/*
 * The keys folder. Which of several keys signs follows from what their files say
 * alone, so that copying one in or moving one away is all it takes.
 */
#include "app/keys.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/zone.h"
#include "mail/addr.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SUFFIX ".pem"
#define CREATED "created: "

struct keys {
	char *folder;
	struct key **items; /* on the heap each, so that borrowed ones stay */
	size_t count, capacity;
};

struct keys *keys_open(const char *folder)
{
	struct keys *keys = mem_alloc(sizeof(*keys));

	keys->folder = mem_copy_text(folder);
	return keys;
}

static void key_free(struct key *key)
{
	free(key->domain);
	free(key->selector);
	free(key->path);
	dkim_key_free(key->dkim);
	free(key);
}

void keys_close(struct keys *keys)
{
	if (!keys)
		return;
	for (size_t i = 0; i < keys->count; i++)
		key_free(keys->items[i]);
	free(keys->items);
	free(keys->folder);
	free(keys);
}

static char *path_of(const struct keys *keys, struct span domain, struct span selector)
{
	return mem_format("%s/%.*s/%.*s" SUFFIX, keys->folder, SPAN_ARG(domain), SPAN_ARG(selector));
}

static bool is_domain(struct span text)
{
	return dkim_is_name(text) && span_find_char(text, '.', 0) != SIZE_MAX;
}

/* When the key was made, from the lines above the PEM; 0 if they don't say. */
static enum status read_created(struct span text, const char *path, int64_t *created_ms, struct err *err)
{
	struct span head = span_first(text, span_find(text, SPAN("-----BEGIN "), 0));
	struct span line;

	*created_ms = 0;
	for (size_t number = 1; span_line(&head, &line); number++) {
		struct zone *zone = NULL;
		enum status status;

		if (!span_starts(line, SPAN(CREATED)))
			continue;
		status = zone_parse_instant(span_from(line, strlen(CREATED)), NULL, created_ms, &zone, err);
		zone_free(zone);
		return status == OK ? OK : err_wrap(err, "%s:%zu", path, number);
	}
	return OK;
}

/* Fills in what the file says. */
static enum status load(struct key *key, struct err *err)
{
	enum status status;
	struct str text;

	str_init_secret(&text, DKIM_PEM_MAX);
	status = file_load_private(key->path, &text, err);
	if (status == OK)
		status = read_created(str_span(&text), key->path, &key->created_ms, err);
	if (status == OK) {
		status = dkim_key_parse(str_span(&text), &key->dkim, err);
		if (status != OK)
			status = err_wrap(err, "%s", key->path);
	}
	str_wipe(&text);
	return status;
}

static const struct key *find_loaded(const struct keys *keys, struct span domain, struct span selector)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (span_equals(domain, span_of(keys->items[i]->domain)) &&
			span_equals(selector, span_of(keys->items[i]->selector)))
			return keys->items[i];
	}
	return NULL;
}

enum status keys_find(
	struct keys *keys, struct span domain, struct span selector, const struct key **out, struct err *err)
{
	struct key *key;
	enum status status;

	*out = find_loaded(keys, domain, selector);
	if (*out)
		return OK;
	if (!is_domain(domain))
		return err_set(err, E_SYNTAX, "\"%.*s\" is no domain of a DKIM key", SPAN_ARG(domain));
	if (!dkim_is_name(selector))
		return err_set(err, E_SYNTAX,
			"\"%.*s\" is no selector of a DKIM key; it has small letters, digits, '-' and '.'",
			SPAN_ARG(selector));
	key = mem_alloc(sizeof(*key));
	key->domain = span_copy(domain);
	key->selector = span_copy(selector);
	key->path = path_of(keys, domain, selector);
	status = load(key, err);
	if (status != OK) {
		key_free(key);
		return status;
	}
	keys->items = mem_grow(keys->items, keys->count, &keys->capacity, sizeof(struct key *));
	keys->items[keys->count++] = key;
	*out = key;
	return OK;
}

static void add_item(struct key_list *list, size_t *capacity, const struct key *key)
{
	list->items = mem_grow(list->items, list->count, capacity, sizeof(*list->items));
	list->items[list->count++] = (struct key_item){key, false};
}

/* Of two made in the same instant, or of foreign ones, the one whose selector comes last. */
static bool is_newer(const struct key *a, const struct key *b)
{
	if (a->created_ms != b->created_ms)
		return a->created_ms > b->created_ms;
	return strcmp(a->selector, b->selector) > 0;
}

/* Among the items of one domain. */
static void mark_in_use(struct key_item *items, size_t count)
{
	for (size_t algorithm = 0; algorithm < DKIM_ALGORITHM_COUNT; algorithm++) {
		struct key_item *newest = NULL;

		for (size_t i = 0; i < count; i++) {
			if (dkim_key_algorithm(items[i].key->dkim) == (enum dkim_algorithm)algorithm &&
				(!newest || is_newer(items[i].key, newest->key)))
				newest = &items[i];
		}
		if (newest)
			newest->is_in_use = true;
	}
}

/* Appends a domain's keys. */
static enum status list_domain(
	struct keys *keys, struct span domain, struct key_list *list, size_t *capacity, struct err *err)
{
	char *folder = mem_format("%s/%.*s", keys->folder, SPAN_ARG(domain));
	size_t before = list->count;
	char **names = NULL;
	size_t count = 0;
	enum status status = file_list_folder(folder, SUFFIX, &names, &count, err);

	if (status == E_NOTFOUND)
		status = OK;
	if (status == OK && count > KEYS_MAX)
		status = err_set(err, E_RANGE, "\"%s\" has %zu keys; there may be %u at most", folder, count,
			KEYS_MAX);
	for (size_t i = 0; i < count && status == OK; i++) {
		struct span selector = span_first(span_of(names[i]), strlen(names[i]) - strlen(SUFFIX));
		const struct key *key = NULL;

		status = keys_find(keys, domain, selector, &key, err);
		if (status == OK)
			add_item(list, capacity, key);
		else if (!dkim_is_name(selector))
			status = err_wrap(err, "%s/%s", folder, names[i]);
	}
	if (status == OK && list->count > before)
		mark_in_use(list->items + before, list->count - before);
	file_free_names(names, count);
	free(folder);
	return status;
}

static enum status list_all(struct keys *keys, struct key_list *list, size_t *capacity, struct err *err)
{
	char **names = NULL;
	size_t count = 0;
	enum status status = file_list_folder(keys->folder, "", &names, &count, err);

	if (status == E_NOTFOUND)
		return OK;
	for (size_t i = 0; i < count && status == OK; i++) {
		if (is_domain(span_of(names[i])))
			status = list_domain(keys, span_of(names[i]), list, capacity, err);
	}
	file_free_names(names, count);
	return status;
}

enum status keys_list(struct keys *keys, struct span domain, struct key_list *list, struct err *err)
{
	size_t capacity = 0;
	enum status status;

	*list = (struct key_list){0};
	if (!domain.ptr)
		status = list_all(keys, list, &capacity, err);
	else if (is_domain(domain))
		status = list_domain(keys, domain, list, &capacity, err);
	else
		status = err_set(err, E_SYNTAX,
			"\"%.*s\" is no domain of a DKIM key; write it like \"harbour.example\"",
			SPAN_ARG(domain));
	if (status != OK)
		key_list_clear(list);
	return status;
}

void key_list_clear(struct key_list *list)
{
	free(list->items);
	*list = (struct key_list){0};
}

static struct dkim_signer signer_of(const struct key *key)
{
	return (struct dkim_signer){span_of(key->domain), span_of(key->selector), key->dkim};
}

enum status keys_signers(struct keys *keys, struct span domain, struct dkim_signer signers[DKIM_SIGNERS_MAX],
	size_t *count, struct err *err)
{
	enum status status = OK;

	*count = 0;
	while (!*count && status == OK && is_domain(domain)) {
		struct key_list list;

		status = keys_list(keys, domain, &list, err);
		for (size_t algorithm = 0; algorithm < DKIM_ALGORITHM_COUNT; algorithm++) {
			for (size_t i = 0; i < list.count; i++) {
				const struct key *key = list.items[i].key;

				if (list.items[i].is_in_use && dkim_key_algorithm(key->dkim) == algorithm)
					signers[(*count)++] = signer_of(key);
			}
		}
		key_list_clear(&list);
		domain = span_from(domain, span_find_char(domain, '.', 0) + 1);
	}
	return status;
}

/* For its owner alone, and not its parents, which are the newsroom's. */
static enum status make_folder(const char *path, struct err *err)
{
	if (mkdir(path, 0700) == 0 || file_is_folder(path))
		return OK;
	return err_system(err, errno, "can't make the folder \"%s\"", path);
}

static enum status save(const char *path, const struct dkim_key *key, struct span domain,
	struct span selector, int64_t now_ms, struct err *err)
{
	enum status status;
	struct str text;

	str_init_secret(&text, DKIM_PEM_MAX);
	str_addf(&text,
		"A DKIM key. Whoever has it can sign mail as %.*s: show it to nobody.\n"
		"domain: %.*s\nselector: %.*s\nalgorithm: %s\n" CREATED,
		SPAN_ARG(domain), SPAN_ARG(domain), SPAN_ARG(selector),
		dkim_algorithm_name(dkim_key_algorithm(key)));
	zone_format_utc(now_ms, &text);
	str_add_text(&text, "\n\n");
	dkim_key_format(key, &text);
	status = file_create(path, str_span(&text), 0600, err);
	str_wipe(&text);
	return status;
}

/* One that is to be made. */
struct plan {
	enum dkim_algorithm algorithm;
	struct str selector;
};

static enum status check_plan(struct keys *keys, struct span domain, struct span selector, struct err *err)
{
	size_t length = selector.len + strlen("._domainkey.") + domain.len;
	char *path = path_of(keys, domain, selector);
	enum status status = OK;

	if (!dkim_is_name(selector))
		status = err_set(err, E_SYNTAX,
			"\"%.*s\" can't be a selector: write small letters, digits and '-', like \"d202611\"",
			SPAN_ARG(selector));
	else if (length > DKIM_NAME_MAX)
		status = err_set(err, E_RANGE,
			"\"%.*s._domainkey.%.*s\" is longer than a name in the DNS can be",
			SPAN_ARG(selector), SPAN_ARG(domain));
	else if (file_is_there(path))
		status = err_set(err, E_EXISTS,
			"there is a key \"%s\" already; name another selector: dateline key new SELECTOR",
			path);
	free(path);
	return status;
}

static enum status make_one(
	struct keys *keys, const struct plan *plan, const struct key_request *request, struct err *err)
{
	struct span domain = span_of(request->domain);
	struct span selector = str_span(&plan->selector);
	char *path = path_of(keys, domain, selector);
	struct dkim_key *key = NULL;
	enum status status = dkim_key_new(plan->algorithm, &key, err);

	if (status == OK)
		status = save(path, key, domain, selector, request->now_ms, err);
	dkim_key_free(key);
	free(path);
	return status;
}

static void add_month(int64_t now_ms, struct str *out)
{
	struct str day;

	str_init(&day, STR_MAX_SMALL);
	zone_format_utc(now_ms, &day);
	str_addf(out, "d%.4s%.2s", day.ptr, day.ptr + strlen("2026-"));
	str_clear(&day);
}

static enum status plan_keys(const struct key_request *request, struct plan plans[DKIM_ALGORITHM_COUNT],
	size_t *count, struct err *err)
{
	enum dkim_algorithm only = DKIM_ALGORITHM_COUNT;

	*count = 0;
	if (request->algorithm && !dkim_algorithm_parse(span_of(request->algorithm), &only))
		return err_set(err, E_SYNTAX, "there is no algorithm \"%s\" for DKIM: say rsa or ed25519",
			request->algorithm);
	for (size_t i = 0; i < DKIM_ALGORITHM_COUNT; i++) {
		struct plan *plan = &plans[*count];

		if (request->algorithm && i != only)
			continue;
		plan->algorithm = (enum dkim_algorithm)i;
		str_init(&plan->selector, STR_MAX_SMALL);
		if (request->selector)
			str_add_text(&plan->selector, request->selector);
		else
			add_month(request->now_ms, &plan->selector);
		/* A name in the DNS holds one key. */
		if (!request->algorithm)
			str_addf(&plan->selector, "-%s", dkim_algorithm_name(plan->algorithm));
		(*count)++;
	}
	return OK;
}

static enum status make_folders(const struct keys *keys, const char *domain, struct err *err)
{
	char *folder = file_join(keys->folder, domain);
	enum status status = make_folder(keys->folder, err);

	if (status == OK)
		status = make_folder(folder, err);
	free(folder);
	return status;
}

static enum status check_plans(
	struct keys *keys, const char *domain, const struct plan *plans, size_t count, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < count && status == OK; i++)
		status = check_plan(keys, span_of(domain), str_span(&plans[i].selector), err);
	return status;
}

/* A clock that was set back would make a key that others are newer than: so it is looked up. */
static enum status find_made(struct keys *keys, const char *domain, const struct plan *plans, size_t count,
	struct key_list *list, struct err *err)
{
	enum status status = keys_list(keys, span_of(domain), list, err);
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		for (size_t j = 0; j < count; j++) {
			if (span_equals(span_of(list->items[i].key->selector), str_span(&plans[j].selector)))
				list->items[kept++] = list->items[i];
		}
	}
	list->count = kept;
	return status;
}

enum status keys_make(
	struct keys *keys, const struct key_request *request, struct key_list *list, struct err *err)
{
	struct plan plans[DKIM_ALGORITHM_COUNT];
	size_t count = 0;
	/* One that can't be read would keep the new ones from being used. */
	enum status status = keys_list(keys, span_of(request->domain), list, err);

	if (status != OK)
		return status;
	key_list_clear(list);
	status = plan_keys(request, plans, &count, err);
	if (status == OK)
		status = check_plans(keys, request->domain, plans, count, err);
	if (status == OK)
		status = make_folders(keys, request->domain, err);
	for (size_t i = 0; i < count && status == OK; i++)
		status = make_one(keys, &plans[i], request, err);
	if (status == OK)
		status = find_made(keys, request->domain, plans, count, list, err);
	for (size_t i = 0; i < count; i++)
		str_clear(&plans[i].selector);
	return status;
}

bool key_is_selector(const char *text)
{
	return dkim_is_name(span_of(text));
}

bool key_is_algorithm(const char *text)
{
	enum dkim_algorithm algorithm;

	return dkim_algorithm_parse(span_of(text), &algorithm);
}

enum status key_domain(const char *text, struct str *out, struct err *err)
{
	char *probe = mem_format("postmaster@%s", text);
	enum status status = settingcheck_domain(span_of(text), err);
	struct addr addr;

	if (status == OK)
		status = addr_parse(span_of(probe), &addr, err);
	if (status == OK) {
		str_add_text(out, addr.domain);
		addr_clear(&addr);
	}
	free(probe);
	return status;
}

enum status key_sender_domain(const struct settings *settings, struct str *out, struct err *err)
{
	struct mailbox mailbox;
	enum status status = mailbox_parse(span_of(settings->sender.from), &mailbox, err);

	if (status != OK)
		return status;
	str_add_text(out, mailbox.addr.domain);
	mailbox_clear(&mailbox);
	return OK;
}

const char *key_algorithm(const struct key *key)
{
	return dkim_algorithm_name(dkim_key_algorithm(key->dkim));
}

unsigned key_bits(const struct key *key)
{
	return dkim_key_bits(key->dkim);
}

void key_name(const struct key *key, struct str *out)
{
	str_addf(out, "%s._domainkey.%s", key->selector, key->domain);
}

void key_record(const struct key *key, struct str *out)
{
	dkim_key_record(key->dkim, out);
}
