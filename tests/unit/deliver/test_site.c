/*
 * How much a recipient domain may get: its ceiling, its pace, and what trouble and success do to it.
 */
#include "deliver/site.h"
#include "support/test.h"

#define NOW INT64_C(1000000)
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct site_rule rules[] = {
	{"*", {.connections = 0}},
	{"four.example", {.connections = 4}},
	{"slow.example", {.rates = {{{2, 1000}}, 1}}},
	{"none.example", {.connections = 0}},
};

static int set_up(void **state)
{
	*state = sites_new(rules, COUNT(rules));
	return 0;
}

static int tear_down(void **state)
{
	sites_free(*state);
	return 0;
}

static struct site *site_of(void **state, const char *domain)
{
	struct site *site = sites_get(*state, domain, NOW);

	assert_non_null(site);
	return site;
}

/* As many as it may have at once now. */
static int take_all(struct site *site, int64_t now_ms, int most)
{
	int count = 0;

	while (count < most && site_wait_ms(site, now_ms) == 0) {
		site_take(site);
		count++;
	}
	return count;
}

static void settle(struct site *site, int count, enum site_news news, int64_t now_ms)
{
	for (int i = 0; i < count; i++)
		site_settle(site, news, now_ms);
}

static void a_domain_gets_as_many_at_once_as_its_rule_says(void **state)
{
	struct site *site = site_of(state, "four.example");

	assert_int_equal(take_all(site, NOW, 9), 4);
	assert_true(site_wait_ms(site, NOW) == SITE_FULL);
	site_settle(site, SITE_NO_NEWS, NOW);
	assert_int_equal(take_all(site, NOW, 9), 1);
	site_return(site);
	assert_int_equal(take_all(site, NOW, 9), 1);
}

static void a_domain_without_a_limit_gets_any_number(void **state)
{
	assert_int_equal(take_all(site_of(state, "any.example"), NOW, 5000), 5000);
	assert_int_equal(take_all(site_of(state, "none.example"), NOW, 5000), 5000);
}

static void a_domains_own_rule_goes_before_the_one_for_all_others(void **state)
{
	static const struct site_rule late[] = {
		{"own.example", {.connections = 7}},
		{"*", {.connections = 2}},
	};
	struct sites *sites = sites_new(late, COUNT(late));

	(void)state;
	assert_int_equal(take_all(sites_get(sites, "own.example", NOW), NOW, 9), 7);
	assert_int_equal(take_all(sites_get(sites, "other.example", NOW), NOW, 9), 2);
	sites_free(sites);
}

static void a_rate_makes_the_next_one_wait(void **state)
{
	struct site *site = site_of(state, "slow.example");
	int64_t wait_ms;

	assert_int_equal(take_all(site, NOW, 9), 2);
	settle(site, 2, SITE_WELL, NOW);
	wait_ms = site_wait_ms(site, NOW);
	assert_true(wait_ms > 0 && wait_ms != SITE_FULL);
	assert_int_equal(take_all(site, NOW + wait_ms, 9), 2);
}

static void one_that_is_returned_does_not_count_for_the_rate(void **state)
{
	struct site *site = site_of(state, "slow.example");

	assert_int_equal(take_all(site, NOW, 9), 2);
	site_return(site);
	assert_int_equal(take_all(site, NOW, 9), 1);
	site_return(site);
	assert_int_equal(take_all(site, NOW + 1, 9), 1);
}

static void what_is_on_its_way_counts_however_long_it_takes(void **state)
{
	struct site *site = site_of(state, "slow.example");

	assert_int_equal(take_all(site, NOW, 9), 2);
	assert_true(site_wait_ms(site, NOW + 100000) == SITE_FULL);
	site_settle(site, SITE_WELL, NOW + 100000);
	assert_true(site_wait_ms(site, NOW + 100500) >= 500);
	site_settle(site, SITE_WELL, NOW + 100500);
	assert_true(site_wait_ms(site, NOW + 100999) > 0);
	assert_int_equal(take_all(site, NOW + 101100, 9), 1);
	assert_int_equal(take_all(site, NOW + 101600, 9), 1);
}

