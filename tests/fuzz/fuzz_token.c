/*
 * Tokens: arbitrary bytes are read, or made into a token that is read back. Nobody
 * can find one that we didn't make.
 */
#include "mail/token.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct token_epoch epoch = {{1, 2, 3, 4, 5}};
static const struct token_secrets secrets = {
	.items = {{.number = 3,
			  .bytes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
				  21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31}},
		{.number = 'm', .bytes = {9}}},
	.count = 2};

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* One that is read was made like that, but for its case. */
static void check_read(struct span text, enum token_purpose purpose)
{
	struct token token;
	struct err err;
	struct str again;

	if (token_read(&secrets, &epoch, text, purpose, &token, &err) != OK) {
		require(err.status == E_SYNTAX || err.status == E_DENIED || err.status == E_NOTFOUND);
		return;
	}
	str_init(&again, TOKEN_SIZE);
	require(token_make(&secrets, 3, &epoch, &token, &again, NULL) == OK);
	if (!span_equals_nocase(text, str_span(&again))) {
		str_empty(&again);
		require(token_make(&secrets, 'm', &epoch, &token, &again, NULL) == OK);
		require(span_equals_nocase(text, str_span(&again)));
	}
	str_clear(&again);
}

static void check_made(struct span bytes)
{
	struct token token = {TOKEN_UNSUBSCRIBE, 0, 0};
	struct token found;
	struct str text;
	struct str address;

	for (size_t i = 0; i < bytes.len && i < 5; i++) {
		token.dispatch = token.dispatch << 8 | (unsigned char)bytes.ptr[i];
		token.subject = token.subject << 8 | (unsigned char)bytes.ptr[bytes.len - 1 - i];
	}
	str_init(&text, TOKEN_SIZE);
	str_init(&address, STR_MAX_SMALL);
	require(token_make(&secrets, 3, &epoch, &token, &text, NULL) == OK);
	token_address(SPAN("bounce@harbour.example"), str_span(&text), &address);
	require(token_read(&secrets, &epoch, token_in_address(str_span(&address)), TOKEN_UNSUBSCRIBE, &found,
			NULL) == OK);
	require(found.dispatch == token.dispatch && found.subject == token.subject);
	str_clear(&text);
	str_clear(&address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_bytes(data, size);

	check_read(bytes, TOKEN_BOUNCE);
	check_read(token_in_address(bytes), TOKEN_UNSUBSCRIBE);
	check_made(bytes);
	return 0;
}
