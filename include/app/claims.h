#ifndef APP_CLAIMS_H
#define APP_CLAIMS_H

#include "app/settings.h"
#include "base/err.h"
#include "record/delivery.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Which deliveries go out next: each dispatch's in their order, but for those whose domain has
 * as much as it may (deliver/site.h). They wait in memory, and go first once it may have more;
 * the others pass them by. What is known here is only for speed and pace: the store decides
 * who is claimed, and all of it can be had again from there. One thread.
 */
struct claims;

/* Both are borrowed. */
struct claims *claims_new(struct store *store, const struct settings *settings);
void claims_free(struct claims *claims); /* NULL is fine */

/* Count for the domains' rates what went out before (app/rates.h). Failures of the store. */
enum status claims_recall(struct claims *claims, struct err *err);

/* Walk a dispatch's deliveries, too. One that is there already is looked through again. */
void claims_add(struct claims *claims, int64_t dispatch);

/*
 * Forget how far each walk has come and who waits: the store isn't what it was taken for, as
 * after a transaction that wasn't kept. What was taken stays open until it's settled or returned.
 */
void claims_rewind(struct claims *claims);

/*
 * Claim up to `want` deliveries of a dispatch (store_claim: some may have become SUPPRESSED or
 * CANCELLED) into out[0…*count), which the caller clears. Fewer only if there are none that may
 * go now. Inside the caller's transaction; if that is not kept, claims_rewind, and claims_returned
 * for each. Failures of the store: nothing was taken, roll back and claims_rewind.
 */
enum status claims_take(struct claims *claims, int64_t dispatch, int64_t now_ms, size_t want,
	struct delivery *out, size_t *count, struct err *err);

/*
 * What became of one that was taken as CLAIMED, once: an outcome, with the state and next try that
 * are now in the store (QUEUED if it is to be sent again); or given back untried, as it was taken. After the
 * commit that says so.
 */
void claims_settled(struct claims *claims, const struct delivery *delivery, const struct attempt *attempt,
	enum delivery_state now, int64_t next_ms);
void claims_returned(struct claims *claims, const struct delivery *delivery);

/*
 * When claims_take may have something: `now_ms`; the instant of a deferred one's next try, or
 * of a domain's pace; INT64_MAX if not before something is settled or returned, or changed
 * by others, which a claims_take now and then finds out at no cost.
 */
int64_t claims_next_ms(const struct claims *claims, int64_t dispatch, int64_t now_ms);

#endif
