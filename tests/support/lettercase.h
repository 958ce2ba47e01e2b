#ifndef SUPPORT_LETTERCASE_H
#define SUPPORT_LETTERCASE_H

#include "compose/letter.h"
#include "support/sampleletter.h"

#include <stdbool.h>

/* A letter of a text, and what a test makes of it. */
struct lettercase {
	struct sampleletter sample;
	struct letter *letter;
	struct str out;
	struct err err;
};

void lettercase_init(struct lettercase *f);
void lettercase_clear(struct lettercase *f);
/* For cmocka's set-up and tear-down. */
int lettercase_set_up(void **state);
int lettercase_tear_down(void **state);

/* The letter of a release's text, in place of the one before. */
enum status lettercase_compile(struct lettercase *f, const char *text);
/* A message for whom sampleletter_values() has; appends to `out`. */
enum status lettercase_build(struct lettercase *f, const char *const *pairs);
/* For Ana, one of her values changed; of a short release if there's no letter yet. */
enum status lettercase_build_with(struct lettercase *f, const char *pair);

/* Of what was built. The last fails the test if a part, decoded, hasn't the words. */
bool lettercase_has(const struct lettercase *f, const char *words);
size_t lettercase_count(const struct lettercase *f, const char *words);
void lettercase_assert_part(const struct lettercase *f, const char *type, const char *words);

#endif
