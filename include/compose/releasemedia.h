#ifndef COMPOSE_RELEASEMEDIA_H
#define COMPOSE_RELEASEMEDIA_H

/*
 * The links under `media:`. Private to the release module.
 */
#include "compose/releasekey.h"

/* A row's read: a list of links into the release. */
enum status releasemedia_read(struct release_reading *reading, const struct value *value, const char *key);
void releasemedia_free(struct release_media *media, size_t count);

#endif
