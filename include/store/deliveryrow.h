#ifndef STORE_DELIVERYROW_H
#define STORE_DELIVERYROW_H

#include "record/delivery.h"
#include "store/sqlite.h"

/* A delivery's columns, of the table under the name `d`, and how they are read. */
#define DELIVERY_COLUMNS                                                                                     \
	"d.dispatch, d.position, d.state, d.tries, d.next_ms, d.subscriber, d.list, d.also, d.letter, "      \
	"d.is_copy, d.is_possible_duplicate, d.address, d.domain, d.slots"
#define DELIVERY_COLUMN_COUNT 14

/* The open ones of dispatch ?1. The index's own condition has to stand in each query, or SQLite wouldn't know
 * that it may use it. */
#define DELIVERY_IS_OPEN "(state = 0 OR state = 1 OR state = 3 OR state = 5) "
#define DELIVERY_OPEN "delivery INDEXED BY delivery_open WHERE dispatch = ?1 AND " DELIVERY_IS_OPEN

/* `out` is the caller's to clear. */
void deliveryrow_read(const struct sqlite_rows *rows, struct delivery *out);

#endif
