#ifndef STORE_MEMBERWALK_H
#define STORE_MEMBERWALK_H

#include "record/member.h"
#include "store/sqlite.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The members of a list in any state, one at a time, in the order of their
 * subscriber ids: that of the tables, so that nothing is sorted or looked up far
 * away. Walks over several lists may go side by side, within one transaction.
 *
 *     memberwalk_begin(store, list_id, &options, &walk);
 *     while (memberwalk_next(&walk))
 *             use(&walk.member);
 *     return memberwalk_end(&walk, err);
 */
struct memberwalk_options {
	const char *release; /* to tell who has it; NULL: nobody is asked for that */
	bool no_attributes;  /* leave them out: nobody looks at them */
};

struct memberwalk {
	struct sqlite_rows rows;
	bool no_attributes;
	enum status status;
	struct err trouble;
	struct member member; /* borrowed until the next call */
	bool is_suppressed;
	/*
	 * They have, or are about to get, a public copy of the release: accepted, bounced later
	 * or not, unknown, or still open in a dispatch that isn't cancelled, or claimed.
	 */
	bool has_release;
};

/* `options` and what it points to are borrowed until the end. */
void memberwalk_begin(struct store *store, int64_t list_id, const struct memberwalk_options *options,
	struct memberwalk *walk);
bool memberwalk_next(struct memberwalk *walk); /* false after the last one, and on failure */
/* What went wrong since the beginning, if anything: E_IO also for attributes that aren't what we wrote. */
enum status memberwalk_end(struct memberwalk *walk, struct err *err);

#endif
