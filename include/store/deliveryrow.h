#ifndef STORE_DELIVERYROW_H
#define STORE_DELIVERYROW_H

#include "record/delivery.h"
#include "store/sqlite.h"

/* A delivery's columns, each behind `of`, and how they are read; DELIVERY_COLUMNS are of the table under the
 * name `d`. */
#define DELIVERY_COLUMNS_OF(of)                                                                              \
	of "dispatch, " of "position, " of "state, " of "tries, " of "next_ms, " of "subscriber, " of        \
	   "list, " of "also, " of "letter, " of "is_copy, " of "is_possible_duplicate, " of "address, " of  \
	   "domain, " of "slots"
#define DELIVERY_COLUMNS DELIVERY_COLUMNS_OF("d.")
#define DELIVERY_COLUMN_COUNT 14

/* `out` is the caller's to clear. */
void deliveryrow_read(const struct sqlite_rows *rows, struct delivery *out);

#endif
