#ifndef APP_BUILDERS_H
#define APP_BUILDERS_H

#include "app/belt.h"
#include "app/newsroom.h"
#include "base/err.h"

#include <stddef.h>

/*
 * The threads that build and sign: each takes claimed jobs off the belt, a few at a
 * time, and puts them back ready. Each has keys, secrets and letters of its own.
 */
struct builders;

/* `count` threads, at least one. Failures of the newsroom's store, secrets and keys. */
enum status builders_start(
	struct newsroom *newsroom, struct belt *belt, size_t count, struct builders **out, struct err *err);
/* Once the belt has stopped: wait for them. NULL is fine. */
void builders_join(struct builders *builders);

#endif
