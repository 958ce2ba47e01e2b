/*
 * Showing a message that was built: its parts, decoded.
 */
#include "compose/letter.h"

#include "mail/codec.h"

#include <stdint.h>

/* Boundaries begin with "=_", which no encoded text can hold (see token_boundary). */
#define DELIMITER SPAN("\r\n--=_")

bool letter_next_part(struct span *rest, struct letter_part *part)
{
	size_t end, body;

	if (!rest->len)
		return false;
	/* Behind a delimiter's line, but for the message itself, which is first. */
	if (span_starts(*rest, DELIMITER))
		*rest = span_from(*rest, span_find(*rest, SPAN("\r\n"), DELIMITER.len));
	if (span_starts(*rest, SPAN("\r\n")) && !span_starts(*rest, DELIMITER))
		*rest = span_from(*rest, 2);
	end = span_find(*rest, DELIMITER, 0);
	part->head = span_first(*rest, end);
	body = span_find(part->head, SPAN("\r\n\r\n"), 0);
	part->body = body == SIZE_MAX ? SPAN("") : span_from(part->head, body + 4);
	part->head = span_first(part->head, body);
	*rest = span_from(*rest, end);
	return true;
}

struct span letter_part_field(const struct letter_part *part, const char *name)
{
	struct span rest = part->head, line;

	while (span_line(&rest, &line)) {
		size_t colon = span_find_char(line, ':', 0);

		if (span_equals_nocase(span_first(line, colon), span_of(name))) {
			line = span_from(line, colon + 1);
			return span_trim(span_first(line, span_find_char(line, ';', 0)));
		}
	}
	return SPAN("");
}

enum status letter_read_part(struct span message, const char *type, struct str *out, struct err *err)
{
	struct letter_part part;

	while (letter_next_part(&message, &part)) {
		if (!span_equals_nocase(letter_part_field(&part, "Content-Type"), span_of(type)))
			continue;
		if (span_equals_nocase(letter_part_field(&part, "Content-Transfer-Encoding"), SPAN("base64")))
			return codec_base64_decode(part.body, out, err);
		return codec_qp_decode(part.body, out, err);
	}
	return err_set(err, E_NOTFOUND, "the message has no part \"%s\"", type);
}
