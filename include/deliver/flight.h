#ifndef DELIVER_FLIGHT_H
#define DELIVER_FLIGHT_H

#include "base/str.h"
#include "record/delivery.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The flight record: what is known of messages whose last byte went out, kept
 * by write() in an append-only file so that it outlives a killed process. Its
 * lock is what makes its holder the one sender of a newsroom.
 */
struct flight;

/* Open and lock (flock). E_BUSY, saying so, if another process is sending; E_IO if what a predecessor left
 * can't be read. */
enum status flight_open(const char *path, struct flight **out, struct err *err);
void flight_close(struct flight *flight); /* releases the lock; the file stays */

/*
 * Before the write that holds a message's last byte. E_IO: the message must not be finished.
 * E_CONFLICT: what a predecessor left is of another boot, or damaged; read and truncate it first.
 */
enum status flight_note_final(struct flight *flight, int64_t dispatch, int64_t position, int number,
	const unsigned char digest[ATTEMPT_DIGEST_SIZE], struct err *err);
/* As soon as the reply is parsed. */
enum status flight_note_reply(struct flight *flight, const struct attempt *attempt, struct err *err);

/* A place in the record: what was noted before it, and what after. */
struct flight_mark {
	uint64_t generation;
	int64_t end;
};

struct flight_mark flight_mark(const struct flight *flight);

/*
 * After the commit that settles every reply noted before `mark` is durable: forgets all before it but the
 * messages noted final by this process and not yet answered. Also after recovery, which settles all: from
 * then on the record is of this boot. Does nothing with a mark from before the last time.
 */
enum status flight_truncate(struct flight *flight, struct flight_mark mark, struct err *err);

/*
 * What a predecessor left, newest knowledge per (dispatch, position, number):
 * `attempt` is filled from its R, or NULL for an M without one; a torn last
 * record is skipped, and so is what is damaged. Not OK stops.
 */
struct flight_entry {
	int64_t dispatch, position;
	int number;
	unsigned char digest[ATTEMPT_DIGEST_SIZE];
	const struct attempt *attempt;
};
typedef enum status flight_entry_fn(void *context, const struct flight_entry *entry, struct err *err);
enum status flight_read(struct flight *flight, flight_entry_fn *fn, void *context, struct err *err);
/* The boot under which the file was written (clock_boot_id); "" if it's empty. Borrowed. */
const char *flight_boot_id(const struct flight *flight);
/* Between the whole records that a predecessor left there's something else: some may be lost. */
bool flight_is_damaged(const struct flight *flight);

#endif
