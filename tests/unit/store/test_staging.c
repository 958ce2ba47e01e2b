/*
 * Members merged into lists, what stays as it was, and undoing it again.
 */
#include "store/staging.h"

#include "base/mem.h"
#include "store/changes.h"
#include "store/lists.h"
#include "store/sqlite.h"
#include "store/suppressions.h"
#include "support/newstore.h"
#include "support/test.h"

#include <sys/wait.h>
#include <unistd.h>

#define ANA "ana@paper.example"
#define BEN "ben@radio.example"
#define LI "li@wire.example"

static int64_t add_list(struct newstore *place, const char *name)
{
	char none[] = "";
	struct medialist list = {.name = mem_copy_text(name),
		.title = none,
		.region = none,
		.language = none,
		.zone = none,
		.from = none};
	int64_t id;

	assert_int_equal(store_add_list(place->store, &list, &place->err), OK);
	id = list.id;
	free(list.name);
	return id;
}

static int64_t add_change(struct newstore *place, int64_t list, int64_t other, enum change_kind kind)
{
	char who[] = "mroy";
	char detail[] = "";
	struct change change = {.list_id = list,
		.other_list_id = other,
		.kind = kind,
		.made_ms = 1000,
		.who = who,
		.detail = detail};

	assert_int_equal(store_add_change(place->store, &change, &place->err), OK);
	return change.id;
}

/* "address|name|outlet|attribute=value" of each; a NULL ends them. */
static void stage(struct newstore *place, const char *const *rows)
{
	int64_t duplicates;

	assert_int_equal(staging_begin(place->store, &place->err), OK);
	for (size_t i = 0; rows[i]; i++) {
		char *row = mem_copy_text(rows[i]);
		char *rest = row;
		char none[] = "";
		struct member member = {.salutation = none, .role = none, .language = none};
		char *attribute;

		member.address = strsep(&rest, "|");
		member.address_key = member.address;
		member.name = rest ? strsep(&rest, "|") : none;
		member.outlet = rest ? strsep(&rest, "|") : none;
		attribute = rest ? strsep(&rest, "=") : NULL;
		if (rest)
			fields_set(&member.attributes, attribute, span_of(rest));
		assert_int_equal(staging_add(place->store, i + 1, &member, &place->err), OK);
		fields_clear(&member.attributes);
		free(row);
	}
	assert_int_equal(staging_end(place->store, &duplicates, &place->err), OK);
}

#define ROWS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct staging_summary merge_as(struct newstore *place, int64_t list, int64_t change, bool is_revive)
{
	struct staging_summary summary;
	struct staging_options options = {.is_revive = is_revive};

	assert_int_equal(staging_merge(place->store, list, change, &options, &summary, &place->err), OK);
	return summary;
}

static int64_t import(struct newstore *place, int64_t list, const char *const *rows)
{
	int64_t change = add_change(place, list, 0, CHANGE_IMPORT);

	stage(place, rows);
	merge_as(place, list, change, false);
	return change;
}

static void remove_member(struct newstore *place, int64_t list, const char *key, int64_t change)
{
	struct member member;

	assert_int_equal(store_find_member(place->store, list, key, &member, &place->err), OK);
	assert_int_equal(store_set_member_state(place->store, list, member.subscriber_id, MEMBER_REMOVED,
				 change, &place->err),
		OK);
	member_clear(&member);
}

static void unsubscribe(struct newstore *place, const char *key)
{
	assert_int_equal(sqlite_run(place->store,
				 "UPDATE membership SET state = 2 WHERE subscriber_id ="
				 " (SELECT id FROM subscriber WHERE address_key = ?1)",
				 SQLITE_VALUES(sqlite_text(key)), &place->err),
		OK);
}

static void suppress(struct newstore *place, const char *key)
{
	char *copy = mem_copy_text(key);
	char note[] = "asked by phone";
	struct suppression suppression = {
		.address_key = copy, .address = copy, .note = note, .who = note, .made_ms = 1};

	assert_int_equal(store_add_suppression(place->store, &suppression, &place->err), OK);
	free(copy);
}

static struct undo_summary undo(struct newstore *place, int64_t list, int64_t change)
{
	struct undo_summary summary;
	int64_t undo_id = add_change(place, list, 0, CHANGE_UNDO);

	assert_int_equal(store_undo_change(place->store, change, undo_id, &summary, &place->err), OK);
	return summary;
}

/* "address|name|outlet|attributes|state;…" of a list. */
static enum status add_text(void *context, const struct member *member, struct err *err)
{
	(void)err;
	str_addf(context, "%s|%s|%s|", member->address, member->name, member->outlet);
	for (size_t i = 0; i < member->attributes.count; i++)
		str_addf(context, "%s=%s,", member->attributes.items[i].name,
			member->attributes.items[i].value);
	str_addf(context, "|%s;", member_state_name(member->state));
	return OK;
}

