/*
 * What is written is what is read, whoever the members are.
 */
#include "list/listfile.h"

#include "base/mem.h"
#include "mail/addr.h"
#include "support/listcase.h"
#include "support/random.h"
#include "support/test.h"

#include <iconv.h>

#define ROUNDS 200u
#define MEMBERS_MAX 20u

static const char *const attribute_names[] = {"beat", "country", "phone", "title", "postal_address",
	"first_name", "last_name", "θέμα", "2nd_phone"};

#define ATTRIBUTE_COUNT (sizeof(attribute_names) / sizeof(attribute_names[0]))

static void fill_address(struct random *random, struct member *member)
{
	static const char *const domains[] = {"paper.example", "BÜCHER.example", "news.example.org",
		"xn--bcher-kva.example", "газета.example"};
	static const char *const locals[] = {
		"Ana", "o'neil", "\"a, b; \\\"c\\\"\"", "zoé+press", "用户", "x-y_z"};
	struct str address;
	struct addr addr;
	struct str key;

	str_init(&address, STR_MAX_SMALL);
	str_init(&key, STR_MAX_SMALL);
	str_addf(&address, "%s@%s", locals[random_below(random, 6)], domains[random_below(random, 5)]);
	assert_int_equal(addr_parse(str_span(&address), &addr, NULL), OK);
	addr_key(&addr, &key);
	member->address = str_take(&address);
	member->address_key = str_take(&key);
	addr_clear(&addr);
	str_clear(&address);
	str_clear(&key);
}

static void fill_field(struct random *random, struct member *member, const char *name)
{
	struct str value;

	if (random_one_in(random, 3))
		return;
	str_init(&value, STR_MAX_SMALL);
	random_add_text(random, &value, random_one_in(random, 20) ? 240 : 20);
	(void)member_set_field(member, name, str_span(&value));
	str_clear(&value);
}

static void fill(struct random *random, struct member *member)
{
	static const char *const own[] = {"name", "outlet", "role", "salutation"};
	static const char *const languages[] = {"", "fr", "pt-BR", "zh-Hant-TW", "fil"};

	fill_address(random, member);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		fill_field(random, member, own[i]);
	for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
		fill_field(random, member, attribute_names[i]);
	(void)member_set_field(member, "language", span_of(languages[random_below(random, 5)]));
}

static void assert_same(const struct member *written, const struct member *read)
{
	static const char *const names[] = {"address", "name", "outlet", "role", "language", "salutation"};

	assert_string_equal(read->address_key, written->address_key);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_string_equal(member_field(read, names[i]), member_field(written, names[i]));
	assert_true(fields_equal(&read->attributes, &written->attributes));
}

static void to_utf16(struct str *text)
{
	iconv_t iconv_to = iconv_open("UTF-16LE", "UTF-8");
	size_t room = 4 * text->len + 2;
	char *converted = mem_alloc(room);
	char *in = text->ptr;
	char *out = converted + 2;
	size_t left = text->len;

	converted[0] = '\xff';
	converted[1] = '\xfe';
	room -= 2;
	assert_int_equal(iconv(iconv_to, &in, &left, &out, &room), 0);
	iconv_close(iconv_to);
	str_empty(text);
	str_add(text, span_bytes(converted, (size_t)(out - converted)));
	free(converted);
}

static void round_trip(uint64_t seed, bool is_utf16)
{
	struct member members[MEMBERS_MAX] = {0};
	struct random random;
	struct listcase listcase;
	struct str file;
	size_t count;

	random_init(&random, seed);
	count = 1 + random_below(&random, MEMBERS_MAX);
	str_init(&file, STR_MAX_LARGE);
	listfile_write_header(&file, attribute_names, ATTRIBUTE_COUNT);
	for (size_t i = 0; i < count; i++) {
		fill(&random, &members[i]);
		listfile_write_member(&file, &members[i], attribute_names, ATTRIBUTE_COUNT);
	}
	if (is_utf16)
		to_utf16(&file);
	listcase_read(&listcase, str_span(&file));
	assert_string_equal(listcase.rejects.ptr, "");
	assert_int_equal(listcase.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(listcase.lines[i], i + 2);
		assert_same(&members[i], &listcase.members[i]);
		member_clear(&members[i]);
	}
	listcase_clear(&listcase);
	str_clear(&file);
}

static void a_list_that_is_written_reads_the_same(void **state)
{
	(void)state;
	for (uint64_t seed = random_first_seed(), end = seed + ROUNDS; seed < end; seed++)
		round_trip(seed, false);
}

static void a_list_that_is_saved_as_utf16_reads_the_same(void **state)
{
	(void)state;
	for (uint64_t seed = random_first_seed(), end = seed + ROUNDS; seed < end; seed++)
		round_trip(seed, true);
}

/* A list without quotes, and then one in it, in place of something else. */
static void lose_a_line(uint64_t seed)
{
	static const char header[] = "address,name,outlet\n";
	struct listcase listcase;
	struct random random;
	struct str file;
	size_t rows;
	size_t at;

	random_init(&random, seed);
	str_init(&file, STR_MAX_LARGE);
	str_add_text(&file, header);
	rows = 1 + random_below(&random, 2000);
	for (size_t i = 0; i < rows; i++)
		str_addf(&file, "a%zu@paper.example,Ana %zu,The Lantern\n", i, i);
	do {
		at = strlen(header) + random_below(&random, file.len - strlen(header));
	} while (file.ptr[at] == '\n');
	file.ptr[at] = '"';
	listcase_read(&listcase, str_span(&file));
	assert_int_equal(listcase.status, OK);
	assert_int_equal(listcase.summary.rejected, 1);
	assert_int_equal(listcase.count, rows - 1);
	listcase_clear(&listcase);
	str_clear(&file);
}

static void a_stray_quote_costs_the_line_it_stands_in(void **state)
{
	(void)state;
	for (uint64_t seed = random_first_seed(), end = seed + ROUNDS; seed < end; seed++)
		lose_a_line(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_list_that_is_written_reads_the_same, random_show_seed),
		cmocka_unit_test_teardown(a_list_that_is_saved_as_utf16_reads_the_same, random_show_seed),
		cmocka_unit_test_teardown(a_stray_quote_costs_the_line_it_stands_in, random_show_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
