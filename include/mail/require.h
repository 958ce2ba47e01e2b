#ifndef MAIL_REQUIRE_H
#define MAIL_REQUIRE_H

#include "base/mem.h"

#include <stdbool.h>

/*
 * What OpenSSL does of what we ask: hashing, or anything with a valid key, it fails at only when memory
 * is out. Private to what signs.
 */
static inline void require(bool is_done)
{
	if (!is_done)
		mem_give_up();
}

#endif
