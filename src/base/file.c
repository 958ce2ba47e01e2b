/*
 * Whole files, written so that a reader or a crash sees the old bytes or the new
 * ones; folders; and the lock that lasts as long as its holder.
 */
#include "base/file.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define TREE_DEPTH_MAX 32

/* Until end of file or one byte over the ceiling. */
static enum status read_all(int fd, const char *path, struct str *out, struct err *err)
{
	enum status status = OK;
	char chunk[16384];
	ssize_t got = 1;

	while (status == OK && got != 0) {
		got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			status = err_system(err, errno, "can't read \"%s\"", path);
			break;
		}
		str_add(out, span_bytes(chunk, (size_t)got));
		if (out->is_over)
			status = err_set(err, E_RANGE, "\"%s\" is larger than %zu bytes", path, out->max);
	}
	/* It may be a secret. */
	explicit_bzero(chunk, sizeof(chunk));
	return status;
}

/* A regular file, and what it is. */
static enum status open_file(const char *path, int *fd, struct stat *info, struct err *err)
{
	enum status status = OK;

	/* Not to hang on a pipe that nobody writes to. */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(err, E_NOTFOUND, "there is no file \"%s\"", path);
	if (*fd < 0)
		return err_system(err, errno, "can't open \"%s\"", path);
	if (fstat(*fd, info) != 0)
		status = err_system(err, errno, "can't read \"%s\"", path);
	else if (!S_ISREG(info->st_mode))
		status = err_set(err, E_IO, "\"%s\" is not a regular file", path);
	if (status != OK)
		close(*fd);
	return status;
}

static enum status check_private(const struct stat *info, const char *path, struct err *err)
{
	if (info->st_mode & (S_IRWXG | S_IRWXO))
		return err_set(err, E_DENIED,
			"\"%s\" holds a secret that others on this machine may read: chmod 600 '%s'", path,
			path);
	return OK;
}

static enum status load(const char *path, bool is_private, struct str *out, struct err *err)
{
	struct stat info;
	enum status status;
	int fd;

	str_empty(out);
	status = open_file(path, &fd, &info, err);
	if (status != OK)
		return status;
	if (is_private)
		status = check_private(&info, path, err);
	if (status == OK)
		status = read_all(fd, path, out, err);
	close(fd);
	return status;
}

enum status file_load(const char *path, struct str *out, struct err *err)
{
	return load(path, false, out, err);
}

enum status file_load_private(const char *path, struct str *out, struct err *err)
{
	return load(path, true, out, err);
}

static enum status write_all(int fd, struct span content, const char *path, struct err *err)
{
	while (content.len) {
		ssize_t put = write(fd, content.ptr, content.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return err_system(err, errno, "can't write \"%s\"", path);
		content = span_from(content, (size_t)put);
	}
	return OK;
}

/* The part before the last '/', "." if there's none, "/" at the root. On the heap. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_copy_text(".");
	return mem_copy_bytes(path, slash == path ? 1 : (size_t)(slash - path));
}

/* A rename is durable once its folder is. */
static enum status sync_folder_of(const char *path, struct err *err)
{
	char *folder = folder_of(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum status status = OK;

	/* Some file systems can't sync a folder, and say EINVAL. */
	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
		status = err_system(err, errno, "can't write \"%s\"", path);
	if (fd >= 0)
		close(fd);
	free(folder);
	return status;
}

/* A new file beside `path`, hidden, with the content on the disk. *temporary is on the heap. */
static enum status write_beside(
	const char *path, struct span content, mode_t mode, char **temporary, struct err *err)
{
	char *folder = folder_of(path);
	uint64_t nonce = 0;
	enum status status;
	int fd;

	if (getrandom(&nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce))
		nonce = (uint64_t)getpid();
	*temporary = mem_format("%s/.%s.%016llx", folder, file_name(path), (unsigned long long)nonce);
	free(folder);
	fd = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0) {
		status = err_system(err, errno, "can't write \"%s\"", path);
		free(*temporary);
		*temporary = NULL;
		return status;
	}
	status = write_all(fd, content, path, err);
	if (status == OK && fsync(fd) != 0)
		status = err_system(err, errno, "can't write \"%s\"", path);
	if (close(fd) != 0 && status == OK)
		status = err_system(err, errno, "can't write \"%s\"", path);
	if (status != OK) {
		unlink(*temporary);
		free(*temporary);
		*temporary = NULL;
	}
	return status;
}

/*
 * Where to write for `path`: a link's target, so that the link stays. A device or
 * a pipe is refused: renaming over /dev/null would destroy it for everybody.
 */
static enum status resolve_target(const char *path, char **target, struct err *err)
{
	struct stat info;

