/*
 * Whatever becomes of deliveries, in whatever order: none is claimed twice, none is
 * forgotten, no domain gets more than it may, and none holds up the others.
 */
#include "app/claims.h"

#include "base/clock.h"
#include "store/deliveries.h"
#include "store/sqlite.h"
#include "support/newdispatch.h"
#include "support/random.h"
#include "support/test.h"

#define ROUNDS 16u
#define STEPS 120u
#define DOMAINS 6u /* the last two have no limit and no trouble */
#define FREE 4u
#define DISPATCHES 2u
#define DELIVERIES 120u /* of each dispatch */
#define WANT_MAX 16u
#define OPEN_MAX 64u

static const char *const domains[DOMAINS] = {
	"a.example", "b.example", "c.example", "d.example", "free.example", "open.example"};

struct trial {
	struct newstore *place;
	struct store *other; /* another process's */
	struct random random;
	struct site_settings sites[DOMAINS];
	struct settings settings;
	struct claims *claims;
	int64_t dispatches[DISPATCHES];
	int64_t now_ms;
	bool has_rates;
	struct delivery open[OPEN_MAX]; /* claimed */
	size_t open_count;
	int64_t *sent_ms[DOMAINS]; /* when each has ended */
	size_t sent_count[DOMAINS];
};

static int64_t now_of(void *context)
{
	return ((const struct trial *)context)->now_ms;
}

static void must(struct trial *trial, enum status status)
{
	if (status != OK)
		fail_msg("%s", trial->place->err.text);
}

static size_t pick(struct trial *trial, size_t below)
{
	return random_below(&trial->random, below);
}

static size_t domain_of(const struct delivery *delivery)
{
	size_t at = 0;

	while (strcmp(domains[at], delivery->domain) != 0)
		at++;
	return at;
}

static void make_rules(struct trial *trial)
{
	trial->has_rates = random_one_in(&trial->random, 2);
	for (size_t i = 0; i < FREE; i++) {
		struct site_settings *site = &trial->sites[trial->settings.site_count++];

		site->domain = (char *)(uintptr_t)domains[i];
		site->connections = (int)pick(trial, 4);
		if (trial->has_rates && random_one_in(&trial->random, 2)) {
			site->rates.items[0] = (struct pace_window){1 + (int)pick(trial, 5), 1000};
			site->rates.items[1] = (struct pace_window){5 + (int)pick(trial, 5), 30000};
			site->rates.count = 1 + pick(trial, 2);
		}
	}
	trial->settings.sites = trial->sites;
}

static void fill(struct trial *trial)
{
	for (size_t d = 0; d < DISPATCHES; d++) {
		trial->dispatches[d] = newdispatch_add(trial->place, "fund");
		must(trial, store_begin(trial->place->store, &trial->place->err));
		for (size_t i = 0; i < DELIVERIES; i++) {
			char address[32];
			size_t domain = random_one_in(&trial->random, 2) ? 0 : pick(trial, DOMAINS);

			snprintf(address, sizeof(address), "r@%s", domains[domain]);
			newdispatch_queue(trial->place, trial->dispatches[d], address);
		}
		must(trial, store_commit(trial->place->store, &trial->place->err));
		claims_add(trial->claims, trial->dispatches[d]);
	}
}

/* How many of a free domain could be claimed, by what the store says; what others put back is found later. */
static int64_t count_free(struct trial *trial, int64_t dispatch)
{
	int64_t count = 0;

	must(trial, sqlite_one_int(trial->place->store,
			    "SELECT count(*) FROM delivery WHERE dispatch = ?1 AND state IN (0, 3) AND "
			    "next_ms <= ?2 AND is_possible_duplicate = 0 AND domain IN ('free.example', "
			    "'open.example')",
			    SQLITE_VALUES(sqlite_int(dispatch), sqlite_int(trial->now_ms)), &count,
			    &trial->place->err));
	return count;
}

