/*
 * The keys folder: keys that are made, found, listed, and which of them sign.
 */
#include "app/keymake.h"

#include "base/file.h"
#include "support/dkimcase.h"
#include "support/test.h"

#include <sys/stat.h>

#define NOVEMBER INT64_C(1794387600000) /* 2026-11-11 */
#define DOMAIN "harbour.example"

struct room {
	char *folder;
	struct keys *keys;
	struct key_list list;
	struct err err;
};

static int set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	if (!room)
		return -1;
	room->folder = test_folder_new();
	room->keys = keys_open(room->folder);
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;

	key_list_clear(&room->list);
	keys_close(room->keys);
	test_folder_remove(room->folder);
	free(room);
	return 0;
}

/* As after the next start of the program. */
static void open_again(struct room *room)
{
	key_list_clear(&room->list);
	keys_close(room->keys);
	room->keys = keys_open(room->folder);
}

/* A key of somebody's, with no lines above it. */
static void put(struct room *room, const char *name, const char *pem, mode_t mode)
{
	char *path = file_join(room->folder, name);
	char *slash = strrchr(path, '/');

	*slash = '\0';
	assert_int_equal(file_make_folder(path, &room->err), OK);
	*slash = '/';
	assert_int_equal(file_save(path, span_of(pem), 0600, &room->err), OK);
	assert_int_equal(chmod(path, mode), 0);
	free(path);
}

static enum status make(
	struct room *room, const char *domain, const char *selector, const char *algorithm, int64_t now_ms)
{
	struct key_request request = {domain, selector, algorithm, now_ms};

	key_list_clear(&room->list);
	return keymake(room->keys, &request, &room->list, &room->err);
}

static void assert_mode(struct room *room, const char *name, mode_t mode)
{
	char *path = file_join(room->folder, name);
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, mode);
	free(path);
}

/* "SELECTOR SELECTOR", in the order in which they sign. */
static void assert_signers(struct room *room, const char *domain, const char *expected)
{
	struct dkim_signer signers[DKIM_SIGNERS_MAX];
	struct str found;
	size_t count;

	assert_int_equal(keys_signers(room->keys, span_of(domain), signers, &count, &room->err), OK);
	str_init(&found, STR_MAX_SMALL);
	for (size_t i = 0; i < count; i++)
		str_addf(&found, "%s%.*s", i ? " " : "", SPAN_ARG(signers[i].selector));
	assert_string_equal(found.ptr, expected);
	str_clear(&found);
}

static void one_of_each_algorithm_is_made_for_its_owner_alone(void **state)
{
	struct room *room = *state;

	assert_int_equal(make(room, DOMAIN, NULL, NULL, NOVEMBER), OK);
	assert_int_equal(room->list.count, 2);
	assert_string_equal(room->list.items[0].key->selector, "d202611-ed25519");
	assert_string_equal(key_algorithm(room->list.items[0].key), "ed25519");
	assert_int_equal(key_bits(room->list.items[0].key), 256);
	assert_string_equal(room->list.items[1].key->selector, "d202611-rsa");
	assert_int_equal(key_bits(room->list.items[1].key), 2048);
	assert_true(room->list.items[0].is_in_use && room->list.items[1].is_in_use);
	assert_mode(room, DOMAIN, 0700);
	assert_mode(room, DOMAIN "/d202611-rsa.pem", 0600);
	assert_mode(room, DOMAIN "/d202611-ed25519.pem", 0600);
}

static void a_made_key_remembers_when(void **state)
{
	struct room *room = *state;
	const struct key *key = NULL;
	struct str text;
	char *path = file_join(room->folder, DOMAIN "/press.pem");

	assert_int_equal(make(room, DOMAIN, "press", "ed25519", NOVEMBER + 41), OK);
	open_again(room);
	assert_int_equal(keys_find(room->keys, SPAN(DOMAIN), SPAN("press"), &key, &room->err), OK);
	assert_true(key->created_ms == NOVEMBER + 41);
	assert_string_equal(key->path, path);
	str_init(&text, STR_MAX_LARGE);
	assert_int_equal(file_load(path, &text, &room->err), OK);
	assert_contains(text.ptr, "domain: harbour.example\nselector: press\nalgorithm: ed25519\n"
				  "created: 2026-11-11T09:00:00.041Z\n");
	str_empty(&text);
	key_name(key, &text);
	assert_string_equal(text.ptr, "press._domainkey.harbour.example");
	str_empty(&text);
	key_record(key, &text);
	assert_contains(text.ptr, "v=DKIM1; k=ed25519; p=");
	str_clear(&text);
	free(path);
}

