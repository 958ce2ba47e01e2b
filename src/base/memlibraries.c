/*
 * The allocator of the whole process: no library sees its memory refused. Few of them look at each
 * allocation, and then tell a wrong reason, leave something out, or crash. glibc's, with an end
 * as mem_give_up() says it; sanitizers bring their own.
 */
#include "base/mem.h"

#include <stdlib.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER
#endif

#if defined(__GLIBC__) && !defined(HAS_SANITIZER)

/* NOLINTBEGIN(cert-dcl51-cpp): glibc's own names */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
/* NOLINTEND(cert-dcl51-cpp) */

/* What stands in for a call of the library has parameters with names of its own. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

void *malloc(size_t size)
{
	void *memory = __libc_malloc(size);

	if (!memory)
		mem_give_up();
	return memory;
}

void *calloc(size_t count, size_t size)
{
	void *memory = __libc_calloc(count, size);

	if (!memory)
		mem_give_up();
	return memory;
}

/* To resize to nothing is to free. */
void *realloc(void *memory, size_t size)
{
	void *moved = __libc_realloc(memory, size);

	if (!moved && (size || !memory))
		mem_give_up();
	return moved;
}

void *reallocarray(void *memory, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		mem_give_up();
	return realloc(memory, bytes);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

#endif
