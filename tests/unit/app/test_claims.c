/*
 * Which deliveries go out next, and what brings them back.
 */
#include "app/claims.h"

#include "base/clock.h"
#include "store/deliveries.h"
#include "support/newdispatch.h"
#include "support/test.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* A store, claims over dispatch 1 in it, and a clock. */
struct desk {
	struct newstore *place;
	struct claims *claims;
	struct site_settings sites[2];
	struct settings settings;
	int64_t now_ms;
};

static char two[] = "two.example";
static char rated[] = "rated.example";

static int64_t now_of(void *context)
{
	return ((const struct desk *)context)->now_ms;
}

static int set_up(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));
	void *place = NULL;

	if (!desk || newstore_set_up(&place) != 0)
		return -1;
	desk->place = place;
	desk->now_ms = NEWDISPATCH_AT_MS;
	clock_replace(now_of, desk);
	desk->sites[0] = (struct site_settings){.domain = two, .connections = 2};
	desk->sites[1] = (struct site_settings){.domain = rated, .rates = {{{1, 60000}}, 1}};
	desk->settings.sites = desk->sites;
	desk->settings.site_count = COUNT(desk->sites);
	desk->claims = claims_new(desk->place->store, &desk->settings);
	claims_add(desk->claims, newdispatch_add(desk->place, "fund"));
	*state = desk;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *desk = *state;
	void *place = desk->place;

	claims_free(desk->claims);
	clock_replace(NULL, NULL);
	free(desk);
	return newstore_tear_down(&place);
}

static void queue(struct desk *desk, int count, const char *domain)
{
	char address[64];

	snprintf(address, sizeof(address), "r@%s", domain);
	for (int i = 0; i < count; i++)
		newdispatch_queue(desk->place, 1, address);
}

/* Take, expecting these positions: "1 2 5 ". */
static void assert_taken(struct desk *desk, size_t want, const char *wanted)
{
	struct delivery out[32];
	size_t count = 0;
	struct str got;

	str_init(&got, STR_MAX_SMALL);
	if (claims_take(desk->claims, 1, desk->now_ms, want, out, &count, &desk->place->err) != OK)
		fail_msg("%s", desk->place->err.text);
	for (size_t i = 0; i < count; i++) {
		str_addf(&got, "%d ", (int)out[i].position);
		delivery_clear(&out[i]);
	}
	assert_string_equal(got.ptr, wanted);
	str_clear(&got);
}

static void settle(struct desk *desk, int64_t position, const char *domain, enum delivery_state now)
{
	struct delivery delivery = {.dispatch = 1, .position = position, .domain = (char *)(uintptr_t)domain};
	int tries = (int)newdispatch_count_attempts(desk->place, 1, position);
	struct attempt attempt = newdispatch_attempt(1, position, tries + 1, now, 250, "words");
	int64_t next_ms = now == DELIVERY_DEFERRED ? desk->now_ms + 60000 : 0;

	assert_int_equal(store_settle(desk->place->store, &attempt, now, next_ms, &desk->place->err), OK);
	claims_settled(desk->claims, &delivery, &attempt, now, next_ms);
}

static void give_back(struct desk *desk, int64_t position, const char *domain)
{
	struct delivery delivery = {.dispatch = 1, .position = position, .domain = (char *)(uintptr_t)domain};

	assert_int_equal(store_give_back(desk->place->store, 1, position, &desk->place->err), OK);
	claims_returned(desk->claims, &delivery);
}

static void assert_next(struct desk *desk, int64_t wanted_ms)
{
	assert_true(claims_next_ms(desk->claims, 1, desk->now_ms) == wanted_ms);
}

static void all_go_in_their_order(void **state)
{
	struct desk *desk = *state;

	queue(desk, 5, "any.example");
	assert_next(desk, desk->now_ms);
	assert_taken(desk, 3, "1 2 3 ");
	assert_taken(desk, 3, "4 5 ");
	assert_next(desk, INT64_MAX);
}

static void a_domain_at_its_ceiling_is_passed_by_and_goes_first_later(void **state)
{
	struct desk *desk = *state;

	queue(desk, 4, two);
	queue(desk, 4, "any.example");
	assert_taken(desk, 4, "1 2 5 6 ");
	settle(desk, 2, two, DELIVERY_ACCEPTED);
	assert_taken(desk, 2, "3 7 ");
	assert_taken(desk, 2, "8 ");
	assert_next(desk, INT64_MAX);
	settle(desk, 1, two, DELIVERY_FAILED);
	assert_next(desk, desk->now_ms);
	assert_taken(desk, 2, "4 ");
}

