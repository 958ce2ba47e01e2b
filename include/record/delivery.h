#ifndef RECORD_DELIVERY_H
#define RECORD_DELIVERY_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One recipient of one dispatch. The numbers are stored: never reorder.
 * Only QUEUED and DEFERRED may be claimed.
 */
enum delivery_state {
	DELIVERY_QUEUED,
	DELIVERY_CLAIMED,
	DELIVERY_ACCEPTED,
	DELIVERY_DEFERRED,
	DELIVERY_FAILED,
	DELIVERY_UNKNOWN, /* the server may or may not have taken it */
	DELIVERY_BOUNCED,
	DELIVERY_SUPPRESSED,
	DELIVERY_CANCELLED,
	DELIVERY_EXPIRED,
	DELIVERY_STATE_COUNT
};

/* How far a try at a delivery had come when it ended (RFC 5321 section 3). */
enum attempt_phase {
	PHASE_NONE,    /* before any connection */
	PHASE_CONNECT, /* name look-up, TCP, greeting */
	PHASE_TLS,
	PHASE_AUTH,
	PHASE_HELLO,
	PHASE_MAIL,
	PHASE_RCPT,
	PHASE_DATA,
	PHASE_BODY, /* after 354, before the final dot was handed over whole */
	PHASE_DOT,  /* the dot is out: its reply, or the loss of it, decides */
	PHASE_COUNT
};

/* What a refusal is about, and so who is to mend it. The numbers are stored: never reorder. */
enum attempt_cause {
	CAUSE_NONE,      /* accepted, or nobody said */
	CAUSE_RECIPIENT, /* the mailbox: unknown, full, disabled */
	CAUSE_SITE,      /* the recipient's domain or its servers: busy, greylisting, a rate */
	CAUSE_MESSAGE,   /* what is in it, or its size */
	CAUSE_POLICY,    /* our reputation, block lists, authentication: never the journalist's fault */
	CAUSE_RELAY,     /* the relay, or our settings for it */
	CAUSE_COUNT
};

/* A delivery as it is kept. Heap strings; delivery_clear. */
struct delivery {
	int64_t dispatch;
	int64_t position; /* in the dispatch, from 1: the order of sending */
	enum delivery_state state;
	int tries;
	int64_t next_ms;       /* a deferred one's next try; 0: at once */
	int64_t subscriber_id; /* 0 for copies and tests */
	int64_t list_id;       /* the first list that led to it; 0 likewise */
	char *also;            /* the other lists' names, joined by ',' */
	int letter;            /* which of the dispatch's letters */
	bool is_copy;
	bool is_possible_duplicate; /* the next try may bring a second message */
	char *address;              /* the envelope's */
	char *domain;               /* its domain */
	struct str slots;           /* the letter's fields in their order, each NUL-ended */
};

void delivery_clear(struct delivery *delivery);

enum tls_use {
	TLS_NONE,
	TLS_UNVERIFIED,
	TLS_VERIFIED
};

#define ATTEMPT_DIGEST_SIZE 32u

/* One try at one delivery; never changed once written. Instants in ms since 1970 UTC. */
struct attempt {
	int64_t dispatch;
	int64_t position;
	int number; /* the try, from 1 */
	enum attempt_phase phase;
	enum delivery_state outcome; /* ACCEPTED, DEFERRED, FAILED or UNKNOWN */
	enum attempt_cause cause;    /* of a refusal */
	int code;                    /* SMTP reply code, 0 if the server said nothing */
	char enhanced[16];           /* RFC 3463 "4.7.1", "" if none */
	char reply[512];             /* the reply's text, first lines, valid UTF-8, controls out */
	char relay[256];             /* "host:port" */
	enum tls_use tls;
	char tls_version[16];                      /* "TLS1.3", "" */
	int64_t started_ms;                        /* when MAIL was handed over */
	int64_t settled_ms;                        /* when the reply that decided was parsed */
	bool is_possible_duplicate;                /* sent again after an unknown */
	bool slows_site, strains_site;             /* what it says of the recipient's domain; not kept */
	bool has_digest;                           /* of an UNKNOWN one, where it's known */
	unsigned char digest[ATTEMPT_DIGEST_SIZE]; /* SHA-256 of the message */
};

const char *delivery_state_name(enum delivery_state state);
bool delivery_state_parse(struct span text, enum delivery_state *state);
const char *attempt_phase_name(enum attempt_phase phase);
const char *attempt_cause_name(enum attempt_cause cause); /* "recipient"; "" for NONE */
const char *tls_use_name(enum tls_use tls);

#endif
