/*
 * Signed letters: the signatures are over the very bytes that were built, stay
 * the same, survive the store, and need the keys they were made for.
 */
#include "compose/letterseal.h"

#include "base/file.h"
#include "support/dkimcase.h"
#include "support/lettercase.h"
#include "support/test.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define RELEASE "---\ntitle: Fund\n---\nWords  and  more.\n\n    code   here\n"

struct fixture {
	struct lettercase base;
	struct dkim_key *rsa, *ed25519;
	struct dkim_signer signers[DKIM_SIGNERS_MAX + 1];
};

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	lettercase_init(&f->base);
	f->rsa = dkimcase_key(dkimcase_rsa_pem);
	f->ed25519 = dkimcase_key(dkimcase_ed25519_pem);
	for (size_t i = 0; i <= DKIM_SIGNERS_MAX; i++)
		f->signers[i] = (struct dkim_signer){
			SPAN("harbour.example"), SPAN("r1"), i % 2 ? f->ed25519 : f->rsa};
	f->signers[1].selector = SPAN("e1");
	f->base.sample.frame.signers = f->signers;
	f->base.sample.frame.signer_count = 2;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	lettercase_clear(&f->base);
	dkim_key_free(f->rsa);
	dkim_key_free(f->ed25519);
	test_free(f);
	return 0;
}

/* For Ana, one of her values changed. */
static enum status build_letter(struct fixture *f, const struct letter *letter, const char *pair)
{
	struct span *values = sampleletter_values_with(letter, pair);
	enum status status = letter_build(letter, values, &f->base.out, &f->base.err);

	free(values);
	return status;
}

static enum status build(struct fixture *f, const char *pair)
{
	return build_letter(f, f->base.letter, pair);
}

/* Each signature says the hash of the message's body as it stands there. */
static void assert_hashes_are_of_the_body(const struct fixture *f)
{
	struct span message = str_span(&f->base.out);
	char *hash = dkimcase_hash(span_from(message, span_find(message, SPAN("\r\n\r\n"), 0) + 4));
	size_t at = 0;

	for (size_t i = 0; i < letter_signature_count(f->base.letter); i++) {
		at = span_find(message, SPAN("\r\n bh="), at);
		assert_int_not_equal(at, SIZE_MAX);
		at += strlen("\r\n bh=");
		assert_memory_equal(message.ptr + at, hash, strlen(hash));
	}
	assert_int_equal(span_find(message, SPAN("\r\n bh="), at), SIZE_MAX);
	free(hash);
}

static void signatures_stand_before_the_message_that_is_built_without_them(void **state)
{
	struct fixture *f = *state;
	struct str signed_message;

	str_init(&signed_message, STR_MAX_LARGE);
	/* Its one-click field is for signed messages only. */
	f->base.sample.frame.unsubscribe_url = SPAN("");
	assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
	assert_int_equal(build(f, NULL), OK);
	str_add(&signed_message, str_span(&f->base.out));
	str_empty(&f->base.out);
	f->base.sample.frame.signer_count = 0;
	assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
	assert_int_equal(letter_signature_count(f->base.letter), 0);
	assert_int_equal(build(f, NULL), OK);
	assert_true(span_ends(str_span(&signed_message), str_span(&f->base.out)));
	assert_true(span_starts(str_span(&signed_message), SPAN("DKIM-Signature: v=1; a=rsa-sha256;")));
	assert_contains(signed_message.ptr, "\r\nDKIM-Signature: v=1; a=ed25519-sha256;");
	assert_contains(signed_message.ptr, " t=1794301200;");
	str_clear(&signed_message);
}

static void building_a_signed_letter_twice_gives_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	size_t half;

	assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
	assert_int_equal(build(f, NULL), OK);
	half = f->base.out.len;
	assert_int_equal(build(f, NULL), OK);
	assert_int_equal(f->base.out.len, 2 * half);
	assert_memory_equal(f->base.out.ptr, f->base.out.ptr + half, half);
}

