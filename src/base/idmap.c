/*
 * A hash map from ids to indexes: open addressing, linear probing.
 */
#include "base/idmap.h"

#include "base/mem.h"

#include <stdlib.h>

struct idmap_slot {
	uint64_t key;
	size_t value_plus_one; /* 0: free */
};

static size_t start_of(const struct idmap *map, uint64_t key)
{
	key ^= key >> 32;
	key *= UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(key >> 20) & (map->capacity - 1);
}

static struct idmap_slot *slot_of(const struct idmap *map, uint64_t key)
{
	size_t at = start_of(map, key);

	while (map->slots[at].value_plus_one && map->slots[at].key != key)
		at = (at + 1) & (map->capacity - 1);
	return &map->slots[at];
}

static void grow(struct idmap *map)
{
	struct idmap old = *map;

	map->capacity = old.capacity ? old.capacity * 2 : 64;
	map->slots = mem_alloc(map->capacity * sizeof(*map->slots));
	for (size_t i = 0; i < old.capacity; i++) {
		if (old.slots[i].value_plus_one)
			*slot_of(map, old.slots[i].key) = old.slots[i];
	}
	free(old.slots);
}

void idmap_clear(struct idmap *map)
{
	free(map->slots);
	*map = (struct idmap){0};
}

bool idmap_find(const struct idmap *map, uint64_t key, size_t *index)
{
	const struct idmap_slot *slot;

	if (!map->capacity)
		return false;
	slot = slot_of(map, key);
	if (!slot->value_plus_one)
		return false;
	*index = slot->value_plus_one - 1;
	return true;
}

bool idmap_find_or_add(struct idmap *map, uint64_t key, size_t value, size_t *index)
{
	struct idmap_slot *slot;

	if (idmap_find(map, key, index))
		return true;
	if ((map->count + 1) * 4 > map->capacity * 3)
		grow(map);
	slot = slot_of(map, key);
	*slot = (struct idmap_slot){key, value + 1};
	map->count++;
	return false;
}

uint64_t idmap_hash(const void *bytes, size_t size)
{
	const unsigned char *p = bytes;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}
