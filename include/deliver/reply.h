#ifndef DELIVER_REPLY_H
#define DELIVER_REPLY_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* SMTP replies (RFC 5321 4.2), read from bytes as they come; no I/O. */
#define REPLY_LINE_MAX 2048u  /* longer lines are cut, not refused */
#define REPLY_TEXT_MAX 4096u  /* of all lines together */
#define REPLY_SIZE_MAX 65536u /* bytes of one reply: over it is nonsense */

struct reply {
	int code;
	char enhanced[16]; /* RFC 2034/3463 "4.7.1", "" if none; taken off the text */
	struct str text;   /* lines joined by one space, controls out, valid UTF-8 */
};

struct reply_reader;

struct reply_reader *reply_reader_new(void);
void reply_reader_free(struct reply_reader *reader);
/* Forget everything pushed, for the next connection. */
void reply_reader_clear(struct reply_reader *reader);
void reply_reader_push(struct reply_reader *reader, struct span bytes);
/*
 * The next complete reply into *out (its text is the reader's, until the next
 * call). E_NOTFOUND: more bytes are needed. E_SYNTAX: what came is no reply.
 */
enum status reply_reader_take(struct reply_reader *reader, struct reply *out, struct err *err);

/* As much of `text` as fits into to[size], whole characters and a NUL. */
void reply_copy_text(char *to, size_t size, struct span text);

#endif
