/*
 * Single people, put on lists and taken off them; suppressions.
 */
#include "app/listpeople.h"

#include "app/listhistory.h"
#include "app/suppressions.h"
#include "base/mem.h"
#include "support/newlist.h"
#include "support/test.h"

#define HEADER "address,name,outlet,role,language,salutation"
#define ANA "ana@paper.example"

static enum status add(struct newstore *place, const char *list, const char *address, const char *name,
	const char *value, struct listpeople_result *result)
{
	struct listpeople_result ignored;
	struct fields values = {0};
	enum status status;

	if (name)
		fields_set(&values, name, span_of(value));
	status = listpeople_add(
		place->store, list, address, &values, NEWLIST_WHO, result ? result : &ignored, &place->err);
	fields_clear(&values);
	return status;
}

static enum status remove_person(struct newstore *place, const char *list, const char *address)
{
	return listpeople_remove(place->store, list, address, NEWLIST_WHO, &place->err);
}

static enum status move(struct newstore *place, const char *address, const char *from, const char *to)
{
	struct listpeople_result result;

	return listpeople_move(place->store, address, from, to, NEWLIST_WHO, &result, &place->err);
}

static enum status suppress(struct newstore *place, const char *address, const char *reason)
{
	return suppressions_add(place->store, address, reason, NEWLIST_WHO, &place->err);
}

static struct undo_summary undo(struct newstore *place, const char *list)
{
	struct undo_summary summary;
	struct change undone;

	assert_int_equal(
		listhistory_undo(place->store, list, NEWLIST_WHO, &undone, &summary, &place->err), OK);
	change_clear(&undone);
	return summary;
}

static void somebody_is_added_by_the_names_that_files_use(void **state)
{
	struct newstore *place = *state;
	struct listpeople_result result;

	newlist_import(place, "europe", "email\nli@wire.example\n");
	assert_int_equal(add(place, "europe", ANA, "Publication", "Paper", &result), OK);
	assert_int_equal(result.addition, LISTPEOPLE_ADDED);
	assert_int_equal(add(place, "europe", "Ana@Paper.example", "Beat", "health", &result), OK);
	assert_int_equal(result.addition, LISTPEOPLE_UPDATED);
	assert_int_equal(add(place, "europe", ANA, "beat", "health", &result), OK);
	assert_int_equal(result.addition, LISTPEOPLE_UNCHANGED);
	assert_exported(place, "europe", HEADER ",beat\n" ANA ",,Paper,,,,health\nli@wire.example,,,,,,\n");
}

static void what_changes_nothing_leaves_no_line_in_the_history(void **state)
{
	struct newstore *place = *state;

	newlist_import(place, "europe", "email\n" ANA "\n");
	assert_int_equal(add(place, "europe", ANA, NULL, NULL, NULL), OK);
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM change WHERE kind = 4"), 0);
}

static void an_address_or_value_that_can_not_be_is_refused(void **state)
{
	struct newstore *place = *state;
	char *large = mem_alloc(1200);

	memset(large, 'x', 1100);
	newlist_import(place, "europe", "email\nli@wire.example\n");
	assert_int_equal(add(place, "europe", "ana", NULL, NULL, NULL), E_SYNTAX);
	assert_int_equal(
		add(place, "europe", "ana@paper.example\r\nBcc: x@evil.example", NULL, NULL, NULL), E_SYNTAX);
	assert_int_equal(add(place, "europe", ANA, "name", "Ana\r\nBcc: x@evil.example", NULL), E_SYNTAX);
	assert_int_equal(add(place, "europe", ANA, "beat", "\x1b[2J", NULL), E_SYNTAX);
	assert_int_equal(add(place, "europe", ANA, "beat", large, NULL), E_RANGE);
	assert_int_equal(add(place, "europe", ANA, "language", "!!", NULL), E_SYNTAX);
	assert_int_equal(add(place, "europe", ANA, "address", "ben@paper.example", NULL), E_SYNTAX);
	assert_int_equal(add(place, "eurpoe", ANA, NULL, NULL, NULL), E_NOTFOUND);
	assert_string_equal(newlist_state(place, "europe", ANA), "none");
	free(large);
}

static void a_mistyped_field_does_not_become_an_attribute(void **state)
{
	struct newstore *place = *state;

	newlist_import(place, "europe", "email\nli@wire.example\n");
	assert_int_equal(add(place, "europe", ANA, "nmae", "Ana", NULL), E_SYNTAX);
	assert_contains(place->err.text, "did you mean \"name\"?");
	assert_int_equal(add(place, "europe", ANA, "Langauge", "fr", NULL), E_SYNTAX);
	assert_contains(place->err.text, "did you mean \"language\"?");
	assert_string_equal(newlist_state(place, "europe", ANA), "none");
	assert_int_equal(add(place, "europe", ANA, "first name", "Ana", NULL), OK);
	assert_int_equal(add(place, "europe", ANA, "phone", "555-0100", NULL), OK);
}

