/*
 * `key new` and `key show`: the keys that mail is signed with, and the DNS records
 * by which others check it.
 */
#include "app/keymake.h"
#include "app/settingcheck.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/terminal.h"

#define LINE_WIDTH 80u
#define INDENT "    "

static void print_json(const struct key_item *item)
{
	const struct key *key = item->key;
	struct str name;
	struct str record;

	str_init(&name, STR_MAX_SMALL);
	str_init(&record, STR_MAX_SMALL);
	key_name(key, &name);
	key_record(key, &record);
	json_print_line(json_pack("{s:s,s:s,s:s,s:i,s:s,s:s,s:o,s:o,s:b}", "domain", key->domain, "selector",
		key->selector, "algorithm", key_algorithm(key), "bits", (int)key_bits(key), "name", name.ptr,
		"record", record.ptr, "path", json_text(span_of(key->path)), "created",
		json_instant(key->created_ms), "in_use", (int)item->is_in_use));
	str_clear(&name);
	str_clear(&record);
}

/*
 * A zone's line (RFC 1035 5.1): on one line of the terminal, or in strings that each have one to
 * themselves, and so far fewer than the 255 octets that a string may have.
 */
static void add_zone_line(const struct key *key, struct str *out)
{
	size_t room = LINE_WIDTH - strlen(INDENT) - strlen("\"\" )");
	struct span rest;
	struct str record;
	struct str line;

	str_init(&record, STR_MAX_SMALL);
	str_init(&line, STR_MAX_SMALL);
	key_record(key, &record);
	key_name(key, &line);
	str_add_text(&line, ". IN TXT (");
	if (line.len + record.len + strlen(" \"\" )") <= LINE_WIDTH) {
		str_addf(&line, " \"%s\" )", record.ptr);
		record.len = 0;
	}
	str_addf(out, "%s", line.ptr);
	for (rest = str_span(&record); rest.len; rest = span_from(rest, room))
		str_addf(out, "\n" INDENT "\"%.*s\"%s", SPAN_ARG(span_first(rest, room)),
			rest.len <= room ? " )" : "");
	str_add_char(out, '\n');
	str_clear(&line);
	str_clear(&record);
}

/* As it's typed, from where the newsroom is. */
static const char *shown_path(const struct call *call, const struct key *key)
{
	return key->path + strlen(newsroom_folder(call->newsroom)) + 1;
}

static void add_made(const struct call *call, const struct key_list *list, struct str *out)
{
	bool is_plural = list->count != 1;

	str_addf(out, "Made %zu key%s for %s:\n", list->count, is_plural ? "s" : "",
		list->items[0].key->domain);
	for (size_t i = 0; i < list->count; i++) {
		const struct key_item *item = &list->items[i];

		str_addf(out, "  %-7s  %4u bits  %s%s\n", key_algorithm(item->key), key_bits(item->key),
			shown_path(call, item->key),
			item->is_in_use ? "" : "  not in use: another was made later");
	}
	str_addf(out, "Keep a copy of %s in a safe place; show %s to nobody.\n\n", is_plural ? "them" : "it",
		is_plural ? "them" : "it");
	for (size_t i = 0; i < list->count; i++)
		add_zone_line(list->items[i].key, out);
	str_addf(out, "\nNext: publish %s in the DNS before you send again; then look at %s:\n",
		is_plural ? "these records" : "this record", is_plural ? "them" : "it");
	for (size_t i = 0; i < list->count; i++) {
		str_add_text(out, "  dig +short TXT ");
		key_name(list->items[i].key, out);
		str_add_char(out, '\n');
	}
}

/* The one typed, or the sender's. */
static enum status find_domain(const struct call *call, struct str *domain, struct err *err)
{
	const char *typed = call_option(call, "domain");

	if (typed)
		return settingcheck_read_domain(span_of(typed), domain, err);
	return keymake_sender_domain(newsroom_settings(call->newsroom), domain, err);
}

