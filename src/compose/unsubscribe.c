/*
 * Unsubscribing: the address and the link that a token goes into, and the
 * header fields that mail programs make a button of.
 */
#include "compose/unsubscribe.h"

#include "mail/addr.h"
#include "mail/header.h"

/* Stands for the token until the field is folded. No URI of ours holds it. */
#define STAND_IN '"'

/* RFC 6068: what a mailto: URI may hold as it is. */
static void add_uri_text(struct span text, struct str *out)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c > ' ' && c < 0x7f && !strchr("%?&#/\"<>`{}|^[]\\,;", c))
			str_add_char(out, (char)c);
		else
			str_addf(out, "%%%02X", c);
	}
}

static enum status check_mail(const struct addr *addr, struct span written, struct err *err)
{
	if (strlen(addr->local) > TOKEN_LOCAL_MAX)
		return err_set(err, E_RANGE,
			"\"%.*s\" leaves no room for a token: there may be %u bytes at most before the \"@\"",
			SPAN_ARG(written), TOKEN_LOCAL_MAX);
	if (written.ptr[0] == '"')
		return err_set(err, E_SYNTAX,
			"\"%.*s\": no token fits behind a quoted name; use letters, digits and dots",
			SPAN_ARG(written));
	return OK;
}

enum status unsubscribe_mail(const struct letter_frame *frame, bool is_uri, struct str *before,
	struct str *behind, struct err *err)
{
	struct str written, local;
	struct addr addr;
	enum status status = addr_parse(frame->unsubscribe_mail, &addr, err);

	if (status != OK)
		return err ? err_wrap(err, "the address for unsubscribing") : status;
	str_init(&written, STR_MAX_SMALL);
	str_init(&local, STR_MAX_SMALL);
	addr_format(&addr, &written);
	status = check_mail(&addr, str_span(&written), err);
	str_addf(&local, "%s+", addr.local);
	if (is_uri)
		add_uri_text(str_span(&local), before);
	else
		str_add(before, str_span(&local));
	str_addf(behind, "@%s", addr.domain);
	addr_clear(&addr);
	str_clear(&written);
	str_clear(&local);
	if (status != OK && err)
		return err_wrap(err, "the address for unsubscribing");
	return status;
}

static void add_token_stand_in(struct str *out)
{
	str_add_repeat(out, STAND_IN, TOKEN_SIZE);
}

/* Into the program, with slots where tokens belong. */
static void add_with_slots(struct letter *letter, struct span fields)
{
	while (fields.len) {
		size_t at = span_find_char(fields, STAND_IN, 0);

		letter_add_run(letter, span_first(fields, at));
		if (at == SIZE_MAX)
			return;
		letter_add_op(letter, OP_SLOT, PLACE_HEADER,
			letter_add_field(letter, SPAN("unsubscribe_token")), 0);
		fields = span_from(fields, at + TOKEN_SIZE);
	}
}

enum status unsubscribe_add_fields(struct letter *letter, const struct letter_frame *frame, struct err *err)
{
	struct span url = frame->unsubscribe_url;
	struct str before, behind, value, fields;
	enum status status;

	if (!frame->unsubscribe_mail.len)
		return OK;
	str_init(&before, STR_MAX_SMALL);
	str_init(&behind, STR_MAX_SMALL);
	str_init(&value, STR_MAX_SMALL);
	str_init(&fields, STR_MAX_SMALL);
	status = unsubscribe_mail(frame, true, &before, &behind, err);
	/* The link first: readers that know but one kind take the first they know. */
	if (url.len) {
		str_addf(&value, "<%.*s", SPAN_ARG(url));
		add_token_stand_in(&value);
		str_add_text(&value, ">, ");
	}
	str_addf(&value, "<mailto:%s", before.ptr);
	add_token_stand_in(&value);
	str_addf(&value, "%s?subject=unsubscribe>", behind.ptr);
	if (status == OK)
		status = header_add_raw(&fields, "List-Unsubscribe", str_span(&value), err);
	/*
	 * RFC 8058 4: only with a DKIM signature over both fields. A relay that signs for us may well leave
	 * this one out, and receivers then take the button for a trick.
	 */
	if (url.len && frame->signer_count)
		str_add_text(&fields, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
	if (status == OK)
		add_with_slots(letter, str_span(&fields));
	str_clear(&before);
	str_clear(&behind);
	str_clear(&value);
	str_clear(&fields);
	return status;
}
