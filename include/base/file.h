#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Read a whole regular file into `out`, in place of what it held; its `max` is the ceiling.
 * E_NOTFOUND if it isn't there, E_RANGE if it is larger than the ceiling,
 * E_IO otherwise; all name the path.
 */
enum status file_load(const char *path, struct str *out, struct err *err);

/*
 * As file_load, of a file that holds a secret: E_DENIED, saying what to type, if group or others
 * may do anything with it. Whose it is doesn't matter: only root can read another user's, and may
 * work in that user's newsroom. What is looked at is what is read.
 */
enum status file_load_private(const char *path, struct str *out, struct err *err);

/*
 * Replace `path` by `content` so that a reader, or a crash, sees the old or the
 * new bytes and nothing between: a temporary file beside it, fsync, rename,
 * fsync of the folder. A link keeps its place and its target is replaced; a device or
 * pipe is refused. E_IO names the path.
 */
enum status file_save(const char *path, struct span content, mode_t mode, struct err *err);

/* As file_save, but E_EXISTS if the path is taken: never overwrites. */
enum status file_create(const char *path, struct span content, mode_t mode, struct err *err);

/* Make a folder and its parents (0777 less umask). OK if it is there already. */
enum status file_make_folder(const char *path, struct err *err);

/*
 * Copy a folder's regular files, with their modes, and its folders into `to`, made if
 * need be. E_EXISTS, with nothing copied, if a file's place is taken. E_RANGE over 32
 * folders deep.
 */
enum status file_copy_tree(const char *from, const char *to, struct err *err);

/*
 * A new folder that only we may read, under $TMPDIR or /tmp, its name begun by
 * `name`: *path on the heap. Remove it with file_remove_tree.
 */
enum status file_make_temporary_folder(const char *name, char **path, struct err *err);

/* Remove a folder and all in it, links themselves and not what they point to. OK if it isn't there. */
enum status file_remove_tree(const char *path, struct err *err);

/* A regular file's size, without reading it. E_NOTFOUND if it isn't there, E_IO if it's none; both name the
 * path. */
enum status file_size(const char *path, uint64_t *size_bytes, struct err *err);

bool file_is_folder(const char *path);
bool file_is_there(const char *path);

/* "folder/name" on the heap; `name` alone if it is absolute. free() it. */
char *file_join(const char *folder, const char *name);

/* The part after the last '/', borrowed from `path`. */
const char *file_name(const char *path);

/*
 * Names in a folder that end in `suffix` ("" for all), sorted by bytes, dot
 * files left out. An array of *count heap strings; free with file_free_names.
 * E_NOTFOUND if there's no such folder.
 */
enum status file_list_folder(
	const char *path, const char *suffix, char ***names, size_t *count, struct err *err);
void file_free_names(char **names, size_t count);

/*
 * Take the exclusive lock on `path` (made if need be, 0600; flock), without waiting.
 * E_BUSY if another process holds it. The lock lasts until close(*fd) or the
 * process' end, however it ends.
 */
enum status file_lock(const char *path, int *fd, struct err *err);

#endif