static void a_taken_selector_is_refused_and_nothing_is_made(void **state)
{
	struct room *room = *state;
	char *other = file_join(room->folder, DOMAIN "/d202611-rsa.pem");

	put(room, DOMAIN "/d202611-ed25519.pem", dkimcase_ed25519_pem, 0600);
	assert_int_equal(make(room, DOMAIN, NULL, NULL, NOVEMBER), E_EXISTS);
	assert_contains(room->err.text, "d202611-ed25519.pem");
	assert_contains(room->err.text, "dateline key new SELECTOR");
	assert_false(file_is_there(other));
	free(other);
}

static void impossible_requests_are_refused(void **state)
{
	static const struct {
		const char *domain, *selector, *algorithm, *words;
	} cases[] = {
		{"harbour", NULL, NULL, "\"harbour\""},
		{"", NULL, NULL, "is no domain"},
		{"../etc.example", NULL, NULL, "is no domain"},
		{DOMAIN, "", "rsa", "\"\""},
		{DOMAIN, "Press", "rsa", "\"Press\""},
		{DOMAIN, "press_office", NULL, "\"press_office-rsa\""},
		{DOMAIN, "../press", "rsa", "\"../press\""},
		{DOMAIN, "a..b", "rsa", "\"a..b\""},
		{DOMAIN, "press", "dsa", "say rsa or ed25519"},
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(make(room, cases[i].domain, cases[i].selector, cases[i].algorithm, NOVEMBER),
			E_SYNTAX);
		assert_contains(room->err.text, cases[i].words);
	}
	assert_int_equal(keys_list(room->keys, (struct span){NULL, 0}, &room->list, &room->err), OK);
	assert_int_equal(room->list.count, 0);
}

static void the_newest_of_each_algorithm_signs_rsa_first(void **state)
{
	struct room *room = *state;

	assert_signers(room, DOMAIN, "");
	assert_int_equal(make(room, DOMAIN, "z", "ed25519", NOVEMBER), OK);
	assert_signers(room, DOMAIN, "z");
	put(room, DOMAIN "/foreign.pem", dkimcase_rsa_pem, 0600);
	assert_signers(room, DOMAIN, "foreign z");
	assert_int_equal(make(room, DOMAIN, "a", "ed25519", NOVEMBER + 1), OK);
	assert_true(room->list.items[0].is_in_use);
	assert_signers(room, DOMAIN, "foreign a");
	assert_int_equal(make(room, DOMAIN, "b", "ed25519", NOVEMBER - 1), OK);
	assert_false(room->list.items[0].is_in_use);
	put(room, DOMAIN "/foreign2.pem", dkimcase_rsa_pem, 0600);
	assert_signers(room, DOMAIN, "foreign2 a");
	open_again(room);
	assert_signers(room, DOMAIN, "foreign2 a");
}

static void a_domain_without_keys_is_signed_for_by_the_one_above(void **state)
{
	struct room *room = *state;

	put(room, "example/top.pem", dkimcase_ed25519_pem, 0600);
	put(room, DOMAIN "/above.pem", dkimcase_ed25519_pem, 0600);
	put(room, "press." DOMAIN "/own.pem", dkimcase_ed25519_pem, 0600);
	assert_signers(room, "press." DOMAIN, "own");
	assert_signers(room, "a.b." DOMAIN, "above");
	assert_signers(room, DOMAIN, "above");
	assert_signers(room, "other.example", "");
	assert_signers(room, "example", "");
}

static void keys_are_listed_by_domain_and_selector(void **state)
{
	struct room *room = *state;
	static const char *const expected[] = {"a.example b", "a.example c", "b.example a"};

	put(room, "b.example/a.pem", dkimcase_ed25519_pem, 0600);
	put(room, "a.example/c.pem", dkimcase_ed25519_pem, 0600);
	put(room, "a.example/b.pem", dkimcase_ed25519_pem, 0600);
	put(room, "a.example/notes.txt", "not a key", 0644);
	put(room, "secret/x.pem", "not a domain", 0644);
	assert_int_equal(keys_list(room->keys, (struct span){NULL, 0}, &room->list, &room->err), OK);
	assert_int_equal(room->list.count, 3);
	for (size_t i = 0; i < 3; i++) {
		char found[64];

		snprintf(found, sizeof(found), "%s %s", room->list.items[i].key->domain,
			room->list.items[i].key->selector);
		assert_string_equal(found, expected[i]);
	}
	key_list_clear(&room->list);
	assert_int_equal(keys_list(room->keys, SPAN("b.example"), &room->list, &room->err), OK);
	assert_int_equal(room->list.count, 1);
}

