/*
 * Who gets a release, who doesn't, and why; and the order in which they get it.
 */
#include "app/plan.h"

#include "app/listpeople.h"
#include "app/lists.h"
#include "app/suppressions.h"
#include "base/idmap.h"
#include "base/mem.h"
#include "store/deliveries.h"
#include "support/newdispatch.h"
#include "support/newlist.h"
#include "support/newsroomcase.h"
#include "support/random.h"
#include "support/test.h"

/* A plan under test, with its release. */
struct planned {
	struct release_set *set;
	struct plan *plan;
	enum status status;
};

static struct planned make(struct newsroomcase *room, const struct plan_request *asked)
{
	struct planned planned = {.set = newsroomcase_load(room)};
	struct plan_request request = *asked;

	request.set = planned.set;
	planned.status = plan_make(room->newsroom, &request, &planned.plan, &room->place.err);
	return planned;
}

static void clear(struct planned *planned)
{
	plan_free(planned->plan);
	release_set_free(planned->set);
}

static int64_t id_of(struct newsroomcase *room, const char *list, const char *address)
{
	struct medialist found;
	struct member member;
	int64_t id;

	assert_int_equal(store_find_list(room->place.store, list, &found, &room->place.err), OK);
	assert_int_equal(
		store_find_member(room->place.store, found.id, address, &member, &room->place.err), OK);
	id = member.subscriber_id;
	member_clear(&member);
	medialist_clear(&found);
	return id;
}

static const struct recipient *find(
	struct newsroomcase *room, const struct plan *plan, const char *list, const char *address)
{
	int64_t id = id_of(room, list, address);

	for (size_t i = 0; i < plan->recipient_count; i++) {
		if (plan->recipients[i].subscriber_id == id)
			return &plan->recipients[i];
	}
	return NULL;
}

/* Ana and Bo on europe, Ana and Cy on mena. */
static int set_up(void **state)
{
	struct newsroomcase *room;

	if (newsroomcase_set_up(state) != 0)
		return -1;
	room = *state;
	newsroomcase_write_fund(room);
	newlist_import(&room->place, "europe",
		"address,name,language,beat\nana@paper.example,Ana Pérez,,sport\nbo@wire.example,Bo "
		"Li,fr,migration\n");
	newlist_import(&room->place, "mena",
		"address,name,language\nana@paper.example,Ana Pérez,ar\ncy@radio.example,Cy Gray,\n");
	return 0;
}

static void every_active_member_gets_it_once(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned = make(room, &(struct plan_request){.lists = "europe,mena"});
	const struct plan *plan = planned.plan;

	assert_int_equal(planned.status, OK);
	assert_int_equal(plan->recipient_count, 3);
	assert_int_equal(plan->list_count, 2);
	assert_int_equal(plan->lists[0].members, 2);
	assert_int_equal(plan->lists[0].goes, 2);
	assert_int_equal(plan->lists[1].members, 2);
	assert_int_equal(plan->lists[1].goes, 1);
	assert_int_equal(plan->lists[1].left_out, 1);
	assert_int_equal(plan->leftouts_by_reason[LEFTOUT_TWICE], 1);
	clear(&planned);
}

static void the_first_list_named_counts(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned = make(room, &(struct plan_request){.lists = "mena, europe"});
	const struct recipient *ana = find(room, planned.plan, "mena", "ana@paper.example");

	assert_non_null(ana);
	assert_string_equal(planned.plan->lists[ana->list].list.name, "mena");
	assert_int_equal(planned.plan->lists[1].left_out, 1);
	clear(&planned);
}

static void a_list_named_twice_counts_once(void **state)
{
	struct planned planned = make(*state, &(struct plan_request){.lists = "europe,europe"});

	assert_int_equal(planned.plan->list_count, 1);
	assert_int_equal(planned.plan->recipient_count, 2);
	assert_int_equal(planned.plan->lists[0].left_out, 0);
	clear(&planned);
}

static void an_unknown_list_suggests_the_near_one(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned = make(room, &(struct plan_request){.lists = "europe,menna"});

	assert_int_equal(planned.status, E_NOTFOUND);
	assert_contains(room->place.err.text, "did you mean \"mena\"?");
	clear(&planned);
}

