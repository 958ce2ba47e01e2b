#ifndef CLI_LINEUP_H
#define CLI_LINEUP_H

#include "base/str.h"

#include <stddef.h>

/*
 * A label and items after it, "Left out  8 twice, 9 suppressed, …", wrapped under
 * the first item where the terminal's width ends. Nothing at all without items.
 */
#define LINEUP_INDENT 10u

struct lineup {
	struct str *out;
	const char *label;
	size_t column;
	size_t count;
};

void lineup_begin(struct lineup *lineup, struct str *out, const char *label);
void lineup_add(struct lineup *lineup, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lineup_end(struct lineup *lineup);

#endif
