/*
 * Files into lists, and lists into files.
 */
#include "app/listimport.h"

#include "app/listexport.h"
#include "app/listhistory.h"
#include "app/listpeople.h"
#include "app/suppressions.h"
#include "base/file.h"
#include "support/newlist.h"
#include "support/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEADER "address,name,outlet,role,language,salutation"
#define ANA "ana@paper.example"
#define BEN "ben@radio.example"

static enum status run(struct newstore *place, struct listimport_job job, const char *csv,
	struct listimport_summary *summary)
{
	job.list = job.list ? job.list : "europe";
	job.path = newlist_file(place, "europe.csv", csv);
	job.who = NEWLIST_WHO;
	return listimport_run(place->store, &job, summary, &place->err);
}

static void an_import_makes_the_list(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary =
		newlist_import(place, "europe", "E-Mail;Name;Publication\n" ANA ";Ana;Paper\n" BEN ";Ben;\n");

	assert_true(summary.is_new_list);
	assert_int_equal(summary.merge.added, 2);
	assert_exported(place, "europe", HEADER "\n" ANA ",Ana,Paper,,,\n" BEN ",Ben,,,,\n");
	assert_false(newlist_import(place, "europe", "email\n" ANA "\n").is_new_list);
}

static void the_summary_adds_up(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;
	const struct staging_summary *merge = &summary.merge;

	newlist_import(place, "europe", "email,name\n" ANA ",Ana\n" BEN ",Ben\n");
	assert_int_equal(run(place, (struct listimport_job){0},
				 "email,name\n" ANA ",Ana\n" BEN ",Benno\n" BEN
				 ",twice\nnobody,x\nli@wire.example,Li\n",
				 &summary),
		OK);
	assert_int_equal(summary.file.rows, 5);
	assert_int_equal(summary.file.rejected, 1);
	assert_int_equal(summary.duplicates, 1);
	assert_int_equal(merge->unchanged, 1);
	assert_int_equal(merge->updated, 1);
	assert_int_equal(merge->added, 1);
	listimport_summary_clear(&summary);
}

static void rejected_rows_are_in_a_file_with_line_column_and_reason(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;
	struct str rejects;

	assert_int_equal(run(place, (struct listimport_job){0},
				 "name,email\nAna," ANA "\n\"No, \"\"body\"\"\",nobody\n", &summary),
		OK);
	assert_string_equal(file_name(summary.rejects_path), "europe.csv.rejects.csv");
	str_init(&rejects, STR_MAX_SMALL);
	assert_int_equal(file_load(summary.rejects_path, &rejects, &place->err), OK);
	assert_contains(rejects.ptr, "line,column,reason,row\n3,2,");
	assert_contains(rejects.ptr, "\"\"\"No, \"\"\"\"body\"\"\"\"\"\",nobody\"\n");
	str_clear(&rejects);
	listimport_summary_clear(&summary);
}

static void without_rejected_rows_there_is_no_file_of_them(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;

	assert_int_equal(run(place, (struct listimport_job){0}, "email\n" ANA "\n", &summary), OK);
	assert_string_equal(summary.rejects_path, "");
	listimport_summary_clear(&summary);
}

static void rejects_that_can_not_be_written_stop_the_import(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;
	struct listimport_job job = {.rejects_path = "/nonexistent/rejects.csv"};

	newlist_import(place, "europe", "email\n" ANA "\n");
	assert_int_equal(run(place, job, "email\nnobody\n" BEN "\n", &summary), E_IO);
	assert_contains(place->err.text, "--rejects");
	assert_exported(place, "europe", HEADER "\n" ANA ",,,,,\n");
	listimport_summary_clear(&summary);
}

static void a_dry_run_writes_neither_list_nor_rejects(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;
	struct listimport_job job = {.is_dry_run = true};

	assert_int_equal(run(place, job, "email\n" ANA "\nnobody\n", &summary), OK);
	assert_true(summary.is_new_list);
	assert_int_equal(summary.merge.added, 1);
	assert_string_equal(summary.rejects_path, "");
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM list"), 0);
	listimport_summary_clear(&summary);
}

static void a_file_that_is_no_list_makes_no_list(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;

	assert_int_equal(
		run(place, (struct listimport_job){0}, "name,outlet\nAna,Paper\n", &summary), E_SYNTAX);
	listimport_summary_clear(&summary);
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM list"), 0);
}

