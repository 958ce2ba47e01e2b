/*
 * A body's relaxed form and its hash: the examples of RFC 6376 and RFC 8463, and
 * the same whatever the pieces it comes in.
 */
#include "support/dkimcase.h"
#include "support/test.h"

static const char *const empty_hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

static void assert_hash(struct span body, const char *expected)
{
	char *hash = dkimcase_hash(body);

	assert_string_equal(hash, expected);
	free(hash);
}

static void assert_same(const char *body, const char *other)
{
	char *expected = dkimcase_hash(span_of(other));

	assert_hash(span_of(body), expected);
	free(expected);
}

static char *relaxed(struct span lines)
{
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	dkim_body_relax(lines, &out);
	return out.ptr;
}

static void the_body_of_rfc_8463_has_its_hash(void **state)
{
	(void)state;
	assert_hash(span_of(dkimcase_body), dkimcase_body_hash);
}

static void the_body_of_rfc_6376_becomes_relaxed_as_told_there(void **state)
{
	char *lines = relaxed(SPAN(" C \r\nD \t E\r\n\r\n\r\n"));

	(void)state;
	/* The empty lines at its end stay: they may be in the middle of a body. */
	assert_string_equal(lines, " C\r\nD E\r\n\r\n\r\n");
	free(lines);
	assert_same(" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n");
}

static void a_body_without_text_hashes_as_nothing(void **state)
{
	(void)state;
	assert_hash(SPAN(""), empty_hash);
	assert_hash(SPAN("\r\n"), empty_hash);
	assert_hash(SPAN("\r\n\r\n\r\n"), empty_hash);
	assert_hash(SPAN(" \r\n\t \r\n \t"), empty_hash);
}

static void the_end_of_the_last_line_is_always_there(void **state)
{
	(void)state;
	assert_same("a", "a\r\n");
	assert_same("a\r\n\r\nb \t", "a\r\n\r\nb\r\n");
	assert_same("a\r\n \t", "a\r\n");
}

static void white_space_differs_only_by_being_there(void **state)
{
	(void)state;
	assert_same("a \t  b\t\r\n", "a b\r\n");
	assert_same("a\r\n \r\n\t\r\nb\r\n", "a\r\n\r\n\r\nb\r\n");
	assert_same("\t a\r\n", " a\r\n");
}

static void line_breaks_before_text_count(void **state)
{
	char *one = dkimcase_hash(SPAN("a\r\n\r\nb\r\n"));
	char *two = dkimcase_hash(SPAN("a\r\n\r\n\r\nb\r\n"));
	char *first = dkimcase_hash(SPAN("\r\na\r\n\r\nb\r\n"));

	(void)state;
	assert_string_not_equal(one, two);
	assert_string_not_equal(one, first);
	free(one);
	free(two);
	free(first);
}

static void a_lone_cr_or_lf_is_a_character(void **state)
{
	char *lines = relaxed(SPAN("a \rb\r\r\nc \nd\r \r\n"));

	(void)state;
	assert_string_equal(lines, "a \rb\r\r\nc \nd\r\r\n");
	free(lines);
	assert_same("a\r", "a\r\r\n");
}

static void hash_whole(struct dkim_body *body, struct span text, unsigned char digest[DKIM_DIGEST_SIZE])
{
	dkim_body_begin(body);
	dkim_body_add(body, text);
	dkim_body_end(body, digest);
}

static const char *const hard_bodies[] = {
	" C \r\nD \t E\r\n\r\n\r\n",
	"\r\n \r\n a\t\tb\r\n\r\n \t\r\n\r\nc\r\n",
	"a \r\r\n\r b \r",
	"\n\n a \n\r\n\r\n",
	"",
	"\r\n",
};

static void every_cut_gives_the_same_hash(void **state)
{
	struct dkim_body *body = dkim_body_new();

	(void)state;
	for (size_t i = 0; i < sizeof(hard_bodies) / sizeof(hard_bodies[0]); i++) {
		struct span text = span_of(hard_bodies[i]);
		unsigned char whole[DKIM_DIGEST_SIZE];

		hash_whole(body, text, whole);
		for (size_t first = 0; first <= text.len; first++) {
			for (size_t second = first; second <= text.len; second++) {
				unsigned char digest[DKIM_DIGEST_SIZE];

				dkim_body_begin(body);
				dkim_body_add(body, span_first(text, first));
				dkim_body_add(body, span_first(span_from(text, first), second - first));
				dkim_body_add(body, span_from(text, second));
				dkim_body_end(body, digest);
				assert_memory_equal(digest, whole, DKIM_DIGEST_SIZE);
			}
		}
	}
	dkim_body_free(body);
}

