#ifndef APP_REJECTS_H
#define APP_REJECTS_H

#include "list/listfile.h"

/*
 * The rows that an import couldn't use, as CSV: line, column, reason, and the
 * row as it was. The file is made with the first of them, readable by its owner alone.
 */
struct rejects;

struct rejects *rejects_new(const char *path);
/* E_IO, naming the file and another way. */
enum status rejects_add(struct rejects *rejects, const struct listfile_reject *reject, struct err *err);
/* Write what is left; the path, or "" where there was none, goes to *path on the heap. Frees it in any case.
 */
enum status rejects_end(struct rejects *rejects, char **path, struct err *err);

#endif
