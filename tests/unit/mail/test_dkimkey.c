/*
 * DKIM keys: those of RFC 8463, those that are made, and what people take for one.
 */
#include "support/dkimcase.h"
#include "support/test.h"

static char *record_of(const struct dkim_key *key)
{
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	dkim_key_record(key, &out);
	return out.ptr;
}

static void assert_record(const char *pem, const char *start, const char *public)
{
	struct dkim_key *key = dkimcase_key(pem);
	char *record = record_of(key);
	char expected[1024];

	snprintf(expected, sizeof(expected), "%s%s", start, public);
	assert_string_equal(record, expected);
	free(record);
	dkim_key_free(key);
}

static void the_records_are_those_of_rfc_8463(void **state)
{
	(void)state;
	assert_record(dkimcase_rsa_pem, "v=DKIM1; k=rsa; p=", dkimcase_rsa_public);
	assert_record(dkimcase_ed25519_pem, "v=DKIM1; k=ed25519; p=", dkimcase_ed25519_public);
}

static void algorithms_are_read_by_the_names_they_have(void **state)
{
	enum dkim_algorithm algorithm;

	(void)state;
	for (size_t i = 0; i < DKIM_ALGORITHM_COUNT; i++) {
		assert_true(dkim_algorithm_parse(
			span_of(dkim_algorithm_name((enum dkim_algorithm)i)), &algorithm));
		assert_int_equal(algorithm, i);
	}
	assert_false(dkim_algorithm_parse(SPAN("RSA"), &algorithm));
	assert_false(dkim_algorithm_parse(SPAN(""), &algorithm));
}

static void a_new_key_is_read_back_as_the_same(void **state)
{
	static const unsigned bits[] = {[DKIM_RSA] = DKIM_RSA_BITS, [DKIM_ED25519] = 256};

	(void)state;
	for (size_t i = 0; i < DKIM_ALGORITHM_COUNT; i++) {
		unsigned char fingerprints[2][DKIM_DIGEST_SIZE];
		struct dkim_key *made = NULL;
		struct dkim_key *read;
		struct str pem;

		assert_int_equal(dkim_key_new((enum dkim_algorithm)i, &made, NULL), OK);
		str_init(&pem, DKIM_PEM_MAX);
		str_add_text(&pem, "made on a Tuesday\n");
		dkim_key_format(made, &pem);
		assert_contains(pem.ptr, "Tuesday\n-----BEGIN PRIVATE KEY-----\n");
		read = dkimcase_key(pem.ptr);
		assert_int_equal(dkim_key_algorithm(read), i);
		assert_int_equal(dkim_key_bits(read), bits[i]);
		dkim_key_fingerprint(made, fingerprints[0]);
		dkim_key_fingerprint(read, fingerprints[1]);
		assert_memory_equal(fingerprints[0], fingerprints[1], DKIM_DIGEST_SIZE);
		dkim_key_free(made);
		dkim_key_free(read);
		str_clear(&pem);
	}
}

static void two_keys_have_two_fingerprints(void **state)
{
	struct dkim_key *rsa = dkimcase_key(dkimcase_rsa_pem);
	struct dkim_key *ed25519 = dkimcase_key(dkimcase_ed25519_pem);
	unsigned char fingerprints[2][DKIM_DIGEST_SIZE];

	(void)state;
	dkim_key_fingerprint(rsa, fingerprints[0]);
	dkim_key_fingerprint(ed25519, fingerprints[1]);
	assert_memory_not_equal(fingerprints[0], fingerprints[1], DKIM_DIGEST_SIZE);
	dkim_key_free(rsa);
	dkim_key_free(ed25519);
}

