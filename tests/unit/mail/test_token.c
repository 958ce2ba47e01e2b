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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_id_is_26_letters_and_always_the_same),
		cmocka_unit_test(another_delivery_or_epoch_has_another_message_id),
		cmocka_unit_test(a_boundary_stands_in_no_encoded_body_and_is_always_the_same),
		cmocka_unit_test(another_dispatch_language_or_part_has_another_boundary),
		cmocka_unit_test(a_new_epoch_is_never_the_last_one),
		cmocka_unit_test(a_digest_is_sha_256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
