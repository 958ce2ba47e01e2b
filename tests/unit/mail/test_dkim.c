/*
 * Signature fields: what they look like, what they are over, and that nothing of it
 * changes unnoticed. Both algorithms are deterministic, so that the same field means
 * the same was signed.
 */
#include "support/dkimcase.h"
#include "support/test.h"

#define TIME 1528637909

static const unsigned char no_digest[DKIM_DIGEST_SIZE];

/* The fields of a message: heap. Fails the test if they don't have the size that was told. */
static char *seal(const struct dkim_signer *signers, size_t count, const char *head,
	const unsigned char digest[DKIM_DIGEST_SIZE])
{
	struct dkim_seal *made = NULL;
	char *fields;
	size_t size;

	assert_int_equal(dkim_seal_new(signers, count, TIME, &made, NULL), OK);
	size = dkim_seal_size(made);
	fields = calloc(size + 2, 1);
	assert_non_null(fields);
	fields[size] = '!';
	assert_int_equal(dkim_seal_write(made, span_of(head), digest, fields, NULL), OK);
	assert_int_equal(fields[size], '!');
	fields[size] = '\0';
	assert_int_equal(strlen(fields), size);
	dkim_seal_free(made);
	return fields;
}

static char *seal_head(const char *head)
{
	struct dkim_key *key = dkimcase_key(dkimcase_ed25519_pem);
	struct dkim_signer signer = {SPAN("football.example.com"), SPAN("brisbane"), key};
	char *fields = seal(&signer, 1, head, no_digest);

	dkim_key_free(key);
	return fields;
}

static void assert_sealed_alike(const char *head, const char *other, bool is_alike)
{
	char *one = seal_head(head);
	char *two = seal_head(other);

	assert_int_equal(strcmp(one, two) == 0, is_alike);
	free(one);
	free(two);
}

/* Another's verifier (dkimpy 1.1.1) found both good. */
static void the_message_of_rfc_8463_gets_two_fields(void **state)
{
	struct dkim_key *rsa = dkimcase_key(dkimcase_rsa_pem);
	struct dkim_key *ed25519 = dkimcase_key(dkimcase_ed25519_pem);
	const struct dkim_signer signers[] = {
		{SPAN("football.example.com"), SPAN("test"), rsa},
		{SPAN("football.example.com"), SPAN("brisbane"), ed25519},
	};
	struct dkim_body *body = dkim_body_new();
	unsigned char digest[DKIM_DIGEST_SIZE];
	char *fields;

	(void)state;
	dkim_body_begin(body);
	dkim_body_add(body, span_of(dkimcase_body));
	dkim_body_end(body, digest);
	fields = seal(signers, 2, dkimcase_head, digest);
	assert_string_equal(fields,
		"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=football.example.com;\r\n"
		" s=test; t=1528637909; h=From:From:To:Subject:Date:Message-ID:Reply-To:\r\n"
		" MIME-Version:Content-Type:List-Id:List-Unsubscribe:List-Unsubscribe-Post:\r\n"
		" Feedback-ID;\r\n"
		" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
		" b=nft1yKHiDEXaZDo9l+toxKsBF+oUvCQiUVqh8SZ6nDciRgMxd+YF1kjKjld2qUsrKZxmGTOK\r\n"
		" 65U5REXMulniQmLsBt9zZLJaUG9lDAGsQOjYtshPVzhjlKj/5GUBfhq6b6rEHP+QLS7rZAk8\r\n"
		" kENnKcBt+Bmqr0Q1GXaMAj+EURE=\r\n"
		"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
		" d=football.example.com; s=brisbane; t=1528637909; h=From:From:To:Subject:\r\n"
		" Date:Message-ID:Reply-To:MIME-Version:Content-Type:List-Id:List-Unsubscribe:\r\n"
		" List-Unsubscribe-Post:Feedback-ID;\r\n"
		" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
		" b=qNVVIaLOSlEneBrMD34pn1aXR3eieXLtmUpZbGy4onnpSXskV3zLfFGI4xJdwGoC/iBlD3em\r\n"
		" Mu4ttXMauR5YDw==\r\n");
	free(fields);
	dkim_body_free(body);
	dkim_key_free(rsa);
	dkim_key_free(ed25519);
}

