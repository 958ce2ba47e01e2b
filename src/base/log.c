/*
 * Notes for an administrator, a line each on stderr. A service manager adds the
 * time and keeps them.
 */
#include "base/log.h"

#include "base/str.h"

#include <stdatomic.h>
#include <unistd.h>

/* Longer than any err's words; a line is cut here. */
#define LINE_MAX_BYTES 2048u

static _Atomic enum log_level threshold = LOG_LEVEL_WARNING;

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

static void (*prelude)(void *context);
static void *prelude_context;

void log_set_prelude(void (*fn)(void *context), void *context)
{
	prelude = fn;
	prelude_context = context;
}

void log_set_level(enum log_level level)
{
	threshold = level;
}

/* Words from outside must not drive a terminal or forge a second line. */
static void disarm(struct str *line)
{
	for (size_t i = 0; i < line->len; i++) {
		unsigned char c = (unsigned char)line->ptr[i];

		if (c < 0x20 || c == 0x7f)
			line->ptr[i] = '?';
	}
}

void log_write(enum log_level level, const char *format, ...)
{
	struct str words;
	struct str line;
	va_list args;

	if (level > threshold)
		return;
	str_init(&words, STR_MAX_LARGE);
	va_start(args, format);
	str_addv(&words, format, args);
	va_end(args);
	str_init(&line, STR_MAX_SMALL);
	str_addf(&line, "dateline: %s: ", level_names[level]);
	str_add(&line, span_first(str_span(&words), LINE_MAX_BYTES));
	disarm(&line);
	str_add_char(&line, '\n');
	if (prelude)
		prelude(prelude_context);
	/* One write, so that lines of several threads or processes don't mix. Nobody is left to tell of a
	 * failure. */
	if (write(STDERR_FILENO, line.ptr, line.len) < 0)
		(void)level;
	str_clear(&line);
	str_clear(&words);
}
