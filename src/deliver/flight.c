/*
 * The flight file: a header, then records, each written whole by one write. What
 * is settled is forgotten by starting a new generation elsewhere in the file with
 * the messages that are still open, and then switching the header over to it: a
 * process killed at any point leaves the old generation or the new one. A generation
 * is told by a random number, so that what is left over of an abandoned one is never
 * taken for a later one's.
 *
 * A record of another generation, or a torn one, is the end: nothing is appended after
 * it. Where whole records of the same generation do follow, the file was damaged.
 *
 * Not for other machines: integers are in host order, and recovery compares the boot.
 */
#include "deliver/flight.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/step.h"
#include "deliver/reply.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0x32464c44u /* "DLF2" */
#define PREALLOCATE (1024 * 1024)
#define RECORD_MAX 2048u
#define ALIGNMENT 8 /* of records, counted from their generation's start */
#define LOOK_BYTES (64u * 1024u)
#define LIVE_MAX (64u * 1024u * 1024u) /* of what a new generation begins with */

struct header {
	uint32_t magic;
	uint32_t checksum;   /* of all that follows */
	uint64_t generation; /* random, never 0 */
	int64_t start;       /* of its first record */
	char boot_id[64];
};

enum record_kind {
	RECORD_FINAL = 'M',
	RECORD_REPLY = 'R'
};

struct record {
	uint32_t size;     /* of the whole record */
	uint32_t checksum; /* of all that follows */
	uint64_t generation;
	int64_t dispatch;
	int64_t position;
	int32_t number;
	int32_t kind;
};

struct final_record {
	struct record record;
	unsigned char digest[ATTEMPT_DIGEST_SIZE];
};

/* Followed by the texts: enhanced, relay, tls_version, reply. */
struct reply_record {
	struct record record;
	int64_t started_ms;
	int64_t settled_ms;
	int32_t code;
	uint8_t phase;
	uint8_t outcome;
	uint8_t tls;
	uint8_t is_possible_duplicate;
	uint8_t cause;
	uint8_t has_digest;
	uint8_t zero[6];
	unsigned char digest[ATTEMPT_DIGEST_SIZE];
	uint16_t lengths[4];
};

struct open_final {
	int64_t at; /* where its record is */
	struct final_record final;
};

struct flight {
	int fd;
	char *path;
	struct header header; /* generation 0: nothing was written yet */
	int64_t end;          /* where the next record goes */
	int64_t allocated;
	bool is_damaged;
	int read_error;          /* the last errno of reading it, or 0 */
	struct open_final *open; /* noted, no reply noted yet */
	size_t open_count, open_capacity;
};

/* FNV-1a: it has to notice a torn write, not an adversary. */
static uint32_t checksum(const void *bytes, size_t size)
{
	const unsigned char *p = bytes;
	uint32_t sum = 2166136261u;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ p[i]) * 16777619u;
	return sum;
}

static uint32_t header_checksum(const struct header *header)
{
	size_t from = offsetof(struct header, generation);

	return checksum((const char *)header + from, sizeof(*header) - from);
}

static uint32_t record_checksum(const struct record *record)
{
	size_t from = offsetof(struct record, generation);

	return checksum((const char *)record + from, record->size - from);
}

static enum status write_at(
	struct flight *flight, const void *bytes, size_t size, int64_t at, struct err *err)
{
	const char *p = bytes;

	while (size) {
		ssize_t written = pwrite(flight->fd, p, size, at);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return err_system(err, written ? errno : ENOSPC, "can't write \"%s\"", flight->path);
		p += written;
		at += written;
		size -= (size_t)written;
	}
	return OK;
}

/* Space is claimed ahead, so that a full disk is met here and not halfway through a record. */
static enum status make_room(struct flight *flight, int64_t end, struct err *err)
{
	int64_t wanted = (end / PREALLOCATE + 1) * PREALLOCATE;
	int reason;

	if (end <= flight->allocated)
		return OK;
	do
		reason = posix_fallocate(flight->fd, flight->allocated, wanted - flight->allocated);
	while (reason == EINTR);
	if (reason)
		return err_set(err, E_IO, "can't make room in \"%s\": %s; free some space on its disk",
			flight->path, strerror(reason));
	flight->allocated = wanted;
	return OK;
}