static void assert_list(struct newstore *place, int64_t list, const char *expected)
{
	struct str text;

	str_init(&text, STR_MAX_SMALL);
	assert_int_equal(
		store_each_member(place->store, list, STORE_ANY_STATE, add_text, &text, &place->err), OK);
	assert_string_equal(text.ptr, expected);
	str_clear(&text);
}

static void members_come_back_in_the_order_of_their_addresses(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");

	import(place, europe, ROWS(LI "|Li|Wire", ANA "|Ana|Paper|beat=health", BEN));
	assert_list(place, europe,
		ANA "|Ana|Paper|beat=health,|active;" BEN "|||"
		    "|active;" LI "|Li|Wire||active;");
}

static void of_two_rows_with_one_address_the_first_counts(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");

	import(place, europe, ROWS(ANA "|Ana|Paper", ANA "|Anna|Radio"));
	assert_list(place, europe, ANA "|Ana|Paper||active;");
}

static void an_empty_value_erases_nothing(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");

	import(place, europe, ROWS(ANA "|Ana|Paper|beat=health"));
	import(place, europe, ROWS(ANA "||"));
	assert_list(place, europe, ANA "|Ana|Paper|beat=health,|active;");
}

static void a_changed_value_replaces_and_a_new_attribute_joins(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");

	import(place, europe, ROWS(ANA "|Ana|Paper|country=fr"));
	import(place, europe, ROWS(ANA "|Ana Prado|Radio|beat=health"));
	assert_list(place, europe, ANA "|Ana Prado|Radio|beat=health,country=fr,|active;");
}

static void another_list_keeps_its_own_outlet_but_shares_the_name(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	int64_t africa = add_list(place, "africa");

	import(place, europe, ROWS(ANA "|Ana|Paper"));
	import(place, africa, ROWS(ANA "|Ana Prado|Radio"));
	assert_list(place, europe, ANA "|Ana Prado|Paper||active;");
	assert_list(place, africa, ANA "|Ana Prado|Radio||active;");
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM subscriber"), 1);
}

static void each_member_is_counted_once(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	struct staging_summary summary;
	int64_t change;

	import(place, europe, ROWS(ANA "|Ana", BEN "|Ben", LI "|Li", "u@x.example", "s@x.example"));
	remove_member(place, europe, LI, add_change(place, europe, 0, CHANGE_REMOVE));
	assert_int_equal(sqlite_run(place->store,
				 "UPDATE membership SET state = 2 WHERE subscriber_id ="
				 " (SELECT id FROM subscriber WHERE address_key = 'u@x.example')",
				 SQLITE_NO_VALUES, &place->err),
		OK);
	suppress(place, "s@x.example");
	change = add_change(place, europe, 0, CHANGE_IMPORT);
	stage(place,
		ROWS(ANA "|Ana", BEN "|Benno", LI "|Li", "u@x.example", "s@x.example|S", "new@x.example"));
	summary = merge_as(place, europe, change, false);
	assert_int_equal(summary.unchanged, 1);
	assert_int_equal(summary.updated, 1);
	assert_int_equal(summary.kept_removed, 1);
	assert_int_equal(summary.kept_unsubscribed, 1);
	assert_int_equal(summary.kept_suppressed, 1);
	assert_int_equal(summary.added, 1);
	assert_int_equal(summary.revived, 0);
}

static void a_dry_run_counts_and_writes_nothing(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	struct staging_summary summary;
	struct staging_options options = {.is_dry_run = true};

	import(place, europe, ROWS(ANA "|Ana"));
	stage(place, ROWS(ANA "|Anna", BEN));
	assert_int_equal(staging_merge(place->store, europe, 0, &options, &summary, &place->err), OK);
	assert_int_equal(summary.updated, 1);
	assert_int_equal(summary.added, 1);
	assert_list(place, europe, ANA "|Ana|||active;");
}

static void reviving_brings_back_the_removed_alone(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	int64_t removal;
	struct staging_summary summary;

	import(place, europe, ROWS(ANA, BEN, LI));
	unsubscribe(place, BEN);
	removal = add_change(place, europe, 0, CHANGE_REMOVE);
	remove_member(place, europe, ANA, removal);
	remove_member(place, europe, LI, removal);
	suppress(place, LI);
	stage(place, ROWS(ANA, BEN, LI));
	summary = merge_as(place, europe, add_change(place, europe, 0, CHANGE_IMPORT), true);
	assert_int_equal(summary.revived, 1);
	assert_list(place, europe, ANA "||||active;" BEN "||||unsubscribed;" LI "||||removed;");
}

