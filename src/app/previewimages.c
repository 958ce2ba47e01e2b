/*
 * Images out of a message's parts and into its HTML. A part's base64 is what a
 * "data:" address wants, but for the line breaks.
 */
#include "app/previewimages.h"

#include <stdint.h>

#define REFERENCE "\"cid:"

/* The value of a field among a part's headers, up to the first ';'; empty if there's none. */
static struct span field_of(struct span headers, struct span name)
{
	size_t at = span_find(headers, name, 0);
	struct span line = {0}, rest;

	if (at == SIZE_MAX)
		return SPAN("");
	rest = span_from(headers, at + name.len);
	span_line(&rest, &line);
	return span_trim(span_first(line, span_find_char(line, ';', 0)));
}

/* The headers and the body of the part with this Content-ID. */
static bool find_part(struct span message, struct span id, struct span *headers, struct span *body)
{
	struct str field;
	size_t at, start = 0, next, end;

	str_init(&field, STR_MAX_SMALL);
	str_addf(&field, "\r\nContent-ID: <%.*s>\r\n", SPAN_ARG(id));
	at = span_find(message, str_span(&field), 0);
	str_clear(&field);
	if (at == SIZE_MAX)
		return false;
	while ((next = span_find(message, SPAN("\r\n--"), start ? start + 1 : 0)) < at)
		start = next;
	end = span_find(message, SPAN("\r\n\r\n"), at);
	if (end == SIZE_MAX)
		return false;
	*headers = span_bytes(message.ptr + start, end + 2 - start);
	*body = span_from(message, end + 4);
	*body = span_first(*body, span_find(*body, SPAN("\r\n--"), 0));
	return true;
}

static bool add_data(struct span message, struct span id, struct str *out)
{
	struct span headers, body, line;

	if (!find_part(message, id, &headers, &body) ||
		!span_equals_nocase(
			field_of(headers, SPAN("\r\nContent-Transfer-Encoding:")), SPAN("base64")))
		return false;
	str_addf(out, "data:%.*s;base64,", SPAN_ARG(field_of(headers, SPAN("\r\nContent-Type:"))));
	while (span_line(&body, &line))
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
