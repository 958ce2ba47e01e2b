/*
 * Every dialogue of tests/spec/dialogues goes as written however its bytes come,
 * and ends well wherever the connection does.
 */
#include "support/dialogueplay.h"
#include "support/test.h"

#include "base/file.h"

#define FOLDER "tests/spec/dialogues"
#define LONG 2048u /* bytes one way; of longer dialogues the first and last EDGE are tried one by one, */
#define EDGE 64u
#define PLACES 40u /* and in between so many */

static const struct play_manner as_written = {
	.name = "as written", .split_at = PLAY_NEVER, .cut_heard = PLAY_NEVER, .cut_said = PLAY_NEVER};

typedef void check(const char *path, struct span script);

static void check_all(check *check_one)
{
	char **names = NULL;
	size_t count = 0;
	struct err err = {0};

	if (file_list_folder(FOLDER, ".txt", &names, &count, &err))
		fail_msg("%s (run it from the project's folder)", err.text);
	assert_true(count > 10);
	for (size_t i = 0; i < count; i++) {
		char *path = file_join(FOLDER, names[i]);
		struct str script;

		str_init(&script, STR_MAX_LARGE);
		if (file_load(path, &script, &err))
			fail_msg("%s", err.text);
		check_one(path, str_span(&script));
		str_clear(&script);
		free(path);
	}
	file_free_names(names, count);
}

/* The place after `at` of `total`: the next, except in the middle of what is long. */
static size_t next_place(size_t at, size_t total)
{
	if (total <= LONG || at < EDGE || at >= total - EDGE)
		return at + 1;
	return at + (total - 2 * EDGE) / PLACES + 1;
}

static void play_as_written(const char *path, struct span script)
{
	struct play_end end;

	dialogueplay_run(path, script, &as_written, &end);
}

static void play_byte_by_byte(const char *path, struct span script)
{
	struct play_manner manner = as_written;
	struct play_end end;

	manner.name = "byte by byte";
	manner.piece = 1;
	dialogueplay_run(path, script, &manner, &end);
}

static void play_merged(const char *path, struct span script)
{
	struct play_manner manner = as_written;
	struct play_end end;

	manner.name = "merged";
	manner.is_merged = true;
	dialogueplay_run(path, script, &manner, &end);
}

static void play_in_two_pieces(const char *path, struct span script)
{
	struct play_manner manner = as_written;
	struct play_end whole, end;
	char name[64];

	manner.name = name;
	manner.is_merged = true;
	dialogueplay_run(path, script, &as_written, &whole);
	for (size_t at = 1; at < whole.heard; at = next_place(at, whole.heard)) {
		snprintf(name, sizeof(name), "split after the server's byte %zu", at);
		manner.split_at = at;
		dialogueplay_run(path, script, &manner, &end);
		assert_int_equal(end.heard, whole.heard);
	}
}

static bool is_same(const struct dialogue_event *one, const struct dialogue_event *other)
{
	return one->verdict.outcome == other->verdict.outcome && one->code == other->code &&
	       one->phase == other->phase;
}

/* Why it is wrong that a message ended so without an answer; NULL if it isn't. */
static const char *fault_unanswered(const struct dialogue_event *event, bool is_dot_out)
{
	if (event->code)
		return "an answer that never came counts";
	if (is_dot_out)
		return event->kind == DIALOGUE_SETTLED && event->verdict.outcome == DELIVERY_UNKNOWN
			       ? NULL
			       : "its dot is out, and it isn't unknown";
	return event->kind == DIALOGUE_RETURNED || event->verdict.outcome == DELIVERY_DEFERRED
		       ? NULL
		       : "its dot isn't out, and it is neither returned nor deferred";
}

/* Why what became of a message is wrong, given what became of it in the whole dialogue; NULL if it isn't. */
static const char *fault_of(
	const struct play_end *cut, const struct play_mail_end *is, const struct play_mail_end *whole)
{
	bool is_dot_out = is->dot_end && cut->said >= is->dot_end;
	bool is_answered =
		whole->event.kind == DIALOGUE_SETTLED && whole->event.code && cut->heard >= whole->heard;

	if (is->times != (is->is_taken ? 1 : 0))
		return "it didn't end once";
	if (!is->is_taken)
		return NULL;
	if (!is_answered)
		return fault_unanswered(&is->event, is_dot_out);
	if (is->event.verdict.outcome == DELIVERY_ACCEPTED && !(is_dot_out && is->event.phase == PHASE_DOT))
		return "it is accepted without its dot";
	if (is->event.verdict.outcome == DELIVERY_ACCEPTED && is->event.code / 100 != 2)
		return "it is accepted without a yes";
	return is_same(&is->event, &whole->event) ? NULL : "the answer that came doesn't count";
}

static void check_cut(
	const char *path, struct span script, const struct play_manner *manner, const struct play_end *whole)
{
	struct play_end cut;

	dialogueplay_run(path, script, manner, &cut);
	for (size_t i = 0; i < cut.mail_count; i++) {
		const char *fault = fault_of(&cut, &cut.mails[i], &whole->mails[i]);

		if (fault)
			fail_msg("%s, cut after %zu bytes heard and %zu said, message %zu: %s", path,
				cut.heard, cut.said, i + 1, fault);
	}
}

static void cut_everywhere(const char *path, struct span script)
{
	struct play_manner manner = as_written;
	struct play_end whole;

	manner.name = "cut";
	manner.piece = 1;
	dialogueplay_run(path, script, &manner, &whole);
	manner.piece = 0;
	for (size_t at = 1; at <= whole.heard; at = next_place(at, whole.heard)) {
		manner.cut_heard = at;
		check_cut(path, script, &manner, &whole);
	}
	manner.cut_heard = PLAY_NEVER;
	for (size_t at = 1; at <= whole.said; at = next_place(at, whole.said)) {
		manner.cut_said = at;
		check_cut(path, script, &manner, &whole);
	}
}

static void every_dialogue_goes_as_written(void **state)
{
	(void)state;
	check_all(play_as_written);
}

static void every_dialogue_goes_the_same_byte_by_byte(void **state)
{
	(void)state;
	check_all(play_byte_by_byte);
}

static void every_dialogue_goes_the_same_with_the_replies_merged(void **state)
{
	(void)state;
	check_all(play_merged);
}

static void every_dialogue_goes_the_same_with_the_replies_parted_anywhere(void **state)
{
	(void)state;
	check_all(play_in_two_pieces);
}

static void wherever_the_connection_is_lost_every_message_ends_once_and_as_it_is(void **state)
{
	(void)state;
	check_all(cut_everywhere);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_dialogue_goes_as_written),
		cmocka_unit_test(every_dialogue_goes_the_same_byte_by_byte),
		cmocka_unit_test(every_dialogue_goes_the_same_with_the_replies_merged),
		cmocka_unit_test(every_dialogue_goes_the_same_with_the_replies_parted_anywhere),
		cmocka_unit_test(wherever_the_connection_is_lost_every_message_ends_once_and_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
