/*
 * Press contacts in running text. Marks (phones and addresses) are found first;
 * those with nothing but labels between them are one contact's, and the words before them are
 * that contact's name, role and place.
 */
#include "compose/contactline.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "compose/contactmark.h"
#include "compose/contactname.h"
#include "mail/addr.h"

#include <stdint.h>
#include <stdlib.h>

#define CONTACTS_MAX 50u

struct contactline_signs contactline_look(struct span text)
{
	struct contactline_signs signs = {0};
	struct contactmark mark;

	for (size_t from = 0; contactmark_next(text, from, &mark); from = mark.end) {
		char first = text.ptr[mark.start];

		if (mark.is_email)
			signs.emails++;
		else if (mark.is_labelled || first == '+' || first == '(' || first == '0')
			signs.phones++;
	}
	return signs;
}

struct reader {
	struct span text;
	struct release *release;
	contactline_doubt_fn *doubt;
	void *context;
	struct str heading; /* the place over the contacts that follow */
};

static bool is_address(struct span text)
{
	struct addr addr;

	if (addr_parse(text, &addr, NULL))
		return false;
	addr_clear(&addr);
	return true;
}

/* A contact's marks: from the one at `mark` while only glue stands between. Returns where they end. */
static size_t take_marks(struct reader *reader, struct contactmark mark, struct contact *contact)
{
	struct contactmark next;
	struct str phone;
	size_t end;

	str_init(&phone, STR_MAX_SMALL);
	for (;;) {
		struct span text = span_first(span_from(reader->text, mark.start), mark.end - mark.start);

		str_empty(&phone);
		if (mark.is_email && *contact->email)
			reader->doubt(reader->context, "a contact with two addresses: the first was taken");
		else if (mark.is_email && is_address(text))
			release_set(&contact->email, text);
		else if (!mark.is_email && !mark.is_fax)
			contactmark_phone(text, &phone);
		if (phone.len)
			contact_add_phone(contact, str_span(&phone));
		end = mark.end;
		if (!contactmark_next(reader->text, end, &next))
			break;
		if (!contactmark_is_glue(span_first(span_from(reader->text, end), next.start - end)))
			break;
		mark = next;
	}
	str_clear(&phone);
	return end;
}

/* The address' part before the "@" of the first address at or after `from`, for telling the name. */
static struct span mailbox_after(struct span text, size_t from)
{
	struct contactmark mark;

	while (contactmark_next(text, from, &mark)) {
		struct span email = span_first(span_from(text, mark.start), mark.end - mark.start);

		if (mark.is_email)
			return span_first(email, span_find_char(email, '@', 0));
		from = mark.end;
	}
	return SPAN("");
}

static void doubt_contact(struct reader *reader, const struct contact *contact, bool is_certain)
{
	struct str words;

	str_init(&words, STR_MAX_SMALL);
	if (!*contact->name)
		str_addf(&words, "a contact without a name (%s)",
			*contact->email        ? contact->email
			: contact->phone_count ? contact->phones[0]
					       : "");
	else if (!is_certain)
		str_addf(&words, "is \"%.100s\" a contact's name?", contact->name);
	else if (!*contact->email)
		str_addf(&words, "no address for the contact \"%.100s\"", contact->name);
	else if (!contact->phone_count)
		str_addf(&words, "no phone for the contact \"%.100s\"", contact->name);
	if (words.len)
		reader->doubt(reader->context, words.ptr);
	str_clear(&words);
}

static void take_contact(struct reader *reader, struct span before, struct contactmark mark, size_t *end)
{
	struct contact *contact = release_add_contact(reader->release);
	struct contactname name;

	contactname_init(&name);
	contactname_parse(before, mailbox_after(reader->text, mark.start), &name);
	if (name.heading.len) {
		str_empty(&reader->heading);
		str_add(&reader->heading, str_span(&name.heading));
	}
	release_set(&contact->name, str_span(&name.name));
	release_set(&contact->role, str_span(&name.role));
	release_set(&contact->place, str_span(name.place.len ? &name.place : &reader->heading));
	*end = take_marks(reader, mark, contact);
	doubt_contact(reader, contact, name.is_certain);
	contactname_clear(&name);
}

void contactline_parse(struct span text, struct release *release, contactline_doubt_fn *doubt, void *context)
{
	struct reader reader = {.text = text, .release = release, .doubt = doubt, .context = context};
	struct contactmark mark;
	size_t from = 0;

	str_init(&reader.heading, STR_MAX_SMALL);
	while (release->contact_count < CONTACTS_MAX && contactmark_next(text, from, &mark)) {
		struct span before = span_first(span_from(text, from), mark.start - from);

		take_contact(&reader, before, mark, &from);
	}
	str_clear(&reader.heading);
}