static void the_hash_is_of_the_body_whatever_the_values(void **state)
{
	static const char *const pairs[] = {"subscriber.greeting=", "subscriber.greeting= ", "list.title=",
		"subscriber.greeting=  two  spaces  ",
		"list.name=", "subscriber.greeting=.From \xd9\x85\xd8\xaf\xd9\x86 & <b> "};
	struct fixture *f = *state;

	assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		str_empty(&f->base.out);
		assert_int_equal(build(f, pairs[i]), OK);
		assert_hashes_are_of_the_body(f);
	}
}

static void save_in(struct fixture *f, const char *folder, const char *name, struct span content)
{
	char *path = file_join(folder, name);

	assert_int_equal(file_save(path, content, 0644, &f->base.err), OK);
	free(path);
}

/* White space that relaxing changes, at both ends of slots and ifs, and lines that are empty. */
static void the_hash_is_of_the_body_whatever_the_template(void **state)
{
	static const char *const templates[] = {
		"{{subscriber.greeting}}\n",
		"{{subscriber.greeting}}",
		"{{#subscriber.outlet}}{{subscriber.outlet}}{{/subscriber.outlet}}",
		"a  b \n\n{{#subscriber.outlet}}  c  d\t\n{{/subscriber.outlet}}\n\n\n",
		"a{{^subscriber.outlet}}\n\n{{/subscriber.outlet}}\n\n\n",
		"  {{subscriber.name}}  \n  {{subscriber.greeting}}  {{list.title}}\n\t\n",
		"nothing  of  anybody\n\n\n",
		"\n\n\n",
	};
	static const char *const pairs[] = {
		NULL, "subscriber.outlet=", "subscriber.greeting=", "list.title= "};
	struct fixture *f = *state;
	char *folder = test_folder_new();

	f->base.sample.frame.template_folder = folder;
	for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++) {
		save_in(f, folder, "release.txt.mustache", span_of(templates[i]));
		save_in(f, folder, "release.html.mustache", span_of(templates[i]));
		assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
		for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++) {
			str_empty(&f->base.out);
			assert_int_equal(build(f, pairs[p]), OK);
			assert_hashes_are_of_the_body(f);
		}
	}
	test_folder_remove(folder);
}

static void the_hash_is_of_the_body_with_its_attachments(void **state)
{
	struct fixture *f = *state;
	char *folder = test_folder_new();
	struct str bytes;

	str_init(&bytes, STR_MAX_LARGE);
	for (size_t i = 0; i < 100000; i++)
		str_add_char(&bytes, (char)(i * i >> 3));
	save_in(f, folder, "a.bin", str_span(&bytes));
	f->base.sample.frame.release_folder = folder;
	assert_int_equal(lettercase_compile(&f->base,
				 "---\ntitle: Fund\nattachments:\n  - path: a.bin\n---\nWords  here.\n"),
		OK);
	assert_int_equal(build(f, NULL), OK);
	assert_hashes_are_of_the_body(f);
	str_clear(&bytes);
	test_folder_remove(folder);
}

static struct letter *save_and_load(struct fixture *f)
{
	struct letter *loaded = NULL;
	struct str saved;

	str_init(&saved, STR_MAX_LARGE);
	letter_save(f->base.letter, &saved);
	assert_int_equal(letter_load(str_span(&saved), &loaded, &f->base.err), OK);
	str_clear(&saved);
	return loaded;
}

