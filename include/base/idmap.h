#ifndef BASE_IDMAP_H
#define BASE_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A hash map from 64-bit keys to indexes. Start from `(struct idmap){0}`. */
struct idmap {
	struct idmap_slot *slots;
	size_t capacity; /* a power of two, or 0 */
	size_t count;
};

void idmap_clear(struct idmap *map);
/* True and *index if the key is there; else false, and it's there from now on with `value`. */
bool idmap_find_or_add(struct idmap *map, uint64_t key, size_t value, size_t *index);
bool idmap_find(const struct idmap *map, uint64_t key, size_t *index);

/* FNV-1a of bytes: a key for texts, where a rare mistake does no harm. */
uint64_t idmap_hash(const void *bytes, size_t size);

#endif
