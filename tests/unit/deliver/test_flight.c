/*
 * The flight record: what was noted is there for the successor, a torn end is no
 * harm, and what is settled is forgotten without losing what is open.
 */
#include "support/test.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "deliver/flight.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const unsigned char digest[ATTEMPT_DIGEST_SIZE] = "a digest of thirty-two bytes all";

struct seen {
	size_t count, replies;
	int64_t positions[64];
	struct attempt last;
	bool has_digest;
};

static enum status see(void *context, const struct flight_entry *entry, struct err *err)
{
	struct seen *seen = context;

	(void)err;
	assert_true(seen->count < 64);
	seen->positions[seen->count++] = entry->position;
	seen->has_digest = memcmp(entry->digest, digest, sizeof(digest)) == 0;
	if (entry->attempt) {
		seen->replies++;
		seen->last = *entry->attempt;
	}
	return OK;
}

static struct flight *open_at(const char *path)
{
	struct flight *flight = NULL;
	struct err err = {0};

	if (flight_open(path, &flight, &err))
		fail_msg("%s", err.text);
	return flight;
}

static struct seen read_all(const char *path)
{
	struct flight *flight = open_at(path);
	struct seen seen = {0};
	struct err err;

	assert_int_equal(flight_read(flight, see, &seen, &err), OK);
	flight_close(flight);
	return seen;
}

static struct attempt reply_to(int64_t position)
{
	struct attempt attempt = {
		.dispatch = 7,
		.position = position,
		.number = 1,
		.phase = PHASE_DOT,
		.outcome = DELIVERY_ACCEPTED,
		.code = 250,
		.tls = TLS_VERIFIED,
		.started_ms = 1000,
		.settled_ms = 2000,
		.is_possible_duplicate = true,
		.cause = CAUSE_POLICY,
	};

	snprintf(attempt.enhanced, sizeof(attempt.enhanced), "2.0.0");
	snprintf(attempt.reply, sizeof(attempt.reply), "queued as %lld", (long long)position);
	snprintf(attempt.relay, sizeof(attempt.relay), "relay.example:25");
	snprintf(attempt.tls_version, sizeof(attempt.tls_version), "TLS1.3");
	return attempt;
}

static void note_final(struct flight *flight, int64_t position)
{
	struct err err;

	assert_int_equal(flight_note_final(flight, 7, position, 1, digest, &err), OK);
}

static void note_reply(struct flight *flight, int64_t position)
{
	struct attempt attempt = reply_to(position);
	struct err err;

	assert_int_equal(flight_note_reply(flight, &attempt, &err), OK);
}

static char *path_in(void **state)
{
	return file_join(*state, "flight");
}

static void what_was_noted_is_read_by_the_successor(void **state)
{
	char *path = path_in(state);
	struct flight *flight = open_at(path);
	struct attempt wanted = reply_to(2);
	struct seen seen;

	assert_string_equal(flight_boot_id(flight), "");
	note_final(flight, 1);
	note_final(flight, 2);
	note_reply(flight, 2);
	assert_string_equal(flight_boot_id(flight), clock_boot_id());
	flight_close(flight);
	seen = read_all(path);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.replies, 1);
	assert_true(seen.has_digest);
	assert_string_equal(seen.last.reply, wanted.reply);
	assert_string_equal(seen.last.enhanced, wanted.enhanced);
	assert_string_equal(seen.last.relay, wanted.relay);
	assert_string_equal(seen.last.tls_version, wanted.tls_version);
	assert_int_equal(seen.last.settled_ms, wanted.settled_ms);
	assert_int_equal(seen.last.outcome, wanted.outcome);
	assert_int_equal(seen.last.tls, wanted.tls);
	assert_true(seen.last.is_possible_duplicate);
	assert_int_equal(seen.last.cause, CAUSE_POLICY);
	assert_false(seen.last.has_digest);
	free(path);
}

static void the_attempt_of_an_unknown_one_has_its_digest(void **state)
{
	char *path = path_in(state);
	struct flight *flight = open_at(path);
	struct attempt attempt = reply_to(3);
	struct seen seen;
	struct err err;

	attempt.outcome = DELIVERY_UNKNOWN;
	attempt.has_digest = true;
	memcpy(attempt.digest, digest, sizeof(digest));
	assert_int_equal(flight_note_reply(flight, &attempt, &err), OK);
	flight_close(flight);
	seen = read_all(path);
	assert_true(seen.last.has_digest);
	assert_memory_equal(seen.last.digest, digest, sizeof(digest));
	free(path);
}

static void a_killed_process_leaves_what_it_noted(void **state)
{
	char *path = path_in(state);
	pid_t child = fork();
	struct seen seen;

	if (child == 0) {
		struct flight *flight = open_at(path);

		note_final(flight, 5);
		_exit(flight ? 0 : 1);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	seen = read_all(path);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.positions[0], 5);
	free(path);
}

