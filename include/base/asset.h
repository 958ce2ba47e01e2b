#ifndef BASE_ASSET_H
#define BASE_ASSET_H

#include "base/str.h"

/*
 * Files that are part of the program: `templates/…`, `lists/…` and the store's
 * `sql/…`, put in by the Makefile, named by their path in the source tree
 * without `src/store/`. Static.
 */
struct asset {
	const char *name;
	struct span content;
};

/* The index-th asset by name, or NULL past the last. Valid until the next call in this thread. */
const struct asset *asset_at(size_t index);
/* NULL if there's none. As above. */
const struct asset *asset_find(const char *name);

#endif
