/*
 * What a command asks of its call.
 */
#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>

const char *call_option(const struct call *call, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < call->option_count; i++) {
		if (strcmp(call->options[i].option->name, name) == 0)
			value = call->options[i].value;
	}
	return value;
}

bool call_has(const struct call *call, const char *name)
{
	for (size_t i = 0; i < call->option_count; i++) {
		if (strcmp(call->options[i].option->name, name) == 0)
			return true;
	}
	return false;
}

enum status call_usage(struct call *call, struct err *err, const char *format, ...)
{
	char words[768];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	call->exit_status = EXIT_USAGE;
	return err_set(err, E_SYNTAX, "%s", words);
}