static void those_not_staged_are_missing_and_can_be_removed(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	int64_t change;
	int64_t removed;
	struct str missing;

	import(place, europe, ROWS(ANA, BEN, LI));
	unsubscribe(place, BEN);
	change = add_change(place, europe, 0, CHANGE_REPLACE);
	stage(place, ROWS(ANA));
	str_init(&missing, STR_MAX_SMALL);
	assert_int_equal(staging_each_missing(place->store, europe, add_text, &missing, &place->err), OK);
	assert_string_equal(missing.ptr, LI "||||active;");
	str_clear(&missing);
	assert_int_equal(staging_remove_missing(place->store, europe, change, &removed, &place->err), OK);
	assert_int_equal(removed, 1);
	assert_list(place, europe, ANA "||||active;" BEN "||||unsubscribed;" LI "||||removed;");
	undo(place, europe, change);
	assert_list(place, europe, ANA "||||active;" BEN "||||unsubscribed;" LI "||||active;");
}

static void the_spared_are_not_missing(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	int64_t change;
	int64_t count;

	import(place, europe, ROWS(ANA, BEN, LI));
	change = add_change(place, europe, 0, CHANGE_REPLACE);
	stage(place, ROWS(ANA));
	assert_int_equal(staging_spare(place->store, SPAN(ANA), &place->err), OK);
	assert_int_equal(staging_spare(place->store, SPAN(BEN), &place->err), OK);
	assert_int_equal(staging_spare(place->store, SPAN(BEN), &place->err), OK);
	assert_int_equal(staging_spare(place->store, SPAN("stranger@x.example"), &place->err), OK);
	assert_int_equal(staging_count_spared(place->store, europe, &count, &place->err), OK);
	assert_int_equal(count, 1);
	assert_int_equal(staging_remove_missing(place->store, europe, change, &count, &place->err), OK);
	assert_int_equal(count, 1);
	assert_list(place, europe, ANA "||||active;" BEN "||||active;" LI "||||removed;");
	stage(place, ROWS(ANA));
	assert_int_equal(staging_count_spared(place->store, europe, &count, &place->err), OK);
	assert_int_equal(count, 0);
}

static void an_import_undone_leaves_the_list_as_it_was(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	int64_t change;
	struct undo_summary summary;

	import(place, europe, ROWS(ANA "|Ana|Paper|beat=health"));
	change = import(place, europe, ROWS(ANA "|Anna|Radio|country=fr", BEN "|Ben"));
	summary = undo(place, europe, change);
	assert_int_equal(summary.restored, 2);
	assert_list(place, europe, ANA "|Ana|Paper|beat=health,|active;");
}

static void changes_are_undone_back_to_the_first(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	int64_t first = import(place, europe, ROWS(ANA "|Ana|Paper"));
	int64_t second = import(place, europe, ROWS(ANA "|Anna|Radio"));
	struct change found;

	assert_int_equal(store_find_undoable(place->store, europe, &found, &place->err), OK);
	assert_int_equal(found.id, second);
	change_clear(&found);
	undo(place, europe, second);
	assert_int_equal(store_find_undoable(place->store, europe, &found, &place->err), OK);
	assert_int_equal(found.id, first);
	change_clear(&found);
	assert_int_equal(undo(place, europe, first).restored, 1);
	assert_list(place, europe, "");
	assert_int_equal(store_find_undoable(place->store, europe, &found, &place->err), E_NOTFOUND);
}

static void an_undo_does_not_bring_back_a_suppressed_person(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	int64_t removal;
	struct undo_summary summary;

	import(place, europe, ROWS(ANA, BEN));
	removal = add_change(place, europe, 0, CHANGE_REMOVE);
	remove_member(place, europe, ANA, removal);
	remove_member(place, europe, BEN, removal);
	suppress(place, ANA);
	summary = undo(place, europe, removal);
	assert_int_equal(summary.kept_suppressed, 1);
	assert_int_equal(summary.restored, 1);
	assert_list(place, europe, ANA "||||removed;" BEN "||||active;");
}

static void an_undo_does_not_forget_that_somebody_unsubscribed(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	int64_t change = import(place, europe, ROWS(ANA, BEN));
	struct undo_summary summary;

	unsubscribe(place, ANA);
	summary = undo(place, europe, change);
	assert_int_equal(summary.kept_unsubscribed, 1);
	assert_list(place, europe, ANA "||||unsubscribed;");
}

static void an_undo_leaves_alone_whom_a_later_change_touched(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	int64_t africa = add_list(place, "africa");
	int64_t change = import(place, europe, ROWS(ANA "|Ana", BEN "|Ben"));
	struct undo_summary summary;

	import(place, africa, ROWS(BEN "|Benno"));
	import(place, europe, ROWS(ANA "||Radio"));
	summary = undo(place, europe, change);
	assert_int_equal(summary.kept_changed, 1);
	assert_int_equal(summary.restored, 1);
	assert_list(place, europe, ANA "|Ana|Radio||active;");
	assert_list(place, africa, BEN "|Benno|||active;");
}

