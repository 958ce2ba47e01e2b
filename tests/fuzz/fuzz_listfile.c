/*
 * Lists' files from anywhere: every row is counted, nothing dangerous comes out of
 * a good one, and the good ones written again are read as they were.
 */
#include "list/listfile.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct seen {
	struct member *members;
	size_t count;
	size_t capacity;
	size_t line;
	size_t rejected;
	const char *names[LISTFILE_COLUMNS_MAX];
	size_t name_count;
};

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

static void must_be_fit(const char *value)
{
	must(strlen(value) <= LISTFILE_FIELD_MAX);
	must(utf8_is_valid(span_of(value)) && !utf8_has_invisible(span_of(value)));
}

static void keep_name(struct seen *seen, const char *name)
{
	for (size_t i = 0; i < seen->name_count; i++) {
		if (strcmp(seen->names[i], name) == 0)
			return;
	}
	must(seen->name_count < LISTFILE_COLUMNS_MAX);
	seen->names[seen->name_count++] = name;
}

static enum status on_member(void *context, size_t line, const struct member *member, struct err *err)
{
	static const char *const names[] = {"address", "name", "outlet", "role", "language", "salutation"};
	struct seen *seen = context;
	struct member *kept;

	(void)err;
	must(line > seen->line);
	seen->line = line;
	must(*member->address && *member->address_key);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		must_be_fit(member_field(member, names[i]));
	seen->members = mem_grow(seen->members, seen->count, &seen->capacity, sizeof(*seen->members));
	kept = &seen->members[seen->count++];
	member_copy(kept, member);
	for (size_t i = 0; i < kept->attributes.count; i++) {
		must_be_fit(kept->attributes.items[i].value);
		keep_name(seen, kept->attributes.items[i].name);
	}
	return OK;
}

static enum status on_reject(void *context, const struct listfile_reject *reject, struct err *err)
{
	struct seen *seen = context;

	(void)err;
	must(reject->line > seen->line);
	seen->line = reject->line;
	seen->rejected++;
	must(*reject->reason && reject->row.len <= LISTFILE_LINE_MAX && utf8_is_valid(reject->row));
	return OK;
}

static enum status read_bytes(struct span content, struct seen *seen)
{
	static const struct listfile_reader_fns fns = {on_member, on_reject};
	struct listfile_summary summary;
	struct err err = {0};
	char path[64];
	enum status status;
	int fd = memfd_create("list.csv", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, content.ptr, content.len) == (ssize_t)content.len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	status = listfile_read(path, &fns, seen, &summary, &err);
	close(fd);
	must(summary.good == seen->count && summary.rejected == seen->rejected);
	must(summary.rows == summary.good + summary.rejected);
	must(!status || (err.status == status && *err.text && !seen->count));
	return status;
}

static void forget(struct seen *seen)
{
	for (size_t i = 0; i < seen->count; i++)
		member_clear(&seen->members[i]);
	free(seen->members);
}

static void must_be_same(const struct member *a, const struct member *b)
{
	static const char *const names[] = {"address", "name", "outlet", "role", "language", "salutation"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		must(strcmp(member_field(a, names[i]), member_field(b, names[i])) == 0);
	must(strcmp(a->address_key, b->address_key) == 0 && fields_equal(&a->attributes, &b->attributes));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct seen first = {0};
	struct seen again = {0};
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	if (read_bytes(span_bytes(bytes, size), &first) == OK && first.count) {
		listfile_write_header(&out, first.names, first.name_count);
		for (size_t i = 0; i < first.count; i++)
			listfile_write_member(&out, &first.members[i], first.names, first.name_count);
		must(read_bytes(str_span(&out), &again) == OK);
		must(again.count == first.count && !again.rejected);
		for (size_t i = 0; i < first.count; i++)
			must_be_same(&first.members[i], &again.members[i]);
	}
	forget(&first);
	forget(&again);
	str_clear(&out);
	return 0;
}
