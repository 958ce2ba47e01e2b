#ifndef APP_UNSIGNED_H
#define APP_UNSIGNED_H

#include "app/newsroom.h"
#include "app/plan.h"
#include "base/err.h"

#include <stddef.h>

/* The domains of a plan's senders that no DKIM key signs for. Start from zeroes; unsigned_clear. */
struct unsigned_domains {
	char *names[PLAN_LISTS_MAX];
	size_t count;
};

/* Failures of the keys. */
enum status unsigned_find(struct newsroom *newsroom, const struct plan *plan,
	struct unsigned_domains *domains, struct err *err);
void unsigned_clear(struct unsigned_domains *domains);

#endif
