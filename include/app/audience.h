#ifndef APP_AUDIENCE_H
#define APP_AUDIENCE_H

#include "app/newsroom.h"
#include "app/plan.h"
#include "base/err.h"
#include "record/dispatch.h"
#include "record/member.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The people of a plan's lists, one at a time by subscriber id, each with what
 * becomes of them: the first list that leads to somebody counts. The plan looks
 * through it to count, and the freeze again to keep.
 *
 *     audience_begin(…, &audience, err);
 *     while (audience_next(audience, &person))
 *             use(&person);
 *     return audience_end(audience, err);
 *
 * Within one read transaction.
 */
struct audience;

/* Somebody, and the lists that have them. */
struct audience_person {
	int64_t subscriber_id;
	const struct member *member; /* as the list that leads to them knows them; NULL: left out by all */
	size_t list;                 /* that list: its index in the plan */
	uint64_t also;               /* bit i: the plan's list i has them, too */
	size_t left_out_count;
	struct {
		size_t list;
		enum leftout_reason reason;
	} left_out[PLAN_LISTS_MAX]; /* by the plan's order of lists */
};

struct audience_options {
	bool no_attributes; /* unless the plan's segment asks for them */
};

/* All is borrowed until the end. E_SYNTAX and E_RANGE for addresses of `again`. */
enum status audience_begin(struct newsroom *newsroom, const struct plan *plan,
	const struct audience_options *options, struct audience **out, struct err *err);

/* False after the last one, and on failure. `person` is borrowed until the next call. */
bool audience_next(struct audience *audience, struct audience_person *person);

/* E_NOTFOUND for the first address of `again` that was on none of the lists. */
enum status audience_check_again(const struct audience *audience, struct err *err);

/* What went wrong since the beginning, if anything; and frees it. NULL is fine. */
enum status audience_end(struct audience *audience, struct err *err);

/* The letter's language for a member: theirs, else the list's, else the newsroom's. Borrowed from its
 * arguments. */
const char *audience_language(
	const struct member *member, const struct medialist *list, const struct newsroom *newsroom);

#endif
