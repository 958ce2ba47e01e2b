#ifndef RECORD_CHANGE_H
#define RECORD_CHANGE_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* What somebody did to a list. The numbers are stored: never reorder. */
enum change_kind {
	CHANGE_NEW,
	CHANGE_SET,
	CHANGE_IMPORT,
	CHANGE_REPLACE,
	CHANGE_ADD,
	CHANGE_REMOVE,
	CHANGE_MOVE,
	CHANGE_UNDO,
	CHANGE_KIND_COUNT
};

/* One line of a list's history. Heap strings, never NULL. */
struct change {
	int64_t id;
	int64_t list_id;
	int64_t other_list_id; /* where a move went to; 0 for every other kind */
	enum change_kind kind;
	int64_t made_ms;
	char *who;
	char *detail; /* a file's name, an address, settings, what was undone */
	int64_t added;
	int64_t updated;
	int64_t removed;
	int64_t undone_by; /* the undo's id, or 0 */
};

void change_clear(struct change *change);

const char *change_kind_name(enum change_kind kind);

#endif
