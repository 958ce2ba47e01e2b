/*
 * From the store's attempts to what counts for rates.
 */
#include "app/rates.h"

#include "base/clock.h"
#include "store/deliverylog.h"

#include <string.h>

struct recalling {
	int64_t wall_ms, steady_ms; /* both are now */
	struct sites *sites;
	const struct settings *settings;
	struct pace *paces;
};

static enum status recall(
	struct store *store, struct recalling *recalling, int64_t reach_ms, store_try_fn *fn, struct err *err)
{
	if (!reach_ms)
		return OK;
	return store_each_recent_try(
		store, recalling->wall_ms - reach_ms, recalling->wall_ms + reach_ms, fn, recalling, err);
}

static int64_t steady_of(const struct recalling *recalling, const struct recent_try *recent)
{
	int64_t ago_ms = recalling->wall_ms - recent->ended_ms;

	return recalling->steady_ms - (ago_ms > 0 ? ago_ms : 0);
}

static enum status put_site(void *context, const struct recent_try *recent, struct err *err)
{
	struct recalling *recalling = context;

	(void)err;
	sites_put(recalling->sites, recent->domain, steady_of(recalling, recent), recalling->steady_ms);
	return OK;
}

enum status rates_recall_sites(struct store *store, struct sites *sites, struct err *err)
{
	struct recalling recalling = {
		.wall_ms = clock_now_ms(), .steady_ms = clock_steady_ms(), .sites = sites};

	return recall(store, &recalling, sites_reach_ms(sites), put_site, err);
}

static enum status put_relay(void *context, const struct recent_try *recent, struct err *err)
{
	struct recalling *recalling = context;

	(void)err;
	for (size_t i = 0; i < recalling->settings->relay_count; i++) {
		if (strcmp(recalling->settings->relays[i].name, recent->relay) == 0)
			pace_put(&recalling->paces[i], steady_of(recalling, recent), recalling->steady_ms);
	}
	return OK;
}

enum status rates_recall_relays(
	struct store *store, const struct settings *settings, struct pace *paces, struct err *err)
{
	struct recalling recalling = {.wall_ms = clock_now_ms(),
		.steady_ms = clock_steady_ms(),
		.settings = settings,
		.paces = paces};
	int64_t longest = 0;

	for (size_t i = 0; i < settings->relay_count; i++) {
		int64_t reach = pace_reach_ms(&settings->relays[i].rates);

		pace_init(&paces[i], &settings->relays[i].rates, recalling.steady_ms);
		longest = reach > longest ? reach : longest;
	}
	return recall(store, &recalling, longest, put_relay, err);
}
