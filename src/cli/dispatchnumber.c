/*
 * Dispatches by number.
 */
#include "cli/dispatchnumber.h"

enum status dispatchnumber_parse(struct call *call, const char *typed, int64_t *number, struct err *err)
{
	int64_t value = 0;
	size_t digits = 0;

	for (; typed[digits] >= '0' && typed[digits] <= '9' && digits < 15; digits++)
		value = value * 10 + (typed[digits] - '0');
	if (!digits || typed[digits] || !value)
		return call_usage(call, err,
			"\"%s\" is no dispatch; dispatches have numbers: \"dateline status\" lists them",
			typed);
	*number = value;
	return OK;
}

enum status dispatchnumber_find(struct call *call, struct dispatch_view *out, struct err *err)
{
	struct store *store;
	int64_t number = 0;
	enum status status = newsroom_store(call->newsroom, &store, err);

	if (status == OK && call->argument_count)
		status = dispatchnumber_parse(call, call->arguments[0], &number, err);
	return status == OK ? dispatches_find(store, number, out, err) : status;
}
