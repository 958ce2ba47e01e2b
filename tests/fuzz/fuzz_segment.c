/*
 * Expressions from anywhere: an error says where, an expression matches somebody
 * or not, and its negation the others.
 */
#include "list/segment.h"

#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

static void set_somebody(struct member *member)
{
	(void)member_set_field(member, "name", SPAN("Zoé Straße"));
	(void)member_set_field(member, "language", SPAN("fr"));
	(void)member_set_field(member, "beat", SPAN("health; migration, in"));
	member->address = span_copy(SPAN("zoe@paper.example"));
}

static void must_negate(struct span text, const struct segment *segment, const struct member *member)
{
	struct segment *negated = NULL;
	struct str other;

	str_init(&other, STR_MAX_LARGE);
	str_add_text(&other, "not(");
	str_add(&other, text);
	str_add_text(&other, ")");
	/* Only a ceiling can be in its way. */
	if (segment_parse(str_span(&other), &negated, NULL) == OK)
		must(segment_matches(negated, member) != segment_matches(segment, member));
	else
		must(other.len > SEGMENT_MAX || text.len > SEGMENT_DEPTH_MAX);
	segment_free(negated);
	str_clear(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct span text = span_bytes(bytes, size);
	struct segment *segment = NULL;
	struct member member = {0};
	struct err err = {0};
	enum status status = segment_parse(text, &segment, &err);

	if (status) {
		must(!segment && err.status == status && *err.text && utf8_is_valid(span_of(err.text)));
		return 0;
	}
	set_somebody(&member);
	for (size_t i = 0; segment_field(segment, i); i++)
		must(*segment_field(segment, i));
	must_negate(text, segment, &member);
	segment_free(segment);
	member_clear(&member);
	return 0;
}
