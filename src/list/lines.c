/*
 * Physical lines out of a file, through one window that slides over it.
 */
#include "list/lines.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RAW_BYTES (64u * 1024u)

struct lines {
	int fd;
	char *path;
	enum encoding encoding;
	struct decoder *decoder; /* UTF-16 only */
	uint64_t bytes_total;
	uint64_t bytes_done;
	bool is_at_end; /* of the file; the window may hold more */
	char newline;   /* 0 until the first line is asked for */

	char *raw; /* what the decoder hasn't used yet */
	size_t raw_len;

	/* The window: mark <= next <= end <= capacity. */
	char *window;
	size_t capacity;
	size_t mark;
	size_t next;
	size_t end;
	size_t line_max;
	size_t row_end;     /* where the text of the last line given out ends */
	size_t second;      /* where the second line after the mark starts */
	size_t number;      /* of the line at `next` */
	size_t mark_number; /* of the line at `mark` */
};

static enum status open_regular(const char *path, struct lines *lines, struct err *err)
{
	struct stat stat;

	/* O_NONBLOCK: a FIFO that nobody writes to must not hang us before we can refuse it. */
	lines->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (lines->fd < 0 && errno == ENOENT)
		return err_set(err, E_NOTFOUND, "'%s' isn't there", path);
	if (lines->fd < 0 || fstat(lines->fd, &stat) < 0)
		return err_system(err, errno, "'%s' can't be opened", path);
	if (!S_ISREG(stat.st_mode))
		return err_set(err, E_UNSUPPORTED, "'%s' isn't a regular file; save it to one first", path);
	lines->bytes_total = (uint64_t)stat.st_size;
	return encoding_detect(lines->fd, path, &lines->encoding, err);
}

enum status lines_open(const char *path, size_t line_max, struct lines **out, struct err *err)
{
	struct lines *lines = mem_alloc(sizeof(*lines));
	enum status status;

	lines->fd = -1;
	status = open_regular(path, lines, err);
	if (status) {
		lines_close(lines);
		return status;
	}
	lines->path = mem_copy_text(path);
	lines->line_max = line_max;
	lines->number = 1;
	lines->mark_number = 1;
	/* A row of line_max bytes, a line after it that is found to be too long, and room to read ahead. */
	lines->capacity = 2 * line_max + 4 * RAW_BYTES;
	lines->window = mem_alloc(lines->capacity);
	if (lines->encoding == ENCODING_UTF16LE || lines->encoding == ENCODING_UTF16BE) {
		lines->decoder = decoder_new(lines->encoding);
		lines->raw = mem_alloc(RAW_BYTES);
	}
	*out = lines;
	return OK;
}

void lines_close(struct lines *lines)
{
	if (!lines)
		return;
	if (lines->fd >= 0)
		close(lines->fd);
	decoder_free(lines->decoder);
	free(lines->raw);
	free(lines->window);
	free(lines->path);
	free(lines);
}

static enum status read_bytes(struct lines *lines, char *to, size_t capacity, size_t *length, struct err *err)
{
	ssize_t got;

	do {
		got = read(lines->fd, to, capacity);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_system(err, errno, "%s:%zu: can't read on", lines->path, lines->number);
	*length = (size_t)got;
	lines->bytes_done += (uint64_t)got;
	lines->is_at_end = got == 0;
	return OK;
}

static enum status fill_decoded(struct lines *lines, struct err *err)
{
	struct span rest;
	size_t got = 0;
	enum status status =
		read_bytes(lines, lines->raw + lines->raw_len, RAW_BYTES - lines->raw_len, &got, err);

	if (status)
		return status;
	rest = span_bytes(lines->raw, lines->raw_len + got);
	lines->end += decoder_stream(
		lines->decoder, &rest, lines->window + lines->end, lines->capacity - lines->end);
	if (lines->is_at_end && rest.len) {
		/* Half a character at the end of the file: a byte that isn't UTF-8 makes its row a reject. */
		lines->window[lines->end++] = '\xff';
		rest.len = 0;
	}
	memmove(lines->raw, rest.ptr, rest.len);
	lines->raw_len = rest.len;
	return OK;
}

/* Read more of the file behind what the window holds. */
static enum status fill(struct lines *lines, struct err *err)
{
	size_t got = 0;
	enum status status;

