/*
 * Lists' files for tests: in memory, by a path that listfile_read can open.
 */
#include "support/listcase.h"

#include "base/mem.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static enum status keep_member(void *context, size_t line, const struct member *member, struct err *err)
{
	struct listcase *listcase = context;

	(void)err;
	listcase->members =
		mem_grow(listcase->members, listcase->count, &listcase->capacity, sizeof(*listcase->members));
	listcase->lines = mem_grow(
		listcase->lines, listcase->count, &listcase->line_capacity, sizeof(*listcase->lines));
	listcase->lines[listcase->count] = line;
	member_copy(&listcase->members[listcase->count++], member);
	return OK;
}

static enum status keep_reject(void *context, const struct listfile_reject *reject, struct err *err)
{
	struct listcase *listcase = context;
	struct span keys = reject->address_keys;
	struct span key;

	(void)err;
	while (span_split(&keys, '\n', &key)) {
		if (key.len)
			str_addf(&listcase->address_keys, "%zu %.*s\n", reject->line, SPAN_ARG(key));
	}
	str_addf(&listcase->rejects, "%zu:%zu %s\n", reject->line, reject->column, reject->reason);
	str_add(&listcase->rows, reject->row);
	str_add_char(&listcase->rows, '\n');
	return OK;
}

void listcase_read_file(struct listcase *listcase, const char *path)
{
	static const struct listfile_reader_fns fns = {keep_member, keep_reject};

	*listcase = (struct listcase){0};
	str_init(&listcase->rejects, STR_MAX_LARGE);
	str_init(&listcase->address_keys, STR_MAX_LARGE);
	str_init(&listcase->rows, STR_MAX_LARGE);
	listcase->status = listfile_read(path, &fns, listcase, &listcase->summary, &listcase->err);
}

void listcase_read(struct listcase *listcase, struct span content)
{
	int fd = memfd_create("list.csv", MFD_CLOEXEC);
	char path[64];

	if (fd < 0)
		abort();
	while (content.len) {
		ssize_t written = write(fd, content.ptr, content.len);

		if (written < 0)
			abort();
		content = span_from(content, (size_t)written);
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	listcase_read_file(listcase, path);
	close(fd);
}

void listcase_clear(struct listcase *listcase)
{
	for (size_t i = 0; i < listcase->count; i++)
		member_clear(&listcase->members[i]);
	free(listcase->members);
	free(listcase->lines);
	str_clear(&listcase->rejects);
	str_clear(&listcase->address_keys);
	str_clear(&listcase->rows);
}

void listcase_read_good(struct listcase *listcase, struct span content, size_t count)
{
	listcase_read(listcase, content);
	if (listcase->status)
		fail_msg("%s", listcase->err.text);
	assert_string_equal(listcase->rejects.ptr, "");
	assert_int_equal(listcase->count, count);
	assert_int_equal(listcase->summary.good, count);
	assert_int_equal(listcase->summary.rows, count);
	assert_int_equal(listcase->summary.rejected, 0);
}

void listcase_assert_member(
	const struct listcase *listcase, size_t index, const char *field, const char *value)
{
	if (index >= listcase->count)
		fail_msg(
			"only %zu members; %s%s", listcase->count, listcase->err.text, listcase->rejects.ptr);
	assert_string_equal(member_field(&listcase->members[index], field), value);
}

void listcase_assert_rejects(struct span content, size_t good, const char *rejects)
{
	struct listcase listcase;

	listcase_read(&listcase, content);
	if (listcase.status)
		fail_msg("%s", listcase.err.text);
	assert_string_equal(listcase.rejects.ptr, rejects);
	assert_int_equal(listcase.count, good);
	assert_int_equal(listcase.summary.good + listcase.summary.rejected, listcase.summary.rows);
	listcase_clear(&listcase);
}
