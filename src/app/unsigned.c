/*
 * Senders that no key signs for: what big receivers turn down or put aside.
 */
#include "app/unsigned.h"

#include "app/keys.h"
#include "base/mem.h"
#include "mail/addr.h"

#include <stdlib.h>

static void add(struct unsigned_domains *domains, const char *name)
{
	for (size_t i = 0; i < domains->count; i++) {
		if (strcmp(domains->names[i], name) == 0)
			return;
	}
	domains->names[domains->count++] = mem_copy_text(name);
}

static enum status look_at(
	struct newsroom *newsroom, const char *from, struct unsigned_domains *domains, struct err *err)
{
	struct dkim_signer signers[DKIM_SIGNERS_MAX];
	struct mailbox mailbox;
	size_t count = 0;
	enum status status = mailbox_parse(span_of(from), &mailbox, err);

	if (status != OK)
		return status;
	status = keys_signers(newsroom_keys(newsroom), span_of(mailbox.addr.domain), signers, &count, err);
	if (status == OK && !count)
		add(domains, mailbox.addr.domain);
	mailbox_clear(&mailbox);
	return status;
}

enum status unsigned_find(
	struct newsroom *newsroom, const struct plan *plan, struct unsigned_domains *domains, struct err *err)
{
	const char *own = newsroom_settings(newsroom)->sender.from;
	enum status status = OK;

	for (size_t i = 0; i < plan->list_count && status == OK; i++) {
		const char *from = plan->lists[i].list.from;

		status = look_at(newsroom, *from ? from : own, domains, err);
	}
	return status;
}

void unsigned_clear(struct unsigned_domains *domains)
{
	for (size_t i = 0; i < domains->count; i++)
		free(domains->names[i]);
	domains->count = 0;
}