static void one_seal_writes_many_messages(void **state)
{
	struct dkim_key *rsa = dkimcase_key(dkimcase_rsa_pem);
	struct dkim_key *ed25519 = dkimcase_key(dkimcase_ed25519_pem);
	const struct dkim_signer signers[] = {
		{SPAN("a.example"), SPAN("r"), rsa}, {SPAN("a.example"), SPAN("e"), ed25519}};
	char *first = seal(signers, 2, dkimcase_head, no_digest);
	struct dkim_seal *made = NULL;
	char fields[2048];

	(void)state;
	assert_int_equal(dkim_seal_new(signers, 2, TIME, &made, NULL), OK);
	assert_true(dkim_seal_size(made) < sizeof(fields));
	for (int i = 0; i < 5; i++) {
		assert_int_equal(dkim_seal_write(made, SPAN("From: other\r\n"), no_digest, fields, NULL), OK);
		assert_memory_not_equal(fields, first, dkim_seal_size(made));
		assert_int_equal(dkim_seal_write(made, span_of(dkimcase_head), no_digest, fields, NULL), OK);
		assert_memory_equal(fields, first, dkim_seal_size(made));
	}
	dkim_seal_free(made);
	dkim_key_free(rsa);
	dkim_key_free(ed25519);
	free(first);
}

static void a_field_is_signed_as_relaxed(void **state)
{
	(void)state;
	assert_sealed_alike("Subject: a b\r\n", "SUBJECT:a  \t b \r\n", true);
	assert_sealed_alike("Subject: a b\r\n", "subject \t:\r\n a\r\n\tb\t\r\n", true);
	assert_sealed_alike("Subject: a b\r\n", "Subject: ab\r\n", false);
	assert_sealed_alike("Subject: a b\r\n", "Subject: a B\r\n", false);
	assert_sealed_alike("Subject:\r\n", "Subject:  \r\n \r\n", true);
	assert_sealed_alike("Subject:\r\n", "", false);
}

static void every_promised_field_is_signed(void **state)
{
	static const char *const names[] = {"From", "To", "Subject", "Date", "Message-ID", "Reply-To",
		"MIME-Version", "Content-Type", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
		"Feedback-ID"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char with[128];
		char other[128];

		snprintf(with, sizeof(with), "%s: x\r\n", names[i]);
		snprintf(other, sizeof(other), "%s: y\r\n", names[i]);
		assert_sealed_alike(with, other, false);
		assert_sealed_alike(with, "", false);
	}
}

static void other_fields_are_not_signed(void **state)
{
	(void)state;
	assert_sealed_alike("From: a\r\n", "Received: x\r\n y\r\nFrom: a\r\nX-From: b\r\nFro: c\r\n", true);
	assert_sealed_alike("From: a\r\n", "DKIM-Signature: x\r\nFrom: a\r\n", true);
	assert_sealed_alike("From: a\r\n", "\r\nno field\r\nFrom: a\r\n", true);
}

static void the_last_of_several_is_signed_and_a_second_from_too(void **state)
{
	(void)state;
	assert_sealed_alike("To: a\r\nTo: b\r\n", "To: b\r\n", true);
	assert_sealed_alike("From: a\r\nFrom: b\r\n", "From: b\r\n", false);
	assert_sealed_alike("From: a\r\nFrom: b\r\n", "From: b\r\nFrom: a\r\n", false);
	assert_sealed_alike("From: a\r\nFrom: b\r\nFrom: c\r\n", "From: b\r\nFrom: c\r\n", true);
}

static void the_order_of_fields_does_not_matter(void **state)
{
	(void)state;
	assert_sealed_alike("From: a\r\nTo: b\r\n", "To: b\r\nFrom: a\r\n", true);
}

static void another_body_gives_another_signature(void **state)
{
	struct dkim_key *key = dkimcase_key(dkimcase_ed25519_pem);
	struct dkim_signer signer = {SPAN("a.example"), SPAN("s"), key};
	unsigned char digest[DKIM_DIGEST_SIZE] = {1};
	char *one = seal(&signer, 1, dkimcase_head, no_digest);
	char *two = seal(&signer, 1, dkimcase_head, digest);

	(void)state;
	assert_string_not_equal(strstr(one, "\r\n b="), strstr(two, "\r\n b="));
	free(one);
	free(two);
	dkim_key_free(key);
}