static void a_copy_goes_on_where_the_other_is(void **state)
{
	struct dkim_body *first = dkim_body_new();
	struct dkim_body *second = dkim_body_new();

	(void)state;
	for (size_t i = 0; i < sizeof(hard_bodies) / sizeof(hard_bodies[0]); i++) {
		struct span text = span_of(hard_bodies[i]);

		for (size_t cut = 0; cut <= text.len; cut++) {
			unsigned char digest[DKIM_DIGEST_SIZE];
			unsigned char copied[DKIM_DIGEST_SIZE];

			dkim_body_begin(first);
			dkim_body_add(first, span_first(text, cut));
			dkim_body_copy(second, first);
			dkim_body_add(first, span_from(text, cut));
			dkim_body_add(second, span_from(text, cut));
			dkim_body_end(first, digest);
			dkim_body_end(second, copied);
			assert_memory_equal(digest, copied, DKIM_DIGEST_SIZE);
		}
	}
	dkim_body_free(first);
	dkim_body_free(second);
}

static void lines_made_relaxed_before_hash_as_if_they_had_not_been(void **state)
{
	struct span lines = SPAN("\r\n \r\n a\t\tb \r\n\r\n \t\r\n\r\nc\r\n\r\n");
	struct dkim_body *body = dkim_body_new();
	unsigned char whole[DKIM_DIGEST_SIZE];

	(void)state;
	hash_whole(body, lines, whole);
	for (size_t start = 0; start < lines.len;
		start = span_find(lines, SPAN("\r\n"), start) + strlen("\r\n")) {
		char *late = relaxed(span_from(lines, start));
		unsigned char digest[DKIM_DIGEST_SIZE];

		dkim_body_begin(body);
		dkim_body_add(body, span_first(lines, start));
		dkim_body_add_relaxed(body, span_of(late));
		dkim_body_end(body, digest);
		assert_memory_equal(digest, whole, DKIM_DIGEST_SIZE);
		free(late);
	}
	dkim_body_free(body);
}

static void a_long_body_hashes_like_its_short_pieces(void **state)
{
	struct dkim_body *body = dkim_body_new();
	unsigned char digest[DKIM_DIGEST_SIZE];
	unsigned char whole[DKIM_DIGEST_SIZE];
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	for (int i = 0; i < 1000; i++)
		str_addf(&text, "%d%*s|  \r\n%s", i, i % 70, "", i % 7 ? "" : "\r\n\r\n");
	hash_whole(body, str_span(&text), whole);
	for (size_t size = 1; size < 3000; size = size * 2 + 1) {
		dkim_body_begin(body);
		for (size_t at = 0; at < text.len; at += size)
			dkim_body_add(body, span_first(span_from(str_span(&text), at), size));
		dkim_body_end(body, digest);
		assert_memory_equal(digest, whole, DKIM_DIGEST_SIZE);
	}
	str_clear(&text);
	dkim_body_free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_body_of_rfc_8463_has_its_hash),
		cmocka_unit_test(the_body_of_rfc_6376_becomes_relaxed_as_told_there),
		cmocka_unit_test(a_body_without_text_hashes_as_nothing),
		cmocka_unit_test(the_end_of_the_last_line_is_always_there),
		cmocka_unit_test(white_space_differs_only_by_being_there),
		cmocka_unit_test(line_breaks_before_text_count),
		cmocka_unit_test(a_lone_cr_or_lf_is_a_character),
		cmocka_unit_test(every_cut_gives_the_same_hash),
		cmocka_unit_test(a_copy_goes_on_where_the_other_is),
		cmocka_unit_test(lines_made_relaxed_before_hash_as_if_they_had_not_been),
		cmocka_unit_test(a_long_body_hashes_like_its_short_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
