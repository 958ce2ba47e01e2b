/*
 * A list's history, in words.
 */
#include "record/change.h"

#include <stdlib.h>

static const char *const kind_names[CHANGE_KIND_COUNT] = {
	[CHANGE_NEW] = "new",
	[CHANGE_SET] = "set",
	[CHANGE_IMPORT] = "import",
	[CHANGE_REPLACE] = "replace",
	[CHANGE_ADD] = "add",
	[CHANGE_REMOVE] = "remove",
	[CHANGE_MOVE] = "move",
	[CHANGE_UNDO] = "undo",
};

void change_clear(struct change *change)
{
	free(change->who);
	free(change->detail);
	*change = (struct change){0};
}

const char *change_kind_name(enum change_kind kind)
{
	return kind_names[kind];
}