static void more_lists_than_can_be_told_apart_are_refused(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned;
	struct str names;

	str_init(&names, STR_MAX_LARGE);
	for (size_t i = 0; i <= PLAN_LISTS_MAX; i++) {
		struct fields none = {0};
		char name[16];

		snprintf(name, sizeof(name), "list%zu", i);
		assert_int_equal(lists_new(room->place.store, name, &none, "mroy", &room->place.err), OK);
		str_addf(&names, "%s%s", i ? "," : "", name);
	}
	planned = make(room, &(struct plan_request){.lists = names.ptr});
	assert_int_equal(planned.status, E_RANGE);
	str_clear(&names);
	clear(&planned);
}

static void suppressed_people_are_left_out_and_counted(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned;

	assert_int_equal(
		suppressions_add(room->place.store, "ANA@paper.example", "", "mroy", &room->place.err), OK);
	planned = make(room, &(struct plan_request){.lists = "europe,mena"});
	assert_null(find(room, planned.plan, "europe", "ana@paper.example"));
	assert_int_equal(planned.plan->recipient_count, 2);
	assert_int_equal(planned.plan->leftouts_by_reason[LEFTOUT_SUPPRESSED], 2);
	assert_int_equal(planned.plan->lists[0].members, 2);
	clear(&planned);
}

static void whoever_unsubscribed_from_one_list_may_be_on_another(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned;

	newlist_unsubscribe(&room->place, "europe", "ana@paper.example");
	planned = make(room, &(struct plan_request){.lists = "europe,mena"});
	assert_int_equal(planned.plan->leftouts_by_reason[LEFTOUT_UNSUBSCRIBED], 1);
	assert_int_equal(planned.plan->leftouts_by_reason[LEFTOUT_TWICE], 0);
	assert_int_equal(find(room, planned.plan, "europe", "ana@paper.example")->list, 1);
	clear(&planned);
}

static void removed_people_are_not_even_counted(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned;

	assert_int_equal(
		listpeople_remove(room->place.store, "europe", "bo@wire.example", "mroy", &room->place.err),
		OK);
	planned = make(room, &(struct plan_request){.lists = "europe"});
	assert_int_equal(planned.plan->lists[0].members, 1);
	assert_int_equal(planned.plan->lists[0].left_out, 0);
	clear(&planned);
}

static void an_expression_narrows_the_lists(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned =
		make(room, &(struct plan_request){.lists = "europe", .segment = "beat = migration"});

	assert_int_equal(planned.plan->recipient_count, 1);
	assert_non_null(find(room, planned.plan, "europe", "bo@wire.example"));
	assert_int_equal(planned.plan->leftouts_by_reason[LEFTOUT_SEGMENT], 1);
	clear(&planned);
}

static void a_broken_expression_is_refused(void **state)
{
	struct planned planned = make(*state, &(struct plan_request){.lists = "europe", .segment = "beat ="});

	assert_int_equal(planned.status, E_SYNTAX);
	clear(&planned);
}

static void a_language_is_the_readers_the_lists_or_the_newsrooms(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned;
	struct fields settings = {0};

	fields_set(&settings, "language", SPAN("fr"));
	assert_int_equal(lists_set(room->place.store, "europe", &settings, "mroy", &room->place.err), OK);
	fields_set(&settings, "language", SPAN(""));
	assert_int_equal(lists_set(room->place.store, "mena", &settings, "mroy", &room->place.err), OK);
	fields_clear(&settings);
	newsroomcase_write_fund_fr(room);
	planned = make(room, &(struct plan_request){.lists = "europe,mena"});
	assert_int_equal(planned.plan->lists[0].goes_in[0], 0);
	assert_int_equal(planned.plan->lists[0].goes_in[1], 2);
	assert_int_equal(planned.plan->lists[1].goes_in[0], 1);
	assert_int_equal(planned.plan->fallback_count, 0);
	clear(&planned);
}

static void readers_of_a_language_that_is_not_there_get_the_first_and_are_counted(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned = make(room, &(struct plan_request){.lists = "mena,europe"});
	const struct plan *plan = planned.plan;

	assert_int_equal(plan->fallback_count, 2);
	assert_string_equal(plan->fallbacks[0].wanted, "ar");
	assert_int_equal(plan->request.set->count, 1);
	assert_string_equal(plan->fallbacks[1].wanted, "fr");
	assert_int_equal(plan->fallbacks[1].count, 1);
	clear(&planned);
}

