/*
 * What may go on the wire. A bare CR or LF, or a dot at the wrong place, would let
 * one message be taken for two (SMTP smuggling), so this doesn't trust anybody.
 */
#include "deliver/wire.h"

#include "base/utf8.h"

#include <stdint.h>

#define ADDRESS_MAX 254u

static bool breaks_path(struct span address)
{
	bool is_quoted = false;

	for (size_t i = 0; i < address.len; i++) {
		char c = address.ptr[i];

		if (is_quoted && c == '\\')
			i++;
		else if (c == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && (c == ' ' || c == '<' || c == '>'))
			return true;
	}
	return is_quoted;
}

enum status wire_check_address(struct span address, bool *is_ascii, struct err *err)
{
	*is_ascii = true;
	for (size_t i = 0; i < address.len; i++) {
		unsigned char c = (unsigned char)address.ptr[i];

		if (c < 0x20 || c == 0x7f)
			return err_set(err, E_SYNTAX, "a control character in the address \"%.*s\"",
				SPAN_ARG(address));
		if (c >= 0x80)
			*is_ascii = false;
	}
	if (!*is_ascii && (!utf8_is_valid(address) || utf8_has_control(address, "")))
		return err_set(err, E_SYNTAX, "the address \"%.*s\" is not clean UTF-8", SPAN_ARG(address));
	if (address.len > ADDRESS_MAX)
		return err_set(err, E_RANGE, "the address \"%.*s…\" is longer than %u bytes",
			SPAN_ARG(span_first(address, 60)), ADDRESS_MAX);
	if (breaks_path(address))
		return err_set(err, E_SYNTAX, "a space, bracket or open quote in the address \"%.*s\"",
			SPAN_ARG(address));
	return OK;
}

static bool has_high_bit(struct span bytes)
{
	uint64_t all = 0;
	size_t i = 0;

	for (; i + sizeof(all) <= bytes.len; i += sizeof(all)) {
		uint64_t word;

		memcpy(&word, bytes.ptr + i, sizeof(word));
		all |= word;
	}
	for (; i < bytes.len; i++)
		all |= (unsigned char)bytes.ptr[i];
	return (all & 0x8080808080808080u) != 0;
}

/* Offset of the first CR or LF that isn't half of a CR LF, or SIZE_MAX. */
static size_t find_bare(struct span message)
{
	const char *const end = message.len ? message.ptr + message.len : NULL;
	const char *line = message.ptr;

	while (line < end) {
		const char *feed = memchr(line, '\n', (size_t)(end - line));
		const char *text_end = feed ? feed - 1 : end;
		const char *cr;

		if (feed && (feed == line || *text_end != '\r'))
			return (size_t)(feed - message.ptr);
		cr = memchr(line, '\r', (size_t)(text_end - line));
		if (cr)
			return (size_t)(cr - message.ptr);
		line = feed ? feed + 1 : end;
	}
	return SIZE_MAX;
}

enum status wire_check_message(struct span message, bool *is_7bit, struct err *err)
{
	size_t bare = find_bare(message);
	size_t nul = span_find_char(message, '\0', 0);

	*is_7bit = !has_high_bit(message);
	if (bare != SIZE_MAX)
		return err_set(err, E_SYNTAX, "the message has a bare %s at byte %zu",
			message.ptr[bare] == '\n' ? "line feed" : "carriage return", bare);
	if (nul != SIZE_MAX)
		return err_set(err, E_SYNTAX, "the message has a NUL at byte %zu", nul);
	return OK;
}

/* By its dots, which are few: memmem() for a line feed and a dot looks at each byte by itself. */
void wire_add_stuffed(struct str *out, struct span message, size_t start, size_t count)
{
	size_t end = start + count;
	size_t at = start;

	while ((at = span_find_char(span_first(message, end), '.', at)) != SIZE_MAX) {
		if (at == 0 || message.ptr[at - 1] == '\n') {
			str_add(out, span_bytes(message.ptr + start, at - start));
			str_add_char(out, '.');
			start = at;
		}
		at++;
	}
	str_add(out, span_bytes(message.ptr + start, end - start));
}

/* What may not stand for itself in a parameter's value as its code in hexadecimal digits. */
static void add_escaped(
	struct str *out, struct span text, const char *special, const char *before, const char *after)
{
	size_t start = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c > ' ' && c != 0x7f && !strchr(special, c))
			continue;
		str_add(out, span_bytes(text.ptr + start, i - start));
		str_addf(out, "%s%02X%s", before, c, after);
		start = i + 1;
	}
	str_add(out, span_from(text, start));
}

static bool is_printable_ascii(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < ' ' || text.ptr[i] > '~')
			return false;
	}
	return true;
}

static void add_xtext(struct str *out, struct span text)
{
	add_escaped(out, text, "+=", "+", "");
}

/* Takes a parameter back whose value, from `start` on, is over the limit. */
static void keep_if_within(struct str *out, size_t parameter, size_t start, size_t limit)
{
	if (out->len - start > limit)
		str_cut(out, parameter);
}

void wire_add_envelope_id(struct str *out, struct span id)
{
	size_t parameter = out->len;

	if (!id.len || !is_printable_ascii(id))
		return;
	str_add(out, SPAN(" ENVID="));
	add_xtext(out, id);
	keep_if_within(out, parameter, parameter + SPAN(" ENVID=").len, WIRE_ENVELOPE_ID_MAX);
}

void wire_add_original_recipient(struct str *out, struct span address)
{
	size_t parameter = out->len;

	str_add(out, SPAN(" ORCPT="));
	if (is_printable_ascii(address)) {
		str_add(out, SPAN("rfc822;"));
		add_xtext(out, address);
	} else {
		str_add(out, SPAN("utf-8;"));
		add_escaped(out, address, "\\+=", "\\x{", "}");
	}
	keep_if_within(out, parameter, parameter + SPAN(" ORCPT=").len, WIRE_ORIGINAL_RECIPIENT_MAX);
}
