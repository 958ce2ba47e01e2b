/*
 * A plan's messages in a Maildir, to be looked at with any mail reader.
 */
#include "app/maildir.h"

#include "app/freeze.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define MESSAGE_SUFFIX ".dateline"

static const char *const maildir_folders[] = {"tmp", "new", "cur"};

struct writing {
	const char *folder;
	int64_t started_ms;
	size_t count;
};

/* A folder with other things in it isn't ours to fill. */
static enum status check_folder(const char *folder, struct err *err)
{
	char **names = NULL;
	size_t count = 0;
	enum status status;
	char *inside;
	bool is_maildir;

	if (!file_is_there(folder))
		return OK;
	inside = file_join(folder, "new");
	is_maildir = file_is_folder(inside);
	free(inside);
	if (is_maildir)
		return OK;
	status = file_list_folder(folder, "", &names, &count, err);
	if (status == OK && count)
		status = err_set(
			err, E_EXISTS, "\"%s\" is no Maildir and isn't empty; name another folder", folder);
	file_free_names(names, count);
	return status;
}

/* What an earlier dry run wrote and nobody has read: it would be mistaken for this one's. */
static enum status remove_earlier(const char *folder, struct err *err)
{
	char *unread = file_join(folder, "new");
	char **names = NULL;
	size_t count = 0;
	enum status status = OK;

	if (file_is_folder(unread))
		status = file_list_folder(unread, MESSAGE_SUFFIX, &names, &count, err);
	for (size_t i = 0; i < count && status == OK; i++) {
		char *path = file_join(unread, names[i]);

		if (unlink(path) != 0)
			status = err_system(err, errno, "can't remove \"%s\"", path);
		free(path);
	}
	file_free_names(names, count);
	free(unread);
	return status;
}

static enum status make_folders(const char *folder, struct err *err)
{
	enum status status = check_folder(folder, err);

	if (status == OK)
		status = remove_earlier(folder, err);

	for (size_t i = 0; i < 3 && status == OK; i++) {
		char *path = file_join(folder, maildir_folders[i]);

		status = file_make_folder(path, err);
		free(path);
	}
	return status;
}

/* A mail reader wants line ends as its system has them. */
static void add_unix_lines(struct str *out, struct span message)
{
	struct span line;

	while (span_line(&message, &line)) {
		str_add(out, line);
		str_add_char(out, '\n');
	}
}

static enum status write_message(
	void *context, const struct delivery *delivery, struct span message, struct err *err)
{
	struct writing *writing = context;
	struct str path;
	struct str text;
	enum status status;

	str_init(&path, STR_MAX_SMALL);
	str_init(&text, STR_MAX_LARGE);
	str_addf(&path, "%s/new/%" PRId64 ".P%ldQ%06" PRId64 MESSAGE_SUFFIX, writing->folder,
		writing->started_ms / 1000, (long)getpid(), delivery->position);
	add_unix_lines(&text, message);
	status = str_status(&text, "a message", err);
	if (status == OK)
		status = file_create(path.ptr, str_span(&text), 0600, err);
	writing->count += status == OK;
	str_clear(&text);
	str_clear(&path);
	return status;
}

enum status maildir_write_plan(
	struct newsroom *newsroom, struct plan *plan, const char *folder, size_t *count, struct err *err)
{
	struct writing writing = {folder, clock_now_ms(), 0};
	enum status status = make_folders(folder, err);

	if (status == OK)
		status = freeze_rehearse(newsroom, plan, write_message, &writing, err);
	*count = writing.count;
	return status;
}
