/*
 * Replies: lenient where servers are sloppy, strict where a guess could lose a message.
 */
#include "support/test.h"

#include "deliver/reply.h"

struct answer {
	enum status status;
	int code;
	char enhanced[16];
	char text[REPLY_TEXT_MAX + 1];
};

static struct answer read_whole(const char *bytes)
{
	struct reply_reader *reader = reply_reader_new();
	struct answer answer = {0};
	struct reply reply;
	struct err err;

	reply_reader_push(reader, span_of(bytes));
	answer.status = reply_reader_take(reader, &reply, &err);
	if (!answer.status) {
		answer.code = reply.code;
		memcpy(answer.enhanced, reply.enhanced, sizeof(answer.enhanced));
		memcpy(answer.text, reply.text.ptr, reply.text.len);
	}
	reply_reader_free(reader);
	return answer;
}

static void assert_reads(const char *bytes, int code, const char *enhanced, const char *text)
{
	struct answer answer = read_whole(bytes);

	assert_int_equal(answer.status, OK);
	assert_int_equal(answer.code, code);
	assert_string_equal(answer.enhanced, enhanced);
	assert_string_equal(answer.text, text);
}

static void a_reply_has_a_code_an_enhanced_code_and_text(void **state)
{
	(void)state;
	assert_reads("250 2.1.0 Sender ok\r\n", 250, "2.1.0", "Sender ok");
	assert_reads("250\r\n", 250, "", "");
	assert_reads("250 \r\n", 250, "", "");
	assert_reads("550 5.1.1\r\n", 550, "5.1.1", "");
	assert_reads("354 go on\n", 354, "", "go on");
}

static void lines_are_joined_and_the_last_code_counts(void **state)
{
	(void)state;
	assert_reads(
		"550-5.7.1 not\r\n550-5.7.1  here \r\n550 5.7.1 please\r\n", 550, "5.7.1", "not here please");
	assert_reads("250-fine\r\n550 or not\r\n", 550, "", "fine or not");
}

static void an_enhanced_code_is_of_the_codes_class_and_well_formed(void **state)
{
	(void)state;
	assert_reads("450 5.1.1 odd\r\n", 450, "", "5.1.1 odd");
	assert_reads("550 5.1 short\r\n", 550, "", "5.1 short");
	assert_reads("550 5.1234.1 long\r\n", 550, "", "5.1234.1 long");
	assert_reads("550 5.1.1x glued\r\n", 550, "", "5.1.1x glued");
	assert_reads("354 3.0.0 none for 3xx\r\n", 354, "", "3.0.0 none for 3xx");
}

static void controls_and_broken_utf8_do_not_get_through(void **state)
{
	(void)state;
	assert_reads("550 a\x1b[31mb\x07\tc\x7f\r\n", 550, "", "a[31mb c");
	assert_reads("550 caf\xc3\xa9 \xff!\r\n", 550, "", "caf\xc3\xa9 \xef\xbf\xbd!");
	assert_reads("550 \xc2\x9bm\r\n", 550, "", "m");
}

static void what_is_no_reply_is_said_so(void **state)
{
	static const char *const cases[] = {"hello\r\n", "25 ok\r\n", "2500 ok\r\n", "250_ok\r\n",
		"150 early\r\n", "650 late\r\n", "\r\n", "HTTP/1.1 200 OK\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(read_whole(cases[i]).status, E_SYNTAX);
}

static void nonsense_is_quoted_as_it_may_be_shown(void **state)
{
	struct reply_reader *reader = reply_reader_new();
	struct reply reply;
	struct err err;

	(void)state;
	reply_reader_push(reader, SPAN("\xff\x1b[2J\r\n"));
	assert_int_equal(reply_reader_take(reader, &reply, &err), E_SYNTAX);
	assert_string_equal(err.text, "not an SMTP reply: \"\xef\xbf\xbd?[2J\"");
	reply_reader_free(reader);
}

static void an_unfinished_reply_waits_for_more(void **state)
{
	static const char *const cases[] = {"", "2", "250 ok", "250 ok\r", "250-ok\r\n", "250-ok\r\n250"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(read_whole(cases[i]).status, E_NOTFOUND);
}

static void replies_come_one_by_one_however_they_arrive(void **state)
{
	static const char bytes[] = "250 one\r\n250-two\r\n250 three\r\n421 four\r\n";
	struct reply_reader *reader = reply_reader_new();
	struct reply reply;
	struct err err;
	int count = 0;

	(void)state;
	for (size_t i = 0; bytes[i]; i++) {
		reply_reader_push(reader, span_bytes(bytes + i, 1));
		while (reply_reader_take(reader, &reply, &err) == OK)
			count++;
	}
	assert_int_equal(count, 3);
	assert_int_equal(reply.code, 421);
	reply_reader_free(reader);
}

static void a_flood_is_refused_and_stays_refused(void **state)
{
	struct reply_reader *reader = reply_reader_new();
	static char flood[1024];
	struct reply reply;
	struct err err;
	enum status status = E_NOTFOUND;

	(void)state;
	memset(flood, '2', sizeof(flood));
	for (int i = 0; i < 1000 && status == E_NOTFOUND; i++) {
		reply_reader_push(reader, span_bytes(flood, sizeof(flood)));
		status = reply_reader_take(reader, &reply, &err);
	}
	assert_int_equal(status, E_SYNTAX);
	reply_reader_push(reader, SPAN("\r\n250 ok\r\n"));
	assert_int_equal(reply_reader_take(reader, &reply, &err), E_SYNTAX);
	reply_reader_clear(reader);
	reply_reader_push(reader, SPAN("250 ok\r\n"));
	assert_int_equal(reply_reader_take(reader, &reply, &err), OK);
	reply_reader_free(reader);
}

static void long_text_is_cut_at_a_whole_character(void **state)
{
	char small[8];

	(void)state;
	reply_copy_text(small, sizeof(small), SPAN("caf\xc3\xa9s!!"));
	assert_string_equal(small, "caf\xc3\xa9s!");
	reply_copy_text(small, sizeof(small), SPAN("coffee\xc3\xa9"));
	assert_string_equal(small, "coffee");
	reply_copy_text(small, sizeof(small), (struct span){NULL, 0});
	assert_string_equal(small, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_has_a_code_an_enhanced_code_and_text),
		cmocka_unit_test(lines_are_joined_and_the_last_code_counts),
		cmocka_unit_test(an_enhanced_code_is_of_the_codes_class_and_well_formed),
		cmocka_unit_test(controls_and_broken_utf8_do_not_get_through),
		cmocka_unit_test(what_is_no_reply_is_said_so),
		cmocka_unit_test(nonsense_is_quoted_as_it_may_be_shown),
		cmocka_unit_test(an_unfinished_reply_waits_for_more),
		cmocka_unit_test(replies_come_one_by_one_however_they_arrive),
		cmocka_unit_test(a_flood_is_refused_and_stays_refused),
		cmocka_unit_test(long_text_is_cut_at_a_whole_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