struct asked {
	struct str missing;
	size_t count;
	enum status answer;
	struct newstore *place;
};

static enum status note_missing(void *context, const struct member *member, struct err *err)
{
	struct asked *asked = context;

	(void)err;
	str_addf(&asked->missing, "%s ", member->address);
	return OK;
}

static enum status answer(void *context, size_t missing, struct err *err)
{
	struct asked *asked = context;

	asked->count = missing;
	return asked->answer == OK ? OK : err_set(err, asked->answer, "no");
}

static struct listimport_job replacing(struct asked *asked)
{
	str_init(&asked->missing, STR_MAX_SMALL);
	return (struct listimport_job){
		.is_replace = true, .context = asked, .missing = note_missing, .confirm = answer};
}

static void replacing_asks_with_the_names_of_those_who_go(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;
	struct asked asked = {.answer = OK};

	newlist_import(place, "europe", "email\n" ANA "\n" BEN "\nli@wire.example\n");
	assert_int_equal(run(place, replacing(&asked), "email\n" BEN "\nnew@x.example\n", &summary), OK);
	assert_string_equal(asked.missing.ptr, ANA " li@wire.example ");
	assert_int_equal(asked.count, 2);
	assert_int_equal(summary.removed, 2);
	assert_exported(place, "europe", HEADER "\n" BEN ",,,,,\nnew@x.example,,,,,\n");
	str_clear(&asked.missing);
	listimport_summary_clear(&summary);
}

static void a_no_to_replacing_changes_nothing(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;
	struct asked asked = {.answer = E_CANCELLED};

	newlist_import(place, "europe", "email\n" ANA "\n");
	assert_int_equal(run(place, replacing(&asked), "email\n" BEN "\n", &summary), E_CANCELLED);
	assert_exported(place, "europe", HEADER "\n" ANA ",,,,,\n");
	str_clear(&asked.missing);
	listimport_summary_clear(&summary);
}

static void replacing_without_anybody_to_remove_does_not_ask(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;
	struct asked asked = {.answer = E_CANCELLED};

	newlist_import(place, "europe", "email\n" ANA "\n");
	assert_int_equal(run(place, replacing(&asked), "email\n" ANA "\n" BEN "\n", &summary), OK);
	str_clear(&asked.missing);
	listimport_summary_clear(&summary);
}

static void replacing_keeps_those_whose_row_was_rejected(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;
	struct asked asked = {.answer = OK};

	newlist_import(place, "europe", "email\n" ANA "\n" BEN "\nli@wire.example\n");
	assert_int_equal(run(place, replacing(&asked),
				 "language,email\nklingon," ANA "\nen," BEN "\nklingon," BEN
				 "\nklingon,stranger@x.example\n",
				 &summary),
		OK);
	assert_string_equal(asked.missing.ptr, "li@wire.example ");
	assert_int_equal(summary.file.rejected, 3);
	assert_int_equal(summary.spared, 1);
	assert_int_equal(summary.removed, 1);
	assert_exported(place, "europe", HEADER "\n" ANA ",,,,,\n" BEN ",,,,en,\n");
	str_clear(&asked.missing);
	listimport_summary_clear(&summary);
}

static void replacing_by_a_file_without_a_good_row_is_refused(void **state)
{
	static const char *const files[] = {
		"email\n", "email\nnobody\n", "email,language\n" ANA ",klingon\n"};
	struct newstore *place = *state;

	newlist_import(place, "europe", "email\n" ANA "\n" BEN "\n");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct listimport_summary summary;
		struct asked asked = {.answer = OK};

		assert_int_equal(run(place, replacing(&asked), files[i], &summary), E_RANGE);
		assert_contains(place->err.text, "europe.csv\" has no good row");
		assert_string_equal(asked.missing.ptr, "");
		assert_exported(place, "europe", HEADER "\n" ANA ",,,,,\n" BEN ",,,,,\n");
		str_clear(&asked.missing);
		listimport_summary_clear(&summary);
	}
}

static enum status change_meanwhile(void *context, size_t missing, struct err *err)
{
	struct asked *asked = context;
	struct store *other;
	struct listpeople_result result;

