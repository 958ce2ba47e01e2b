#ifndef STORE_DELIVERYROW_H
#define STORE_DELIVERYROW_H

#include "record/delivery.h"
#include "store/sqlite.h"

/* A delivery's columns, of the table under the name `d`, and how they are read. */
#define DELIVERY_COLUMNS                                                                                     \
	"d.dispatch, d.position, d.state, d.tries, d.next_ms, d.subscriber, d.list, d.also, d.letter, "      \
	"d.is_copy, d.is_possible_duplicate, d.address, d.domain, d.slots"
#define DELIVERY_COLUMN_COUNT 14

/* `out` is the caller's to clear. */
void deliveryrow_read(const struct sqlite_rows *rows, struct delivery *out);

#endif
