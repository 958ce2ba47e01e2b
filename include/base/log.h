#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

/*
 * What the program notes for an administrator, a line each: on stderr, or in a file. No
 * subscriber's address goes in here; ids do. From any thread, not from a signal's handler.
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

void log_set_level(enum log_level level); /* default LOG_LEVEL_WARNING */
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * From now on lines go to the end of the file at `path`, which is made (0640) where it's missing:
 * "2026-11-11T09:00:00.041Z warning 4711 words", 4711 being the process. Errors and warnings go to
 * stderr as well. Takes the place of the file before; NULL or "": stderr alone again. E_IO if it can't be
 * opened or is no regular file (nor may it be a link), E_CONFLICT if what is in it is no log: both name it,
 * and all stays as it was.
 *
 * A line that can't be written is lost; that is told on stderr, once until the file can be written again.
 */
enum status log_open(const char *path, struct err *err);
/* The same path anew, once somebody has moved the file away. OK, and nothing done, without a file. */
enum status log_reopen(struct err *err);
/* Would log_open succeed? Makes nothing. Failures as log_open. */
enum status log_check(const char *path, struct err *err);
void log_close(void);

/* Into the file alone, if there's one: for what stderr is told in other words. */
void log_keep(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Called before a line is written on stderr: to clear the way on a terminal. NULL for nothing. */
void log_set_prelude(void (*fn)(void *context), void *context);
/*
 * Between these no line is written, and no prelude called, by any thread: for one who draws on the same
 * terminal. Such a one logs nothing meanwhile.
 */
void log_pause(void);
void log_resume(void);

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