	(void)missing;
	assert_int_equal(store_open(asked->place->path, &other, err), OK);
	assert_int_equal(listpeople_add(other, "europe", "late@x.example", &(struct fields){0}, NEWLIST_WHO,
				 &result, err),
		OK);
	store_close(other);
	return OK;
}

static void somebody_added_while_replacing_asks_is_not_removed_unseen(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;
	struct asked asked = {.place = place};
	struct listimport_job job = replacing(&asked);

	job.confirm = change_meanwhile;
	newlist_import(place, "europe", "email\n" ANA "\n");
	assert_int_equal(run(place, job, "email\n" BEN "\n", &summary), E_CONFLICT);
	assert_exported(place, "europe", HEADER "\n" ANA ",,,,,\nlate@x.example,,,,,\n");
	str_clear(&asked.missing);
	listimport_summary_clear(&summary);
}

static void the_removed_stay_removed_unless_revived(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;

	newlist_import(place, "europe", "email\n" ANA "\n" BEN "\n");
	assert_int_equal(listpeople_remove(place->store, "europe", ANA, NEWLIST_WHO, &place->err), OK);
	assert_int_equal(newlist_import(place, "europe", "email\n" ANA "\n").merge.kept_removed, 1);
	assert_string_equal(newlist_state(place, "europe", ANA), "removed");
	newlist_unsubscribe(place, "europe", BEN);
	assert_int_equal(
		run(place, (struct listimport_job){.is_revive = true}, "email\n" ANA "\n" BEN "\n", &summary),
		OK);
	assert_int_equal(summary.merge.revived, 1);
	assert_int_equal(summary.merge.kept_unsubscribed, 1);
	assert_string_equal(newlist_state(place, "europe", ANA), "active");
	assert_string_equal(newlist_state(place, "europe", BEN), "unsubscribed");
	listimport_summary_clear(&summary);
}

static void the_suppressed_stay_suppressed(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;

	assert_int_equal(suppressions_add(place->store, ANA, "complaint", NEWLIST_WHO, &place->err), OK);
	summary = newlist_import(place, "europe", "email\n" ANA "\n" BEN "\n");
	assert_int_equal(summary.merge.kept_suppressed, 1);
	assert_int_equal(summary.merge.added, 1);
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM suppression"), 1);
}

static void export_then_import_is_the_identity(void **state)
{
	static const char csv[] =
		HEADER ",beat,country\n"
		       "ana@paper.example,\"Prado, Ana\",Paper,reporter,fr,\"Liebe \"\"Ana\"\"\",\"health; "
		       "migration\",fr\n"
		       "desk@wire.example,,Wire,desk,,,,be\n"
		       "\"\"\"jörg müller\"\"@bücher.example\",Jörg Müller,Bücher,,de,,,\n"
		       "سلمى@صحيفة.example,سلمى,,,ar,,,\n";
	struct newstore *place = *state;
	struct listimport_summary summary;
	struct str first;

	newlist_import(place, "europe", csv);
	str_init(&first, STR_MAX_LARGE);
	str_add_text(&first, newlist_export(place, "europe"));
	summary = newlist_import(place, "europe", first.ptr);
	assert_int_equal(summary.merge.unchanged, 4);
	newlist_import(place, "copy", first.ptr);
	assert_exported(place, "copy", first.ptr);
	str_clear(&first);
}

static void a_segment_narrows_an_export(void **state)
{
	struct newstore *place = *state;
	struct str content;
	char *path = file_join(place->folder, "out.csv");
	size_t count;

	newlist_import(place, "europe", "email,language,beat\n" ANA ",fr,health\n" BEN ",en,sport\n");
	assert_int_equal(
		listexport_save(place->store, "europe", "language = fr", path, &count, &place->err), OK);
	assert_int_equal(count, 1);
	str_init(&content, STR_MAX_SMALL);
	assert_int_equal(file_load(path, &content, &place->err), OK);
	assert_string_equal(content.ptr, HEADER ",beat\n" ANA ",,,,fr,,health\n");
	str_clear(&content);
	free(path);
}

static void an_export_that_fails_leaves_the_old_file_and_no_rest(void **state)
{
	struct newstore *place = *state;
	const char *path = newlist_file(place, "out.csv", "old");
	struct str content;
	char **names;
	size_t count;

	assert_int_equal(listexport_save(place->store, "none", NULL, path, &count, &place->err), E_NOTFOUND);
	str_init(&content, STR_MAX_SMALL);
	assert_int_equal(file_load(path, &content, &place->err), OK);
	assert_string_equal(content.ptr, "old");
	str_clear(&content);
	assert_int_equal(file_list_folder(place->folder, "", &names, &count, &place->err), OK);
	assert_int_equal(count, 2);
	file_free_names(names, count);
}

