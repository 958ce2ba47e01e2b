/*
 * Faults of the operating system, for a program to meet: a library to be preloaded
 * (tests/support/crashcase.py does). What fails is told by the environment:
 *
 * DATELINE_FAULTS  rules "CALL ERRNO PART AFTER", ended by ';': calls on a file whose path
 *                  contains PART fail with the number ERRNO, from the AFTERth on
 *                  (0: the first). "open" is about opening for writing, "build-read"
 *                  about reading in a thread that builds messages. What has
 *                  happened is told once, by making the file $DATELINE_FAULTS_SEEN.
 * DATELINE_CLOCK   "SECONDS FILE": the wall clock is so much off while FILE is there
 * DATELINE_NAPS    usleep() returns at once: who counts naps to half a minute gets
 *                  there soon. That this has happened is told likewise.
 */
#undef _FORTIFY_SOURCE /* whose read calls are inline, and can't be stood in for */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define RULES_MAX 8

static struct rule {
	char call[24], part[64];
	int error;
	long after;
	atomic_long calls;
} rules[RULES_MAX];

static size_t rule_count;
static long clock_shift_s;
static char clock_file[256];
static const char *seen_file;
static bool naps_are_short;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_environment(void)
{
	const char *text = getenv("DATELINE_FAULTS");
	const char *clock = getenv("DATELINE_CLOCK");

	seen_file = getenv("DATELINE_FAULTS_SEEN");
	naps_are_short = getenv("DATELINE_NAPS") != NULL;
	if (clock && sscanf(clock, "%ld %255s", &clock_shift_s, clock_file) != 2)
		abort();
	while (text && *text && rule_count < RULES_MAX) {
		struct rule *rule = &rules[rule_count++];

		if (sscanf(text, "%23s %d %63s %ld", rule->call, &rule->error, rule->part, &rule->after) != 4)
			abort();
		text = strchr(text, ';');
		text = text ? text + 1 : NULL;
	}
}

static void *real(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function)
		abort();
	return function;
}

#define REAL(type, name, ...) (((type(*)(__VA_ARGS__))(uintptr_t)real(name)))

static void tell(void)
{
	int fd = seen_file ? REAL(int, "open", const char *, int, ...)(
				     seen_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)
			   : -1;

	if (fd >= 0)
		close(fd);
}

/* The error that a call on this file meets, or 0. */
static int fault_of(const char *call, const char *path)
{
	pthread_once(&once, read_environment);
	for (size_t i = 0; i < rule_count; i++) {
		struct rule *rule = &rules[i];

		if (strcmp(rule->call, call) != 0 || !strstr(path, rule->part))
			continue;
		if (atomic_fetch_add(&rule->calls, 1) < rule->after)
			continue;
		tell();
		return rule->error;
	}
	return 0;
}

static int fault_at(const char *call, int fd)
{
	char link[64];
	char path[4096];
	ssize_t size;

	pthread_once(&once, read_environment);
	if (!rule_count)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, sizeof(path) - 1);
	if (size < 0)
		return 0;
	path[size] = '\0';
	return fault_of(call, path);
}

static bool fails(const char *call, int fd)
{
	int saved = errno;
	int error = fault_at(call, fd);

	errno = error ? error : saved;
	return error != 0;
}

/* What stands in for a call of the library has parameters with names of its own. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

ssize_t write(int fd, const void *bytes, size_t size)
{
	if (fails("write", fd))
		return -1;
	return REAL(ssize_t, "write", int, const void *, size_t)(fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
	if (fails("write", fd))
		return -1;
	return REAL(ssize_t, "pwrite", int, const void *, size_t, off_t)(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
	return pwrite(fd, bytes, size, at);
}

static bool is_builder(void)
{
	char name[16] = "";

	pthread_getname_np(pthread_self(), name, sizeof(name));
	return strcmp(name, "build") == 0;
}

ssize_t pread(int fd, void *bytes, size_t size, off_t at)
{
	if (fails("read", fd) || (is_builder() && fails("build-read", fd)))
		return -1;
	return REAL(ssize_t, "pread", int, void *, size_t, off_t)(fd, bytes, size, at);
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t at)
{
	return pread(fd, bytes, size, at);
}

int fsync(int fd)
{
	return fails("sync", fd) ? -1 : REAL(int, "fsync", int)(fd);
}

int fdatasync(int fd)
{
	return fails("sync", fd) ? -1 : REAL(int, "fdatasync", int)(fd);
}

int posix_fallocate(int fd, off_t at, off_t size)
{
	int error = fault_at("fallocate", fd);

	return error ? error : REAL(int, "posix_fallocate", int, off_t, off_t)(fd, at, size);
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	int error = (flags & O_ACCMODE) != O_RDONLY ? fault_of("open", path) : 0;

	if (flags & O_CREAT) {
		va_list list;

		va_start(list, flags);
		mode = va_arg(list, mode_t);
		va_end(list);
	}
	if (error) {
		errno = error;
		return -1;
	}
	return REAL(int, "open", const char *, int, ...)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	mode_t mode = 0;

	if (flags & O_CREAT) {
		va_list list;

		va_start(list, flags);
		mode = va_arg(list, mode_t);
		va_end(list);
	}
	return open(path, flags | O_LARGEFILE, mode);
}

int usleep(useconds_t microseconds)
{
	pthread_once(&once, read_environment);
	if (!naps_are_short)
		return REAL(int, "usleep", useconds_t)(microseconds);
	tell();
	return 0;
}

static time_t shift_s(void)
{
	pthread_once(&once, read_environment);
	return *clock_file && access(clock_file, F_OK) == 0 ? clock_shift_s : 0;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	int result = REAL(int, "clock_gettime", clockid_t, struct timespec *)(id, now);

	if (result == 0 && id == CLOCK_REALTIME)
		now->tv_sec += shift_s();
	return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	int result = REAL(int, "gettimeofday", struct timeval *, void *)(now, zone);

	now->tv_sec += shift_s();
	return result;
}

time_t time(time_t *now)
{
	time_t result = REAL(time_t, "time", time_t *)(NULL) + shift_s();

	if (now)
		*now = result;
	return result;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
