/*
 * A letter's header fields: who writes, to whom, about what, and the list's.
 *
 * Not among them, on purpose:
 * - Auto-Submitted (RFC 3834 5): marks what a machine sent on its own. Here a person wrote
 *   the words, chose the readers and confirmed; and "no" says what its absence says.
 * - Precedence (RFC 2076 3.9: not standard, discouraged): what Gmail, Yahoo and Microsoft ask
 *   of bulk senders has no word of it; no filter counts it in our favour, some count "bulk"
 *   against a message. What it was for, keeping auto-responders silent, List-Id does (RFC 3834
 *   2); the answers that still come tell who has left, and are read as auto-replies.
 */
#include "compose/letterhead.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "compose/unsubscribe.h"
#include "mail/addr.h"
#include "mail/codec.h"
#include "mail/header.h"

#include <inttypes.h>
#include <stdlib.h>

#define SENDER_ID_MIN 5u
#define SENDER_ID_MAX 15u
#define SENDER_ID_DIGITS 6u

/* An address as it goes on the wire; `what` is for messages. Appends. */
static enum status add_address(struct span text, const char *what, struct str *out, struct err *err)
{
	struct addr addr;
	enum status status = addr_parse(text, &addr, err);

	if (status != OK)
		return err ? err_wrap(err, "%s", what) : status;
	addr_format(&addr, out);
	addr_clear(&addr);
	return OK;
}

struct mailboxes {
	struct header_mailbox *items;
	size_t count, capacity;
};

static void add_mailbox(struct mailboxes *list, struct span name, struct span address)
{
	list->items = mem_grow(list->items, list->count, &list->capacity, sizeof(*list->items));
	list->items[list->count].name.ptr = span_copy(name);
	list->items[list->count].name.len = name.len;
	list->items[list->count].address.ptr = span_copy(address);
	list->items[list->count++].address.len = address.len;
}

static void clear_mailboxes(struct mailboxes *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free((char *)(uintptr_t)list->items[i].name.ptr);
		free((char *)(uintptr_t)list->items[i].address.ptr);
	}
	free(list->items);
}

static bool needs_smtputf8(struct span address)
{
	return !utf8_is_ascii(span_first(address, span_find_char(address, '@', 0)));
}

static enum status find_contacts(const struct release *release, struct mailboxes *list, struct err *err)
{
	for (size_t i = 0; i < release->contact_count; i++) {
		const struct contact *contact = &release->contacts[i];
		struct str address;
		enum status status = OK;

		/* One beyond ASCII would make every message need SMTPUTF8; it stands in the text alone. */
		if (!*contact->email || needs_smtputf8(span_of(contact->email)))
			continue;
		str_init(&address, STR_MAX_SMALL);
		status = add_address(span_of(contact->email), release->path, &address, err);
		if (status == OK)
			add_mailbox(list, span_of(contact->name), str_span(&address));
		str_clear(&address);
		if (status != OK)
			return status;
	}
	return OK;
}

static enum status find_reply_to(struct span text, struct mailboxes *list, struct err *err)
{
	struct str address;
	enum status status;

	if (!text.len)
		return OK;
	str_init(&address, STR_MAX_SMALL);
	status = add_address(text, "reply_to", &address, err);
	if (status == OK)
		add_mailbox(list, SPAN(""), str_span(&address));
	str_clear(&address);
	return status;
}

static enum status add_from(
	const struct release *release, const struct letter_frame *frame, struct str *out, struct err *err)
{
	struct header_mailbox from = {frame->from_name, frame->from_address};
	struct mailboxes reply_to = {0};
	enum status status = header_add_mailboxes(out, "From", &from, 1, err);

	if (status == OK)
		status = find_contacts(release, &reply_to, err);
	if (status == OK && !reply_to.count)
		status = find_reply_to(frame->reply_to, &reply_to, err);
	if (status == OK && reply_to.count)
		status = header_add_mailboxes(out, "Reply-To", reply_to.items, reply_to.count, err);
	clear_mailboxes(&reply_to);
	return status;
}

static enum status add_subject_and_date(
	const struct release *release, const struct letter_frame *frame, struct str *out, struct err *err)
{
	struct str text;
	enum status status;

	str_init(&text, HEADER_VALUE_MAX + 1);
	str_add(&text, frame->subject_mark);
	str_add_text(&text, release->title);
	status = header_add_text(out, "Subject", str_span(&text), err);
	str_empty(&text);
	zone_format_mail(frame->zone, frame->date_ms, &text);
	if (status == OK)
		status = header_add_raw(out, "Date", str_span(&text), err);
	str_clear(&text);
	return status;
}

static bool has_list(const struct letter_frame *frame)
{
	return frame->list_name.len || frame->list_title.len;
}

static void add_list_id_slots(struct letter *letter, struct span domain)
{
	struct str rest;

	str_init(&rest, STR_MAX_SMALL);
	letter_add_op(letter, OP_LIST_ID, PLACE_HEADER, letter_add_field(letter, SPAN("list.title")),
		letter_add_field(letter, SPAN("list.name")));
	str_addf(&rest, ".%.*s>\r\n", SPAN_ARG(domain));
	letter_add_run(letter, str_span(&rest));
	str_clear(&rest);
}

static enum status add_list_id(
	struct letter *letter, const struct letter_frame *frame, struct span domain, struct err *err)
{
	struct str out;
	enum status status;

