#ifndef APP_PLAN_H
#define APP_PLAN_H

#include "app/newsroom.h"
#include "app/releases.h"
#include "base/err.h"
#include "list/segment.h"
#include "record/dispatch.h"
#include "record/member.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Who gets a release, and who doesn't and why: worked out before anybody is
 * asked, and without changing anything.
 */
#define PLAN_LISTS_MAX 64u
#define PLAN_NAMES_MAX 90000u

/* What was asked for; borrowed for the plan's life. */
struct plan_request {
	const struct release_set *set;
	const char *lists;    /* names joined by ','; NULL for every list */
	const char *segment;  /* --where, or NULL */
	const char *language; /* --language, or NULL */
	const char *again;    /* addresses joined by ',' to write to though they have it, or NULL */
};

struct plan_list {
	struct medialist list;
	int64_t members; /* active, suppressed or unsubscribed: whom one would expect */
	int64_t left_out;
	int64_t goes;     /* recipients by this list */
	int64_t *goes_in; /* of these, by the set's languages */
};

/* Somebody who gets it: 16 bytes, since there may be a million. */
struct recipient {
	uint32_t subscriber_id;
	uint32_t domain_hash;
	uint32_t position; /* in the dispatch, from 1 */
	uint8_t list;      /* index in plan->lists */
	uint8_t language;  /* index in the set */
};

/* Readers of a language that the release isn't in, and what they get instead. */
struct plan_fallback {
	char wanted[16];
	uint32_t language;
	int64_t count;
};

struct plan {
	struct plan_request request;
	struct plan_list lists[PLAN_LISTS_MAX];
	size_t list_count;
	struct segment *segment;      /* NULL for all */
	struct recipient *recipients; /* by subscriber id; NULL once forgotten */
	size_t recipient_count;
	int64_t leftouts_by_reason[LEFTOUT_REASON_COUNT];
	struct plan_fallback *fallbacks;
	size_t fallback_count;
	char **equal_names; /* names that two or more different addresses share, at most a few: looked for
			       among the first PLAN_NAMES_MAX people only, more than anybody would look at */
	size_t equal_name_count;
	size_t equal_names_total;
};

/*
 * E_NOTFOUND for a list that isn't there (with the near name), or an address of
 * `again` that none of them has; E_SYNTAX for a segment; E_RANGE for too many lists or people.
 */
enum status plan_make(
	struct newsroom *newsroom, const struct plan_request *request, struct plan **out, struct err *err);
void plan_free(struct plan *plan); /* NULL is fine */

/* Give their memory back once they are kept elsewhere; only their number stays. */
void plan_forget_recipients(struct plan *plan);

/*
 * Give the recipients their positions: shuffled, lists and domains interleaved.
 * The same recipients and `seed` give the same positions.
 */
void plan_shuffle(struct plan *plan, uint64_t seed);

#endif
