#ifndef COMPOSE_FILETYPE_H
#define COMPOSE_FILETYPE_H

#include "base/str.h"

#include <stdbool.h>

/*
 * What a file is, by its bytes (libmagic); its name decides only where the bytes
 * say no more than "text", "a ZIP archive" or "data". Opening loads libmagic's
 * table, which takes a millisecond or two: once for all files of a release.
 */
#define FILETYPE_SIZE 128u

struct filetypes;

struct filetype {
	char type[FILETYPE_SIZE]; /* "image/png": without parameters */
	bool is_text;             /* UTF-8, or ASCII; once judged, only of types that people read */
	bool is_other_text;       /* the same in another charset */
};

enum status filetypes_open(struct filetypes **out, struct err *err); /* E_INTERNAL without libmagic's table */
void filetypes_close(struct filetypes *types);                       /* NULL is fine */

/* By the bytes alone. */
enum status filetype_detect(
	struct filetypes *types, struct span bytes, struct filetype *out, struct err *err);

/*
 * The type to send a file under, from what was detected and its name. E_CONFLICT
 * if the name says something else; E_DENIED for programs, scripts and what else
 * mail providers refuse. Both name the file.
 */
enum status filetype_judge(const char *name, struct span bytes, const struct filetype *detected,
	struct filetype *out, struct err *err);

/* What the name promises: a static "image/png", or "" for a name that says nothing. */
const char *filetype_of_name(const char *name);

/* "a web page", "a JPEG"; for a type that has no words, the type itself. */
const char *filetype_words(const struct filetype *type);

#endif
