#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/*
 * Allocation that never returns NULL: out of memory aborts, which the journal
 * makes safe. So does the C library's own, for the libraries' sake. Every size that comes from outside has a
 * ceiling before it gets here. Free with free().
 */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull)); /* zeroed */
void *mem_resize(void *memory, size_t size) __attribute__((returns_nonnull));
char *mem_copy_text(const char *text) __attribute__((malloc, returns_nonnull));
char *mem_copy_bytes(const void *bytes, size_t size) __attribute__((malloc, returns_nonnull)); /* NUL added */
/* What printf would print. */
char *mem_format(const char *format, ...) __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

/* For what a library could not allocate: says so and aborts, too. */
void mem_give_up(void) __attribute__((noreturn, cold));

/*
 * Room for one more item in a growing array: returns `items`, moved if need be,
 * with *capacity above `count`. New room is zeroed.
 *     list->items = mem_grow(list->items, list->count, &list->capacity, sizeof(*list->items));
 */
void *mem_grow(void *items, size_t count, size_t *capacity, size_t item_size)
	__attribute__((returns_nonnull));

#endif
