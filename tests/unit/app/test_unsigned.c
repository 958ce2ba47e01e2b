/*
 * Which of a plan's senders no key signs for.
 */
#include "app/unsigned.h"

#include "support/newlist.h"
#include "support/newsroomcase.h"
#include "support/test.h"

/* A plan for lists of three senders: two of the newsroom's domain, one of another. */
struct unsignedcase {
	struct newsroomcase *room;
	struct release_set *set;
	struct plan *plan;
	struct unsigned_domains domains;
};

static void init(struct unsignedcase *c, void **state)
{
	static const char *const lists[] = {"europe", "mena", "africa"};

	*c = (struct unsignedcase){.room = *state};
	newsroomcase_write_fund(c->room);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		newlist_import(&c->room->place, lists[i], "address,name\nana@paper.example,Ana\n");
	newsroomcase_set_from(c->room, "mena", "Mena Desk <mena@harbour.example>");
	newsroomcase_set_from(c->room, "africa", "Africa Desk <desk@relief.example>");
	c->set = newsroomcase_load(c->room);
	c->plan = newsroomcase_plan(c->room, c->set, "europe,mena,africa");
}

static void clear(struct unsignedcase *c)
{
	unsigned_clear(&c->domains);
	plan_free(c->plan);
	release_set_free(c->set);
}

static void find(struct unsignedcase *c)
{
	assert_int_equal(unsigned_find(c->room->newsroom, c->plan, &c->domains, &c->room->place.err), OK);
}

static void each_domain_without_a_key_is_named_once(void **state)
{
	struct unsignedcase c;

	init(&c, state);
	find(&c);
	assert_int_equal(c.domains.count, 2);
	assert_string_equal(c.domains.names[0], "harbour.example");
	assert_string_equal(c.domains.names[1], "relief.example");
	clear(&c);
}

static void a_domain_with_a_key_is_not_named(void **state)
{
	struct unsignedcase c;

	init(&c, state);
	newsroomcase_make_key(c.room, "harbour.example", "press");
	find(&c);
	assert_int_equal(c.domains.count, 1);
	assert_string_equal(c.domains.names[0], "relief.example");
	clear(&c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newsroomcase_set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_domain_without_a_key_is_named_once),
		TEST(a_domain_with_a_key_is_not_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
