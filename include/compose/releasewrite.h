#ifndef COMPOSE_RELEASEWRITE_H
#define COMPOSE_RELEASEWRITE_H

#include "compose/release.h"

/* Front matter and body as a file again: what `release import` and `release new` write. */
void release_write(const struct release *release, struct str *out);

#endif
