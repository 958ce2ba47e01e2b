#ifndef SUPPORT_NEWDISPATCH_H
#define SUPPORT_NEWDISPATCH_H

#include "record/delivery.h"
#include "record/dispatch.h"
#include "support/newstore.h"

/* Dispatches in a test's own store, made without a release or letters. */

/* A public dispatch to "europe" that is being sent, without deliveries yet. Its number. */
int64_t newdispatch_add(struct newstore *place, const char *release);

/* An address that no list led to, queued at the next position, which is returned. */
int64_t newdispatch_queue(struct newstore *place, int64_t dispatch, const char *address);

/* A member of a list (who is there already), likewise. */
int64_t newdispatch_queue_member(
	struct newstore *place, int64_t dispatch, const char *list, const char *address);

/* Claim the first `want` (at most 64) of those that may be claimed, by position; clear them. */
void newdispatch_take(struct newstore *place, int64_t dispatch, int64_t now_ms, size_t want,
	struct delivery *out, size_t *count);

/* Claim all that may be claimed at `now_ms`. How many became CLAIMED. */
size_t newdispatch_claim(struct newstore *place, int64_t dispatch, int64_t now_ms);

/* A try as the engine tells it, over relay.example, at NEWDISPATCH_AT_MS. */
struct attempt newdispatch_attempt(int64_t dispatch, int64_t position, int number,
	enum delivery_state outcome, int code, const char *reply);
#define NEWDISPATCH_AT_MS INT64_C(1794301200000) /* 2026-11-10T09:00:00Z */

/* Record the delivery's next try with its outcome. */
void newdispatch_settle(struct newstore *place, int64_t dispatch, int64_t position,
	enum delivery_state outcome, int code, const char *reply);

/* As they are in the store; fails the test if there's no such delivery or dispatch. */
enum delivery_state newdispatch_state_of(struct newstore *place, int64_t dispatch, int64_t position);
enum dispatch_state newdispatch_state(struct newstore *place, int64_t dispatch);
int64_t newdispatch_count_attempts(struct newstore *place, int64_t dispatch, int64_t position);
int64_t newdispatch_next_ms(struct newstore *place, int64_t dispatch, int64_t position);

void newdispatch_set_state(
	struct newstore *place, int64_t dispatch, enum dispatch_state state, const char *reason);

#endif
