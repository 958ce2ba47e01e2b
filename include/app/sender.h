#ifndef APP_SENDER_H
#define APP_SENDER_H

#include "app/courier.h"
#include "app/newsroom.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Getting dispatches sent: by carrying them, or, where another process of the
 * newsroom is the sender, by handing them over to it and following what it does
 * (and taking them back if it goes away).
 */
struct sender_options {
	struct courier_options courier;
	void (*following)(void *context); /* told once if another process does it; may be NULL */
};

/* Failures as courier_new, courier_add and courier_run. */
enum status sender_run(struct newsroom *newsroom, const int64_t *dispatches, size_t count,
	const struct sender_options *options, struct err *err);

/*
 * Have the sender_run that is going on in this process finish the messages in
 * flight and return; a second call drops them. Async-signal-safe. How many
 * calls there were before.
 */
int sender_stop(void);

#endif