static void a_key_is_loaded_once_and_stays(void **state)
{
	struct room *room = *state;
	const struct key *first = NULL;
	const struct key *again = NULL;
	char *path = file_join(room->folder, DOMAIN "/s.pem");

	put(room, DOMAIN "/s.pem", dkimcase_ed25519_pem, 0600);
	assert_int_equal(keys_find(room->keys, SPAN(DOMAIN), SPAN("s"), &first, &room->err), OK);
	assert_int_equal(remove(path), 0);
	for (char selector[] = "a"; selector[0] < 'k'; selector[0]++) {
		assert_int_equal(make(room, DOMAIN, selector, "ed25519", NOVEMBER), OK);
	}
	assert_int_equal(keys_find(room->keys, SPAN(DOMAIN), SPAN("s"), &again, &room->err), OK);
	assert_ptr_equal(first, again);
	assert_string_equal(first->selector, "s");
	free(path);
}

static void keys_that_cannot_be_used_are_named_with_the_reason(void **state)
{
	static const struct {
		const char *file, *pem;
		mode_t mode;
		enum status status;
		const char *words;
	} cases[] = {
		{"open.pem", dkimcase_ed25519_pem, 0644, E_DENIED, "chmod 600 '"},
		{"group.pem", dkimcase_ed25519_pem, 0640, E_DENIED, "chmod 600 '"},
		{"garbage.pem", "hello", 0600, E_SYNTAX, "-----BEGIN PRIVATE KEY-----"},
		{"public.pem", "-----BEGIN PUBLIC KEY-----\n", 0600, E_SYNTAX, "a public key"},
		{"curve.pem", "-----BEGIN EC PRIVATE KEY-----\n", 0600, E_UNSUPPORTED, "elliptic-curve"},
		{"Press.pem", dkimcase_ed25519_pem, 0600, E_SYNTAX, "\"Press\" is no selector"},
		{"late.pem", "hello\ncreated: yesterday\n", 0600, E_SYNTAX, "late.pem:2: \"yesterday\""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dkim_signer signers[DKIM_SIGNERS_MAX];
		struct room *room = *state;
		char name[64];
		size_t count;
		char *path;

		snprintf(name, sizeof(name), "d%zu.example/%s", i, cases[i].file);
		put(room, name, cases[i].pem, cases[i].mode);
		*strchr(name, '/') = '\0';
		assert_int_equal(keys_signers(room->keys, span_of(name), signers, &count, &room->err),
			cases[i].status);
		assert_contains(room->err.text, cases[i].words);
		assert_contains(room->err.text, cases[i].file);
		assert_int_equal(count, 0);
		path = file_join(room->folder, name);
		assert_contains(room->err.text, path);
		free(path);
	}
}

static void a_key_that_is_not_there_is_not_found(void **state)
{
	struct room *room = *state;
	const struct key *key = NULL;

	assert_int_equal(keys_find(room->keys, SPAN(DOMAIN), SPAN("s"), &key, &room->err), E_NOTFOUND);
	assert_contains(room->err.text, DOMAIN "/s.pem");
	assert_int_equal(keys_find(room->keys, SPAN("../x.y"), SPAN("s"), &key, &room->err), E_SYNTAX);
	assert_int_equal(keys_find(room->keys, SPAN(DOMAIN), SPAN("../s"), &key, &room->err), E_SYNTAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_of_each_algorithm_is_made_for_its_owner_alone),
		TEST(a_made_key_remembers_when),
		TEST(a_taken_selector_is_refused_and_nothing_is_made),
		TEST(impossible_requests_are_refused),
		TEST(the_newest_of_each_algorithm_signs_rsa_first),
		TEST(a_domain_without_keys_is_signed_for_by_the_one_above),
		TEST(keys_are_listed_by_domain_and_selector),
		TEST(a_key_is_loaded_once_and_stays),
		TEST(keys_that_cannot_be_used_are_named_with_the_reason),
		TEST(a_key_that_is_not_there_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