static void lines_are_folded_at_78_whatever_the_names(void **state)
{
	struct dkim_key *key = dkimcase_key(dkimcase_rsa_pem);

	(void)state;
	for (size_t size = 1; size <= 63; size++) {
		char selector[64] = "";
		struct dkim_signer signer = {SPAN("press.harbour.example"), {selector, size}, key};
		struct span rest;
		struct span line;
		char *fields;

		memset(selector, 's', size);
		fields = seal(&signer, 1, dkimcase_head, no_digest);
		rest = span_of(fields);
		while (span_line(&rest, &line)) {
			assert_true(line.len <= 78);
			assert_true(span_trim(line).len > 0);
		}
		free(fields);
	}
	dkim_key_free(key);
}

static void a_seal_without_signers_writes_nothing(void **state)
{
	char *fields = seal(NULL, 0, dkimcase_head, no_digest);

	(void)state;
	assert_string_equal(fields, "");
	free(fields);
}

static void impossible_signers_are_refused(void **state)
{
	struct dkim_key *key = dkimcase_key(dkimcase_ed25519_pem);
	char longest[65] = "";
	const struct {
		const char *domain, *selector;
		enum status status;
	} cases[] = {
		{"harbour.example", "d202611", OK},
		{"harbour.example", "a.b-c.d", OK},
		{"harbour", "d202611", E_SYNTAX},
		{"", "d202611", E_SYNTAX},
		{"Harbour.example", "d202611", E_SYNTAX},
		{"harbour..example", "d202611", E_SYNTAX},
		{"harbour.example.", "d202611", E_SYNTAX},
		{"harbour.example", "", E_SYNTAX},
		{"harbour.example", "D", E_SYNTAX},
		{"harbour.example", "a.", E_SYNTAX},
		{"harbour.example", "a_b", E_SYNTAX},
		{"harbour.example", "-a", E_SYNTAX},
		{"harbour.example", "a-", E_SYNTAX},
		{"harbour.example", "a;b", E_SYNTAX},
		{"harbour.example", "a\r\nb", E_SYNTAX},
		{"harbour.example", longest, E_SYNTAX},
	};

	(void)state;
	memset(longest, 'a', 64);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dkim_signer signer = {span_of(cases[i].domain), span_of(cases[i].selector), key};
		struct dkim_seal *made = NULL;
		struct err err = {0};

		assert_int_equal(dkim_seal_new(&signer, 1, TIME, &made, &err), cases[i].status);
		dkim_seal_free(made);
	}
	dkim_key_free(key);
}

static void too_much_of_anything_is_refused(void **state)
{
	struct dkim_key *key = dkimcase_key(dkimcase_ed25519_pem);
	struct dkim_signer signers[DKIM_SIGNERS_MAX + 1];
	struct dkim_seal *made = NULL;
	struct err err = {0};
	char domain[256];

	(void)state;
	for (size_t i = 0; i < DKIM_SIGNERS_MAX + 1; i++)
		signers[i] = (struct dkim_signer){SPAN("a.example"), SPAN("s"), key};
	assert_int_equal(dkim_seal_new(signers, DKIM_SIGNERS_MAX + 1, TIME, &made, &err), E_RANGE);
	assert_int_equal(dkim_seal_new(signers, 1, -1, &made, &err), E_RANGE);
	assert_int_equal(dkim_seal_new(signers, 1, INT64_C(1000000000000), &made, &err), E_RANGE);
	memset(domain, 'a', sizeof(domain));
	for (size_t i = 60; i < sizeof(domain); i += 60)
		domain[i] = '.';
	signers[0].domain = span_bytes(domain, 250);
	assert_int_equal(dkim_seal_new(signers, 1, TIME, &made, &err), E_RANGE);
	assert_contains(err.text, "longer than a name in the DNS");
	dkim_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_message_of_rfc_8463_gets_two_fields),
		cmocka_unit_test(one_seal_writes_many_messages),
		cmocka_unit_test(a_field_is_signed_as_relaxed),
		cmocka_unit_test(every_promised_field_is_signed),
		cmocka_unit_test(other_fields_are_not_signed),
		cmocka_unit_test(the_last_of_several_is_signed_and_a_second_from_too),
		cmocka_unit_test(the_order_of_fields_does_not_matter),
		cmocka_unit_test(another_body_gives_another_signature),
		cmocka_unit_test(lines_are_folded_at_78_whatever_the_names),
		cmocka_unit_test(a_seal_without_signers_writes_nothing),
		cmocka_unit_test(impossible_signers_are_refused),
		cmocka_unit_test(too_much_of_anything_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
