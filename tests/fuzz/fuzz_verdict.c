/*
 * Replies of any kind: whatever they say, nothing comes of them that they can't
 * mean, and upper case means the same.
 */
#include "deliver/verdict.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

static void check_outcome(enum attempt_phase phase, int class, const struct verdict *v)
{
	must(v->outcome == DELIVERY_ACCEPTED || v->outcome == DELIVERY_DEFERRED ||
		v->outcome == DELIVERY_FAILED || v->outcome == DELIVERY_UNKNOWN);
	must((v->outcome == DELIVERY_ACCEPTED) == (phase == PHASE_DOT && class == 2));
	must((v->outcome == DELIVERY_ACCEPTED) == (v->cause == CAUSE_NONE));
	must((v->outcome == DELIVERY_UNKNOWN) == (phase == PHASE_DOT && class == 3));
	must(v->outcome != DELIVERY_FAILED || class == 5);
	must(v->outcome != DELIVERY_FAILED || v->cause == CAUSE_RECIPIENT || v->cause == CAUSE_MESSAGE);
}

static void check_cause(enum attempt_phase phase, int code, const struct verdict *v)
{
	must(phase >= PHASE_RCPT || (v->cause != CAUSE_RECIPIENT && v->cause != CAUSE_SITE));
	must(code != 421 || (v->cause != CAUSE_RECIPIENT && v->cause != CAUSE_MESSAGE));
	must(!v->suspends_relay || v->cause == CAUSE_RELAY || v->cause == CAUSE_POLICY);
	must(!v->slows_site || v->cause == CAUSE_SITE || v->cause == CAUSE_POLICY || v->suspends_relay);
	must(!v->strains_site || v->cause == CAUSE_SITE || v->cause == CAUSE_POLICY);
	must(!v->slows_site || !v->strains_site);
	must(!v->breaks_pipelining || v->cause == CAUSE_RELAY);
}

static void raise_letters(struct str *text)
{
	for (size_t i = 0; i < text->len; i++) {
		if (text->ptr[i] >= 'a' && text->ptr[i] <= 'z')
			text->ptr[i] = (char)(text->ptr[i] - 'a' + 'A');
	}
}

/* The first byte is the phase, the rest what the server says. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reply_reader *reader = reply_reader_new();
	enum attempt_phase phase = size ? (enum attempt_phase)(bytes[0] % PHASE_COUNT) : PHASE_NONE;
	struct reply reply;
	struct err err;

	if (size)
		reply_reader_push(reader, span_bytes(bytes + 1, size - 1));
	while (reply_reader_take(reader, &reply, &err) == OK) {
		struct verdict lower = verdict_of(phase, &reply);
		struct verdict upper;

		check_outcome(phase, reply.code / 100, &lower);
		check_cause(phase, reply.code, &lower);
		raise_letters(&reply.text);
		upper = verdict_of(phase, &reply);
		must(lower.outcome == upper.outcome && lower.cause == upper.cause &&
			lower.suspends_relay == upper.suspends_relay &&
			lower.slows_site == upper.slows_site && lower.strains_site == upper.strains_site &&
			lower.breaks_pipelining == upper.breaks_pipelining);
	}
	reply_reader_free(reader);
	return 0;
}