static void only_one_process_sends(void **state)
{
	char *path = path_in(state);
	struct flight *first = open_at(path);
	struct flight *second = NULL;
	struct err err;

	assert_int_equal(flight_open(path, &second, &err), E_BUSY);
	assert_contains(err.text, "another process is sending");
	flight_close(first);
	second = open_at(path);
	flight_close(second);
	free(path);
}

static void the_file_is_for_its_owners_eyes(void **state)
{
	char *path = path_in(state);
	struct flight *flight = open_at(path);
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	flight_close(flight);
	free(path);
}

static void a_record_in_which_nothing_was_noted_is_of_this_boot(void **state)
{
	char *path = path_in(state);
	struct flight *flight = open_at(path);
	struct err err;

	assert_string_equal(flight_boot_id(flight), "");
	assert_int_equal(flight_truncate(flight, flight_mark(flight), &err), OK);
	flight_close(flight);
	flight = open_at(path);
	assert_string_equal(flight_boot_id(flight), clock_boot_id());
	flight_close(flight);
	free(path);
}

static void a_torn_end_is_skipped_wherever_it_tears(void **state)
{
	char *path = path_in(state);
	struct flight *flight = open_at(path);
	struct str whole;
	struct err err;

	note_final(flight, 1);
	note_final(flight, 2);
	flight_close(flight);
	str_init(&whole, STR_MAX_LARGE);
	assert_int_equal(file_load(path, &whole, &err), OK);
	for (size_t cut = 1; cut <= 72; cut++) {
		/* Header, then two records of 72 bytes: the last `cut` bytes are missing. */
		size_t end = 88 + 2 * 72;
		struct seen seen;
		int fd = open(path, O_WRONLY);

		assert_int_equal(pwrite(fd, whole.ptr, end, 0), (ssize_t)end);
		memset(whole.ptr + end, 0, cut);
		assert_int_equal(pwrite(fd, whole.ptr + end, cut, (off_t)(end - cut)), (ssize_t)cut);
		close(fd);
		seen = read_all(path);
		if (seen.count != 1 || seen.positions[0] != 1)
			fail_msg("%zu entries with %zu bytes missing", seen.count, cut);
	}
	str_clear(&whole);
	free(path);
}

#define HEADER_SIZE 88
#define FINAL_SIZE 72

static void change_byte(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	unsigned char byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 0x55;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void damage_is_told_wherever_it_is_and_what_follows_is_read(void **state)
{
	char *path = path_in(state);
	struct flight *flight = open_at(path);

	for (int64_t i = 1; i <= 3; i++)
		note_final(flight, i);
	flight_close(flight);
	for (off_t at = 0; at < 2 * FINAL_SIZE; at++) {
		struct seen seen;

		change_byte(path, HEADER_SIZE + at);
		flight = open_at(path);
		assert_true(flight_is_damaged(flight));
		flight_close(flight);
		seen = read_all(path);
		if (seen.count != 2 || seen.positions[1] != 3)
			fail_msg("%zu entries with byte %ld changed", seen.count, (long)at);
		change_byte(path, HEADER_SIZE + at);
	}
	flight = open_at(path);
	assert_false(flight_is_damaged(flight));
	flight_close(flight);
	free(path);
}

static void damage_further_on_than_one_look_is_found(void **state)
{
	char *path = path_in(state);
	struct flight *flight = open_at(path);
	off_t hole = (off_t)2000 * FINAL_SIZE;
	char *nothing = mem_alloc((size_t)hole);
	int fd;

	for (int64_t i = 0; i < 2010; i++)
		note_final(flight, i);
	flight_close(flight);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, nothing, (size_t)hole, HEADER_SIZE), hole);
	close(fd);
	flight = open_at(path);
	assert_true(flight_is_damaged(flight));
	flight_close(flight);
	assert_int_equal(read_all(path).count, 10);
	free(nothing);
	free(path);
}

static void a_damaged_record_is_written_only_after_recovery(void **state)
{
	char *path = path_in(state);
	struct flight *flight = open_at(path);
	struct seen seen;
	struct err err;

	note_final(flight, 1);
	note_final(flight, 2);
	flight_close(flight);
	change_byte(path, HEADER_SIZE + FINAL_SIZE / 2);
	flight = open_at(path);
	assert_int_equal(flight_note_final(flight, 7, 3, 1, digest, &err), E_CONFLICT);
	assert_contains(err.text, "damaged");
	assert_int_equal(flight_truncate(flight, flight_mark(flight), &err), OK);
	assert_false(flight_is_damaged(flight));
	note_final(flight, 3);
	flight_close(flight);
	seen = read_all(path);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.positions[0], 3);
	free(path);
}

