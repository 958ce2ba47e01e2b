/*
 * A flight record as JSON lines, one for each try it knows of, for tests that look
 * at what a killed sender left. E_BUSY, as exit status 2, while somebody is sending.
 */
#include "deliver/flight.h"

#include <inttypes.h>
#include <stdio.h>

static enum status print_entry(void *context, const struct flight_entry *entry, struct err *err)
{
	(void)context;
	(void)err;
	printf("{\"dispatch\": %" PRId64 ", \"position\": %" PRId64 ", \"try\": %d, \"outcome\": \"%s\"}\n",
		entry->dispatch, entry->position, entry->number,
		entry->attempt ? delivery_state_name(entry->attempt->outcome) : "");
	return OK;
}

int main(int argc, char **argv)
{
	struct flight *flight = NULL;
	struct err err = {0};
	enum status status = argc == 2 ? flight_open(argv[1], &flight, &err)
				       : err_set(&err, E_SYNTAX, "usage: flight_tool FILE");

	if (status == OK)
		status = flight_read(flight, print_entry, NULL, &err);
	if (status != OK)
		fprintf(stderr, "%s\n", err.text);
	flight_close(flight);
	return status == OK ? 0 : status == E_BUSY ? 2 : 1;
}
