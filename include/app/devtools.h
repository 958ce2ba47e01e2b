#ifndef APP_DEVTOOLS_H
#define APP_DEVTOOLS_H

#include "base/err.h"

#include <jansson.h>

/*
 * A Chromium without a window, driven over two pipes (the Chrome DevTools
 * Protocol behind --remote-debugging-pipe): no port is opened, and it ends with us.
 * It has a profile of its own, removed afterwards, and no network.
 */
struct devtools;

/* E_NOTFOUND if there's no Chromium on PATH. */
enum status devtools_open(struct devtools **out, struct err *err);
/* NULL is fine. An interruption that came meanwhile takes its course now. */
void devtools_close(struct devtools *devtools);

/*
 * Call a method and wait for its answer. `parameters` are taken. `result` may be
 * NULL; else json_decref() it. E_IO if Chromium ended, answers nothing in time or refuses;
 * E_CANCELLED if we were interrupted; E_RANGE over DEVTOOLS_MESSAGE_MAX.
 */
#define DEVTOOLS_MESSAGE_MAX (96u * 1024u * 1024u)
enum status devtools_call(
	struct devtools *devtools, const char *method, json_t *parameters, json_t **result, struct err *err);

/* As devtools_call, and wait also for an event, whichever comes first. */
enum status devtools_call_until(struct devtools *devtools, const char *method, json_t *parameters,
	const char *event, struct err *err);

#endif
