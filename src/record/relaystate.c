/*
 * How the relays are doing, in words.
 */
#include "record/relaystate.h"

#include <stddef.h>

const char *relay_circuit_name(enum relay_circuit circuit)
{
	static const char *const names[RELAY_CIRCUIT_COUNT] = {
		[RELAY_CLOSED] = "in use", [RELAY_TRIAL] = "on trial", [RELAY_OPEN] = "out of use"};

	return (size_t)circuit < RELAY_CIRCUIT_COUNT ? names[circuit] : "?";
}
