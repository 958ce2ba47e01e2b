/*
 * Asking the delivery log.
 */
#include "app/deliverylog.h"

#include "app/lists.h"
#include "app/settingtable.h"
#include "base/clock.h"
#include "base/zone.h"
#include "mail/addr.h"
#include "store/deliverylog.h"
#include "store/dispatches.h"

static enum status read_states(const char *typed, struct deliverylog_query *query, struct err *err)
{
	struct span rest = span_of(typed);
	struct span word;

	while (span_split(&rest, ',', &word)) {
		enum delivery_state state;

		if (!delivery_state_parse(span_trim(word), &state))
			return err_set(err, E_SYNTAX,
				"there is no state \"%.*s\"; \"dateline log --help\" lists them",
				SPAN_ARG(span_trim(word)));
		query->filter.states |= 1u << state;
	}
	return OK;
}

static enum status read_address(const char *typed, struct deliverylog_query *query, struct err *err)
{
	struct addr addr;
	enum status status = addr_parse(span_of(typed), &addr, err);

	if (status != OK)
		return status;
	addr_key(&addr, &query->address_key);
	query->filter.address_key = query->address_key.ptr;
	addr_clear(&addr);
	return OK;
}

/* As an address's domain is kept: A-labels in lower case. */
static enum status read_domain(const char *typed, struct deliverylog_query *query, struct err *err)
{
	struct str probe;
	struct addr addr;
	enum status status;

	str_init(&probe, STR_MAX_SMALL);
	str_addf(&probe, "postmaster@%s", typed[0] == '@' ? typed + 1 : typed);
	status = addr_parse(str_span(&probe), &addr, NULL);
	str_clear(&probe);
	if (status != OK)
		return err_set(err, E_SYNTAX, "\"%s\" is no domain", typed);
	str_add_text(&query->domain, addr.domain);
	query->filter.domain = query->domain.ptr;
	addr_clear(&addr);
	return OK;
}

static enum status read_since(
	const struct newsroom *newsroom, const char *typed, struct deliverylog_query *query, struct err *err)
{
	struct zone *zone = NULL;
	int64_t ago_ms;
	enum status status;

	if (settingtable_parse_duration(span_of(typed), &ago_ms, NULL) == OK) {
		query->filter.since_ms = clock_now_ms() - ago_ms;
		return OK;
	}
	status = zone_parse_instant(
		span_of(typed), newsroom_zone(newsroom), &query->filter.since_ms, &zone, err);
	zone_free(zone);
	if (status == E_SYNTAX)
		return err_set(err, E_SYNTAX,
			"\"%s\" is no time and no duration: write it as \"2026-11-11 10:00\", or \"2h\" for "
			"two hours ago",
			typed);
	return status;
}

static enum status read_list(
	struct store *store, const char *typed, struct deliverylog_query *query, struct err *err)
{
	struct medialist list = {0};
	enum status status = lists_find(store, typed, &list, err);

	query->filter.list = typed;
	medialist_clear(&list);
	return status;
}

static enum status read_dispatch(
	struct store *store, int64_t number, struct deliverylog_query *query, struct err *err)
{
	struct dispatch dispatch = {0};
	enum status status;

	if (!number && query->filter.address_key)
		return OK;
	status = number ? store_find_dispatch(store, number, &dispatch, err)
			: store_find_newest_dispatch(store, &dispatch, err);
	query->filter.dispatch = dispatch.id;
	dispatch_clear(&dispatch);
	return status;
}

enum status deliverylog_init(struct newsroom *newsroom, const struct deliverylog_words *words,
	struct deliverylog_query *query, struct err *err)
{
	struct store *store;
	enum status status = newsroom_store(newsroom, &store, err);

	*query = (struct deliverylog_query){0};
	str_init(&query->address_key, STR_MAX_SMALL);
	str_init(&query->domain, STR_MAX_SMALL);
	if (status == OK && words->states)
		status = read_states(words->states, query, err);
	if (status == OK && words->list)
		status = read_list(store, words->list, query, err);
	if (status == OK && words->domain)
		status = read_domain(words->domain, query, err);
	if (status == OK && words->address)
		status = read_address(words->address, query, err);
	if (status == OK && words->since)
		status = read_since(newsroom, words->since, query, err);
	if (status == OK)
		status = read_dispatch(store, words->dispatch, query, err);
	return status;
}

void deliverylog_clear(struct deliverylog_query *query)
{
	str_clear(&query->address_key);
	str_clear(&query->domain);
}

enum status deliverylog_each(struct newsroom *newsroom, const struct deliverylog_query *query,
	deliverylog_fn *fn, void *context, struct err *err)
{
	struct store *store;
	enum status status = newsroom_store(newsroom, &store, err);

	return status == OK ? store_each_line(store, &query->filter, fn, context, err) : status;
}

void deliverylog_show_address(const char *address, struct str *out)
{
	struct addr addr;

	if (addr_parse(span_of(address), &addr, NULL) != OK) {
		str_add_text(out, address);
		return;
	}
	addr_format_shown(&addr, out);
	addr_clear(&addr);
}
