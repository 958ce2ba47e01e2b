#ifndef DELIVER_VERDICT_H
#define DELIVER_VERDICT_H

#include "deliver/reply.h"
#include "record/delivery.h"

#include <stdbool.h>

/*
 * What follows from a reply that isn't the one hoped for, or the dot's. The flags
 * are about whoever comes next; what to do about them, and for how long, is the
 * engine's to decide.
 */
struct verdict {
	enum delivery_state outcome; /* ACCEPTED, DEFERRED, FAILED or UNKNOWN */
	enum attempt_cause cause;    /* of an outcome other than ACCEPTED */
	bool suspends_relay; /* the relay would say so to any recipient: others go another way, or wait */
	bool slows_site; /* the recipient's domain wants fewer at once, and a rest; if both, it is one of them
			  */
	bool strains_site;      /* it is in trouble, whatever of: not both */
	bool breaks_pipelining; /* commands and answers are out of step: it should be spoken to step by step
				 */
};

/*
 * Judge a reply by the phase it ended, its code and its enhanced code, then by
 * what its text says (the tables of verdictrules.h). It holds whatever the reply says:
 * - ACCEPTED only by a 2xx to the dot; UNKNOWN only by an answer to the dot that is neither yes nor no.
 * - FAILED only by a 5xx, and never for our reputation, nor for anything wrong with the relay.
 * - RECIPIENT and SITE only from RCPT on: before, the server doesn't know whom it is for. What is said
 *   of a content that it hasn't seen yet is POLICY.
 * - A 45x strains the site or slows it, unless it is greylisting or about one mailbox, a message or the
 *   relay.
 * - What the relay would say to anybody slows the site from RCPT on: it may be what the domain's own server
 *   said to the relay, and then others must not wait.
 * - 421 is about the connection, so never about a mailbox or a message.
 */
struct verdict verdict_of(enum attempt_phase phase, const struct reply *reply);

#endif
