/*
 * Names made from the epoch: the same again for the same delivery, others for
 * any other, and fit for where they stand.
 */
#include "support/test.h"

#include "mail/token.h"

static const struct token_epoch epoch = {{1, 2, 3, 4, 5}};

static char *message_id(const struct token_epoch *from, int64_t dispatch, int64_t position)
{
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	token_message_id(from, dispatch, position, &out);
	return out.ptr;
}

static char *boundary(int64_t dispatch, const char *language, int part)
{
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	token_boundary(&epoch, dispatch, span_of(language), part, &out);
	return out.ptr;
}

static void assert_differ(char *a, char *b)
{
	assert_string_not_equal(a, b);
	free(a);
	free(b);
}

/* The expected name was made by Python's hmac: nothing else may change what a delivery is called. */
static void a_message_id_is_26_letters_and_always_the_same(void **state)
{
	char *id = message_id(&epoch, 7, 42);

	(void)state;
	assert_string_equal(id, "zmjsb4wwnqv73zqcyupskgnesa");
	assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyz234567"), 26);
	free(id);
}

static void another_delivery_or_epoch_has_another_message_id(void **state)
{
	static const struct token_epoch other = {{1, 2, 3, 4, 6}};

	(void)state;
	assert_differ(message_id(&epoch, 7, 42), message_id(&epoch, 7, 43));
	assert_differ(message_id(&epoch, 7, 42), message_id(&epoch, 8, 42));
	assert_differ(message_id(&epoch, 7, 42), message_id(&epoch, 42, 7));
	assert_differ(message_id(&epoch, 7, 42), message_id(&other, 7, 42));
	assert_differ(message_id(&epoch, 1, 0), message_id(&epoch, 0, INT64_C(1) << 32));
}

static void a_boundary_stands_in_no_encoded_body_and_is_always_the_same(void **state)
{
	char *made = boundary(7, "fr", 0);

	(void)state;
	assert_string_equal(made, "=_h3eisvmyxwl5vuu3i2y7dgglhm");
	free(made);
}

static void another_dispatch_language_or_part_has_another_boundary(void **state)
{
	(void)state;
	assert_differ(boundary(7, "fr", 0), boundary(8, "fr", 0));
	assert_differ(boundary(7, "fr", 0), boundary(7, "en", 0));
	assert_differ(boundary(7, "fr", 0), boundary(7, "fr", 1));
	assert_differ(boundary(7, "", 0), boundary(7, "fr", 0));
}

static void a_new_epoch_is_never_the_last_one(void **state)
{
	struct token_epoch first;
	struct token_epoch second;

	(void)state;
	token_epoch_new(&first);
	token_epoch_new(&second);
	assert_memory_not_equal(first.bytes, second.bytes, TOKEN_EPOCH_SIZE);
}

static void a_digest_is_sha_256(void **state)
{
	static const unsigned char abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
		0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10,
		0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	static const unsigned char empty[] = {0xe3, 0xb0, 0xc4, 0x42};
	unsigned char digest[TOKEN_DIGEST_SIZE];

	(void)state;
	token_digest(SPAN("abc"), digest);
	assert_memory_equal(digest, abc, sizeof(abc));
	token_digest((struct span){NULL, 0}, digest);
	assert_memory_equal(digest, empty, sizeof(empty));
}

/* Two secrets: 3, whose bytes count from 0, and 200, whose bytes are all the same. */
static struct token_secrets two_secrets(void)
{
	struct token_secrets secrets = {.count = 2};

	secrets.items[0].number = 3;
	secrets.items[1].number = 200;
	for (size_t i = 0; i < TOKEN_SECRET_SIZE; i++) {
		secrets.items[0].bytes[i] = (unsigned char)i;
		secrets.items[1].bytes[i] = 0xaa;
	}
	return secrets;
}

static char *token_of(unsigned char number, enum token_purpose purpose, int64_t dispatch, int64_t subject)
{
	struct token_secrets secrets = two_secrets();
	struct token token = {purpose, dispatch, subject};
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	assert_int_equal(token_make(&secrets, number, &epoch, &token, &out, NULL), OK);
	return out.ptr;
}

static enum status read_token(const char *text, enum token_purpose purpose, struct token *out)
{
	struct token_secrets secrets = two_secrets();
	struct err err = {0};
	enum status status = token_read(&secrets, &epoch, span_of(text), purpose, out, &err);

	if (status != OK) {
		assert_int_equal(err.status, status);
		assert_true(*err.text);
	}
	return status;
}

/* Made by Python's hmac and base64: links in people's mailboxes must go on working. */
static void a_token_is_45_letters_and_always_the_same(void **state)
{
	char *token = token_of(3, TOKEN_BOUNCE, 7, 42);

	(void)state;
	assert_string_equal(token, "anzeaxyt6stsuqsmzvpv4duvjrzuz6zvznezp3pneuvxe");
	assert_int_equal(strlen(token), TOKEN_SIZE);
	free(token);
}

