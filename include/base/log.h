#ifndef BASE_LOG_H
#define BASE_LOG_H

/*
 * What the program notes for an administrator, on stderr: one line, level and
 * words. No subscriber's address goes in here; ids do.
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

void log_set_level(enum log_level level); /* default LOG_LEVEL_WARNING */
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Called before a line is written: to clear the way on a terminal. NULL for nothing. */
void log_set_prelude(void (*fn)(void *context), void *context);

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
