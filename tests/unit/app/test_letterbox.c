/*
 * Messages from frozen letters: the same bytes each time, and damage is named.
 */
#include "app/letterbox.h"

#include "app/courierjob.h"
#include "base/file.h"
#include "store/deliveries.h"
#include "store/sqlite.h"
#include "support/newdispatch.h"
#include "support/newlist.h"
#include "support/newsroomcase.h"
#include "support/test.h"

#include <sys/stat.h>
#include <unistd.h>

static int set_up(void **state)
{
	struct newsroomcase *room;

	if (newsroomcase_set_up(state) != 0)
		return -1;
	room = *state;
	newsroomcase_write_fund(room);
	newsroomcase_make_key(room, "harbour.example", "first");
	newlist_import(
		&room->place, "europe", "address,name\nana@paper.example,Ana Pérez\nbo@wire.example,Bo Li\n");
	newsroomcase_freeze(room, "europe");
	return 0;
}

/* The first two deliveries; clear both. */
static void claim(struct newsroomcase *room, struct delivery deliveries[2])
{
	size_t count;

	newdispatch_take(&room->place, 1, room->now_ms, 2, deliveries, &count);
	assert_int_equal(count, 2);
}

static enum status build(struct newsroomcase *room, const struct delivery *delivery, struct str *out)
{
	struct letterbox *letterbox = NULL;
	enum status status;

	assert_int_equal(letterbox_new(room->newsroom, &letterbox, &room->place.err), OK);
	status = letterbox_build(letterbox, delivery, out, &room->place.err);
	letterbox_free(letterbox);
	return status;
}

static void the_same_delivery_gives_the_same_bytes(void **state)
{
	struct newsroomcase *room = *state;
	struct delivery deliveries[2];
	struct letterbox *letterbox = NULL;
	struct str first;
	struct str second;

	claim(room, deliveries);
	str_init(&first, STR_MAX_LARGE);
	str_init(&second, STR_MAX_LARGE);
	assert_int_equal(build(room, &deliveries[0], &first), OK);
	room->now_ms += 86400000;
	assert_int_equal(letterbox_new(room->newsroom, &letterbox, &room->place.err), OK);
	assert_int_equal(letterbox_build(letterbox, &deliveries[1], &second, &room->place.err), OK);
	assert_true(first.len != second.len || memcmp(first.ptr, second.ptr, first.len) != 0);
	str_empty(&second);
	assert_int_equal(letterbox_build(letterbox, &deliveries[0], &second, &room->place.err), OK);
	assert_true(span_equals(str_span(&first), str_span(&second)));
	letterbox_free(letterbox);
	str_clear(&first);
	str_clear(&second);
	delivery_clear(&deliveries[0]);
	delivery_clear(&deliveries[1]);
}

static void every_delivery_has_a_message_id_of_its_own(void **state)
{
	struct newsroomcase *room = *state;
	struct delivery deliveries[2];
	struct str messages[2];
	char *ids[2];

	claim(room, deliveries);
	for (size_t i = 0; i < 2; i++) {
		str_init(&messages[i], STR_MAX_LARGE);
		assert_int_equal(build(room, &deliveries[i], &messages[i]), OK);
		ids[i] = strstr(messages[i].ptr, "Message-ID: <");
		assert_non_null(ids[i]);
	}
	assert_int_not_equal(memcmp(ids[0], ids[1], 40), 0);
	for (size_t i = 0; i < 2; i++) {
		str_clear(&messages[i]);
		delivery_clear(&deliveries[i]);
	}
}

static void missing_values_are_damage_that_is_named(void **state)
{
	struct newsroomcase *room = *state;
	struct delivery deliveries[2];
	struct str message;

	claim(room, deliveries);
	str_init(&message, STR_MAX_LARGE);
	str_cut(&deliveries[0].slots, deliveries[0].slots.len - 1);
	assert_int_equal(build(room, &deliveries[0], &message), E_SYNTAX);
	assert_contains(room->place.err.text, "delivery 1 of dispatch 1");
	assert_int_equal(message.len, 0);
	str_clear(&message);
	delivery_clear(&deliveries[0]);
	delivery_clear(&deliveries[1]);
}

static void a_missing_letter_is_named(void **state)
{
	struct newsroomcase *room = *state;
	struct delivery deliveries[2];
	struct str message;

	claim(room, deliveries);
	str_init(&message, STR_MAX_LARGE);
	deliveries[0].letter = 7;
	assert_int_equal(build(room, &deliveries[0], &message), E_NOTFOUND);
	assert_contains(room->place.err.text, "dispatch 1 has no letter 7");
	str_clear(&message);
	delivery_clear(&deliveries[0]);
	delivery_clear(&deliveries[1]);
}

