/*
 * Two walks through each dispatch, over the queued and over the deferred ones, and lines
 * of those that were passed by.
 */
#include "app/claims.h"

#include "app/backlog.h"
#include "app/rates.h"
#include "base/clock.h"
#include "base/mem.h"
#include "deliver/site.h"
#include "store/claiming.h"

#include <stdlib.h>

/* How often to count what others may have put back, while some are waiting. */
#define LOOK_EVERY_MS 1000
/* With all of SITES_MOST domains busy, when to see whether one can be forgotten. */
#define CROWDED_MS 1000

/* Those of one dispatch that wait for one domain. */
struct line {
	struct site *site;
	struct walk *walk;
	struct backlog backlog;
	size_t index;         /* in the walk's */
	struct line *sibling; /* the same domain's in other dispatches */
};

struct walk {
	int64_t dispatch;
	struct store_cursor queued, deferred;
	bool is_walked;      /* no queued one is ahead */
	int64_t deferred_ms; /* the first try ahead; 0: not looked yet */
	struct line **lines;
	size_t line_count, line_capacity;
	size_t turn;        /* which of them is next */
	size_t waiting;     /* positions in all lines */
	bool is_stirred;    /* a line may go on */
	int64_t wake_ms;    /* steady: when one may, if it isn't stirred before */
	int64_t crowded_ms; /* steady: until when to leave the domains ahead alone */
	bool is_changed;    /* by others, and not looked at yet */
	int64_t looked_ms;
};

struct claims {
	struct store *store;
	struct sites *sites;
	struct site_rule *rules;
	struct walk **walks;
	size_t count, capacity;
	int64_t version; /* the store's; 0: not looked yet */
	int64_t now_ms;  /* of the last claims_take */
};

/* One claims_take. */
struct taking {
	struct claims *claims;
	struct walk *walk;
	int64_t now_ms, steady_ms;
	size_t want;
	int64_t *positions;
	struct site **sites; /* beside them */
	size_t count;
	bool was_stopped; /* a scan, before its end */
};

struct claims *claims_new(struct store *store, const struct settings *settings)
{
	struct claims *claims = mem_alloc(sizeof(*claims));

	claims->store = store;
	claims->rules = mem_alloc((settings->site_count + 1) * sizeof(*claims->rules));
	for (size_t i = 0; i < settings->site_count; i++) {
		const struct site_settings *site = &settings->sites[i];

		claims->rules[i] = (struct site_rule){
			site->domain, {.connections = site->connections, .rates = site->rates}};
	}
	claims->sites = sites_new(claims->rules, settings->site_count);
	return claims;
}

enum status claims_recall(struct claims *claims, struct err *err)
{
	return rates_recall_sites(claims->store, claims->sites, err);
}

static struct line *find_line(const struct walk *walk, const struct site *site)
{
	struct line *line = site->host;

	while (line && line->walk != walk)
		line = line->sibling;
	return line;
}

static struct line *new_line(struct walk *walk, struct site *site)
{
	struct line *line = mem_alloc(sizeof(*line));

	line->site = site;
	line->walk = walk;
	line->sibling = site->host;
	site->host = line;
	walk->lines = mem_grow(walk->lines, walk->line_count, &walk->line_capacity, sizeof(struct line *));
	line->index = walk->line_count;
	walk->lines[walk->line_count++] = line;
	return line;
}

static void free_line(struct line *line)
{
	struct walk *walk = line->walk;
	struct line *head = line->site->host;
	struct line *before = head;

	while (before != line && before->sibling != line)
		before = before->sibling;
	if (head == line)
		line->site->host = line->sibling;
	else
		before->sibling = line->sibling;
	walk->lines[line->index] = walk->lines[--walk->line_count];
	walk->lines[line->index]->index = line->index;
	walk->waiting -= line->backlog.count;
	backlog_clear(&line->backlog);
	free(line);
}

static void add_waiting(struct walk *walk, struct site *site, int64_t position)
{
	struct line *line = find_line(walk, site);

	if (!line)
		line = new_line(walk, site);
	backlog_add(&line->backlog, position);
	walk->waiting++;
}

