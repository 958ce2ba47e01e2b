#ifndef COMPOSE_RELEASECHECK_H
#define COMPOSE_RELEASECHECK_H

#include "compose/release.h"

/* What `release check` says of a file: one line each. */
enum check_level {
	CHECK_WARNING,
	CHECK_ERROR
};
typedef void release_check_fn(
	void *context, enum check_level level, const char *path, size_t line, const char *words);

/*
 * What is missing or suspicious in one file: no contact, no dateline, an
 * embargo in the past (at `now_ms`), what releaseparts_check says of the files in
 * `folder` and of media links, a link with no scheme, a skipped heading level, an
 * empty body…
 */
void release_check(const struct release *release, const char *folder, int64_t now_ms, release_check_fn *say,
	void *context);

#endif
