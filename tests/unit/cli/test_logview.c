/*
 * The delivery log as a table, as counts, and as JSON lines.
 */
#include "cli/logview.h"

#include "base/mem.h"
#include "support/capture.h"
#include "support/newdispatch.h"
#include "support/test.h"

#include <jansson.h>

/* A line of the log, made up. */
struct linecase {
	struct delivery delivery;
	struct attempt attempts[2];
	struct delivery_line line;
};

static void init_line(struct linecase *c, const char *address, enum delivery_state state, int code,
	const char *reply, size_t attempts)
{
	*c = (struct linecase){0};
	c->delivery.dispatch = 7;
	c->delivery.position = 1;
	c->delivery.state = state;
	c->delivery.address = mem_copy_text(address);
	c->delivery.domain = mem_copy_text(strchr(address, '@') + 1);
	c->delivery.also = mem_copy_text("");
	c->attempts[0] = newdispatch_attempt(7, 1, 1, attempts == 2 ? DELIVERY_DEFERRED : state,
		attempts == 2 ? 451 : code, attempts == 2 ? "greylisted" : reply);
	c->attempts[1] = newdispatch_attempt(7, 1, 2, state, code, reply);
	c->attempts[1].settled_ms += 60041;
	c->line = (struct delivery_line){
		&c->delivery, "fund", DISPATCH_PUBLIC, "europe", c->attempts, attempts};
}

static void show(enum logview_kind kind, const char *count_by, bool all_tries, struct linecase *lines,
	size_t count, struct str *out)
{
	struct logview *view = NULL;
	struct zone *zone = NULL;
	struct err err;

	assert_int_equal(zone_new("Europe/Zurich", &zone, &err), OK);
	if (logview_new(kind, zone, count_by, all_tries, &view, &err) != OK)
		fail_msg("%s", err.text);
	capture_begin();
	for (size_t i = 0; i < count; i++)
		logview_add(view, &lines[i].line);
	logview_finish(view);
	capture_end(out);
	logview_free(view);
	zone_free(zone);
	for (size_t i = 0; i < count; i++)
		delivery_clear(&lines[i].delivery);
}

static size_t three(struct linecase lines[3])
{
	init_line(&lines[0], "ana@paper.example", DELIVERY_ACCEPTED, 250, "queued 4C1F", 2);
	init_line(&lines[1], "bo@xn--bcher-kva.example", DELIVERY_FAILED, 550, "no such user", 1);
	init_line(&lines[2], "cy@radio.example", DELIVERY_QUEUED, 0, "", 0);
	return 3;
}

static void a_table_has_each_deliverys_last_try(void **state)
{
	struct linecase lines[3];
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_LARGE);
	show(LOGVIEW_TABLE, NULL, false, lines, three(lines), &out);
	assert_string_equal(out.ptr,
		"TIME (Zurich)  STATE     TRY  ADDRESS            LIST    REPLY\n"
		"10:01:00.041   accepted    2  ana@paper.example  europe  250 queued 4C1F\n"
		"10:00:00.000   failed      1  bo@bücher.example  europe  550 no such user\n"
		"               queued      0  cy@radio.example   europe\n"
		"3 shown: 1 queued, 1 accepted, 1 failed. Why: log --address A\n");
	str_clear(&out);
}

static void one_persons_table_has_every_try_with_its_day(void **state)
{
	struct linecase lines[1];
	struct str out;

	(void)state;
	init_line(&lines[0], "ana@paper.example", DELIVERY_ACCEPTED, 250, "queued 4C1F", 2);
	lines[0].attempts[1].is_possible_duplicate = true;
	str_init(&out, STR_MAX_LARGE);
	show(LOGVIEW_TABLE, NULL, true, lines, 1, &out);
	assert_contains(out.ptr, "10 Nov 10:00:00.000  deferred    1  7 fund");
	assert_contains(out.ptr, "10 Nov 10:01:00.041  accepted    2  7 fund");
	assert_contains(out.ptr, "451 greylisted");
	assert_contains(out.ptr, "(possible");
	str_clear(&out);
}