static void check_ceilings(struct trial *trial)
{
	for (size_t d = 0; d < FREE; d++) {
		const struct site_settings *site = &trial->sites[d];
		int open = 0;

		for (size_t i = 0; i < trial->open_count; i++)
			open += domain_of(&trial->open[i]) == d;
		if (site->connections && open > site->connections)
			fail_msg("%s has %d open of %d", site->domain, open, site->connections);
		for (size_t w = 0; w < site->rates.count; w++) {
			const struct pace_window *window = &site->rates.items[w];
			int recent = open; /* it may go out in any instant until it ends */

			for (size_t i = trial->sent_count[d]; i > 0; i--)
				recent += trial->sent_ms[d][i - 1] > trial->now_ms - window->per_ms;
			if (recent > window->messages)
				fail_msg("%s got %d of %d", site->domain, recent, window->messages);
		}
	}
}

static void note_taken(struct trial *trial, const struct delivery *claim)
{
	for (size_t i = 0; i < trial->open_count; i++)
		assert_false(trial->open[i].dispatch == claim->dispatch &&
			     trial->open[i].position == claim->position);
	trial->open[trial->open_count++] = *claim;
}

static struct delivery close_one(struct trial *trial, size_t at)
{
	struct delivery closed = trial->open[at];

	trial->open[at] = trial->open[--trial->open_count];
	return closed;
}

static size_t take(struct trial *trial, bool is_kept)
{
	struct delivery out[WANT_MAX];
	int64_t dispatch = trial->dispatches[pick(trial, DISPATCHES)];
	size_t want = 1 + pick(trial, WANT_MAX);
	size_t count = 0;

	if (trial->open_count + want > OPEN_MAX)
		return 0;
	must(trial, store_begin(trial->place->store, &trial->place->err));
	must(trial,
		claims_take(trial->claims, dispatch, trial->now_ms, want, out, &count, &trial->place->err));
	if (count < want)
		assert_int_equal(count_free(trial, dispatch), 0);
	if (is_kept)
		must(trial, store_commit(trial->place->store, &trial->place->err));
	else
		store_rollback(trial->place->store);
	if (!is_kept)
		claims_rewind(trial->claims);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(out[i].state, DELIVERY_CLAIMED);
		if (is_kept) {
			note_taken(trial, &out[i]);
		} else {
			claims_returned(trial->claims, &out[i]);
			delivery_clear(&out[i]);
		}
	}
	check_ceilings(trial);
	return count;
}

static void settle(struct trial *trial, enum delivery_state outcome)
{
	struct delivery delivery;
	struct attempt attempt;
	enum delivery_state now = outcome;
	int64_t next_ms = outcome == DELIVERY_DEFERRED ? trial->now_ms + (int64_t)pick(trial, 90000) : 0;

	if (!trial->open_count)
		return;
	delivery = close_one(trial, pick(trial, trial->open_count));
	trial->sent_ms[domain_of(&delivery)][trial->sent_count[domain_of(&delivery)]++] = trial->now_ms;
	attempt = newdispatch_attempt(
		delivery.dispatch, delivery.position, delivery.tries + 1, outcome, 451, "words");
	if (outcome == DELIVERY_DEFERRED && domain_of(&delivery) < FREE) {
		attempt.slows_site = random_one_in(&trial->random, 2);
		attempt.strains_site = !attempt.slows_site;
	}
	must(trial, store_settle(trial->place->store, &attempt, outcome, next_ms, &trial->place->err));
	if (outcome == DELIVERY_UNKNOWN && random_one_in(&trial->random, 2)) {
		now = DELIVERY_QUEUED;
		must(trial, store_requeue_unknown(trial->place->store, delivery.dispatch, delivery.position,
				    true, &trial->place->err));
	}
	claims_settled(trial->claims, &delivery, &attempt, now, next_ms);
	delivery_clear(&delivery);
}

static void settle_some(struct trial *trial)
{
	static const enum delivery_state outcomes[] = {DELIVERY_ACCEPTED, DELIVERY_ACCEPTED, DELIVERY_FAILED,
		DELIVERY_DEFERRED, DELIVERY_DEFERRED, DELIVERY_UNKNOWN};

	for (size_t i = pick(trial, OPEN_MAX / 2); i > 0; i--)
		settle(trial, outcomes[pick(trial, sizeof(outcomes) / sizeof(outcomes[0]))]);
}

