#ifndef COMPOSE_RELEASE_H
#define COMPOSE_RELEASE_H

#include "base/str.h"
#include "base/zone.h"
#include "compose/value.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One language of one press announcement: Markdown with YAML front matter.
 * Texts are heap strings, "" where the file says nothing.
 */
#define RELEASE_FILE_MAX (1024u * 1024u)

struct contact {
	char *name;
	char *role;
	char *place; /* "Geneva headquarters" */
	char **phones;
	size_t phone_count;
	char *email; /* "" or a valid address */
	size_t line;
};

struct release_file { /* an attachment or an image */
	char *path;   /* as written; relative to the release's folder */
	char *alt;
	char *caption;
	char *credit;
	size_t line;
};

struct release {
	char *path;     /* for messages */
	char *slug;     /* from front matter, else the file name up to its first dot; [a-z0-9-] */
	char *language; /* from front matter, else the file name's second part ("valletta.fr.md"), else "" */
	char *title;
	char *subtitle;
	char *dateline; /* the place: "Geneva" */
	char *date;     /* as written, "" for the day it is sent */
	bool has_embargo;
	int64_t embargo_ms;
	struct zone *embargo_zone; /* NULL without an embargo */
	struct contact *contacts;
	size_t contact_count;
	char *boilerplate; /* Markdown; "" for the newsroom's */
	char *notes;       /* notes to editors, Markdown */
	char *end_mark;    /* "###" unless said otherwise */
	struct release_file *attachments, *images;
	size_t attachment_count, image_count;
	char *body; /* Markdown */
	size_t body_line;
	struct value
		*front_matter; /* all of it, also keys that are no part of the above (kept for templates) */
};

/*
 * Read a file's bytes. `zone` is for an embargo written without one. E_SYNTAX
 * with file:line: broken front matter, an unknown key (with the near one), a
 * missing title, a wrong type, a control character, an embargo that isn't an instant.
 */
enum status release_parse(
	const char *path, struct span text, const struct zone *zone, struct release **out, struct err *err);
void release_free(struct release *release); /* NULL is fine */

/* What `release check` says of a file: one line each. */
enum check_level {
	CHECK_WARNING,
	CHECK_ERROR
};
typedef void release_check_fn(
	void *context, enum check_level level, const char *path, size_t line, const char *words);

/*
 * What is missing or suspicious in one file: no contact, no dateline, an
 * embargo in the past (at `now_ms`), a file that isn't in `folder`, a link with
 * no scheme, a skipped heading level, an empty body…
 */
void release_check(const struct release *release, const char *folder, int64_t now_ms, release_check_fn *say,
	void *context);

/* Front matter and body as a file again: what `release import` and `release new` write. */
void release_write(const struct release *release, struct str *out);

#endif
