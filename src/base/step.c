/*
 * Steps at which a process kills itself. A line a step is one write to a file opened
 * for appending, so that it is there however the process ends.
 */
#include "base/step.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
	const char *fatal; /* "NAME:N", or NULL */
	size_t name_size;
	long hit;
	int fd; /* of the list; -1 without one */
} wanted;

static void read_environment(void)
{
	const char *list = getenv("DATELINE_STEPS");
	const char *colon;

	wanted.fatal = getenv("DATELINE_STEP");
	wanted.fd = list ? open(list, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	colon = wanted.fatal ? strrchr(wanted.fatal, ':') : NULL;
	if (!colon)
		return;
	wanted.name_size = (size_t)(colon - wanted.fatal);
	wanted.hit = strtol(colon + 1, NULL, 10);
}

static void list_step(const char *name, size_t size)
{
	char end[] = "\n";
	struct iovec line[] = {{(char *)(uintptr_t)name, size}, {end, 1}};

	/* A list that can't be written ends the process, or a test would miss steps. */
	if (writev(wanted.fd, line, 2) != (ssize_t)size + 1)
		kill(getpid(), SIGKILL);
}

void step_pass(const char *name)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static atomic_long hits;
	size_t size = strlen(name);

	pthread_once(&once, read_environment);
	if (wanted.fd >= 0)
		list_step(name, size);
	if (wanted.hit && size == wanted.name_size && memcmp(name, wanted.fatal, size) == 0 &&
		atomic_fetch_add(&hits, 1) + 1 == wanted.hit)
		kill(getpid(), SIGKILL);
}
