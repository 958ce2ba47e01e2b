/*
 * Dispatches, and the words for them.
 */
#include "record/dispatch.h"

#include <stdlib.h>

static const char *const kind_names[] = {
	[DISPATCH_PUBLIC] = "public",
	[DISPATCH_ADVANCE] = "advance",
	[DISPATCH_CORRECTION] = "correction",
	[DISPATCH_KILL] = "kill",
	[DISPATCH_TEST] = "test",
};

static const char *const dispatch_state_names[] = {
	[DISPATCH_WAITING] = "waiting",
	[DISPATCH_SCHEDULED] = "scheduled",
	[DISPATCH_HELD] = "held",
	[DISPATCH_SENDING] = "sending",
	[DISPATCH_FINISHED] = "finished",
	[DISPATCH_CANCELLED] = "cancelled",
};

static const char *const leftout_names[LEFTOUT_REASON_COUNT] = {
	[LEFTOUT_TWICE] = "twice",
	[LEFTOUT_SUPPRESSED] = "suppressed",
	[LEFTOUT_UNSUBSCRIBED] = "unsubscribed",
	[LEFTOUT_HAVE_IT] = "have it",
	[LEFTOUT_SEGMENT] = "outside the segment",
	[LEFTOUT_LANGUAGE] = "of another language",
};

const char *dispatch_kind_name(enum dispatch_kind kind)
{
	return kind_names[kind];
}

const char *dispatch_state_name(enum dispatch_state state)
{
	return dispatch_state_names[state];
}

const char *leftout_reason_name(enum leftout_reason reason)
{
	return leftout_names[reason];
}

void dispatch_clear(struct dispatch *dispatch)
{
	free(dispatch->hold_reason);
	free(dispatch->release);
	free(dispatch->title);
	free(dispatch->lists);
	free(dispatch->segment);
	free(dispatch->language);
	free(dispatch->actor);
	*dispatch = (struct dispatch){0};
}
