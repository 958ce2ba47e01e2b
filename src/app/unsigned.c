/*
 * Senders that no key signs for: what big receivers turn down or put aside.
 */
#include "app/unsigned.h"

#include "app/keys.h"
#include "mail/addr.h"

static bool is_named(const struct str *domains, struct span domain)
{
	struct span rest = str_span(domains), part;

	while (rest.len && span_split(&rest, ',', &part)) {
		if (span_equals(span_trim(part), domain))
			return true;
	}
	return false;
}

static enum status look_at(struct newsroom *newsroom, const char *from, struct str *out, struct err *err)
{
	struct dkim_signer signers[DKIM_SIGNERS_MAX];
	struct mailbox mailbox;
	size_t count = 0;
	enum status status = mailbox_parse(span_of(from), &mailbox, err);

	if (status != OK)
		return status;
	status = keys_signers(newsroom_keys(newsroom), span_of(mailbox.addr.domain), signers, &count, err);
	if (status == OK && !count && !is_named(out, span_of(mailbox.addr.domain)))
		str_addf(out, "%s%s", out->len ? ", " : "", mailbox.addr.domain);
	mailbox_clear(&mailbox);
	return status;
}

enum status unsigned_domains(
	struct newsroom *newsroom, const struct plan *plan, struct str *out, struct err *err)
{
	const char *own = newsroom_settings(newsroom)->sender.from;
	enum status status = OK;

	for (size_t i = 0; i < plan->list_count && status == OK; i++) {
		const char *from = plan->lists[i].list.from;

		status = look_at(newsroom, *from ? from : own, out, err);
	}
	return status;
}
