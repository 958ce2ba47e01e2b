#ifndef DELIVER_DIALOGUE_H
#define DELIVER_DIALOGUE_H

#include "base/str.h"
#include "deliver/verdict.h"
#include "record/delivery.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The client's side of an SMTP session from the answer to its EHLO on
 * (RFC 5321), without I/O: push the server's bytes, take the bytes for it, take
 * what happened. It holds at most two messages: one whose dot is out, and the
 * next, whose MAIL, RCPT and DATA ride behind that dot where the server offers
 * PIPELINING (RFC 2920).
 */
struct dialogue;

/* What the server offered. */
struct dialogue_features {
	bool has_pipelining;
	bool has_smtputf8;
	bool has_8bitmime;
	bool has_dsn; /* RFC 3461 */
	bool has_size;
	size_t size_max; /* RFC 1870; 0: no fixed limit */
};

/* One message for one recipient. All borrowed until it is settled or returned. */
struct dialogue_mail {
	void *tag;        /* the caller's; not NULL */
	struct span from; /* without brackets; empty is the null sender */
	struct span to;   /* without brackets */
	bool needs_smtputf8;
	struct span envelope_id; /* what a report is to name it by where the server offers DSN; or empty */
	struct span message;     /* canonical CR LF, not dot-stuffed */
};

struct dialogue *dialogue_new(void);
void dialogue_free(struct dialogue *dialogue);

/* A new connection: forget everything of the last one, whose messages must have been taken back. */
void dialogue_begin(struct dialogue *dialogue, const struct dialogue_features *features);

/* Whether another message may be added now. */
bool dialogue_has_room(const struct dialogue *dialogue);

/*
 * Add a message, with room. Refused, with nothing of it handed over: E_SYNTAX
 * for an address or a message whose bytes may not go on the wire (controls, a
 * bare CR or LF), E_RANGE over the server's SIZE, E_UNSUPPORTED if it needs
 * SMTPUTF8 or 8BITMIME and the server has neither.
 */
enum status dialogue_add(struct dialogue *dialogue, const struct dialogue_mail *mail, struct err *err);

enum dialogue_event_kind {
	DIALOGUE_LAST_BYTE, /* all but the message's end is out: dialogue_finish() it, or close the connection
			     */
	DIALOGUE_SETTLED,   /* accepted, deferred, failed or unknown */
	DIALOGUE_RETURNED   /* certainly not sent, and its MAIL never answered */
};

struct dialogue_event {
	enum dialogue_event_kind kind;
	void *tag;
	enum attempt_phase phase; /* SETTLED: what was being waited for */
	struct verdict verdict;   /* SETTLED; breaks_pipelining, where that was used, for RETURNED as well */
	int code;                 /* of the reply, 0 if none decided */
	const char *enhanced;     /* "" if none; borrowed until the next call */
	struct span text;         /* the reply's, or our words for why there's none; borrowed as well */
};

/* The server's bytes. */
void dialogue_push(struct dialogue *dialogue, struct span bytes);
/* The connection is gone, for the reason given: what was under way becomes events. */
void dialogue_lost(struct dialogue *dialogue, const char *words);
/* The next thing that happened; false if there's none now. */
bool dialogue_next(struct dialogue *dialogue, struct dialogue_event *event);

/* After LAST_BYTE: the rest of the message and its dot may go. */
void dialogue_finish(struct dialogue *dialogue);

/* Bytes to hand over, maybe none; borrowed until the next call. They grow at their end only. */
struct span dialogue_output(struct dialogue *dialogue);
void dialogue_sent(struct dialogue *dialogue, size_t count);

/* Say QUIT as soon as nothing is under way; from now on there's no room. */
void dialogue_quit(struct dialogue *dialogue);

/* Nothing more will be said: close the connection. True from dialogue_lost or the server's goodbye on. */
bool dialogue_is_over(const struct dialogue *dialogue);
/* The server said 421, whatever that did to the messages under way. */
bool dialogue_was_dismissed(const struct dialogue *dialogue);
/* No message is under way and no reply is awaited. */
bool dialogue_is_idle(const struct dialogue *dialogue);
/* Messages under way: 0, 1 or 2. */
size_t dialogue_count(const struct dialogue *dialogue);
/* Messages whose deciding reply came over this connection. */
size_t dialogue_decided(const struct dialogue *dialogue);
/* Whole replies that dialogue_next() read over this connection: one that has only begun is none. */
size_t dialogue_replies(const struct dialogue *dialogue);
/* Whose turn it is, for timers: the reply awaited (MAIL for RSET and QUIT too), BODY while one is going out,
 * NONE. */
enum attempt_phase dialogue_waits_for(const struct dialogue *dialogue);
/* Why the session is over, "" if it went as it should. Borrowed. */
const char *dialogue_words(const struct dialogue *dialogue);

#endif
