/*
 * Header fields from arbitrary bytes: whatever the value, what is written is
 * one field of short 7-bit lines, or nothing.
 */
#include "mail/header.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_line(struct span line, bool is_first, size_t limit)
{
	require(line.len <= limit);
	require(is_first ? line.ptr[0] != ' ' : line.ptr[0] == ' ');
	require(span_trim(line).len > 0);
	for (size_t i = 0; i < line.len; i++)
		require(line.ptr[i] >= ' ' && line.ptr[i] <= '~');
}

static void check_field(enum status status, struct str *out, size_t limit)
{
	struct span rest = str_span(out);
	bool is_first = true;

	require(status == OK ? span_ends(rest, SPAN("\r\n")) : out->len == 0);
	while (rest.len) {
		size_t end = span_find(rest, SPAN("\r\n"), 0);

		check_line(span_first(rest, end), is_first, limit);
		rest = span_from(rest, end + 2);
		is_first = false;
	}
	str_empty(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_bytes(data, size);
	struct header_param param = {"filename", text};
	struct header_mailbox mailbox = {text, SPAN("ana@paper.example")};
	struct err err;
	struct str out;
	size_t column = 1 + size % 100;
	enum status status;

	str_init(&out, STR_MAX_LARGE);
	check_field(header_add_text(&out, "Subject", text, &err), &out, 78);
	check_field(header_add_raw(&out, "List-Id", text, &err), &out, 998);
	check_field(header_add_mailboxes(&out, "To", &mailbox, 1, &err), &out, 78);
	check_field(header_add_params(&out, "Content-Disposition", "attachment", &param, 1, &err), &out, 78);
	str_add_repeat(&out, 'X', column);
	status = header_phrase(&out, text, column, &err);
	if (status == OK)
		str_add_text(&out, "\r\n");
	else
		str_empty(&out);
	check_field(status, &out, column > 78 ? column : 78);
	str_clear(&out);
	return 0;
}