static void an_attribute_that_a_file_brought_may_be_called_almost_like_a_field(void **state)
{
	struct newstore *place = *state;

	newlist_import(place, "europe", "email,rule\nli@wire.example,a\n");
	newlist_import(place, "mena", "email\nli@wire.example\n");
	assert_int_equal(add(place, "europe", ANA, "rule", "b", NULL), OK);
	assert_int_equal(add(place, "mena", ANA, "rule", "b", NULL), E_SYNTAX);
}

static void a_removed_person_can_be_added_by_hand(void **state)
{
	struct newstore *place = *state;
	struct listpeople_result result;

	newlist_import(place, "europe", "email\n" ANA "\n");
	assert_int_equal(remove_person(place, "europe", ANA), OK);
	assert_string_equal(newlist_state(place, "europe", ANA), "removed");
	assert_int_equal(add(place, "europe", ANA, NULL, NULL, &result), OK);
	assert_int_equal(result.addition, LISTPEOPLE_REVIVED);
	assert_string_equal(newlist_state(place, "europe", ANA), "active");
}

static void somebody_who_unsubscribed_can_not_be_added(void **state)
{
	struct newstore *place = *state;

	newlist_import(place, "europe", "email\n" ANA "\n");
	newlist_import(place, "mena", "email\n" ANA "\n");
	newlist_unsubscribe(place, "europe", ANA);
	assert_int_equal(add(place, "europe", ANA, NULL, NULL, NULL), E_DENIED);
	assert_contains(place->err.text, "unsubscribed");
	assert_int_equal(move(place, ANA, "mena", "europe"), E_DENIED);
	assert_string_equal(newlist_state(place, "europe", ANA), "unsubscribed");
	assert_string_equal(newlist_state(place, "mena", ANA), "active");
}

static void a_suppressed_person_can_be_added_but_stays_suppressed(void **state)
{
	struct newstore *place = *state;
	struct listpeople_result result;
	struct suppression found;

	newlist_import(place, "europe", "email\nli@wire.example\n");
	assert_int_equal(suppress(place, ANA, "asked by phone"), OK);
	assert_int_equal(add(place, "europe", ANA, NULL, NULL, &result), OK);
	assert_true(result.is_suppressed);
	assert_int_equal(suppressions_find(place->store, ANA, &found, &place->err), OK);
	suppression_clear(&found);
}

static void a_person_removed_and_suppressed_can_not_be_added(void **state)
{
	struct newstore *place = *state;

	newlist_import(place, "europe", "email\n" ANA "\n");
	assert_int_equal(remove_person(place, "europe", ANA), OK);
	assert_int_equal(suppress(place, ANA, ""), OK);
	assert_int_equal(add(place, "europe", ANA, NULL, NULL, NULL), E_DENIED);
	assert_string_equal(newlist_state(place, "europe", ANA), "removed");
}

static void removing_says_who_is_not_there(void **state)
{
	struct newstore *place = *state;

	newlist_import(place, "europe", "email\n" ANA "\n");
	assert_int_equal(remove_person(place, "europe", "ben@paper.example"), E_NOTFOUND);
	assert_contains(place->err.text, "\"ben@paper.example\" isn't on \"europe\"");
	assert_int_equal(remove_person(place, "europe", "ANA@PAPER.EXAMPLE"), OK);
	assert_int_equal(remove_person(place, "europe", ANA), E_NOTFOUND);
	assert_contains(place->err.text, "removed");
}

static void a_move_takes_everything_along(void **state)
{
	struct newstore *place = *state;

	newlist_import(place, "europe", "email,name,outlet,beat\n" ANA ",Ana,Paper,health\n");
	newlist_import(place, "mena", "email\nli@wire.example\n");
	assert_int_equal(move(place, ANA, "europe", "mena"), OK);
	assert_string_equal(newlist_state(place, "europe", ANA), "removed");
	assert_exported(place, "mena", HEADER ",beat\n" ANA ",Ana,Paper,,,,health\nli@wire.example,,,,,,\n");
	assert_int_equal(undo(place, "mena").restored, 1);
	assert_exported(place, "mena", HEADER "\nli@wire.example,,,,,\n");
	assert_exported(place, "europe", HEADER ",beat\n" ANA ",Ana,Paper,,,,health\n");
}

