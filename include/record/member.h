#ifndef RECORD_MEMBER_H
#define RECORD_MEMBER_H

#include "record/fields.h"

#include <stdbool.h>
#include <stdint.h>

/* A media list. Texts are heap strings, "" where nothing is known, never NULL. */
struct medialist {
	int64_t id;
	char *name;  /* "europe": what people type; [a-z0-9-] */
	char *title; /* "Europe media list" */
	char *region;
	char *language;  /* BCP 47, "" for the newsroom's */
	char *zone;      /* IANA, "" for the newsroom's */
	char *from;      /* a From mailbox of its own, "" for the newsroom's */
	bool is_trusted; /* may receive advance copies */
};

enum member_state {
	MEMBER_ACTIVE,
	MEMBER_REMOVED,     /* taken off by us; an import doesn't bring them back */
	MEMBER_UNSUBSCRIBED /* took themselves off; nothing brings them back but they */
};

/*
 * A journalist as one list knows them: the subscriber (address, name,
 * salutation: the same on every list) and the membership (the rest).
 */
struct member {
	int64_t subscriber_id;
	int64_t list_id;
	enum member_state state;
	char *address;     /* as typed, for showing */
	char *address_key; /* folded: equal keys are one person (addr_key) */
	char *name;
	char *salutation;
	char *outlet;
	char *role;
	char *language;
	struct fields attributes; /* "beat", "country", and every other column */
};

void medialist_clear(struct medialist *list);
void member_clear(struct member *member);
void member_copy(struct member *to, const struct member *from); /* `to` is zeroed */

/*
 * A field by the name people use in columns, segments and templates: the fixed
 * ones above by their names, any other from the attributes. "" if there's none.
 */
const char *member_field(const struct member *member, const char *name);
/* Set it, by the same names. False for "address": it's who they are. */
bool member_set_field(struct member *member, const char *name, struct span value);

/* No person's name, or role = desk: greeted as an office. */
bool member_is_desk(const struct member *member);

const char *member_state_name(enum member_state state);
bool member_state_parse(struct span text, enum member_state *state);

#endif
