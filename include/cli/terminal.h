#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What people see: words, tables, questions, a progress line. */

/* Columns of the terminal on standard output, 80 where it's none. */
size_t terminal_columns(void);
/* Colour may be used (a terminal, TERM not dumb, NO_COLOR unset). It never carries meaning alone. */
bool terminal_has_colour(void);

/* Note which terminals there are, so that one that goes away is missed. */
void terminal_remember(void);
/* One of them has been closed, or its line cut. Async-signal-safe. */
bool terminal_is_gone(void);

enum terminal_tone {
	TONE_PLAIN,
	TONE_GOOD,
	TONE_CAREFUL,
	TONE_BAD,
	TONE_FAINT,
	TONE_STRONG
};
/* `text` in a tone if the terminal has colour. */
void terminal_add(struct str *out, enum terminal_tone tone, struct span text);
/* `text` in at most so many columns (1 at least): what is cut off leaves "…". */
void terminal_add_cut(struct str *out, struct span text, size_t columns);

/* Standard output, whole; a closed pipe ends the program quietly. */
void terminal_print(const struct str *text);
__attribute__((format(printf, 1, 2))) void terminal_printf(const char *format, ...);

/*
 * Ask on the terminal and read a line into `answer`. E_CANCELLED at the end of
 * input. E_DENIED, naming --yes, where standard input is no terminal.
 */
enum status terminal_ask(const char *question, struct str *answer, struct err *err);
/* "Type WORD to …": true only for exactly that word. Statuses as terminal_ask. */
enum status terminal_confirm(const char *question, const char *word, struct err *err);

/*
 * A line (or several) on standard error that is drawn over; nothing is drawn
 * where that's no terminal, or in the first second.
 */
struct progress {
	int64_t started_ms;
	int64_t drawn_ms;
	size_t lines; /* that stand on the screen now */
};
void progress_start(struct progress *progress);
bool progress_is_due(const struct progress *progress); /* a second in, and 10 times a second at most */
void progress_draw(struct progress *progress, const struct str *text);
void progress_end(struct progress *progress); /* wipes it */
/* [#####.....] of `width` columns inside the brackets. */
void progress_bar(struct str *out, size_t width, uint64_t done, uint64_t total);

#endif
