/*
 * The rows that an import couldn't use.
 */
#include "app/rejects.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A row of nothing but quotes, each doubled, and what goes before it. */
#define LINE_MAX_SIZE (2u * LISTFILE_LINE_MAX + STR_MAX_SMALL)

struct rejects {
	char *path;
	FILE *file; /* NULL until the first */
};

struct rejects *rejects_new(const char *path)
{
	struct rejects *rejects = mem_alloc(sizeof(*rejects));

	rejects->path = mem_copy_text(path);
	return rejects;
}

static enum status say_unwritable(const struct rejects *rejects, struct err *err)
{
	return err_system(err, errno,
		"can't write the rejected rows to \"%s\" (--rejects FILE names another)", rejects->path);
}

static enum status write_text(struct rejects *rejects, struct span text, struct err *err)
{
	return fwrite(text.ptr, 1, text.len, rejects->file) == text.len ? OK : say_unwritable(rejects, err);
}

static enum status open_file(struct rejects *rejects, struct err *err)
{
	int fd = open(rejects->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		return say_unwritable(rejects, err);
	rejects->file = fdopen(fd, "w");
	if (!rejects->file) {
		close(fd);
		return say_unwritable(rejects, err);
	}
	return write_text(rejects, SPAN("line,column,reason,row\n"), err);
}

static void add_quoted(struct str *out, struct span text)
{
	str_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			str_add_char(out, '"');
		str_add_char(out, text.ptr[i]);
	}
	str_add_char(out, '"');
}

enum status rejects_add(struct rejects *rejects, const struct listfile_reject *reject, struct err *err)
{
	struct span row = reject->row;
	struct str line;
	enum status status = rejects->file ? OK : open_file(rejects, err);

	if (status != OK)
		return status;
	while (row.len && (row.ptr[row.len - 1] == '\n' || row.ptr[row.len - 1] == '\r'))
		row.len--;
	str_init(&line, LINE_MAX_SIZE);
	str_addf(&line, "%zu,", reject->line);
	if (reject->column)
		str_addf(&line, "%zu", reject->column);
	str_add_char(&line, ',');
	add_quoted(&line, span_of(reject->reason));
	str_add_char(&line, ',');
	add_quoted(&line, row);
	str_add_char(&line, '\n');
	status = str_status(&line, "a rejected row", err);
	if (status == OK)
		status = write_text(rejects, str_span(&line), err);
	str_clear(&line);
	return status;
}

enum status rejects_end(struct rejects *rejects, char **path, struct err *err)
{
	enum status status = OK;

	*path = mem_copy_text(rejects->file ? rejects->path : "");
	if (rejects->file && fclose(rejects->file) != 0)
		status = say_unwritable(rejects, err);
	free(rejects->path);
	free(rejects);
	return status;
}