static void rewind_walk(struct walk *walk)
{
	while (walk->line_count)
		free_line(walk->lines[walk->line_count - 1]);
	free(walk->lines);
	*walk = (struct walk){.dispatch = walk->dispatch};
}

void claims_rewind(struct claims *claims)
{
	for (size_t i = 0; i < claims->count; i++)
		rewind_walk(claims->walks[i]);
}

void claims_free(struct claims *claims)
{
	if (!claims)
		return;
	claims_rewind(claims);
	for (size_t i = 0; i < claims->count; i++)
		free(claims->walks[i]);
	sites_free(claims->sites);
	free(claims->walks);
	free(claims->rules);
	free(claims);
}

static struct walk *find_walk(const struct claims *claims, int64_t dispatch)
{
	for (size_t i = 0; i < claims->count; i++) {
		if (claims->walks[i]->dispatch == dispatch)
			return claims->walks[i];
	}
	return NULL;
}

void claims_add(struct claims *claims, int64_t dispatch)
{
	struct walk *walk = find_walk(claims, dispatch);

	if (walk) {
		rewind_walk(walk);
		return;
	}
	claims->walks = mem_grow(claims->walks, claims->count, &claims->capacity, sizeof(*claims->walks));
	walk = claims->walks[claims->count++] = mem_alloc(sizeof(*walk));
	walk->dispatch = dispatch;
}

static void choose(struct taking *taking, struct site *site, int64_t position)
{
	site_take(site);
	taking->positions[taking->count] = position;
	taking->sites[taking->count++] = site;
}

/* One of each domain in turn, until there are enough or none may have more. */
static void choose_waiting(struct taking *taking)
{
	struct walk *walk = taking->walk;
	size_t blocked = 0;

	if (!walk->is_stirred && taking->steady_ms < walk->wake_ms)
		return;
	while (taking->count < taking->want && blocked < walk->line_count) {
		struct line *line = walk->lines[walk->turn++ % walk->line_count];
		int64_t position;

		blocked++;
		if (site_wait_ms(line->site, taking->steady_ms) != 0)
			continue;
		blocked = 0;
		if (backlog_take(&line->backlog, &position)) {
			walk->waiting--;
			choose(taking, line->site, position);
		}
		if (!line->backlog.count)
			free_line(line);
	}
}

/* Where a scan has come to: chosen, or left to wait. False, and the scan not beyond it, if it has to stop. */
static bool meet(struct taking *taking, int64_t position, const char *domain)
{
	struct site *site;

	if (taking->count < taking->want) {
		site = sites_get(taking->claims->sites, domain, taking->steady_ms);
		if (site && site_wait_ms(site, taking->steady_ms) == 0)
			choose(taking, site, position);
		else if (site)
			add_waiting(taking->walk, site, position);
		else
			taking->walk->crowded_ms = taking->steady_ms + CROWDED_MS;
		if (site)
			return true;
	}
	taking->was_stopped = true;
	return false;
}

static bool meet_deferred(void *context, const struct store_cursor *at, const char *domain)
{
	struct taking *taking = context;

	if (at->next_ms > taking->now_ms) {
		taking->walk->deferred_ms = at->next_ms;
		return false;
	}
	if (meet(taking, at->position, domain))
		taking->walk->deferred = *at;
	return !taking->was_stopped;
}

static bool meet_queued(void *context, const struct store_cursor *at, const char *domain)
{
	struct taking *taking = context;

	if (meet(taking, at->position, domain))
		taking->walk->queued = *at;
	return !taking->was_stopped;
}

static enum status scan_deferred(struct taking *taking, struct err *err)
{
	struct walk *walk = taking->walk;
	int64_t known_ms = walk->deferred_ms;
	enum status status;

	if (known_ms > taking->now_ms)
		return OK;
	walk->deferred_ms = INT64_MAX;
	status = store_scan_deferred(
		taking->claims->store, walk->dispatch, &walk->deferred, meet_deferred, taking, err);
	if (taking->was_stopped)
		walk->deferred_ms = known_ms;
	return status;
}

