#ifndef RECORD_SUPPRESSION_H
#define RECORD_SUPPRESSION_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* The numbers are stored: never reorder. */
enum suppression_reason {
	SUPPRESSION_MANUAL,       /* somebody here said so */
	SUPPRESSION_HARD_BOUNCE,  /* their server says there's no such mailbox */
	SUPPRESSION_COMPLAINT,    /* reported as spam */
	SUPPRESSION_UNSUBSCRIBED, /* asked to hear nothing at all, from any list */
	SUPPRESSION_REASON_COUNT
};

/* An address that must not be written to. Heap strings, never NULL. */
struct suppression {
	char *address_key; /* addr_key */
	char *address;     /* as typed, for showing */
	enum suppression_reason reason;
	char *note; /* the evidence: a person's words, a server's reply */
	char *who;
	int64_t made_ms;
};

void suppression_clear(struct suppression *suppression);

const char *suppression_reason_name(enum suppression_reason reason);
bool suppression_reason_parse(struct span text, enum suppression_reason *reason);

#endif
