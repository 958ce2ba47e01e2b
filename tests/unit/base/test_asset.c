/*
 * Files built into the program: there by name, and the same bytes as in the source.
 */
#include "support/test.h"

#include "base/asset.h"
#include "base/file.h"
#include "base/mem.h"

static void assets_are_counted_through_to_the_last(void **state)
{
	size_t count = 0;

	(void)state;
	while (asset_at(count))
		count++;
	assert_true(count > 0);
	assert_null(asset_at(count));
	assert_null(asset_at(SIZE_MAX));
}

static void every_asset_is_found_by_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; asset_at(i); i++) {
		struct asset asset = *asset_at(i);
		const struct asset *found = asset_find(asset.name);

		assert_non_null(found);
		assert_ptr_equal(found->content.ptr, asset.content.ptr);
		assert_int_equal(found->content.len, asset.content.len);
	}
}

static void every_asset_holds_the_bytes_of_its_file(void **state)
{
	(void)state;
	for (size_t i = 0; asset_at(i); i++) {
		struct asset asset = *asset_at(i);
		char *path = mem_format(
			"%s%s", strncmp(asset.name, "sql/", 4) == 0 ? "src/store/" : "", asset.name);
		struct str file;

		str_init(&file, STR_MAX_LARGE);
		assert_int_equal(file_load(path, &file, NULL), OK);
		assert_true(span_equals(str_span(&file), asset.content));
		/* What reads it as a C string finds its end. */
		assert_int_equal(asset.content.ptr[asset.content.len], '\0');
		str_clear(&file);
		free(path);
	}
}

static void an_unknown_name_finds_nothing(void **state)
{
	(void)state;
	assert_null(asset_find("templates/none"));
	assert_null(asset_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assets_are_counted_through_to_the_last),
		cmocka_unit_test(every_asset_is_found_by_its_name),
		cmocka_unit_test(every_asset_holds_the_bytes_of_its_file),
		cmocka_unit_test(an_unknown_name_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
