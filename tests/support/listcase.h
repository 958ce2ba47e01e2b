#ifndef SUPPORT_LISTCASE_H
#define SUPPORT_LISTCASE_H

#include "list/listfile.h"

/*
 * A list's file for the length of a test, read into something to look at.
 */
struct listcase {
	struct member *members; /* copies */
	size_t *lines;          /* theirs */
	size_t count;
	size_t capacity;
	size_t line_capacity;
	struct str rejects;      /* "LINE:COLUMN reason\n" each */
	struct str address_keys; /* theirs, "LINE key\n" each */
	struct str rows;         /* the rejected rows, a line each */
	struct listfile_summary summary;
	struct err err;
	enum status status;
};

/* Write `content` to a file that is gone afterwards, and read it. */
void listcase_read(struct listcase *listcase, struct span content);
void listcase_read_file(struct listcase *listcase, const char *path);
/* Read a file that is good whole; fails the test if it isn't. */
void listcase_read_good(struct listcase *listcase, struct span content, size_t count);
void listcase_assert_member(
	const struct listcase *listcase, size_t index, const char *field, const char *value);
/* Read a file with faults; fails the test unless exactly `rejects` were, beside `good` rows. */
void listcase_assert_rejects(struct span content, size_t good, const char *rejects);
void listcase_clear(struct listcase *listcase);

#endif