static void what_is_no_private_key_is_called_by_its_name(void **state)
{
	const struct {
		const char *pem;
		enum status status;
		const char *words;
	} cases[] = {
		{"", E_SYNTAX, "no \"-----BEGIN PRIVATE KEY-----\""},
		{"hello", E_SYNTAX, "no \"-----BEGIN PRIVATE KEY-----\""},
		{"-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n", E_SYNTAX, "a public key"},
		{"-----BEGIN RSA PUBLIC KEY-----\n", E_SYNTAX, "a public key"},
		{"-----BEGIN ENCRYPTED PRIVATE KEY-----\n", E_SYNTAX, "an encrypted key"},
		{"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n"
		 "MIIC\n-----END RSA PRIVATE KEY-----\n",
			E_SYNTAX, "an encrypted key"},
		{"-----BEGIN CERTIFICATE-----\n", E_SYNTAX, "a certificate"},
		{"-----BEGIN OPENSSH PRIVATE KEY-----\n", E_SYNTAX, "OpenSSH"},
		{"-----BEGIN EC PARAMETERS-----\n", E_UNSUPPORTED, "elliptic-curve"},
		{"-----BEGIN EC PRIVATE KEY-----\n", E_UNSUPPORTED, "elliptic-curve"},
		{"-----BEGIN RECIPE-----\n", E_SYNTAX, "\"-----BEGIN RECIPE\""},
		{"-----BEGIN PRIVATE KEY", E_SYNTAX, "is no private key"},
		{"-----BEGIN PRIVATE KEY-----\nMC4C", E_SYNTAX, "no \"-----END PRIVATE KEY-----\""},
		{"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", E_SYNTAX, "damaged"},
		{"-----BEGIN PRIVATE KEY-----\nMC4C?\n-----END PRIVATE KEY-----\n", E_SYNTAX, "'?'"},
		{"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYD\n-----END PRIVATE KEY-----\n", E_SYNTAX,
			"damaged"},
		/* A whole key, and an octet behind it. */
		{"-----BEGIN PRIVATE KEY-----\n"
		 "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9gAA==\n"
		 "-----END PRIVATE KEY-----\n",
			E_SYNTAX, "damaged"},
		/* X25519, which signs nothing. */
		{"-----BEGIN PRIVATE KEY-----\n"
		 "MC4CAQAwBQYDK2VuBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
		 "-----END PRIVATE KEY-----\n",
			E_UNSUPPORTED, "X25519"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dkim_key *key = NULL;
		struct err err = {0};

		assert_int_equal(dkim_key_parse(span_of(cases[i].pem), &key, &err), cases[i].status);
		assert_contains(err.text, cases[i].words);
	}
}

/* Made by `openssl genrsa -traditional 512`. */
static void an_rsa_key_of_512_bits_is_refused(void **state)
{
	static const char pem[] = "-----BEGIN RSA PRIVATE KEY-----\n"
				  "MIIBOwIBAAJBAKOgJpGEkMvJiRSJzYmM2v0V0TY/FKVWOCz48D/Db2wUCW7w3J5d\n"
				  "H93qy5WPy4stpQhCSQAEXqNIm7tyPmnXRLUCAwEAAQJBAIRkWbCWZZ4uNDclBORN\n"
				  "zwbGN2BADBF3QL7KsYG2PRphlIpEvojTPmAM9IkacATcUUv1i1ogEnUd6XCd9DkY\n"
				  "b+ECIQDUrOfrjctDGc2GaHDPVB6CYfrjVM047HV4EH4mrIboPQIhAMT1R6eh2MzQ\n"
				  "V2SsDURQ1mseAx34DmwwPYjzdFUdO53ZAiEA0/v0v4n6TMvvXEXGDCJgtr1LAkWI\n"
				  "uXCYNjDaTVoyrlECICPi4RRtC9h9mX7RTnWFGRxZUo4SVWZm/79FRIwBkIw5AiB/\n"
				  "6fuHSG00xKdxGHLgAjeN18BMqeZ74dVvXJbslGftBA==\n"
				  "-----END RSA PRIVATE KEY-----\n";
	struct dkim_key *key = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(dkim_key_parse(span_of(pem), &key, &err), E_RANGE);
	assert_contains(err.text, "512 bits");
}

/* Its modulus is another: OpenSSL reads it, and signs what nobody can verify. */
static void a_key_whose_numbers_do_not_belong_together_is_damaged(void **state)
{
	struct dkim_key *key = NULL;
	struct err err = {0};
	char pem[2048];

	(void)state;
	snprintf(pem, sizeof(pem), "%s", dkimcase_rsa_pem);
	memset(strstr(pem, "Y/J16JYi") + 20, 'A', 4);
	assert_int_equal(dkim_key_parse(span_of(pem), &key, &err), E_SYNTAX);
	assert_contains(err.text, "damaged: what it signs doesn't verify");
}

static void a_file_over_the_ceiling_is_not_read(void **state)
{
	struct dkim_key *key = NULL;
	struct err err = {0};
	struct str pem;

	(void)state;
	str_init(&pem, STR_MAX_LARGE);
	str_add_repeat(&pem, '\n', DKIM_PEM_MAX);
	str_add_text(&pem, dkimcase_ed25519_pem);
	assert_int_equal(dkim_key_parse(str_span(&pem), &key, &err), E_RANGE);
	str_clear(&pem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_records_are_those_of_rfc_8463),
		cmocka_unit_test(algorithms_are_read_by_the_names_they_have),
		cmocka_unit_test(a_new_key_is_read_back_as_the_same),
		cmocka_unit_test(two_keys_have_two_fingerprints),
		cmocka_unit_test(what_is_no_private_key_is_called_by_its_name),
		cmocka_unit_test(an_rsa_key_of_512_bits_is_refused),
		cmocka_unit_test(a_key_whose_numbers_do_not_belong_together_is_damaged),
		cmocka_unit_test(a_file_over_the_ceiling_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