static void a_loaded_letter_says_whose_keys_it_needs_and_then_signs_the_same(void **state)
{
	struct fixture *f = *state;
	const struct dkim_key *keys[] = {f->rsa, f->ed25519};
	struct letter *made, *loaded;
	struct str wanted;

	str_init(&wanted, STR_MAX_LARGE);
	f->base.sample.frame.secret_number = 9;
	memcpy(f->base.sample.frame.secret_check, "checked!", TOKEN_CHECK_SIZE);
	assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
	assert_int_equal(build(f, NULL), OK);
	str_add(&wanted, str_span(&f->base.out));
	str_empty(&f->base.out);
	made = f->base.letter;
	loaded = save_and_load(f);
	f->base.letter = loaded;
	letter_free(made);
	assert_int_equal(letter_secret_number(loaded), 9);
	assert_memory_equal(letter_secret_check(loaded), "checked!", TOKEN_CHECK_SIZE);
	assert_int_equal(letter_signature_count(loaded), 2);
	for (size_t i = 0; i < 2; i++) {
		const struct letter_signature *signature = letter_signature(loaded, i);
		unsigned char fingerprint[DKIM_DIGEST_SIZE];

		dkim_key_fingerprint(keys[i], fingerprint);
		assert_true(span_equals(signature->domain, SPAN("harbour.example")));
		assert_true(span_equals(signature->selector, i ? SPAN("e1") : SPAN("r1")));
		assert_int_equal(signature->algorithm, i ? DKIM_ED25519 : DKIM_RSA);
		assert_memory_equal(signature->fingerprint, fingerprint, sizeof(fingerprint));
	}
	assert_int_equal(letter_set_keys(loaded, keys, &f->base.err), OK);
	assert_int_equal(letter_set_keys(loaded, keys, &f->base.err), OK);
	assert_int_equal(build(f, NULL), OK);
	assert_string_equal(f->base.out.ptr, wanted.ptr);
	str_clear(&wanted);
}

static void without_its_keys_a_letter_is_not_built(void **state)
{
	struct fixture *f = *state;
	struct letter *loaded;

	assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
	loaded = save_and_load(f);
	letter_free(f->base.letter);
	f->base.letter = loaded;
	str_add_text(&f->base.out, "before");
	assert_int_equal(build(f, NULL), E_NOTFOUND);
	assert_contains(f->base.err.text, "keys");
	assert_string_equal(f->base.out.ptr, "before");
}

static void another_key_is_refused_by_name(void **state)
{
	struct fixture *f = *state;
	struct dkim_key *other = NULL;
	const struct dkim_key *swapped[] = {f->ed25519, f->rsa};
	const struct dkim_key *replaced[] = {f->rsa, NULL};
	struct letter *made;

	assert_int_equal(dkim_key_new(DKIM_ED25519, &other, &f->base.err), OK);
	replaced[1] = other;
	assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
	made = f->base.letter;
	f->base.letter = save_and_load(f);
	letter_free(made);
	assert_int_equal(letter_set_keys(f->base.letter, swapped, &f->base.err), E_CONFLICT);
	assert_int_equal(letter_set_keys(f->base.letter, replaced, &f->base.err), E_CONFLICT);
	assert_contains(f->base.err.text, "\"e1\" of \"harbour.example\"");
	assert_int_equal(build(f, NULL), E_NOTFOUND);
	dkim_key_free(other);
}

static void an_unsigned_letter_needs_no_keys(void **state)
{
	struct fixture *f = *state;

	f->base.sample.frame.signer_count = 0;
	assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
	assert_int_equal(letter_set_keys(f->base.letter, NULL, &f->base.err), OK);
	assert_int_equal(build(f, NULL), OK);
	assert_true(span_starts(str_span(&f->base.out), SPAN("From: ")));
}

static void a_failed_build_leaves_what_was_there(void **state)
{
	struct fixture *f = *state;
	struct str small;
	struct span *values;
	size_t size;

	assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
	assert_int_equal(build(f, NULL), OK);
	size = f->base.out.len;
	str_empty(&f->base.out);
	str_add_text(&f->base.out, "before");
	assert_int_equal(build(f, "subscriber.address=nobody"), E_SYNTAX);
	assert_int_equal(build(f, "message_id=a b"), E_SYNTAX);
	assert_int_equal(build(f, "subscriber.greeting=\r\nX: y"), E_SYNTAX);
	assert_string_equal(f->base.out.ptr, "before");
	/* Wherever the ceiling is met: in the seal's room, the head or the body. */
	values = sampleletter_values(f->base.letter, sampleletter_ana);
	for (size_t max = 0; max < size; max += 97) {
		str_init(&small, max);
		assert_int_equal(letter_build(f->base.letter, values, &small, &f->base.err), E_RANGE);
		assert_int_equal(small.len, 0);
		str_clear(&small);
	}
	free(values);
	str_empty(&f->base.out);
	assert_int_equal(build(f, NULL), OK);
	assert_hashes_are_of_the_body(f);
}

