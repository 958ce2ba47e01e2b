/*
 * Freezing what a letter shows of its recipient.
 */
#include "app/slots.h"

#define SUBSCRIBER "subscriber."

static bool is_derived(const char *field)
{
	static const char *const fields[] = {SLOTS_ADDRESS, SLOTS_MESSAGE_ID, SLOTS_UNSUBSCRIBE};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(field, fields[i]) == 0)
			return true;
	}
	return false;
}

static enum status add_value(const char *field, const struct words *words, const struct member *member,
	const struct medialist *list, struct str *out, struct err *err)
{
	if (is_derived(field))
		return OK;
	if (strcmp(field, SUBSCRIBER "greeting") == 0)
		return words_greeting(words, span_of(member_field(member, "salutation")),
			span_of(member_field(member, "name")), member_is_desk(member), out, err);
	if (strcmp(field, "list.name") == 0)
		str_add_text(out, list ? list->name : "");
	else if (strcmp(field, "list.title") == 0)
		str_add_text(out, list ? list->title : "");
	else if (span_starts(span_of(field), SPAN(SUBSCRIBER)))
		str_add_text(out, member_field(member, field + strlen(SUBSCRIBER)));
	return OK;
}

/* The person is named by their address: a missing name is what this may be about. */
enum status slots_fill(const struct letter *letter, const struct words *words, const struct member *member,
	const struct medialist *list, struct str *out, struct err *err)
{
	size_t count = letter_field_count(letter);
	enum status status = OK;

	for (size_t i = 0; i < count && status == OK; i++) {
		const char *field = letter_field(letter, i);
		size_t start = out->len;

		status = add_value(field, words, member, list, out, err);
		if (status == OK && out->len == start && !is_derived(field) &&
			letter_field_is_needed(letter, i))
			return err_set(err, E_NOTFOUND,
				"\"%s\" has no \"%s\", which the letter needs; fill it in, or give the "
				"template a "
				"section for those without",
				member->address, field);
		str_add_char(out, '\0');
	}
	return status == OK ? str_status(out, "what the letter shows of a recipient", err) : status;
}
