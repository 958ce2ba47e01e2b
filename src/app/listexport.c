/*
 * A list's members into a file: once over them for the columns, once for the rows.
 */
#include "app/listexport.h"

#include "app/attributes.h"
#include "app/lists.h"
#include "app/listview.h"
#include "base/mem.h"
#include "list/listfile.h"
#include "list/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_SIZE (64u * 1024u)

struct export
{
	struct segment *segment;
	struct attributes attributes;
	struct str bytes;
	listexport_fn *fn;
	void *context;
	size_t count;
};

static enum status note_attributes(void *context, const struct member *member, struct err *err)
{
	struct export *export = context;

	(void)err;
	if (segment_matches(export->segment, member))
		attributes_add(&export->attributes, member);
	return OK;
}

static enum status flush(struct export *export, struct err *err)
{
	enum status status = str_status(&export->bytes, "the exported rows", err);

	if (status == OK && export->bytes.len)
		status = export->fn(export->context, str_span(&export->bytes), err);
	str_empty(&export->bytes);
	return status;
}

static enum status write_member(void *context, const struct member *member, struct err *err)
{
	struct export *export = context;

	if (!segment_matches(export->segment, member))
		return OK;
	export->count++;
	listfile_write_member(&export->bytes, member, (const char *const *)export->attributes.names,
		export->attributes.count);
	return export->bytes.len < CHUNK_SIZE ? OK : flush(export, err);
}

static enum status write_list(struct store *store, const char *name, struct export *export, struct err *err)
{
	struct medialist list = {0};
	enum status status = lists_find(store, name, &list, err);

	if (status == OK)
		status = store_each_member(store, list.id, MEMBER_ACTIVE, note_attributes, export, err);
	if (status == OK) {
		attributes_sort(&export->attributes);
		listfile_write_header(&export->bytes, (const char *const *)export->attributes.names,
			export->attributes.count);
		status = store_each_member(store, list.id, MEMBER_ACTIVE, write_member, export, err);
	}
	if (status == OK)
		status = flush(export, err);
	medialist_clear(&list);
	return status;
}

enum status listexport_write(struct store *store, const char *list, const char *where, listexport_fn *fn,
	void *context, size_t *count, struct err *err)
{
	struct export export = {.fn = fn, .context = context};
	enum status status = listview_parse_where(where, &export.segment, err);

	str_init(&export.bytes, STR_MAX_LARGE);
	if (status == OK)
		status = store_begin_read(store, err);
	if (status == OK)
		status = store_end(store, write_list(store, list, &export, err), err);
	*count = export.count;
	segment_free(export.segment);
	str_clear(&export.bytes);
	attributes_clear(&export.attributes);
	return status;
}

static enum status add_to_file(void *context, struct span bytes, struct err *err)
{
	FILE *file = context;

	if (fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len)
		return OK;
	return err_system(err, errno, "can't write the exported list");
}

static enum status finish(FILE *file, const char *part, const char *path, enum status status, struct err *err)
{
	bool is_whole = fflush(file) == 0 && fsync(fileno(file)) == 0;

	is_whole = fclose(file) == 0 && is_whole;
	if (status == OK && (!is_whole || rename(part, path) != 0))
		status = err_system(err, errno, "can't write \"%s\"", path);
	if (status != OK)
		unlink(part);
	return status;
}

enum status listexport_save(struct store *store, const char *list, const char *where, const char *path,
	size_t *count, struct err *err)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	char *part = mem_alloc(size);
	FILE *file = NULL;
	enum status status;
	int fd;

	snprintf(part, size, "%s.XXXXXX", path);
	fd = mkstemp(part);
	if (fd >= 0)
		file = fdopen(fd, "w");
	if (!file) {
		status = err_system(err, errno, "can't write \"%s\"", path);
	} else {
		status = listexport_write(store, list, where, add_to_file, file, count, err);
		status = finish(file, part, path, status, err);
	}
	free(part);
	return status;
}
