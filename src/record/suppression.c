/*
 * Addresses that must not be written to, and the words for why.
 */
#include "record/suppression.h"

#include <stdlib.h>

static const char *const reason_names[SUPPRESSION_REASON_COUNT] = {
	[SUPPRESSION_MANUAL] = "manual",
	[SUPPRESSION_HARD_BOUNCE] = "hard bounce",
	[SUPPRESSION_COMPLAINT] = "complaint",
	[SUPPRESSION_UNSUBSCRIBED] = "unsubscribed",
};

void suppression_clear(struct suppression *suppression)
{
	free(suppression->address_key);
	free(suppression->address);
	free(suppression->note);
	free(suppression->who);
	*suppression = (struct suppression){0};
}

const char *suppression_reason_name(enum suppression_reason reason)
{
	return reason_names[reason];
}

bool suppression_reason_parse(struct span text, enum suppression_reason *reason)
{
	for (size_t i = 0; i < SUPPRESSION_REASON_COUNT; i++) {
		if (span_equals(text, span_of(reason_names[i]))) {
			*reason = (enum suppression_reason)i;
			return true;
		}
	}
	return false;
}
