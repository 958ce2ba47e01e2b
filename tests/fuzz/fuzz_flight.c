/*
 * A predecessor's flight record, of arbitrary bytes: what it tells is in range, nothing
 * but recovery can follow where it can't be trusted, and then nothing stays of it.
 */
#include "base/mem.h"
#include "deliver/flight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEADER_SIZE 88

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static enum status look(void *context, const struct flight_entry *entry, struct err *err)
{
	const struct attempt *attempt = entry->attempt;
	size_t *count = context;

	(void)err;
	(*count)++;
	if (!attempt)
		return OK;
	require(attempt->outcome < DELIVERY_STATE_COUNT && attempt->phase < PHASE_COUNT);
	require(attempt->cause < CAUSE_COUNT && attempt->tls <= TLS_VERIFIED);
	require(memchr(attempt->reply, '\0', sizeof(attempt->reply)) != NULL);
	require(memchr(attempt->relay, '\0', sizeof(attempt->relay)) != NULL);
	return OK;
}

static void recover(struct flight *flight)
{
	struct err err;
	size_t count = 0;
	enum status status = flight_read(flight, look, &count, &err);

	require(status == OK || status == E_SYNTAX);
	require(flight_truncate(flight, flight_mark(flight), &err) == OK);
	require(!flight_is_damaged(flight));
	count = 0;
	require(flight_read(flight, look, &count, &err) == OK && count == 0);
	require(flight_note_final(flight, 1, 2, 3, (const unsigned char[ATTEMPT_DIGEST_SIZE]){0}, &err) ==
		OK);
	require(flight_read(flight, look, &count, &err) == OK && count == 1);
}

/* The sum of what follows size or magic, and the sum itself, put where it belongs. */
static void mend(unsigned char *bytes, size_t size)
{
	uint32_t sum = 2166136261u;

	for (size_t i = 8; i < size; i++)
		sum = (sum ^ bytes[i]) * 16777619u;
	memcpy(bytes + 4, &sum, sizeof(sum));
}

/* Chance doesn't find a sum: half of the inputs get theirs, and their records the header's generation. */
static void mend_all(unsigned char *bytes, size_t size)
{
	uint32_t record_size;

	if (size < HEADER_SIZE || bytes[HEADER_SIZE - 1] % 2)
		return;
	mend(bytes, HEADER_SIZE);
	for (size_t at = HEADER_SIZE; at + 16 <= size; at += record_size) {
		memcpy(&record_size, bytes + at, sizeof(record_size));
		if (record_size < 16 || record_size > size - at)
			return;
		if (bytes[at + 4] % 8 == 0)
			continue;
		memcpy(bytes + at + 8, bytes + 8, 8);
		mend(bytes + at, record_size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flight *flight = NULL;
	int fd = memfd_create("flight", MFD_CLOEXEC);
	unsigned char *bytes = mem_alloc(size + 1);
	char path[64];
	struct err err;

	memcpy(bytes, data, size);
	mend_all(bytes, size);
	require(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	free(bytes);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (flight_open(path, &flight, &err) == OK)
		recover(flight);
	else
		require(err.status == E_SYNTAX);
	flight_close(flight);
	close(fd);
	return 0;
}