static void signers_that_can_not_sign_are_refused(void **state)
{
	struct fixture *f = *state;

	f->base.sample.frame.signer_count = DKIM_SIGNERS_MAX + 1;
	assert_int_equal(lettercase_compile(&f->base, RELEASE), E_RANGE);
	f->base.sample.frame.signer_count = 1;
	f->signers[0].domain = SPAN("harbour");
	assert_int_equal(lettercase_compile(&f->base, RELEASE), E_SYNTAX);
	f->signers[0].domain = SPAN("harbour.example");
	f->signers[0].selector = SPAN("a b");
	assert_int_equal(lettercase_compile(&f->base, RELEASE), E_SYNTAX);
	f->signers[0].selector = SPAN("r1");
	f->base.sample.frame.date_ms = -1000;
	assert_int_equal(lettercase_compile(&f->base, RELEASE), E_RANGE);
}

static void a_damaged_signed_letter_is_refused_or_stays_in_its_bounds(void **state)
{
	struct fixture *f = *state;
	const struct dkim_key *keys[] = {f->rsa, f->ed25519, f->rsa, f->ed25519};
	struct str saved;

	str_init(&saved, STR_MAX_LARGE);
	assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
	letter_save(f->base.letter, &saved);
	for (size_t at = 8; at < 500; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct letter *changed = NULL;

			saved.ptr[at] = (char)(saved.ptr[at] ^ (1 << bit));
			str_empty(&f->base.out);
			if (letter_load(str_span(&saved), &changed, &f->base.err) == OK &&
				letter_set_keys(changed, keys, &f->base.err) == OK &&
				build_letter(f, changed, NULL) != OK)
				assert_int_equal(f->base.out.len, 0);
			letter_free(changed);
			saved.ptr[at] = (char)(saved.ptr[at] ^ (1 << bit));
		}
	}
	str_clear(&saved);
}

static void one_click_is_offered_under_a_signature_only(void **state)
{
	static const char field[] = "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
	struct fixture *f = *state;

	assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
	assert_int_equal(build(f, NULL), OK);
	assert_contains(f->base.out.ptr, field);
	f->base.sample.frame.signer_count = 0;
	assert_int_equal(lettercase_compile(&f->base, RELEASE), OK);
	str_empty(&f->base.out);
	assert_int_equal(build(f, NULL), OK);
	assert_null(strstr(f->base.out.ptr, "List-Unsubscribe-Post"));
	assert_contains(f->base.out.ptr, "\r\nList-Unsubscribe: <https://");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_click_is_offered_under_a_signature_only),
		TEST(signatures_stand_before_the_message_that_is_built_without_them),
		TEST(building_a_signed_letter_twice_gives_the_same_bytes),
		TEST(the_hash_is_of_the_body_whatever_the_values),
		TEST(the_hash_is_of_the_body_whatever_the_template),
		TEST(the_hash_is_of_the_body_with_its_attachments),
		TEST(a_loaded_letter_says_whose_keys_it_needs_and_then_signs_the_same),
		TEST(without_its_keys_a_letter_is_not_built),
		TEST(another_key_is_refused_by_name),
		TEST(an_unsigned_letter_needs_no_keys),
		TEST(a_failed_build_leaves_what_was_there),
		TEST(signers_that_can_not_sign_are_refused),
		TEST(a_damaged_signed_letter_is_refused_or_stays_in_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
