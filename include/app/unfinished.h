#ifndef APP_UNFINISHED_H
#define APP_UNFINISHED_H

#include "app/releases.h"
#include "base/err.h"
#include "record/dispatch.h"
#include "store/store.h"

#include <stdint.h>

/* A public dispatch that was begun and not ended. */
struct unfinished {
	int64_t dispatch;
	enum dispatch_state state;
	struct str hold_reason;
	int64_t open; /* deliveries still to be made */
	int64_t total;
	struct str changes; /* what differs in the files since the freeze, as a diff; empty if nothing does */
};

/*
 * The oldest unfinished public dispatch of a release to exactly these lists
 * (names joined by ',', in the same order). E_NOTFOUND, without words, if there's none.
 */
enum status unfinished_find(struct store *store, const struct release_set *set, const char *lists,
	struct unfinished *out, struct err *err);
void unfinished_clear(struct unfinished *unfinished);

#endif