static void a_move_needs_two_lists_and_somebody_on_the_first(void **state)
{
	struct newstore *place = *state;

	newlist_import(place, "europe", "email\n" ANA "\n");
	newlist_import(place, "mena", "email\nli@wire.example\n");
	assert_int_equal(move(place, ANA, "europe", "europe"), E_CONFLICT);
	assert_int_equal(move(place, ANA, "mena", "europe"), E_NOTFOUND);
	assert_int_equal(move(place, ANA, "europe", "men"), E_NOTFOUND);
	assert_contains(place->err.text, "did you mean \"mena\"?");
}

static void a_removal_undone_does_not_bring_back_a_suppressed_person(void **state)
{
	struct newstore *place = *state;
	struct undo_summary summary;

	newlist_import(place, "europe", "email\n" ANA "\n");
	assert_int_equal(remove_person(place, "europe", ANA), OK);
	assert_int_equal(suppress(place, ANA, "complaint"), OK);
	summary = undo(place, "europe");
	assert_int_equal(summary.kept_suppressed, 1);
	assert_int_equal(summary.restored, 0);
	assert_string_equal(newlist_state(place, "europe", ANA), "removed");
}

static void an_undo_blocked_by_another_list_names_it(void **state)
{
	struct newstore *place = *state;
	struct undo_summary summary;
	struct change undone;

	newlist_import(place, "europe", "email\n" ANA "\n");
	newlist_import(place, "mena", "email\nli@wire.example\n");
	assert_int_equal(move(place, ANA, "europe", "mena"), OK);
	assert_int_equal(add(place, "mena", ANA, "beat", "health", NULL), OK);
	assert_int_equal(
		listhistory_undo(place->store, "europe", NEWLIST_WHO, &undone, &summary, &place->err),
		E_CONFLICT);
	assert_contains(place->err.text, "dateline list undo mena");
	assert_string_equal(newlist_state(place, "mena", ANA), "active");
	undo(place, "mena");
	undo(place, "europe");
	assert_string_equal(newlist_state(place, "europe", ANA), "active");
	assert_string_equal(newlist_state(place, "mena", ANA), "none");
}

static void a_suppression_keeps_a_persons_words_or_a_known_reason(void **state)
{
	struct newstore *place = *state;
	struct suppression found;

	assert_int_equal(suppress(place, ANA, "asked by phone"), OK);
	assert_int_equal(suppressions_find(place->store, "ANA@paper.example", &found, &place->err), OK);
	assert_int_equal(found.reason, SUPPRESSION_MANUAL);
	assert_string_equal(found.note, "asked by phone");
	assert_string_equal(found.who, NEWLIST_WHO);
	suppression_clear(&found);
	assert_int_equal(suppress(place, ANA, "complaint"), E_EXISTS);
	assert_int_equal(suppressions_remove(place->store, ANA, &place->err), OK);
	assert_int_equal(suppressions_remove(place->store, ANA, &place->err), E_NOTFOUND);
	assert_int_equal(suppress(place, ANA, "complaint"), OK);
	assert_int_equal(suppressions_find(place->store, ANA, &found, &place->err), OK);
	assert_int_equal(found.reason, SUPPRESSION_COMPLAINT);
	suppression_clear(&found);
}

static void a_suppression_with_controls_or_no_address_is_refused(void **state)
{
	struct newstore *place = *state;

	assert_int_equal(suppress(place, "ana", ""), E_SYNTAX);
	assert_int_equal(suppress(place, ANA, "a\nb"), E_SYNTAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(somebody_is_added_by_the_names_that_files_use),
		TEST(what_changes_nothing_leaves_no_line_in_the_history),
		TEST(an_address_or_value_that_can_not_be_is_refused),
		TEST(a_mistyped_field_does_not_become_an_attribute),
		TEST(an_attribute_that_a_file_brought_may_be_called_almost_like_a_field),
		TEST(a_removed_person_can_be_added_by_hand),
		TEST(somebody_who_unsubscribed_can_not_be_added),
		TEST(a_suppressed_person_can_be_added_but_stays_suppressed),
		TEST(a_person_removed_and_suppressed_can_not_be_added),
		TEST(removing_says_who_is_not_there),
		TEST(a_move_takes_everything_along),
		TEST(a_move_needs_two_lists_and_somebody_on_the_first),
		TEST(a_removal_undone_does_not_bring_back_a_suppressed_person),
		TEST(an_undo_blocked_by_another_list_names_it),
		TEST(a_suppression_keeps_a_persons_words_or_a_known_reason),
		TEST(a_suppression_with_controls_or_no_address_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