static void a_domains_rate_says_when_to_come_again(void **state)
{
	struct desk *desk = *state;
	int64_t next_ms;

	queue(desk, 2, rated);
	assert_taken(desk, 2, "1 ");
	settle(desk, 1, rated, DELIVERY_ACCEPTED);
	assert_taken(desk, 2, "");
	next_ms = claims_next_ms(desk->claims, 1, desk->now_ms);
	assert_true(next_ms > desk->now_ms && next_ms < desk->now_ms + 70000);
	desk->now_ms = next_ms;
	assert_taken(desk, 2, "2 ");
}

static void what_a_rate_let_out_and_no_relay_took_holds_back_the_rest(void **state)
{
	struct desk *desk = *state;

	queue(desk, 2, rated);
	assert_taken(desk, 2, "1 ");
	for (int i = 0; i < 5; i++) {
		desk->now_ms += 70000;
		assert_taken(desk, 2, "");
		assert_next(desk, INT64_MAX);
	}
	settle(desk, 1, rated, DELIVERY_ACCEPTED);
	desk->now_ms += 59999;
	assert_taken(desk, 2, "");
	desk->now_ms = claims_next_ms(desk->claims, 1, desk->now_ms);
	assert_taken(desk, 2, "2 ");
}

static void what_comes_back_untried_costs_a_domain_nothing_of_its_rate(void **state)
{
	struct desk *desk = *state;

	queue(desk, 1, rated);
	for (int i = 0; i < 3; i++) {
		assert_taken(desk, 2, "1 ");
		desk->now_ms += 1000;
		give_back(desk, 1, rated);
	}
	assert_taken(desk, 2, "1 ");
}

static void those_that_wait_take_turns_by_domain(void **state)
{
	struct desk *desk = *state;

	queue(desk, 4, two);
	queue(desk, 2, rated);
	assert_taken(desk, 9, "1 2 5 ");
	settle(desk, 1, two, DELIVERY_ACCEPTED);
	settle(desk, 2, two, DELIVERY_ACCEPTED);
	settle(desk, 5, rated, DELIVERY_ACCEPTED);
	desk->now_ms += 70000;
	assert_taken(desk, 9, "3 6 4 ");
}

static void a_deferred_one_comes_at_its_time(void **state)
{
	struct desk *desk = *state;

	queue(desk, 1, "any.example");
	assert_taken(desk, 9, "1 ");
	settle(desk, 1, "any.example", DELIVERY_DEFERRED);
	assert_taken(desk, 9, "");
	assert_next(desk, desk->now_ms + 60000);
	desk->now_ms += 59999;
	assert_taken(desk, 9, "");
	desk->now_ms++;
	assert_next(desk, desk->now_ms);
	assert_taken(desk, 9, "1 ");
}

static void what_is_given_back_is_found_again(void **state)
{
	struct desk *desk = *state;

	queue(desk, 3, "any.example");
	assert_taken(desk, 2, "1 2 ");
	give_back(desk, 1, "any.example");
	assert_next(desk, desk->now_ms);
	assert_taken(desk, 9, "1 3 ");
}

static void what_comes_back_ahead_of_a_walk_that_began_again_is_found(void **state)
{
	struct desk *desk = *state;

	queue(desk, 2, "any.example");
	assert_taken(desk, 2, "1 2 ");
	claims_rewind(desk->claims);
	assert_taken(desk, 9, "");
	assert_next(desk, INT64_MAX);
	give_back(desk, 2, "any.example");
	assert_taken(desk, 9, "2 ");
}

static void looking_through_the_store_again_forgets_nobody_and_nothing_that_is_open(void **state)
{
	struct desk *desk = *state;

	queue(desk, 4, two);
	assert_taken(desk, 9, "1 2 ");
	claims_rewind(desk->claims);
	assert_taken(desk, 9, "");
	settle(desk, 1, two, DELIVERY_ACCEPTED);
	assert_taken(desk, 9, "3 ");
}

static void a_clock_that_was_set_back_hides_nothing(void **state)
{
	struct desk *desk = *state;

	queue(desk, 2, "any.example");
	assert_taken(desk, 1, "1 ");
	settle(desk, 1, "any.example", DELIVERY_DEFERRED);
	desk->now_ms += 3600000;
	assert_taken(desk, 1, "1 ");
	desk->now_ms -= 3600000;
	settle(desk, 1, "any.example", DELIVERY_DEFERRED);
	assert_taken(desk, 9, "2 ");
	desk->now_ms += 60000;
	assert_taken(desk, 9, "1 ");
}