/* --language fr: also those of fr-CH, whichever way round. */
static void a_language_alone_goes_to_its_readers_by_its_first_part(void **state)
{
	static const char *const asked[] = {"fr", "fr-CH", "FR"};
	struct newsroomcase *room = *state;

	newlist_import(&room->place, "africa",
		"address,language\na@paper.example,fr-CH\nb@paper.example,fr\nc@paper.example,frr\n"
		"d@paper.example,en\n");
	newsroomcase_write_fund_fr(room);
	for (size_t i = 0; i < 3; i++) {
		struct planned planned =
			make(room, &(struct plan_request){.lists = "africa", .language = asked[i]});

		assert_int_equal(planned.plan->recipient_count, 2);
		assert_int_equal(planned.plan->leftouts_by_reason[LEFTOUT_LANGUAGE], 2);
		clear(&planned);
	}
}

static void whoever_has_the_release_is_left_out(void **state)
{
	static const struct {
		enum delivery_state outcome;
		bool has;
	} cases[] = {{DELIVERY_ACCEPTED, true}, {DELIVERY_DEFERRED, true}, {DELIVERY_UNKNOWN, true},
		{DELIVERY_FAILED, false}};
	struct newsroomcase *room = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t dispatch = newdispatch_add(&room->place, "fund");
		struct planned planned;

		newdispatch_queue_member(&room->place, dispatch, "europe", "ana@paper.example");
		newdispatch_settle(&room->place, dispatch, 1, cases[i].outcome, 0, "");
		planned = make(room, &(struct plan_request){.lists = "europe"});
		assert_int_equal(planned.plan->leftouts_by_reason[LEFTOUT_HAVE_IT], cases[i].has);
		assert_int_equal(planned.plan->recipient_count, cases[i].has ? 1 : 2);
		clear(&planned);
		assert_int_equal(store_set_delivery_state(room->place.store, dispatch, 1, cases[i].outcome,
					 DELIVERY_CANCELLED, &room->place.err),
			OK);
	}
}

static void whoever_is_about_to_get_it_is_left_out_until_that_is_cancelled(void **state)
{
	struct newsroomcase *room = *state;
	int64_t dispatch = newdispatch_add(&room->place, "fund");
	struct planned planned;

	newdispatch_queue_member(&room->place, dispatch, "europe", "ana@paper.example");
	planned = make(room, &(struct plan_request){.lists = "europe"});
	assert_int_equal(planned.plan->leftouts_by_reason[LEFTOUT_HAVE_IT], 1);
	clear(&planned);
	newdispatch_set_state(&room->place, dispatch, DISPATCH_CANCELLED, "");
	planned = make(room, &(struct plan_request){.lists = "europe"});
	assert_int_equal(planned.plan->leftouts_by_reason[LEFTOUT_HAVE_IT], 0);
	clear(&planned);
}

static void the_named_ones_get_it_again_and_nobody_else(void **state)
{
	struct newsroomcase *room = *state;
	int64_t dispatch = newdispatch_add(&room->place, "fund");
	struct planned planned;

	newdispatch_queue_member(&room->place, dispatch, "europe", "ana@paper.example");
	newdispatch_settle(&room->place, dispatch, 1, DELIVERY_ACCEPTED, 250, "ok");
	planned = make(room, &(struct plan_request){
				     .lists = "europe,mena", .again = "ANA@paper.example, cy@radio.example"});
	assert_int_equal(planned.status, OK);
	assert_int_equal(planned.plan->recipient_count, 2);
	assert_null(find(room, planned.plan, "europe", "bo@wire.example"));
	clear(&planned);
}

static void a_name_given_twice_for_again_counts_once(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned =
		make(room, &(struct plan_request){.lists = "europe",
				   .again = "ana@paper.example,Ana@paper.example,bo@wire.example"});

	assert_int_equal(planned.status, OK);
	assert_int_equal(planned.plan->recipient_count, 2);
	clear(&planned);
}

