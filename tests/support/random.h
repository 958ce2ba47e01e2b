#ifndef SUPPORT_RANDOM_H
#define SUPPORT_RANDOM_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Numbers for property tests that come again with the same seed. The first seed is
 * DATELINE_SEED if that is set, else always the same.
 */
struct random {
	uint64_t state;
};

/* The seed to start from. */
uint64_t random_first_seed(void);
void random_init(struct random *random, uint64_t seed);
/* As teardown of a test: says which seed came last, and so which one failed. */
int random_show_seed(void **state);

/* 0 to `below` - 1; `below` is not 0. */
size_t random_below(struct random *random, size_t below);
bool random_one_in(struct random *random, size_t count);

/*
 * 1 to `max` characters of many scripts, with every sign that has a meaning
 * somewhere (quotes, separators, markup), neither controls nor invisible ones; no
 * space at either end.
 */
void random_add_text(struct random *random, struct str *out, size_t max);

#endif
