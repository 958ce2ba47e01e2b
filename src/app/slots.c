/*
 * Freezing what a letter shows of its recipient.
 */
#include "app/slots.h"

#define SUBSCRIBER "subscriber."

static enum status add_value(const char *field, const struct words *words, const struct member *member,
	const struct medialist *list, struct str *out, struct err *err)
{
	if (strcmp(field, SLOTS_ADDRESS) == 0 || strcmp(field, SLOTS_MESSAGE_ID) == 0)
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
		bool is_derived = strcmp(field, SLOTS_ADDRESS) == 0 || strcmp(field, SLOTS_MESSAGE_ID) == 0;

		status = add_value(field, words, member, list, out, err);
		if (status == OK && out->len == start && !is_derived && letter_field_is_needed(letter, i))
			return err_set(err, E_NOTFOUND,
				"\"%s\" has no \"%s\", which the letter needs; fill it in, or give the "
				"template a "
				"section for those without",
				member->address, field);
		str_add_char(out, '\0');
	}
	return status == OK ? str_status(out, "what the letter shows of a recipient", err) : status;
}
