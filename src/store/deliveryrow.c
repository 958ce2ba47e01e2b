/*
 * A delivery from its row.
 */
#include "store/deliveryrow.h"

#include "base/mem.h"

void deliveryrow_read(const struct sqlite_rows *rows, struct delivery *out)
{
	*out = (struct delivery){
		.dispatch = sqlite_get_int(rows, 0),
		.position = sqlite_get_int(rows, 1),
		.state = (enum delivery_state)sqlite_get_int(rows, 2),
		.tries = (int)sqlite_get_int(rows, 3),
		.next_ms = sqlite_get_int(rows, 4),
		.subscriber_id = sqlite_get_int(rows, 5),
		.list_id = sqlite_get_int(rows, 6),
		.also = mem_copy_text(sqlite_get_text(rows, 7)),
		.letter = (int)sqlite_get_int(rows, 8),
		.is_copy = sqlite_get_int(rows, 9) != 0,
		.is_possible_duplicate = sqlite_get_int(rows, 10) != 0,
		.address = mem_copy_text(sqlite_get_text(rows, 11)),
		.domain = mem_copy_text(sqlite_get_text(rows, 12)),
	};
	str_init(&out->slots, STR_MAX_LARGE);
	str_add(&out->slots, sqlite_get_blob(rows, 13));
}
