/*
 * How much a recipient domain may get at once: additive increase, multiplicative decrease.
 */
#include "deliver/site.h"

#include "base/idmap.h"
#include "base/mem.h"

#include <stdlib.h>

#define BUCKETS 4096u
#define SWEEP_FROM 1024u

struct sites {
	struct site *buckets[BUCKETS];
	const struct site_rule *rules;
	size_t rule_count;
	size_t count;
	size_t sweep_at; /* this many are worth looking for idle ones */
	int64_t swept_ms;
};

static const struct site_limits no_limits;

struct sites *sites_new(const struct site_rule *rules, size_t count)
{
	struct sites *sites = mem_alloc(sizeof(*sites));

	sites->rules = rules;
	sites->rule_count = count;
	sites->sweep_at = SWEEP_FROM;
	return sites;
}

static void free_site(struct site *site)
{
	free(site->pace);
	free(site->domain);
	free(site);
}

void sites_free(struct sites *sites)
{
	if (!sites)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (sites->buckets[i]) {
			struct site *site = sites->buckets[i];

			sites->buckets[i] = site->next;
			free_site(site);
		}
	}
	free(sites);
}

size_t sites_count(const struct sites *sites)
{
	return sites->count;
}

static const struct site_limits *limits_of(const struct sites *sites, const char *domain)
{
	const struct site_limits *limits = &no_limits;
	bool is_own = false;

	for (size_t i = 0; i < sites->rule_count; i++) {
		const struct site_rule *rule = &sites->rules[i];
		bool is_named = strcmp(rule->domain, domain) == 0;

		if (is_named || (!is_own && strcmp(rule->domain, "*") == 0))
			limits = &rule->limits;
		is_own = is_own || is_named;
	}
	return limits;
}

/* A new one would let the domain have the same. */
static bool is_idle(const struct site *site, int64_t now_ms)
{
	bool was_troubled = site->ceiling != site->limits->connections || site->troubles;

	return !site->open && !site->host &&
	       (!site->pace || now_ms - site->used_ms > pace_reach_ms(&site->limits->rates)) &&
	       (!was_troubled || now_ms - site->trouble_ms > SITE_FORGET_MS);
}

static void sweep(struct sites *sites, int64_t now_ms)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		struct site **link = &sites->buckets[i];

		while (*link) {
			struct site *site = *link;

			if (!is_idle(site, now_ms)) {
				link = &site->next;
				continue;
			}
			*link = site->next;
			free_site(site);
			sites->count--;
		}
	}
	sites->swept_ms = now_ms;
	sites->sweep_at = sites->count * 2 > SWEEP_FROM ? sites->count * 2 : SWEEP_FROM;
	if (sites->sweep_at > SITES_MOST)
		sites->sweep_at = SITES_MOST;
}

static size_t bucket_of(const char *domain)
{
	uint64_t hash = idmap_hash(domain, strlen(domain));

	return (hash ^ hash >> 32) % BUCKETS;
}

struct site *sites_find(const struct sites *sites, const char *domain)
{
	struct site *site = sites->buckets[bucket_of(domain)];

	while (site && strcmp(site->domain, domain) != 0)
		site = site->next;
	return site;
}

struct site *sites_get(struct sites *sites, const char *domain, int64_t now_ms)
{
	struct site *site = sites_find(sites, domain);
	struct site **bucket;

	if (site)
		return site;
	/* A full table is looked through once an instant at most. */
	if (sites->count >= sites->sweep_at && (sites->count < SITES_MOST || now_ms != sites->swept_ms))
		sweep(sites, now_ms);
	if (sites->count >= SITES_MOST)
		return NULL;
	bucket = &sites->buckets[bucket_of(domain)];
	site = mem_alloc(sizeof(*site));
	site->domain = mem_copy_text(domain);
	site->limits = limits_of(sites, domain);
	site->ceiling = site->limits->connections;
	site->used_ms = now_ms;
	if (site->limits->rates.count) {
		site->pace = mem_alloc(sizeof(*site->pace));
		pace_init(site->pace, &site->limits->rates, now_ms);
	}
	site->next = *bucket;
	*bucket = site;
	sites->count++;
	return site;
}

int64_t sites_reach_ms(const struct sites *sites)
{
	int64_t longest = 0;

	for (size_t i = 0; i < sites->rule_count; i++) {
		int64_t reach = pace_reach_ms(&sites->rules[i].limits.rates);

		longest = reach > longest ? reach : longest;
	}
	return longest;
}

void sites_put(struct sites *sites, const char *domain, int64_t at_ms, int64_t now_ms)
{
	bool is_new = !sites_find(sites, domain);
	struct site *site = limits_of(sites, domain)->rates.count ? sites_get(sites, domain, now_ms) : NULL;

	if (!site)
		return;
	pace_put(site->pace, at_ms, now_ms);
	if (is_new || at_ms > site->used_ms)
		site->used_ms = at_ms;
}

int64_t site_wait_ms(struct site *site, int64_t now_ms)
{
	int64_t wait_ms;

	if (site->ceiling > 0 && site->open >= (int)site->ceiling)
		return SITE_FULL;
	wait_ms = site->pace ? pace_wait_beside_ms(site->pace, site->open, now_ms) : 0;
	if (wait_ms == PACE_NEVER)
		return SITE_FULL;
	if (site->paused_until_ms - now_ms > wait_ms)
		wait_ms = site->paused_until_ms - now_ms;
	return wait_ms;
}

void site_take(struct site *site)
{
	site->open++;
}

static void end_one(struct site *site)
{
	site->open--;
	if (site->stale > site->open)
		site->stale = site->open;
}

void site_return(struct site *site)
{
	end_one(site);
}

/* Those that were open together fail together: that is one trouble. */
static void slow_down(struct site *site, enum site_news news, int64_t now_ms)
{
	double had = site->open > 1 ? site->open : 1;
	int rests = site->troubles + (news == SITE_TROUBLED);
	int64_t pause_ms = rests ? SITE_PAUSE_MS : 0;

	if (site->ceiling > 0 && site->ceiling < had)
		had = site->ceiling;
	site->ceiling = had / 2 > 1 ? had / 2 : 1;
	if (!site->troubles)
		site->threshold = site->ceiling;
	site->stale = site->open - 1;
	for (int i = 1; i < rests && pause_ms < SITE_PAUSE_MOST_MS; i++)
		pause_ms *= 2;
	site->troubles++;
	site->trouble_ms = now_ms;
	site->paused_until_ms = now_ms + (pause_ms < SITE_PAUSE_MOST_MS ? pause_ms : SITE_PAUSE_MOST_MS);
}

static void speed_up(struct site *site)
{
	int most = site->limits->connections;

	site->troubles = 0;
	if (site->ceiling <= 0 || site->ceiling == most)
		return;
	site->ceiling += site->ceiling < site->threshold ? 1 : 1 / site->ceiling;
	if (most && site->ceiling > most)
		site->ceiling = most;
	else if (!most && site->ceiling > SITE_UNBOUNDED)
		site->ceiling = 0;
}

void site_settle(struct site *site, enum site_news news, int64_t now_ms)
{
	if (site->stale)
		site->stale--;
	else if (news == SITE_TROUBLED || news == SITE_STRAINED)
		slow_down(site, news, now_ms);
	else if (news == SITE_WELL)
		speed_up(site);
	if (site->pace)
		pace_put(site->pace, now_ms, now_ms);
	site->used_ms = now_ms;
	end_one(site);
}
