#ifndef DELIVER_VERDICTRULES_H
#define DELIVER_VERDICTRULES_H

#include "deliver/verdict.h"

#include <stddef.h>

/* The tables that replies are judged by. */

/* What a server may mean; verdict_meanings says what follows from it. */
enum verdict_meaning {
	MEANS_TAKEN,
	MEANS_UNCLEAR,       /* to the dot: neither yes nor no */
	MEANS_OUT_OF_STEP,   /* it isn't what was asked, or says that it wasn't */
	MEANS_REFUSES_US,    /* whoever it's for: AUTH or TLS first, no relaying, sender not taken */
	MEANS_RELAY_LATER,   /* the relay, now */
	MEANS_BUSY,          /* the recipient's server: too much at once */
	MEANS_STRAINED,      /* it: in trouble of whatever kind */
	MEANS_GREYLISTED,    /* it wants to see each first try, and then a second one */
	MEANS_LISTED,        /* a block list, a banned or nameless address of the relay's */
	MEANS_THROTTLED,     /* too much at once for our reputation */
	MEANS_POLICY,        /* any other distrust: of the sender's domain, its SPF, DKIM, DMARC */
	MEANS_CONTENT,       /* this message won't do: spam, virus, form */
	MEANS_UNFIT,         /* nor would it have done before it was seen: size */
	MEANS_MAILBOX_LATER, /* full, over its rate */
	MEANS_NO_MAILBOX,    /* unknown, disabled, closed to the outside */
	MEANS_COUNT
};

struct verdict_consequence {
	struct verdict verdict;
	enum attempt_phase from;     /* the first phase in which a server can know enough to mean it */
	enum verdict_meaning before; /* what it means before that */
};

extern const struct verdict_consequence verdict_meanings[MEANS_COUNT];

/* The first that fits counts; the last one fits everything. */
struct verdict_code_rule {
	enum attempt_phase phase; /* NONE: any */
	int code;                 /* 550, or 5 for any 5xx; 0: any */
	int subject;              /* of an enhanced code, 5.7.1: 7; 0: any or none */
	int first, last;          /* its detail, 5.7.1: 1 */
	enum verdict_meaning meaning;
};

extern const struct verdict_code_rule verdict_code_rules[];
extern const size_t verdict_code_rule_count;

/*
 * Of a 4xx or 5xx, the first that fits overrules the codes; but an enhanced code that is about the recipient
 * or the message isn't overruled by one that is out of step. `text` must occur in
 * the reply's words: its letters and digits in lower case, without addresses and
 * apostrophes, anything else one space ("user doesnt exist" for "User 'x@y.example'
 * doesn't exist!"), and a space at both ends. A '*', at most one, is anything of
 * up to VERDICT_GAP_MAX bytes.
 */
struct verdict_text_rule {
	const char *text;
	int code; /* 550, or 5 for any 5xx; 0: any */
	enum verdict_meaning meaning;
};

#define VERDICT_GAP_MAX 64u

extern const struct verdict_text_rule verdict_text_rules[];
extern const size_t verdict_text_rule_count;

#endif