/* Killed between the new generation and the header that tells of it: the old header is put back here. */
static void an_abandoned_generation_is_never_taken_for_a_later_one(void **state)
{
	char *path = path_in(state);
	struct flight *flight = open_at(path);
	struct str before;
	struct err err;
	int fd;

	note_final(flight, 1);
	note_final(flight, 2);
	str_init(&before, STR_MAX_LARGE);
	assert_int_equal(file_load(path, &before, &err), OK);
	assert_int_equal(flight_truncate(flight, flight_mark(flight), &err), OK);
	note_final(flight, 3);
	flight_close(flight);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, before.ptr, HEADER_SIZE, 0), HEADER_SIZE);
	close(fd);
	flight = open_at(path);
	assert_false(flight_is_damaged(flight));
	assert_int_equal(flight_truncate(flight, flight_mark(flight), &err), OK);
	flight_close(flight);
	flight = open_at(path);
	assert_false(flight_is_damaged(flight));
	flight_close(flight);
	assert_int_equal(read_all(path).count, 0);
	str_clear(&before);
	free(path);
}

static void truncating_forgets_what_is_settled_and_keeps_what_is_open(void **state)
{
	char *path = path_in(state);
	struct flight *flight = open_at(path);
	struct seen seen;
	struct err err;

	for (int64_t i = 1; i <= 10; i++)
		note_final(flight, i);
	for (int64_t i = 1; i <= 7; i++)
		note_reply(flight, i);
	assert_int_equal(flight_truncate(flight, flight_mark(flight), &err), OK);
	note_reply(flight, 9);
	note_final(flight, 11);
	flight_close(flight);
	seen = read_all(path);
	assert_int_equal(seen.count, 4);
	assert_int_equal(seen.replies, 1);
	assert_int_equal(seen.positions[0], 8);
	assert_int_equal(seen.positions[3], 11);
	free(path);
}

static void the_file_stays_small_however_much_goes_through(void **state)
{
	char *path = path_in(state);
	struct flight *flight = open_at(path);
	struct seen seen;
	struct str file;
	struct err err;

	for (int64_t turn = 0; turn < 2000; turn++) {
		for (int64_t i = 0; i < 20; i++)
			note_final(flight, turn * 20 + i);
		for (int64_t i = 0; i < 20; i++)
			note_reply(flight, turn * 20 + i - (turn ? 5 : 0));
		assert_int_equal(flight_truncate(flight, flight_mark(flight), &err), OK);
	}
	flight_close(flight);
	seen = read_all(path);
	assert_int_equal(seen.replies, 0);
	assert_in_range(seen.count, 1, 10);
	str_init(&file, STR_MAX_LARGE);
	assert_int_equal(file_load(path, &file, &err), OK);
	assert_in_range(file.len, 1, 1024 * 1024);
	str_clear(&file);
	free(path);
}

static void a_predecessors_record_is_forgotten_after_recovery(void **state)
{
	char *path = path_in(state);
	struct flight *flight = open_at(path);
	struct err err;

	note_final(flight, 1);
	flight_close(flight);
	flight = open_at(path);
	assert_int_equal(flight_truncate(flight, flight_mark(flight), &err), OK);
	note_final(flight, 2);
	flight_close(flight);
	assert_int_equal(read_all(path).count, 1);
	free(path);
}

static void what_is_no_flight_record_is_left_alone(void **state)
{
	char *path = path_in(state);
	struct flight *flight = NULL;
	struct err err;

	assert_int_equal(file_save(path, SPAN("this is somebody's diary\n"), 0600, &err), OK);
	assert_int_equal(flight_open(path, &flight, &err), E_SYNTAX);
	assert_contains(err.text, "is not a flight record");
	free(path);
}

static void a_full_disk_is_told_before_the_last_byte(void **state)
{
	struct flight *flight = open_at("/dev/full");
	struct err err;

	(void)state;
	assert_int_equal(flight_note_final(flight, 7, 1, 1, digest, &err), E_IO);
	assert_contains(err.text, "/dev/full");
	flight_close(flight);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_noted_is_read_by_the_successor, test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(the_attempt_of_an_unknown_one_has_its_digest,
			test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(
			a_killed_process_leaves_what_it_noted, test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(
			only_one_process_sends, test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(
			the_file_is_for_its_owners_eyes, test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(a_record_in_which_nothing_was_noted_is_of_this_boot,
			test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(
			a_torn_end_is_skipped_wherever_it_tears, test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(damage_is_told_wherever_it_is_and_what_follows_is_read,
			test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(
			damage_further_on_than_one_look_is_found, test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(a_damaged_record_is_written_only_after_recovery,
			test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(an_abandoned_generation_is_never_taken_for_a_later_one,
			test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(truncating_forgets_what_is_settled_and_keeps_what_is_open,
			test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(the_file_stays_small_however_much_goes_through,
			test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(a_predecessors_record_is_forgotten_after_recovery,
			test_folder_setup, test_folder_teardown),
		cmocka_unit_test_setup_teardown(
			what_is_no_flight_record_is_left_alone, test_folder_setup, test_folder_teardown),
		cmocka_unit_test(a_full_disk_is_told_before_the_last_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
