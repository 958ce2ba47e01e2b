/*
 * Replies from anywhere, in pieces of any size: the same ones come out whole or
 * split, clean, and within their ceilings.
 */
#include "deliver/reply.h"

#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const struct reply *reply)
{
	struct span text = str_span(&reply->text);

	if (reply->code < 200 || reply->code > 599 || text.len > REPLY_TEXT_MAX)
		abort();
	if (!utf8_is_valid(text) || utf8_has_control(text, ""))
		abort();
	if (strlen(reply->enhanced) >= sizeof(reply->enhanced))
		abort();
}

/* Sum over all replies, so that two readings can be compared. */
static uint64_t read_in_steps(struct span bytes, size_t step)
{
	struct reply_reader *reader = reply_reader_new();
	struct reply reply;
	struct err err;
	uint64_t sum = 1;

	for (size_t at = 0; at < bytes.len; at += step) {
		reply_reader_push(reader, span_first(span_from(bytes, at), step));
		while (reply_reader_take(reader, &reply, &err) == OK) {
			check(&reply);
			sum = sum * 31 + (uint64_t)reply.code;
			for (size_t i = 0; i < reply.text.len; i++)
				sum = sum * 31 + (unsigned char)reply.text.ptr[i];
		}
	}
	reply_reader_free(reader);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct span input = span_bytes(bytes, size);
	uint64_t whole = read_in_steps(input, 4096);

	if (whole != read_in_steps(input, 1) || whole != read_in_steps(input, 7))
		abort();
	return 0;
}