static void a_damaged_letter_is_named(void **state)
{
	struct newsroomcase *room = *state;
	struct delivery deliveries[2];
	struct str message;

	claim(room, deliveries);
	str_init(&message, STR_MAX_LARGE);
	assert_int_equal(sqlite_run(room->place.store, "UPDATE letter SET content = x'0102030405'",
				 SQLITE_NO_VALUES, &room->place.err),
		OK);
	assert_int_equal(build(room, &deliveries[0], &message), E_SYNTAX);
	assert_contains(room->place.err.text, "letter 0 of dispatch 1");
	str_clear(&message);
	delivery_clear(&deliveries[0]);
	delivery_clear(&deliveries[1]);
}

static void a_message_is_signed_with_the_key_it_was_frozen_with(void **state)
{
	struct newsroomcase *room = *state;
	struct delivery deliveries[2];
	struct str before, after;

	claim(room, deliveries);
	str_init(&before, STR_MAX_LARGE);
	str_init(&after, STR_MAX_LARGE);
	assert_int_equal(build(room, &deliveries[0], &before), OK);
	assert_contains(before.ptr, "DKIM-Signature: v=1; a=ed25519-sha256");
	assert_contains(before.ptr, "s=first;");
	room->now_ms += 1000;
	newsroomcase_make_key(room, "harbour.example", "second");
	assert_int_equal(build(room, &deliveries[0], &after), OK);
	assert_string_equal(before.ptr, after.ptr);
	str_clear(&before);
	str_clear(&after);
	delivery_clear(&deliveries[0]);
	delivery_clear(&deliveries[1]);
}

static void without_its_key_nothing_is_built(void **state)
{
	struct newsroomcase *room = *state;
	char *path = file_join(newsroom_folder(room->newsroom), "keys/harbour.example/first.pem");
	struct delivery deliveries[2];
	struct str message;

	claim(room, deliveries);
	str_init(&message, STR_MAX_LARGE);
	assert_int_equal(unlink(path), 0);
	newsroomcase_change(room, "newsroom = {", "newsroom = {");
	assert_int_equal(build(room, &deliveries[0], &message), E_NOTFOUND);
	assert_contains(room->place.err.text, "first");
	assert_int_equal(message.len, 0);
	str_clear(&message);
	free(path);
	delivery_clear(&deliveries[0]);
	delivery_clear(&deliveries[1]);
}

/* Built as a builder does it. */
static struct courierjob *build_job(struct newsroomcase *room, struct gate *gate)
{
	struct courierjob *job = courierjob_new();
	struct letterbox *letterbox = NULL;
	struct delivery deliveries[2];

	claim(room, deliveries);
	courierjob_fill(job, &deliveries[0], gate);
	delivery_clear(&deliveries[1]);
	assert_int_equal(letterbox_new(room->newsroom, &letterbox, &room->place.err), OK);
	assert_int_not_equal(courierjob_build(job, letterbox, &room->place.err), OK);
	letterbox_free(letterbox);
	return job;
}

static void a_key_that_cannot_be_read_holds_its_dispatch(void **state)
{
	struct newsroomcase *room = *state;
	char *path = file_join(newsroom_folder(room->newsroom), "keys/harbour.example/first.pem");
	struct gate gate = {.is_open = true};
	struct courierjob *job;

	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	newsroomcase_change(room, "newsroom = {", "newsroom = {");
	job = build_job(room, &gate);
	assert_int_equal(room->place.err.status, E_IO);
	assert_contains(job->hold, "not a regular file");
	assert_false(gate_is_open(&gate));
	courierjob_reset(job);
	courierjob_free(job);
	free(path);
}

static void a_store_that_cannot_be_read_holds_nothing(void **state)
{
	struct newsroomcase *room = *state;
	struct gate gate = {.is_open = true};
	struct courierjob *job;

	assert_int_equal(sqlite_run(room->place.store, "ALTER TABLE letter RENAME TO elsewhere",
				 SQLITE_NO_VALUES, &room->place.err),
		OK);
	job = build_job(room, &gate);
	assert_contains(room->place.err.text, "dateline.db");
	assert_null(job->hold);
	assert_true(gate_is_open(&gate));
	courierjob_free(job);
}

