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

/* Somebody who gets it. Small: there may be a million. */
struct recipient {
	int64_t subscriber_id;
	uint64_t also; /* bit i: plan->lists[i] has them, too */
	uint64_t domain_hash;
	uint32_t list;     /* index in plan->lists */
	uint32_t language; /* index in the set */
	uint32_t position; /* in the dispatch, from 1 */
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
	struct segment *segment; /* NULL for all */
	struct recipient *recipients;
	size_t recipient_count;
	struct leftout *leftouts;
	size_t leftout_count;
	int64_t leftouts_by_reason[LEFTOUT_REASON_COUNT];
	struct plan_fallback *fallbacks;
	size_t fallback_count;
	char **equal_names; /* names that two or more different addresses share, at most a few */
	size_t equal_name_count;
	size_t equal_names_total;
};

/*
 * E_NOTFOUND for a list that isn't there (with the near name), or an address of
 * `again` that none of them has; E_SYNTAX for a segment; E_RANGE for too many lists.
 */
enum status plan_make(
	struct newsroom *newsroom, const struct plan_request *request, struct plan **out, struct err *err);
void plan_free(struct plan *plan); /* NULL is fine */

/* Give the recipients their positions: shuffled by `seed`, lists and domains interleaved. */
void plan_shuffle(struct plan *plan, uint64_t seed);

/* The letter's language for a member: theirs, else the list's, else the newsroom's. Borrowed from its
 * arguments. */
const char *plan_reader_language(
	const struct member *member, const struct medialist *list, const struct newsroom *newsroom);

#endif