static void again_for_somebody_on_none_of_the_lists_is_an_error(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned = make(room,
		&(struct plan_request){.lists = "europe", .again = "ana@paper.example,cy@radio.example"});

	assert_int_equal(planned.status, E_NOTFOUND);
	assert_contains(room->place.err.text, "\"cy@radio.example\" is on none of the lists \"europe\"");
	clear(&planned);
	planned = make(room, &(struct plan_request){.lists = "europe", .again = "nonsense"});
	assert_int_equal(planned.status, E_SYNTAX);
	clear(&planned);
}

static void again_does_not_reach_the_suppressed(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned;

	assert_int_equal(
		suppressions_add(room->place.store, "ana@paper.example", "", "mroy", &room->place.err), OK);
	planned = make(room, &(struct plan_request){.lists = "europe", .again = "ana@paper.example"});
	assert_int_equal(planned.plan->recipient_count, 0);
	assert_int_equal(planned.plan->leftouts_by_reason[LEFTOUT_SUPPRESSED], 1);
	clear(&planned);
}

static void one_name_at_two_addresses_is_pointed_out(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned;

	newlist_import(&room->place, "africa",
		"address,name\na1@paper.example,ana pe\xcc\x81rez\nb1@paper.example,\nb2@paper.example,\n");
	planned = make(room, &(struct plan_request){.lists = "europe,africa"});
	assert_int_equal(planned.plan->recipient_count, 5);
	assert_int_equal(planned.plan->equal_names_total, 1);
	assert_int_equal(planned.plan->equal_name_count, 1);
	clear(&planned);
}

static void a_plan_changes_nothing(void **state)
{
	struct newsroomcase *room = *state;
	struct planned planned = make(room, &(struct plan_request){.lists = "europe,mena"});

	assert_int_equal(newstore_number(&room->place, "SELECT count(*) FROM dispatch"), 0);
	assert_int_equal(newstore_number(&room->place, "SELECT count(*) FROM left_out"), 0);
	clear(&planned);
}

/* Recipients at `domains` domains, as many at each as chance says; the plan owns nothing else. */
static struct plan *made_up_plan(struct random *random, size_t domains, size_t most)
{
	struct plan *plan = mem_alloc(sizeof(*plan));

	plan->recipients = mem_alloc(domains * most * sizeof(*plan->recipients));
	for (size_t d = 0; d < domains; d++) {
		size_t people = 1 + random_below(random, most);

		for (size_t i = 0; i < people; i++) {
			plan->recipients[plan->recipient_count] =
				(struct recipient){.subscriber_id = (uint32_t)plan->recipient_count + 1,
					.domain_hash = (uint32_t)idmap_hash(&d, sizeof(d))};
			plan->recipient_count++;
		}
	}
	return plan;
}

static void positions_are_a_permutation(void **state)
{
	struct random random;

	(void)state;
	random_init(&random, random_first_seed());
	for (int round = 0; round < 50; round++) {
		struct plan *plan = made_up_plan(&random, 1 + random_below(&random, 20), 20);
		bool *taken = mem_alloc((plan->recipient_count + 1) * sizeof(*taken));

		plan_shuffle(plan, random_below(&random, 1000000));
		for (size_t i = 0; i < plan->recipient_count; i++) {
			uint32_t position = plan->recipients[i].position;

			assert_in_range(position, 1, plan->recipient_count);
			assert_false(taken[position]);
			taken[position] = true;
		}
		free(taken);
		plan_free(plan);
	}
}

static void one_seed_gives_one_order_and_another_another(void **state)
{
	struct random random;
	struct plan *plan;
	uint32_t *first;
	size_t moved = 0;

	(void)state;
	random_init(&random, random_first_seed());
	plan = made_up_plan(&random, 20, 20);
	first = mem_alloc(plan->recipient_count * sizeof(*first));
	plan_shuffle(plan, 7);
	for (size_t i = 0; i < plan->recipient_count; i++)
		first[i] = plan->recipients[i].position;
	plan_shuffle(plan, 8);
	for (size_t i = 0; i < plan->recipient_count; i++)
		moved += plan->recipients[i].position != first[i];
	assert_true(moved > plan->recipient_count / 2);
	plan_shuffle(plan, 7);
	for (size_t i = 0; i < plan->recipient_count; i++)
		assert_int_equal(plan->recipients[i].position, first[i]);
	free(first);
	plan_free(plan);
}

