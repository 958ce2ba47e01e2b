/*
 * The file with tokens' secrets, of arbitrary bytes: what is read has numbers of its
 * own, and nothing stays of what isn't.
 */
#include "app/secret.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct token_secrets none;
	struct token_secrets secrets;
	bool is_seen[256] = {false};
	struct err err;

	if (secret_parse(span_bytes(data, size), "secret", &secrets, &err) != OK) {
		require(err.status == E_SYNTAX || err.status == E_RANGE);
		require(memcmp(&secrets, &none, sizeof(none)) == 0);
		return 0;
	}
	require(secrets.count > 0 && secrets.count <= TOKEN_SECRETS_MAX);
	for (size_t i = 0; i < secrets.count; i++) {
		require(secrets.items[i].number > 0 && !is_seen[secrets.items[i].number]);
		require(secrets.items[i].number <= secret_newest(&secrets)->number);
		is_seen[secrets.items[i].number] = true;
	}
	return 0;
}