	*target = NULL;
	if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
		return err_set(err, E_IO, "can't write \"%s\": it is not a regular file", path);
	if (lstat(path, &info) == 0 && S_ISLNK(info.st_mode)) {
		*target = realpath(path, NULL);
		if (!*target)
			return err_system(err, errno, "can't write \"%s\"", path);
		return OK;
	}
	*target = mem_copy_text(path);
	return OK;
}

enum status file_save(const char *path, struct span content, mode_t mode, struct err *err)
{
	char *temporary = NULL;
	char *target = NULL;
	enum status status = resolve_target(path, &target, err);

	if (status == OK)
		status = write_beside(target, content, mode, &temporary, err);
	if (status == OK && rename(temporary, target) != 0) {
		status = err_system(err, errno, "can't write \"%s\"", path);
		unlink(temporary);
	}
	if (status == OK)
		status = sync_folder_of(target, err);
	free(temporary);
	free(target);
	return status;
}

enum status file_create(const char *path, struct span content, mode_t mode, struct err *err)
{
	char *temporary = NULL;
	enum status status;

	if (file_is_there(path))
		return err_set(err, E_EXISTS, "\"%s\" is there already", path);
	status = write_beside(path, content, mode, &temporary, err);
	if (status != OK)
		return status;
	/* Unlike rename, link refuses a name that was taken meanwhile. */
	if (link(temporary, path) != 0) {
		if (errno == EEXIST)
			status = err_set(err, E_EXISTS, "\"%s\" is there already", path);
		else
			status = err_system(err, errno, "can't write \"%s\"", path);
	}
	unlink(temporary);
	free(temporary);
	return status == OK ? sync_folder_of(path, err) : status;
}

enum status file_make_folder(const char *path, struct err *err)
{
	char *partial = mem_copy_text(path);
	char *slash = partial;
	enum status status = OK;

