#ifndef SUPPORT_SAMPLELETTER_H
#define SUPPORT_SAMPLELETTER_H

#include "compose/letter.h"

/* A frame of the made-up Harbour Relief that is always the same, and recipients for its letters. */
struct sampleletter {
	struct zone *zone;
	struct token_epoch epoch;
	struct letter_frame frame;
};

void sampleletter_init(struct sampleletter *sample);
void sampleletter_clear(struct sampleletter *sample);

/* The release of a text, or the built-in asset of that name; fails the test if it can't be read. */
struct release *sampleletter_release(const char *path, struct span text);
struct release *sampleletter_asset(const char *name);

/* Values by field name, "name=value" pairs ending in NULL; a field not named is "". free() it. */
struct span *sampleletter_values(const struct letter *letter, const char *const *pairs);

/* As long as token_make's. */
#define SAMPLELETTER_TOKEN "mfzwizltoqqho2lunb2w4zdfojrxezlubfzxkytkmvrxq"

/* Ana Pérez of El Puerto, on the list europe. */
extern const char *const sampleletter_ana[];
/* Her values, one of them changed; NULL: none. free() it. */
struct span *sampleletter_values_with(const struct letter *letter, const char *pair);

#endif
