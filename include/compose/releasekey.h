#ifndef COMPOSE_RELEASEKEY_H
#define COMPOSE_RELEASEKEY_H

/*
 * Reading front matter by tables of keys. Private to the release module. All
 * errors are E_SYNTAX with file and line, but for E_RANGE over a ceiling.
 */
#include "compose/release.h"

#define RELEASEKEY_ITEMS_MAX 100u /* contacts, attachments, images, media links, a contact's phones */

struct release_reading {
	struct release *release;
	const struct zone *zone; /* for an embargo without one; NULL for UTC */
	struct err *err;
};

/* What a text may hold. */
enum text_rule {
	TEXT_LINE, /* one line */
	TEXT_BLOCK /* Markdown: lines and tabs */
};

struct release_key {
	const char *name;
	enum text_rule rule;
	size_t offset; /* of the text in the struct */
	/* Where a text alone won't do. */
	enum status (*read)(struct release_reading *reading, const struct value *value, const char *key);
};

enum status releasekey_fail(struct release_reading *reading, const struct value *value, const char *words);

/* A text's value, trimmed; empty for null. Refuses other kinds and what the rule forbids. */
enum status releasekey_text(struct release_reading *reading, const struct value *value, const char *key,
	enum text_rule rule, struct span *text);
/* The same into one of the release's texts, which it replaces. */
enum status releasekey_into(struct release_reading *reading, const struct value *value, const char *key,
	enum text_rule rule, char **into);

/* A mapping's keys into the texts of `object`. An unknown key is refused, naming the near one. */
enum status releasekey_map(struct release_reading *reading, const struct value *map,
	const struct release_key *keys, size_t count, void *object);

/* Refuses what isn't a list, or has too many items. */
enum status releasekey_list(struct release_reading *reading, const struct value *value, const char *key);

#endif
