/*
 * The file with tokens' secrets: made once, kept private, read line by line.
 */
#include "app/secret.h"

#include "base/file.h"
#include "support/test.h"

#include <sys/stat.h>

#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"

static void one_that_was_made_is_read_and_not_made_again(void **state)
{
	struct token_secrets first;
	struct token_secrets second;
	struct err err = {0};

	assert_int_equal(secret_make(*state, &err), OK);
	assert_int_equal(secret_load(*state, &first, &err), OK);
	assert_int_equal(first.count, 1);
	assert_int_equal(secret_newest(&first)->number, 1);
	assert_int_equal(secret_make(*state, &err), E_EXISTS);
	assert_int_equal(secret_load(*state, &second, &err), OK);
	assert_memory_equal(first.items[0].bytes, second.items[0].bytes, TOKEN_SECRET_SIZE);
	secret_clear(&first);
	assert_int_equal(first.count, 0);
}

static void one_that_is_not_there_says_what_is_lost(void **state)
{
	struct token_secrets secrets;
	struct err err = {0};

	assert_int_equal(secret_load(*state, &secrets, &err), E_NOTFOUND);
	assert_contains(err.text, "/secret\"");
	assert_contains(err.text, "restore it from a backup");
	assert_contains(err.text, "unsubscribe links in mail that was sent stay dead");
	assert_contains(err.text, "openssl rand -hex 32");
}

static void one_that_others_may_read_is_refused(void **state)
{
	char *path = file_join(*state, SECRET_FILE_NAME);
	struct token_secrets secrets;
	struct err err = {0};

	assert_int_equal(secret_make(*state, &err), OK);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(secret_load(*state, &secrets, &err), E_DENIED);
	assert_contains(err.text, "chmod 600 '");
	assert_contains(err.text, path);
	free(path);
}

static void every_line_is_a_secret_but_for_remarks(void **state)
{
	struct token_secrets secrets;

	(void)state;
	assert_int_equal(
		secret_parse(SPAN("# old\n7 " HEX "\r\n\n  200 " HEX " \n3 " HEX), "secret", &secrets, NULL),
		OK);
	assert_int_equal(secrets.count, 3);
	assert_int_equal(secrets.items[0].number, 7);
	assert_int_equal(secrets.items[2].bytes[31], 31);
	assert_int_equal(secret_newest(&secrets)->number, 200);
}

static void what_is_no_secret_is_named_by_its_line_and_not_shown(void **state)
{
	static const struct {
		const char *text, *words;
		enum status status;
	} cases[] = {
		{"", "f:1: ", E_SYNTAX},
		{"# nothing\n", "f:1: ", E_SYNTAX},
		{"1 " HEX "\n\n2 " HEX "0\n", "f:3: ", E_SYNTAX},
		{"1 " HEX "\n1 " HEX "\n", "f:2: ", E_SYNTAX},
		{"0 " HEX "\n", "f:1: ", E_SYNTAX},
		{"256 " HEX "\n", "f:1: ", E_SYNTAX},
		{"1000 " HEX "\n", "f:1: ", E_SYNTAX},
		{"-1 " HEX "\n", "f:1: ", E_SYNTAX},
		{" " HEX "\n", "f:1: ", E_SYNTAX},
		{"1" HEX "\n", "f:1: ", E_SYNTAX},
		{"1 00g102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", "f:1: ", E_SYNTAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct token_secrets secrets;
		struct err err = {0};

		assert_int_equal(secret_parse(span_of(cases[i].text), "f", &secrets, &err), cases[i].status);
		assert_contains(err.text, cases[i].words);
		assert_null(strstr(err.text, "0102030405"));
		assert_int_equal(secrets.count, 0);
	}
}

static void there_are_16_of_them_at_most(void **state)
{
	struct token_secrets secrets;
	struct err err = {0};
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_SMALL);
	for (int i = 1; i <= 16; i++)
		str_addf(&text, "%d %s\n", i, HEX);
	assert_int_equal(secret_parse(str_span(&text), "f", &secrets, &err), OK);
	str_addf(&text, "17 %s\n", HEX);
	assert_int_equal(secret_parse(str_span(&text), "f", &secrets, &err), E_RANGE);
	assert_contains(err.text, "f:17: ");
	str_clear(&text);
}

static void a_file_that_is_too_large_is_not_read(void **state)
{
	char *path = file_join(*state, SECRET_FILE_NAME);
	struct token_secrets secrets;
	struct err err = {0};
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	str_add_repeat(&text, '\n', 5000);
	assert_int_equal(file_save(path, str_span(&text), 0600, &err), OK);
	assert_int_equal(secret_load(*state, &secrets, &err), E_RANGE);
	str_clear(&text);
	free(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_folder_setup, test_folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_that_was_made_is_read_and_not_made_again),
		TEST(one_that_is_not_there_says_what_is_lost),
		TEST(one_that_others_may_read_is_refused),
		TEST(every_line_is_a_secret_but_for_remarks),
		TEST(what_is_no_secret_is_named_by_its_line_and_not_shown),
		TEST(there_are_16_of_them_at_most),
		TEST(a_file_that_is_too_large_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
