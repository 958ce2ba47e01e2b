/*
 * The only source of time, so that tests can put another in its place.
 */
#include "base/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static clock_fn *replacement;
static void *replacement_context;

static char boot_id[64];
static pthread_once_t boot_id_once = PTHREAD_ONCE_INIT;

static int64_t read_ms(clockid_t id)
{
	struct timespec now;

	if (replacement)
		return replacement(replacement_context);
	/* Can't fail: both clocks have been in every kernel since 2.6.39. */
	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

int64_t clock_steady_ms(void)
{
	return read_ms(CLOCK_BOOTTIME);
}

void clock_replace(clock_fn *now_ms, void *context)
{
	replacement = now_ms;
	replacement_context = context;
}

static void load_boot_id(void)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return;
	length = read(fd, boot_id, sizeof(boot_id) - 1);
	close(fd);
	boot_id[length > 0 ? length : 0] = '\0';
	boot_id[strcspn(boot_id, "\n")] = '\0';
}

const char *clock_boot_id(void)
{
	pthread_once(&boot_id_once, load_boot_id);
	return boot_id;
}

struct timespec clock_deadline(int64_t ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += ms / 1000;
	at.tv_nsec += ms % 1000 * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_nsec -= 1000000000;
		at.tv_sec++;
	}
	return at;
}

void clock_pause_ms(int ms)
{
	struct timespec pause = {ms / 1000, (long)(ms % 1000) * 1000000};

	nanosleep(&pause, NULL);
}
