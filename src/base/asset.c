/*
 * The table of built-in files. The Makefile writes build/<mode>/assets.S: for each
 * file its name and bytes, and an entry of three pointers.
 */
#include "base/asset.h"

struct asset_entry {
	const char *name;
	const char *start;
	const char *end;
};

extern const struct asset_entry asset_table[];
extern const size_t asset_count;

const struct asset *asset_at(size_t index)
{
	static _Thread_local struct asset found;

	if (index >= asset_count)
		return NULL;
	found.name = asset_table[index].name;
	found.content = span_bytes(
		asset_table[index].start, (size_t)(asset_table[index].end - asset_table[index].start));
	return &found;
}

const struct asset *asset_find(const char *name)
{
	for (size_t i = 0; i < asset_count; i++) {
		if (strcmp(asset_table[i].name, name) == 0)
			return asset_at(i);
	}
	return NULL;
}
