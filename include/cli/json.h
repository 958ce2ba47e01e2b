#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "base/str.h"

#include <jansson.h>

/* One JSON object on a line of standard output (--json), then freed. Keys keep their order. */
void json_print_line(json_t *object);

/* A string value; bytes that aren't UTF-8 are replaced, so that a line always comes out. */
json_t *json_text(struct span text);
json_t *json_text_or_null(const char *text); /* null for NULL or "" */
/* "2026-11-11T09:00:00.041Z", or null for 0. */
json_t *json_instant(int64_t instant_ms);

#endif
