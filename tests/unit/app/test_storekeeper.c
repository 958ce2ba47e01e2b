/*
 * The store's thread: what it is told is in the store soon, and at the latest when it ends.
 */
#include "app/storekeeper.h"

#include "base/clock.h"
#include "store/relaystates.h"
#include "support/newsroomcase.h"
#include "support/test.h"

#define LONG_MS 20000

/* A storekeeper that has nothing to send. */
struct keeping {
	struct newsroomcase *room;
	struct load *load;
	struct belt *belt;
	struct storekeeper *keeper;
};

static void say_nothing(void *context)
{
	(void)context;
}

/* With the real clock: its turns come by themselves. */
static struct keeping begin(struct newsroomcase *room)
{
	struct storekeeper_options options = {.store = room->place.store, .tell = say_nothing};
	struct keeping k = {.room = room};

	clock_replace(NULL, NULL);
	k.load = load_new(room->place.store, newsroom_settings(room->newsroom), 1);
	k.belt = belt_new(say_nothing, NULL);
	assert_int_equal(storekeeper_start(k.load, k.belt, &options, &k.keeper, &room->place.err), OK);
	return k;
}

static void join(struct keeping *k)
{
	belt_stop(k->belt);
	storekeeper_join(k->keeper);
}

static void end(struct keeping *k)
{
	assert_int_equal(load_end(k->load, &k->room->place.err), OK);
	load_free(k->load);
	belt_free(k->belt);
}

static void note(struct keeping *k, enum relay_circuit circuit)
{
	struct relay_state state = {.relay = "mail.example:25", .circuit = circuit};

	storekeeper_note_relay(k->keeper, &state);
}

static enum status find_one(void *context, const struct relay_state *state, struct err *err)
{
	(void)err;
	assert_string_equal(state->relay, "mail.example:25");
	*(const char **)context = relay_circuit_name(state->circuit);
	return OK;
}

/* As another process would see it. */
static const char *read_store(struct newsroomcase *room)
{
	const char *found = "";
	struct store *store;

	assert_int_equal(store_open(room->place.path, &store, &room->place.err), OK);
	assert_int_equal(store_each_relay_state(store, find_one, &found, &room->place.err), OK);
	store_close(store);
	return found;
}

static void a_relays_trouble_is_kept_though_nothing_is_sent(void **state)
{
	struct keeping k = begin(*state);
	int64_t deadline_ms = clock_steady_ms() + LONG_MS;
	const char *found;

	note(&k, RELAY_TRIAL);
	note(&k, RELAY_OPEN);
	do {
		clock_pause_ms(10);
		found = read_store(k.room);
	} while (!*found && clock_steady_ms() < deadline_ms);
	assert_string_equal(found, "out of use");
	join(&k);
	end(&k);
}

static void what_was_told_last_is_kept_with_the_end(void **state)
{
	struct keeping k = begin(*state);

	note(&k, RELAY_OPEN);
	note(&k, RELAY_CLOSED);
	join(&k);
	end(&k);
	assert_string_equal(read_store(k.room), "in use");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, newsroomcase_set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_relays_trouble_is_kept_though_nothing_is_sent),
		TEST(what_was_told_last_is_kept_with_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