static void an_empty_log_says_nobody(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_LARGE);
	show(LOGVIEW_TABLE, NULL, false, NULL, 0, &out);
	assert_string_equal(out.ptr, "0 shown: nobody.\n");
	str_clear(&out);
}

static void a_reply_cannot_drive_the_terminal(void **state)
{
	struct linecase lines[1];
	struct str out;

	(void)state;
	init_line(&lines[0], "ana@paper.example", DELIVERY_FAILED, 550,
		"\033]0;owned\a no\xc2\x9b"
		"2J",
		1);
	str_init(&out, STR_MAX_LARGE);
	show(LOGVIEW_TABLE, NULL, false, lines, 1, &out);
	assert_null(strchr(out.ptr, '\033'));
	assert_null(strstr(out.ptr, "\xc2\x9b"));
	str_clear(&out);
}

static void counts_come_the_largest_first(void **state)
{
	struct linecase lines[3];
	struct str out;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		init_line(&lines[i], i ? "b@wire.example" : "a@paper.example", DELIVERY_FAILED, 550, "no", 1);
	str_init(&out, STR_MAX_LARGE);
	show(LOGVIEW_TABLE, "domain", false, lines, 3, &out);
	assert_string_equal(out.ptr, "COUNT\n"
				     "    2  wire.example\n"
				     "    1  paper.example\n");
	str_clear(&out);
}

/* Each accepted one has an id of its own in its reply: they are one group. */
static void accepted_ones_are_counted_as_one_reply(void **state)
{
	struct linecase lines[3];
	struct str out;

	(void)state;
	init_line(&lines[0], "a@paper.example", DELIVERY_ACCEPTED, 250, "queued 1", 1);
	init_line(&lines[1], "b@paper.example", DELIVERY_ACCEPTED, 250, "queued 2", 1);
	init_line(&lines[2], "c@paper.example", DELIVERY_FAILED, 550, "no such user", 1);
	str_init(&out, STR_MAX_LARGE);
	show(LOGVIEW_JSON, "reply", false, lines, 3, &out);
	assert_string_equal(out.ptr, "{\"reply\":\"accepted\",\"count\":2}\n"
				     "{\"reply\":\"failed: 550 no such user\",\"count\":1}\n");
	str_clear(&out);
}

static void what_cannot_be_counted_by_is_refused(void **state)
{
	struct logview *view = NULL;
	struct err err;

	(void)state;
	assert_int_equal(logview_new(LOGVIEW_TABLE, NULL, "colour", false, &view, &err), E_NOTFOUND);
	assert_contains(err.text, "\"colour\"");
}

static void programs_get_a_line_a_delivery_with_its_tries(void **state)
{
	struct linecase lines[3];
	struct str out;
	struct span rest;
	struct span line;
	json_t *first;
	json_t *tries;
	size_t count = 0;

	(void)state;
	str_init(&out, STR_MAX_LARGE);
	show(LOGVIEW_JSON, NULL, false, lines, three(lines), &out);
	rest = str_span(&out);
	while (span_line(&rest, &line)) {
		json_t *object = json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES, NULL);

		assert_non_null(object);
		json_decref(object);
		count++;
	}
	assert_int_equal(count, 3);
	first = json_loadb(out.ptr, strcspn(out.ptr, "\n"), 0, NULL);
	tries = json_object_get(first, "attempts");
	assert_string_equal(json_string_value(json_object_get(first, "address")), "ana@paper.example");
	assert_int_equal(json_array_size(tries), 2);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(tries, 0), "reply")), "greylisted");
	assert_int_equal(json_integer_value(json_object_get(json_array_get(tries, 1), "reply_code")), 250);
	json_decref(first);
	str_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_has_each_deliverys_last_try),
		cmocka_unit_test(one_persons_table_has_every_try_with_its_day),
		cmocka_unit_test(an_empty_log_says_nobody),
		cmocka_unit_test(a_reply_cannot_drive_the_terminal),
		cmocka_unit_test(counts_come_the_largest_first),
		cmocka_unit_test(accepted_ones_are_counted_as_one_reply),
		cmocka_unit_test(what_cannot_be_counted_by_is_refused),
		cmocka_unit_test(programs_get_a_line_a_delivery_with_its_tries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
