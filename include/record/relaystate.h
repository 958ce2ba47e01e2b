#ifndef RECORD_RELAYSTATE_H
#define RECORD_RELAYSTATE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether messages go through a relay: a circuit that trouble opens and a success closes. Kept in the store.
 */
enum relay_circuit {
	RELAY_CLOSED = 0, /* in use */
	RELAY_TRIAL = 1,  /* half-open: one connection finds out */
	RELAY_OPEN = 2    /* left alone until retry_ms */
};
#define RELAY_CIRCUIT_COUNT 3

/* A relay as its last user left it. Times are clock_now_ms. */
struct relay_state {
	char relay[256]; /* "host:port" */
	enum relay_circuit circuit;
	char words[640];        /* the last trouble, for people; "" if there's none */
	int64_t since_ms;       /* when it became so */
	int64_t retry_ms;       /* OPEN: when it is tried again; else 0 */
	bool breaks_pipelining; /* offers PIPELINING and loses step: it is spoken to step by step */
	int64_t broke_ms;       /* when that was found; 0 if it isn't so */
};

/* "in use", "on trial", "out of use": for people and JSON. */
const char *relay_circuit_name(enum relay_circuit circuit);

#endif
