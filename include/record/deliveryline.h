#ifndef RECORD_DELIVERYLINE_H
#define RECORD_DELIVERYLINE_H

#include "record/delivery.h"
#include "record/dispatch.h"

#include <stddef.h>
#include <stdint.h>

/* The delivery log as it is asked for and told. All is borrowed for the call that gives or takes it. */

/* Deliveries that pass all the filters that are set. */
struct delivery_filter {
	int64_t dispatch;        /* 0: all */
	unsigned states;         /* 1u << enum delivery_state, or-ed; 0: all */
	const char *list;        /* name; NULL: all */
	const char *domain;      /* lower case A-label; NULL: all */
	const char *address_key; /* addr_key; NULL: all */
	int64_t since_ms;        /* the last attempt settled at or after; 0: all */
};

/* A delivery with what people want to read beside it. */
struct delivery_line {
	const struct delivery *delivery;
	const char *release;
	enum dispatch_kind kind;
	const char *list; /* name, "" for copies and tests */
	const struct attempt *attempts;
	size_t attempt_count;
};

/* What servers said of deliveries that weren't accepted. */
struct reply_group {
	enum delivery_state state; /* DEFERRED, FAILED, EXPIRED or UNKNOWN */
	const char *reply;         /* "550 5.1.1 no such user" */
	const char *example;       /* an address */
	int64_t count;
};

/* The domain with most deferred deliveries; all zero if there's none. */
struct worst_domain {
	char domain[256];
	int64_t deferred;
	char reply[256];
	int64_t next_ms;
};

/* A try that has ended, and what it used of somebody's rates. Borrowed strings. */
struct recent_try {
	const char *domain; /* the recipient's */
	const char *relay;  /* "host:port" */
	int64_t ended_ms;
};

#endif