static void what_went_before_counts_for_the_rate(void **state)
{
	sites_put(*state, "slow.example", NOW - 400, NOW);
	sites_put(*state, "slow.example", NOW - 700, NOW);
	sites_put(*state, "any.example", NOW - 400, NOW);
	assert_int_equal(take_all(site_of(state, "slow.example"), NOW, 9), 0);
	assert_int_equal(take_all(site_of(state, "slow.example"), NOW + 400, 9), 1);
	assert_null(sites_find(*state, "any.example"));
}

static void trouble_halves_what_a_domain_may_have_and_rests_it(void **state)
{
	struct site *site = site_of(state, "four.example");

	take_all(site, NOW, 4);
	settle(site, 1, SITE_TROUBLED, NOW);
	settle(site, 3, SITE_WELL, NOW);
	assert_int_equal(site_wait_ms(site, NOW), SITE_PAUSE_MS);
	assert_int_equal(take_all(site, NOW + SITE_PAUSE_MS, 9), 2);
}

static void strain_halves_what_a_domain_may_have_and_rests_it_from_the_second_time_on(void **state)
{
	struct site *site = site_of(state, "any.example");

	take_all(site, NOW, 40);
	settle(site, 40, SITE_STRAINED, NOW);
	assert_int_equal(take_all(site, NOW, 99), 20);
	settle(site, 20, SITE_STRAINED, NOW);
	assert_int_equal(site_wait_ms(site, NOW), SITE_PAUSE_MS);
	assert_int_equal(take_all(site, NOW + SITE_PAUSE_MS, 99), 10);
	settle(site, 10, SITE_STRAINED, NOW + SITE_PAUSE_MS);
	assert_int_equal(site_wait_ms(site, NOW + SITE_PAUSE_MS), 2 * SITE_PAUSE_MS);
}

/* Rounds of a millisecond, each with all that the domain may have, until `most` have ended. */
static int64_t time_for(struct site *site, int most, int strained_one_in)
{
	int64_t now_ms = NOW;
	int count = 0;

	while (count < most) {
		int taken = take_all(site, now_ms, 64);

		for (int i = 0; i < taken; i++)
			site_settle(site, ++count % strained_one_in ? SITE_WELL : SITE_STRAINED, now_ms);
		now_ms++;
	}
	return now_ms - NOW;
}

static void one_that_fails_in_ten_holds_up_no_others(void **state)
{
	assert_in_range(time_for(site_of(state, "any.example"), 10000, 10), 1000, 10000);
}

static void a_domain_that_refuses_everybody_is_asked_seldom(void **state)
{
	struct site *site = site_of(state, "any.example");

	assert_in_range(time_for(site, 200, 1), 70 * SITE_PAUSE_MOST_MS, 80 * SITE_PAUSE_MOST_MS);
}

static void those_that_were_open_together_fail_as_one(void **state)
{
	struct site *site = site_of(state, "four.example");

	take_all(site, NOW, 4);
	settle(site, 4, SITE_TROUBLED, NOW);
	assert_int_equal(take_all(site, NOW + SITE_PAUSE_MS, 9), 2);
}

static void a_domain_without_a_limit_has_one_after_trouble(void **state)
{
	struct site *site = site_of(state, "any.example");

	take_all(site, NOW, 40);
	settle(site, 40, SITE_TROUBLED, NOW);
	assert_int_equal(take_all(site, NOW + SITE_PAUSE_MS, 99), 20);
}

static void it_never_falls_below_one_nor_rests_longer_than_that(void **state)
{
	struct site *site = site_of(state, "four.example");
	int64_t now_ms = NOW;

	for (int i = 0; i < 50; i++) {
		now_ms += SITE_PAUSE_MOST_MS;
		assert_true(take_all(site, now_ms, 1) == 1);
		site_settle(site, SITE_TROUBLED, now_ms);
	}
	assert_int_equal(site_wait_ms(site, now_ms), SITE_PAUSE_MOST_MS);
	assert_int_equal(take_all(site, now_ms + SITE_PAUSE_MOST_MS, 9), 1);
}

static void success_brings_it_back_to_its_ceiling_and_no_further(void **state)
{
	struct site *site = site_of(state, "four.example");
	int64_t now_ms = NOW;

	for (int i = 0; i < 5; i++) {
		now_ms += SITE_PAUSE_MOST_MS;
		take_all(site, now_ms, 1);
		site_settle(site, SITE_TROUBLED, now_ms);
	}
	now_ms += SITE_PAUSE_MOST_MS;
	for (int i = 0; i < 20; i++) {
		take_all(site, now_ms, 1);
		site_settle(site, SITE_WELL, now_ms);
	}
	assert_int_equal(take_all(site, now_ms, 9), 4);
}