static void give_back(struct trial *trial)
{
	struct delivery delivery;

	if (!trial->open_count)
		return;
	delivery = close_one(trial, pick(trial, trial->open_count));
	must(trial, store_give_back(
			    trial->place->store, delivery.dispatch, delivery.position, &trial->place->err));
	claims_returned(trial->claims, &delivery);
	delivery_clear(&delivery);
}

/* A person, in another process, has all unknown ones sent again. */
static void resolve(struct trial *trial)
{
	must(trial, sqlite_run(trial->other,
			    "UPDATE delivery SET state = 0, next_ms = 0, is_possible_duplicate = 1 WHERE "
			    "state = 5",
			    SQLITE_NO_VALUES, &trial->place->err));
}

/* Paces are by a clock that never goes back; the tests have one for both. */
static void set_clock(struct trial *trial)
{
	if (!trial->has_rates && random_one_in(&trial->random, 4))
		trial->now_ms -= (int64_t)pick(trial, 3600000);
	else
		trial->now_ms += (int64_t)pick(trial, 40000);
}

static void step(struct trial *trial)
{
	size_t kind = pick(trial, 24);

	if (kind < 9)
		(void)take(trial, true);
	else if (kind < 16)
		settle_some(trial);
	else if (kind < 19)
		give_back(trial);
	else if (kind < 22)
		set_clock(trial);
	else if (kind == 22)
		resolve(trial);
	else if (random_one_in(&trial->random, 2))
		claims_rewind(trial->claims);
	else
		(void)take(trial, false);
}

static int64_t count_left(struct trial *trial)
{
	return newstore_number(trial->place, "SELECT count(*) FROM delivery WHERE state IN (0, 1, 3)");
}

/* The instant that both dispatches name, or a little later while something is on its way. */
static void wait_for_more(struct trial *trial)
{
	int64_t next_ms = INT64_MAX;

	for (size_t d = 0; d < DISPATCHES; d++) {
		int64_t claim_ms = claims_next_ms(trial->claims, trial->dispatches[d], trial->now_ms);

		next_ms = claim_ms < next_ms ? claim_ms : next_ms;
	}
	if (next_ms == INT64_MAX)
		fail_msg("%d are left and none will come", (int)count_left(trial));
	trial->now_ms = next_ms;
}

/* Nothing more goes wrong: everybody gets theirs, with nobody looking through the store again. */
static void drain(struct trial *trial)
{
	size_t idle = 0;

	resolve(trial);
	while (count_left(trial)) {
		size_t count = 0;

		for (size_t i = 0; i < 4 * DISPATCHES; i++)
			count += take(trial, true);
		while (trial->open_count)
			settle(trial, DELIVERY_ACCEPTED);
		idle = count ? 0 : idle + 1;
		if (idle > 200)
			fail_msg("%d are forgotten", (int)count_left(trial));
		if (idle > 2)
			wait_for_more(trial);
	}
}

static void run_round(struct newstore *place, uint64_t seed)
{
	struct trial trial = {.place = place, .now_ms = NEWDISPATCH_AT_MS};

	random_init(&trial.random, seed);
	clock_replace(now_of, &trial);
	must(&trial, store_open(place->path, &trial.other, &place->err));
	must(&trial, sqlite_script(place->store, SPAN("PRAGMA synchronous = OFF"), &place->err));
	must(&trial, sqlite_script(trial.other, SPAN("PRAGMA synchronous = OFF"), &place->err));
	for (size_t d = 0; d < DOMAINS; d++)
		trial.sent_ms[d] = calloc(100000, sizeof(int64_t));
	make_rules(&trial);
	trial.claims = claims_new(place->store, &trial.settings);
	fill(&trial);
	for (size_t i = 0; i < STEPS; i++)
		step(&trial);
	drain(&trial);
	claims_free(trial.claims);
	for (size_t d = 0; d < DOMAINS; d++)
		free(trial.sent_ms[d]);
	store_close(trial.other);
	clock_replace(NULL, NULL);
}

static void whatever_happens_each_is_claimed_in_its_turn(void **state)
{
	uint64_t seed = random_first_seed();

	for (size_t i = 0; i < ROUNDS; i++)
		run_round(*state, seed + i);
}

static int tear_down(void **state)
{
	(void)random_show_seed(state);
	return newstore_tear_down(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			whatever_happens_each_is_claimed_in_its_turn, newstore_set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
