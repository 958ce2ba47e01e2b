/*
 * Marks that keep the lines of a right-to-left letter's text on their side.
 */
#include "compose/textdirection.h"

#include "base/utf8.h"

#define RIGHT_TO_LEFT_MARK 0x200fu

static bool needs_mark(struct span line)
{
	enum utf8_direction first = utf8_next_direction(&line);
	enum utf8_direction next = first;

	while (next == UTF8_LEFT_TO_RIGHT)
		next = utf8_next_direction(&line);
	return first == UTF8_NEUTRAL || (first == UTF8_LEFT_TO_RIGHT && next == UTF8_RIGHT_TO_LEFT);
}

void textdirection_mark(struct span text, bool *is_inside, struct str *out)
{
	struct span line;

	while (span_split(&text, '\n', &line)) {
		if (!*is_inside && span_trim(line).len && needs_mark(line))
			utf8_add(out, RIGHT_TO_LEFT_MARK);
		str_add(out, line);
		*is_inside = *is_inside || line.len;
		if (text.ptr) {
			str_add_char(out, '\n');
			*is_inside = false;
		}
	}
}
