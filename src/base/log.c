/*
 * Notes for an administrator, a line each: on stderr, where a service manager adds the
 * time and keeps them, or in a file, where we do.
 */
#include "base/log.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "base/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Longer than any err's words; a line is cut here. */
#define LINE_MAX_BYTES 2048u
/* No link, which may have been laid by somebody else; no waiting for a pipe's reader. */
#define OPEN_FLAGS (O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

static _Atomic enum log_level threshold = LOG_LEVEL_WARNING;

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

/* Of all that follows. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void (*prelude)(void *context);
static void *prelude_context;
static char *file_path; /* NULL without a file */
static int file_fd = -1;
static bool has_failed; /* to write, and it was told */
static bool is_torn;    /* the last line lacks its end */

void log_set_prelude(void (*fn)(void *context), void *context)
{
	pthread_mutex_lock(&mutex);
	prelude = fn;
	prelude_context = context;
	pthread_mutex_unlock(&mutex);
}

void log_pause(void)
{
	pthread_mutex_lock(&mutex);
}

void log_resume(void)
{
	pthread_mutex_unlock(&mutex);
}

void log_set_level(enum log_level level)
{
	threshold = level;
}

/* A mistyped path must not write into a key, a list or the store. */
static bool begins_as_a_log(int fd)
{
	static const char shape[] = "0000-00-00T";
	char start[sizeof(shape)];
	ssize_t got = pread(fd, start, sizeof(shape) - 1, 0);

	for (ssize_t i = 0; i < got; i++) {
		bool is_digit = start[i] >= '0' && start[i] <= '9';

		if (shape[i] == '0' ? !is_digit : start[i] != shape[i])
			return false;
	}
	return got >= 0;
}

/* As a disk that was full has left it. */
static bool lacks_an_end(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char last = '\n';

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

static enum status open_log(const char *path, int more_flags, int *fd, struct err *err)
{
	struct stat info;
	enum status status = OK;

	*fd = open(path, OPEN_FLAGS | more_flags, 0640);
	if (*fd < 0 && errno == ELOOP)
		return err_set(err, E_IO, "the log \"%s\" is a link; name the file itself", path);
	if (*fd < 0)
		return err_system(err, errno, "can't open the log \"%s\"", path);
	if (fstat(*fd, &info) != 0)
		status = err_system(err, errno, "can't open the log \"%s\"", path);
	else if (!S_ISREG(info.st_mode))
		status = err_set(err, E_IO, "the log \"%s\" is not a regular file", path);
	else if (!begins_as_a_log(*fd))
		status = err_set(err, E_CONFLICT,
			"\"%s\" is there already and is no log; name another file for it", path);
	if (status != OK) {
		close(*fd);
		*fd = -1;
	}
	return status;
}

/* With the mutex held. `path` on the heap, or NULL. */
static void use(char *path, int fd)
{
	if (file_fd >= 0)
		close(file_fd);
	free(file_path);
	file_path = path;
	file_fd = fd;
	has_failed = false;
	is_torn = fd >= 0 && lacks_an_end(fd);
}

enum status log_open(const char *path, struct err *err)
{
	enum status status;
	int fd;

	if (!path || !*path) {
		log_close();
		return OK;
	}
	status = open_log(path, O_CREAT, &fd, err);
	if (status != OK)
		return status;
	pthread_mutex_lock(&mutex);
	use(mem_copy_text(path), fd);
	pthread_mutex_unlock(&mutex);
	return OK;
}

enum status log_reopen(struct err *err)
{
	enum status status;
	char *path;

	pthread_mutex_lock(&mutex);
	path = file_path ? mem_copy_text(file_path) : NULL;
	pthread_mutex_unlock(&mutex);
	status = path ? log_open(path, err) : OK;
	free(path);
	return status;
}

enum status log_check(const char *path, struct err *err)
{
	char *folder = mem_copy_bytes(path, (size_t)(file_name(path) - path));
	enum status status = OK;
	int fd;

	if (file_is_there(path)) {
		status = open_log(path, 0, &fd, err);
		if (status == OK)
			close(fd);
	} else if (access(*folder ? folder : ".", W_OK | X_OK) != 0) {
		status = err_system(err, errno, "can't open the log \"%s\"", path);
	}
	free(folder);
	return status;
}

void log_close(void)
{
	pthread_mutex_lock(&mutex);
	use(NULL, -1);
	pthread_mutex_unlock(&mutex);
}

/* Words from outside must not drive a terminal or forge a second line. */
static void add_words(struct str *line, struct span words)
{
	utf8_add_shown(line, span_first(words, LINE_MAX_BYTES), '?');
	str_add_char(line, '\n');
}

/* Nobody is left to tell of a failure. */
static void write_stderr(enum log_level level, struct span words)
{
	struct str line;

	str_init(&line, STR_MAX_LARGE);
	str_addf(&line, "dateline: %s: ", level_names[level]);
	add_words(&line, words);
	if (prelude)
		prelude(prelude_context);
	(void)!write(STDERR_FILENO, line.ptr, line.len);
	str_clear(&line);
}

static void tell_failure(int reason)
{
	struct str words;

	if (has_failed)
		return;
	has_failed = true;
	str_init(&words, STR_MAX_SMALL);
	str_addf(&words, "can't write the log \"%s\": %s; what belongs in it is lost until it can be written",
		file_path, strerror(reason));
	write_stderr(LOG_LEVEL_WARNING, str_span(&words));
	str_clear(&words);
}

/* One write a line, so that lines of several processes don't mix. */
static void write_file(enum log_level level, struct span words)
{
	struct str line;
	ssize_t put;

	str_init(&line, STR_MAX_LARGE);
	if (is_torn)
		str_add_char(&line, '\n');
	zone_format_utc(clock_now_ms(), &line);
	str_addf(&line, " %s %d ", level_names[level], (int)getpid());
	add_words(&line, words);
	put = write(file_fd, line.ptr, line.len);
	if (put < 0) {
		tell_failure(errno);
	} else if ((size_t)put < line.len) {
		is_torn = true;
		tell_failure(ENOSPC);
	} else {
		is_torn = false;
		has_failed = false;
	}
	str_clear(&line);
}

static void __attribute__((format(printf, 3, 0)))
note(enum log_level level, bool is_for_stderr, const char *format, va_list args)
{
	struct str words;

	if (level > threshold)
		return;
	str_init(&words, STR_MAX_LARGE);
	str_addv(&words, format, args);
	pthread_mutex_lock(&mutex);
	if (file_fd >= 0)
		write_file(level, str_span(&words));
	if (is_for_stderr && (file_fd < 0 || level <= LOG_LEVEL_WARNING))
		write_stderr(level, str_span(&words));
	pthread_mutex_unlock(&mutex);
	str_clear(&words);
}

void log_write(enum log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(level, true, format, args);
	va_end(args);
}

void log_keep(enum log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(level, false, format, args);
	va_end(args);
}