/* Another one each time: one that was begun and abandoned isn't begun again. */
static enum status draw_generation(uint64_t *generation, struct err *err)
{
	do {
		if (getrandom(generation, sizeof(*generation), 0) != (ssize_t)sizeof(*generation))
			return err_system(err, errno, "can't draw a random number");
	} while (!*generation);
	return OK;
}

static enum status switch_to(struct flight *flight, uint64_t generation, int64_t start, struct err *err)
{
	struct header header = {.magic = MAGIC, .generation = generation, .start = start};
	enum status status;

	reply_copy_text(header.boot_id, sizeof(header.boot_id), span_of(clock_boot_id()));
	header.checksum = header_checksum(&header);
	step("flight.switching");
	status = write_at(flight, &header, sizeof(header), 0, err);
	step("flight.switched");
	if (!status)
		flight->header = header;
	return status;
}

/* A file of zeros is one whose owner was killed before its first record. */
static bool is_blank(const struct header *header)
{
	static const struct header zero;

	return memcmp(header, &zero, sizeof(zero)) == 0;
}

static ssize_t read_at(struct flight *flight, void *bytes, size_t size, int64_t at)
{
	ssize_t got;

	do
		got = pread(flight->fd, bytes, size, at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		flight->read_error = errno;
	return got;
}

/* What can't be read isn't the end. */
static enum status check_was_read(const struct flight *flight, struct err *err)
{
	if (!flight->read_error)
		return OK;
	return err_system(err, flight->read_error,
		"can't read \"%s\"; see to the disk, or move the file away: then whatever was under way may "
		"have gone out",
		flight->path);
}

static enum status load_header(struct flight *flight, struct err *err)
{
	struct header header = {0};
	struct stat info;
	ssize_t size = read_at(flight, &header, sizeof(header), 0);

	if (check_was_read(flight, err))
		return E_IO;
	if (fstat(flight->fd, &info))
		return err_system(err, errno, "can't look at \"%s\"", flight->path);
	flight->allocated = info.st_size;
	flight->end = sizeof(header);
	if (is_blank(&header))
		return OK;
	if (size != sizeof(header) || header.magic != MAGIC || header.checksum != header_checksum(&header) ||
		header.start < (int64_t)sizeof(header) ||
		!memchr(header.boot_id, '\0', sizeof(header.boot_id)))
		return err_set(err, E_SYNTAX,
			"\"%s\" is not a flight record, or it is damaged; move it away, and look in the log "
			"for what "
			"was being sent",
			flight->path);
	flight->header = header;
	return OK;
}

/* The record at `at`, if there's a whole one of this generation. */
static bool load_record(struct flight *flight, int64_t at, char *buffer)
{
	struct record record;
	ssize_t size = read_at(flight, buffer, RECORD_MAX, at);

	if (size < (ssize_t)sizeof(record))
		return false;
	memcpy(&record, buffer, sizeof(record));
	if (record.size < sizeof(record) || record.size > (size_t)size || record.size % ALIGNMENT ||
		record.generation != flight->header.generation)
		return false;
	return record.checksum == record_checksum((const struct record *)buffer);
}

/*
 * The first whole record of this generation at `at` or after it, and where it is; -1 if there's none.
 * What else is in the file is passed over quickly, by the generation that it doesn't have.
 */
static int64_t find_record(struct flight *flight, int64_t at, char *buffer)
{
	char *look = NULL;
	int64_t found = -1;

	if (load_record(flight, at, buffer))
		return at;
	look = mem_alloc(LOOK_BYTES);
	while (found < 0) {
		ssize_t size = read_at(flight, look, LOOK_BYTES, at);
		ssize_t i = 0;

		for (; found < 0 && i + (ssize_t)sizeof(struct record) <= size; i += ALIGNMENT) {
			if (memcmp(look + i + offsetof(struct record, generation), &flight->header.generation,
				    sizeof(flight->header.generation)) == 0 &&
				load_record(flight, at + i, buffer))
				found = at + i;
		}
		if (!i)
			break;
		at += i;
	}
	free(look);
	return found;
}

static int64_t size_of(const char *buffer)
{
	uint32_t size;

	memcpy(&size, buffer, sizeof(size));
	return size;
}

/* After the last whole record. What isn't one and lies before it is damage, and so is a start after the file.
 */
static enum status find_end(struct flight *flight, struct err *err)
{
	_Alignas(8) char buffer[RECORD_MAX];
	int64_t at;

	flight->end = flight->header.start;
	flight->is_damaged = flight->header.start > flight->allocated;
	if (flight->is_damaged)
		flight->end = flight->allocated;
	while ((at = find_record(flight, flight->end, buffer)) >= 0) {
		flight->is_damaged = flight->is_damaged || at != flight->end;
		flight->end = at + size_of(buffer);
	}
	return check_was_read(flight, err);
}

enum status flight_open(const char *path, struct flight **out, struct err *err)
{
	struct flight *flight = mem_alloc(sizeof(*flight));
	enum status status = file_lock(path, &flight->fd, err);

	flight->path = mem_copy_text(path);
	if (status == E_BUSY)
		(void)err_set(err, E_BUSY,
			"another process is sending (it holds \"%s\"); wait for it or stop it", path);
	if (!status)
		status = load_header(flight, err);
	if (!status && flight->header.generation)
		status = find_end(flight, err);
	if (status) {
		flight_close(flight);
		return status;
	}
	*out = flight;
	return OK;
}

void flight_close(struct flight *flight)
{
	if (!flight)
		return;
	if (flight->fd >= 0)
		close(flight->fd);
	free(flight->open);
	free(flight->path);
	free(flight);
}

const char *flight_boot_id(const struct flight *flight)
{
	return flight->header.boot_id;
}

bool flight_is_damaged(const struct flight *flight)
{
	return flight->is_damaged;
}

static bool is_current(const struct flight *flight)
{
	return !flight->is_damaged && strcmp(flight->header.boot_id, clock_boot_id()) == 0;
}

static enum status append(struct flight *flight, struct record *record, struct err *err)
{
	uint64_t generation;
	enum status status = OK;

	if (!flight->header.generation) {
		status = draw_generation(&generation, err);
		if (!status)
			status = switch_to(flight, generation, sizeof(struct header), err);
		if (status)
			return status;
	}
	if (!is_current(flight))
		return err_set(err, E_CONFLICT, "\"%s\" is %s; recover it first", flight->path,
			flight->is_damaged ? "damaged" : "from before the machine started");
	record->generation = flight->header.generation;
	record->checksum = record_checksum(record);
	status = make_room(flight, flight->end + record->size, err);
	if (!status)
		status = write_at(flight, record, record->size, flight->end, err);
	if (!status)
		flight->end += record->size;
	return status;
}

enum status flight_note_final(struct flight *flight, int64_t dispatch, int64_t position, int number,
	const unsigned char digest[ATTEMPT_DIGEST_SIZE], struct err *err)
{
	struct final_record final = {.record = {
					     .size = sizeof(final),
					     .dispatch = dispatch,
					     .position = position,
					     .number = number,
					     .kind = RECORD_FINAL,
				     }};
	enum status status;
	int64_t at;

	memcpy(final.digest, digest, sizeof(final.digest));
	step("flight.noting_final");
	status = append(flight, &final.record, err);
	step("flight.noted_final");
	at = flight->end - (int64_t)sizeof(final);
	if (status)
		return status;
	flight->open =
		mem_grow(flight->open, flight->open_count, &flight->open_capacity, sizeof(*flight->open));
	flight->open[flight->open_count++] = (struct open_final){at, final};
	return OK;
}

static void close_final(struct flight *flight, const struct attempt *attempt)
{
	for (size_t i = 0; i < flight->open_count; i++) {
		const struct record *record = &flight->open[i].final.record;

		if (record->dispatch == attempt->dispatch && record->position == attempt->position &&
			record->number == attempt->number) {
			flight->open[i] = flight->open[--flight->open_count];
			return;
		}
	}
}

/* Sizes are multiples of 8, so that records stay aligned; the padding is zero. */
static size_t pack_texts(struct reply_record *reply, char *to, const struct attempt *attempt)
{
	const char *const texts[4] = {
		attempt->enhanced, attempt->relay, attempt->tls_version, attempt->reply};
	size_t size = 0;

	for (size_t i = 0; i < 4; i++) {
		size_t length = strlen(texts[i]);

		memcpy(to + size, texts[i], length);
		reply->lengths[i] = (uint16_t)length;
		size += length;
	}
	while ((sizeof(*reply) + size) % ALIGNMENT)
		to[size++] = '\0';
	return size;
}

enum status flight_note_reply(struct flight *flight, const struct attempt *attempt, struct err *err)
{
	_Alignas(8) char buffer[RECORD_MAX];
	struct reply_record reply = {
		.record = {.dispatch = attempt->dispatch,
			.position = attempt->position,
			.number = attempt->number,
			.kind = RECORD_REPLY},
		.started_ms = attempt->started_ms,
		.settled_ms = attempt->settled_ms,
		.code = attempt->code,
		.phase = (uint8_t)attempt->phase,
		.outcome = (uint8_t)attempt->outcome,
		.tls = (uint8_t)attempt->tls,
		.is_possible_duplicate = attempt->is_possible_duplicate,
		.cause = (uint8_t)attempt->cause,
		.has_digest = attempt->has_digest,
	};
	enum status status;

	static_assert(sizeof(reply) + sizeof(attempt->enhanced) + sizeof(attempt->relay) +
				      sizeof(attempt->tls_version) + sizeof(attempt->reply) + 8 <=
			      sizeof(buffer),
		"a reply's record fits its buffer");
	memcpy(reply.digest, attempt->digest, sizeof(reply.digest));
	reply.record.size = (uint32_t)(sizeof(reply) + pack_texts(&reply, buffer + sizeof(reply), attempt));
	memcpy(buffer, &reply, sizeof(reply));
	step("flight.noting_reply");
	status = append(flight, (struct record *)buffer, err);
	step("flight.noted_reply");
	if (!status)
		close_final(flight, attempt);
	return status;
}

struct flight_mark flight_mark(const struct flight *flight)
{
	return (struct flight_mark){flight->header.generation, flight->end};
}

static void add_record(struct str *out, struct record *record, uint64_t generation)
{
	record->generation = generation;
	record->checksum = record_checksum(record);
	str_add(out, span_bytes((const char *)record, record->size));
}

/* What a new generation begins with: the messages that are open since before the mark, and all after it. */
static enum status collect_live(
	struct flight *flight, struct flight_mark mark, uint64_t generation, struct str *out, struct err *err)
{
	_Alignas(8) char buffer[RECORD_MAX];
	struct record *record = (struct record *)buffer;

	for (size_t i = 0; i < flight->open_count; i++) {
		if (flight->open[i].at < mark.end)
			add_record(out, &flight->open[i].final.record, generation);
	}
	for (int64_t at = mark.end; at < flight->end; at += record->size) {
		if (!load_record(flight, at, buffer))
			return err_set(err, E_IO, "can't read \"%s\" back at byte %lld", flight->path,
				(long long)at);
		add_record(out, record, generation);
	}
	return str_status(out, "a flight record", err);
}

/* Where the records of a new generation are: those that are open before the mark first, then all after it. */
static void move_open(struct flight *flight, struct flight_mark mark, int64_t start, int64_t size)
{
	int64_t moved = start + size - flight->end;
	int64_t at = start;

	for (size_t i = 0; i < flight->open_count; i++) {
		struct open_final *open = &flight->open[i];

		if (open->at >= mark.end) {
			open->at += moved;
			continue;
		}
		open->at = at;
		at += open->final.record.size;
	}
	flight->end = start + size;
}

/* To the front if there is room before the live records, else behind them. */
static enum status write_generation(struct flight *flight, struct flight_mark mark, uint64_t generation,
	struct span live, struct err *err)
{
	int64_t size = (int64_t)live.len;
	int64_t start = sizeof(struct header);
	enum status status;

	if (flight->header.start - start < size)
		start = flight->end;
	status = make_room(flight, start + size, err);
	if (!status)
		status = write_at(flight, live.ptr, live.len, start, err);
	if (!status)
		status = switch_to(flight, generation, start, err);
	if (!status) {
		move_open(flight, mark, start, size);
		flight->is_damaged = false;
	}
	return status;
}

/*
 * A blank file gets its header here, not with its first record: killed in between, the next
 * sender couldn't tell that no message of this boot went out, and would doubt all of them.
 */
enum status flight_truncate(struct flight *flight, struct flight_mark mark, struct err *err)
{
	uint64_t generation;
	struct str live;
	enum status status;

	if (mark.generation != flight->header.generation ||
		(mark.end == flight->header.start && is_current(flight)))
		return OK;
	status = draw_generation(&generation, err);
	if (status)
		return status;
	str_init(&live, LIVE_MAX);
	status = collect_live(flight, mark, generation, &live, err);
	if (!status)
		status = write_generation(flight, mark, generation, str_span(&live), err);
	str_clear(&live);
	return status;
}

struct found {
	struct flight_entry entry;
	struct attempt attempt;
	bool has_reply;
};

struct found_list {
	struct found *items;
	size_t count, capacity;
};

static bool unpack_reply(const char *buffer, struct attempt *attempt)
{
	struct reply_record reply;
	char *const texts[4] = {attempt->enhanced, attempt->relay, attempt->tls_version, attempt->reply};
	const size_t room[4] = {sizeof(attempt->enhanced), sizeof(attempt->relay),
		sizeof(attempt->tls_version), sizeof(attempt->reply)};
	size_t at = sizeof(reply);

	memcpy(&reply, buffer, sizeof(reply));
	*attempt = (struct attempt){
		.dispatch = reply.record.dispatch,
		.position = reply.record.position,
		.number = reply.record.number,
		.phase = reply.phase < PHASE_COUNT ? (enum attempt_phase)reply.phase : PHASE_NONE,
		.outcome = (enum delivery_state)reply.outcome,
		.code = reply.code,
		.tls = reply.tls <= TLS_VERIFIED ? (enum tls_use)reply.tls : TLS_NONE,
		.started_ms = reply.started_ms,
		.settled_ms = reply.settled_ms,
		.is_possible_duplicate = reply.is_possible_duplicate,
		.cause = reply.cause < CAUSE_COUNT ? (enum attempt_cause)reply.cause : CAUSE_NONE,
		.has_digest = reply.has_digest,
	};
	memcpy(attempt->digest, reply.digest, sizeof(attempt->digest));
	for (size_t i = 0; i < 4; i++) {
		if (reply.lengths[i] >= room[i] || at + reply.lengths[i] > reply.record.size)
			return false;
		memcpy(texts[i], buffer + at, reply.lengths[i]);
		at += reply.lengths[i];
	}
	return reply.outcome < DELIVERY_STATE_COUNT;
}

static int compare_found(const void *left, const void *right)
{
	const struct flight_entry *a = &((const struct found *)left)->entry;
	const struct flight_entry *b = &((const struct found *)right)->entry;

	if (a->dispatch != b->dispatch)
		return a->dispatch < b->dispatch ? -1 : 1;
	if (a->position != b->position)
		return a->position < b->position ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static bool add_found(struct found_list *list, const char *buffer)
{
	struct record record;
	struct found found = {0};

	memcpy(&record, buffer, sizeof(record));
	found.entry.dispatch = record.dispatch;
	found.entry.position = record.position;
	found.entry.number = record.number;
	if (record.kind == RECORD_FINAL && record.size == sizeof(struct final_record))
		memcpy(found.entry.digest, buffer + sizeof(record), ATTEMPT_DIGEST_SIZE);
	else if (record.kind == RECORD_REPLY && record.size >= sizeof(struct reply_record))
		found.has_reply = unpack_reply(buffer, &found.attempt);
	else
		return false;
	list->items = mem_grow(list->items, list->count, &list->capacity, sizeof(*list->items));
	list->items[list->count++] = found;
	return record.kind == RECORD_FINAL || found.has_reply;
}

/* One entry for what was said of one try; M's digest and R's attempt come together. */
static enum status tell(struct found *same, size_t count, flight_entry_fn *fn, void *context, struct err *err)
{
	struct flight_entry entry = same[0].entry;

	for (size_t i = 0; i < count; i++) {
		if (same[i].has_reply)
			entry.attempt = &same[i].attempt;
		else
			memcpy(entry.digest, same[i].entry.digest, sizeof(entry.digest));
	}
	return fn(context, &entry, err);
}

enum status flight_read(struct flight *flight, flight_entry_fn *fn, void *context, struct err *err)
{
	_Alignas(8) char buffer[RECORD_MAX];
	struct found_list list = {0};
	enum status status = OK;
	int64_t at = flight->header.start;

	while (flight->header.generation && at < flight->end && (at = find_record(flight, at, buffer)) >= 0) {
		if (!add_found(&list, buffer)) {
			status = err_set(err, E_SYNTAX, "\"%s\": no such record at byte %lld", flight->path,
				(long long)at);
			break;
		}
		at += size_of(buffer);
	}
	if (!status)
		status = check_was_read(flight, err);
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), compare_found);
	for (size_t i = 0, next; !status && i < list.count; i = next) {
		for (next = i + 1; next < list.count && !compare_found(&list.items[i], &list.items[next]);
			next++)
			;
		status = tell(&list.items[i], next - i, fn, context, err);
	}
	free(list.items);
	return status;
}
