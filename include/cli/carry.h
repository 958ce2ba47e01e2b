#ifndef CLI_CARRY_H
#define CLI_CARRY_H

#include "cli/command.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Send dispatches in the foreground: progress while it runs, Ctrl-C pauses
 * safely, a summary at the end, and the exit status that fits. What fails to be
 * sent stays in the store; E_IO, E_BUSY and the like name what to do.
 */
#define CARRY_WAIT_MS 60000

enum status carry_dispatches(
	struct call *call, const int64_t *dispatches, size_t count, int64_t wait_ms, struct err *err);

/* --wait as typed, or the default. */
enum status carry_wait(struct call *call, int64_t *wait_ms, struct err *err);

#endif
