/*
 * What a server says before the first message, in lines. A byte before each line
 * picks what was said to it. Whatever it is: nothing is offered outside an EHLO, and
 * a log-in comes of an AUTH only.
 */
#include "deliver/greeting.h"

#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

static const char *said_by(unsigned char c)
{
	static const char *const lines[] = {
		"EHLO x\r\n", "HELO x\r\n", "STARTTLS\r\n", "AUTH PLAIN\r\n", "AA=="};

	return c < sizeof(lines) / sizeof(lines[0]) ? lines[c] : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct span rest = span_bytes(bytes, size);
	struct greeting greeting;
	enum status status = OK;
	bool is_log_in_asked = false;
	bool is_ehlo_asked = false;

	greeting_init(&greeting);
	while (rest.len && !status) {
		const char *said = said_by((unsigned char)rest.ptr[0]);
		size_t end = span_find_char(rest, '\n', 1);
		struct err err = {0};

		if (said)
			greeting_said(&greeting, span_of(said));
		is_ehlo_asked |= greeting.step == GREETING_EHLO;
		is_log_in_asked |= greeting.step == GREETING_AUTH;
		end = end == SIZE_MAX ? rest.len : end + 1;
		status = greeting_heard(&greeting, span_from(span_first(rest, end), 1), &err);
		must(status == OK || status == E_SYNTAX || status == E_DENIED);
		must(utf8_is_valid(span_of(err.text)));
		must(greeting.reply.code == 0 || (greeting.reply.code >= 200 && greeting.reply.code < 600));
		rest = span_from(rest, end);
	}
	must(is_log_in_asked || !greeting.is_authenticated);
	must(is_ehlo_asked || !greeting.features.has_pipelining);
	greeting_clear(&greeting);
	return 0;
}
