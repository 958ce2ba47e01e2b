/*
 * Letters as a damaged store might hold them: what loads must build within its
 * bounds, signed if it's for the key below, and be saved as it was. The first line of the
 * input is every value.
 */
#include "compose/letter.h"

#include <stdint.h>
#include <stdlib.h>

#define VALUES_MAX 300u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char key_pem[] = "-----BEGIN PRIVATE KEY-----\n"
			      "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
			      "-----END PRIVATE KEY-----\n";

static enum status give_keys(struct letter *letter)
{
	static struct dkim_key *key;
	const struct dkim_key *keys[DKIM_SIGNERS_MAX];

	if (!key && dkim_key_parse(span_bytes(key_pem, sizeof(key_pem) - 1), &key, NULL) != OK)
		abort();
	for (size_t i = 0; i < DKIM_SIGNERS_MAX; i++)
		keys[i] = key;
	return letter_set_keys(letter, keys, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct span rest = span_bytes(bytes, size), value = {0};
	struct span values[VALUES_MAX];
	struct letter *letter;
	struct err err;
	struct str out;

	if (!span_line(&rest, &value) || letter_load(rest, &letter, &err) != OK)
		return 0;
	if (letter_field_count(letter) > VALUES_MAX)
		abort();
	for (size_t i = 0; i < letter_field_count(letter); i++)
		values[i] = i % 3 == 2 ? SPAN("") : value;
	str_init(&out, 1u << 20);
	if (letter_signature_count(letter) && letter_build(letter, values, &out, &err) == OK)
		abort();
	if (give_keys(letter) == OK && letter_build(letter, values, &out, &err) != OK && out.len)
		abort();
	str_empty(&out);
	letter_save(letter, &out);
	if (!out.is_over && !span_equals(str_span(&out), rest))
		abort();
	str_clear(&out);
	letter_free(letter);
	return 0;
}