/*
 * One large domain among many single people: each n-th part of the dispatch has about one
 * of its n. Places are even by design; others' random places shift them a little.
 */
static void a_domain_is_spread_over_the_whole_dispatch(void **state)
{
	enum {
		LARGE = 100,
		OTHERS = 9900,
		TOTAL = LARGE + OTHERS
	};
	struct plan *plan = mem_alloc(sizeof(*plan));
	size_t tenths[10] = {0};

	(void)state;
	plan->recipients = mem_alloc(TOTAL * sizeof(*plan->recipients));
	plan->recipient_count = TOTAL;
	for (size_t i = 0; i < TOTAL; i++)
		plan->recipients[i] = (struct recipient){.subscriber_id = (uint32_t)i + 1,
			.domain_hash = i < LARGE ? 1 : (uint32_t)idmap_hash(&i, sizeof(i))};
	plan_shuffle(plan, random_first_seed());
	for (size_t i = 0; i < LARGE; i++)
		tenths[(plan->recipients[i].position - 1) * 10 / TOTAL]++;
	for (size_t i = 0; i < 10; i++)
		assert_in_range(tenths[i], 7, 13);
	plan_free(plan);
}

/* The n people of each domain lie in its n parts, when their places are told by all of that domain alone. */
static void two_domains_of_one_size_take_turns(void **state)
{
	enum {
		EACH = 200
	};
	struct plan *plan = mem_alloc(sizeof(*plan));
	size_t longest = 0;
	size_t run = 0;
	uint64_t *order = mem_alloc((2 * EACH + 1) * sizeof(*order));

	(void)state;
	plan->recipients = mem_alloc(2 * EACH * sizeof(*plan->recipients));
	plan->recipient_count = 2 * EACH;
	for (size_t i = 0; i < 2 * EACH; i++)
		plan->recipients[i] =
			(struct recipient){.subscriber_id = (uint32_t)i + 1, .domain_hash = i % 2};
	plan_shuffle(plan, random_first_seed());
	for (size_t i = 0; i < 2 * EACH; i++)
		order[plan->recipients[i].position] = plan->recipients[i].domain_hash;
	for (size_t i = 1; i <= 2 * EACH; i++) {
		run = i > 1 && order[i] == order[i - 1] ? run + 1 : 1;
		if (run > longest)
			longest = run;
	}
	assert_in_range(longest, 1, 2);
	free(order);
	plan_free(plan);
}

static void nobody_can_be_shuffled(void **state)
{
	struct plan *plan = mem_alloc(sizeof(*plan));

	(void)state;
	plan_shuffle(plan, 1);
	plan_free(plan);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_active_member_gets_it_once),
		TEST(the_first_list_named_counts),
		TEST(a_list_named_twice_counts_once),
		TEST(an_unknown_list_suggests_the_near_one),
		TEST(more_lists_than_can_be_told_apart_are_refused),
		TEST(suppressed_people_are_left_out_and_counted),
		TEST(whoever_unsubscribed_from_one_list_may_be_on_another),
		TEST(removed_people_are_not_even_counted),
		TEST(an_expression_narrows_the_lists),
		TEST(a_broken_expression_is_refused),
		TEST(a_language_is_the_readers_the_lists_or_the_newsrooms),
		TEST(readers_of_a_language_that_is_not_there_get_the_first_and_are_counted),
		TEST(a_language_alone_goes_to_its_readers_by_its_first_part),
		TEST(whoever_has_the_release_is_left_out),
		TEST(whoever_is_about_to_get_it_is_left_out_until_that_is_cancelled),
		TEST(the_named_ones_get_it_again_and_nobody_else),
		TEST(a_name_given_twice_for_again_counts_once),
		TEST(again_for_somebody_on_none_of_the_lists_is_an_error),
		TEST(again_does_not_reach_the_suppressed),
		TEST(one_name_at_two_addresses_is_pointed_out),
		TEST(a_plan_changes_nothing),
		TEST(positions_are_a_permutation),
		TEST(one_seed_gives_one_order_and_another_another),
		TEST(a_domain_is_spread_over_the_whole_dispatch),
		TEST(two_domains_of_one_size_take_turns),
		TEST(nobody_can_be_shuffled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
