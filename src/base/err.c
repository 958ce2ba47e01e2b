/*
 * Errors as values: a status to branch on and words to show a person.
 */
#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The header's words for the analyzer are for callers. */
#undef err_set
#undef err_system

/* Error texts quote names in UTF-8, where U+0080 to U+009F are controls, too. */
static void disarm(char *text)
{
	unsigned char *to = (unsigned char *)text;

	for (const unsigned char *from = to; *from; from++) {
		bool is_c1 = *from == 0xc2 && from[1] >= 0x80 && from[1] < 0xa0;

		*to++ = *from < 0x20 || *from == 0x7f || is_c1 ? '?' : *from;
		from += is_c1;
	}
	*to = '\0';
}

/* A text cut at the ceiling must not end inside a UTF-8 character. */
static void trim_partial_character(char *text, size_t capacity)
{
	size_t length = strlen(text);
	size_t back = 0;

	if (length + 1 < capacity)
		return;
	while (back < 3 && back < length && ((unsigned char)text[length - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back < length && ((unsigned char)text[length - 1 - back] & 0x80))
		text[length - 1 - back] = '\0';
}

static void __attribute__((format(printf, 3, 0)))
fill(struct err *err, enum status status, const char *format, va_list args)
{
	err->status = status;
	vsnprintf(err->text, sizeof(err->text), format, args);
	trim_partial_character(err->text, sizeof(err->text));
	disarm(err->text);
}

enum status err_set(struct err *err, enum status status, const char *format, ...)
{
	va_list args;

	if (!err)
		return status;
	va_start(args, format);
	fill(err, status, format, args);
	va_end(args);
	return status;
}

enum status err_system(struct err *err, int errno_value, const char *format, ...)
{
	char subject[768];
	va_list args;

	va_start(args, format);
	vsnprintf(subject, sizeof(subject), format, args);
	va_end(args);
	return err_set(err, E_IO, "%s: %s", subject, strerror(errno_value));
}

enum status err_wrap(struct err *err, const char *format, ...)
{
	char context[512];
	char text[sizeof(err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(context, sizeof(context), format, args);
	va_end(args);
	memcpy(text, err->text, sizeof(text));
	return err_set(err, err->status, "%s: %s", context, text);
}

const char *status_name(enum status status)
{
	static const char *const names[] = {
		[OK] = "ok",
		[E_SYNTAX] = "syntax",
		[E_RANGE] = "range",
		[E_NOTFOUND] = "notfound",
		[E_EXISTS] = "exists",
		[E_CONFLICT] = "conflict",
		[E_DENIED] = "denied",
		[E_HELD] = "held",
		[E_BUSY] = "busy",
		[E_UNSUPPORTED] = "unsupported",
		[E_CANCELLED] = "cancelled",
		[E_IO] = "io",
		[E_INTERNAL] = "internal",
	};

	if ((size_t)status >= sizeof(names) / sizeof(names[0]))
		return "unknown";
	return names[status];
}
