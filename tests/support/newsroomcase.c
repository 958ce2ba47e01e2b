/*
 * A newsroom for the length of a test.
 */
#include "support/newsroomcase.h"

#include "app/freeze.h"
#include "app/keymake.h"
#include "app/lists.h"
#include "app/newsroominit.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "support/newlist.h"
#include "support/test.h"

static const struct newsroom_plan harbour = {
	.name = "Harbour Relief",
	.domain = "harbour.example",
	.zone = "Europe/Zurich",
	.from = "Harbour Relief Press Office <press@harbour.example>",
	.bounce_address = "bounce@harbour.example",
	.postal_address = "14 Quay Street, London E1W 9ZZ",
	.boilerplate = "Harbour Relief backs volunteer sea rescue crews.",
	.who = "mroy",
};

static int64_t standing_clock(void *context)
{
	return *(const int64_t *)context;
}

static enum status open_newsroom(struct newsroomcase *room)
{
	enum status status = newsroom_open(room->place.folder, &room->newsroom, &room->place.err);

	if (status == OK)
		status = newsroom_store(room->newsroom, &room->place.store, &room->place.err);
	return status;
}

int newsroomcase_set_up(void **state)
{
	struct newsroomcase *room = mem_alloc(sizeof(*room));
	enum status status;

	*state = room;
	room->now_ms = INT64_C(1794301200000);
	clock_replace(standing_clock, &room->now_ms);
	room->place.folder = test_folder_new();
	room->place.path = file_join(room->place.folder, "state/" NEWSROOM_STORE_NAME);
	status = newsroom_init(room->place.folder, &harbour, &room->place.err);
	if (status == OK)
		status = open_newsroom(room);
	if (status != OK)
		fprintf(stderr, "%s\n", room->place.err.text);
	return status == OK ? 0 : -1;
}

int newsroomcase_tear_down(void **state)
{
	struct newsroomcase *room = *state;

	clock_replace(NULL, NULL);
	newsroom_close(room->newsroom);
	test_folder_remove(room->place.folder);
	free(room->place.path);
	free(room);
	return 0;
}

void newsroomcase_write(struct newsroomcase *room, const char *name, const char *content)
{
	char *path = file_join(room->place.folder, name);

	assert_int_equal(file_save(path, span_of(content), 0600, &room->place.err), OK);
	free(path);
}

void newsroomcase_change(struct newsroomcase *room, const char *text, const char *by)
{
	char *path = file_join(room->place.folder, NEWSROOM_SETTINGS_NAME);
	struct str settings;
	struct str changed;
	size_t at;

	str_init(&settings, SETTINGS_FILE_MAX);
	str_init(&changed, SETTINGS_FILE_MAX);
	assert_int_equal(file_load(path, &settings, &room->place.err), OK);
	at = span_find(str_span(&settings), span_of(text), 0);
	assert_true(at != SIZE_MAX);
	str_add(&changed, span_first(str_span(&settings), at));
	str_add_text(&changed, by);
	str_add(&changed, span_from(str_span(&settings), at + strlen(text)));
	newsroomcase_write(room, NEWSROOM_SETTINGS_NAME, changed.ptr);
	str_clear(&settings);
	str_clear(&changed);
	free(path);
	newsroom_close(room->newsroom);
	room->newsroom = NULL;
	if (open_newsroom(room) != OK)
		fail_msg("%s", room->place.err.text);
}

void newsroomcase_write_fund(struct newsroomcase *room)
{
	newsroomcase_write(room, "releases/fund.md",
		"---\n"
		"title: Coastal towns agree joint rescue fund\n"
		"language: en\n"
		"dateline: Marseille\n"
		"contacts:\n"
		"  - name: Amara Roy\n"
		"    email: amara.roy@harbour.example\n"
		"---\n"
		"Twelve towns pay for sea rescue together.\n");
}

void newsroomcase_write_fund_fr(struct newsroomcase *room)
{
	newsroomcase_write(room, "releases/fund.fr.md",
		"---\n"
		"title: Un fonds commun de sauvetage\n"
		"language: fr\n"
		"dateline: Marseille\n"
		"contacts:\n"
		"  - name: Amara Roy\n"
		"    email: amara.roy@harbour.example\n"
		"---\n"
		"Douze villes paient ensemble le sauvetage en mer.\n");
}

struct release_set *newsroomcase_load(struct newsroomcase *room)
{
	struct release_set *set = NULL;

	if (release_set_load(newsroom_releases(room->newsroom), "fund", "en", newsroom_zone(room->newsroom),
		    &set, &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
	return set;
}

struct plan *newsroomcase_plan(struct newsroomcase *room, const struct release_set *set, const char *lists)
{
	struct plan_request request = {.set = set, .lists = lists};
	struct plan *plan = NULL;

	if (plan_make(room->newsroom, &request, &plan, &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
	return plan;
}

int64_t newsroomcase_freeze(struct newsroomcase *room, const char *lists)
{
	struct release_set *set = newsroomcase_load(room);
	struct plan *plan = newsroomcase_plan(room, set, lists);
	int64_t id = 0;

	if (freeze_plan(room->newsroom, plan, &id, &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
	plan_free(plan);
	release_set_free(set);
	return id;
}

void newsroomcase_make_key(struct newsroomcase *room, const char *domain, const char *selector)
{
	struct key_request request = {
		.domain = domain, .selector = selector, .algorithm = "ed25519", .now_ms = room->now_ms};
	struct key_list list = {0};

	if (keymake(newsroom_keys(room->newsroom), &request, &list, &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
	key_list_clear(&list);
}

void newsroomcase_set_from(struct newsroomcase *room, const char *list, const char *from)
{
	struct fields settings = {0};

	fields_set(&settings, "from", span_of(from));
	if (lists_set(room->place.store, list, &settings, "mroy", &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
	fields_clear(&settings);
}

int newsroomcase_set_up_europe(void **state)
{
	struct newsroomcase *room;

	if (newsroomcase_set_up(state) != 0)
		return -1;
	room = *state;
	newsroomcase_write_fund(room);
	newlist_import(&room->place, "europe",
		"address,name\nana@paper.example,Ana\nbo@wire.example,Bo\ncy@radio.example,Cy\n");
	newsroomcase_freeze(room, "europe");
	return 0;
}
