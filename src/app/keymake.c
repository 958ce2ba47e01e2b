/*
 * New keys: which ones a request asks for, and whether all of them can be there, before
 * the first is made.
 */
#include "app/keymake.h"

#include "base/zone.h"
#include "mail/addr.h"

/* One that is to be made. */
struct plan {
	enum dkim_algorithm algorithm;
	struct str selector;
};

static enum status make_one(
	struct keys *keys, const struct plan *plan, const struct key_request *request, struct err *err)
{
	struct dkim_key *key = NULL;
	enum status status = dkim_key_new(plan->algorithm, &key, err);

	if (status == OK)
		status = keys_save(
			keys, span_of(request->domain), str_span(&plan->selector), key, request->now_ms, err);
	dkim_key_free(key);
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

static enum status check_plans(
	struct keys *keys, const char *domain, const struct plan *plans, size_t count, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < count && status == OK; i++) {
		struct span selector = str_span(&plans[i].selector);

		status = dkim_check_names(span_of(domain), selector, err);
		if (status == OK)
			status = keys_check_free(keys, span_of(domain), selector, err);
	}
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

enum status keymake(
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
	for (size_t i = 0; i < count && status == OK; i++)
		status = make_one(keys, &plans[i], request, err);
	if (status == OK)
		status = find_made(keys, request->domain, plans, count, list, err);
	for (size_t i = 0; i < count; i++)
		str_clear(&plans[i].selector);
	return status;
}

bool keymake_is_selector(const char *text)
{
	return dkim_is_name(span_of(text));
}

bool keymake_is_algorithm(const char *text)
{
	enum dkim_algorithm algorithm;

	return dkim_algorithm_parse(span_of(text), &algorithm);
}

enum status keymake_sender_domain(const struct settings *settings, struct str *out, struct err *err)
{
	struct mailbox mailbox;
	enum status status = mailbox_parse(span_of(settings->sender.from), &mailbox, err);

	if (status != OK)
		return status;
	str_add_text(out, mailbox.addr.domain);
	mailbox_clear(&mailbox);
	return OK;
}
