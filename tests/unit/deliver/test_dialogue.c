/*
 * What timers need to know of a dialogue; what is said in it is in tests/spec.
 */
#include "support/test.h"

#include "deliver/dialogue.h"

static size_t replies_after(struct dialogue *dialogue, const char *bytes)
{
	struct dialogue_event event;

	dialogue_push(dialogue, span_of(bytes));
	assert_false(dialogue_next(dialogue, &event));
	return dialogue_replies(dialogue);
}

static void a_reply_counts_once_it_is_whole(void **state)
{
	static int tag;
	const struct dialogue_features features = {.has_8bitmime = true};
	const struct dialogue_mail mail = {.tag = &tag,
		.from = SPAN("a@press.example"),
		.to = SPAN("b@paper.example"),
		.message = SPAN("x\r\n")};
	struct dialogue *dialogue = dialogue_new();
	struct dialogue_event event;
	struct err err;

	(void)state;
	dialogue_begin(dialogue, &features);
	assert_int_equal(dialogue_add(dialogue, &mail, &err), OK);
	dialogue_sent(dialogue, dialogue_output(dialogue).len);
	assert_int_equal(replies_after(dialogue, "250-2.1.0 wait\r\n250-2.1.0 "), 0);
	assert_int_equal(replies_after(dialogue, "for\r\n25"), 0);
	assert_int_equal(replies_after(dialogue, "0 2.1.0 it\r\n"), 1);
	dialogue_begin(dialogue, &features);
	assert_int_equal(dialogue_replies(dialogue), 0);
	assert_false(dialogue_next(dialogue, &event));
	dialogue_free(dialogue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_counts_once_it_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
