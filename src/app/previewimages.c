/*
 * Images out of a message's parts and into its HTML. A part's base64 is what a
 * "data:" address wants, but for the line breaks.
 */
#include "app/previewimages.h"

#include "compose/letter.h"

#include <stdint.h>

#define REFERENCE "\"cid:"

static bool find_image(struct span message, struct span id, struct letter_part *part)
{
	while (letter_next_part(&message, part)) {
		struct span written = letter_part_field(part, "Content-ID");

		if (written.len == id.len + 2 && span_equals(span_first(span_from(written, 1), id.len), id))
			return true;
	}
	return false;
}

static bool add_data(struct span message, struct span id, struct str *out)
{
	struct letter_part part;
	struct span line;

	if (!find_image(message, id, &part) ||
		!span_equals_nocase(letter_part_field(&part, "Content-Transfer-Encoding"), SPAN("base64")))
		return false;
	str_addf(out, "data:%.*s;base64,", SPAN_ARG(letter_part_field(&part, "Content-Type")));
	while (span_line(&part.body, &line))
		str_add(out, line);
	return true;
}

void previewimages_put(struct span html, struct span message, struct str *out)
{
	size_t at;

	while ((at = span_find(html, SPAN(REFERENCE), 0)) != SIZE_MAX) {
		struct span id = span_from(html, at + strlen(REFERENCE));

		id = span_first(id, span_find_char(id, '"', 0));
		str_add(out, span_first(html, at + 1));
		if (!add_data(message, id, out))
			str_addf(out, "cid:%.*s", SPAN_ARG(id));
		html = span_from(html, at + strlen(REFERENCE) + id.len);
	}
	str_add(out, html);
}
