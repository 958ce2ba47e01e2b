/*
 * A dispatch's letters: compiled once for each language and sender.
 */
#include "app/letters.h"

#include "store/dispatches.h"
#include "support/newdispatch.h"
#include "support/newsroomcase.h"
#include "support/test.h"

struct letterscase {
	struct newsroomcase *room;
	struct release_set *set;
	struct letters *letters;
};

static void init(struct letterscase *c, void **state)
{
	c->room = *state;
	newsroomcase_write_fund(c->room);
	newsroomcase_write_fund_fr(c->room);
	c->set = newsroomcase_load(c->room);
	c->letters = letters_new(c->room->newsroom, c->set, 1, c->room->now_ms, DISPATCH_PUBLIC);
}

static void clear(struct letterscase *c)
{
	letters_free(c->letters);
	release_set_free(c->set);
}

static int find(struct letterscase *c, size_t language, const char *from)
{
	int number = -1;

	if (letters_find(c->letters, language, from, &number, &c->room->place.err) != OK)
		fail_msg("%s", c->room->place.err.text);
	return number;
}

static void a_letter_is_made_once_for_each_language_and_sender(void **state)
{
	static const char mena[] = "Mena Desk <mena@harbour.example>";
	struct letterscase c;

	init(&c, state);
	assert_int_equal(find(&c, 0, ""), 0);
	assert_int_equal(find(&c, 1, ""), 1);
	assert_int_equal(find(&c, 0, mena), 2);
	assert_int_equal(find(&c, 0, ""), 0);
	assert_int_equal(find(&c, 1, ""), 1);
	assert_int_equal(find(&c, 0, mena), 2);
	clear(&c);
}

static void a_sender_that_is_no_mailbox_is_refused_and_leaves_nothing(void **state)
{
	struct letterscase c;
	int number = 77;

	init(&c, state);
	assert_int_equal(letters_find(c.letters, 0, "no mailbox", &number, &c.room->place.err), E_SYNTAX);
	assert_int_equal(number, 77);
	assert_int_equal(find(&c, 0, ""), 0);
	clear(&c);
}

static void words_are_in_the_letters_language(void **state)
{
	struct letterscase c;
	struct str greeting;

	init(&c, state);
	str_init(&greeting, STR_MAX_SMALL);
	assert_int_equal(words_greeting(letters_words(c.letters, find(&c, 1, "")), SPAN(""), SPAN(""), true,
				 &greeting, &c.room->place.err),
		OK);
	assert_contains(greeting.ptr, "rédaction");
	str_clear(&greeting);
	clear(&c);
}

static void what_is_saved_can_be_loaded_by_its_number(void **state)
{
	struct letterscase c;
	struct letter *loaded = NULL;
	struct str bytes;

	init(&c, state);
	assert_int_equal(newdispatch_add(&c.room->place, "fund"), 1);
	find(&c, 1, "");
	find(&c, 0, "");
	assert_int_equal(letters_save(c.letters, c.room->place.store, &c.room->place.err), OK);
	assert_int_equal(
		newstore_number(&c.room->place, "SELECT count(*) FROM letter WHERE (number = 0 AND "
						"language = 'fr') OR (number = 1 AND language = 'en')"),
		2);
	str_init(&bytes, LETTER_MAX);
	assert_int_equal(store_get_letter(c.room->place.store, 1, 1, &bytes, &c.room->place.err), OK);
	assert_int_equal(letter_load(str_span(&bytes), &loaded, &c.room->place.err), OK);
	assert_int_equal(letter_field_count(loaded), letter_field_count(letters_get(c.letters, 1)));
	letter_free(loaded);
	str_clear(&bytes);
	clear(&c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newsroomcase_set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_letter_is_made_once_for_each_language_and_sender),
		TEST(a_sender_that_is_no_mailbox_is_refused_and_leaves_nothing),
		TEST(words_are_in_the_letters_language),
		TEST(what_is_saved_can_be_loaded_by_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
