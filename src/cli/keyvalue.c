/*
 * KEY=VALUE arguments.
 */
#include "cli/keyvalue.h"

#include "base/mem.h"

#include <stdlib.h>

enum status keyvalue_read(struct call *call, size_t first, struct fields *fields, struct err *err)
{
	for (size_t i = first; i < call->argument_count; i++) {
		const char *argument = call->arguments[i];
		const char *equals = strchr(argument, '=');
		char *key;

		if (!equals || equals == argument)
			return call_usage(call, err, "\"%s\" is no key=value", argument);
		key = mem_copy_bytes(argument, (size_t)(equals - argument));
		if (fields_get(fields, key)) {
			free(key);
			return call_usage(call, err, "\"%s\" comes twice", argument);
		}
		fields_set(fields, key, span_of(equals + 1));
		free(key);
	}
	return OK;
}
