/*
 * What the store says went out lately counts for rates.
 */
#include "app/rates.h"

#include "base/clock.h"
#include "store/deliveries.h"
#include "support/newdispatch.h"
#include "support/test.h"

#define HOUR_MS INT64_C(3600000)
#define NOW_MS NEWDISPATCH_AT_MS

static const struct site_rule rules[] = {{"slow.example", {.rates = {{{2, HOUR_MS}}, 1}}}};

static int64_t now_of(void *context)
{
	(void)context;
	return NOW_MS;
}

static int set_up(void **state)
{
	clock_replace(now_of, NULL);
	if (newstore_set_up(state) != 0)
		return -1;
	newdispatch_add(*state, "fund");
	return 0;
}

static int tear_down(void **state)
{
	clock_replace(NULL, NULL);
	return newstore_tear_down(state);
}

static void try_at(struct newstore *place, int64_t ended_ms)
{
	int64_t position = newdispatch_queue(place, 1, "desk@slow.example");
	struct attempt attempt = newdispatch_attempt(1, position, 1, DELIVERY_ACCEPTED, 250, "ok");

	attempt.settled_ms = ended_ms;
	assert_int_equal(store_settle(place->store, &attempt, DELIVERY_ACCEPTED, 0, &place->err), OK);
}

/* For how long slow.example gets nothing. */
static int64_t site_wait(struct newstore *place)
{
	struct sites *sites = sites_new(rules, 1);
	int64_t wait_ms;

	assert_int_equal(rates_recall_sites(place->store, sites, &place->err), OK);
	wait_ms = site_wait_ms(sites_get(sites, "slow.example", clock_steady_ms()), clock_steady_ms());
	sites_free(sites);
	return wait_ms;
}

static void a_domain_waits_until_what_went_before_is_a_window_old(void **state)
{
	try_at(*state, NOW_MS - HOUR_MS / 2);
	assert_int_equal(site_wait(*state), 0);
	try_at(*state, NOW_MS - HOUR_MS / 4);
	assert_in_range(site_wait(*state), HOUR_MS / 2, HOUR_MS / 2 + HOUR_MS / PACE_SLOTS);
}

static void what_is_older_than_a_window_counts_no_more(void **state)
{
	for (int i = 0; i < 5; i++)
		try_at(*state, NOW_MS - 2 * HOUR_MS);
	assert_int_equal(site_wait(*state), 0);
}

static void after_a_clock_was_set_back_nobody_waits_longer_than_a_window(void **state)
{
	try_at(*state, NOW_MS + HOUR_MS / 2);
	try_at(*state, NOW_MS + HOUR_MS / 2);
	assert_in_range(site_wait(*state), HOUR_MS, HOUR_MS + HOUR_MS / PACE_SLOTS);
}

static void what_lies_further_ahead_than_a_window_counts_for_nothing(void **state)
{
	try_at(*state, NOW_MS + 2 * HOUR_MS);
	try_at(*state, NOW_MS + 2 * HOUR_MS);
	assert_int_equal(site_wait(*state), 0);
}

static void a_relay_has_what_went_over_it(void **state)
{
	struct newstore *place = *state;
	struct relay_settings relays[] = {
		{.name = (char[]){"relay.example:25"}, .rates = {{{1, HOUR_MS}}, 1}},
		{.name = (char[]){"other.example:25"}, .rates = {{{1, HOUR_MS}}, 1}},
		{.name = (char[]){"free.example:25"}},
	};
	struct settings settings = {.relays = relays, .relay_count = 3};
	struct pace paces[3];

	try_at(place, NOW_MS - HOUR_MS / 4);
	assert_int_equal(rates_recall_relays(place->store, &settings, paces, &place->err), OK);
	assert_in_range(pace_wait_ms(&paces[0], clock_steady_ms()), HOUR_MS * 3 / 4,
		HOUR_MS * 3 / 4 + HOUR_MS / PACE_SLOTS);
	assert_int_equal(pace_wait_ms(&paces[1], clock_steady_ms()), 0);
	assert_int_equal(pace_wait_ms(&paces[2], clock_steady_ms()), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_domain_waits_until_what_went_before_is_a_window_old),
		TEST(what_is_older_than_a_window_counts_no_more),
		TEST(after_a_clock_was_set_back_nobody_waits_longer_than_a_window),
		TEST(what_lies_further_ahead_than_a_window_counts_for_nothing),
		TEST(a_relay_has_what_went_over_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
