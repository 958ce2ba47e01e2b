/*
 * Whatever is done to two lists, undoing it step by step goes through the same
 * states backwards; and exporting a list and importing the file again changes
 * nothing in any of them.
 */
#include "app/listhistory.h"
#include "app/listpeople.h"
#include "app/lists.h"
#include "support/newlist.h"
#include "support/random.h"
#include "support/test.h"

#define ROUNDS 6u
#define STEPS 12u
#define PEOPLE 7u

static const char *const lists[] = {"europe", "mena"};

/* What is on the lists, and their titles. */
struct state {
	char text[8192];
	const char *changed; /* the list that was changed to get here */
};

struct trial {
	struct newstore *place;
	struct random random;
	struct state states[STEPS + 1];
	size_t count;
};

static const char *pick(struct trial *trial, const char *const *words, size_t count)
{
	return words[random_below(&trial->random, count)];
}

static void add_address(struct trial *trial, struct str *out)
{
	str_addf(out, "p%zu@paper.example", random_below(&trial->random, PEOPLE));
}

static void add_file(struct trial *trial, struct str *out)
{
	static const char *const values[] = {"", "a", "b"};
	size_t rows = 1 + random_below(&trial->random, PEOPLE);

	str_add_text(out, "email,name,outlet,beat\n");
	for (size_t i = 0; i < rows; i++) {
		add_address(trial, out);
		str_addf(out, ",%s,%s,%s\n", pick(trial, values, 3), pick(trial, values, 3),
			pick(trial, values, 3));
	}
}

static enum status import_file(struct trial *trial, const char *list, bool is_replace)
{
	struct listimport_summary summary;
	struct listimport_job job = {.list = list,
		.who = NEWLIST_WHO,
		.is_replace = is_replace,
		.is_revive = random_one_in(&trial->random, 2)};
	struct str csv;
	enum status status;

	str_init(&csv, STR_MAX_SMALL);
	add_file(trial, &csv);
	job.path = newlist_file(trial->place, "import.csv", csv.ptr);
	status = listimport_run(trial->place->store, &job, &summary, &trial->place->err);
	listimport_summary_clear(&summary);
	str_clear(&csv);
	return status;
}

static enum status set_title(struct trial *trial, const char *list)
{
	static const char *const titles[] = {"One", "Two", "Three"};
	struct fields settings = {0};
	enum status status;

	fields_set(&settings, "title", span_of(pick(trial, titles, 3)));
	status = lists_set(trial->place->store, list, &settings, NEWLIST_WHO, &trial->place->err);
	fields_clear(&settings);
	return status;
}

static enum status change_person(struct trial *trial, const char *list, size_t kind)
{
	const char *other = strcmp(list, lists[0]) == 0 ? lists[1] : lists[0];
	struct store *store = trial->place->store;
	struct err *err = &trial->place->err;
	struct listpeople_result result;
	struct fields values = {0};
	struct str address;
	enum status status;

	str_init(&address, STR_MAX_SMALL);
	add_address(trial, &address);
	if (kind == 0) {
		fields_set(&values, "name", random_one_in(&trial->random, 2) ? SPAN("c") : SPAN("d"));
		status = listpeople_add(store, list, address.ptr, &values, NEWLIST_WHO, &result, err);
		if (status == OK && result.addition == LISTPEOPLE_UNCHANGED)
			status = E_EXISTS;
	} else if (kind == 1) {
		status = listpeople_remove(store, list, address.ptr, NEWLIST_WHO, err);
	} else {
		status = listpeople_move(store, address.ptr, list, other, NEWLIST_WHO, &result, err);
	}
	fields_clear(&values);
	str_clear(&address);
	return status;
}

/* E_NOTFOUND, E_EXISTS where it happened to make no change. */
static enum status change_something(struct trial *trial, const char *list)
{
	size_t kind = random_below(&trial->random, 6);

	if (kind < 3)
		return change_person(trial, list, kind);
	return kind == 5 ? set_title(trial, list) : import_file(trial, list, kind == 4);
}

static void get_state(struct trial *trial, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < 2; i++) {
		struct medialist list;

		assert_int_equal(lists_find(trial->place->store, lists[i], &list, &trial->place->err), OK);
		used += (size_t)snprintf(text + used, size - used, "%s: %s\n%s", list.name, list.title,
			newlist_export(trial->place, lists[i]));
		medialist_clear(&list);
		for (size_t j = 0; j < PEOPLE; j++) {
			char address[32];

			snprintf(address, sizeof(address), "p%zu@paper.example", j);
			used += (size_t)snprintf(text + used, size - used, "%s ",
				newlist_state(trial->place, lists[i], address));
		}
	}
}

static void note_state(struct trial *trial, const char *changed)
{
	struct state *state = &trial->states[trial->count++];

	state->changed = changed;
	get_state(trial, state->text, sizeof(state->text));
}

static void go_back(struct trial *trial)
{
	char text[sizeof(trial->states[0].text)];

	while (trial->count > 1) {
		const struct state *state = &trial->states[--trial->count];
		struct undo_summary summary;
		struct change undone;

		assert_int_equal(listhistory_undo(trial->place->store, state->changed, NEWLIST_WHO, &undone,
					 &summary, &trial->place->err),
			OK);
		change_clear(&undone);
		assert_int_equal(summary.kept_changed + summary.names_kept, 0);
		get_state(trial, text, sizeof(text));
		assert_string_equal(text, state[-1].text);
	}
}

static void make_lists(struct trial *trial)
{
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(lists_new(trial->place->store, lists[i], &(struct fields){0}, NEWLIST_WHO,
					 &trial->place->err),
			OK);
}

static void undoing_step_by_step_goes_the_same_way_back(void **state)
{
	uint64_t seed = random_first_seed();

	for (size_t round = 0; round < ROUNDS; round++) {
		struct trial *trial = calloc(1, sizeof(*trial));
		void *place;

		assert_non_null(trial);
		assert_int_equal(newstore_set_up(&place), 0);
		trial->place = place;
		random_init(&trial->random, seed + round);
		make_lists(trial);
		note_state(trial, NULL);
		while (trial->count <= STEPS) {
			const char *list = pick(trial, lists, 2);

			if (change_something(trial, list) == OK)
				note_state(trial, list);
		}
		go_back(trial);
		newstore_tear_down(&place);
		free(trial);
	}
	(void)state;
}

static void exporting_and_importing_again_changes_nothing(void **state)
{
	struct trial *trial = calloc(1, sizeof(*trial));
	void *place;

	assert_non_null(trial);
	assert_int_equal(newstore_set_up(&place), 0);
	trial->place = place;
	random_init(&trial->random, random_first_seed());
	make_lists(trial);
	for (size_t step = 0; step < STEPS; step++) {
		struct listimport_summary done;
		char *csv;

		if (change_something(trial, lists[0]) != OK)
			continue;
		csv = strdup(newlist_export(trial->place, lists[0]));
		done = newlist_import(trial->place, lists[0], csv);
		assert_int_equal(done.merge.unchanged, done.file.rows);
		free(csv);
	}
	newstore_tear_down(&place);
	free(trial);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(undoing_step_by_step_goes_the_same_way_back, random_show_seed),
		cmocka_unit_test_teardown(exporting_and_importing_again_changes_nothing, random_show_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
