/*
 * What a letter shows of one recipient, frozen.
 */
#include "app/slots.h"

#include "app/letters.h"
#include "app/releases.h"
#include "base/mem.h"
#include "support/newsroomcase.h"
#include "support/test.h"

/* A letter of the newsroom whose text part is `text`, and somebody of europe. */
struct slotscase {
	struct newsroomcase *room;
	struct release_set *set;
	struct letters *letters;
	struct member ana;
	struct medialist europe;
	struct str out;
};

static void init(struct slotscase *c, void **state, const char *text)
{
	int number = -1;

	*c = (struct slotscase){.room = *state};
	newsroomcase_write_fund(c->room);
	newsroomcase_write(c->room, "templates/release.txt.mustache", text);
	c->set = newsroomcase_load(c->room);
	c->letters = letters_new(c->room->newsroom, c->set, 1, c->room->now_ms, DISPATCH_PUBLIC);
	if (letters_find(c->letters, 0, "", &number, &c->room->place.err) != OK)
		fail_msg("%s", c->room->place.err.text);
	c->ana.address = mem_copy_text("ana@paper.example");
	assert_true(member_set_field(&c->ana, "name", SPAN("Ana Pérez")));
	assert_true(member_set_field(&c->ana, "beat", SPAN("migration")));
	c->europe.name = mem_copy_text("europe");
	c->europe.title = mem_copy_text("Europe media list");
	str_init(&c->out, STR_MAX_LARGE);
}

static void clear(struct slotscase *c)
{
	letters_free(c->letters);
	release_set_free(c->set);
	member_clear(&c->ana);
	free(c->europe.name);
	free(c->europe.title);
	str_clear(&c->out);
}

static enum status fill(struct slotscase *c, const struct medialist *list)
{
	return slots_fill(letters_get(c->letters, 0), letters_words(c->letters, 0), &c->ana, list, &c->out,
		&c->room->place.err);
}

/* A field's frozen value; NULL if the letter doesn't have it. */
static const char *value_of(const struct slotscase *c, const char *field)
{
	const struct letter *letter = letters_get(c->letters, 0);
	const char *value = c->out.ptr;

	for (size_t i = 0; i < letter_field_count(letter); i++) {
		if (strcmp(letter_field(letter, i), field) == 0)
			return value;
		value += strlen(value) + 1;
	}
	return NULL;
}

static void every_field_has_its_value_in_the_letters_order(void **state)
{
	struct slotscase c;

	init(&c, state, "{{subscriber.greeting}}\n{{subscriber.beat}}\n");
	assert_int_equal(fill(&c, &c.europe), OK);
	assert_string_equal(value_of(&c, "subscriber.beat"), "migration");
	assert_string_equal(value_of(&c, "subscriber.name"), "Ana Pérez");
	assert_string_equal(value_of(&c, "subscriber.greeting"), "Dear Ana Pérez,");
	assert_string_equal(value_of(&c, "list.name"), "europe");
	clear(&c);
}

static void address_and_message_id_are_not_kept_twice(void **state)
{
	struct slotscase c;

	init(&c, state, "{{subscriber.greeting}}\n");
	assert_int_equal(fill(&c, &c.europe), OK);
	assert_string_equal(value_of(&c, SLOTS_ADDRESS), "");
	assert_string_equal(value_of(&c, SLOTS_MESSAGE_ID), "");
	clear(&c);
}

static void a_copy_names_no_list(void **state)
{
	struct slotscase c;

	init(&c, state, "{{subscriber.greeting}}\n");
	assert_int_equal(fill(&c, NULL), OK);
	assert_string_equal(value_of(&c, "list.name"), "");
	assert_string_equal(value_of(&c, "list.title"), "");
	clear(&c);
}

static void whoever_lacks_what_is_needed_is_named_by_address(void **state)
{
	struct slotscase c;

	init(&c, state, "{{subscriber.desk_phone}}\n");
	assert_int_equal(fill(&c, &c.europe), E_NOTFOUND);
	assert_contains(c.room->place.err.text, "\"ana@paper.example\" has no \"subscriber.desk_phone\"");
	clear(&c);
}

static void a_section_makes_a_field_dispensable(void **state)
{
	struct slotscase c;

	init(&c, state,
		"{{#subscriber.desk_phone}}Call {{subscriber.desk_phone}}{{/subscriber.desk_phone}}\n");
	assert_int_equal(fill(&c, &c.europe), OK);
	assert_string_equal(value_of(&c, "subscriber.desk_phone"), "");
	clear(&c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newsroomcase_set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_field_has_its_value_in_the_letters_order),
		TEST(address_and_message_id_are_not_kept_twice),
		TEST(a_copy_names_no_list),
		TEST(whoever_lacks_what_is_needed_is_named_by_address),
		TEST(a_section_makes_a_field_dispensable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