static enum status scan_queued(struct taking *taking, struct err *err)
{
	struct walk *walk = taking->walk;
	enum status status;

	if (walk->is_walked)
		return OK;
	status = store_scan_queued(
		taking->claims->store, walk->dispatch, &walk->queued, meet_queued, taking, err);
	walk->is_walked = !taking->was_stopped;
	return status;
}

/* Who is late goes first, then who waits for a try that is due, then who has had none. */
static enum status choose_all(struct taking *taking, struct err *err)
{
	bool is_crowded = taking->steady_ms < taking->walk->crowded_ms;
	enum status status = OK;

	taking->count = 0;
	taking->was_stopped = false;
	choose_waiting(taking);
	if (!is_crowded && taking->count < taking->want)
		status = scan_deferred(taking, err);
	if (!is_crowded && status == OK && taking->count < taking->want && !taking->was_stopped)
		status = scan_queued(taking, err);
	return status;
}

/* Those that weren't claimed after all leave their room to others. */
static void free_room(const struct taking *taking, const struct delivery *out, size_t count)
{
	size_t at = 0;

	for (size_t i = 0; i < taking->count; i++) {
		bool is_there = at < count && out[at].position == taking->positions[i];

		if (!is_there || out[at].state != DELIVERY_CLAIMED)
			site_return(taking->sites[i]);
		at += is_there;
	}
}

static enum status take_some(struct taking *taking, struct delivery *out, size_t *count, struct err *err)
{
	enum status status = choose_all(taking, err);

	*count = 0;
	if (status == OK)
		status = store_claim(taking->claims->store, taking->walk->dispatch, taking->now_ms,
			taking->positions, taking->count, out, count, err);
	if (status != OK)
		*count = 0;
	free_room(taking, out, *count);
	return status;
}

static void give_up(const struct taking *taking, struct delivery *out, size_t *count)
{
	for (size_t i = 0; i < *count; i++) {
		struct site *site = sites_find(taking->claims->sites, out[i].domain);

		if (out[i].state == DELIVERY_CLAIMED && site)
			site_return(site);
		delivery_clear(&out[i]);
	}
	*count = 0;
}

/*
 * Others may have put some back behind us: an unknown one that is to be sent again. That shows
 * in the store's version, and in that more are open there than wait here.
 */
static enum status look_for_changes(struct taking *taking, struct err *err)
{
	struct claims *claims = taking->claims;
	struct walk *walk = taking->walk;
	int64_t version = 0;
	int64_t passed = 0;
	enum status status = store_get_version(claims->store, &version, err);

	if (status != OK)
		return status;
	for (size_t i = 0; claims->version && version != claims->version && i < claims->count; i++)
		claims->walks[i]->is_changed = true;
	claims->version = version;
	if (!walk->is_changed || !walk->is_walked)
		return OK;
	if (walk->waiting && taking->steady_ms - walk->looked_ms < LOOK_EVERY_MS)
		return OK;
	walk->looked_ms = taking->steady_ms;
	if (walk->waiting)
		status = store_count_passed(
			claims->store, walk->dispatch, &walk->queued, &walk->deferred, &passed, err);
	if (status == OK && (!walk->waiting || passed > (int64_t)walk->waiting))
		rewind_walk(walk);
	return status;
}

static void note_when_to_wake(struct taking *taking, bool has_all)
{
	struct walk *walk = taking->walk;

	walk->is_stirred = has_all && walk->line_count;
	walk->wake_ms = INT64_MAX;
	for (size_t i = 0; !has_all && i < walk->line_count; i++) {
		int64_t wait_ms = site_wait_ms(walk->lines[i]->site, taking->steady_ms);

		if (wait_ms != SITE_FULL && taking->steady_ms + wait_ms < walk->wake_ms)
			walk->wake_ms = taking->steady_ms + wait_ms;
	}
}

