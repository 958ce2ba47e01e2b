/*
 * Standard output into memory and back.
 */
#include "support/capture.h"

#include "support/test.h"

#include <sys/mman.h>
#include <unistd.h>

static int real_stdout = -1;
static int memory = -1;

void capture_begin(void)
{
	fflush(stdout);
	real_stdout = dup(STDOUT_FILENO);
	memory = memfd_create("stdout", MFD_CLOEXEC);
	if (real_stdout < 0 || memory < 0 || dup2(memory, STDOUT_FILENO) < 0)
		abort();
}

void capture_end(struct str *out)
{
	char bytes[4096];
	ssize_t size;

	fflush(stdout);
	if (dup2(real_stdout, STDOUT_FILENO) < 0 || lseek(memory, 0, SEEK_SET) != 0)
		abort();
	str_empty(out);
	while ((size = read(memory, bytes, sizeof(bytes))) > 0)
		str_add(out, span_bytes(bytes, (size_t)size));
	close(real_stdout);
	close(memory);
}
