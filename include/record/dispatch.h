#ifndef RECORD_DISPATCH_H
#define RECORD_DISPATCH_H

#include "base/str.h"
#include "record/delivery.h"

#include <stdbool.h>
#include <stdint.h>

/* What a dispatch is for. The numbers are stored: never reorder. */
enum dispatch_kind {
	DISPATCH_PUBLIC,
	DISPATCH_ADVANCE,
	DISPATCH_CORRECTION,
	DISPATCH_KILL,
	DISPATCH_TEST
};

enum dispatch_state {
	DISPATCH_WAITING, /* for approval */
	DISPATCH_SCHEDULED,
	DISPATCH_HELD, /* with a reason */
	DISPATCH_SENDING,
	DISPATCH_FINISHED,
	DISPATCH_CANCELLED
};

/* One act of sending one release. Heap strings, never NULL; dispatch_clear. */
struct dispatch {
	int64_t id; /* what people call it; from 1 */
	enum dispatch_kind kind;
	enum dispatch_state state;
	char *hold_reason;
	char *release; /* slug */
	char *title;
	char *lists;    /* names in --to order, joined by ',' */
	char *segment;  /* --where, "" for none */
	char *language; /* --language, "" for all */
	int64_t not_before_ms;
	int64_t date_ms; /* what the messages' Date says */
	int64_t seed;    /* of the order of the positions */
	int64_t created_ms;
	int64_t finished_ms; /* 0 while it isn't */
	char *actor;         /* who confirmed it: login name */
	bool is_carried;     /* by the newsroom's sender, or the last one if there's none now */
};

void dispatch_clear(struct dispatch *dispatch);

/* Why somebody on a list gets nothing. The numbers are stored: never reorder. */
enum leftout_reason {
	LEFTOUT_TWICE, /* on an earlier list of the dispatch, too */
	LEFTOUT_SUPPRESSED,
	LEFTOUT_UNSUBSCRIBED,
	LEFTOUT_HAVE_IT,  /* by an earlier public dispatch, or an unfinished one will bring it */
	LEFTOUT_SEGMENT,  /* --where doesn't match */
	LEFTOUT_LANGUAGE, /* --language doesn't match */
	LEFTOUT_REASON_COUNT
};

struct leftout {
	int64_t subscriber_id;
	int64_t list_id;
	enum leftout_reason reason;
};

/* How many deliveries of a dispatch are in each state. */
struct delivery_counts {
	int64_t by_state[DELIVERY_STATE_COUNT];
	int64_t total;
	int64_t next_ms; /* the earliest next try of a deferred one; 0 if there's none */
};

const char *dispatch_kind_name(enum dispatch_kind kind);
const char *dispatch_state_name(enum dispatch_state state);
const char *leftout_reason_name(enum leftout_reason reason);

#endif