/* A second connection, as another process has one. */
static struct store *open_other(struct desk *desk)
{
	struct store *other = NULL;

	if (store_open(desk->place->path, &other, &desk->place->err) != OK)
		fail_msg("%s", desk->place->err.text);
	return other;
}

static void what_somebody_else_puts_back_is_found_when_all_has_been_walked(void **state)
{
	struct desk *desk = *state;
	struct store *other = open_other(desk);

	queue(desk, 2, "any.example");
	assert_taken(desk, 9, "1 2 ");
	settle(desk, 1, "any.example", DELIVERY_UNKNOWN);
	assert_taken(desk, 9, "");
	assert_int_equal(store_requeue_unknown(other, 1, 1, true, &desk->place->err), OK);
	assert_taken(desk, 9, "1 ");
	store_close(other);
}

static void it_is_found_though_others_wait(void **state)
{
	struct desk *desk = *state;
	struct store *other = open_other(desk);

	queue(desk, 1, "any.example");
	queue(desk, 3, two);
	assert_taken(desk, 9, "1 2 3 ");
	settle(desk, 1, "any.example", DELIVERY_UNKNOWN);
	assert_taken(desk, 9, "");
	assert_int_equal(store_requeue_unknown(other, 1, 1, true, &desk->place->err), OK);
	desk->now_ms += 1000;
	assert_taken(desk, 9, "1 ");
	store_close(other);
}

static void what_somebody_else_cancelled_leaves_its_room_to_others(void **state)
{
	struct desk *desk = *state;
	struct store *other = open_other(desk);

	queue(desk, 4, two);
	assert_taken(desk, 9, "1 2 ");
	assert_int_equal(
		store_set_delivery_state(other, 1, 3, DELIVERY_QUEUED, DELIVERY_CANCELLED, &desk->place->err),
		OK);
	settle(desk, 1, two, DELIVERY_ACCEPTED);
	assert_taken(desk, 9, "4 ");
	store_close(other);
}

static void a_dispatch_that_is_added_again_is_looked_through_again(void **state)
{
	struct desk *desk = *state;

	assert_taken(desk, 9, "");
	queue(desk, 1, "any.example");
	assert_taken(desk, 9, "");
	claims_add(desk->claims, 1);
	assert_taken(desk, 9, "1 ");
}

static void a_domain_in_trouble_rests_and_says_until_when(void **state)
{
	struct desk *desk = *state;
	struct delivery delivery = {.dispatch = 1, .position = 1, .domain = two};
	struct attempt attempt = newdispatch_attempt(1, 1, 1, DELIVERY_FAILED, 550, "slow down");

	queue(desk, 2, two);
	queue(desk, 1, "any.example");
	assert_taken(desk, 1, "1 ");
	attempt.slows_site = true;
	assert_int_equal(
		store_settle(desk->place->store, &attempt, DELIVERY_FAILED, 0, &desk->place->err), OK);
	claims_settled(desk->claims, &delivery, &attempt, DELIVERY_FAILED, 0);
	assert_taken(desk, 9, "3 ");
	assert_next(desk, desk->now_ms + 1000);
	desk->now_ms += 1000;
	assert_taken(desk, 9, "2 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_go_in_their_order),
		TEST(a_domain_at_its_ceiling_is_passed_by_and_goes_first_later),
		TEST(a_domains_rate_says_when_to_come_again),
		TEST(what_a_rate_let_out_and_no_relay_took_holds_back_the_rest),
		TEST(what_comes_back_untried_costs_a_domain_nothing_of_its_rate),
		TEST(those_that_wait_take_turns_by_domain),
		TEST(a_deferred_one_comes_at_its_time),
		TEST(what_is_given_back_is_found_again),
		TEST(what_comes_back_ahead_of_a_walk_that_began_again_is_found),
		TEST(looking_through_the_store_again_forgets_nobody_and_nothing_that_is_open),
		TEST(a_clock_that_was_set_back_hides_nothing),
		TEST(what_somebody_else_puts_back_is_found_when_all_has_been_walked),
		TEST(it_is_found_though_others_wait),
		TEST(what_somebody_else_cancelled_leaves_its_room_to_others),
		TEST(a_dispatch_that_is_added_again_is_looked_through_again),
		TEST(a_domain_in_trouble_rests_and_says_until_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
