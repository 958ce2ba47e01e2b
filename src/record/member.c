/*
 * Lists, journalists and their memberships, as they are kept.
 */
#include "record/member.h"

#include "base/mem.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The fields that are a struct's own; every other name is an attribute. */
static const struct {
	const char *name;
	size_t offset;
} own_fields[] = {
	{"address", offsetof(struct member, address)},
	{"name", offsetof(struct member, name)},
	{"salutation", offsetof(struct member, salutation)},
	{"outlet", offsetof(struct member, outlet)},
	{"role", offsetof(struct member, role)},
	{"language", offsetof(struct member, language)},
};

#define OWN_FIELD_COUNT (sizeof(own_fields) / sizeof(own_fields[0]))

static const char *const state_names[] = {
	[MEMBER_ACTIVE] = "active",
	[MEMBER_REMOVED] = "removed",
	[MEMBER_UNSUBSCRIBED] = "unsubscribed",
};

static char **own_field(const struct member *member, const char *name)
{
	for (size_t i = 0; i < OWN_FIELD_COUNT; i++) {
		if (strcmp(own_fields[i].name, name) == 0)
			return (char **)((char *)(uintptr_t)member + own_fields[i].offset);
	}
	return NULL;
}

void medialist_clear(struct medialist *list)
{
	free(list->name);
	free(list->title);
	free(list->region);
	free(list->language);
	free(list->zone);
	free(list->from);
	*list = (struct medialist){0};
}

void member_clear(struct member *member)
{
	for (size_t i = 0; i < OWN_FIELD_COUNT; i++)
		free(*own_field(member, own_fields[i].name));
	free(member->address_key);
	fields_clear(&member->attributes);
	*member = (struct member){0};
}

void member_copy(struct member *to, const struct member *from)
{
	to->subscriber_id = from->subscriber_id;
	to->list_id = from->list_id;
	to->state = from->state;
	for (size_t i = 0; i < OWN_FIELD_COUNT; i++)
		*own_field(to, own_fields[i].name) = mem_copy_text(member_field(from, own_fields[i].name));
	to->address_key = mem_copy_text(from->address_key ? from->address_key : "");
	fields_copy(&to->attributes, &from->attributes);
}

const char *member_field(const struct member *member, const char *name)
{
	char *const *own = own_field(member, name);
	const char *value = own ? *own : fields_get(&member->attributes, name);

	return value ? value : "";
}

bool member_set_field(struct member *member, const char *name, struct span value)
{
	char **own = own_field(member, name);

	if (own == &member->address)
		return false;
	if (own) {
		char *copy = span_copy(value);

		free(*own);
		*own = copy;
	} else {
		fields_set(&member->attributes, name, value);
	}
	return true;
}

bool member_is_desk(const struct member *member)
{
	return !*member_field(member, "name") || strcmp(member_field(member, "role"), "desk") == 0;
}

const char *member_state_name(enum member_state state)
{
	return state_names[state];
}

bool member_state_parse(struct span text, enum member_state *state)
{
	for (size_t i = 0; i < sizeof(state_names) / sizeof(state_names[0]); i++) {
		if (span_equals(text, span_of(state_names[i]))) {
			*state = (enum member_state)i;
			return true;
		}
	}
	return false;
}