static void a_token_is_read_in_any_case(void **state)
{
	static const struct {
		unsigned char number;
		enum token_purpose purpose;
		int64_t dispatch, subject;
	} cases[] = {
		{3, TOKEN_BOUNCE, 1, 0},
		{3, TOKEN_UNSUBSCRIBE, 7, 42},
		{200, TOKEN_UNSUBSCRIBE, TOKEN_NUMBER_MAX, TOKEN_NUMBER_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = token_of(cases[i].number, cases[i].purpose, cases[i].dispatch, cases[i].subject);

		for (size_t j = 0; j < 2; j++) {
			struct token token = {0};

			assert_int_equal(read_token(text, cases[i].purpose, &token), OK);
			assert_int_equal(token.purpose, cases[i].purpose);
			assert_int_equal(token.dispatch, cases[i].dispatch);
			assert_int_equal(token.subject, cases[i].subject);
			for (size_t k = 0; text[k]; k += 3)
				text[k] = (char)(text[k] >= 'a' ? text[k] - 32 : text[k]);
		}
		free(text);
	}
}

static void a_token_with_any_other_character_is_refused(void **state)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567.";
	char *text = token_of(3, TOKEN_UNSUBSCRIBE, 7, 42);

	(void)state;
	for (size_t i = 0; i < TOKEN_SIZE; i++) {
		char right = text[i];

		for (const char *c = alphabet; *c; c++) {
			struct token token;

			text[i] = *c;
			assert_int_equal(read_token(text, TOKEN_UNSUBSCRIBE, &token) == OK, *c == right);
		}
		text[i] = right;
	}
	free(text);
}

static void what_is_no_token_says_so(void **state)
{
	char *text = token_of(3, TOKEN_BOUNCE, 7, 42);
	struct token token;

	(void)state;
	assert_int_equal(read_token("", TOKEN_BOUNCE, &token), E_SYNTAX);
	assert_int_equal(read_token("hello", TOKEN_BOUNCE, &token), E_SYNTAX);
	text[10] = '1';
	assert_int_equal(read_token(text, TOKEN_BOUNCE, &token), E_SYNTAX);
	text[TOKEN_SIZE - 1] = '\0';
	assert_int_equal(read_token(text, TOKEN_BOUNCE, &token), E_SYNTAX);
	free(text);
}

static void a_token_serves_its_purpose_alone(void **state)
{
	char *text = token_of(3, TOKEN_BOUNCE, 7, 42);
	struct token token;

	(void)state;
	assert_int_equal(read_token(text, TOKEN_UNSUBSCRIBE, &token), E_DENIED);
	free(text);
}

static void tokens_of_neighbours_have_nothing_to_see_in_common(void **state)
{
	char *one = token_of(3, TOKEN_BOUNCE, 7, 42);
	char *two = token_of(3, TOKEN_BOUNCE, 7, 43);
	size_t same = 0;

	(void)state;
	/* The first character is the secret's number alone. */
	for (size_t i = 2; i < TOKEN_SIZE; i++)
		same += one[i] == two[i];
	assert_true(same < 8);
	free(one);
	free(two);
}

static void a_token_of_another_life_or_secret_is_not_found(void **state)
{
	static const struct token_epoch other = {{1, 2, 3, 4, 6}};
	struct token_secrets secrets = two_secrets();
	char *text = token_of(3, TOKEN_BOUNCE, 7, 42);
	struct token token;

	(void)state;
	assert_int_equal(token_read(&secrets, &other, span_of(text), TOKEN_BOUNCE, &token, NULL), E_NOTFOUND);
	secrets.items[0].bytes[31] ^= 1;
	assert_int_equal(token_read(&secrets, &epoch, span_of(text), TOKEN_BOUNCE, &token, NULL), E_DENIED);
	secrets.items[0].number = 4;
	assert_int_equal(token_read(&secrets, &epoch, span_of(text), TOKEN_BOUNCE, &token, NULL), E_NOTFOUND);
	free(text);
}

static void impossible_tokens_are_not_made(void **state)
{
	static const struct {
		unsigned char number;
		int64_t dispatch, subject;
		enum status status;
	} cases[] = {
		{4, 1, 1, E_NOTFOUND},
		{0, 1, 1, E_NOTFOUND},
		{3, -1, 1, E_RANGE},
		{3, 1, -1, E_RANGE},
		{3, TOKEN_NUMBER_MAX + 1, 1, E_RANGE},
		{3, 1, TOKEN_NUMBER_MAX + 1, E_RANGE},
	};
	struct token_secrets secrets = two_secrets();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct token token = {TOKEN_BOUNCE, cases[i].dispatch, cases[i].subject};
		struct str out;

		str_init(&out, STR_MAX_SMALL);
		assert_int_equal(
			token_make(&secrets, cases[i].number, &epoch, &token, &out, NULL), cases[i].status);
		assert_int_equal(out.len, 0);
		str_clear(&out);
	}
}

