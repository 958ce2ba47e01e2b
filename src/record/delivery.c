/*
 * Deliveries and attempts, and the words for them.
 */
#include "record/delivery.h"

#include <stdlib.h>

static const char *const delivery_state_names[DELIVERY_STATE_COUNT] = {
	[DELIVERY_QUEUED] = "queued",
	[DELIVERY_CLAIMED] = "claimed",
	[DELIVERY_ACCEPTED] = "accepted",
	[DELIVERY_DEFERRED] = "deferred",
	[DELIVERY_FAILED] = "failed",
	[DELIVERY_UNKNOWN] = "unknown",
	[DELIVERY_BOUNCED] = "bounced",
	[DELIVERY_SUPPRESSED] = "suppressed",
	[DELIVERY_CANCELLED] = "cancelled",
	[DELIVERY_EXPIRED] = "expired",
};

static const char *const phase_names[PHASE_COUNT] = {
	[PHASE_NONE] = "none",
	[PHASE_CONNECT] = "connect",
	[PHASE_TLS] = "tls",
	[PHASE_AUTH] = "auth",
	[PHASE_HELLO] = "hello",
	[PHASE_MAIL] = "mail",
	[PHASE_RCPT] = "rcpt",
	[PHASE_DATA] = "data",
	[PHASE_BODY] = "body",
	[PHASE_DOT] = "dot",
};

static const char *const cause_names[CAUSE_COUNT] = {
	[CAUSE_NONE] = "",
	[CAUSE_RECIPIENT] = "recipient",
	[CAUSE_SITE] = "site",
	[CAUSE_MESSAGE] = "message",
	[CAUSE_POLICY] = "policy",
	[CAUSE_RELAY] = "relay",
};

static const char *const tls_names[] = {
	[TLS_NONE] = "none",
	[TLS_UNVERIFIED] = "unverified",
	[TLS_VERIFIED] = "verified",
};

const char *delivery_state_name(enum delivery_state state)
{
	return delivery_state_names[state];
}

bool delivery_state_parse(struct span text, enum delivery_state *state)
{
	for (size_t i = 0; i < DELIVERY_STATE_COUNT; i++) {
		if (span_equals(text, span_of(delivery_state_names[i]))) {
			*state = (enum delivery_state)i;
			return true;
		}
	}
	return false;
}

const char *attempt_phase_name(enum attempt_phase phase)
{
	return phase_names[phase];
}

const char *attempt_cause_name(enum attempt_cause cause)
{
	return cause_names[cause];
}

const char *tls_use_name(enum tls_use tls)
{
	return tls_names[tls];
}

void delivery_clear(struct delivery *delivery)
{
	free(delivery->also);
	free(delivery->address);
	free(delivery->domain);
	str_clear(&delivery->slots);
	*delivery = (struct delivery){0};
}