static void a_name_that_another_list_replaced_since_stays(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	int64_t africa = add_list(place, "africa");
	int64_t change;
	struct undo_summary summary;

	import(place, europe, ROWS(ANA "|Ana"));
	change = import(place, europe, ROWS(ANA "|Anna"));
	import(place, africa, ROWS(ANA "|Ana Prado"));
	summary = undo(place, europe, change);
	assert_int_equal(summary.names_kept, 1);
	assert_list(place, europe, ANA "|Ana Prado|||active;");
}

static void a_move_is_undone_on_both_lists_or_on_neither(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	int64_t mena = add_list(place, "mena");
	int64_t move;
	struct undo_summary summary;

	import(place, europe, ROWS(ANA "|Ana|Paper", BEN "|Ben"));
	move = add_change(place, europe, mena, CHANGE_MOVE);
	stage(place, ROWS(ANA "|Ana|Paper", BEN "|Ben"));
	merge_as(place, mena, move, true);
	remove_member(place, europe, ANA, move);
	remove_member(place, europe, BEN, move);
	import(place, mena, ROWS(BEN "||Radio"));
	summary = undo(place, mena, move);
	assert_int_equal(summary.restored, 1);
	assert_int_equal(summary.kept_changed, 1);
	assert_list(place, europe, ANA "|Ana|Paper||active;" BEN "|Ben|||removed;");
	assert_list(place, mena, BEN "|Ben|Radio||active;");
}

static void a_process_killed_in_the_middle_of_a_merge_changed_nothing(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	pid_t child;
	int ended;

	import(place, europe, ROWS(ANA "|Ana"));
	store_close(place->store);
	child = fork();
	if (child == 0) {
		assert_int_equal(store_open(place->path, &place->store, &place->err), OK);
		stage(place, ROWS(ANA "|Anna", BEN));
		assert_int_equal(store_begin(place->store, &place->err), OK);
		merge_as(place, europe, add_change(place, europe, 0, CHANGE_IMPORT), false);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
	assert_int_equal(store_open(place->path, &place->store, &place->err), OK);
	assert_list(place, europe, ANA "|Ana|||active;");
}

static void a_cleared_staging_leaves_the_store_free(void **state)
{
	struct newstore *place = *state;

	assert_int_equal(staging_begin(place->store, &place->err), OK);
	staging_clear(place->store);
	assert_int_equal(store_begin(place->store, &place->err), OK);
}

static void staging_keeps_nobody_from_writing(void **state)
{
	struct newstore *place = *state;
	struct store *other;
	int64_t duplicates;

	assert_int_equal(store_open(place->path, &other, &place->err), OK);
	assert_int_equal(staging_begin(place->store, &place->err), OK);
	assert_int_equal(store_set_meta(other, "colour", SPAN("red"), &place->err), OK);
	assert_int_equal(staging_end(place->store, &duplicates, &place->err), OK);
	store_close(other);
}

static void attributes_of_equal_content_are_unchanged_in_any_order(void **state)
{
	struct newstore *place = *state;
	int64_t europe = add_list(place, "europe");
	struct staging_summary summary;

	import(place, europe, ROWS(ANA "|||beat=health"));
	import(place, europe, ROWS(ANA "|||age=40"));
	stage(place, ROWS(ANA "|||beat=health"));
	summary = merge_as(place, europe, add_change(place, europe, 0, CHANGE_IMPORT), false);
	assert_int_equal(summary.unchanged, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(members_come_back_in_the_order_of_their_addresses),
		TEST(of_two_rows_with_one_address_the_first_counts),
		TEST(an_empty_value_erases_nothing),
		TEST(a_changed_value_replaces_and_a_new_attribute_joins),
		TEST(another_list_keeps_its_own_outlet_but_shares_the_name),
		TEST(each_member_is_counted_once),
		TEST(a_dry_run_counts_and_writes_nothing),
		TEST(reviving_brings_back_the_removed_alone),
		TEST(those_not_staged_are_missing_and_can_be_removed),
		TEST(the_spared_are_not_missing),
		TEST(an_import_undone_leaves_the_list_as_it_was),
		TEST(changes_are_undone_back_to_the_first),
		TEST(an_undo_does_not_bring_back_a_suppressed_person),
		TEST(an_undo_does_not_forget_that_somebody_unsubscribed),
		TEST(an_undo_leaves_alone_whom_a_later_change_touched),
		TEST(a_name_that_another_list_replaced_since_stays),
		TEST(a_move_is_undone_on_both_lists_or_on_neither),
		TEST(a_process_killed_in_the_middle_of_a_merge_changed_nothing),
		TEST(a_cleared_staging_leaves_the_store_free),
		TEST(staging_keeps_nobody_from_writing),
		TEST(attributes_of_equal_content_are_unchanged_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