static void a_maker_makes_the_same_tokens_one_after_another(void **state)
{
	struct token_secrets secrets = two_secrets();
	struct token_maker *maker = token_maker_new(&secrets.items[1], &epoch);
	struct token bad = {TOKEN_BOUNCE, 1, -1};
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	for (int64_t subject = 0; subject < 5; subject++) {
		struct token token = {subject % 2 ? TOKEN_BOUNCE : TOKEN_UNSUBSCRIBE, 7 + subject, subject};
		char *wanted = token_of(200, token.purpose, token.dispatch, token.subject);

		str_empty(&out);
		assert_int_equal(token_maker_add(maker, &token, &out, NULL), OK);
		assert_string_equal(out.ptr, wanted);
		assert_int_equal(token_maker_add(maker, &bad, &out, NULL), E_RANGE);
		assert_int_equal(out.len, TOKEN_SIZE);
		free(wanted);
	}
	token_maker_free(maker);
	str_clear(&out);
}

/* Made by Python's hashlib: stored with letters. */
static void a_check_tells_secrets_apart_whatever_their_numbers(void **state)
{
	static const unsigned char wanted[TOKEN_CHECK_SIZE] = {
		0xc7, 0xc6, 0x2c, 0xd7, 0xb4, 0xe5, 0xf0, 0x81};
	struct token_secrets secrets = two_secrets();
	unsigned char check[TOKEN_CHECK_SIZE];

	(void)state;
	token_secret_check(&secrets.items[0], check);
	assert_memory_equal(check, wanted, TOKEN_CHECK_SIZE);
	secrets.items[0].number = 4;
	token_secret_check(&secrets.items[0], check);
	assert_memory_equal(check, wanted, TOKEN_CHECK_SIZE);
	secrets.items[0].bytes[31] ^= 1;
	token_secret_check(&secrets.items[0], check);
	assert_memory_not_equal(check, wanted, TOKEN_CHECK_SIZE);
}

static void a_new_secret_is_never_the_last_one(void **state)
{
	struct token_secret first;
	struct token_secret second;

	(void)state;
	token_secret_new(&first, 1);
	token_secret_new(&second, 2);
	assert_int_equal(second.number, 2);
	assert_memory_not_equal(first.bytes, second.bytes, TOKEN_SECRET_SIZE);
}

static void a_token_goes_into_an_address_and_comes_out_again(void **state)
{
	static const struct {
		const char *address, *with, *token;
	} cases[] = {
		{"bounce@harbour.example", "bounce+tok@harbour.example", "tok"},
		{"bounce", "bounce+tok", "tok"},
		{"\"b@d\"@harbour.example", "\"b@d\"+tok@harbour.example", "tok"},
	};
	struct str out;

	(void)state;
	str_init(&out, STR_MAX_SMALL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span found;

		str_empty(&out);
		token_address(span_of(cases[i].address), SPAN("tok"), &out);
		assert_string_equal(out.ptr, cases[i].with);
		found = token_in_address(str_span(&out));
		assert_true(span_equals(found, span_of(cases[i].token)));
		assert_int_equal(token_in_address(span_of(cases[i].address)).len, 0);
	}
	assert_int_equal(token_in_address(SPAN("")).len, 0);
	assert_int_equal(token_in_address(SPAN("a@b+c")).len, 0);
	str_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_id_is_26_letters_and_always_the_same),
		cmocka_unit_test(another_delivery_or_epoch_has_another_message_id),
		cmocka_unit_test(a_boundary_stands_in_no_encoded_body_and_is_always_the_same),
		cmocka_unit_test(another_dispatch_language_or_part_has_another_boundary),
		cmocka_unit_test(a_new_epoch_is_never_the_last_one),
		cmocka_unit_test(a_digest_is_sha_256),
		cmocka_unit_test(a_token_is_45_letters_and_always_the_same),
		cmocka_unit_test(a_token_is_read_in_any_case),
		cmocka_unit_test(a_token_with_any_other_character_is_refused),
		cmocka_unit_test(what_is_no_token_says_so),
		cmocka_unit_test(a_token_serves_its_purpose_alone),
		cmocka_unit_test(tokens_of_neighbours_have_nothing_to_see_in_common),
		cmocka_unit_test(a_token_of_another_life_or_secret_is_not_found),
		cmocka_unit_test(impossible_tokens_are_not_made),
		cmocka_unit_test(a_maker_makes_the_same_tokens_one_after_another),
		cmocka_unit_test(a_check_tells_secrets_apart_whatever_their_numbers),
		cmocka_unit_test(a_new_secret_is_never_the_last_one),
		cmocka_unit_test(a_token_goes_into_an_address_and_comes_out_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