	str_init(&out, STR_MAX_SMALL);
	str_add_text(&out, "List-Id: ");
	status = header_phrase(&out, frame->list_title, out.len, err);
	if (status == OK)
		status = header_check("list name", frame->list_name, err);
	str_addf(&out, "%s<%.*s.%.*s>\r\n", frame->list_title.len ? "\r\n " : "", SPAN_ARG(frame->list_name),
		SPAN_ARG(domain));
	letter_add_run(letter, str_span(&out));
	str_clear(&out);
	return status;
}

/* The headers of a list's mail, which a copy for the newsroom itself isn't. */
static enum status add_list_headers(
	struct letter *letter, const struct letter_frame *frame, struct span domain, struct err *err)
{
	size_t begin;
	enum status status;

	if (has_list(frame)) {
		status = add_list_id(letter, frame, domain, err);
		return status == OK ? unsubscribe_add_fields(letter, frame, err) : status;
	}
	begin = letter_add_begin(letter, SPAN("list.name"), false);
	add_list_id_slots(letter, domain);
	status = unsubscribe_add_fields(letter, frame, err);
	letter_add_end(letter, begin);
	return status;
}

/*
 * Who sends, for Feedback-ID: 5 to 15 characters that stay the same for a domain. The domain
 * itself where it fits, else its beginning and a digest.
 */
static void add_sender_id(struct span domain, struct str *out)
{
	unsigned char digest[TOKEN_DIGEST_SIZE];
	bool fits = domain.len >= SENDER_ID_MIN && domain.len <= SENDER_ID_MAX;
	size_t kept = fits ? domain.len : SENDER_ID_MAX - 1 - SENDER_ID_DIGITS;
	struct str digits;

	for (size_t i = 0; i < kept && i < domain.len; i++)
		str_add_char(out, domain.ptr[i] == '.' ? '-' : domain.ptr[i]);
	if (fits)
		return;
	token_digest(domain, digest);
	str_init(&digits, STR_MAX_SMALL);
	codec_base32(span_bytes(digest, sizeof(digest)), &digits);
	str_add_char(out, '-');
	str_add(out, span_first(str_span(&digits), SENDER_ID_DIGITS));
	str_clear(&digits);
}

/*
 * Feedback-ID (Gmail's feedback loop): up to three names of our own and the sender's, under
 * each of which complaints are counted: the release (else the dispatch), the list, the
 * kind of dispatch, the newsroom. Copies for the newsroom itself count as list "copy".
 */
static enum status add_feedback_id(struct letter *letter, const struct release *release,
	const struct letter_frame *frame, struct span domain, struct err *err)
{
	struct span kind = frame->kind.len ? frame->kind : SPAN("public");
	struct span name = SPAN("list.name");
	struct str out;
	enum status status = header_check("kind", kind, err);

	str_init(&out, STR_MAX_SMALL);
	str_add_text(&out, "Feedback-ID: ");
	if (*release->slug)
		str_add_text(&out, release->slug);
	else
		str_addf(&out, "%" PRId64, frame->dispatch);
	str_add_char(&out, ':');
	letter_add_run(letter, str_span(&out));
	if (has_list(frame)) {
		letter_add_run(letter, frame->list_name);
	} else {
		size_t begin = letter_add_begin(letter, name, false);

		letter_add_op(letter, OP_SLOT, PLACE_HEADER, letter_add_field(letter, name), 0);
		letter_add_end(letter, begin);
		begin = letter_add_begin(letter, name, true);
		letter_add_run(letter, SPAN("copy"));
		letter_add_end(letter, begin);
	}
	str_empty(&out);
	str_addf(&out, ":%.*s:", SPAN_ARG(kind));
	add_sender_id(domain, &out);
	str_add_text(&out, "\r\n");
	letter_add_run(letter, str_span(&out));
	str_clear(&out);
	return status;
}

enum status letterhead_add(struct letter *letter, const struct release *release,
	const struct letter_frame *frame, struct err *err)
{
	struct span domain = frame->newsroom_domain;
	struct str out;
	enum status status;

	str_init(&out, STR_MAX_LARGE);
	status = header_check("the newsroom's domain", domain, err);
	if (status == OK)
		status = add_from(release, frame, &out, err);
	letter_add_run(letter, str_span(&out));
	letter_add_op(letter, OP_TO, PLACE_HEADER, letter_add_field(letter, SPAN("subscriber.name")),
		letter_add_field(letter, SPAN("subscriber.address")));
	str_empty(&out);
	if (status == OK)
		status = add_subject_and_date(release, frame, &out, err);
	str_add_text(&out, "Message-ID: <");
	letter_add_run(letter, str_span(&out));
	letter_add_op(letter, OP_SLOT, PLACE_HEADER, letter_add_field(letter, SPAN("message_id")), 0);
	str_empty(&out);
	str_addf(&out, "@%.*s>\r\n", SPAN_ARG(domain));
	letter_add_run(letter, str_span(&out));
	if (status == OK)
		status = add_list_headers(letter, frame, domain, err);
	if (status == OK)
		status = add_feedback_id(letter, release, frame, domain, err);
	str_empty(&out);
	if (status == OK && frame->language.len)
		status = header_add_raw(&out, "Content-Language", frame->language, err);
	str_add_text(&out, "MIME-Version: 1.0\r\n");
	letter_add_run(letter, str_span(&out));
	str_clear(&out);
	return status;
}