	while (status == OK && slash) {
		slash = strchr(slash + (*slash != '\0'), '/');
		if (slash)
			*slash = '\0';
		if (mkdir(partial, 0777) != 0 && !file_is_folder(partial))
			status = err_system(err, errno, "can't make the folder \"%s\"", partial);
		if (slash)
			*slash = '/';
	}
	free(partial);
	return status;
}

bool file_is_folder(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

enum status file_size(const char *path, uint64_t *size_bytes, struct err *err)
{
	struct stat info;

	int reason = stat(path, &info) == 0 ? 0 : errno;

	if (reason == ENOENT || reason == ENOTDIR)
		return err_set(err, E_NOTFOUND, "there is no file \"%s\"", path);
	if (reason)
		return err_system(err, reason, "can't look at \"%s\"", path);
	if (!S_ISREG(info.st_mode))
		return err_set(err, E_IO, "\"%s\" is not a regular file", path);
	*size_bytes = (uint64_t)info.st_size;
	return OK;
}

bool file_is_there(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0;
}

/* What file_copy_tree does at each regular file; folders are walked. */
typedef enum status visit_fn(const char *from, const char *to, mode_t mode, struct err *err);

static enum status visit_unless_taken(const char *from, const char *to, mode_t mode, struct err *err)
{
	(void)from;
	(void)mode;
	if (file_is_there(to))
		return err_set(err, E_EXISTS, "\"%s\" is there already", to);
	return OK;
}

static enum status visit_copy(const char *from, const char *to, mode_t mode, struct err *err)
{
	struct str content;
	enum status status;

	str_init(&content, STR_MAX_LARGE);
	status = file_load(from, &content, err);
	if (status == OK)
		status = file_create(to, str_span(&content), mode, err);
	str_clear(&content);
	return status;
}

static enum status walk(
	const char *from, const char *to, bool makes_folders, visit_fn *visit, int depth, struct err *err);

static enum status walk_entry(
	const char *from, const char *to, bool makes_folders, visit_fn *visit, int depth, struct err *err)
{
	struct stat info;

	if (lstat(from, &info) != 0)
		return err_system(err, errno, "can't read \"%s\"", from);
	if (S_ISDIR(info.st_mode))
		return walk(from, to, makes_folders, visit, depth + 1, err);
	return S_ISREG(info.st_mode) ? visit(from, to, info.st_mode & 0777, err) : OK;
}

static enum status walk(
	const char *from, const char *to, bool makes_folders, visit_fn *visit, int depth, struct err *err)
{
	enum status status = OK;
	struct dirent *entry;
	DIR *folder;

	if (depth > TREE_DEPTH_MAX)
		return err_set(err, E_RANGE, "\"%s\" lies more than %d folders deep", from, TREE_DEPTH_MAX);
	if (makes_folders && (status = file_make_folder(to, err)) != OK)
		return status;
	folder = opendir(from);
	if (!folder)
		return err_system(err, errno, "can't read the folder \"%s\"", from);
	while (status == OK && (entry = readdir(folder))) {
		char *inner_from;
		char *inner_to;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		inner_from = file_join(from, entry->d_name);
		inner_to = file_join(to, entry->d_name);
		status = walk_entry(inner_from, inner_to, makes_folders, visit, depth, err);
		free(inner_from);
		free(inner_to);
	}
	closedir(folder);
	return status;
}

enum status file_copy_tree(const char *from, const char *to, struct err *err)
{
	/* Looked at first as a whole, so that a refusal leaves nothing half copied. */
	enum status status = walk(from, to, false, visit_unless_taken, 0, err);

	return status == OK ? walk(from, to, true, visit_copy, 0, err) : status;
}

enum status file_make_temporary_folder(const char *name, char **path, struct err *err)
{
	const char *place = getenv("TMPDIR");
	char *begun = file_join(place && *place ? place : "/tmp", name);
	char *pattern = mem_format("%s-XXXXXX", begun);

	free(begun);
	if (!mkdtemp(pattern)) {
		enum status status = err_system(err, errno, "can't make the folder \"%s\"", pattern);

		free(pattern);
		return status;
	}
	*path = pattern;
	return OK;
}

/* What somebody else removed meanwhile is as good. */
static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

enum status file_remove_tree(const char *path, struct err *err)
{
	struct stat info;

	if (lstat(path, &info) != 0 && errno == ENOENT)
		return OK;
	if (nftw(path, remove_one, TREE_DEPTH_MAX, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
		return err_system(err, errno, "can't remove \"%s\"", path);
	return OK;
}

char *file_join(const char *folder, const char *name)
{
	size_t length = strlen(folder);
	const char *slash = length == 0 || folder[length - 1] == '/' ? "" : "/";

	if (name[0] == '/')
		return mem_copy_text(name);
	return mem_format("%s%s%s", folder, slash, name);
}

const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

enum status file_list_folder(
	const char *path, const char *suffix, char ***names, size_t *count, struct err *err)
{
	DIR *folder = opendir(path);
	size_t capacity = 0;
	struct dirent *entry;

	*names = NULL;
	*count = 0;
	if (!folder && (errno == ENOENT || errno == ENOTDIR))
		return err_set(err, E_NOTFOUND, "there is no folder \"%s\"", path);
	if (!folder)
		return err_system(err, errno, "can't read the folder \"%s\"", path);
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.' || !span_ends(span_of(entry->d_name), span_of(suffix)))
			continue;
		*names = mem_grow(*names, *count, &capacity, sizeof(**names));
		(*names)[(*count)++] = mem_copy_text(entry->d_name);
	}
	closedir(folder);
	if (*count)
		qsort(*names, *count, sizeof(**names), by_bytes);
	return OK;
}

void file_free_names(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

enum status file_lock(const char *path, int *fd, struct err *err)
{
	int reason;

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0)
		return err_system(err, errno, "can't open \"%s\"", path);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return OK;
	reason = errno;
	close(*fd);
	*fd = -1;
	if (reason == EWOULDBLOCK)
		return err_set(err, E_BUSY, "\"%s\" is in use by another process", path);
	return err_system(err, reason, "can't lock \"%s\"", path);
}