static void what_had_no_limit_has_none_again_after_enough_success(void **state)
{
	struct site *site = site_of(state, "any.example");

	take_all(site, NOW, 1);
	site_settle(site, SITE_TROUBLED, NOW);
	for (int i = 0; i < SITE_UNBOUNDED * SITE_UNBOUNDED; i++) {
		site_take(site);
		site_settle(site, SITE_WELL, NOW + SITE_PAUSE_MS);
	}
	assert_int_equal(take_all(site, NOW + SITE_PAUSE_MS, 5000), 5000);
}

static void add_many(struct sites *sites, size_t count, int64_t now_ms)
{
	char domain[32];

	for (size_t i = 0; i < count; i++) {
		snprintf(domain, sizeof(domain), "d%zu.example", i);
		(void)sites_get(sites, domain, now_ms);
	}
}

static void idle_domains_are_forgotten(void **state)
{
	add_many(*state, 100000, NOW);
	assert_true(sites_count(*state) < 5000);
}

static void a_domain_in_use_or_in_trouble_is_remembered(void **state)
{
	struct site *open = site_of(state, "open.example");
	struct site *troubled = site_of(state, "troubled.example");
	struct site *paced = site_of(state, "slow.example");
	struct site *hosted = site_of(state, "hosted.example");

	site_take(open);
	site_take(troubled);
	site_settle(troubled, SITE_TROUBLED, NOW);
	site_take(paced);
	site_settle(paced, SITE_WELL, NOW);
	hosted->host = state;
	add_many(*state, 10000, NOW);
	assert_ptr_equal(sites_find(*state, "open.example"), open);
	assert_ptr_equal(sites_find(*state, "troubled.example"), troubled);
	assert_ptr_equal(sites_find(*state, "slow.example"), paced);
	assert_ptr_equal(sites_find(*state, "hosted.example"), hosted);
}

static void old_trouble_is_forgotten(void **state)
{
	struct site *troubled = site_of(state, "troubled.example");

	site_take(troubled);
	site_settle(troubled, SITE_TROUBLED, NOW);
	add_many(*state, 10000, NOW + SITE_FORGET_MS + 1);
	assert_null(sites_find(*state, "troubled.example"));
}

static void there_are_so_many_busy_domains_and_no_more(void **state)
{
	char domain[32];

	for (size_t i = 0; i < SITES_MOST; i++) {
		snprintf(domain, sizeof(domain), "d%zu.example", i);
		site_take(site_of(state, domain));
	}
	assert_null(sites_get(*state, "more.example", NOW));
	site_return(sites_find(*state, "d7.example"));
	assert_non_null(sites_get(*state, "more.example", NOW + 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_domain_gets_as_many_at_once_as_its_rule_says),
		TEST(a_domain_without_a_limit_gets_any_number),
		TEST(a_domains_own_rule_goes_before_the_one_for_all_others),
		TEST(a_rate_makes_the_next_one_wait),
		TEST(one_that_is_returned_does_not_count_for_the_rate),
		TEST(what_is_on_its_way_counts_however_long_it_takes),
		TEST(what_went_before_counts_for_the_rate),
		TEST(trouble_halves_what_a_domain_may_have_and_rests_it),
		TEST(strain_halves_what_a_domain_may_have_and_rests_it_from_the_second_time_on),
		TEST(one_that_fails_in_ten_holds_up_no_others),
		TEST(a_domain_that_refuses_everybody_is_asked_seldom),
		TEST(those_that_were_open_together_fail_as_one),
		TEST(a_domain_without_a_limit_has_one_after_trouble),
		TEST(it_never_falls_below_one_nor_rests_longer_than_that),
		TEST(success_brings_it_back_to_its_ceiling_and_no_further),
		TEST(what_had_no_limit_has_none_again_after_enough_success),
		TEST(idle_domains_are_forgotten),
		TEST(a_domain_in_use_or_in_trouble_is_remembered),
		TEST(old_trouble_is_forgotten),
		TEST(there_are_so_many_busy_domains_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
