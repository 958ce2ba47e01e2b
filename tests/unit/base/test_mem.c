/*
 * Allocation: zeroed, growing, and the end of the process rather than NULL.
 */
#include "support/test.h"

#include "base/mem.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void memory_comes_zeroed_also_none_at_all(void **state)
{
	char *bytes = mem_alloc(100);
	char *none = mem_alloc(0);

	(void)state;
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(bytes[i], 0);
	assert_non_null(none);
	free(bytes);
	free(none);
}

static void copies_are_equal_and_end_in_nul(void **state)
{
	char *text = mem_copy_text("Zoë");
	char *bytes = mem_copy_bytes("a\0b", 3);
	char *none = mem_copy_bytes(NULL, 0);

	(void)state;
	assert_string_equal(text, "Zoë");
	assert_memory_equal(bytes, "a\0b", 4);
	assert_string_equal(none, "");
	free(text);
	free(bytes);
	free(none);
}

static void formatted_text_is_as_long_as_it_must_be(void **state)
{
	char *text = mem_format("%s/%0500d", "folder", 7);

	(void)state;
	assert_int_equal(strlen(text), 507);
	assert_int_equal(text[506], '7');
	free(text);
}

static void a_growing_array_keeps_its_items_and_zeroes_its_new_room(void **state)
{
	int *items = NULL;
	size_t capacity = 0;

	(void)state;
	for (size_t count = 0; count < 1000; count++) {
		items = mem_grow(items, count, &capacity, sizeof(*items));
		assert_true(capacity > count);
		assert_int_equal(items[count], 0);
		items[count] = (int)count + 1;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(items[i], (int)i + 1);
	free(items);
}

static void resizing_keeps_what_fits(void **state)
{
	char *bytes = mem_copy_text("abc");

	(void)state;
	bytes = mem_resize(bytes, 100);
	assert_string_equal(bytes, "abc");
	bytes = mem_resize(bytes, 0);
	assert_non_null(bytes);
	free(bytes);
}

/* How a child ends that asks for one item more than an array of this capacity can hold. */
static int signal_of_growing(size_t capacity, size_t item_size)
{
	int result;
	pid_t child = fork();

	if (child == 0) {
		const struct rlimit no_core = {0, 0};

		(void)setrlimit(RLIMIT_CORE, &no_core);
		(void)close(STDERR_FILENO);
		(void)mem_grow(NULL, capacity, &capacity, item_size);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &result, 0), child);
	return WIFSIGNALED(result) ? WTERMSIG(result) : 0;
}

static void an_impossible_size_ends_the_process(void **state)
{
	(void)state;
	assert_int_equal(signal_of_growing(SIZE_MAX / 4, 1024), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_comes_zeroed_also_none_at_all),
		cmocka_unit_test(copies_are_equal_and_end_in_nul),
		cmocka_unit_test(formatted_text_is_as_long_as_it_must_be),
		cmocka_unit_test(a_growing_array_keeps_its_items_and_zeroes_its_new_room),
		cmocka_unit_test(resizing_keeps_what_fits),
		cmocka_unit_test(an_impossible_size_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
