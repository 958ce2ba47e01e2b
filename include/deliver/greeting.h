#ifndef DELIVER_GREETING_H
#define DELIVER_GREETING_H

#include "base/str.h"
#include "deliver/dialogue.h"
#include "deliver/reply.h"
#include "record/delivery.h"

#include <stdbool.h>

/*
 * What is said on a connection before the first message: the server's greeting and
 * its answers to EHLO, STARTTLS and AUTH (RFC 5321 4.1.1.1, 3207, 4954). Somebody
 * else speaks and decides; this only listens, and tells what was offered and what
 * went wrong. No I/O.
 */
enum greeting_step {
	GREETING_HELLO, /* the server's own, unasked */
	GREETING_EHLO,  /* or HELO, where EHLO is refused */
	GREETING_STARTTLS,
	GREETING_AUTH,
	GREETING_STEP_COUNT
};

/* What makes a step fail. */
struct greeting_step_words {
	enum attempt_phase phase;
	bool is_permanent;   /* a refusal with 5xx won't change by itself */
	const char *awaited; /* "answer to EHLO" */
	const char *refused; /* "it refuses STARTTLS" */
	const char *advice;  /* what to do then */
};

extern const struct greeting_step_words greeting_steps[GREETING_STEP_COUNT];

struct greeting {
	enum greeting_step step;
	struct dialogue_features features; /* those of the last EHLO */
	bool is_authenticated;
	bool is_in_reply; /* the last line isn't its reply's last */
	struct reply_reader *reader;
	struct reply reply; /* the answer to what was last said; its code is 0 until it's there */
};

void greeting_init(struct greeting *greeting);
void greeting_clear(struct greeting *greeting);

/* A command goes out, or another line that the server asked for. It's looked at, never kept. */
void greeting_said(struct greeting *greeting, struct span line);
/*
 * A line comes, with its end. Not OK: hang up, there's nothing more to hope for. E_SYNTAX: it is
 * no SMTP; E_DENIED: the server said 421.
 */
enum status greeting_heard(struct greeting *greeting, struct span line, struct err *err);

#endif
