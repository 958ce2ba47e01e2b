/*
 * The map from ids to indexes: it must not lose a key when it grows, nor mix two up.
 */
#include "support/test.h"

#include "base/idmap.h"

static void a_key_that_was_never_added_is_not_found(void **state)
{
	struct idmap map = {0};
	size_t index = 77;

	(void)state;
	assert_false(idmap_find(&map, 1, &index));
	idmap_find_or_add(&map, 1, 5, &index);
	assert_false(idmap_find(&map, 2, &index));
	idmap_clear(&map);
}

static void the_first_value_of_a_key_stays(void **state)
{
	struct idmap map = {0};
	size_t index = 77;

	(void)state;
	assert_false(idmap_find_or_add(&map, 9, 3, &index));
	assert_true(idmap_find_or_add(&map, 9, 4, &index));
	assert_int_equal(index, 3);
	assert_int_equal(map.count, 1);
	idmap_clear(&map);
}

static void zero_and_the_greatest_number_are_keys_and_zero_is_a_value(void **state)
{
	struct idmap map = {0};
	size_t index = 77;

	(void)state;
	assert_false(idmap_find_or_add(&map, 0, 0, &index));
	assert_false(idmap_find_or_add(&map, UINT64_MAX, 1, &index));
	assert_true(idmap_find(&map, 0, &index));
	assert_int_equal(index, 0);
	assert_true(idmap_find(&map, UINT64_MAX, &index));
	assert_int_equal(index, 1);
	idmap_clear(&map);
}

/* In order as ids are, and all alike in the bits that a weak hash would look at. */
static void every_key_is_found_again_after_growing(void **state)
{
	static const uint64_t steps[] = {1, UINT64_C(1) << 20, UINT64_C(1) << 32, UINT64_C(1) << 48};

	(void)state;
	for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) {
		struct idmap map = {0};
		size_t index;

		for (size_t i = 0; i < 10000; i++)
			assert_false(idmap_find_or_add(&map, (uint64_t)i * steps[s], i, &index));
		for (size_t i = 0; i < 10000; i++) {
			assert_true(idmap_find(&map, (uint64_t)i * steps[s], &index));
			assert_int_equal(index, i);
		}
		assert_int_equal(map.count, 10000);
		idmap_clear(&map);
	}
}

static void a_cleared_map_is_empty_and_can_be_used_again(void **state)
{
	struct idmap map = {0};
	size_t index;

	(void)state;
	idmap_find_or_add(&map, 4, 1, &index);
	idmap_clear(&map);
	assert_false(idmap_find(&map, 4, &index));
	assert_false(idmap_find_or_add(&map, 4, 2, &index));
	assert_true(idmap_find(&map, 4, &index));
	assert_int_equal(index, 2);
	idmap_clear(&map);
}

/* As published with the algorithm. */
static void texts_are_hashed_by_fnv_1a(void **state)
{
	(void)state;
	assert_true(idmap_hash("", 0) == UINT64_C(0xcbf29ce484222325));
	assert_true(idmap_hash("a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(idmap_hash("foobar", 6) == UINT64_C(0x85944171f73967e8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_that_was_never_added_is_not_found),
		cmocka_unit_test(the_first_value_of_a_key_stays),
		cmocka_unit_test(zero_and_the_greatest_number_are_keys_and_zero_is_a_value),
		cmocka_unit_test(every_key_is_found_again_after_growing),
		cmocka_unit_test(a_cleared_map_is_empty_and_can_be_used_again),
		cmocka_unit_test(texts_are_hashed_by_fnv_1a),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
