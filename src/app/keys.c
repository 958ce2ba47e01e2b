/*
 * The keys folder. Which of several keys signs follows from what their files say
 * alone, so that copying one in or moving one away is all it takes.
 */
#include "app/keys.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/zone.h"

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
	status = dkim_check_names(domain, selector, err);
	if (status != OK)
		return status;
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
		if (dkim_is_domain(span_of(names[i])))
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
	else if (dkim_is_domain(domain))
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
	while (!*count && status == OK && dkim_is_domain(domain)) {
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

enum status keys_check_free(struct keys *keys, struct span domain, struct span selector, struct err *err)
{
	char *path = path_of(keys, domain, selector);
	enum status status = OK;

	if (file_is_there(path))
		status = err_set(err, E_EXISTS,
			"there is a key \"%s\" already; name another selector: dateline key new SELECTOR",
			path);
	free(path);
	return status;
}

static enum status make_folders(const struct keys *keys, struct span domain, struct err *err)
{
	char *folder = mem_format("%s/%.*s", keys->folder, SPAN_ARG(domain));
	enum status status = make_folder(keys->folder, err);

	if (status == OK)
		status = make_folder(folder, err);
	free(folder);
	return status;
}

enum status keys_save(struct keys *keys, struct span domain, struct span selector, const struct dkim_key *key,
	int64_t now_ms, struct err *err)
{
	char *path = path_of(keys, domain, selector);
	enum status status = make_folders(keys, domain, err);

	if (status == OK)
		status = save(path, key, domain, selector, now_ms, err);
	free(path);
	return status;
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
	dkim_record_name(span_of(key->domain), span_of(key->selector), out);
}

void key_record(const struct key *key, struct str *out)
{
	dkim_key_record(key->dkim, out);
}
