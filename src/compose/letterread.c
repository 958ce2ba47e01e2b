/*
 * Showing a message that was built: its parts, decoded.
 */
#include "compose/letter.h"

#include "mail/codec.h"

#include <stdint.h>

enum status letter_read_part(struct span message, const char *type, struct str *out, struct err *err)
{
	struct span fields, body;
	struct str head;
	size_t from;

	str_init(&head, STR_MAX_SMALL);
	str_addf(&head, "\r\nContent-Type: %s;", type);
	from = span_find(message, str_span(&head), 0);
	str_clear(&head);
	fields = span_from(message, from);
	fields = span_first(fields, span_find(fields, SPAN("\r\n\r\n"), 0));
	body = span_from(message, from == SIZE_MAX ? from : from + fields.len + 4);
	if (!body.len)
		return err_set(err, E_NOTFOUND, "the message has no part \"%s\"", type);
	/* Boundaries begin with "=_", which no encoded text can hold (see token_boundary). */
	body = span_first(body, span_find(body, SPAN("\r\n--=_"), 0));
	if (span_find(fields, SPAN("\r\nContent-Transfer-Encoding: base64"), 0) != SIZE_MAX)
		return codec_base64_decode(body, out, err);
	return codec_qp_decode(body, out, err);
}
