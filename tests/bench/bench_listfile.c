/*
 * How fast a list's file is read and checked: `bench_listfile [ROWS]`.
 */
#include "list/listfile.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static enum status count_member(void *context, size_t line, const struct member *member, struct err *err)
{
	size_t *bytes = context;

	(void)line;
	(void)err;
	*bytes += strlen(member->address_key);
	return OK;
}

static enum status show_reject(void *context, const struct listfile_reject *reject, struct err *err)
{
	(void)context;
	return err_set(err, E_INTERNAL, "line %zu: %s", reject->line, reject->reason);
}

static void write_rows(FILE *file, long count)
{
	fputs("address,name,outlet,role,language,country,beat,salutation\n", file);
	for (long i = 0; i < count; i++)
		fprintf(file,
			"reporter.%ld@paper-%ld.example,Zoé Martin %ld,\"The Lantern, No. "
			"%ld\",reporter,fr,BE,"
			"migration; health,\n",
			i, i % 5000, i, i % 5000);
	fflush(file);
}

int main(int argc, char **argv)
{
	static const struct listfile_reader_fns fns = {count_member, show_reject};
	long rows = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
	int fd = memfd_create("list.csv", MFD_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	struct listfile_summary summary;
	struct err err;
	char path[64];
	size_t bytes = 0;
	int64_t started;
	int64_t took_ms;
	clock_t cpu;

	if (!file || rows < 1)
		return EXIT_FAILURE;
	write_rows(file, rows);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	started = clock_steady_ms();
	cpu = clock();
	if (listfile_read(path, &fns, &bytes, &summary, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return EXIT_FAILURE;
	}
	took_ms = clock_steady_ms() - started;
	took_ms += !took_ms;
	cpu = clock() - cpu;
	printf("listfile: %zu rows, %" PRIu64 " bytes in %" PRId64
	       " ms (%.0f ms of CPU): %.0f rows/s, %.0f MB/s\n",
		summary.good, summary.bytes_total, took_ms, 1e3 * (double)cpu / CLOCKS_PER_SEC,
		1e3 * (double)summary.good / (double)took_ms,
		1e-3 * (double)summary.bytes_total / (double)took_ms);
	fclose(file);
	return EXIT_SUCCESS;
}