	if (lines->capacity - lines->end < 2 * RAW_BYTES) {
		size_t gone = lines->mark;

		memmove(lines->window, lines->window + gone, lines->end - gone);
		lines->mark = 0;
		lines->next -= gone;
		lines->end -= gone;
		lines->row_end -= gone;
		lines->second -= gone;
	}
	if (lines->decoder)
		return fill_decoded(lines, err);
	status = read_bytes(lines, lines->window + lines->end, lines->capacity - lines->end, &got, err);
	lines->end += got;
	return status;
}

static enum status find_newline(struct lines *lines, struct err *err)
{
	while (!lines->is_at_end && lines->end < lines->line_max) {
		enum status status = fill(lines, err);

		if (status)
			return status;
	}
	lines->newline = '\n';
	if (!memchr(lines->window, '\n', lines->end) && memchr(lines->window, '\r', lines->end))
		lines->newline = '\r';
	return OK;
}

/* The offset of the end of the line at `next`, from `from` on. SIZE_MAX: over the ceiling. */
static enum status find_end(struct lines *lines, size_t *length, struct err *err)
{
	size_t searched = 0;

	for (;;) {
		size_t have = lines->end - lines->next - searched;
		const char *start = lines->window + lines->next + searched;
		const char *found = memchr(start, lines->newline, have);
		enum status status;

		if (found || lines->is_at_end) {
			*length = searched + (found ? (size_t)(found - start) : have);
			break;
		}
		searched += have;
		if (searched > lines->line_max + 1) {
			*length = SIZE_MAX;
			return OK;
		}
		status = fill(lines, err);
		if (status)
			return status;
	}
	if (lines->newline == '\n' && *length && lines->next + *length < lines->end &&
		lines->window[lines->next + *length - 1] == '\r')
		--*length;
	if (*length > lines->line_max)
		*length = SIZE_MAX;
	return OK;
}

/* Behind the end of the line whose text ends at `from`. */
static size_t after_end(const struct lines *lines, size_t from)
{
	if (from < lines->end && lines->newline == '\n' && lines->window[from] == '\r')
		from++;
	return from < lines->end ? from + 1 : from;
}

/* Forget the rest of a line that is too long, holding on to its first line_max bytes. */
static enum status skip_rest(struct lines *lines, struct err *err)
{
	size_t kept = lines->next + lines->line_max;

	for (;;) {
		char *found = memchr(lines->window + kept, lines->newline, lines->end - kept);
		enum status status;

		if (found) {
			lines->next = (size_t)(found - lines->window) + 1;
			return OK;
		}
		lines->end = kept;
		if (lines->is_at_end) {
			lines->next = kept;
			return OK;
		}
		status = fill(lines, err);
		if (status)
			return status;
		kept = lines->row_end;
	}
}

static enum status too_long(struct lines *lines, struct line *out, struct err *err)
{
	size_t number = lines->number;
	enum status status = OK;

	lines->row_end = lines->next + lines->line_max;
	if (lines->next == lines->mark) {
		status = skip_rest(lines, err);
		lines->second = lines->next;
		lines->number++;
	}
	*out = (struct line){
		number, {lines->window + lines->row_end - lines->line_max, lines->line_max}, true};
	return status;
}

enum status lines_next(struct lines *lines, struct line *out, struct err *err)
{
	size_t length = 0;
	bool is_first = lines->next == lines->mark;
	enum status status = lines->newline ? OK : find_newline(lines, err);

	if (!status)
		status = find_end(lines, &length, err);
	if (status)
		return status;
	if (length == SIZE_MAX)
		return too_long(lines, out, err);
	if (!length && lines->next == lines->end)
		return E_NOTFOUND;
	*out = (struct line){lines->number, {lines->window + lines->next, length}, false};
	lines->row_end = lines->next + length;
	lines->next = after_end(lines, lines->row_end);
	lines->number++;
	if (is_first)
		lines->second = lines->next;
	return OK;
}

void lines_mark(struct lines *lines)
{
	lines->mark = lines->next;
	lines->row_end = lines->next;
	lines->mark_number = lines->number;
}

struct span lines_since_mark(const struct lines *lines)
{
	return span_bytes(lines->window + lines->mark, lines->row_end - lines->mark);
}

void lines_again(struct lines *lines)
{
	lines->next = lines->mark;
	lines->number = lines->mark_number;
}

void lines_back(struct lines *lines)
{
	lines->next = lines->second;
	lines->number = lines->mark_number + 1;
}

enum encoding lines_encoding(const struct lines *lines)
{
	return lines->encoding;
}

uint64_t lines_bytes_total(const struct lines *lines)
{
	return lines->bytes_total;
}

uint64_t lines_bytes_done(const struct lines *lines)
{
	return lines->bytes_done;
}