static void die_while_merging(void *context, bool is_merging, size_t done)
{
	(void)context;
	(void)done;
	if (is_merging)
		raise(SIGKILL);
}

static void a_killed_import_changes_nothing(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;
	struct str csv;
	pid_t child;
	int ended;

	newlist_import(place, "europe", "email,name\n" ANA ",Ana\n");
	str_init(&csv, STR_MAX_LARGE);
	str_add_text(&csv, "email,name\n" ANA ",Anna\n");
	for (int i = 0; i < 6000; i++)
		str_addf(&csv, "p%d@x.example,P\n", i);
	store_close(place->store);
	child = fork();
	if (child == 0) {
		if (store_open(place->path, &place->store, NULL) == OK &&
			run(place, (struct listimport_job){.progress = die_while_merging}, csv.ptr,
				&summary) == OK)
			_exit(0);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
	assert_int_equal(store_open(place->path, &place->store, &place->err), OK);
	assert_exported(place, "europe", HEADER "\n" ANA ",Ana,,,,\n");
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM subscriber"), 1);
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM change"), 2);
	str_clear(&csv);
}

static void a_full_disk_changes_nothing_and_says_so(void **state)
{
	struct newstore *place = *state;
	struct listimport_summary summary;
	struct str csv;

	newlist_import(place, "europe", "email\n" ANA "\n");
	newstore_number(place, "PRAGMA max_page_count = 30");
	str_init(&csv, STR_MAX_LARGE);
	str_add_text(&csv, "email,name\n");
	for (int i = 0; i < 2000; i++)
		str_addf(&csv, "p%d@x.example,Somebody Or Other\n", i);
	assert_int_equal(run(place, (struct listimport_job){0}, csv.ptr, &summary), E_IO);
	assert_contains(place->err.text, "disk is full");
	assert_exported(place, "europe", HEADER "\n" ANA ",,,,,\n");
	listimport_summary_clear(&summary);
	str_clear(&csv);
}

static void ana_on_two_lists_is_one_person_with_two_outlets(void **state)
{
	struct newstore *place = *state;

	newlist_import(place, "europe", "email,name,outlet,beat\n" ANA ",Ana,Paper,health\n");
	newlist_import(place, "africa", "email,name,outlet,role\n" ANA ",Ana Prado,Radio,editor\n");
	assert_exported(place, "europe", HEADER ",beat\n" ANA ",\"Ana Prado\",Paper,,,,health\n");
	assert_exported(place, "africa", HEADER "\n" ANA ",\"Ana Prado\",Radio,editor,,\n");
	assert_int_equal(newstore_number(place, "SELECT count(*) FROM subscriber"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newstore_set_up, newstore_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_import_makes_the_list),
		TEST(the_summary_adds_up),
		TEST(rejected_rows_are_in_a_file_with_line_column_and_reason),
		TEST(without_rejected_rows_there_is_no_file_of_them),
		TEST(rejects_that_can_not_be_written_stop_the_import),
		TEST(a_dry_run_writes_neither_list_nor_rejects),
		TEST(a_file_that_is_no_list_makes_no_list),
		TEST(replacing_asks_with_the_names_of_those_who_go),
		TEST(a_no_to_replacing_changes_nothing),
		TEST(replacing_without_anybody_to_remove_does_not_ask),
		TEST(replacing_keeps_those_whose_row_was_rejected),
		TEST(replacing_by_a_file_without_a_good_row_is_refused),
		TEST(somebody_added_while_replacing_asks_is_not_removed_unseen),
		TEST(the_removed_stay_removed_unless_revived),
		TEST(the_suppressed_stay_suppressed),
		TEST(export_then_import_is_the_identity),
		TEST(a_segment_narrows_an_export),
		TEST(an_export_that_fails_leaves_the_old_file_and_no_rest),
		TEST(a_killed_import_changes_nothing),
		TEST(a_full_disk_changes_nothing_and_says_so),
		TEST(ana_on_two_lists_is_one_person_with_two_outlets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
