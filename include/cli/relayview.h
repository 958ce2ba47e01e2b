#ifndef CLI_RELAYVIEW_H
#define CLI_RELAYVIEW_H

#include "app/settings.h"
#include "base/str.h"
#include "base/zone.h"
#include "record/relaystate.h"

#include <stdbool.h>
#include <stdint.h>

/* How the relays look. */

/*
 * Lines for a relay of which there's something to say; nothing while all is well. `is_at_work`: a
 * sender uses it now; else it is told as it was when one last did.
 */
void relayview_add(const struct zone *zone, const struct relay_state *state, bool is_at_work, int64_t now_ms,
	struct str *out);

/* `relay` is the settings'. Nothing if no sender ever told of it. */
void relayview_print_json(const struct relay_settings *relay, const struct relay_state *state);

#endif