/* Its file is written anew, with other bytes under the same number. */
static void change_secret(struct newsroomcase *room)
{
	char *path = file_join(newsroom_folder(room->newsroom), "keys/secret");
	struct str text;

	str_init(&text, STR_MAX_SMALL);
	str_add_text(&text, "1 ");
	str_add_repeat(&text, 'a', 2 * TOKEN_SECRET_SIZE);
	assert_int_equal(file_save(path, str_span(&text), 0600, &room->place.err), OK);
	/* Opened again. */
	newsroomcase_change(room, "newsroom = {", "newsroom = {");
	str_clear(&text);
	free(path);
}

static void with_another_secret_of_the_same_number_nothing_is_built(void **state)
{
	struct newsroomcase *room = *state;
	struct delivery deliveries[2];
	struct letterbox *letterbox = NULL;
	struct str message, address;

	claim(room, deliveries);
	change_secret(room);
	str_init(&message, STR_MAX_LARGE);
	str_init(&address, STR_MAX_SMALL);
	assert_int_equal(letterbox_new(room->newsroom, &letterbox, &room->place.err), OK);
	assert_int_equal(letterbox_build(letterbox, &deliveries[0], &message, &room->place.err), E_CONFLICT);
	assert_contains(room->place.err.text, "the secret 1 in \"keys/secret\"");
	assert_int_equal(message.len, 0);
	assert_int_equal(
		letterbox_return_path(letterbox, &deliveries[0], &address, &room->place.err), E_CONFLICT);
	assert_int_equal(address.len, 0);
	letterbox_free(letterbox);
	str_clear(&message);
	str_clear(&address);
	delivery_clear(&deliveries[0]);
	delivery_clear(&deliveries[1]);
}

static struct token read_token(struct newsroomcase *room, struct span text, enum token_purpose purpose)
{
	const struct token_secrets *secrets;
	struct token_epoch epoch;
	struct token token = {0};

	assert_int_equal(newsroom_secrets(room->newsroom, &secrets, &room->place.err), OK);
	assert_int_equal(store_get_epoch(room->place.store, &epoch, &room->place.err), OK);
	if (token_read(secrets, &epoch, text, purpose, &token, &room->place.err) != OK)
		fail_msg("%s", room->place.err.text);
	return token;
}

static void the_way_to_unsubscribe_names_subscriber_and_dispatch(void **state)
{
	static const char before[] = "List-Unsubscribe: <mailto:bounce+";
	struct newsroomcase *room = *state;
	struct delivery deliveries[2];
	struct token token;
	struct str message;
	const char *found;

	claim(room, deliveries);
	str_init(&message, STR_MAX_LARGE);
	assert_int_equal(build(room, &deliveries[0], &message), OK);
	found = strstr(message.ptr, before);
	assert_non_null(found);
	token = read_token(room, span_bytes(found + strlen(before), TOKEN_SIZE), TOKEN_UNSUBSCRIBE);
	assert_int_equal(token.dispatch, 1);
	assert_int_equal(token.subject, deliveries[0].subscriber_id);
	str_clear(&message);
	delivery_clear(&deliveries[0]);
	delivery_clear(&deliveries[1]);
}

static void a_return_path_names_its_delivery(void **state)
{
	struct newsroomcase *room = *state;
	struct delivery deliveries[2];
	struct letterbox *letterbox = NULL;
	struct token token;
	struct str address;

	claim(room, deliveries);
	str_init(&address, STR_MAX_SMALL);
	assert_int_equal(letterbox_new(room->newsroom, &letterbox, &room->place.err), OK);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(
			letterbox_return_path(letterbox, &deliveries[i], &address, &room->place.err), OK);
		assert_true(span_starts(str_span(&address), SPAN("bounce+")));
		assert_true(span_ends(str_span(&address), SPAN("@harbour.example")));
		token = read_token(room, token_in_address(str_span(&address)), TOKEN_BOUNCE);
		assert_int_equal(token.dispatch, 1);
		assert_int_equal(token.subject, deliveries[i].position);
		delivery_clear(&deliveries[i]);
	}
	letterbox_free(letterbox);
	str_clear(&address);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, newsroomcase_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_delivery_gives_the_same_bytes),
		TEST(every_delivery_has_a_message_id_of_its_own),
		TEST(missing_values_are_damage_that_is_named),
		TEST(a_missing_letter_is_named),
		TEST(a_damaged_letter_is_named),
		TEST(a_message_is_signed_with_the_key_it_was_frozen_with),
		TEST(without_its_key_nothing_is_built),
		TEST(a_key_that_cannot_be_read_holds_its_dispatch),
		TEST(a_store_that_cannot_be_read_holds_nothing),
		TEST(with_another_secret_of_the_same_number_nothing_is_built),
		TEST(the_way_to_unsubscribe_names_subscriber_and_dispatch),
		TEST(a_return_path_names_its_delivery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