static enum status make(struct call *call, struct key_request *request, struct err *err)
{
	struct keys *keys = newsroom_keys(call->newsroom);
	struct key_list list = {0};
	enum status status = keymake(keys, request, &list, err);
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	if (status == OK && call->json) {
		for (size_t i = 0; i < list.count; i++)
			print_json(&list.items[i]);
	} else if (status == OK) {
		add_made(call, &list, &out);
		terminal_print(&out);
	}
	str_clear(&out);
	key_list_clear(&list);
	return status;
}

static enum status run_new(struct call *call, struct err *err)
{
	struct key_request request = {
		.selector = call->argument_count ? call->arguments[0] : NULL,
		.algorithm = call_option(call, "algorithm"),
		.now_ms = clock_now_ms(),
	};
	struct str domain;
	enum status status;

	if (request.algorithm && !keymake_is_algorithm(request.algorithm))
		return call_usage(call, err, "there is no algorithm \"%s\": say --algorithm rsa or ed25519",
			request.algorithm);
	if (request.selector && !keymake_is_selector(request.selector))
		return call_usage(call, err,
			"\"%s\" can't be a selector: write small letters, digits and '-', like \"d202611\"",
			request.selector);
	str_init(&domain, STR_MAX_SMALL);
	status = find_domain(call, &domain, err);
	request.domain = domain.ptr;
	if (status == OK)
		status = make(call, &request, err);
	str_clear(&domain);
	return status;
}

static const struct command_option new_options[] = {
	{"algorithm", 0, "NAME", "rsa or ed25519 alone (else one key of each)"},
	{"domain", 0, "DOMAIN", "whose mail it signs (else the sender's domain)"},
	{0},
};

const struct command cmd_key_new = {
	.name = "key new",
	.arguments = "[SELECTOR]",
	.most = 1,
	.need = NEED_NEWSROOM,
	.options = new_options,
	.summary = "make DKIM keys and print their DNS records",
	.help = "What mail is signed with: one key of each algorithm, RSA, which everybody can\n"
		"check, and Ed25519, which is shorter and newer. A name in the DNS holds one key,\n"
		"so theirs are SELECTOR-rsa and SELECTOR-ed25519; with --algorithm it is SELECTOR\n"
		"itself. Left out, it is made of the month: \"d202611\".\n\n"
		"New keys are in use from then on; older ones stay, since mail that was signed\n"
		"with them is still under way. Take their records out of the DNS after a week.",
	.run = run_new,
};

static enum status list_keys(struct call *call, struct keys *keys, struct key_list *list, struct err *err)
{
	struct span which = {NULL, 0};
	struct str domain;
	enum status status = OK;

	str_init(&domain, STR_MAX_SMALL);
	if (call_has(call, "domain")) {
		status = find_domain(call, &domain, err);
		which = str_span(&domain);
	}
	if (status == OK)
		status = keys_list(keys, which, list, err);
	if (status == OK && !list->count)
		status = err_set(err, E_NOTFOUND, "there are no keys%s%s; make some: dateline key new",
			which.ptr ? " for " : "", which.ptr ? domain.ptr : "");
	str_clear(&domain);
	return status;
}

/* Zone files know comments. */
static void add_shown(const struct key_item *item, struct str *out)
{
	str_add_text(out, item->is_in_use ? "; in use\n" : "; not in use\n");
	add_zone_line(item->key, out);
}

static enum status run_show(struct call *call, struct err *err)
{
	struct keys *keys = newsroom_keys(call->newsroom);
	struct key_list list = {0};
	enum status status = list_keys(call, keys, &list, err);
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	for (size_t i = 0; i < list.count && status == OK; i++) {
		if (call->json)
			print_json(&list.items[i]);
		else
			add_shown(&list.items[i], &out);
	}
	terminal_print(&out);
	str_clear(&out);
	key_list_clear(&list);
	return status;
}

static const struct command_option show_options[] = {
	{"domain", 0, "DOMAIN", "only this domain's (else all)"},
	{0},
};

const struct command cmd_key_show = {
	.name = "key show",
	.arguments = "",
	.need = NEED_NEWSROOM,
	.options = show_options,
	.summary = "print the DNS records of the DKIM keys",
	.help = "As a zone file has them, ready to paste: of every key that is there, with a\n"
		"comment that says whether it is in use, and so signs what is sent from now on.",
	.run = run_show,
};