enum status claims_take(struct claims *claims, int64_t dispatch, int64_t now_ms, size_t want,
	struct delivery *out, size_t *count, struct err *err)
{
	struct taking taking = {.claims = claims, .walk = find_walk(claims, dispatch), .now_ms = now_ms};
	size_t some = 0;
	enum status status;

	*count = 0;
	if (now_ms < claims->now_ms)
		claims_rewind(claims);
	claims->now_ms = now_ms;
	taking.steady_ms = clock_steady_ms();
	taking.positions = mem_alloc(want * sizeof(*taking.positions));
	taking.sites = mem_alloc(want * sizeof(*taking.sites));
	status = look_for_changes(&taking, err);
	do {
		taking.want = want - *count;
		if (status == OK)
			status = take_some(&taking, out + *count, &some, err);
		*count += some;
	} while (status == OK && *count < want && taking.count);
	if (status == OK)
		note_when_to_wake(&taking, *count == want);
	else
		give_up(&taking, out, count);
	free(taking.positions);
	free(taking.sites);
	return status;
}

static void stir(const struct site *site)
{
	for (struct line *line = site->host; line; line = line->sibling)
		line->walk->is_stirred = true;
}

static bool is_behind(const struct store_cursor *cursor, int64_t next_ms, int64_t position)
{
	return next_ms < cursor->next_ms || (next_ms == cursor->next_ms && position <= cursor->position);
}

/* It may be claimed again, at a place that its walk has passed or not. */
static void come_back(
	struct claims *claims, struct site *site, const struct delivery *delivery, int64_t next_ms)
{
	struct walk *walk = find_walk(claims, delivery->dispatch);

	if (!walk)
		return;
	if (!is_behind(next_ms ? &walk->deferred : &walk->queued, next_ms, delivery->position)) {
		if (!next_ms)
			walk->is_walked = false;
		else if (next_ms < walk->deferred_ms)
			walk->deferred_ms = next_ms;
	} else if (next_ms > clock_now_ms()) {
		/* The clock was set back: what the walk took for due isn't. */
		claims_rewind(claims);
	} else {
		add_waiting(walk, site, delivery->position);
		walk->is_stirred = true;
	}
}

static enum site_news news_of(const struct attempt *attempt)
{
	if (attempt->slows_site)
		return SITE_TROUBLED;
	if (attempt->strains_site)
		return SITE_STRAINED;
	return attempt->outcome == DELIVERY_ACCEPTED ? SITE_WELL : SITE_NO_NEWS;
}

void claims_settled(struct claims *claims, const struct delivery *delivery, const struct attempt *attempt,
	enum delivery_state now, int64_t next_ms)
{
	struct site *site = sites_find(claims->sites, delivery->domain);

	if (!site)
		return;
	site_settle(site, news_of(attempt), clock_steady_ms());
	stir(site);
	if (now == DELIVERY_QUEUED || now == DELIVERY_DEFERRED)
		come_back(claims, site, delivery, next_ms);
}

void claims_returned(struct claims *claims, const struct delivery *delivery)
{
	struct site *site = sites_find(claims->sites, delivery->domain);

	if (!site)
		return;
	site_return(site);
	stir(site);
	come_back(claims, site, delivery, delivery->next_ms);
}

int64_t claims_next_ms(const struct claims *claims, int64_t dispatch, int64_t now_ms)
{
	const struct walk *walk = find_walk(claims, dispatch);
	int64_t steady_ms = clock_steady_ms();
	int64_t next_ms = walk->deferred_ms;

	if (walk->is_stirred)
		return now_ms;
	if (steady_ms < walk->crowded_ms)
		next_ms = now_ms + (walk->crowded_ms - steady_ms);
	else if (!walk->is_walked)
		return now_ms;
	if (walk->wake_ms != INT64_MAX && now_ms + (walk->wake_ms - steady_ms) < next_ms)
		next_ms = now_ms + (walk->wake_ms - steady_ms);
	return next_ms > now_ms ? next_ms : now_ms;
}
