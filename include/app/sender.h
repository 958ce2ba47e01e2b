#ifndef APP_SENDER_H
#define APP_SENDER_H

#include "app/courier.h"
#include "app/newsroom.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Getting dispatches sent: by carrying them, or, where another process of the
 * newsroom is the sender, by handing them over to it and following what it does.
 * If it goes away, they go to the next one: this process or another follower.
 */
struct sender_options {
	struct courier_options courier;
	void (*following)(void *context); /* told once if another process does it; may be NULL */
};

/* Failures as courier_new, courier_add and courier_run. */
enum status sender_run(struct newsroom *newsroom, const int64_t *dispatches, size_t count,
	const struct sender_options *options, struct err *err);

/* What a stop leads to. */
enum sender_stopping {
	SENDER_DRAINS, /* the messages in flight are finished first */
	SENDER_DROPS,  /* the second one: they are dropped */
	SENDER_LEAVES  /* another process sends, if any does */
};

/* Have the sender_run that is going on in this process return. Async-signal-safe. */
enum sender_stopping sender_stop(void);

/*
 * Have the sender_run that is going on in this process reopen the log and read the settings again: the
 * messages in flight are finished first, and all that was carried goes on. Async-signal-safe.
 */
void sender_reload(void);

/* Whether some process is the newsroom's sender now. */
bool sender_is_at_work(const struct newsroom *newsroom);
/* Whether that one carries the dispatch, which is as the store has it, or takes it on at its next turn. */
bool sender_has(const struct newsroom *newsroom, const struct dispatch *dispatch);

#endif
