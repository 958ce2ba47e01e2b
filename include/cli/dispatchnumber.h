#ifndef CLI_DISPATCHNUMBER_H
#define CLI_DISPATCHNUMBER_H

#include "app/dispatches.h"
#include "cli/command.h"

#include <stdint.h>

/* A dispatch as people name it: its number. A release's slug is wrong usage that says so. */
enum status dispatchnumber_parse(struct call *call, const char *typed, int64_t *number, struct err *err);

/* The one named by the first argument, or the newest. dispatch_clear(&out->dispatch) afterwards. */
enum status dispatchnumber_find(struct call *call, struct dispatch_view *out, struct err *err);

#endif
