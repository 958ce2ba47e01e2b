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
#define RELEASE_END_MARK "###"

struct contact {
	char *name;
	char *role;
	char *place; /* "Geneva headquarters" */
	char **phones;
	size_t phone_count, phone_capacity;
	char *email; /* "" or a valid address */
	size_t line;
};

struct release_file { /* an attachment or an image */
	char *path;   /* as written; relative to the release's folder */
	char *alt;
	char *caption;
	char *credit;
	char *usage; /* what editors may do with it: "free for editorial use until …" */
	size_t line;
};

enum media_kind {
	MEDIA_PHOTO,
	MEDIA_FOOTAGE,
	MEDIA_BROLL
};

struct release_media { /* a picture or film to fetch, too large to go along */
	char *url;     /* http or https */
	enum media_kind kind;
	char *title;
	char *alt;
	char *caption;
	char *credit;
	char *usage;
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
	char *embargo;  /* as written, "" without one */
	bool has_embargo;
	int64_t embargo_ms;
	struct zone *embargo_zone; /* NULL without an embargo */
	struct contact *contacts;
	size_t contact_count, contact_capacity;
	char *boilerplate; /* Markdown; "" for the newsroom's */
	char *notes;       /* notes to editors, Markdown */
	char *end_mark;    /* "###" unless said otherwise */
	struct release_file *attachments, *images;
	size_t attachment_count, image_count;
	struct release_media *media;
	size_t media_count;
	char *body; /* Markdown */
	size_t body_line;
	struct value *front_matter; /* all of it, with the free keys under "extra"; a MAP, never NULL */
};

/*
 * Read a file's bytes. `zone` is for an embargo written without one, NULL for
 * UTC. E_SYNTAX with file:line: broken front matter, an unknown key (with the
 * near one; what is the writer's own goes under `extra:`), a missing title, a
 * wrong type, a control character, an address, slug or language that is none, a path
 * that leaves the folder, a media link that isn't one or of no known kind, an embargo
 * that isn't an instant.
 */
enum status release_parse(
	const char *path, struct span text, const struct zone *zone, struct release **out, struct err *err);
void release_free(struct release *release); /* NULL is fine */

/* For those who write one: every text "", the end mark "###". */
struct release *release_new(const char *path);
void release_set(char **text, struct span value); /* replaces one of the texts */
/* Every text ""; borrowed until the next one is added. */
struct contact *release_add_contact(struct release *release);
void contact_add_phone(struct contact *contact, struct span phone);

/* As front matter writes it: "photo", "footage", "b-roll". */
const char *media_kind_name(enum media_kind kind);

#endif
