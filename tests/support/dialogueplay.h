#ifndef SUPPORT_DIALOGUEPLAY_H
#define SUPPORT_DIALOGUEPLAY_H

#include "base/str.h"
#include "deliver/dialogue.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Plays SMTP dialogues that are data: a script says what the server offers,
 * which messages are to go, then line by line what passes over the wire and what
 * comes of it.
 *
 *   offer: pipelining smtputf8 8bitmime dsn size=1000
 *   mail: NAME FROM TO [smtputf8] [id=ID]
 *                                     then lines "| text" of its message ("\r" and such are escapes),
 *                                     "bytes: text" without CR LF added, "fill N" for N lines of dots
 *   C: a line we must say             (without CR LF)
 *   C fill N                          a message's "fill N" (lines of dots), stuffed
 *   C anything                        whatever was said so far
 *   S: a line the server says         ("\r\n" is added; escapes as above)
 *   S repeat N: …                     the line N times
 *   raw: bytes as they are            (escapes)
 *   raw repeat N: …                   the bytes N times
 *   asks NAME                         LAST_BYTE must be asked for it now; it is granted
 *   refuses NAME                      as asks, but the last byte is not granted and the connection closed
 *   silent                            nothing more may be said now
 *   jam                               from now on nothing more passes our way
 *   quit                              we want to leave
 *   lost: WORDS                       the connection is gone
 *   = NAME OUTCOME PHASE CODE WORDS   what came of it; WORDS must occur in the text, or in
 *                                     "{CAUSE suspends-relay slows-site breaks-pipelining}" behind it
 *   = NAME returned                   it was certainly not sent
 *   = NAME refused: WORDS             it was not taken
 *   = over                            the session must be over by then
 *   = dismissed                       the server must have said 421 by then
 */
#define PLAY_MAILS_MAX 8
#define PLAY_NEVER SIZE_MAX

/* How the bytes pass. */
struct play_manner {
	const char *name;
	size_t piece;    /* bytes that pass at once, both ways; 0: as many as there are */
	bool is_merged;  /* the server's lines come together as far as the order allows */
	size_t split_at; /* PLAY_NEVER, or: what comes of the server's bytes in one piece is parted here */
	size_t cut_heard, cut_said; /* PLAY_NEVER, or: the connection is lost once so many passed */
};

/* What became of one of the script's messages. */
struct play_mail_end {
	bool is_taken;               /* by the dialogue */
	int times;                   /* that it ended */
	struct dialogue_event event; /* the end; its words are gone */
	size_t heard;                /* bytes of the server by then */
	size_t dot_end;              /* where its dot ended in what we said; 0: its dot was never granted */
};

struct play_end {
	struct play_mail_end mails[PLAY_MAILS_MAX];
	size_t mail_count;
	size_t heard, said; /* bytes that passed */
};

/*
 * Play `script`, failing the test with path and line where it goes otherwise than
 * written. With a cut the rest of the script is left out.
 */
void dialogueplay_run(
	const char *path, struct span script, const struct play_manner *manner, struct play_end *end);

#endif
