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

/* Whom it goes to, as typed; `segment` and `language` are "" for all. */
struct unfinished_query {
	const struct release_set *set;
	const char *lists; /* names separated by ',' */
	const char *segment;
	const char *language;
};

/*
 * The oldest unfinished public dispatch of a release to exactly these people: the
 * same lists in the same order, the same segment and language. E_NOTFOUND, without
 * words, if there's none.
 */
enum status unfinished_find(
	struct store *store, const struct unfinished_query *query, struct unfinished *out, struct err *err);
void unfinished_clear(struct unfinished *unfinished);

#endif
