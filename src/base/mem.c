/*
 * Allocation that ends the process rather than return NULL.
 */
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mem_give_up(void)
{
	static const char words[] = "dateline: out of memory\n";

	/* Without a buffer, a lock, or memory. */
	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
	abort();
}

static void *must_have(void *memory)
{
	if (!memory)
		mem_give_up();
	return memory;
}

void *mem_alloc(size_t size)
{
	return must_have(calloc(1, size ? size : 1));
}

void *mem_resize(void *memory, size_t size)
{
	return must_have(realloc(memory, size ? size : 1));
}

char *mem_copy_text(const char *text)
{
	return mem_copy_bytes(text, strlen(text));
}

char *mem_copy_bytes(const void *bytes, size_t size)
{
	char *copy = must_have(malloc(size + 1));

	if (size)
		memcpy(copy, bytes, size);
	copy[size] = '\0';
	return copy;
}

char *mem_format(const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	return must_have(length < 0 ? NULL : text);
}

void *mem_grow(void *items, size_t count, size_t *capacity, size_t item_size)
{
	size_t wanted = *capacity ? *capacity * 2 : 8;
	size_t bytes;

	if (count < *capacity)
		return items;
	if (__builtin_mul_overflow(wanted, item_size, &bytes))
		must_have(NULL);
	items = must_have(realloc(items, bytes));
	memset((char *)items + *capacity * item_size, 0, bytes - *capacity * item_size);
	*capacity = wanted;
	return items;
}
